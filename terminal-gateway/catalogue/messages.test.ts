import { fen } from '@citycard/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValues } from '../codec/field-table.ts';
import { packFrame } from '../codec/frame-writer.ts';
import { envelope, requestFrame } from '../codec/frames.test-data.ts';
import { Message } from '../codec/message.ts';
import { answerFields, packAnswer, readAnswer, repackAnswer, requestFields } from './answer.ts';
import { messages, type MessageDefinition, type MessageName } from './messages.ts';
import { readRequest, type RequestReading } from './request.ts';
import { anyAnswer, anyRequest } from './requests.test-data.ts';
import { isStoredAnswer, responseCodes, type ResponseCode } from './response-codes.ts';

const names = Object.keys(messages) as MessageName[];
const definitionOf = (name: MessageName): MessageDefinition => messages[name];

function headFields(name: MessageName, keyIndex = 0): FieldValues {
  const key = definitionOf(name).keys[keyIndex]!;
  return {
    3: key.processingCode,
    11: '000123',
    41: 'T0000001',
    42: 'M00000000000001',
    60: `${key.type}000001${key.networkManagement}`,
  };
}

function frameOf<N extends MessageName>(
  name: N,
  values: Parameters<typeof requestFields<N>>[1],
  extra: FieldValues = {},
) {
  return requestFrame(messages[name].mti, { ...headFields(name), ...requestFields(name, values), ...extra });
}

function read(frame: Buffer): RequestReading {
  return readRequest(Message.read(frame));
}

describe('message table', () => {
  /** The table of the interface, written down once more by hand. */
  const table: [MessageName, number, string, string | undefined, string, string, number[], number[]][] = [
    ['signOn', 1, '0800', undefined, '00', '003', [62, 63], [62]],
    ['signOff', 2, '0820', undefined, '00', '002', [], []],
    ['echo', 3, '0820', undefined, '00', '301', [], []],
    ['parameters', 4, '0800', undefined, '00', '360', [62], [62]],
    ['parametersAdopted', 4, '0800', undefined, '00', '361', [62], []],
    ['hotlist', 5, '0800', undefined, '00', '390', [62], [62]],
    ['hotlistAdopted', 5, '0800', undefined, '00', '391', [62], []],
    ['purseBalance', 6, '0200', '310000', '01', '000', [2], [54]],
    ['loadFromCash', 7, '0200', '630000', '41', '000', [2, 4, 25, 58], [58]],
    ['loadFromAccount', 8, '0200', '600000', '40', '000', [2, 4, 25, 58], [58]],
    ['loadResult', 9, '0220', '630000', '41', '000', [2, 4, 58, 61], []],
    ['loadReversal', 10, '0400', '630000', '41', '000', [2, 4, 39, 61], []],
    ['purchaseUpload', 11, '0320', '000000', '36', '201', [48, 62], []],
    ['billPayment', 12, '0220', '500000', '36', '000', [4, 62], [62]],
    ['billEnquiry', 13, '0100', '330000', '01', '000', [62], [4, 62]],
    ['batchTotals', 14, '0500', undefined, '00', '201', [48], [48]],
    ['batchUploadEnd', 15, '0320', undefined, '00', '207', [48], []],
  ];

  it('is what the interface says', () => {
    expect(names).toEqual(table.map(([name]) => name));
    for (const [name, number, mti, processingCode, type, networkManagement, request, answer] of table) {
      const definition = definitionOf(name);
      expect([definition.number, definition.mti], name).toEqual([number, mti]);
      expect(definition.keys[0], name).toEqual({ ...(processingCode && { processingCode }), type, networkManagement });
      const required = Object.values(definition.request).filter((slot) => !slot.optional);
      expect(
        required.map((slot) => slot.field),
        name,
      ).toEqual(request);
      expect(
        Object.values(definition.answer).map((slot) => slot.field),
        name,
      ).toEqual(answer);
    }
  });

  it('keeps the answers of 0200 except balances, 0220, 0320, 0400 and 0500, and asks all but sign-on for a MAC', () => {
    for (const name of names) {
      const { mti, stored, mac } = definitionOf(name);
      expect(stored, name).toBe(['0200', '0220', '0320', '0400', '0500'].includes(mti) && name !== 'purseBalance');
      expect(mac, name).toBe(name !== 'signOn');
    }
  });

  it.each(names)('%s: request and answer come back as they were', (name) => {
    const check = <N extends MessageName>(one: N) => {
      fc.assert(
        fc.property(
          anyRequest[one],
          anyAnswer[one],
          fc.nat(messages[one].keys.length - 1),
          (values, answer, keyIndex) => {
            const fields = { ...headFields(one, keyIndex), ...requestFields(one, values) };
            const message = Message.read(requestFrame(messages[one].mti, fields, true));
            const reading = readRequest(message);
            expect(reading).toMatchObject({
              ok: true,
              request: { name: one, trace: '000123', terminalNo: 'T0000001' },
            });
            expect(reading.ok && reading.request.values).toEqual(values);
            const at = new Date('2026-03-09T20:05:06Z');
            const packed = packAnswer(
              message,
              { code: '00', at, reference: '000000000001', fields: answerFields(one, answer) },
              true,
            );
            expect(readAnswer(one, Message.read(packed.frame.subarray(2)))).toEqual({ ok: true, value: answer });
          },
        ),
        { numRuns: 40 },
      );
    };
    check(name);
  });

  it.each(names)('%s: cut or changed anywhere, it is a message or an error with a path', (name) => {
    const check = <N extends MessageName>(one: N) => {
      const mutation = fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        byte: fc.nat(255),
        cut: fc.boolean(),
      });
      fc.assert(
        fc.property(anyRequest[one], mutation, (values, { at, byte, cut }) => {
          const frame = Buffer.from(
            requestFrame(messages[one].mti, { ...headFields(one), ...requestFields(one, values) }),
          );
          const index = Math.min(frame.length - 1, 21 + Math.trunc(at * (frame.length - 21)));
          frame[index] = byte;
          const reading = read(cut ? frame.subarray(0, index) : frame);
          if (!reading.ok) {
            expect(['12', '30']).toContain(reading.code);
            expect(reading.problem.path).toMatch(/^(MTI|bitmap|frame|end of message|field \d+( \/ [a-z0-9 ]+)*)$/);
          }
        }),
        { numRuns: 40 },
      );
    };
    check(name);
  });
});

