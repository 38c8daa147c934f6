import { errorCatalogue } from '@citycard/common';

/** What can be wrong with old cards and the files they come in. */
export const legacyErrors = errorCatalogue('card-issuer.legacy', {
  issuerUnknown: {
    status: 404,
    sentence: 'The old cards of {participantNo} are not being taken over; open it as former issuer first.',
  },
  manifestUnreadable: { status: 422, sentence: 'The manifest cannot be read: {detail}.' },
  otherIssuer: {
    status: 422,
    sentence: 'The manifest is of {found}; it was handed in as a file of {expected}. Nothing was taken over.',
  },
  signatureMissing: {
    status: 422,
    sentence: 'Hand in the manifest and its signature with the file (x-manifest, x-signature).',
  },
  signatureWrong: { status: 422, sentence: 'The manifest is refused: {detail}. Nothing was taken over.' },
  fileDiffers: {
    status: 422,
    sentence: 'The file is not the one the manifest was made for: {detail}. Nothing was taken over.',
  },
  headerWrong: { status: 422, sentence: 'The first line of the file must name the columns; missing: {columns}.' },
  totalsUnproved: {
    status: 422,
    sentence:
      'The manifest says {said}, the file has {found}. Nothing was taken over; have the former issuer make both anew.',
  },
  sequenceUsed: {
    status: 409,
    sentence:
      'File {sequence} of {participantNo} was handed in before with other content; a sequence is never used again.',
  },
  sequenceGap: {
    status: 409,
    sentence:
      'The next file of {participantNo} is {expected}, this is {sequence}; hand in the one that is missing first.',
  },
  importUnknown: { status: 404, sentence: 'There is no import of this number.' },
  importDecided: { status: 409, sentence: 'This import was {state} already.' },
  cardUnknown: { status: 404, sentence: 'No old card of {participantNo} has this number.' },
  cardConverted: {
    status: 409,
    sentence: 'This old card was converted on {date} already; its balance went to a card of its holder.',
  },
  cardDisputed: {
    status: 409,
    sentence: 'The balance of this old card is disputed; it is converted when that is decided.',
  },
  holderDiffers: {
    status: 409,
    sentence:
      'The old card is of another holder than the new one. Compare the documents; open a dispute if the old record is wrong.',
  },
  surrenderNeeded: {
    status: 409,
    sentence:
      'The old card bears no name: it is converted when its bearer hands it over. Confirm that you have taken it in.',
  },
  newCardNotInUse: { status: 409, sentence: 'The new card is {state}; a balance is converted to a card in use.' },
  notDisputed: { status: 409, sentence: 'Only a disputed balance is corrected; open a dispute first.' },
  adjustmentUnknown: { status: 404, sentence: 'Nobody has proposed this correction.' },
  balanceMoved: {
    status: 409,
    sentence: 'The balance has changed since the correction was proposed; propose it again.',
  },
});
