import { describe, expect, it } from 'vitest';
import { encryptEcb, keyCheckValue } from '../cryptography/block-cipher.ts';
import { hex, vector } from '../cryptography/vectors.test-data.ts';
import { decodeFrame, encodeFrame, FrameSplitter } from './frame.ts';
import { messageMac } from './mac.ts';
import { bytesOf, decodeMessage, encodeMessage, message, textOf } from './message.ts';

const text = (bytes: Buffer) => bytes.toString('hex').toUpperCase();

describe('frames and messages', () => {
  it('CUP-B: a published 0200 parses, its MAC is right, and it is built again to the byte', () => {
    const given = vector<{ frame: string; mab: string; field64: string; parsed: { header: string; tpdu: string } }>(
      'CUP-B',
    );
    const [content] = new FrameSplitter().push(hex(given.frame));
    const frame = decodeFrame(content!);
    expect([frame.tpdu, frame.header]).toEqual([given.parsed.tpdu, given.parsed.header]);
    const parsed = decodeMessage(frame.body);
    expect(parsed.mti).toBe('0200');
    expect([3, 4, 11, 22, 25, 41, 42, 49, 60].map((field) => textOf(parsed, field))).toEqual([
      '000000',
      '000000001234',
      '000002',
      '030',
      '99',
      '00000001',
      '952718182217875',
      '156',
      '2600000100060000000',
    ]);
    expect(bytesOf(parsed, 62)).toHaveLength(43);
    const mak = hex('0723C80DB5F4CD3D');
    const covered = frame.body.subarray(0, frame.body.length - 8);
    expect(text(covered)).toBe(given.mab);
    expect(text(messageMac('ecb', mak, covered))).toBe(given.field64);
    expect(text(messageMac('ecb', Buffer.concat([mak, mak]), covered))).toBe(given.field64);
    expect(text(encodeFrame({ ...frame, body: encodeMessage(parsed) }))).toBe(given.frame);
  });

  it('FRAME-0800-A: a published sign-on request', () => {
    const given = vector<{ hex: string; fields: Record<string, string> }>('FRAME-0800-A');
    const frame = decodeFrame(hex(given.hex));
    const parsed = decodeMessage(frame.body);
    expect(textOf(parsed, 11)).toBe(given.fields['11']);
    expect(textOf(parsed, 60)).toBe('00000001003');
    expect(text(bytesOf(parsed, 62))).toBe(given.fields['62']);
    expect(textOf(parsed, 63)).toBe('01 ');
    expect(text(encodeMessage(parsed))).toBe(text(frame.body));
  });

  it('CUP-F62-S1: working keys as the sign-on answer carries them', () => {
    const given = vector<Record<string, string>>('CUP-F62-S1');
    const tmk = hex(given.tmk!);
    const field = Buffer.concat([
      encryptEcb('3des', tmk, hex(given.pik!)),
      keyCheckValue(hex(given.pik!)),
      encryptEcb('3des', tmk, hex(given.mak!)),
      Buffer.alloc(8),
      keyCheckValue(hex(given.mak!)),
    ]);
    expect(text(field)).toBe(given.field62);
  });

  it('X9.19 zero padding equals ISO9797-24-P1', () => {
    const given = vector<Record<string, string>>('ISO9797-24-P1');
    const mac = messageMac('x9.19', hex(given.key! + given.key2!), Buffer.from(given.messageAscii!));
    expect(text(mac)).toBe(given.algorithm3_retail_x919);
  });

  it('keeps odd digits, both alignments and byte counts', () => {
    const sent = message('0200', {
      2: '3104580000000000018',
      22: '051',
      23: '001',
      48: hex('00FF'),
      61: '1234567',
      58: Buffer.alloc(300, 7),
    });
    const bytes = encodeMessage(sent);
    expect(decodeMessage(bytes)).toEqual(sent);
    expect(text(bytes)).toContain('05100001');
  });

  it('splits and joins frames however they arrive', () => {
    const frame = encodeFrame({
      tpdu: '6000000000',
      header: '620000000000',
      body: encodeMessage(message('0820', { 11: '000001' })),
    });
    const stream = Buffer.concat([frame, frame, frame]);
    const splitter = new FrameSplitter();
    const found: Buffer[] = [];
    for (const byte of stream) found.push(...splitter.push(Buffer.from([byte])));
    expect(found).toHaveLength(3);
    expect(new FrameSplitter().push(stream)).toHaveLength(3);
  });

  it('refuses truncated, overlong and undecimal messages', () => {
    const good = encodeMessage(message('0200', { 3: '000000', 60: '00000001000' }));
    expect(() => decodeMessage(good.subarray(0, good.length - 1))).toThrow('ends inside field 60');
    expect(() => decodeMessage(Buffer.concat([good, Buffer.alloc(1)]))).toThrow('follow the last field');
    expect(() => decodeMessage(hex('02002000000000000000A00000'))).toThrow('not decimal');
    expect(() => decodeMessage(hex('02008000000000000000'))).toThrow('field 1 ');
    expect(() => encodeMessage(message('0200', { 3: '12345' }))).toThrow('field 3');
    expect(() => encodeMessage(message('0200', { 62: 'text' }))).toThrow('field 62');
  });
});
