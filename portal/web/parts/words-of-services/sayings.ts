import { ofBooks } from './clearing/sayings-of-books.ts';
import { ofDays } from './clearing/sayings-of-days.ts';
import { ofTerms } from './clearing/sayings-of-terms.ts';
import { ofCards } from './card-issuer/sayings.ts';
import { ofRequests } from './common/sayings.ts';
import { ofReconciliation } from './reconciliation/sayings.ts';
import { ofExchange } from './reconciliation/sayings-of-exchange.ts';
import { ofTerminals } from './terminal-gateway/sayings.ts';
import { ofSubjects } from './sayings-of-subjects.ts';
import type { Saying } from './words.ts';

/** What services say inside a sentence, or keep as a reason. */
export const sayings: readonly Saying[] = [
  ...ofCards,
  ...ofBooks,
  ...ofDays,
  ...ofTerms,
  ...ofReconciliation,
  ...ofExchange,
  ...ofTerminals,
  ...ofRequests,
  ...ofSubjects,
];
