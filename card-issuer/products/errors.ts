import { errorCatalogue } from '@citycard/common';

/** What whoever makes a card product is told. */
export const productErrors = errorCatalogue('card-issuer.products', {
  documentFaulty: { status: 422, sentence: 'The product cannot be made as it is written: {faults}.' },
  versionUnknown: { status: 404, sentence: 'No product has this name and version.' },
  versionApproved: {
    status: 409,
    sentence: 'Version {version} of {product} is approved and never changes; propose a new one.',
  },
  draftThere: {
    status: 409,
    sentence: 'Version {version} of {product} waits for approval; have it approved or withdraw it first.',
  },
  anotherProduct: {
    status: 422,
    sentence:
      'Versions of one product agree in {what}, because cards of all of them are served alike; give this product another name.',
  },
  rootKeysMissing: {
    status: 409,
    sentence: 'The HSM holds no {keys}; hold a key ceremony for them before the product is approved.',
  },
  rootKeysForOtherUse: {
    status: 409,
    sentence:
      '{keys} cannot go onto cards: in the HSM they are for another use, or not for {algorithm}. Name card keys, or form them by a ceremony.',
  },
});
