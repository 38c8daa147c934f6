import { errorCatalogue } from '@citycard/common';

/** What can be wrong with the money of former issuers. */
export const formerIssuerErrors = errorCatalogue('clearing.former-issuers', {
  unknown: { status: 404, sentence: 'No former issuer {participantNo} has been opened.' },
  accountWrong: {
    status: 422,
    sentence: '{account} is no custody or receiving account of ours; name the account the money arrived on.',
  },
  tooMuch: {
    status: 409,
    sentence: 'The former issuer owes {owedFen} fen; book no more than that, and have the bank return the rest.',
  },
  entryBooked: { status: 409, sentence: 'This entry of the bank was booked already.' },
  transferUnknown: { status: 404, sentence: 'Nobody has proposed this transfer.' },
  notEnough: {
    status: 409,
    sentence: 'Less is left of the migrated balances of {participantNo} than this would pay out; nothing was changed.',
  },
});