describe('a request that cannot be taken', () => {
  const load = fc.sample(anyRequest.loadFromCash, { numRuns: 1, seed: 1 })[0]!;
  const upload = { totals: { count: 2, amount: fen(300) }, records: [Buffer.alloc(64, 1), Buffer.alloc(64, 2)] };
  const refusal = (frame: Buffer) => {
    const reading = read(frame);
    if (reading.ok) throw new Error(`was read as ${reading.request.name}`);
    return [reading.code, `${reading.problem.path}: ${reading.problem.reason}`];
  };

  it.each<[string, Buffer, string, string]>([
    ['MTI we do not have', requestFrame('0600', headFields('echo')), '12', 'MTI: 0600 is not supported'],
    [
      '60.3 we do not have',
      requestFrame('0820', { ...headFields('echo'), 60: '00000001999' }),
      '12',
      'field 60: 00 / 999 is no 0820',
    ],
    [
      'processing code we do not have',
      frameOf('loadFromCash', load, { 3: '620000' }),
      '12',
      'field 3: 620000 is not 630000',
    ],
    ['condition other than 91', frameOf('loadFromCash', load, { 25: '00' }), '12', 'field 25: is not 91'],
    ['no processing code', frameOf('loadFromCash', load, { 3: undefined }), '30', 'field 3: is missing'],
    ['no merchant', frameOf('loadFromCash', load, { 42: undefined }), '30', 'field 42: is missing'],
    ['no field 60', frameOf('loadFromCash', load, { 60: undefined }), '30', 'field 60: is missing'],
    [
      'a short field 60',
      frameOf('loadFromCash', load, { 60: '4100000100' }),
      '30',
      'field 60: has 10 digits, not at least 11',
    ],
    ['no purse data', frameOf('loadFromCash', load, { 58: undefined }), '30', 'field 58: is missing'],
    [
      'purse data too short',
      frameOf('loadFromCash', load, { 58: Buffer.alloc(42) }),
      '30',
      'field 58: has 42 bytes, not 43',
    ],
    ['an empty card number', frameOf('loadFromCash', load, { 2: '' }), '30', 'field 2: is empty'],
    [
      'another version of the load request',
      frameOf('loadFromCash', load, { 58: Buffer.alloc(43, 2) }),
      '30',
      'field 58 / version: 2 is not 1',
    ],
    [
      'half a record',
      frameOf('purchaseUpload', upload, { 62: Buffer.alloc(96) }),
      '30',
      'field 62: 96 bytes are no multiple of 64',
    ],
    [
      'no record',
      frameOf('purchaseUpload', upload, { 62: Buffer.alloc(0) }),
      '30',
      'field 62: 0 of record is not 1 to 15',
    ],
  ])('%s', (_, frame, code, sentence) => {
    expect(refusal(frame)).toEqual([code, sentence]);
  });

  it('names the innermost part at fault', () => {
    const fields = { ...headFields('purchaseUpload'), ...requestFields('purchaseUpload', upload) };
    expect(read(requestFrame('0320', fields)).ok).toBe(true);
    const serial = Buffer.from(requestFields('loadFromCash', load)[58]!);
    serial[3] = 0xaa;
    expect(refusal(frameOf('loadFromCash', load, { 58: serial }))).toEqual([
      '30',
      'field 58 / application serial: is not packed decimal',
    ]);
    const bad = answerFields('billEnquiry', {
      due: fen(1),
      bills: [1, 2].map(() => ({ billReference: 'A', due: fen(1), dueDate: '20260301', text: '水费' })),
    });
    bad[62]!.write('x', 56 + 16, 'latin1');
    const request = Message.read(frameOf('billEnquiry', { enquiry: { biller: 'W1', customer: '7' } }));
    const packed = packAnswer(request, { code: '00', at: new Date(0), reference: '0'.repeat(12), fields: bad }, false);
    expect(readAnswer('billEnquiry', Message.read(packed.frame.subarray(2)))).toEqual({
      ok: false,
      problem: { path: 'field 62 / bill 2 / due', reason: 'is not 12 digits' },
    });
  });

  it('refuses to send what does not fit, with the path', () => {
    const bills = [{ billReference: 'A', due: fen(10n ** 12n), dueDate: '20260301', text: '' }];
    expect(() => answerFields('billEnquiry', { due: fen(1), bills })).toThrow(
      'field 62 / bill 1 / due: is not 12 digits',
    );
    const receipt = { receipt: '水'.repeat(9), meterToken: '' };
    expect(() => answerFields('billPayment', { receipt })).toThrow('field 62 / receipt: takes 18 bytes, there are 16');
  });

  it('skips parameters it does not know, and tells one that is cut short', () => {
    const body = answerFields('parameters', {
      block: { version: 1, blockIndex: 0, lastFlag: 1, parameters: { recordAgeLimitDays: 90 } },
    })[62]!;
    const request = Message.read(frameOf('parameters', { wanted: { version: 0, blockIndex: 0 } }));
    const answered = (field62: Buffer) => {
      const answer = { code: '00' as const, at: new Date(0), reference: '0'.repeat(12), fields: { 62: field62 } };
      return readAnswer('parameters', Message.read(packAnswer(request, answer, false).frame.subarray(2)));
    };
    expect(answered(Buffer.concat([body, Buffer.from('7f0201020302', 'hex').subarray(0, 4)]))).toMatchObject({
      ok: true,
      value: { block: { parameters: { recordAgeLimitDays: 90 } } },
    });
    expect(answered(Buffer.concat([body, Buffer.from('030400', 'hex')]))).toEqual({
      ok: false,
      problem: { path: 'field 62 / parameters / tag 03', reason: 'ends inside the value' },
    });
  });
});

