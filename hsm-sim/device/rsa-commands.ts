import { constants, generateKeyPair, privateEncrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { certificateRequest, SUBJECT_PARTS, type SubjectPart } from '../certificates/request.ts';
import { CommandRefused } from '../errors.ts';
import { usageFamily, isKeyUsage } from '../keys/key-usage.ts';
import { readName } from './custody-commands.ts';
import type { Command } from './command.ts';

const RSA_BITS: readonly number[] = [2048, 3072, 4096];
const SHA256_LENGTH = 32;
/** DigestInfo of SHA-256 before the digest (RFC 8017, 9.2). */
const SHA256_DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

const generate = promisify(generateKeyPair);

/** S0: name ‖ usage ‖ bits 2 → public key. Authorised. The private key never leaves its key block. */
const generateRsa: Command = {
  code: 'S0',
  name: 'generateRsa',
  changes: true,
  async run({ ring, store, authorised }, fields, answer, note) {
    const name = readName(fields);
    const usage = fields.shortText();
    const bits = fields.uint16();
    fields.end();
    if (!isKeyUsage(usage) || usageFamily(usage) !== 'signature') throw new CommandRefused('04');
    note.subject = `${name} ${usage}`;
    if (!RSA_BITS.includes(bits)) throw new CommandRefused('15');
    authorised.require('generateRsa');
    if (store.content.keys.some((key) => key.name === name)) throw new CommandRefused('30');
    const { privateKey } = await generate('rsa', { modulusLength: bits });
    ring.add(name, { usage, algorithm: 'rsa', exportable: false }, privateKey.export({ format: 'der', type: 'pkcs8' }));
    answer.long(ring.keyPair(name).spki);
  },
};

/** S2: name → public key. */
const publicKey: Command = {
  code: 'S2',
  name: 'publicKey',
  run({ ring }, fields, answer, note) {
    const name = readName(fields);
    fields.end();
    note.subject = name;
    answer.long(ring.keyPair(name).spki);
  },
};

/** S4: name ‖ SHA-256 digest 32 → RSASSA-PKCS1-v1_5 signature. */
const sign: Command = {
  code: 'S4',
  name: 'sign',
  run({ ring }, fields, answer, note) {
    const name = readName(fields);
    const digest = fields.bytes(SHA256_LENGTH);
    fields.end();
    note.subject = name;
    const { privateKey } = ring.keyPair(name);
    ring.noteUse(`name:${name}`);
    const block = Buffer.concat([SHA256_DIGEST_INFO, digest]);
    answer.long(privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, block));
  },
};

/** What one part of a subject may be: printable ASCII, as long as certificates allow; a country has two letters. */
const SUBJECT_TEXT = /^[\x20-\x7e]{1,64}$/;
const COUNTRY = /^[A-Z]{2}$/;

/** S6: name ‖ country ‖ province ‖ locality ‖ organisation ‖ unit ‖ common name (empty = absent) → long PKCS#10 request. */
const makeRequest: Command = {
  code: 'S6',
  name: 'certificateRequest',
  run({ ring }, fields, answer, note) {
    const name = readName(fields);
    const subject = new Map<SubjectPart, string>();
    for (const part of SUBJECT_PARTS) {
      const text = fields.shortText();
      if (text === '' && part.name !== 'commonName') continue;
      if (!(part.name === 'country' ? COUNTRY : SUBJECT_TEXT).test(text)) throw new CommandRefused('15');
      subject.set(part.name, text);
    }
    fields.end();
    note.subject = name;
    answer.long(certificateRequest(ring.keyPair(name), ring.listed(name).usage, subject));
  },
};

export const rsaCommands: readonly Command[] = [generateRsa, publicKey, sign, makeRequest];
