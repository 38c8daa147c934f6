import { fen } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { FrameParser } from '../codec/frame-parser.ts';
import { type Envelope, packFrame } from '../codec/frame-writer.ts';
import { Message } from '../codec/message.ts';
import { answerFields, type AnswerValues, packAnswer, readAnswer, requestFields } from './answer.ts';
import { goldenBytes, goldenMessages } from './golden-messages.test-data.ts';
import { messages, type MessageName } from './messages.ts';
import { readRequest } from './request.ts';
import type { RequestValues } from './requests.test-data.ts';
import { isStoredAnswer, responseCodes, type ResponseCode } from './response-codes.ts';

/** The terminal interface walked through from section 1 to section 4, against bytes that the codec has not made. */

const envelope: Envelope = {
  tpdu: Buffer.from('6000030001', 'hex'),
  header: Buffer.from('622200000000', 'hex'),
  mti: '0200',
};
const at = new Date('2026-03-09T20:05:06Z');
const reference = 'R00000000001';
const mac = Buffer.from('ABCDEFGH');
const hex = (text: string) => Buffer.from(text, 'hex');

const cardNo = '3104580010000000018';
const record = goldenBytes(goldenMessages.purchaseUpload.request).subarray(-136, -72);
const testRecord = Buffer.concat([hex('0180'), record.subarray(2)]);
const load = {
  version: 1,
  applicationSerial: `0${cardNo}`,
  issuerId: hex('4580000000000000'),
  type: 2,
  keyIndex: 1,
  keyVersion: 1,
  algorithm: 0,
  balanceBefore: fen(100),
  onlineCounter: 9,
  cardRandom: hex('11223344'),
  samNo: '999900000001',
  mac1: hex('A1B2C3D4'),
} as const;
const loadRequest = { cardNo, amount: fen(10_000), condition: '91', load } as const;
const loadAnswer = { load: { version: 1, hostDate: '20260310', hostTime: '040506', mac2: hex('0A0B0C0D') } } as const;
const original = { batch: '000001', trace: '000122', date: '0310' };
const totals = { amount: fen(20_000), count: 2 };

interface Row<N extends MessageName> {
  /** Fields 3 and 60, which tell the message; the others every message has are always the same here. */
  readonly head: { readonly 3?: string; readonly 60: string };
  readonly request: RequestValues<N>;
  readonly answer: AnswerValues<N>;
}

const rows: { readonly [N in MessageName]: Row<N> } = {
  signOn: {
    head: { 60: '00000001003' },
    request: { terminalText: Buffer.from('Sequence No00000001'), operator: '01' },
    answer: {
      keys: {
        pikUnderTmk: Buffer.alloc(16, 0x1f),
        pikKcv: hex('A0A1A2A3'),
        makUnderTmk: Buffer.alloc(16, 0x2e),
        makKcv: hex('B0B1B2B3'),
      },
    },
  },
  signOff: { head: { 60: '00000001002' }, request: {}, answer: {} },
  echo: { head: { 60: '0000000130155501234' }, request: {}, answer: {} },
  parameters: {
    head: { 60: '00000001360' },
    request: { wanted: { version: 7, blockIndex: 1 } },
    answer: {
      block: {
        version: 7,
        blockIndex: 1,
        lastFlag: 1,
        parameters: {
          loadMaximumFen: fen(100_000),
          purseCapFen: fen(100_000),
          uploadIntervalSeconds: 3600,
          recordAgeLimitDays: 90,
          hotlistIntervalSeconds: 900,
        },
      },
    },
  },
  parametersAdopted: { head: { 60: '00000001361' }, request: { adopted: { version: 7 } }, answer: {} },
  hotlist: {
    head: { 60: '00000001390' },
    request: { wanted: { versionHeld: 298, nextIndex: 0 } },
    answer: {
      page: {
        currentVersion: 300,
        nextIndex: 2,
        more: 0,
        entries: [
          { action: 1, applicationSerial: `0${cardNo}` },
          { action: 2, applicationSerial: '03104580010000000026' },
        ],
      },
    },
  },
  hotlistAdopted: { head: { 60: '00000001391' }, request: { adopted: { version: 300 } }, answer: {} },
  purseBalance: {
    head: { 3: '310000', 60: '01000001000' },
    request: { cardNo },
    answer: { balances: { ledgerFen: fen(12_345), availableFen: fen(12_300) } },
  },
  loadFromCash: { head: { 3: '630000', 60: '41000001000' }, request: loadRequest, answer: loadAnswer },
  loadFromAccount: {
    head: { 3: '600000', 60: '40000001000' },
    request: { ...loadRequest, pinBlock: hex('F1F2F3F4F5F6F7F8'), pinControl: '2600000000000000' },
    answer: loadAnswer,
  },
  loadResult: {
    head: { 3: '630000', 60: '41000001000' },
    request: {
      cardNo,
      amount: fen(10_000),
      result: { version: 1, outcome: 0, tac: hex('A1B2C3D4'), balanceAfter: fen(10_200), onlineCounterBefore: 9 },
      original,
    },
    answer: {},
  },
  loadReversal: {
    head: { 3: '600000', 60: '40000001000' },
    request: { cardNo, amount: fen(10_000), reason: '98', original },
    answer: {},
  },
  purchaseUpload: {
    head: { 3: '000000', 60: '36000001201' },
    request: { totals: { count: 2, amount: fen(400) }, records: [record, testRecord] },
    answer: {},
  },
  billPayment: {
    head: { 3: '500000', 60: '36000001000' },
    request: {
      amount: fen(200),
      payment: { record, biller: 'WATR', customer: '水表0001', billReference: '2026-03' },
    },
    answer: { receipt: { receipt: 'RCPT-20260310-7', meterToken: '12345678901234567890' } },
  },
  billEnquiry: {
    head: { 3: '330000', 60: '01000001000' },
    request: { enquiry: { biller: 'WATR', customer: '水表0001' } },
    answer: {
      due: fen(12_345),
      bills: [
        { billReference: '2026-02', due: fen(12_000), dueDate: '20260228', text: '2月水费㐀' },
        { billReference: '2026-03', due: fen(345), dueDate: '20260331', text: '' },
      ],
    },
  },
  batchTotals: {
    head: { 60: '00000001201' },
    request: { totals: { loads: totals, purchases: { amount: fen(400), count: 2 } } },
    answer: { totals: { loads: totals, purchases: { amount: fen(300), count: 1 }, result: 2 } },
  },
  batchUploadEnd: { head: { 60: '00000001207' }, request: { end: { count: 5 } }, answer: {} },
};

