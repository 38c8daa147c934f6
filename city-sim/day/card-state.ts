import { unsigned } from '../bytes/integers.ts';
import { command, decodeResponse } from '../chip/apdu.ts';
import { SW } from '../chip/status-words.ts';
import { readCardFace } from '../purchase/card-face.ts';
import { DayFailed } from './errors.ts';
import type { CardState } from './record.ts';

interface Transmitter {
  transmit(apdu: Buffer): Buffer;
}

/** Asks a card for number, balance and both counters. Throws DayFailed when it refuses. */
export function askCard(card: Transmitter): CardState {
  const face = readCardFace(card);
  if (typeof face === 'number') throw new DayFailed(`A card cannot be read: status ${face.toString(16)}.`);
  const load = initialise(card, 0x00, 16);
  const purchase = initialise(card, 0x01, 15);
  return {
    cardNo: face.cardNo,
    balanceFen: load.readUInt32BE(0),
    onlineCounter: load.readUInt16BE(4),
    offlineCounter: purchase.readUInt16BE(4),
  };
}

/** INITIALIZE of amount 0 changes nothing and tells balance and counter. */
function initialise(card: Transmitter, kind: number, length: number): Buffer {
  const data = Buffer.concat([Buffer.from([0x01]), unsigned(0, 4), Buffer.alloc(6)]);
  const answer = decodeResponse(card.transmit(command(0x80, 0x50, kind, 0x02, data, length)));
  if (answer.sw !== SW.done)
    throw new DayFailed(`A card does not say what it holds: status ${answer.sw.toString(16)}.`);
  return answer.data;
}
