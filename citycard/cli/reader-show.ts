import { cardNumberOf, transmitWhole } from '@citycard/card-issuer';
import { citycardErrors } from '../errors.ts';
import { chooseReader } from './reader-choice.ts';
import type { PcscCard } from './reader-pcsc.ts';
import { openPcsc } from './reader-pcsc.ts';

const readChipSerial = Buffer.from('80F6000308', 'hex');
const readBalance = Buffer.from('805C000204', 'hex');
const readValidity = Buffer.from('00B0951408', 'hex');

/** What lies in a PC/SC reader of this machine, as anybody may read it. */
export interface ShownCard {
  readonly reader: string;
  readonly answerToReset: string;
  readonly chipSerial?: string;
  readonly cardNo?: string;
  /** YYYYMMDD */
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly balanceFen?: number;
}

/** @throws citycard.pcsc-missing, reader-not-plugged-in, reader-to-choose, reader-without-card */
export async function showCard(said: string | undefined): Promise<ShownCard> {
  const pcsc = await openPcsc();
  try {
    const reader = chooseReader(pcsc.readers, said);
    const card = await pcsc.powerOn(reader);
    if (card === undefined) throw citycardErrors.readerWithoutCard({ name: reader });
    try {
      return { reader, ...(await face(card)) };
    } catch (error) {
      throw citycardErrors.readerWithoutCard({ name: reader }, error);
    } finally {
      await card.release();
    }
  } finally {
    pcsc.close();
  }
}

async function face(card: PcscCard): Promise<Omit<ShownCard, 'reader'>> {
  const { answerToReset } = card;
  const transmit = (apdu: Buffer) => transmitWhole((bytes) => card.exchange(bytes), apdu);
  const ask = async (apdu: Buffer) => {
    const { data, status } = await transmit(apdu);
    return status === '9000' ? data : undefined;
  };
  const serial = await ask(readChipSerial);
  const cardNo = await cardNumberOf({ answerToReset, transmit, expect: async (apdu) => (await transmit(apdu)).data });
  const validity = cardNo === undefined ? undefined : (await ask(readValidity))?.toString('hex');
  const balance = cardNo === undefined ? undefined : await ask(readBalance);
  return {
    answerToReset: answerToReset.toString('hex').toUpperCase(),
    ...(serial && { chipSerial: serial.toString('hex').toUpperCase() }),
    ...(cardNo !== undefined && { cardNo }),
    ...(validity !== undefined && { validFrom: validity.slice(0, 8), validTo: validity.slice(8) }),
    ...(balance?.length === 4 && { balanceFen: balance.readUInt32BE() & 0x7fff_ffff }),
  };
}
