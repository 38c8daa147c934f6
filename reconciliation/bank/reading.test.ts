import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { readNotifications, readStatements } from './camt.ts';
import { notification, statement, statusReport } from './test-messages.ts';

describe('reading', () => {
  it('takes amounts exactly, to the fen, however many zeros follow', () => {
    const amounts = ['0.01', '90071992547409.93', '5', '5.1', '5.10000'];
    const entries = amounts.map((amount, index) => ({ reference: `R${index}`, amount }));
    const [report] = readNotifications(notification('M', entries)).reports;
    expect(report?.entries.map((entry) => entry.amountFen)).toEqual([1n, 9_007_199_254_740_993n, 500n, 510n, 510n]);
    expect(report?.entries[0]?.parts[0]).toMatchObject({ counterparty: '生成的付款人', endToEndId: undefined });
  });

  it.each(['1.001', '-5', '1e3', '', 'NaN', '1,00', '1234567890123456'])('refuses the amount "%s"', (amount) => {
    const xml = notification('M', [{ reference: 'R', amount, batch: [{ amount: '1', endToEndId: 'E' }] }]);
    expect(() => readNotifications(xml)).toThrow(expect.objectContaining({ code: 'bank.value-bad' }) as Error);
  });

  it.each<[string, Buffer, string]>([
    ['no XML', Buffer.from('PREFUND'), 'bank.xml-unreadable'],
    ['XML cut off', notification('M', []).subarray(0, 200), 'bank.xml-unreadable'],
    ['bytes that are no UTF-8', Buffer.from([0x3c, 0xff, 0xfe]), 'bank.xml-unreadable'],
    [
      'entities',
      Buffer.from('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'),
      'bank.xml-doctype',
    ],
    ['another message', statement('M', { opening: '0', closing: '0' }, []), 'bank.other-message'],
    ['no document', Buffer.from('<html/>'), 'bank.other-message'],
    ['a foreign currency', notification('M', [{ reference: 'R', amount: '1', currency: 'USD' }]), 'bank.currency-bad'],
    ['zero', notification('M', [{ reference: 'R', amount: '0.00' }]), 'bank.value-bad'],
    [
      'a date that does not exist',
      notification('M', [{ reference: 'R', amount: '1', date: '2026-02-30' }]),
      'bank.value-bad',
    ],
    ['no bank reference', notification('M', [{ reference: '', amount: '1' }]), 'bank.value-bad'],
    [
      'a reference twice',
      notification('M', [
        { reference: 'R', amount: '1' },
        { reference: 'R', amount: '1' },
      ]),
      'bank.reference-twice',
    ],
    [
      'one page of two',
      notification('M', [], { pages: '<MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>' }),
      'bank.page-missing',
    ],
    [
      'a batch that does not add up',
      notification('M', [
        {
          reference: 'R',
          amount: '3',
          batch: [
            { amount: '1', endToEndId: 'A' },
            { amount: '1', endToEndId: 'B' },
          ],
        },
      ]),
      'bank.parts-differ',
    ],
  ])('refuses %s', (_name, xml, code) => {
    expect(() => readNotifications(xml)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('resolves the entities of XML itself and nothing else, and knows any prefix', () => {
    const plain = notification('M', [
      { reference: 'R', amount: '1', remittance: 'A &amp; B &#x4e2d; &unknown;' },
    ]).toString();
    const prefixed = plain.replaceAll(/<(\/?)([A-Z])/g, '<$1b:$2').replace('xmlns=', 'xmlns:b=');
    for (const xml of [plain, prefixed]) {
      const [report] = readNotifications(Buffer.from(xml)).reports;
      expect(report?.entries[0]?.parts[0]?.remittance).toBe('A & B 中 &unknown;');
    }
  });

  it('leaves out what is not booked', () => {
    const entries = [{ reference: 'R', amount: '1', status: 'PDNG' }];
    expect(readStatements(statement('M', { opening: '2', closing: '2' }, entries))).toMatchObject({
      reports: [{ entries: [] }],
    });
  });
});

const schemas = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'iso20022');
const hasSchemas = existsSync(schemas);
describe(`messages of these tests${hasSchemas ? '' : ' (skipped: the ISO 20022 schemas are not beside the project)'}`, () => {
  it.runIf(hasSchemas).each([
    ['camt.054.001.10', notification('M', [{ reference: 'R', amount: '1.00', remittance: 'PREFUND 1' }])],
    [
      'camt.053.001.10',
      statement('M', { opening: '-1.00', closing: '0.00' }, [{ reference: 'R', amount: '1.00', reversal: true }]),
    ],
    [
      'camt.053.001.10',
      statement('M', { opening: '0', closing: '1' }, [{ reference: 'R', amount: '1.00', returned: 'AC04' }], {
        sequence: 3,
        pages: '<StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>',
        totals: '<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries><Sum>1.00</Sum></TtlNtries></TxsSummry>',
      }),
    ],
    ['pain.002.001.10', statusReport('M', 'P', [], 'RJCT', { count: 1, sum: '1.00', blockStatus: 'RJCT' })],
    ['pain.002.001.10', statusReport('M', 'P', [{ endToEndId: 'E', status: 'RJCT', reason: 'AC04' }], 'PART')],
  ])('are valid %s', (name, xml) => {
    const schema = XmlDocument.fromBuffer(readFileSync(path.join(schemas, `${name}.xsd`)));
    const validator = XsdValidator.fromDoc(schema);
    const document = XmlDocument.fromBuffer(xml);
    expect(() => validator.validate(document)).not.toThrow();
    document.dispose();
    validator.dispose();
    schema.dispose();
  });
});
