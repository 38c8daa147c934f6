import { issuerErrors } from '../errors.ts';

/** GET RESPONSE rounds before a card that always has more to say is called mute. */
const longestChain = 8;

/**
 * One command and its whole answer, data and status word apart. A T=0 card that asks to be asked again is: `6Cxx` with the
 * right length, `61xx` with GET RESPONSE (domain page, A.11).
 *
 * @param exchange sends bytes to the card and answers its bytes, status word last
 * @throws card-issuer.chip-gone for an answer that is none
 */
export async function transmitWhole(
  exchange: (apdu: Buffer) => Promise<Buffer>,
  apdu: Buffer,
): Promise<{ data: Buffer; status: string }> {
  let answer = split(await exchange(apdu));
  if (answer.sw1 === 0x6c && apdu.length === 5) {
    answer = split(await exchange(Buffer.concat([apdu.subarray(0, 4), Buffer.from([answer.sw2])])));
  }
  let data = answer.data;
  for (let round = 0; answer.sw1 === 0x61; round += 1) {
    if (round === longestChain) throw issuerErrors.chipGone('the card does not come to an end');
    answer = split(await exchange(Buffer.from([0x00, 0xc0, 0x00, 0x00, answer.sw2])));
    data = Buffer.concat([data, answer.data]);
  }
  return { data, status: Buffer.from([answer.sw1, answer.sw2]).toString('hex').toUpperCase() };
}

function split(answer: Buffer): { data: Buffer; sw1: number; sw2: number } {
  const end = answer.length - 2;
  if (end < 0) throw issuerErrors.chipGone();
  return { data: answer.subarray(0, end), sw1: answer.readUInt8(end), sw2: answer.readUInt8(end + 1) };
}
