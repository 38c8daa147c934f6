import english from '../../api/sentences.json' with { type: 'json' };
import { alarmWords } from '../alarm-words.ts';
import { acts } from './acts.ts';
import { cards } from './card-issuer/cards.ts';
import { counter } from './card-issuer/counter.ts';
import { residents } from './card-issuer/residents.ts';
import { books } from './clearing/books.ts';
import { day } from './clearing/day.ts';
import { items } from './items.ts';
import { participants } from './clearing/participants.ts';
import { citycard } from './citycard/errors.ts';
import { codes } from './codes.ts';
import { common } from './common/errors.ts';
import { fields } from './fields.ts';
import { portal } from './portal/errors.ts';
import { bank } from './reconciliation/bank.ts';
import { cities } from './reconciliation/cities.ts';
import { reconciliation } from './reconciliation/errors.ts';
import { terminals } from './terminal-gateway/errors.ts';
import { sayings } from './sayings.ts';
import type { Chinese } from './words.ts';

/** Everything services say, in Chinese. A chunk of its own, which only those load who read Chinese. */
export const chinese: Chinese = {
  refusals: {
    ...cards,
    ...counter,
    ...residents,
    ...books,
    ...day,
    ...participants,
    ...citycard,
    ...common,
    ...portal,
    ...reconciliation,
    ...bank,
    ...cities,
    ...terminals,
  },
  sayings,
  codes: { ...alarmWords.zh, ...items, ...codes },
  acts,
  fields,
  english,
};
