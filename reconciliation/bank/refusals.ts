import { createHash } from 'node:crypto';
import { raiseAlarm } from '@citycard/clearing';
import { CityCardError, type Database, type Principal, recordAct, transact } from '@citycard/common';
import { bankErrors } from './errors.ts';
import type { BankMessageKind } from './messages.ts';
import { takeNotification } from './notifications.ts';
import { takePaymentStatus } from './payment-status.ts';
import { takeStatement } from './statements.ts';

/** How each kind of message is taken in. */
const TAKE = {
  'camt.053': takeStatement,
  'camt.054': takeNotification,
  'pain.002': takePaymentStatus,
} as const;

/** A message of the bank that was refused; what it says has moved nothing. */
export interface Refusal {
  readonly refusalNo: bigint;
  readonly kind: BankMessageKind;
  /** Stable code and sentence of what was wrong with it, as the bank was answered. */
  readonly code: string;
  readonly sentence: string;
  /** How often these very bytes were refused. */
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly bytes: number;
}

/**
 * Takes in a message; when it is refused, its bytes and the reason are kept for people, with an alarm the first time, and the
 * refusal goes on to the bank.
 *
 * @throws CityCardError of the bank catalogue
 */
export async function takeOrKeep<Kind extends BankMessageKind>(
  db: Database,
  kind: Kind,
  xml: Buffer,
): Promise<Awaited<ReturnType<(typeof TAKE)[Kind]>>> {
  const sha256 = createHash('sha256').update(xml).digest();
  try {
    const taken = (await TAKE[kind](db, xml)) as Awaited<ReturnType<(typeof TAKE)[Kind]>>;
    await db.query(
      `update reconciliation.bank_refusal set taken_at = clock_timestamp()
        where kind = $1 and sha256 = $2 and taken_at is null`,
      [kind, sha256],
    );
    return taken;
  } catch (error) {
    if (error instanceof CityCardError && error.code.startsWith('bank.')) await keep(db, { kind, xml, sha256, error });
    throw error;
  }
}

async function keep(
  db: Database,
  { kind, xml, sha256, error }: { kind: BankMessageKind; xml: Buffer; sha256: Buffer; error: CityCardError },
): Promise<void> {
  await transact(db, async (tx) => {
    const { rows } = await tx.query<{ refusal_no: bigint; times: number }>(
      `insert into reconciliation.bank_refusal as r (kind, sha256, content, code, sentence) values ($1, $2, $3, $4, $5)
       on conflict (kind, sha256) do update set times = r.times + 1, last_at = clock_timestamp(), code = excluded.code,
         sentence = excluded.sentence, taken_at = null
       returning refusal_no, times`,
      [kind, sha256, xml, error.code, error.message.slice(0, 1000)],
    );
    const [row] = rows;
    if (row === undefined || row.times > 1) return;
    await raiseAlarm(tx, {
      kind: 'bank-message-refused',
      severity: 'warning',
      subject: `${kind} ${row.refusal_no}`,
      evidence: { code: error.code, sentence: error.message.slice(0, 1000), bytes: xml.length },
    });
  });
}

/** Refused messages that were not taken since, the newest first. */
export async function openRefusals(db: Database): Promise<Refusal[]> {
  const { rows } = await db.query<Refusal>(
    `select refusal_no as "refusalNo", kind, code, sentence, times, first_at as "firstAt", last_at as "lastAt",
            length(content) as bytes
       from reconciliation.bank_refusal where taken_at is null order by refusal_no desc limit 200`,
  );
  return rows;
}

async function findRefusal(
  db: Database,
  refusalNo: bigint,
): Promise<{ kind: BankMessageKind; content: Buffer; taken_at: Date | null }> {
  const { rows } = await db.query<{ kind: BankMessageKind; content: Buffer; taken_at: Date | null }>(
    'select kind, content, taken_at from reconciliation.bank_refusal where refusal_no = $1',
    [refusalNo],
  );
  if (rows[0] === undefined) throw bankErrors.refusalUnknown({ refusalNo });
  return rows[0];
}

/** The bytes of a refused message. @throws CityCardError `bank.refusal-unknown` */
export async function refusedMessage(db: Database, refusalNo: bigint): Promise<Buffer> {
  return (await findRefusal(db, refusalNo)).content;
}

/**
 * Tries a refused message again, because what it waited for (the statement before it, an account) is there now.
 *
 * @throws CityCardError `bank.refusal-unknown`, `.refusal-taken`, and what is still wrong with it
 */
export async function retryRefused(
  db: Database,
  person: Principal,
  refusalNo: bigint,
): Promise<{ result: object; repeated: boolean }> {
  const { kind, content, taken_at: takenAt } = await findRefusal(db, refusalNo);
  if (takenAt !== null) throw bankErrors.refusalTaken({ refusalNo });
  const taken = await takeOrKeep(db, kind, content);
  await transact(db, (tx) => recordAct(tx, person, { act: 'bank.retry', subject: `${kind} ${refusalNo}` }));
  return taken;
}
