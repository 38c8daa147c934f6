import { errorCatalogue } from '@citycard/common';

/** What can go wrong for those who look into the books. */
export const auditErrors = errorCatalogue('clearing.audit', {
  inquiryUnknown: { status: 404, sentence: 'There is no inquiry {inquiryNo}.' },
  inquiryClosed: {
    status: 409,
    sentence: 'Inquiry {inquiryNo} is closed with its finding; ask anew if there is more to ask.',
  },
  deadlinePast: { status: 422, sentence: 'The deadline {deadline} is past; give the company a day to answer on.' },
  unanswered: {
    status: 409,
    sentence:
      'Inquiry {inquiryNo} has no answer and its deadline {deadline} is not past; wait for either before closing it.',
  },
  sampleUnknown: { status: 404, sentence: 'There is no sample {sampleNo}.' },
  strataNamedTwice: { status: 422, sentence: 'Two strata are named {name}; each needs a name of its own.' },
  daysReversed: {
    status: 422,
    sentence: 'A sample is drawn from one day to the same or a later one; {from} lies behind {to}.',
  },
});
