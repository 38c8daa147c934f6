import { actsMessages } from './acts.ts';
import { cardsMessages } from './cards.ts';
import { deskMessages } from './desk.ts';
import { residentsMessages } from './residents.ts';
import { tillMessages } from './till.ts';

/** Words of the counter in each language, under the keys that the pages name. */
export const chinese = {
  ...deskMessages.zh,
  ...residentsMessages.zh,
  ...cardsMessages.zh,
  ...actsMessages.zh,
  ...tillMessages.zh,
};
export const english = {
  ...deskMessages.en,
  ...residentsMessages.en,
  ...cardsMessages.en,
  ...actsMessages.en,
  ...tillMessages.en,
};
