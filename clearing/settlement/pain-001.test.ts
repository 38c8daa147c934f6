import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { businessDate, fen } from '@citycard/common';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { type CreditTransferMessage, pain001, xml } from './pain-001.ts';

const party = (no: number, name: string) => ({
  accountNo: `62280000${no}`,
  bankLineNo: '102458000011',
  accountName: name,
});
const MESSAGE: CreditTransferMessage = {
  messageId: 'PAY-20261120-1',
  createdAt: new Date('2026-11-21T03:04:05.678Z'),
  requestedDate: businessDate('2026-11-23'),
  debtor: party(1, '市民卡公司 (test)'),
  transfers: [
    {
      endToEndId: '20261120-904458041110001',
      amountFen: fen(2_089_601),
      creditor: party(2, 'Müller & "Söhne" <公交>'),
      remittance: 'sheet 1',
    },
    { endToEndId: '20261120-904458041110002-2', amountFen: fen(5), creditor: party(3, "O'Bus"), remittance: 'sheet 2' },
  ],
};

const SCHEMA = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'iso20022', 'pain.001.001.09.xsd');
const hasSchema = existsSync(SCHEMA);

describe('pain.001', () => {
  it.skipIf(!hasSchema)(
    `is valid against the published schema${hasSchema ? '' : ' (skipped: no schema folder here)'}`,
    () => {
      const schema = XmlDocument.fromString(readFileSync(SCHEMA, 'utf8'));
      const validator = XsdValidator.fromDoc(schema);
      const document = XmlDocument.fromString(pain001(MESSAGE));
      const broken = XmlDocument.fromString(pain001(MESSAGE).replace('<PmtMtd>TRF', '<PmtMtd>CASH'));
      try {
        expect(() => validator.validate(document)).not.toThrow();
        expect(() => validator.validate(broken)).toThrow();
      } finally {
        for (const part of [document, broken, validator, schema]) part.dispose();
      }
    },
  );

  it('says the same thing in the same bytes, with counts and sums that agree', () => {
    const text = pain001(MESSAGE);
    expect(pain001(MESSAGE)).toBe(text);
    expect(text.match(/<NbOfTxs>2<\/NbOfTxs>/g)).toHaveLength(2);
    expect(text.match(/<CtrlSum>20896.06<\/CtrlSum>/g)).toHaveLength(2);
    expect(text).toContain('<InstdAmt Ccy="CNY">0.05</InstdAmt>');
    expect(text).toContain('<Nm>Müller &amp; &quot;Söhne&quot; &lt;公交&gt;</Nm>');
  });

  it('carries no character that XML cannot', () => {
    expect(xml('a\u0000b\ud800c\uffffd\u007f')).toBe('a b c d ');
  });
});
