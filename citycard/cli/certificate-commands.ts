import { readFile, writeFile } from 'node:fs/promises';
import { newKeyAndRequest } from '@citycard/clearing';
import { citycardErrors } from '../errors.ts';
import type { Answered, Command } from './command.ts';
import { type Connection, problemText, reach } from './connection.ts';

interface Issued {
  readonly serial: string;
  readonly certificatePem: string;
  readonly caPem: string;
  readonly notAfter: string;
}

const SERIAL = /^[0-9a-f]{32}$/;

/** Certificates of the city CA (docs/certificates.md). */
export const certificateCommands: readonly Command[] = [
  {
    words: 'certificate issue',
    help: 'certificate issue KIND NAME REQUEST.pem CERTIFICATE.pem: a certificate for a request (PKCS#10); KIND is terminal, operator, city, bank, partner or server',
    person: 'platform',
    running: false,
    takesWords: true,
    run: async (connection, [kind, cn, requestFile, certificateFile, ...more]) => {
      if (
        kind === undefined ||
        cn === undefined ||
        requestFile === undefined ||
        certificateFile === undefined ||
        more.length > 0
      )
        throw citycardErrors.badOption(
          'certificate issue takes a kind, a name, a file with the request and one for the certificate',
        );
      const csrPem = await readPem(requestFile);
      return keep(await connection.post('/v1/certificates', { csrPem, cn, kind }), certificateFile);
    },
  },
  {
    words: 'certificate new',
    help: 'certificate new KIND NAME STEM: a new key on this machine (STEM.key, for its owner only) and its certificate (STEM.pem, STEM.ca.pem)',
    person: 'platform',
    running: false,
    takesWords: true,
    run: async (connection, [kind, cn, stem, ...more]) => {
      if (kind === undefined || cn === undefined || stem === undefined || more.length > 0)
        throw citycardErrors.badOption('certificate new takes a kind, a name and the beginning of file names');
      const { keyPem, csrPem } = await newKeyAndRequest(cn);
      // The key first: a certificate without its key is of no use, and an old key is never overwritten.
      await writeFile(`${stem}.key`, keyPem, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
        throw citycardErrors.badOption(`${stem}.key cannot be written: ${error.message}`, error);
      });
      const answer = await connection.post('/v1/certificates', { csrPem, cn, kind });
      await writeFile(`${stem}.ca.pem`, (answer as Issued).caPem);
      return keep(answer, `${stem}.pem`, { keyIn: `${stem}.key` });
    },
  },
  {
    words: 'certificate renew',
    help: 'certificate renew SERIAL REQUEST.pem CERTIFICATE.pem: a new one for the holder of one in force, which stays good until its end',
    person: 'platform',
    running: false,
    takesWords: true,
    run: async (connection, [serial, requestFile, certificateFile, ...more]) => {
      if (requestFile === undefined || certificateFile === undefined || more.length > 0)
        throw citycardErrors.badOption(
          'certificate renew takes a serial number, a file with the request and one for the certificate',
        );
      const csrPem = await readPem(requestFile);
      const path = `/v1/certificates/${serialOf(serial)}/renewal`;
      return keep(await connection.post(path, { csrPem }), certificateFile);
    },
  },
  {
    words: 'certificate revoke',
    help: 'certificate revoke SERIAL REASON…: no link and no signature by it counts from now on',
    person: 'platform',
    running: false,
    takesWords: true,
    run: async (connection, [serial, ...reason]) => {
      if (reason.length === 0)
        throw citycardErrors.badOption('certificate revoke takes a serial number and the reason in words');
      const path = `/v1/certificates/${serialOf(serial)}/revocation`;
      return { answer: await connection.post(path, { reason: reason.join(' ') }), ok: true };
    },
  },
  {
    words: 'certificate list',
    help: 'certificate list [DAYS]: certificates in the order in which they end; with DAYS only those that end within so many and have no successor (exit code 1 when there are any)',
    person: 'platform',
    running: false,
    takesWord: true,
    run: async (connection, [days]) => {
      if (days !== undefined && !/^\d{1,4}$/.test(days))
        throw citycardErrors.badOption('certificate list takes a number of days');
      const certificates: unknown[] = [];
      let cursor: string | undefined;
      do {
        const query = [days && `expiringWithinDays=${days}`, cursor && `cursor=${cursor}`].filter(Boolean).join('&');
        const page = (await connection.get(`/v1/certificates?${query}`)) as {
          certificates: unknown[];
          nextCursor?: string;
        };
        certificates.push(...page.certificates);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return { answer: { certificates }, ok: days === undefined || certificates.length === 0 };
    },
  },
  {
    words: 'certificate crl',
    help: 'certificate crl FILE: the revocation list of the city CA as it is published, DER',
    person: 'platform',
    running: false,
    takesWord: true,
    run: async (connection, [file]) => {
      if (file === undefined) throw citycardErrors.badOption('certificate crl takes a file to write to');
      const list = await bytesOf(connection, '/v1/certificates/revocation-list');
      await writeFile(file, list.bytes);
      return { answer: { writtenTo: file, bytes: list.bytes.length, nextUpdate: list.expires }, ok: true };
    },
  },
];

async function keep(answer: unknown, file: string, more: object = {}): Promise<Answered> {
  const { serial, certificatePem, notAfter } = answer as Issued;
  await writeFile(file, certificatePem);
  return { answer: { serial, notAfter, certificateIn: file, ...more }, ok: true };
}

function serialOf(text: string | undefined): string {
  const serial = text?.replaceAll(':', '').toLowerCase() ?? '';
  if (!SERIAL.test(serial))
    throw citycardErrors.badOption('the serial number of a certificate is 32 hexadecimal digits');
  return serial;
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw citycardErrors.badOption(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

async function bytesOf(connection: Connection, path: string): Promise<{ bytes: Buffer; expires: string | null }> {
  const response = await reach(new URL(path, connection.baseUrl), {});
  if (!response.ok)
    throw citycardErrors.refused(problemText(await response.json().catch(() => undefined), response.status));
  return { bytes: Buffer.from(await response.arrayBuffer()), expires: response.headers.get('expires') };
}
