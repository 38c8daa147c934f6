import {
  approveAct,
  type Database,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { isItemName, itemGroups } from '../../residents/items.ts';
import { findDepartment } from '../departments.ts';
import { populationErrors } from '../errors.ts';
import type { Decision, ItemSide } from './rules.ts';

/** A line of the rule table: who wins, for one item or for `*`, from a day on. */
export interface NewRule {
  readonly department: string;
  readonly item: string;
  readonly side: ItemSide;
  readonly decision: Decision;
  readonly validFrom: string;
}

const ACT = 'population.conflict-rule';

/** The first of two registrars. @throws card-issuer.population.rule-refused, .department-unknown */
export async function proposeRule(db: Database, maker: Principal, rule: NewRule): Promise<{ approvalId: bigint }> {
  await findDepartment(db, rule.department);
  if (rule.item !== '*' && !isItemName(rule.item))
    throw populationErrors.ruleRefused({ reason: 'the dictionary has no such item' });
  if (rule.side === 'other-item' && rule.decision === 'theirs')
    throw populationErrors.ruleRefused({ reason: 'no rule lets a department overwrite what another one produces' });
  return transact(db, (tx) => proposeAct(tx, maker, { act: ACT, subject: subjectOf(rule), content: rule }));
}

/** The second registrar: the rule stands. */
export async function approveRule(db: Database, checker: Principal, approvalId: bigint, rule: NewRule): Promise<void> {
  await transact(db, async (tx) => {
    const people = await approveAct(tx, checker, approvalId, rule);
    const { rowCount } = await tx.query(
      `insert into issuer.conflict_rule (department, item, producer, decision, valid_from, set_by, approved_by)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [rule.department, rule.item, rule.side, rule.decision, rule.validFrom, people.maker, people.checker],
    );
    if (rowCount === 0) {
      if (await stands(tx, rule)) return;
      throw populationErrors.ruleRefused({ reason: 'another rule begins on that day already; choose a later one' });
    }
    await recordAct(tx, checker, { act: ACT, subject: subjectOf(rule), detail: { decision: rule.decision } });
  });
}

/** Whether this very rule is in the table: approving again changes nothing. */
async function stands(tx: Transaction, rule: NewRule): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from issuer.conflict_rule
      where department = $1 and item = $2 and producer = $3 and valid_from = $4 and decision = $5`,
    [rule.department, rule.item, rule.side, rule.validFrom, rule.decision],
  );
  return rowCount === 1;
}

const READER_ACT = 'population.sensitive-reader';

/** Proposes that a registrar may see sensitive items in clear. @throws card-issuer.population.rule-refused */
export async function proposeReader(
  db: Database,
  maker: Principal,
  reader: { readonly principal: string; readonly group: string },
): Promise<{ approvalId: bigint }> {
  if (!itemGroups.some((group) => group === reader.group))
    throw populationErrors.ruleRefused({ reason: 'there is no such group of items' });
  if (reader.principal === maker.id) throw populationErrors.ruleRefused({ reason: 'nobody grants access to himself' });
  return transact(db, (tx) =>
    proposeAct(tx, maker, { act: READER_ACT, subject: `${reader.principal} ${reader.group}`, content: reader }),
  );
}

/** A second registrar, who is not the reader either, grants it. */
export async function approveReader(
  db: Database,
  checker: Principal,
  approvalId: bigint,
  reader: { readonly principal: string; readonly group: string },
): Promise<void> {
  if (reader.principal === checker.id)
    throw populationErrors.ruleRefused({ reason: 'nobody grants access to himself' });
  await transact(db, async (tx) => {
    const people = await approveAct(tx, checker, approvalId, reader);
    const { rowCount } = await tx.query(
      `insert into issuer.sensitive_reader (principal, item_group, granted_by, approved_by) values ($1, $2, $3, $4)
       on conflict do nothing`,
      [reader.principal, reader.group, people.maker, people.checker],
    );
    if (rowCount === 0) return;
    await recordAct(tx, checker, { act: READER_ACT, subject: reader.principal, detail: { group: reader.group } });
  });
}

/** Any registrar takes the access away at once; taking it away twice is the same. */
export async function revokeReader(
  db: Database,
  registrar: Principal,
  reader: { readonly principal: string; readonly group: string },
): Promise<void> {
  await transact(db, async (tx) => {
    const { rowCount } = await tx.query(
      'delete from issuer.sensitive_reader where principal = $1 and item_group = $2',
      [reader.principal, reader.group],
    );
    if (rowCount === 0) return;
    const act = { act: 'population.revoke-reader', subject: reader.principal, detail: { group: reader.group } };
    await recordAct(tx, registrar, act);
  });
}

/** @throws card-issuer.population.sensitive-access */
export async function requireSensitiveReader(tx: Transaction, reader: Principal, group: string): Promise<void> {
  const { rowCount } = await tx.query('select from issuer.sensitive_reader where principal = $1 and item_group = $2', [
    reader.id,
    group,
  ]);
  if (rowCount === 0) throw populationErrors.sensitiveAccess({ name: reader.name, group });
}

function subjectOf({ department, item, side, validFrom }: NewRule): string {
  return `${department} ${item} ${side} from ${validFrom}`;
}
