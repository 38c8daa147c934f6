import type { Dice } from './dice.ts';
import { lll, prefixed, type RawFrame } from './wire.ts';

type FrameMutation = (dice: Dice, raw: RawFrame) => RawFrame;

function withField(raw: RawFrame, field: number, bytes: Buffer | undefined): RawFrame {
  const fields = new Map(raw.fields);
  if (bytes === undefined) fields.delete(field);
  else fields.set(field, bytes);
  return { ...raw, fields };
}

/** A field that is there, field 64 apart: that one belongs to the seal. */
function someField(dice: Dice, raw: RawFrame): number {
  return dice.pick([...raw.fields.keys()].filter((field) => field !== 64));
}

/** What can be wrong with a message whose frame is right. The MAC may be made over the result. */
const frameMutations: readonly FrameMutation[] = [
  // A field that is missing.
  (dice, raw) => withField(raw, someField(dice, raw), undefined),
  // A field that is announced, and is not there.
  (dice, raw) => ({ ...raw, announcedOnly: [dice.between(1, 63)] }),
  // A field nobody asked for.
  (dice, raw) => withField(raw, dice.between(2, 63), dice.bytes(dice.below(20))),
  // Contents of any bytes behind a right prefix.
  (dice, raw) => {
    const field = dice.pick([48, 54, 58, 59, 60, 61, 62, 63]);
    return withField(raw, field, lll(dice.bytes(dice.pick([0, 1, 11, 43, 64, 128, 960, 999]))));
  },
  // A prefix that counts something else.
  (dice, raw) => {
    const field = dice.pick([48, 58, 60, 61, 62, 63]);
    const bytes = raw.fields.get(field) ?? lll(dice.bytes(5));
    return withField(raw, field, prefixed(2, bytes.subarray(2), dice.pick([0, 1, bytes.length, 999, 1000, 9999])));
  },
  // A byte of a field.
  (dice, raw) => {
    const field = someField(dice, raw);
    const bytes = Buffer.from(raw.fields.get(field) ?? Buffer.alloc(1));
    if (bytes.length > 0) bytes[dice.below(bytes.length)] = dice.below(256);
    return withField(raw, field, bytes);
  },
  // Another message type: one of ours, or any.
  (dice, raw) => ({ ...raw, mti: dice.pick(['0100', '0200', '0220', '0320', '0400', '0500', '0800', '0820', '0600']) }),
  (dice, raw) => ({ ...raw, mti: dice.bytes(2).toString('hex') }),
  (dice, raw) => ({ ...raw, header: dice.bytes(6) }),
  // Text that is no text.
  (dice, raw) => withField(raw, dice.pick([41, 42]), dice.bytes(dice.pick([8, 15]))),
];

/** Nothing, one or two things wrong. */
export function mutateFrame(dice: Dice, raw: RawFrame): RawFrame {
  let mutated = raw;
  for (let count = dice.pick([0, 0, 1, 1, 1, 2]); count > 0; count -= 1) {
    mutated = dice.pick(frameMutations)(dice, mutated);
  }
  return mutated;
}

type ByteMutation = (dice: Dice, bytes: Buffer) => Buffer;

const byteMutations: readonly ByteMutation[] = [
  // Bits that fall over.
  (dice, bytes) => {
    const changed = Buffer.from(bytes);
    for (let count = dice.between(1, 4); count > 0; count -= 1) {
      const index = dice.below(changed.length);
      changed[index] = changed[index]! ^ (1 << dice.below(8));
    }
    return changed;
  },
  // A stretch of other bytes.
  (dice, bytes) => {
    const changed = Buffer.from(bytes);
    dice.bytes(dice.between(1, 16)).copy(changed, dice.below(changed.length));
    return changed;
  },
  // Cut short; the length in front still says what it said.
  (dice, bytes) => bytes.subarray(0, dice.below(bytes.length)),
  // Cut short, with a length that agrees.
  (dice, bytes) => relength(bytes.subarray(0, dice.between(2, bytes.length))),
  // Something in between.
  (dice, bytes) => {
    const at = dice.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), dice.bytes(dice.between(1, 9)), bytes.subarray(at)]);
  },
  // Something behind, with a length that agrees.
  (dice, bytes) => relength(Buffer.concat([bytes, dice.bytes(dice.between(1, 40))])),
  // Something taken out, with a length that agrees.
  (dice, bytes) => {
    const at = dice.between(2, bytes.length - 1);
    return relength(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + dice.between(1, 8))]));
  },
  // A length in front that is another one.
  (dice, bytes) => {
    const changed = Buffer.from(bytes);
    changed.writeUInt16BE(dice.pick([0, 20, 21, 4096, 4097, 0xffff, dice.below(0x10000)]));
    return changed;
  },
];

function relength(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  if (changed.length >= 2) changed.writeUInt16BE(changed.length - 2);
  return changed;
}

/** Makes the bytes of a frame, its length included, wrong in one way. */
export function mutateBytes(dice: Dice, bytes: Buffer): Buffer {
  return bytes.length < 3 ? bytes : dice.pick(byteMutations)(dice, bytes);
}

/** Any bytes with a length in front that agrees. */
export function noise(dice: Dice): Buffer {
  const content = dice.bytes(dice.pick([0, 20, 21, 22, 60, 200, dice.below(1200)]));
  if (content.length >= 13 && !dice.oneIn(4)) content.write(dice.pick(['0200', '0800', '0320']), 11, 'hex');
  return relength(Buffer.concat([Buffer.alloc(2), content]));
}

/** Cuts a stream into the pieces it is sent in: whole, byte by byte, or anyhow. */
export function pieces(dice: Dice, stream: Buffer): Buffer[] {
  const way = dice.below(24);
  if (way < 12) return [stream];
  const most = way === 12 ? 1 : way === 13 ? 7 : 300;
  const cut: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const length = dice.between(1, most);
    cut.push(stream.subarray(at, at + length));
    at += length;
  }
  return cut;
}
