import { type BusinessDate, digitsToBcd, type Fen, fen, fenToNumber } from '@citycard/common';
import type { CardInReader } from '../../readers/reader.ts';
import { issuerErrors } from '../../errors.ts';

/** P2 of GET TRANSACTION PROVE: a load of the electronic purse. */
const EP_LOAD = 0x02;
const PROOF_NOT_AVAILABLE = '9406';

/** What a card says to INITIALIZE FOR LOAD. */
export interface SaidToLoad {
  readonly balance: Fen;
  readonly onlineCounter: number;
  readonly random: Buffer;
  readonly mac1: Buffer;
}

/**
 * INITIALIZE FOR LOAD, `80 50 00 02 0B` key index 1 ‖ amount 4 ‖ SAM 6 (domain.md A.1). Of an amount of zero it only asks.
 *
 * @throws card-issuer.chip-refused, chip-gone
 */
export async function initialiseForLoad(card: CardInReader, amount: Fen, samNo: string): Promise<SaidToLoad> {
  const money = Buffer.alloc(4);
  money.writeUInt32BE(fenToNumber(amount));
  const apdu = Buffer.concat([Buffer.from('805000020B01', 'hex'), money, digitsToBcd(samNo), Buffer.from([16])]);
  const { data, status } = await card.transmit(apdu);
  if (status !== '9000' || data.length !== 16) throw issuerErrors.chipRefused({ step: 'INITIALIZE FOR LOAD', status });
  return {
    balance: fen(data.readUInt32BE(0)),
    onlineCounter: data.readUInt16BE(4),
    random: Buffer.from(data.subarray(8, 12)),
    mac1: Buffer.from(data.subarray(12, 16)),
  };
}

/** CREDIT FOR LOAD, `80 52 00 00 0B` date 4 ‖ time 3 ‖ MAC2 4; answers the TAC. @throws card-issuer.chip-gone */
export async function creditForLoad(
  card: CardInReader,
  host: { readonly hostDate: BusinessDate | string; readonly hostTime: string; readonly mac2: Buffer },
): Promise<{ readonly tac: Buffer } | { readonly refused: string }> {
  const { data, status } = await card.transmit(
    Buffer.concat([
      Buffer.from('805200000B', 'hex'),
      digitsToBcd(host.hostDate + host.hostTime),
      host.mac2,
      Buffer.from([4]),
    ]),
  );
  return status === '9000' && data.length === 4 ? { tac: data } : { refused: status };
}

/**
 * GET TRANSACTION PROVE of a load, `80 5A 00 02 02` counter after it; answers MAC2 ‖ TAC, of some cards the TAC alone
 * (domain.md A.9). Undefined when the card has made another transaction since.
 *
 * @throws card-issuer.chip-refused, chip-gone
 */
export async function proveLoadOnCard(card: CardInReader, counterAfter: number): Promise<Buffer | undefined> {
  const apdu = Buffer.from([0x80, 0x5a, 0x00, EP_LOAD, 2, 0, 0, 8]);
  apdu.writeUInt16BE(counterAfter, 5);
  const { data, status } = await card.transmit(apdu);
  if (status === PROOF_NOT_AVAILABLE) return undefined;
  if (status !== '9000' || data.length < 4) throw issuerErrors.chipRefused({ step: 'GET TRANSACTION PROVE', status });
  return data.subarray(data.length - 4);
}
