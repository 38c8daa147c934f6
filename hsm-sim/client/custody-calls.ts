import { SUBJECT_PARTS } from '../certificates/request.ts';
import { HsmUnavailable } from '../errors.ts';
import { algorithmCodes, algorithmOfCode, type SecretAlgorithm } from '../keys/key-algorithm.ts';
import { isKeyUsage, usualLevels, type KeyUsage } from '../keys/key-usage.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import type { HsmClient, KeyDescription } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

/** Making an RSA key takes seconds, on a busy machine many. */
const RSA_TIMEOUT_MS = 120_000;

type CustodyCalls = Pick<
  HsmClient,
  | 'createCustodian'
  | 'authorise'
  | 'cancelAuthorisation'
  | 'submitComponent'
  | 'formKey'
  | 'discardComponents'
  | 'generateKey'
  | 'listKeys'
  | 'keyUses'
  | 'randomBytes'
  | 'generateRsa'
  | 'publicKey'
  | 'certificateRequest'
  | 'sign'
>;

/** Keys, ceremony and signatures in the client. */
export function custodyCalls(pool: LinkPool): CustodyCalls {
  const change = async <T>(command: string, fields: FieldWriter, read: (answer: FieldReader) => T): Promise<T> =>
    pool.call({ command, fields: fields.toBuffer(), pure: false }, read);
  const ask = async <T>(command: string, fields: FieldWriter, read: (answer: FieldReader) => T): Promise<T> =>
    pool.call({ command, fields: fields.toBuffer(), pure: true }, read);
  const nothing = () => undefined;

  return {
    createCustodian: async ({ name, pin }) => change('U0', new FieldWriter().shortText(name).shortText(pin), nothing),
    authorise: async (custodianA, pinA, custodianB, pinB, commands, minutes) => {
      const fields = new FieldWriter().shortText(custodianA).shortText(pinA).shortText(custodianB).shortText(pinB);
      fields.uint16(minutes).byte(commands.length);
      for (const command of commands) fields.shortText(command);
      await change('U2', fields, nothing);
    },
    cancelAuthorisation: async () => change('RA', new FieldWriter(), nothing),
    submitComponent: async (item) => {
      const fields = keyAttributes(item).shortText(item.custodian).shortText(item.pin);
      await change('K4', fields.short(item.component).shortText(item.kcv), nothing);
    },
    formKey: async ({ name }) => change('K6', new FieldWriter().shortText(name), readCheckValue),
    discardComponents: async ({ name }) => change('K8', new FieldWriter().shortText(name), nothing),
    generateKey: async (item) => change('K2', keyAttributes(item), readCheckValue),
    listKeys: async () => {
      const keys: KeyDescription[] = [];
      for (let more = true; more;)
        more = await ask('K0', new FieldWriter().uint16(keys.length), (answer) => {
          const follows = answer.byte() === 1;
          for (let left = answer.uint16(); left > 0; left--) keys.push(readDescription(answer));
          return follows;
        });
      return keys;
    },
    keyUses: async () => {
      const uses = new Map<string, Date>();
      let listed = 0;
      for (let more = true; more;)
        more = await ask('KA', new FieldWriter().uint16(listed), (answer) => {
          const follows = answer.byte() === 1;
          for (let left = answer.uint16(); left > 0; left--, listed++) {
            const name = answer.shortText();
            const seconds = answer.uint32();
            if (seconds > 0) uses.set(name, new Date(seconds * 1000));
          }
          return follows;
        });
      return uses;
    },
    randomBytes: async (count) => ask('N0', new FieldWriter().uint16(count), (answer) => answer.bytes(count)),
    generateRsa: async ({ name, usage, bits }) => {
      const fields = new FieldWriter().shortText(name).shortText(usage).uint16(bits).toBuffer();
      return pool.call({ command: 'S0', fields, pure: false, timeoutMs: RSA_TIMEOUT_MS }, (answer) => ({
        publicKeySpki: answer.long(),
      }));
    },
    publicKey: async (name) => ask('S2', new FieldWriter().shortText(name), (answer) => answer.long()),
    certificateRequest: async ({ name, subject }) => {
      const fields = new FieldWriter().shortText(name);
      for (const part of SUBJECT_PARTS) fields.shortText(subject[part.name] ?? '');
      return ask('S6', fields, (answer) => Buffer.from(answer.long()));
    },
    sign: async ({ name, digest }) =>
      ask('S4', new FieldWriter().shortText(name).bytes(digest), (answer) => answer.long()),
  };
}

function keyAttributes(item: {
  readonly name: string;
  readonly usage: KeyUsage;
  readonly algorithm: SecretAlgorithm;
  readonly exportable: boolean;
  readonly levels?: number;
}): FieldWriter {
  const fields = new FieldWriter().shortText(item.name).shortText(item.usage);
  fields.ascii(algorithmCodes[item.algorithm]).byte(item.exportable ? 1 : 0);
  return fields.byte(item.levels ?? (isKeyUsage(item.usage) ? usualLevels(item.usage) : 0));
}

function readCheckValue(answer: FieldReader): { kcv: string } {
  return { kcv: answer.ascii(6) };
}

function readDescription(answer: FieldReader): KeyDescription {
  const name = answer.shortText();
  const usage = answer.shortText();
  const algorithm = algorithmOfCode(answer.ascii(1));
  if (!isKeyUsage(usage) || algorithm === undefined)
    throw new HsmUnavailable(`HSM lists key ${name} with a usage or algorithm this client does not know`);
  return { name, usage, algorithm, exportable: answer.byte() === 1, levels: answer.byte(), kcv: answer.ascii(6) };
}
