import { CityCardError, errorCatalogue } from '@citycard/common';

/** What the counter, the bureau and their pages are told. */
export const issuerErrors = errorCatalogue('card-issuer', {
  impossibleIdNumber: { status: 422, sentence: 'The identity number cannot exist; compare it with the document.' },
  residentExists: { status: 409, sentence: 'This identity number is registered already, as resident {residentId}.' },
  residentUnknown: { status: 404, sentence: 'No resident has this number.' },
  permitMissing: {
    status: 422,
    sentence: 'A member of the floating population registers with a residence permit number.',
  },
  productUnknown: { status: 422, sentence: 'No card product has this name.' },
  batchUnknown: { status: 404, sentence: 'No batch has this number.' },
  batchReleased: { status: 409, sentence: 'The batch is released already.' },
  batchNotInState: { status: 409, sentence: 'The batch is {state}; {step} is not possible.' },
  cardNotOfBatch: { status: 404, sentence: 'No card of this batch has this number.' },
  cardNotQuarantined: {
    status: 409,
    sentence: 'The card is {state}; only a card in quarantine, or one that waits for its read-back, is rejected.',
  },
  secondPersonNeeded: { status: 409, sentence: 'A batch is released by another person than the one who prepared it.' },
  cardUnknown: { status: 404, sentence: 'No card has this number.' },
  cardNotReady: { status: 409, sentence: 'The card is {state}; {step} is not possible.' },
  shiftUnknown: { status: 404, sentence: 'No open shift of this clerk has this number.' },
  shiftOpen: { status: 409, sentence: 'This clerk has shift {shiftId} open; go on with it, or close it first.' },
  piecesDiffer: {
    status: 422,
    sentence: 'The pieces come to {piecesFen} fen and {countedFen} fen were said to be counted; count again.',
  },
  receiptUnknown: { status: 404, sentence: 'No receipt of this card has this number.' },
  chipRefused: { status: 502, sentence: 'The chip refused {step} with {status}.' },
  chipGone: { status: 502, sentence: 'The chip was taken away before it had answered.' },
  chipOfOtherKind: {
    status: 502,
    sentence:
      'This machine takes chips of kind {kind}; the answer to reset {answer} is of another. Use the other machine.',
  },
  chipForeign: { status: 502, sentence: 'The chip was personalised elsewhere; it is given no number here.' },
  chipSerialTaken: {
    status: 502,
    sentence: 'A blank chip bears the serial of a chip that was finished before; set it aside, it may be a copy.',
  },
  chipInWork: {
    status: 409,
    sentence: 'A chip with this serial is being worked on; take this one out and look whether it is a copy.',
  },
  chipRejected: {
    status: 409,
    sentence: 'This chip was rejected and its number is void; put it to the chips that are destroyed.',
  },
  chipOfOtherProfile: {
    status: 502,
    sentence: 'The chip takes no keys of algorithm {algorithm}; put in blanks of kind {chipKind} or pause the batch.',
  },
  readBackDiffers: {
    status: 502,
    sentence: 'What the chip reads back is not what was written ({what}); the card is set aside.',
  },
  notWritten: {
    status: 409,
    sentence:
      'The chip is not written through, so there is nothing to read back; put it into the personalisation machine.',
  },
});

/** What a chip refused and with which status word, when that is what the error says. */
export function chipRefusal(error: unknown): { readonly step: string; readonly status: string } | undefined {
  return error instanceof CityCardError && error.code === 'card-issuer.chip-refused'
    ? (error.detail as { step: string; status: string })
    : undefined;
}
