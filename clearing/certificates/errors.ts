import { errorCatalogue } from '@citycard/common';

export const certificateErrors = errorCatalogue('certificates', {
  noCa: { status: 409, sentence: 'The city CA does not exist yet. Run the key ceremony and create it first.' },
  csrUnreadable: { status: 422, sentence: 'The certificate request cannot be read: {reason}.' },
  csrUnsigned: {
    status: 422,
    sentence: 'The certificate request is not signed by the key it asks a certificate for. Make a new request.',
  },
  keyNotAllowed: { status: 422, sentence: 'The request must carry an RSA key of 2048 to 4096 bits; {reason}.' },
  cnDiffers: { status: 422, sentence: 'The request names "{found}", but the certificate was asked for "{asked}".' },
  cnNotAllowed: { status: 422, sentence: 'A {kind} certificate cannot have the name "{cn}": {rule}.' },
  chainNotGood: { status: 422, sentence: 'The certificate of the city CA cannot be put in force: {reason}.' },
  notToRenew: {
    status: 409,
    sentence: 'Certificate {serial} cannot be renewed: {reason}. Ask for a new one instead.',
  },
  notYours: {
    status: 403,
    sentence: 'Certificate {serial} belongs to somebody else; only its holder or the platform may do this.',
  },
  tooManyOfPerson: {
    status: 409,
    sentence: '{holder} has {count} certificates in force. Revoke one that is not used any more, then ask again.',
  },
  noRevocationList: {
    status: 404,
    sentence:
      'The city CA has published no revocation list yet. It does so within seconds of its making, when the HSM answers.',
  },
  unknown: { status: 404, sentence: 'The city CA has issued no certificate with the serial number {serial}.' },
  caStays: { status: 409, sentence: 'The certificate of the city CA itself cannot be revoked here.' },
});
