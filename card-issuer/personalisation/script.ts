/** Commands of docs/reference/card-personalisation.md: what is written to a blank chip, in order. */
import { digitsToBcd } from '@citycard/common';

/** A command ready to send, or a key to be wrapped by the HSM first. */
export type ScriptStep =
  | { readonly kind: 'command'; readonly name: string; readonly apdu: Buffer }
  | {
      readonly kind: 'key';
      readonly name: string;
      readonly root: string;
      readonly derived: boolean;
      readonly header: Buffer;
    };

const AID = 'A000000632010105';
const PROVINCE_SHANDONG = '3700';

const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
const command = (name: string, ...parts: string[]): ScriptStep => ({ kind: 'command', name, apdu: hex(...parts) });

/** 80 D4 01 id 15 ‖ type use change version algorithm, to be followed by the wrapped key. */
function writeKey(id: string, root: string, derived: boolean, attributes: string): ScriptStep {
  return {
    kind: 'key',
    name: `WRITE KEY ${root}`,
    root,
    derived,
    header: hex('80D401', id, '15', id, 'F0FF', attributes),
  };
}

export interface CardData {
  /** 20 digits. */
  readonly applicationSerial: string;
  readonly cityCode: string;
  /** YYYYMMDD. */
  readonly validFrom: string;
  readonly validTo: string;
  readonly mainType: number;
  readonly subType: number;
  readonly algorithm: '3des' | 'sm4';
}

/** File 15h, 30 bytes: issuer id 8 ‖ application type 1 ‖ version 1 ‖ serial 10 ‖ start 4 ‖ expiry 4 ‖ main type 1 ‖ sub type 1. */
export function publicApplicationData(card: CardData): Buffer {
  return Buffer.concat([
    hex('0000', card.cityCode, '00000000'),
    hex('0101'),
    digitsToBcd(card.applicationSerial),
    digitsToBcd(card.validFrom),
    digitsToBcd(card.validTo),
    Buffer.from([card.mainType, card.subType]),
  ]);
}

/** Name and number stay in the back office (the default product): file 16h is blank. */
const blankCardholder = Buffer.alloc(55);

/** File 17h, 60 bytes: country 4 ‖ province 2 ‖ city 2 ‖ interoperable 2 ‖ card type 1 ‖ zeros. */
export function managementData(card: CardData): Buffer {
  const file = Buffer.alloc(60);
  hex('00000156', PROVINCE_SHANDONG, card.cityCode, '0001', '01').copy(file);
  return file;
}

/** Steps 3 to 27 for a card of the default product. */
export function cardScript(card: CardData): ScriptStep[] {
  const attributes = card.algorithm === 'sm4' ? '0104' : '0100';
  const key = (id: string, root: string) => writeKey(id, root, true, attributes);
  return [
    command('ERASE', '800E000000'),
    command('CREATE key file of the MF', '80E0000007', '3F005001F0FFFF'),
    writeKey('39', 'DACK', true, '0133'),
    command('CREATE application', '80E03F0110', '380800F0F095FFFF', AID),
    command('SELECT application', '00A4040008', AID),
    command('CREATE key file', '80E0000007', '3F018F95F0FFFF'),
    key('3E', 'DPK'),
    key('3F', 'DLK'),
    key('34', 'DTK'),
    key('36', 'DAMK'),
    key('37', 'DPUK'),
    key('38', 'DRPK'),
    key('32', 'DABK'),
    key('33', 'DAUK'),
    command('CREATE 15h', '80E0001507', 'A8001EF0F0FFFF'),
    command('UPDATE 15h', '00D695001E', publicApplicationData(card).toString('hex')),
    command('CREATE 16h', '80E0001607', 'A80037F1F0FFFF'),
    command('UPDATE 16h', '00D6960037', blankCardholder.toString('hex')),
    command('CREATE 17h', '80E0001707', 'A8003CF0F0FFFF'),
    command('UPDATE 17h', '00D697003C', managementData(card).toString('hex')),
    command('CREATE 18h', '80E0001807', '2E0A17F0EFFFFF'),
    command('CREATE purse', '80E0000207', '2F0208F000FF18'),
    command('CREATE 1Ah', '80E0001A07', '2A0A80F0EFFFFF'),
    command('CREATE 1Eh', '80E0001E07', '2E0A30F0EFFFFF'),
    command('END', '0008000000'),
  ];
}

/** Steps 3 to 12 for a purchase SAM. It holds the root purchase key and derives inside. */
export function samScript(samNo: string): ScriptStep[] {
  const serial = samNo.padStart(20, '0');
  return [
    command('ERASE', '800E000000'),
    command('CREATE 15h', '80E0001507', 'A8000EF0F0FFFF'),
    command('UPDATE 15h', '00D695000E', serial, '01010000'),
    command('CREATE 16h', '80E0001607', 'A80006F0F0FFFF'),
    command('UPDATE 16h', '00D6960006', samNo),
    command('CREATE application', '80E010010F', '380400F0F095FFFF', '5053414D2E4550'),
    command('SELECT application', '00A4000002', '1001'),
    command('CREATE key file', '80E0000007', '3F010095F0FFFF'),
    writeKey('3E', 'DPK', false, '0100'),
    command('END', '0008000000'),
  ];
}
