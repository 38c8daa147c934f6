import { errorCatalogue } from '../errors.ts';

export const signatureErrors = errorCatalogue('identity', {
  signatureMissing: {
    status: 422,
    sentence:
      'An approval from a session is signed with your own certificate over what you were shown. Sign it, then send it.',
  },
  signatureUnreadable: {
    status: 422,
    sentence: 'The signature of the approval cannot be read. Approve again on the page.',
  },
  signatureDiffers: {
    status: 422,
    sentence: 'The signature is not of this request and what was shown. Nothing was done; open the proposal again.',
  },
  signatureStale: {
    status: 422,
    sentence: 'The signature was made too long ago, or the clock of your computer is wrong. Approve again.',
  },
  signatureUsed: {
    status: 409,
    sentence: 'This signature was used before. Look whether the act was done; if not, approve again.',
  },
  certificateNotGood: {
    status: 422,
    sentence: 'Your certificate cannot be used: {reason}. Have a new one made under “My account”.',
  },
  bodyNotSignable: {
    status: 415,
    sentence: 'A body of this kind cannot be approved from a session; use the command line.',
  },
  signatureUnknown: { status: 404, sentence: 'There is no signature {signatureNo} here.' },
});
