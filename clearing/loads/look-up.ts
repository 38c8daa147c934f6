import type { Database } from '@citycard/common';
import { findPurses } from '../purses/purse.ts';
import type { KnownLoads } from './known-loads.ts';
import { loadsOfQuestions } from './load.ts';
import { type LoadRequest, questionOfRequest } from './request.ts';
import { type LoadResult, questionOfResult } from './settle.ts';

/** What the HSM has to be asked with, for requests and results that are going to be decided together. */
export async function lookUpLoads(
  db: Database,
  requests: readonly LoadRequest[],
  results: readonly LoadResult[],
): Promise<KnownLoads> {
  const credited = results.filter(({ outcome }) => outcome === 0);
  const cards = [...requests, ...credited].map(({ cardNo }) => cardNo);
  const questions = [...requests.map(questionOfRequest), ...credited.map(questionOfResult)];
  const [purses, loads] = await Promise.all([findPurses(db, cards), loadsOfQuestions(db, questions)]);
  return { purses, loads };
}
