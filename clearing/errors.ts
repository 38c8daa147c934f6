import { errorCatalogue } from '@citycard/common';

/** What can go wrong in ledger, purses, hotlist, participants, loads and bills; each sentence says what to do about it. */
export const clearingErrors = errorCatalogue('clearing', {
  accountCodeMalformed: {
    status: 422,
    sentence:
      '"{code}" is no account code: it is a kind of the chart of accounts, a colon and letters, digits, . or -.',
  },
  accountTermsDiffer: {
    status: 409,
    sentence: 'Account {code} exists with another owner or floor; change its terms instead of opening it again.',
  },
  accountUnknown: { status: 404, sentence: 'There is no account {code}; open it first.' },
  noOpenBusinessDay: {
    status: 409,
    sentence: 'No business day is open, so nothing can be posted; open the next business day.',
  },
  cardNumberMalformed: {
    status: 422,
    sentence: '"{text}" is no card number: 19 digits beginning with 310, the last one their Luhn digit.',
  },
  purseUnknown: { status: 404, sentence: 'There is no purse for this card number.' },
  purseExists: { status: 409, sentence: 'A purse with other terms exists for this card number.' },
  purseStatusFinal: { status: 409, sentence: 'A purse that is {status} cannot become {wanted}.' },
  lateTapUnknown: { status: 404, sentence: 'No late tap of this card has this intake and index.' },
  lateTapDecided: { status: 409, sentence: 'Somebody has decided on this late tap already.' },
  lateTapShort: {
    status: 409,
    sentence: 'The new card has {availableFen} fen left to load, which is less than the tap; let the company pay.',
  },
  participantUnknown: { status: 404, sentence: 'There is no participant {participantNo}; admit it first.' },
  participantExists: { status: 409, sentence: 'Participant {participantNo} exists with other particulars.' },
  samTaken: {
    status: 409,
    sentence: 'SAM {samNo} is assigned to another holder during that time; end that assignment first.',
  },
  samNumberMalformed: { status: 422, sentence: '"{samNo}" is no SAM number: it is 12 decimal digits.' },
  samUnassigned: { status: 404, sentence: 'SAM {samNo} is assigned to nobody now.' },
  samTimesReversed: {
    status: 422,
    sentence: 'An assignment ends after it begins: validTo must be later than validFrom.',
  },
  cityCodeTaken: { status: 409, sentence: 'City code {cityCode} is that of another participant.' },
  cityCodeMisplaced: {
    status: 422,
    sentence: 'A participant of kind city has a city code, and no other kind has one.',
  },
  hotlistVersionUnknown: {
    status: 422,
    sentence: 'Hotlist version {version} was never published; the newest is {current}.',
  },
  loadUnknown: { status: 404, sentence: 'There is no such load of this card.' },
  loadDecided: { status: 409, sentence: 'This load was decided already: it is {state}.' },
  movementForbidden: {
    status: 409,
    sentence:
      '{reason} That is no permitted use of bank money, cash or income (citycard supervision movements lists what is); nothing was booked.',
  },
  feesOnHold: {
    status: 409,
    sentence:
      '{reason} No fees are withdrawn until the float is whole and proved again; see citycard supervision live, and nothing was booked.',
  },
  feesNotEarned: {
    status: 409,
    sentence: '{reason} Fees are withdrawn after they are earned, and no more than that; nothing was booked.',
  },
  postingRefused: {
    status: 500,
    sentence: 'The ledger refused posting {key}: {outcome}. Nothing was changed; see the detail.',
  },
});
