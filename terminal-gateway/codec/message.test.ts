import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash } from './content-hash.ts';
import { BYTES, kindOf, type BytesField, type FieldNumber, type FieldValues, type TextField } from './field-table.ts';
import { packFrame } from './frame-writer.ts';
import { anyFields, envelope, loadFields, requestFrame, vectorBytes } from './frames.test-data.ts';
import { Message } from './message.ts';
import { EncodingError } from './problem.ts';

function valuesOf(message: Message): Record<number, string | Buffer | undefined> {
  return Object.fromEntries(
    message
      .fields()
      .filter((field) => field !== 64)
      .map((field) => [
        field,
        kindOf[field] === BYTES ? message.bytes(field as BytesField) : message.text(field as TextField),
      ]),
  );
}

describe('published frames', () => {
  it('reads CUP-B and its MAC range', () => {
    const frame = vectorBytes('CUP-B', 'frame');
    const message = Message.read(frame.subarray(2));
    expect(message.problem).toBeUndefined();
    expect(message.mti).toBe('0200');
    expect(message.tpdu.toString('hex')).toBe('6000030000');
    expect(message.header.toString('hex')).toBe('603210320072');
    expect(message.fields()).toEqual([3, 4, 11, 22, 25, 41, 42, 49, 60, 62, 64]);
    expect(message.text(4)).toBe('000000001234');
    expect(message.text(22)).toBe('030');
    expect(message.text(42)).toBe('952718182217875');
    expect(message.text(60)).toBe('2600000100060000000');
    expect(message.bytes(62)).toHaveLength(43);
    expect(message.bytes(64)!.toString('latin1')).toBe('B3A092AE');
    expect(message.macInput).toEqual(vectorBytes('CUP-B', 'mab'));
  });

  it('writes CUP-B again byte for byte', () => {
    const frame = vectorBytes('CUP-B', 'frame');
    const message = Message.read(frame.subarray(2));
    const again = packFrame(message, valuesOf(message), true);
    expect(again.macInput).toEqual(vectorBytes('CUP-B', 'mab'));
    expect(again.setMac(message.bytes(64)!).frame).toEqual(frame);
  });

  it('reads FRAME-0800-A to the last byte and writes it again', () => {
    const content = vectorBytes('FRAME-0800-A', 'hex');
    const message = Message.read(content);
    expect(message.problem).toBeUndefined();
    expect(valuesOf(message)).toEqual({
      11: '000027',
      41: '88888888',
      42: '100000000000001',
      60: '00000001003',
      62: Buffer.from('Sequence No153135320-017-687'),
      63: Buffer.from('01 '),
    });
    expect(packFrame(message, valuesOf(message) as FieldValues, false).frame.subarray(2)).toEqual(content);
  });
});

describe('packing and reading', () => {
  it('are inverse for every set of fields', () => {
    fc.assert(
      fc.property(anyFields, fc.boolean(), (fields, mac) => {
        const message = Message.read(packFrame(envelope, fields, mac).frame.subarray(2));
        expect(message.problem).toBeUndefined();
        expect(message.has(64)).toBe(mac);
        expect(valuesOf(message)).toEqual(fields);
      }),
      { numRuns: 200 },
    );
  });

  it('align field 22 left and field 23 right', () => {
    const frame = requestFrame('0200', { 22: '051', 23: '123' });
    expect(frame.subarray(21).toString('hex')).toBe('0510' + '0123');
  });

  it('count digits in the prefix of field 2 and bytes in that of field 62', () => {
    expect(requestFrame('0200', { 2: '123' }).subarray(21).toString('hex')).toBe('03' + '1230');
    expect(
      requestFrame('0200', { 62: Buffer.alloc(3, 1) })
        .subarray(21)
        .toString('hex'),
    ).toBe('0003' + '010101');
  });

  it('give views of the frame, not copies', () => {
    const frame = requestFrame('0200', loadFields);
    const content = Message.read(frame).bytes(58)!;
    frame[frame.indexOf(content)] = 0xaa;
    expect(content[0]).toBe(0xaa);
  });

  it.each<[string, FieldValues, string]>([
    ['a short amount', { 4: '1' }, 'field 4: amount has 12 places, not 1'],
    ['a long number', { 2: '1'.repeat(20) }, 'field 2: card number has at most 19 places, not 20'],
    ['a letter among digits', { 3: '63000x' }, 'field 3: processing code is not decimal'],
    ['an accent', { 41: 'T000000é' }, 'field 41: terminal is not printable ASCII'],
    ['too many bytes', { 62: Buffer.alloc(1000) }, 'field 62: reserved 2 has at most 999 places, not 1000'],
  ])('refuse to pack what the table cannot carry: %s', (_, fields, sentence) => {
    expect(() => requestFrame('0200', fields)).toThrow(
      new EncodingError(...(sentence.split(': ') as [string, string])),
    );
  });

  it('refuse a frame above 4096 bytes', () => {
    const large = Buffer.alloc(999);
    expect(() => requestFrame('0200', { 48: large, 58: large, 59: large, 62: large, 63: Buffer.alloc(163) })).toThrow(
      /^frame: \d+ bytes are above 4096$/,
    );
  });
});

