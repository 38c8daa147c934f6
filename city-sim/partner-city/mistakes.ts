import { Dice } from '../day/dice.ts';
import type { NamedFile } from '../purchase/purchase-file.ts';
import type { Signer } from '../purchase/signature.ts';
import { signDetached } from '../purchase/signature.ts';

/** What a partner does wrong with a file now and then. */
const CITY_MISTAKES = [
  'lost file',
  'half file',
  'twice',
  'late',
  'wrong amount',
  'wrong city',
  'bad signature',
] as const;
export type CityMistake = (typeof CITY_MISTAKES)[number];

/** One attempt to deliver a file, so many days after the day it is due. */
export interface Attempt extends NamedFile {
  readonly signature: Buffer;
  readonly daysLate: number;
  /** Whether the receiver has to refuse it. */
  readonly refused: boolean;
}

/** Bytes 8–15 of the header: from-city 4 ‖ to-city 4; bytes 36–43: total amount. */
const TO_CITY_AT = 12;
const TOTAL_AT = 36;
const LATE_DAYS = 2;
const STRANGER = '9999';

/**
 * What is delivered of a right file when a mistake is made with it, in order. Whatever is refused is followed by the right file a day
 * later, as by a partner who reads the answer; a lost file is delivered when somebody asks for it, which is not in the list.
 */
export function attemptsWith(mistake: CityMistake | undefined, file: NamedFile, signer: Signer): Attempt[] {
  const right: Attempt = { ...file, signature: signDetached(file.bytes, signer), daysLate: 0, refused: false };
  const corrected: Attempt = { ...right, daysLate: 1 };
  const wrong = (change: Partial<Attempt>): Attempt[] => [{ ...right, ...change, refused: true }, corrected];
  switch (mistake) {
    case undefined:
      return [right];
    case 'lost file':
      return [];
    case 'twice':
      return [right, right];
    case 'late':
      return [{ ...right, daysLate: LATE_DAYS }];
    case 'half file':
      return wrong({ bytes: file.bytes.subarray(0, Math.floor(file.bytes.length / 2)) });
    case 'wrong amount':
      return wrong(
        resigned(file, signer, (bytes) => bytes.writeBigUInt64BE(bytes.readBigUInt64BE(TOTAL_AT) + 1n, TOTAL_AT)),
      );
    case 'wrong city':
      return wrong({
        ...resigned(file, signer, (bytes) => void bytes.write(STRANGER, TO_CITY_AT, 'latin1')),
        name: file.name.replace(/^([0-9]{4})-[0-9]{4}/, `$1-${STRANGER}`),
      });
    case 'bad signature': {
      const signature = Buffer.from(right.signature);
      const last = signature.length - 1;
      signature.writeUInt8(signature.readUInt8(last) ^ 0x01, last);
      return wrong({ signature });
    }
  }
}

function resigned(
  file: NamedFile,
  signer: Signer,
  change: (bytes: Buffer) => unknown,
): Pick<Attempt, 'bytes' | 'signature'> {
  const bytes = Buffer.from(file.bytes);
  change(bytes);
  return { bytes, signature: signDetached(bytes, signer) };
}

/**
 * What goes wrong with a file, by seed: with one in `oneIn` something does, each kind as often as any other. The same file of the same
 * seed always meets the same fate, whatever else was sent.
 */
export function mistakeWith(seed: number, oneIn: number, fileName: string): CityMistake | undefined {
  const dice = new Dice(seed, `mistake with ${fileName}`);
  return dice.below(oneIn) === 0 ? dice.pick(CITY_MISTAKES) : undefined;
}