describe('answers', () => {
  const at = new Date('2026-12-31T16:00:01Z');
  const request = Message.read(requestFrame('0820', { ...headFields('echo'), 60: '0000000130155' }, true));

  it('have exactly the fields of the interface, addresses swapped and header repeated', () => {
    const { frame } = packAnswer(request, { code: '00', at, reference: 'R00000000001' }, true);
    const message = Message.read(frame.subarray(2));
    expect(message.mti).toBe('0830');
    expect(message.tpdu.toString('hex')).toBe('6000010003');
    expect(message.header).toEqual(envelope.header);
    expect(message.fields()).toEqual([11, 12, 13, 37, 39, 41, 42, 60, 64]);
    expect([11, 12, 13, 37, 39, 41, 42, 60].map((field) => message.text(field as 11))).toEqual([
      '000123',
      '000001',
      '0101',
      'R00000000001',
      '00',
      'T0000001',
      'M00000000000001',
      '0000000130155',
    ]);
  });

  it('leave field 64 out where there is no key for it', () => {
    const { frame, carriesMac } = packAnswer(request, { code: '97', at, reference: 'R00000000001' }, false);
    expect(carriesMac).toBe(false);
    expect(Message.read(frame.subarray(2)).has(64)).toBe(false);
  });

  it('serve a request with a problem, with what could be read of it', () => {
    const frame = Buffer.from(requestFrame('0820', headFields('echo')));
    frame[frame.length - 1] = 0xff;
    const message = Message.read(frame);
    const answer = Message.read(
      packAnswer(message, { code: '30', at, reference: 'R00000000001' }, false).frame.subarray(2),
    );
    expect(message.problem?.path).toBe('field 60');
    expect(answer.fields()).toEqual([11, 12, 13, 37, 39, 41, 42]);
  });

  it('are covered by the MAC up to field 64, whose bit is already set', () => {
    const packed = packAnswer(request, { code: '00', at, reference: 'R00000000001' }, true);
    packed.setMac(Buffer.from('ABCDEF01'));
    const message = Message.read(packed.frame.subarray(2));
    expect(message.macInput).toEqual(packed.macInput);
    expect(message.bytes(64)!.toString()).toBe('ABCDEF01');
    expect(packed.macInput.readUInt8(9) & 1).toBe(1);
  });

  it('are given again to a repeat under its own envelope, with or without a MAC', () => {
    const first = packAnswer(request, { code: '00', at, reference: 'R00000000001' }, true);
    const repeat = Message.read(
      packFrame(
        { ...envelope, tpdu: Buffer.from('6000030009', 'hex'), mti: '0820' },
        headFields('echo'),
        true,
      ).frame.subarray(2),
    );
    const again = repackAnswer(repeat, first.macInput, true);
    expect(again.macInput).toEqual(first.macInput);
    expect(Message.read(again.frame.subarray(2)).tpdu.toString('hex')).toBe('6000090003');
    expect(again.frame.readUInt16BE()).toBe(again.frame.length - 2);
    const bare = Message.read(repackAnswer(repeat, first.macInput, false).frame.subarray(2));
    expect(bare.problem).toBeUndefined();
    expect(bare.has(64)).toBe(false);
    const withMacAfterAll = Message.read(repackAnswer(repeat, bare.macInput, true).frame.subarray(2));
    expect(withMacAfterAll.macInput).toEqual(first.macInput);
  });

  it('are never kept with a code after which the request is decided afresh', () => {
    const codes = Object.keys(responseCodes) as ResponseCode[];
    expect(codes).toHaveLength(22);
    expect(codes.filter((code) => !isStoredAnswer(code)).sort()).toEqual(['30', '68', '90', '96', '97', '98', 'A0']);
  });
});
