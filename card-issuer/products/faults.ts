import { Value } from 'typebox/value';
import { contentLength } from '../personalisation/card-script.ts';
import { type Application, ProductDocument, type ProductFile } from './document.ts';

/** Where terminals look for what they must know of a card (terminal interface, section 5). */
const PUBLIC_FILE = '0015';
const SERIAL_OFFSET = 10;
/** Keys a purse cannot do without: purchase, load, TAC. */
const PURSE_KEYS = ['3E', '3F', '34'];
/** Keys without which nobody could ever set a PIN: unblock and reload. */
const PIN_KEYS = ['37', '38'];
const PIN_KEY_ID = '3A';
/** One UPDATE BINARY carries this much at most. */
const MAX_CONTENT = 255;
const WORDS = 5;

/** What is wrong with a product document, one short sentence each; none when it can be made. */
export function faultsOf(document: unknown): string[] {
  if (!Value.Check(ProductDocument, document)) {
    return [...Value.Errors(ProductDocument, document)]
      .slice(0, WORDS)
      .map((error) => `${error.instancePath === '' ? 'the document' : error.instancePath} ${error.message}`);
  }
  const { applications, masterFile } = document;
  return [
    ...repeated('directory', ['3F00', ...applications.map(({ id }) => id)]),
    ...repeated(
      'AID',
      applications.map(({ aid }) => aid),
    ),
    // Two keys of one root are one key, and a chip refuses to end with two equal keys.
    ...repeated(
      'root key',
      [masterFile, ...applications].flatMap(({ keys }) => keys.map(({ root }) => root)),
    ),
    ...[masterFile, ...applications].flatMap(({ keys }) =>
      repeated(
        'key',
        keys.map(({ id, index }) => `${id} index ${index ?? 1}`),
      ),
    ),
    ...applications.flatMap((application) => [
      ...repeated(
        `file of ${application.id}`,
        application.files.map(({ id }) => id),
      ),
      ...application.files.flatMap((file) => fileFaults(application, file)),
    ]),
    ...purseFaults(applications),
    ...applications.flatMap(pinFaults),
    ...(document.concessions.includes(document.subType)
      ? []
      : [`sub type ${document.subType} is not among the concessions of the product`]),
  ];
}

function repeated(what: string, names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map(
    (name) => `${what} ${name} stands twice`,
  );
}

function fileFaults(application: Application, file: ProductFile): string[] {
  const name = `file ${file.id} of ${application.id}`;
  if (file.kind === 'purse') {
    const log = application.files.find(({ id }) => id === `00${file.log}`);
    return log?.kind === 'cyclic' ? [] : [`${name} names a log ${file.log} that is no cyclic file`];
  }
  if (file.kind !== 'binary' || file.content === undefined) return [];
  const length = contentLength(file.content);
  if (length !== file.size) return [`${name} has ${file.size} bytes and content of ${length}`];
  return length > MAX_CONTENT ? [`${name} is filled with more than ${MAX_CONTENT} bytes`] : [];
}

/** Exactly one purse, with the keys and the public file that terminals count on. */
function purseFaults(applications: readonly Application[]): string[] {
  const [purse, another] = applications.filter(({ files }) => files.some(({ kind }) => kind === 'purse'));
  if (purse === undefined || another !== undefined) return ['a product has one application with a purse'];
  const missing = PURSE_KEYS.filter((id) => !purse.keys.some((key) => key.id === id));
  const publicFile = purse.files.find(({ id }) => id === PUBLIC_FILE);
  return [
    ...missing.map((id) => `the purse application has no key ${id}`),
    ...(serialOffset(publicFile) === SERIAL_OFFSET
      ? []
      : [`file ${PUBLIC_FILE} of the purse application has no application serial at offset ${SERIAL_OFFSET}`]),
  ];
}

/** The counter's scripts set the PIN of the purse; another one would stay unknown for ever. */
function pinFaults({ id, files, keys, pin }: Application): string[] {
  const disguised = keys.some((key) => key.id === PIN_KEY_ID) ? [`key ${PIN_KEY_ID} of ${id} would be a PIN`] : [];
  if (pin === undefined) return disguised;
  if (!files.some(({ kind }) => kind === 'purse')) return [...disguised, `${id} has a PIN and no purse`];
  const missing = PIN_KEYS.filter((needed) => !keys.some((key) => key.id === needed));
  return [...disguised, ...missing.map((needed) => `${id} has a PIN and no key ${needed} to set it with`)];
}

function serialOffset(file: ProductFile | undefined): number | undefined {
  if (file?.kind !== 'binary' || file.content === undefined || file.read !== 'F0') return undefined;
  const at = file.content.findIndex((piece) => 'value' in piece && piece.value === 'applicationSerial');
  return at < 0 ? undefined : contentLength(file.content.slice(0, at));
}
