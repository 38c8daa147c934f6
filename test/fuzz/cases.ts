import { Dice } from './dice.ts';
import { mutateBytes, mutateFrame, noise, pieces } from './mutations.ts';
import { anyRequest, type Sender } from './requests.ts';
import { bodyOf, frameOf, type RawFrame } from './wire.ts';

/** What goes over one link in one case. */
export interface FuzzCase {
  readonly stream: Buffer;
  readonly pieces: readonly Buffer[];
}

/** Puts field 64 into a body whose last 8 bytes are its place. */
export type Seal = (body: Buffer, sender: Sender) => void;

export interface CaseOptions {
  readonly senders: readonly Sender[];
  readonly seal: Seal;
  readonly mostFrames: number;
  /** Changes of bytes after the seal; without them every frame that keeps its MAC keeps it right. */
  readonly breakBytes: boolean;
  /** Frames made before, taken most of the time where speed is wanted: changing one is cheaper than making one. */
  readonly pool?: readonly Buffer[];
}

const FRESH_ONE_IN = 8;

/** So many frames to take from, always the same for a seed. */
export function framePool(dice: Dice, options: CaseOptions, count: number): Buffer[] {
  return Array.from({ length: count }, () => freshFrame(dice, options));
}

/** The case of this number: frames that are random, mutated, cut short or whole, one after the other, in pieces. */
export function fuzzCase(dice: Dice, options: CaseOptions): FuzzCase {
  const frames: Buffer[] = [];
  for (let count = dice.between(1, options.mostFrames); count > 0; count -= 1)
    frames.push(oneFrame(dice, options, frames));
  const stream = Buffer.concat(frames);
  return { stream, pieces: pieces(dice, stream) };
}

function oneFrame(dice: Dice, options: CaseOptions, before: readonly Buffer[]): Buffer {
  // The same frame once more, as a terminal repeats it; now and then noise.
  if (before.length > 0 && dice.oneIn(12)) return dice.pick(before);
  if (options.breakBytes && dice.oneIn(12)) return noise(dice);
  const { pool } = options;
  const frame = pool === undefined || dice.oneIn(FRESH_ONE_IN) ? freshFrame(dice, options) : dice.pick(pool);
  return options.breakBytes && dice.oneIn(pool === undefined ? 3 : 2) ? mutateBytes(dice, frame) : frame;
}

function freshFrame(dice: Dice, options: CaseOptions): Buffer {
  const sender = dice.pick(options.senders);
  return sealed(mutateFrame(dice, anyRequest(dice, sender)), sender, options.seal);
}

function sealed(raw: RawFrame, sender: Sender, seal: Seal): Buffer {
  const body = bodyOf(raw);
  if (raw.fields.get(64)?.length === 8) seal(body, sender);
  return frameOf(raw, body);
}