const names = Object.keys(rows) as MessageName[];
const common = { 11: '000123', 41: 'T0000001', 42: 'M00000000000001' };
const received = (body: Buffer) => Message.read(Buffer.concat([envelope.tpdu, envelope.header, body]));

describe('section 3, message by message', () => {
  it.each(names)('%s', (name) => {
    const check = <N extends MessageName>(one: N) => {
      const golden = {
        request: goldenBytes(goldenMessages[one].request),
        answer: goldenBytes(goldenMessages[one].answer),
      };
      const row: Row<N> = rows[one];
      const { mti, mac: sealed } = messages[one];

      const request = received(golden.request);
      const reading = readRequest(request);
      expect(reading).toMatchObject({ ok: true, request: { name: one, trace: '000123', terminalNo: 'T0000001' } });
      expect(reading.ok && reading.request.values).toEqual(row.request);
      const packed = packFrame(
        { ...envelope, mti },
        { ...common, ...row.head, ...requestFields(one, row.request) },
        sealed,
      );
      if (sealed) packed.setMac(mac);
      expect(packed.frame.toString('hex', 13)).toBe(golden.request.toString('hex'));

      const answer = { code: '00' as const, at, reference, fields: answerFields(one, row.answer) };
      const answered = packAnswer(request, answer, sealed);
      if (sealed) answered.setMac(mac);
      expect(answered.frame.toString('hex', 13)).toBe(golden.answer.toString('hex'));
      expect(readAnswer(one, received(golden.answer))).toEqual({ ok: true, value: row.answer });
    };
    check(name);
  });
});

