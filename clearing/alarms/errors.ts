import { errorCatalogue } from '@citycard/common';

export const alarmErrors = errorCatalogue('alarms', {
  caseUnknown: { status: 404, sentence: 'There is no case {caseNo}; citycard alarms list shows those there are.' },
  caseClosed: {
    status: 409,
    sentence: 'Case {caseNo} was closed by {closedBy}; what happens again opens a case of its own.',
  },
  wordsPersonal: {
    status: 422,
    sentence:
      'The words hold a long number, which could be that of a person, a telephone or a card. Cases say what happened, not to whom: leave it out.',
  },
  channelUnknown: { status: 404, sentence: 'There is no channel {channel}; set it up first.' },
  endpointWrong: { status: 422, sentence: 'A channel of kind {kind} goes to an address that begins with {schemes}.' },
  senderMissing: { status: 422, sentence: 'E-mail has a sender, and no other kind of channel has one.' },
  addressWrong: {
    status: 422,
    sentence: 'That is no address of a channel of kind {kind}: a telephone number for sms, a mailbox for email.',
  },
  personUnknown: { status: 404, sentence: 'Nobody is called {principalId}, so nobody of that name can be on duty.' },
  shiftTimes: {
    status: 422,
    sentence:
      'A duty ends after it begins, and begins no earlier than yesterday: the past of the roster stays as it was.',
  },
  shiftOverlaps: { status: 409, sentence: '{principalId} is on duty at level {level} during that time already.' },
  shiftUnknown: { status: 404, sentence: 'There is no duty {shiftNo} that has not ended.' },
  supervisorsOwn: {
    status: 403,
    sentence: '{name} may not change who of the supervisors is told of alarms, when or how; they do that themselves.',
  },
  noticeUnknown: { status: 404, sentence: 'There is no message {noticeNo} to you.' },
});
