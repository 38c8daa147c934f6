import { errorCatalogue } from '@citycard/common';

/** What can go wrong when people put cards on the hotlist or take them off. */
export const hotlistErrors = errorCatalogue('clearing.hotlist', {
  cardIsOurs: {
    status: 409,
    sentence: 'The card is one of ours: report it lost, block it or find it at a counter, and the hotlist follows.',
  },
  listedAlready: { status: 409, sentence: 'The card is on the hotlist already.' },
  notListed: { status: 409, sentence: 'The card is not on the hotlist.' },
  removalUnknown: { status: 404, sentence: 'There is no removal {removalNo}.' },
  removalDone: { status: 409, sentence: 'Removal {removalNo} was approved already.' },
});
