import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '@citycard/common';
import type { CardState } from '../cards/life-cycle.ts';
import type { Protection } from '../protection/protection.ts';
import { documentKindNames, documentKinds } from '../residents/documents.ts';
import { plainPhone } from '../residents/masking.ts';
import { decodeDocument, encodeDocument, type PersonalDocument, valuesOf } from '../residents/personal-document.ts';
import { documentContext } from '../residents/record.ts';
import type { Attempt } from './limits.ts';
import type { DeskKey } from './desk-key.ts';
import { deskErrors } from './errors.ts';

/** Which second fact was right; kept with a loss report, never the fact itself. */
export type KnownFact = 'id-number-end' | 'phone' | 'last-load';

/** What a resident claims: a card number, and four characters that only its holder is likely to know. */
export interface Claim extends Attempt {
  /**
   * The last four of the identity number, of another document where there is none, or of the phone on file. For a card that has no
   * holder: the last four digits of the trace number on the receipt of its newest load, which whoever loaded it holds in hand.
   */
  readonly fact: string;
}

interface CallerRow {
  readonly state: CardState | null;
  readonly resident_id: bigint | null;
  readonly sealed: Buffer | null;
  readonly has_purse: boolean;
  readonly trace_no: string | null;
}

/** One row whatever number is asked about, so that an unknown card costs what a known one does. */
const CALLER = `
select c.state, c.resident_id, r.sealed, p.card_no is not null as has_purse,
       (select l.trace_no from clearing.load l where l.card_no = asked.card_no and l.state = 'posted' order by l.load_id desc limit 1) as trace_no
  from (select $1::text as card_no) asked
  left join issuer.card c on c.card_no = asked.card_no
  left join clearing.purse p on p.card_no = asked.card_no
  left join issuer.resident r on r.resident_id = c.resident_id`;

/** Compares claims with what is on file; built once per process. */
export interface CallerCheck {
  /**
   * Which fact was right. For a card that does not exist and for a fact that is wrong the same is read, opened, hashed and compared,
   * and the same error thrown.
   *
   * @throws card-issuer.resident-desk.not-known
   */
  check(claim: Claim): Promise<KnownFact>;
}

const FACT_LENGTH = 4;

export function createCallerCheck(deps: { readonly db: Database; readonly protection: Protection }): CallerCheck {
  const { db, protection } = deps;
  let decoy: Promise<Buffer> | undefined;
  const nobody = (): Promise<Buffer> =>
    (decoy ??= protection.seal(documentContext(0n), encodeDocument(NOBODY)).catch((error: unknown) => {
      decoy = undefined;
      throw error;
    }));
  return {
    check: async ({ cardNo, fact }) => {
      const other = await nobody();
      const { rows } = await db.query<CallerRow>({ name: 'desk-caller', text: CALLER, values: [cardNo] });
      const row = rows[0];
      const holder = row?.resident_id ?? 0n;
      const opened = await protection.open(documentContext(row?.sealed ? holder : 0n), row?.sealed ?? other);
      const known = factsOf(decodeDocument(opened));
      const facts: Record<KnownFact, string | undefined> = {
        'id-number-end': row?.sealed ? known.document : undefined,
        phone: row?.sealed ? known.phone : undefined,
        'last-load': row?.sealed ? undefined : row?.trace_no?.slice(-FACT_LENGTH),
      };
      const right = (Object.keys(facts) as KnownFact[]).filter((each) => isSame(facts[each], fact));
      const [first] = right;
      if (first === undefined || row?.has_purse !== true) throw deskErrors.notKnown();
      return first;
    },
  };
}

/** Never equal when there is nothing to compare with; always one comparison of two hashes. */
function isSame(known: string | undefined, said: string): boolean {
  const right = known?.length === FACT_LENGTH ? Buffer.from(known) : randomBytes(16);
  const hash = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(hash(right), hash(Buffer.from(said.toUpperCase())));
}

function factsOf(document: PersonalDocument): { document: string | undefined; phone: string | undefined } {
  const values = valuesOf(document);
  // The identity card comes first; who has none is known by the document he has.
  const number = documentKindNames
    .filter((kind) => kind !== 'household-book')
    .map((kind) => values[documentKinds[kind].item])
    .find((each) => each !== undefined);
  const phone = values.phone === undefined ? undefined : plainPhone(values.phone);
  return { document: number?.toUpperCase().slice(-FACT_LENGTH), phone: phone?.slice(-FACT_LENGTH) };
}

/** What is opened when there is nobody: of the form and length of a resident's document. */
const NOBODY: PersonalDocument = Object.fromEntries(
  (['name', 'id-number', 'birth-date', 'phone', 'population'] as const).map((item) => [
    item,
    { value: '0'.repeat(18), producer: 'card-issuer', source: 'card-issuer', at: new Date(0) },
  ]),
);

/** A pass: what shows for ten minutes that somebody knew card and fact. It is kept nowhere. */
const PASS_GOOD_MS = 10 * 60_000;

export interface PassContent {
  readonly cardNo: string;
  readonly fact: KnownFact;
}

export async function newPass(key: DeskKey, { cardNo, fact }: PassContent, now: Date): Promise<string> {
  return key.sign('pass', [cardNo, fact, now.getTime() + PASS_GOOD_MS].join('.'));
}

/** @throws card-issuer.resident-desk.pass-over */
export async function readPass(key: DeskKey, pass: string, now: Date): Promise<PassContent> {
  const [cardNo = '', fact = '', until = ''] = (await key.verified('pass', pass))?.split('.') ?? [];
  if (!(Number(until) > now.getTime())) throw deskErrors.passOver();
  return { cardNo, fact: fact as KnownFact };
}
