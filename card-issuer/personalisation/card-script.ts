import { digitsToBcd } from '@citycard/common';
import { HOME_CITY, rootKey } from '@citycard/clearing';
import type { Content, ProductDocument, ProductFile, ProductKey, ProductPin } from '../products/document.ts';
import { command, hex, type ScriptStep } from './script.ts';

/** What is written to one card and to no other. */
export interface CardData {
  /** 20 digits. */
  readonly applicationSerial: string;
  /** YYYYMMDD. */
  readonly validFrom: string;
  readonly validTo: string;
}

/** A step as the product says it: ready, or with bytes of the card behind what stands ready. */
type PlannedStep =
  ScriptStep | { readonly kind: 'file'; readonly name: string; readonly header: Buffer; readonly content: Filling };

/** What a reader in the street must find on a finished card. */
export type ReadBack =
  | { readonly kind: 'select'; readonly apdu: Buffer }
  | { readonly kind: 'read'; readonly what: string; readonly apdu: Buffer; readonly content: Filling };

type Filling = (card: CardData) => Buffer;

/** The script of a product, worked out once for all its cards. */
export interface CardPlan {
  readonly algorithm: '3des' | 'sm4';
  readonly chipKind: string;
  /** Root keys in the order of the WRITE KEY steps. */
  readonly roots: readonly string[];
  readonly hasPin: boolean;
  readonly steps: readonly PlannedStep[];
  readonly readBack: readonly ReadBack[];
}

const VALUE_LENGTH = { city: 2, applicationSerial: 10, validFrom: 4, validTo: 4, mainType: 1, subType: 1 } as const;
const SELECT_MASTER_FILE = '00A40000023F00';
/** Algorithm byte of a key record. */
const ALGORITHM_BYTE = { '3des': '00', sm4: '04' } as const;

/** Bytes of a file's content. */
export function contentLength(content: readonly Content[]): number {
  return content.reduce((length, piece) => {
    if ('constant' in piece) return length + piece.constant.length / 2;
    return length + ('zeros' in piece ? piece.zeros : VALUE_LENGTH[piece.value]);
  }, 0);
}

/** Works a product document out into the commands of docs/reference/card-personalisation.md. The document has no faults. */
export function planCard(product: ProductDocument): CardPlan {
  const roots: string[] = [];
  const writeKey = (key: ProductKey): ScriptStep => {
    const attributes =
      'version' in key ? byteHex(key.version) + ALGORITHM_BYTE[product.algorithm] : authenticating(key);
    const header = hex('80D4', byteHex(key.index ?? 1), key.id, '15', key.id, key.use, key.change, attributes);
    roots.push(rootKey(key.root, product.algorithm));
    return { kind: 'key', name: `WRITE KEY ${key.root}`, key: roots.length - 1, header };
  };
  const keyFile = (what: string, { size, shortId, write }: ProductDocument['masterFile']['keyFile']) =>
    command(`CREATE key file of ${what}`, '80E0000007', '3F', wordHex(size), shortId, write, 'FFFF');

  const { masterFile, applications } = product;
  const steps: PlannedStep[] = [
    command('ERASE', '800E000000'),
    keyFile('the MF', masterFile.keyFile),
    ...masterFile.keys.map(writeKey),
  ];
  for (const [at, application] of applications.entries()) {
    const { title, id, aid, size, create, erase, applicationId } = application;
    const information = `38${wordHex(size)}${create}${erase}${applicationId}FFFF${aid}`;
    // Directories stand directly under the MF.
    if (at > 0) steps.push(command('SELECT the MF', SELECT_MASTER_FILE));
    steps.push(
      command(`CREATE application ${title}`, '80E0', id, byteHex(information.length / 2), information),
      { kind: 'command', name: `SELECT application ${title}`, apdu: selectApplication(aid) },
      keyFile(title, application.keyFile),
      ...application.keys.map(writeKey),
      ...(application.pin === undefined ? [] : [writePin(application.pin)]),
      ...application.files.flatMap((file) => fileSteps(product, file)),
    );
  }
  steps.push(command('END', '0008000000'));
  const hasPin = applications.some(({ pin }) => pin !== undefined);
  const { algorithm, chipKind } = product;
  return { algorithm, chipKind, roots, hasPin, steps, readBack: readBackOf(product) };
}

