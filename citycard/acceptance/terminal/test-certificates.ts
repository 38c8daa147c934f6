import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateOfKey, certificateOfRequest, newKeyAndRequest } from '@citycard/clearing';
import type { HsmClient } from '@citycard/hsm-sim';

/** Key pairs of the test HSM: the CA of the run, and a stranger who has a CA of the same name. */
const CA_KEYS = { ours: 'CITY-CA', stranger: 'REPORTS' } as const;
export const CERTIFICATE_KEYS: readonly string[] = Object.values(CA_KEYS);

/** Longer than any run, shorter than a certificate anybody would rely on. */
const VALID_MS = 7 * 86_400_000;
const CA_NAME = 'Acceptance test CA';

/** What a server shows, and whose clients it lets in; PEM. */
export interface ServerCredentials {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** What the candidate's side has to be set to, as files of the tester's folder. */
export interface TerminalCertificateFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  /** Absent when the terminal brought a request: then it keeps its key to itself. */
  readonly keyFile?: string;
}

export interface TestCertificates {
  readonly server: ServerCredentials;
  /** The same server name under a CA nobody trusts. */
  readonly stranger: ServerCredentials;
  /** By terminal number. */
  readonly terminals: Readonly<Record<string, TerminalCertificateFiles>>;
}

/**
 * Makes the CA of a run, what the kit shows, and a certificate for each terminal: of the request `<number>.csr` in the
 * folder when there is one, else of a key made here (`<number>.key`, for its owner alone to read).
 *
 * @throws CityCardError `certificates.*` for a request that cannot be used; HsmUnavailable, HsmRefused
 */
export async function makeTestCertificates(
  hsm: HsmClient,
  wanted: { readonly folder: string; readonly host: string; readonly terminals: readonly string[] },
): Promise<TestCertificates> {
  const { folder, host } = wanted;
  await mkdir(folder, { recursive: true });
  const authority = (caKeyName: string) =>
    certificateOfKey(hsm, { keyName: caKeyName, kind: 'ca', cn: CA_NAME, caKeyName, validMs: VALID_MS });
  const caPem = await authority(CA_KEYS.ours);
  const strangersCa = await authority(CA_KEYS.stranger);
  const own = await newKeyAndRequest(host);
  const server = async (caKeyName: string, issuerPem: string): Promise<ServerCredentials> => ({
    key: own.keyPem,
    cert: await certificateOfRequest(hsm, {
      ...{ kind: 'server', cn: host, csrPem: own.csrPem, caKeyName, caPem: issuerPem, validMs: VALID_MS },
    }),
    ca: caPem,
  });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, caPem);
  const terminals: Record<string, TerminalCertificateFiles> = {};
  for (const terminalNo of wanted.terminals) {
    const file = (extension: string) => join(folder, `${terminalNo}.${extension}`);
    const brought = await readFile(file('csr'), 'utf8').catch(() => undefined);
    const made = brought === undefined ? await newKeyAndRequest(terminalNo) : undefined;
    if (made !== undefined) await writeFile(file('key'), made.keyPem, { mode: 0o600 });
    const csrPem = brought ?? made?.csrPem ?? '';
    const asked = { kind: 'terminal', cn: terminalNo, caKeyName: CA_KEYS.ours, caPem, validMs: VALID_MS } as const;
    await writeFile(file('pem'), await certificateOfRequest(hsm, { ...asked, csrPem }));
    terminals[terminalNo] = {
      caFile,
      certificateFile: file('pem'),
      ...(made === undefined ? {} : { keyFile: file('key') }),
    };
  }
  return {
    server: await server(CA_KEYS.ours, caPem),
    stranger: await server(CA_KEYS.stranger, strangersCa),
    terminals,
  };
}
