import type { Database } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';
import { findPurses, type Purse } from '../purses/purse.ts';
import { type Load, loadsOfQuestions } from './load.ts';
import { type LoadRequest, questionOfRequest } from './request.ts';
import { type LoadResult, questionOfResult } from './settle.ts';

/** Purses and loads as they were before a decision: enough to ask the HSM, not to decide. */
export interface KnownLoads {
  readonly purses: ReadonlyMap<CardNo, Purse>;
  readonly loads: ReadonlyMap<CardNo, readonly Load[]>;
}

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
