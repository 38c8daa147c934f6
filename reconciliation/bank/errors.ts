import { errorCatalogue } from '@citycard/common';

/** What can be wrong with a message of the bank. A refused message changes nothing; a corrected one may follow. */
export const bankErrors = errorCatalogue('bank', {
  xmlUnreadable: { status: 422, sentence: 'The message is no XML that can be read: {reason}.' },
  xmlTooLarge: { status: 413, sentence: 'The message has {bytes} bytes; at most {limit} are taken at once.' },
  xmlDoctype: {
    status: 422,
    sentence: 'The message declares a document type or entities; such messages are not read.',
  },
  otherMessage: { status: 422, sentence: 'The message is "{found}", but {expected} is expected here.' },
  elementMissing: { status: 422, sentence: '{path} is missing.' },
  elementRepeated: { status: 422, sentence: '{path} must be there once, not {count} times.' },
  valueBad: { status: 422, sentence: '{path} is "{value}", which is not {expected}.' },
  currencyBad: { status: 422, sentence: '{path} is in {currency}; the accounts of the city card are kept in CNY.' },
  accountUnknown: { status: 422, sentence: 'Account {account} is not a bank account of the city card.' },
  pageMissing: {
    status: 422,
    sentence: '{path} is page {page}{last}; send the notification complete, as one page, in one message.',
  },
  pageOfSeveral: {
    status: 422,
    sentence: '{path} is page {page} of several and carries more than one statement; send each page by itself.',
  },
  pageDiffers: {
    status: 409,
    sentence:
      'Page {page} of statement {statement} of account {account} came before with other content, as message {messageId}. Drop the pages of that statement, or send the page that belongs to them.',
  },
  pagesUnknown: { status: 404, sentence: 'No pages of a statement {statement} of account {account} are waiting.' },
  totalsDiffer: {
    status: 422,
    sentence: '{path} says {said}, the entries of the statement give {found}. An entry or a page is missing.',
  },
  partsDiffer: { status: 422, sentence: 'The payments inside {path} add up to {parts} fen, the entry is {entry} fen.' },
  referenceTwice: { status: 422, sentence: 'Bank reference {reference} stands in the message more than once.' },
  statementDoesNotAdd: {
    status: 422,
    sentence:
      'The statement of {account} for {date} does not add up: {opening} + {entries} fen of entries is not {closing} fen. An entry or a page is missing.',
  },
  statementGap: {
    status: 409,
    sentence:
      'The statement of {account} for {date} opens with {opening} fen, but that of {previousDate} closed with {previousClosing} fen. Send the statements in between first.',
  },
  statementMissing: {
    status: 409,
    sentence:
      'The statement of {account} for {date} has number {number}, but that of {previousDate} has {previous}. Send the statements in between first.',
  },
  statementOverlaps: {
    status: 409,
    sentence:
      'The statement of {account} for {date} closes with {closing} fen, but that of {nextDate}, received before, opened with {nextOpening} fen.',
  },
  statementDiffers: {
    status: 409,
    sentence: 'A statement of {account} for {date} with other content was received as message {messageId}.',
  },
  messageDiffers: { status: 409, sentence: 'Message {messageId} was received before with other content.' },
  entryDiffers: {
    status: 409,
    sentence:
      'Entry {reference} of account {account} was reported before with another amount or direction ({kind} {messageId}).',
  },
  entryInTwoStatements: {
    status: 409,
    sentence: 'Entry {reference} of account {account} already stands in the statement of {date}.',
  },
  paymentNotInMessage: {
    status: 422,
    sentence: 'The status report names payment {endToEndId}, which message {messageId} did not carry.',
  },
  paymentTwice: { status: 422, sentence: 'The status report names payment {endToEndId} more than once.' },
  statusContradicts: {
    status: 422,
    sentence: 'The status report refuses {whole} as a whole, but says {status} of payment {endToEndId}.',
  },
  originalDiffers: {
    status: 422,
    sentence: '{path} says {said}, but message {messageId} as we sent it has {sent}.',
  },
  itemUnknown: { status: 404, sentence: 'Account {account} has no open item {reference}, part {part}.' },
  itemMatched: { status: 409, sentence: 'Entry {reference}, part {part}, is explained already; it is no open item.' },
  counterRefused: {
    status: 422,
    sentence:
      'Money of the bank is not booked by hand against {account}: choose an existing account of a participant, bank or the company, or suspense:… or settlement-in-transit:… while the bank is asked.',
  },
  refusalUnknown: { status: 404, sentence: 'There is no refused message {refusalNo}.' },
  refusalTaken: { status: 409, sentence: 'Refused message {refusalNo} was taken after all; there is nothing to try.' },
  paymentsUnknown: { status: 422, sentence: 'The status report speaks of message {messageId}, which was never sent.' },
  ruleUnfit: { status: 422, sentence: 'The rule {name} cannot be: {reason}.' },
  entryUnknown: { status: 404, sentence: 'Account {account} has no entry {reference}.' },
  entryInStatement: {
    status: 409,
    sentence: 'Entry {reference} of account {account} stands in the statement of {date}; it is not taken back.',
  },
  entryNotReversible: {
    status: 409,
    sentence:
      'Part {part} of entry {reference} was matched ({rule}); what it settled is put right in its own way, not by taking the entry back.',
  },
});
