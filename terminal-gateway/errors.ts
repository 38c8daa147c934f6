import { errorCatalogue } from '@citycard/common';

/** What can go wrong with the gateway itself; what can go wrong with a message is answered in field 39. */
export const gatewayErrors = errorCatalogue('terminal-gateway', {
  portInUse: {
    status: 500,
    sentence: 'Port {port} on {host} is in use; stop the other program or choose another terminal port.',
  },
  cannotListen: { status: 500, sentence: 'Cannot listen for terminals on {host} port {port}: {reason}.' },
  terminalExists: { status: 409, sentence: 'Terminal {terminalNo} is registered already.' },
  terminalUnknown: { status: 404, sentence: 'Terminal {terminalNo} is not registered.' },
  keyHandedOver: {
    status: 409,
    sentence:
      'The master key of terminal {terminalNo} was handed over before; ask for a replacement to make a new one.',
  },
  macTooWeak: {
    status: 422,
    sentence:
      'Terminal {terminalNo} may move money, so on plain TCP it needs the X9.19 MAC; the ECB-MAC does not notice blocks that change places.',
  },
  signatureMissing: {
    status: 422,
    sentence: 'The header X-Signature with the base64 of the .p7s file is missing.',
  },
  noTrace: {
    status: 404,
    sentence:
      'No message {traceNo} of terminal {terminalNo} is on record: it never arrived whole, is older than the traces kept, or was an echo answered 00.',
  },
  noParticipant: { status: 403, sentence: 'This identity acts for no participant, so it cannot deliver its files.' },
  lengthMissing: {
    status: 411,
    sentence: 'Say how long the file is (Content-Length), or send it over an upload: POST /v1/purchase-uploads.',
  },
  fileCut: {
    status: 400,
    sentence: 'The file ended after {received} of {bytes} bytes; nothing of it was taken. Send it again.',
  },
  fileKnown: { status: 409, sentence: 'The file was refused: {detail}.' },
  fileRefused: { status: 422, sentence: 'The file was refused, nothing of it was stored: {detail}.' },
});