/** The bytes of one message, on its way to the gateway. */
const frameOf = (body: Buffer) => {
  const content = Buffer.concat([envelope.tpdu, envelope.header, body]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([length, content]);
};

describe('section 1, the frame', () => {
  const echo = goldenBytes(goldenMessages.echo.request);

  it('is length ‖ TPDU ‖ header ‖ message; the answer swaps the addresses and keeps the header', () => {
    const request = frameOf(echo);
    expect(request.toString('hex', 0, 15)).toBe('0043' + '6000030001' + '622200000000' + '0820');
    const parser = new FrameParser();
    parser.push(request);
    const message = Message.read(parser.next()!);
    const answer = packAnswer(message, { code: '00', at, reference }, true);
    expect(answer.frame.toString('hex', 0, 15)).toBe('0056' + '6000010003' + '622200000000' + '0830');
    expect(answer.frame.length).toBe(2 + 0x56);
  });

  it.each([
    [20, false],
    [21, true],
    [4096, true],
    [4097, false],
  ])('counts 21 to 4096 bytes: %i', (length, taken) => {
    const content = Buffer.alloc(length);
    content.write('0820', 11, 'hex');
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16BE(length);
    const parser = new FrameParser();
    parser.push(Buffer.concat([prefix, content]));
    expect(parser.next() !== undefined).toBe(taken);
    expect(parser.fault === undefined).toBe(taken);
  });

  it('has fields 2 to 64: bit 1 does not announce a second bitmap', () => {
    const changed = Buffer.from(echo);
    changed[2]! |= 0x80;
    expect(received(changed).problem?.path).toBe('bitmap');
  });

  it('counts bytes in 48, 58 and 62, up to 999', () => {
    for (const field of [48, 58, 62] as const) {
      const most = packFrame(envelope, { [field]: Buffer.alloc(999, 0xff) }, false).frame.subarray(23);
      expect(most.subarray(0, 3).toString('hex')).toBe('0999' + 'ff');
      expect(most.length).toBe(1001);
      expect(() => packFrame(envelope, { [field]: Buffer.alloc(1000) }, false)).toThrow(`field ${field}: `);
    }
  });
});

describe('section 3, the layouts', () => {
  const readFields = (name: MessageName, fields: object) =>
    readAnswer(name, received(packFrame({ ...envelope, mti: '0810' }, fields, false).frame.subarray(13)));

  it('parameters with tags nobody knows are skipped, wherever they stand', () => {
    const head = '00000007' + '0000' + '01';
    const read = readFields('parameters', { 62: hex(`${head}7F03010203` + '0402005A' + 'FE00') });
    expect(read).toMatchObject({ ok: true, value: { block: { parameters: { recordAgeLimitDays: 90 } } } });
  });

  it('a page of the hotlist holds 89 entries in 989 bytes', () => {
    const entry = { action: 1 as const, applicationSerial: `0${cardNo}` };
    const page = (count: number) => ({
      currentVersion: 300,
      nextIndex: 89,
      more: 1 as const,
      entries: Array(count).fill(entry),
    });
    const { 62: bytes } = answerFields('hotlist', { page: page(89) });
    expect(bytes?.length).toBe(989);
    expect(bytes?.toString('hex', 0, 12)).toBe('0000012c' + '00000059' + '01' + '59' + '0103');
    expect(() => answerFields('hotlist', { page: page(90) })).toThrow('field 62 / entries');
    expect(readFields('hotlist', { 62: hex('0000012C' + '00000001' + '00' + '02' + `010${cardNo}`) })).toMatchObject({
      ok: false,
      problem: { path: 'field 62 / entries' },
    });
  });

  it('an upload has 1 to 15 records of 64 bytes', () => {
    const upload = (count: number) =>
      requestFields('purchaseUpload', { totals: { count, amount: fen(0) }, records: Array(count).fill(record) });
    expect(upload(15)[62]?.length).toBe(960);
    expect(() => upload(16)).toThrow('field 62');
    expect(() => upload(0)).toThrow('field 62');
  });

  it('an answer to an enquiry has up to 17 bills of 56 bytes', () => {
    const bill = { billReference: '', due: fen(0), dueDate: '20260331', text: '' };
    const answer = (count: number) => answerFields('billEnquiry', { due: fen(0), bills: Array(count).fill(bill) });
    expect(answer(17)[62]?.length).toBe(952);
    expect(answer(0)[62]?.length).toBe(0);
    expect(() => answer(18)).toThrow('field 62');
  });

  it('a receipt of blanks and a token of blanks are none', () => {
    const { 62: bytes } = answerFields('billPayment', { receipt: { receipt: '', meterToken: '' } });
    expect(bytes).toEqual(Buffer.alloc(36, ' '));
  });

  it('an overdrawn balance has the sign D', () => {
    const { 54: text } = answerFields('purseBalance', { balances: { ledgerFen: fen(-5), availableFen: fen(0) } });
    expect(text).toBe('0201156D000000000005' + '1001156C000000000000');
  });

  it('field 61 has 16 digits, its date may be 0000, and all of it zeros', () => {
    const change = (digits: string) => {
      const golden = goldenMessages.loadResult.request;
      return readRequest(received(goldenBytes(golden.replace('0000010001220310', digits))));
    };
    expect(change('0000010001220000')).toMatchObject({ ok: true, request: { values: { original: { date: '0000' } } } });
    expect(change('0'.repeat(16))).toMatchObject({ ok: true, request: { values: { original: { trace: '000000' } } } });
  });

  it('a value that does not fit is named by its path', () => {
    const golden = goldenMessages.loadFromCash.request.replace('03104580010000000018', '0310458001000000001A');
    expect(readRequest(received(goldenBytes(golden)))).toMatchObject({
      ok: false,
      code: '30',
      problem: { path: 'field 58 / application serial', reason: 'is not packed decimal' },
    });
  });
});

describe('section 4, the codes', () => {
  /** As the page has them, row by row. */
  const page = '00 03 12 13 14 25 30 51 54 58 A1 61 62 64 68 77 94 96 97 98 A0 90'.split(' ');

  it('are those of the page and no other', () => {
    expect(Object.keys(responseCodes).sort()).toEqual([...page].sort());
  });

  it('are kept for repeats but for seven', () => {
    const afresh = page.filter((code) => !isStoredAnswer(code as ResponseCode));
    expect(afresh.sort()).toEqual(['30', '68', '90', '96', '97', '98', 'A0']);
  });
});
