import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { HsmStartFailed } from '../errors.ts';
import { readCallerSecret } from './shared-secret.ts';

/** Key and certificate of one side, and the CA that the other side's certificate must come from. PEM. */
export type TlsIdentity = Required<Pick<TlsOptions, 'key' | 'cert' | 'ca'>>;

/** Who may speak to an HSM; whoever reaches the port when all of it is absent. */
export interface CallerAccess {
  /** Callers show a certificate of the CA, and the device shows its own. */
  readonly tls?: TlsIdentity;
  /** Callers and the device show each other that they know it. */
  readonly secret?: Buffer;
  /** Addresses that may connect, others are turned away: `10.1.2.3`, `10.1.2.0/24`, `fd00::/8`. */
  readonly addresses?: readonly string[];
}

/**
 * Reads from the environment who may speak to an HSM, or as whom a client speaks: HSM_TLS_KEY, HSM_TLS_CERT and HSM_TLS_CA
 * (files, PEM), HSM_CALLER_SECRET_FILE, HSM_CALLERS (addresses with commas between them).
 *
 * @throws HsmStartFailed naming the variable
 */
export function readCallerAccess(environment: NodeJS.ProcessEnv): CallerAccess {
  const files = ['HSM_TLS_KEY', 'HSM_TLS_CERT', 'HSM_TLS_CA'].map((name) => environment[name] ?? '');
  const given = files.filter((file) => file !== '').length;
  if (given !== 0 && given !== files.length)
    throw new HsmStartFailed('HSM_TLS_KEY, HSM_TLS_CERT and HSM_TLS_CA belong together: set all three or none');
  const [key = '', cert = '', ca = ''] = given === 0 ? [] : files.map(readPem);
  const secretFile = environment['HSM_CALLER_SECRET_FILE'] ?? '';
  const addresses = environment['HSM_CALLERS'] ?? '';
  return {
    ...(given === 0 ? {} : { tls: { key, cert, ca } }),
    ...(secretFile === '' ? {} : { secret: readCallerSecret(secretFile) }),
    ...(addresses === '' ? {} : { addresses: addresses.split(',').map((address) => address.trim()) }),
  };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HsmStartFailed(`HSM_TLS_KEY, HSM_TLS_CERT, HSM_TLS_CA: ${reason}`, { cause: error });
  }
}

/**
 * A port that others than this machine can reach needs mutual TLS: keys and PIN blocks pass over it, and a secret shown once
 * does not keep anybody from reading on or stepping in.
 *
 * @throws HsmStartFailed
 */
export function assertReachableSafely(host: string, access: CallerAccess): void {
  if (access.tls !== undefined || isLoopback(host)) return;
  throw new HsmStartFailed(
    `listening on ${host} lets others than this machine in, so callers must show certificates: set HSM_TLS_KEY, HSM_TLS_CERT and HSM_TLS_CA, or listen on 127.0.0.1`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The test for an address of a caller. @throws HsmStartFailed for a list that cannot be read */
export function addressCheck(addresses: readonly string[] | undefined): (address: string | undefined) => boolean {
  if (addresses === undefined) return () => true;
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const prefix = bits === undefined ? most : Number(bits);
    if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits ?? '0') || prefix > most)
      throw new HsmStartFailed(`HSM_CALLERS: "${entry}" is no address and no range of addresses`);
    list.addSubnet(address, prefix, family);
  }
  return (address) => {
    // A socket that listens on both families shows IPv4 callers as ::ffff:a.b.c.d.
    const plain = address?.replace(/^::ffff:(?=[\d.]+$)/, '') ?? '';
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
}
