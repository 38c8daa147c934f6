import fc from 'fast-check';
import { expect, it } from 'vitest';
import { requestFrame } from '../codec/frames.test-data.ts';
import { Message } from '../codec/message.ts';
import { packAnswer } from './answer.ts';
import { packPlainAnswer } from './plain-answer.ts';

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const printable = (length: number) => fc.stringMatching(new RegExp(`^[ -~]{${length}}$`));

it('an answer made of the bytes of its request is the answer made of its values', () => {
  const kept = fc.record({
    11: fc.option(digits(6), { nil: undefined }),
    41: fc.option(printable(8), { nil: undefined }),
    42: fc.option(printable(15), { nil: undefined }),
    60: fc.option(fc.stringMatching(/^[0-9]{0,40}$/), { nil: undefined }),
    62: fc.option(
      fc.uint8Array({ maxLength: 999 }).map((bytes) => Buffer.from(bytes)),
      { nil: undefined },
    ),
  });
  const answer = fc.record({
    code: fc.constantFrom('00' as const, '97' as const, 'A0' as const),
    at: fc.date({ noInvalidDate: true, min: new Date('1971-01-01'), max: new Date('2099-12-31') }),
    reference: printable(12),
  });
  fc.assert(
    fc.property(
      kept,
      fc.constantFrom('0200', '0220', '0400', '0820'),
      answer,
      fc.boolean(),
      (fields, mti, given, mac) => {
        const request = Message.read(requestFrame(mti, fields));
        const plain = packPlainAnswer(request, given, mac);
        expect(plain?.frame.toString('hex')).toBe(
          packAnswer(request, { ...given, fields: {} }, mac).frame.toString('hex'),
        );
      },
    ),
  );
});

it('leaves to others what has a problem, and what no field can carry', () => {
  const good = { code: '00', at: new Date(), reference: 'R00000000001' };
  const frame = requestFrame('0820', { 11: '000001', 41: 'T0000001' });
  expect(packPlainAnswer(Message.read(frame), good, true)).toBeDefined();
  expect(packPlainAnswer(Message.read(frame.subarray(0, -1)), good, true)).toBeUndefined();
  expect(packPlainAnswer(Message.read(frame), { ...good, reference: 'R' }, true)).toBeUndefined();
  expect(packPlainAnswer(Message.read(frame), { ...good, reference: 'R0000000000é' }, true)).toBeUndefined();
});