/** Anybody may try a PIN, and no key replaces it: that is what RELOAD PIN and PIN UNBLOCK are for. */
function writePin(pin: ProductPin): ScriptStep {
  return { kind: 'pin', name: 'WRITE PIN', header: hex('80D4013A0D', '3AF0EF', authenticating(pin)) };
}

/** The security state that a right cryptogram or PIN opens ‖ tries at most and tries left, half a byte each. */
function authenticating({ opensState, tries }: ProductPin): string {
  return byteHex(opensState) + byteHex(tries).slice(1).repeat(2);
}

function fileSteps(product: ProductDocument, file: ProductFile): PlannedStep[] {
  const name = file.id.slice(2);
  const create = (...information: string[]) => command(`CREATE ${name}h`, '80E0', file.id, '07', ...information);
  if (file.kind === 'purse') return [create('2F0208', file.use, '00FF', file.log)];
  const access = `${file.read}${file.update}FFFF`;
  if (file.kind !== 'binary') {
    return [create(file.kind === 'fixed' ? '2A' : '2E', byteHex(file.records), byteHex(file.recordLength), access)];
  }
  const created = create(file.protection === 'mac' ? 'A8' : '28', wordHex(file.size), access);
  if (file.content === undefined) return [created];
  const header = hex('00D6', byteHex(0x80 | Number.parseInt(name, 16)), '00', byteHex(file.size));
  return [created, { kind: 'file', name: `UPDATE ${name}h`, header, content: fillingOf(product, file.content) }];
}

/** Every file that anybody may read and the product fills, and a balance of zero. */
function readBackOf(product: ProductDocument): ReadBack[] {
  return product.applications.flatMap((application): ReadBack[] => {
    const reads = application.files.flatMap((file): ReadBack[] => {
      if (file.kind === 'purse') {
        const apdu = hex('805C00', file.id.slice(2), '04');
        return [{ kind: 'read', what: 'balance', apdu, content: () => Buffer.alloc(4) }];
      }
      if (file.kind !== 'binary' || file.content === undefined || !file.read.endsWith('0')) return [];
      const name = file.id.slice(2);
      const apdu = hex('00B0', byteHex(0x80 | Number.parseInt(name, 16)), '00', byteHex(file.size));
      return [{ kind: 'read', what: `file ${name}h`, apdu, content: fillingOf(product, file.content) }];
    });
    return reads.length === 0 ? [] : [{ kind: 'select', apdu: selectApplication(application.aid) }, ...reads];
  });
}

/** The bytes of a file for a card; made once where they are the same for all. */
function fillingOf(product: ProductDocument, content: readonly Content[]): Filling {
  const pieces = content.map((piece): Buffer | ((card: CardData) => Buffer) => {
    if ('constant' in piece) return hex(piece.constant);
    if ('zeros' in piece) return Buffer.alloc(piece.zeros);
    if (piece.value === 'city') return digitsToBcd(HOME_CITY);
    if (piece.value === 'mainType' || piece.value === 'subType') return Buffer.from([product[piece.value]]);
    const { value } = piece;
    return (card) => digitsToBcd(card[value]);
  });
  const fixed = pieces.filter((piece) => Buffer.isBuffer(piece));
  if (fixed.length === pieces.length) {
    const bytes = Buffer.concat(fixed);
    return () => bytes;
  }
  return (card) => Buffer.concat(pieces.map((piece) => (Buffer.isBuffer(piece) ? piece : piece(card))));
}

/** The steps of one card, in order. */
export function cardScript(plan: CardPlan, card: CardData): ScriptStep[] {
  return plan.steps.map((step) =>
    step.kind === 'file'
      ? { kind: 'command', name: step.name, apdu: Buffer.concat([step.header, step.content(card)]) }
      : step,
  );
}

function selectApplication(aid: string): Buffer {
  return hex('00A40400', byteHex(aid.length / 2), aid);
}

const byteHex = (value: number) => value.toString(16).toUpperCase().padStart(2, '0');
const wordHex = (value: number) => value.toString(16).toUpperCase().padStart(4, '0');
