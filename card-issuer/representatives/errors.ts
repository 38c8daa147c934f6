import { errorCatalogue } from '@citycard/common';

/** What a counter is told when somebody acts for a holder. */
export const representativeErrors = errorCatalogue('card-issuer.representatives', {
  ownRepresentative: {
    status: 422,
    sentence: 'Nobody represents himself; compare the documents of holder and representative.',
  },
  documentImpossible: { status: 422, sentence: 'The number of the representative’s document cannot exist: {reason}.' },
  paperDoesNotFit: { status: 422, sentence: 'A {kind} is not shown by a {paper}.' },
  notAMinor: { status: 422, sentence: 'The holder is of age; a guardian of an adult needs a court order.' },
  tooLong: { status: 422, sentence: 'This authority can last until {last} at most.' },
  inThePast: { status: 422, sentence: 'The authority has ended already.' },
  unknown: { status: 404, sentence: 'There is no representative of this number.' },
  notAuthorised: {
    status: 403,
    sentence: 'This person may not do this for the holder of the card: no authority for "{act}" is in force.',
  },
  cardHasNoHolder: { status: 409, sentence: 'This card is nobody’s, so nobody acts for its holder.' },
  holderLives: {
    status: 409,
    sentence: 'The death of the holder is not recorded; record it first, then pay the heirs.',
  },
  paymentUnknown: { status: 404, sentence: 'Nobody has proposed to pay the heirs of this card.' },
  paymentApproved: { status: 409, sentence: 'Paying the heirs of this card was approved already, on other papers.' },
  paymentNotApproved: {
    status: 409,
    sentence: 'A second person has to see the papers of the heirs before they are paid.',
  },
});
