import { errorCatalogue } from '@citycard/common';

/** What departments, registrars and their files are told. No sentence repeats a person's data. */
export const populationErrors = errorCatalogue('card-issuer.population', {
  departmentUnknown: { status: 404, sentence: 'No department is called "{department}".' },
  otherDepartment: {
    status: 403,
    sentence: 'The credential belongs to {own}; files, queries and statistics of {department} are not its business.',
  },
  fileUnreadable: { status: 422, sentence: 'The {part} cannot be read: {reason}. Nothing was changed.' },
  fileOfOtherDepartment: {
    status: 422,
    sentence: 'The file is of {found}, but it was delivered as one of {department}. Nothing was changed.',
  },
  wrongDirection: {
    status: 422,
    sentence: 'The file goes {found}; here files are taken that go {expected}. Nothing was changed.',
  },
  signatureRefused: { status: 422, sentence: 'The signature is refused: {reason}. Nothing was changed.' },
  contentDiffers: {
    status: 422,
    sentence:
      'The content is not what the manifest promises: {difference}. Was it cut off on its way? Send it again; nothing was changed.',
  },
  sequenceGap: {
    status: 409,
    sentence:
      'File {missing} of {department} is missing: this is number {sequence}, the newest taken is {newest}. Send number {missing} first; nothing was changed.',
  },
  sequenceReused: {
    status: 409,
    sentence:
      'File {sequence} of {department} was taken already with other content. An alarm is raised; nothing was changed.',
  },
  periodInFuture: { status: 422, sentence: 'The file covers days up to {periodTo}, which have not come yet.' },
  periodGoesBack: {
    status: 422,
    sentence:
      'The file covers days from {periodFrom}, but file {newest} had reached {reached}: it is an old file under a new number. Nothing was changed.',
  },
  periodTooOld: {
    status: 422,
    sentence:
      'The file ends on {periodTo}, more than {days} days ago: it is an old file. A late delivery is agreed with the registrar first. Nothing was changed.',
  },
  fileUnknown: { status: 404, sentence: 'There is no file {sequence} of {department} in this direction.' },
  stillApplying: {
    status: 409,
    sentence: 'File {sequence} of {department} is not worked off to its end; deliver it again to go on with it.',
  },
  nothingToExport: { status: 409, sentence: 'Nothing that {department} may know has changed since its last file.' },
  notExported: {
    status: 409,
    sentence: 'File {sequence} was not exported to {department}, so nobody can have read it.',
  },
  acknowledgementDiffers: {
    status: 409,
    sentence: 'File {sequence} is acknowledged already, with other content. Nothing was changed.',
  },
  acknowledgementOfOther: {
    status: 422,
    sentence: 'The acknowledgement is of a file with another content than number {sequence}. Nothing was changed.',
  },
  conflictUnknown: { status: 404, sentence: 'There is no conflict {conflictId}.' },
  conflictResolved: { status: 409, sentence: 'Conflict {conflictId} is resolved already: {resolution}.' },
  conflictNeedsTwo: {
    status: 409,
    sentence: 'The item is sensitive: propose the resolution, and let a second registrar approve it.',
  },
  conflictOutdated: {
    status: 409,
    sentence: 'The item has changed since the conflict arose; a newer value stands. Look at it and resolve for ours.',
  },
  producerHasSpoken: {
    status: 409,
    sentence:
      'The value held here was stated by {producer}, which alone produces {item}. Send the correction there; here only "ours" is possible.',
  },
  sensitiveAccess: {
    status: 403,
    sentence: '{name} has no access to sensitive items of the group {group}; it is granted by two other registrars.',
  },
  ruleRefused: { status: 422, sentence: 'The rule is refused: {reason}.' },
  purposeNotEntitled: {
    status: 403,
    sentence: '{department} is entitled to nothing for the purpose "{purpose}". Its purposes are: {purposes}.',
  },
  itemsNotEntitled: {
    status: 403,
    sentence: 'For the purpose "{purpose}" {department} may not read {items}.',
  },
  tooManyQueries: {
    status: 429,
    sentence: '{department} may ask {limit} times a minute; ask again in a minute.',
  },
  criterionImpossible: { status: 422, sentence: 'The question cannot be answered: {reason}.' },
  statisticsNotEntitled: { status: 403, sentence: '{department} is not entitled to statistics.' },
  entitlementRefused: { status: 422, sentence: 'The decision is refused: {reason}. Nothing was changed.' },
  orderUnknown: { status: 404, sentence: 'There is no legal order {orderId}.' },
  orderState: { status: 409, sentence: 'Legal order {orderId} is {state}; {step} is not possible.' },
  orderExists: {
    status: 409,
    sentence: 'Document {documentNo} of {authority} was entered already as order {orderId}, with other content.',
  },
  documentNumber: {
    status: 422,
    sentence:
      'Authority and document number are kept in clear and must not hold an identity number; name the person in the target.',
  },
  answerCollected: {
    status: 410,
    sentence: 'The answer to order {orderId} was collected on {at}. It is given out once; enter the order anew.',
  },
  nothingFrozen: { status: 409, sentence: 'Nothing of this person is frozen under order {orderId}.' },
  underFreeze: {
    status: 409,
    sentence:
      'An authority has frozen what this resident holds; no card is handed out until the order is lifted. The registrar knows more.',
  },
  caseUnknown: { status: 404, sentence: 'There is no open case {caseId}.' },
});
