import { errorCatalogue } from '@citycard/common';

export const protectionErrors = errorCatalogue('card-issuer.protection', {
  sealBroken: {
    status: 500,
    sentence:
      'A sealed record of {context} does not open: it was altered, or belongs elsewhere. Restore it from a backup.',
  },
  dataKeyUnknown: {
    status: 500,
    sentence:
      'Data key {dataKeyId} is not in the database; restore issuer.data_key together with the records it seals.',
  },
  hsmAway: {
    status: 503,
    sentence: 'The HSM does not answer, and personal data cannot be opened without it; try again.',
  },
  keyMissing: {
    status: 503,
    sentence:
      'The HSM refuses the keys PERSONAL-DATA and BLIND-INDEX; hold the key ceremony before residents are registered.',
  },
});
