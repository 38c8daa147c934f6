import type { Fen, Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import type { CardNo } from '../purses/card-number.ts';

/**
 * An account of a participant, a bank or the company: kind, colon, name (`agent-prefund:A0001`). The accounts of cards are
 * named by kind alone and belong to the card of the posting.
 */
export type AccountCode = string;

/** The accounts every card has, from chart of accounts; all may not go below zero. */
export const CARD_ACCOUNT_KINDS = ['purse', 'pending-credit', 'online', 'card-deposit'] as const;
export type CardAccountKind = (typeof CARD_ACCOUNT_KINDS)[number];

export interface AccountTerms {
  /** What can be taken out never goes below this many fen; none when left out. */
  floor?: Fen;
  owner?: string;
}

const ACCOUNT_CODE = /^([a-z-]+):[0-9A-Za-z.-]+$/;

/**
 * Opens an account under the kind its code begins with. Opening it again with the same terms does nothing.
 *
 * @throws CityCardError `clearing.account-code-malformed` when the kind is not in the chart of accounts or belongs to
 * cards, `clearing.account-terms-differ` when the account exists with another floor or owner.
 */
export async function openAccount(tx: Transaction, code: AccountCode, options: AccountTerms = {}): Promise<void> {
  const kind = ACCOUNT_CODE.exec(code)?.[1];
  if (kind === undefined) throw clearingErrors.accountCodeMalformed({ code });
  if (options.floor !== undefined && options.floor > 0n)
    throw new RangeError('an account opens empty, its floor cannot be above zero');
  const owner = options.owner ?? null;
  const floor = options.floor ?? null;
  // One timestamp for the row and its seal, in whole microseconds as the column keeps it.
  const opened = await tx.query(
    `insert into clearing.account (account_code, kind, normal_side, owner, floor_fen, opened_at, terms_sha256)
     select $1, k.kind, k.normal_side, $3, $4, now(), clearing.account_terms_hash($1, k.kind, k.normal_side, $3, $4, now())
       from clearing.account_kind k where k.kind = $2 and not k.card_keyed
     on conflict (account_code) do nothing`,
    [code, kind, owner, floor],
  );
  if (opened.rowCount === 1) return;
  const { rows } = await tx.query<{ same: boolean }>(
    `select owner is not distinct from $2 and floor_fen is not distinct from $3::bigint as same
       from clearing.account where account_code = $1`,
    [code, owner, floor],
  );
  if (rows[0] === undefined) throw clearingErrors.accountCodeMalformed({ code });
  if (!rows[0].same) throw clearingErrors.accountTermsDiffer({ code });
}

/** Opens purse, pending credit, online account and deposit of a card; those that exist stay as they are. */
export async function openCardAccounts(tx: Transaction, cardNo: CardNo): Promise<void> {
  await tx.query(
    `insert into clearing.card_account (card_no, kind) select $1, kind from unnest($2::text[]) as kind
     on conflict (card_no, kind) do nothing`,
    [cardNo, CARD_ACCOUNT_KINDS],
  );
}
