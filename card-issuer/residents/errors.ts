import { errorCatalogue } from '@citycard/common';

/** What a counter is told about residents beyond `card-issuer.*`. No sentence repeats a number, a name or a value. */
export const residentErrors = errorCatalogue('card-issuer.residents', {
  documentMissing: {
    status: 422,
    sentence: 'Give the identity number, or the kind and number of another document with date of birth and sex.',
  },
  impossibleDocument: {
    status: 422,
    sentence: 'The document number cannot exist: {reason}. Compare it with the document.',
  },
  impossibleItem: { status: 422, sentence: 'The item {item} cannot have this value: {reason}.' },
  documentTaken: { status: 409, sentence: 'This {document} is registered already, for resident {residentId}.' },
  purposeMissing: {
    status: 422,
    sentence: 'Say why the data is needed, in 4 to 200 characters; the resident can ask for it.',
  },
  criterionMissing: {
    status: 422,
    sentence: 'Search by exactly one of: identity number, document, name and date of birth, phone, or name.',
  },
  itemsNotAllowed: {
    status: 403,
    sentence: 'This role does not read {items}; the producing department answers such questions.',
  },
  tooManyLookups: {
    status: 429,
    sentence:
      '{count} lookups in {window} are as many as one person may make; wait, or ask a supervisor. It was reported.',
  },
  notTheProducer: {
    status: 409,
    sentence: 'Only the producing department changes {items}; send the correction there, or record what it decided.',
  },
  notLiving: { status: 409, sentence: 'Resident {residentId} is {state}; {step} is not possible.' },
  deathStatedByProducer: {
    status: 409,
    sentence:
      'The death was stated by {producer}; name it as the source of the correction when it has corrected itself.',
  },
  mergeUnknown: { status: 404, sentence: 'No merge is proposed under approval {approvalId}.' },
  mergeDone: { status: 409, sentence: 'This merge was carried out before.' },
  mergeImpossible: { status: 409, sentence: 'Residents {survivor} and {merged} cannot be merged: {reason}.' },
  duplicateUnknown: { status: 404, sentence: 'No open pair of possible duplicates consists of these two residents.' },
  photoTooLarge: {
    status: 413,
    sentence: 'The photo is larger than {limitBytes} bytes; scale it down to about 358 × 441 pixels and send it again.',
  },
  photoUnreadable: { status: 422, sentence: 'The file is no JPEG or PNG picture: {reason}.' },
  photoMissing: { status: 404, sentence: 'Resident {residentId} has no photo.' },
});
