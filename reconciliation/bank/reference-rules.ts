import { approveAct, type Database, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { bankErrors } from './errors.ts';

/** What an entry is for, as its remittance line or its payer says by a rule. */
export type RecognitionRule = 'prefund' | 'city' | 'pay-in' | 'former-issuer' | 'owed' | 'subsidy';

/** Names as they stand behind a reference. */
export const NAME_FORMS = {
  participant: /^([0-9A-Za-z.-]{4,15})(?: |$)/,
  city: /^([0-9]{4})(?: |$)/,
  slip: /^([0-9A-Za-z.-]{1,40})(?: |$)/,
  claim: /^([1-9][0-9]{0,17})(?: |$)/,
} as const;
export type NameForm = keyof typeof NAME_FORMS;

/** How money that comes in is recognised (docs/reconciliation.md, "The bank"). */
export interface ReferenceRuleTerms {
  /** What the rule is called: small letters, digits, hyphens. A rule of that name is replaced. */
  readonly name: string;
  readonly purpose: RecognitionRule;
  /** The remittance line begins with `begins` and a name; or the payer is called `begins`, letter for letter. */
  readonly reads: 'reference' | 'payer';
  readonly begins: string;
  readonly nameForm?: NameForm;
  /** Of a payer: whose account it is. */
  readonly accountName?: string;
  /** Kind of ledger account that is credited. */
  readonly accountKind: string;
  /** Kinds of bank account where such money may arrive. */
  readonly arrivesOn: readonly string[];
  /** Rules are asked from the lowest place on. */
  readonly place: number;
  readonly active: boolean;
}

export interface ReferenceRule extends ReferenceRuleTerms {
  readonly ruleNo: bigint;
  readonly setBy?: string;
  readonly approvedBy?: string;
}

interface RuleRow {
  rule_no: bigint;
  name: string;
  purpose: RecognitionRule;
  reads: 'reference' | 'payer';
  begins: string;
  name_form: NameForm | null;
  account_name: string | null;
  account_kind: string;
  arrives_on: string[];
  place: number;
  active: boolean;
  set_by: string | null;
  approved_by: string | null;
}

/** The rules in force, in the order they are asked. */
export async function referenceRules(db: Database | Transaction): Promise<ReferenceRule[]> {
  const { rows } = await (db as Database).query<RuleRow>(
    `select * from (select distinct on (name) * from reconciliation.reference_rule order by name, rule_no desc) r
      where active order by place, name`,
  );
  return rows.map((row) => ({
    ruleNo: row.rule_no,
    name: row.name,
    purpose: row.purpose,
    reads: row.reads,
    begins: row.begins,
    ...(row.name_form !== null && { nameForm: row.name_form }),
    ...(row.account_name !== null && { accountName: row.account_name }),
    accountKind: row.account_kind,
    arrivesOn: row.arrives_on,
    place: row.place,
    active: row.active,
    ...(row.set_by !== null && { setBy: row.set_by }),
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
  }));
}

/** What each purpose credits, whatever the rule: prefund is never booked as what somebody owes. */
const ACCOUNT_OF: Readonly<Record<RecognitionRule, { readonly kind: string; readonly form: NameForm }>> = {
  prefund: { kind: 'agent-prefund', form: 'participant' },
  city: { kind: 'city-receivable', form: 'city' },
  'pay-in': { kind: 'cash-in-transit', form: 'slip' },
  'former-issuer': { kind: 'former-issuer-receivable', form: 'participant' },
  owed: { kind: 'operator-payable', form: 'participant' },
  subsidy: { kind: 'concession-receivable', form: 'claim' },
};
/** Prefund is float: it stands on the custody account and nowhere else. */
const ONLY_CUSTODY: readonly RecognitionRule[] = ['prefund'];

const ACT = 'bank.reference-rule';

/** Proposes a rule, or another version of one. @throws `bank.rule-unfit` */
export async function proposeReferenceRule(
  tx: Transaction,
  maker: Principal,
  terms: ReferenceRuleTerms,
): Promise<{ approvalId: bigint }> {
  await requireFit(tx, terms);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: terms.name, content: { ...terms } });
  await recordAct(tx, maker, { act: `${ACT} proposed`, subject: terms.name, detail: { ...terms } });
  return proposal;
}

/**
 * The second person says the same: it holds for every entry that comes from now on; what is unmatched stays so until it is booked.
 *
 * @throws as {@link proposeReferenceRule}, `identity.same-person`, `.content-differs`, `.approval-unknown`
 */
export async function approveReferenceRule(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  terms: ReferenceRuleTerms,
): Promise<{ ruleNo: bigint }> {
  await requireFit(tx, terms);
  const people = await approveAct(tx, checker, approvalId, { ...terms });
  const { rows } = await tx.query<{ rule_no: bigint }>(
    `insert into reconciliation.reference_rule (name, purpose, reads, begins, name_form, account_name, account_kind, arrives_on, place, active, set_by, approved_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning rule_no`,
    [
      terms.name,
      terms.purpose,
      terms.reads,
      terms.begins,
      terms.nameForm ?? null,
      terms.accountName ?? null,
      terms.accountKind,
      terms.arrivesOn,
      terms.place,
      terms.active,
      people.maker,
      people.checker,
    ],
  );
  await recordAct(tx, checker, { act: ACT, subject: terms.name, detail: { approvalId } });
  return { ruleNo: rows[0]?.rule_no ?? 0n };
}

async function requireFit(tx: Transaction, terms: ReferenceRuleTerms): Promise<void> {
  const { name, purpose, reads, begins, nameForm, accountName, accountKind, arrivesOn } = terms;
  const unfit = (reason: string) => bankErrors.ruleUnfit({ name, reason });
  const of = ACCOUNT_OF[purpose];
  if (accountKind !== of.kind) throw unfit(`${purpose} money is credited to ${of.kind}`);
  if (ONLY_CUSTODY.includes(purpose) && arrivesOn.some((kind) => kind !== 'bank-custody'))
    throw unfit(`${purpose} money stands on the custody account only`);
  if (reads === 'reference') {
    if (nameForm !== of.form || accountName !== undefined) throw unfit(`the name behind the reference is a ${of.form}`);
    if (!begins.endsWith(' ')) throw unfit('the reference ends with a space before the name');
    return;
  }
  if (accountName === undefined || nameForm !== undefined) throw unfit('a payer is given the name of its account');
  const account = `${accountKind}:${accountName}`;
  const { rowCount } = await tx.query('select from clearing.account where account_code = $1', [account]);
  if (rowCount === 0) throw unfit(`there is no account ${account}`);
}