describe('a message that is not right', () => {
  const good = requestFrame('0200', loadFields, true);
  /** Where the content of a field begins in the good frame. */
  const at = (field: FieldNumber) => good.indexOf(Message.read(good).encoded(field)!);
  const broken = (change: (frame: Buffer) => void) => {
    const frame = Buffer.from(good);
    change(frame);
    return Message.read(frame);
  };

  it('is told by field and reason, and still gives the fields that can be read', () => {
    const message = broken((frame) => (frame[at(4)] = 0x0a));
    expect(message.problem).toEqual({ path: 'field 4', reason: 'byte 1 is not packed decimal' });
    expect(message.has(4)).toBe(false);
    expect(message.text(11)).toBe('000123');
    expect(message.text(41)).toBe('T0000001');
    expect(message.bytes(62)).toEqual(loadFields[62]);
  });

  it('goes on behind a field that is too long', () => {
    const message = broken((frame) => {
      frame[at(2)] = 0x20;
    });
    expect(message.problem).toEqual({ path: 'field 2', reason: 'length 20 is above 19' });
    expect(message.text(41)).toBe('T0000001');
  });

  it.each([
    ['a prefix that is not decimal', 2 as const, 0x1f, 'the length prefix is not decimal'],
    ['a letter that is not ASCII', 41 as const, 0xc4, 'byte 1 is not printable ASCII'],
  ])('%s', (_, field, byte, reason) => {
    expect(broken((frame) => (frame[at(field)] = byte)).problem).toEqual({ path: `field ${field}`, reason });
  });

  it('has a filling nibble that is not 0', () => {
    expect(broken((frame) => (frame[at(22) + 1] = 0x1f)).problem?.path).toBe('field 22');
    expect(broken((frame) => (frame[at(22) + 1] = 0x11)).problem?.reason).toBe('the filling nibble is not 0');
  });

  it('has bytes behind the last field', () => {
    expect(Message.read(Buffer.concat([good, Buffer.alloc(3)])).problem).toEqual({
      path: 'end of message',
      reason: '3 bytes follow the last field',
    });
  });

  it('announces a field that the dialect does not have', () => {
    const frame = requestFrame('0200', { 11: '000001' });
    frame[13] = 0x08;
    expect(Message.read(frame).problem).toEqual({ path: 'field 5', reason: 'is not a field of this interface' });
    frame[13] = 0x80;
    expect(Message.read(frame).problem?.path).toBe('bitmap');
  });

  it('ends early, wherever it ends', () => {
    for (let length = 0; length < good.length; length++) {
      expect(Message.read(good.subarray(0, length)).problem?.path).toMatch(/^(field \d+|frame)$/);
    }
  });

  it('never crashes the reader and reads the same after packing again, however it is mutated', () => {
    const mutation = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.nat(good.length), (mutations, cut) => {
        const message = broken((frame) => mutations.forEach(([index, byte]) => (frame[index] = byte)));
        const short = Message.read(message.frame.subarray(0, cut));
        for (const one of [message, short]) {
          const values = valuesOf(one) as FieldValues;
          if (one.problem !== undefined) {
            expect(one.problem.path).toMatch(/^(field \d+|bitmap|frame|end of message)$/);
          } else if (/^\d{4}$/.test(one.mti)) {
            const again = packFrame(one, values, one.has(64));
            if (one.has(64)) again.setMac(one.bytes(64)!);
            expect(again.frame.subarray(2)).toEqual(one.frame);
          }
        }
      }),
      { numRuns: 700 },
    );
  });

  it('may be random bytes altogether', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        valuesOf(Message.read(Buffer.from(noise)));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('content of a repeat', () => {
  const hash = (fields: FieldValues, mac = false) =>
    contentHash(Message.read(requestFrame('0200', fields, mac))).toString('hex');
  const base = hash(loadFields);

  it('does not see the clock, the PIN block, the MAC', () => {
    expect(
      hash({ ...loadFields, 12: '101112', 13: '0811', 52: Buffer.alloc(8, 9), 53: '2600000000000000' }, true),
    ).toBe(base);
  });

  it('does not see the envelope', () => {
    const frame = requestFrame('0200', loadFields);
    frame[4] = 0x77;
    frame[6] = 0x61;
    expect(contentHash(Message.read(frame)).toString('hex')).toBe(base);
  });

  it.each<[string, FieldValues]>([
    ['another amount', { ...loadFields, 4: '000000010001' }],
    ['another trace number', { ...loadFields, 11: '000124' }],
    ['one field less', { ...loadFields, 49: undefined }],
    ['the same bytes in another field', { ...loadFields, 62: undefined, 63: loadFields[62] }],
    ['more digits in field 60', { ...loadFields, 60: '410000010005' }],
  ])('sees %s', (_, fields) => {
    expect(hash(fields)).not.toBe(base);
  });
});
