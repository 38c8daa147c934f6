import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Logger } from '@citycard/common';
import type { LinkStatistics } from './limits.ts';
import type { LinkCertificate } from './terminal-link.ts';

/** Our key and certificate, and the city CA that client certificates must come from. PEM. */
export type LinkCredentials = Required<Pick<TlsOptions, 'key' | 'cert' | 'ca'>>;

export interface SecureOptions {
  /** None yet: every handshake fails until `useCredentials`. */
  readonly credentials?: LinkCredentials;
  /** Why a certificate whose chain is right is not let in, or not any longer; everyone's is when absent. */
  readonly complaintAbout?: (certificate: LinkCertificate) => string | undefined;
}

/**
 * A server of mutual TLS that is given connections (`connection`) and does not listen itself. The chain is OpenSSL's to check; whether a certificate is revoked is asked for every link, a
 * resumed session too, because a session remembers that its certificate was good once.
 */
export function openSecureServer(
  secure: SecureOptions,
  options: TlsOptions & { readonly logger: Logger; readonly statistics: LinkStatistics },
) {
  const { logger, statistics, ...tls } = options;
  const server = createServer({
    ...tls,
    ...secure.credentials,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  });
  server.on('tlsClientError', (error, socket) => {
    statistics.handshakesRefused++;
    logger.warn({ error: error.message }, 'TLS handshake refused');
    // Node tells of a handshake that took too long, but leaves the connection open.
    socket.destroy();
  });
  return server;
}

/** The certificate shown, its name, and why it is not let in. */
export function admit(
  socket: TLSSocket,
  secure: SecureOptions,
): { name: string | undefined; certificate: LinkCertificate; complaint: string | undefined } {
  const shown = socket.getPeerCertificate();
  const certificate = {
    serial: shown.serialNumber.toLowerCase(),
    unit: only(shown.subject.OU),
    notAfter: new Date(shown.valid_to),
  };
  return { name: only(shown.subject.CN), certificate, complaint: secure.complaintAbout?.(certificate) };
}

/** A name that is there twice is none. */
function only(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
