import { errorCatalogue } from '@citycard/common';

export const validationErrors = errorCatalogue('clearing-validation', {
  hsmUnavailable: {
    status: 503,
    sentence:
      'The HSM does not answer, so no TAC can be checked. No purchase record was decided; start the HSM, validation goes on where it stopped.',
  },
  hsmRefused: {
    status: 500,
    sentence:
      'The HSM refused to check TACs (error {code}). No purchase record was decided; see that it holds the TAC key {key}.',
  },
  overtaken: {
    status: 409,
    sentence:
      'Purchase records changed again and again while they were being decided. Nothing was lost; run validation again.',
  },
});
