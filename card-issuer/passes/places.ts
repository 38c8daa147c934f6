import { createHash } from 'node:crypto';
import { digitsToBcd } from '@citycard/common';
import type { PassOnCard } from '@citycard/clearing';

/** File 17h, bytes 16 to 55: two places of 20 bytes (docs/reference/card-personalisation.md, "Passes on the card"). */
export const PASSES_AT = 16;
const PLACE_LENGTH = 20;
const PLACES = 2;
export const PASSES_LENGTH = PLACES * PLACE_LENGTH;

/**
 * The places for passes as a card carries them: the first two that are not over, in the order they begin; what there is no
 * room for is written when one of them is over.
 */
export function passPlaces(passes: readonly PassOnCard[]): Buffer {
  const places = Buffer.alloc(PASSES_LENGTH);
  for (const [at, pass] of passes.slice(0, PLACES).entries()) placeOf(pass).copy(places, at * PLACE_LENGTH);
  return places;
}

/** Pass number 4 ‖ industry 1 ‖ operator 4 ‖ first day BCD 4 ‖ last day BCD 4 ‖ rides 3. */
function placeOf(pass: PassOnCard): Buffer {
  const place = Buffer.alloc(PLACE_LENGTH);
  place.writeUInt32BE(Number(BigInt.asUintN(32, pass.passNo)), 0);
  place.writeUInt8(pass.industry, 4);
  if (pass.participantNo !== undefined) operatorMark(pass.participantNo).copy(place, 5);
  digitsToBcd(pass.validFrom.replaceAll('-', '')).copy(place, 9);
  digitsToBcd(pass.validTo.replaceAll('-', '')).copy(place, 13);
  place.writeUIntBE(pass.ridesAllowed ?? 0, 17, 3);
  return place;
}

/** The first four bytes of SHA-256 over a merchant number: too long to be written out. */
function operatorMark(participantNo: string): Buffer {
  return createHash('sha256').update(participantNo, 'ascii').digest().subarray(0, 4);
}
