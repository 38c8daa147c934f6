import { fen } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestLedger, transfer } from './test-ledger.ts';
import { trialBalance } from './trial-balance.ts';
import { verifyLedger } from './verify.ts';

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
beforeAll(async () => {
  ledger = await startTestLedger(2);
  const [card, other] = [ledger.cards[0]!, ledger.cards[1]!];
  const pending = (key: string) => ({
    key,
    cardNo: card,
    reason: 'load',
    legs: [{ debit: 'agent-prefund:A001', credit: 'purse', amount: fen(30), phase: 'pending' as const }],
  });
  await ledger.postAll(transfer('k1', 'bank-custody:B1', 'agent-prefund:A001', 1000));
  await ledger.postAll(pending('k2'), pending('k3'), pending('k4'));
  await ledger.postAll(
    { key: 'k2:post', cardNo: card, reason: 'result', resolves: 'k2', outcome: 'post' },
    { key: 'k3:void', cardNo: card, reason: 'result', resolves: 'k3', outcome: 'void' },
    transfer('k5', 'agent-prefund:A001', 'purse', 7, other),
    transfer('k6', 'purse', 'operator-pending:O001', 2, other),
  );
  await ledger.postAll({
    ...transfer('k7', 'agent-prefund:A002', 'suspense-free', 1),
    legs: [{ debit: 'agent-prefund:A002', credit: 'operator-pending:O002', amount: fen(1) }],
    ignoreFloor: true,
  });
});
// Whoever reaches the files of the database is not stopped by its checks either.
beforeAll(async () => {
  await ledger.db.query(`do $$ declare c record; begin
    for c in select conname, conrelid::regclass as owner from pg_constraint
              where connamespace = 'clearing'::regnamespace and contype in ('c', 'f') and conparentid = 0 and coninhcount = 0 loop
      execute format('alter table %s drop constraint %I', c.owner, c.conname); end loop; end $$`);
});
afterAll(async () => {
  await ledger.stop();
});

/** Tampers inside a transaction as nobody should be able to, verifies, and takes it back. */
async function verifyAfter(sql: string) {
  const tx = await ledger.db.connect();
  try {
    await tx.query('begin');
    const changed = await tx.query(sql);
    expect(changed.rowCount, sql).toBeGreaterThan(0);
    // verifyLedger opens a snapshot of its own; inside a transaction it has to see what the transaction sees.
    const here = {
      connect: () =>
        Promise.resolve({
          query: (text: string, values?: unknown[]) =>
            /^(begin|commit|rollback)/.test(text) ? Promise.resolve() : tx.query(text, values),
          release: () => undefined,
        }),
    };
    return await verifyLedger(here as unknown as typeof ledger.db);
  } finally {
    await tx.query('rollback');
    tx.release();
  }
}

it('proves a ledger that nobody touched', async () => {
  const verification = await verifyLedger(ledger.db);
  expect(verification).toMatchObject({ ok: true, chunks: 4n, transfers: 9n });
  expect(verification.head).toMatch(/^[0-9a-f]{64}$/);
  expect(await verifyLedger(ledger.db, { since: 3n })).toMatchObject({
    ok: true,
    chunks: 1n,
    transfers: 1n,
    head: verification.head,
  });
  expect((await trialBalance(ledger.db)).sumFen).toBe(0n);
});

describe('finds and names a changed transfer', () => {
  const changes: Record<string, string> = {
    card_no: `'3104580990000000999'`,
    business_date: `business_date - 1`,
    posting_key: `'k5x'`,
    leg: `leg + 1`,
    debit_account: `'agent-prefund:A002'`,
    credit_account: `'online'`,
    amount_fen: `amount_fen + 1`,
    phase: `'pending'`,
    resolves_key: `'k2'`,
    reason: `'generatee'`,
    expires_at: `now()`,
    posted_at: `posted_at + interval '1 microsecond'`,
    position: `position + 10`,
    chunk_no: `chunk_no - 1`,
    row_sha256: `set_byte(row_sha256, 31, get_byte(row_sha256, 31) # 1)`,
  };
  it.each(Object.entries(changes))('%s', async (column, value) => {
    const { ok, firstFault } = await verifyAfter(
      `update clearing.ledger_transfer set ${column} = ${value} where posting_key = 'k5'`,
    );
    expect(ok).toBe(false);
    const named = {
      ...(column !== 'posting_key' && { postingKey: 'k5' }),
      ...(column !== 'card_no' && { cardNo: ledger.cards[1] }),
    };
    expect(firstFault).toMatchObject({ chunkNo: column === 'chunk_no' ? 2n : 3n, ...named });
  });

  it('every column is among them', async () => {
    const { rows } = await ledger.db.query<{ column_name: string }>(
      `select column_name from information_schema.columns where table_schema = 'clearing' and table_name = 'ledger_transfer'`,
    );
    expect(rows.map((row) => row.column_name).sort()).toEqual(Object.keys(changes).sort());
  });

  it('beyond the end of the chain', async () => {
    const { firstFault } = await verifyAfter(
      `insert into clearing.ledger_transfer select card_no, business_date, 'forged', leg, debit_account, credit_account, amount_fen,
         phase, resolves_key, reason, expires_at, posted_at, 99, position, row_sha256 from clearing.ledger_transfer where posting_key = 'k5'`,
    );
    expect(firstFault).toMatchObject({ chunkNo: 99n, postingKey: 'forged', what: expect.stringContaining('no chunk') });
  });
});

describe('finds and names', () => {
  const expected: [what: string, sql: string, fault: Record<string, unknown>][] = [
    [
      'a deleted transfer',
      `delete from clearing.ledger_transfer where posting_key = 'k5'`,
      { chunkNo: 3n, position: 3 },
    ],
    [
      'an added transfer',
      `insert into clearing.ledger_transfer select t.card_no, t.business_date, 'k9', t.leg, t.debit_account, t.credit_account, t.amount_fen, t.phase, t.resolves_key, t.reason, t.expires_at, t.posted_at, t.chunk_no, 5,
        clearing.ledger_row_hash(t.card_no, t.business_date, 'k9', t.leg, t.debit_account, t.credit_account, t.amount_fen, t.phase, t.resolves_key, t.reason, t.expires_at, 5) from clearing.ledger_transfer t where posting_key = 'k5'`,
      { chunkNo: 3n, position: 5 },
    ],
    ['a deleted chunk', `delete from clearing.ledger_chunk where chunk_no = 2`, { chunkNo: 2n }],
    ['the deleted last chunk', `delete from clearing.ledger_chunk where chunk_no = 4`, { chunkNo: 4n }],
    [
      'a chunk that does not follow',
      `update clearing.ledger_chunk set previous_sha256 = sha256('x') where chunk_no = 3`,
      { chunkNo: 3n },
    ],
    [
      'a changed chunk hash',
      `update clearing.ledger_chunk set chunk_sha256 = sha256('x') where chunk_no = 2`,
      { chunkNo: 2n },
    ],
    [
      'a changed count',
      `update clearing.ledger_chunk set transfer_count = transfer_count - 1 where chunk_no = 3`,
      { chunkNo: 3n },
    ],
    [
      'a changed sealing time',
      `update clearing.ledger_chunk set sealed_at = sealed_at + interval '1 microsecond' where chunk_no = 2`,
      { chunkNo: 2n },
    ],
    ['a changed chunk number', `update clearing.ledger_chunk set chunk_no = 5 where chunk_no = 4`, { chunkNo: 4n }],
    ['a changed head', `update clearing.ledger_head set chunk_sha256 = sha256('x')`, { chunkNo: 4n }],
    [
      'a head set back',
      `update clearing.ledger_head h set chunk_no = 3, chunk_sha256 = c.chunk_sha256, sealed_at = c.sealed_at from clearing.ledger_chunk c where c.chunk_no = 3`,
      { chunkNo: 3n },
    ],
    [
      'a changed sealing time of the head',
      `update clearing.ledger_head set sealed_at = sealed_at + interval '1 microsecond'`,
      { chunkNo: 4n },
    ],
    ['a deleted head', `delete from clearing.ledger_head`, { what: expect.stringContaining('head') }],
    [
      'a deleted account',
      `delete from clearing.account where account_code = 'operator-pending:O001'`,
      { account: 'operator-pending:O001' },
    ],
    [
      'a deleted card account',
      `delete from clearing.card_account where card_no like '%' and kind = 'purse' and credits_posted = 7`,
      { account: 'purse', cardNo: 'second' },
    ],
    [
      'a deleted card account that never held money',
      `delete from clearing.card_account where kind = 'online' and card_no = (select max(card_no) from clearing.card_account)`,
      { account: 'online' },
    ],
    [
      'a deleted pending posting',
      `delete from clearing.ledger_pending where posting_key = 'k4'`,
      { postingKey: 'k4', leg: 1 },
    ],
    [
      'an added pending posting',
      `insert into clearing.ledger_pending select card_no, 'k8', leg, debit_account, credit_account, amount_fen, state from clearing.ledger_pending where posting_key = 'k4'`,
      { postingKey: 'k8' },
    ],
    [
      'a deleted posting key',
      `delete from clearing.ledger_posting where posting_key = 'k2:post'`,
      { postingKey: 'k2:post' },
    ],
    [
      'an added posting key',
      `insert into clearing.ledger_posting select card_no, 'k8', business_date from clearing.ledger_posting where posting_key = 'k2'`,
      { postingKey: 'k8' },
    ],
    [
      'a changed posting day',
      `update clearing.ledger_posting set business_date = business_date + 1 where posting_key = 'k3:void'`,
      { postingKey: 'k3:void' },
    ],
  ];
  it.each(expected)('%s', async (_, sql, fault) => {
    const { ok, firstFault } = await verifyAfter(sql);
    expect(ok).toBe(false);
    expect(firstFault).toMatchObject(fault.cardNo === 'second' ? { ...fault, cardNo: ledger.cards[1] } : fault);
  });

  const accountColumns: Record<string, string> = {
    debits_posted: 'debits_posted + 1',
    credits_posted: 'credits_posted + 1',
    debits_pending: 'debits_pending + 1',
    credits_pending: 'credits_pending + 1',
    forced_fen: 'forced_fen + 1',
    available_fen: 'available_fen + 1',
    floor_fen: 'coalesce(floor_fen, 0) - 1',
  };
  it.each(
    Object.entries({
      ...accountColumns,
      owner: `'A009'`,
      opened_at: `opened_at + interval '1 microsecond'`,
      terms_sha256: `sha256('x')`,
      normal_side: `'debit'`,
      kind: `'fee-income'`,
    }),
  )('a changed account: %s', async (column, value) => {
    for (const account of ['agent-prefund:A001', 'agent-prefund:A002']) {
      const { firstFault } = await verifyAfter(
        `update clearing.account set ${column} = ${value} where account_code = '${account}'`,
      );
      expect(firstFault).toMatchObject({ account });
    }
  });
  it.each(Object.entries(accountColumns))('a changed card account: %s', async (column, value) => {
    const { firstFault } = await verifyAfter(
      `update clearing.card_account set ${column} = ${value} where card_no = '${ledger.cards[1]}' and kind = 'pending-credit'`,
    );
    expect(firstFault).toMatchObject({ cardNo: ledger.cards[1], account: 'pending-credit' });
  });
  it.each(
    Object.entries({
      debit_account: `'agent-prefund:A002'`,
      credit_account: `'online'`,
      amount_fen: 'amount_fen + 1',
      state: `'void'`,
      expires_at: 'now()',
      leg: 'leg + 1',
      posting_key: `'kx'`,
      card_no: `'3104580990000000999'`,
    }),
  )('a changed pending posting: %s', async (column, value) => {
    const { ok, firstFault } = await verifyAfter(
      `update clearing.ledger_pending set ${column} = ${value} where posting_key = 'k4'`,
    );
    expect(ok).toBe(false);
    expect(firstFault?.postingKey).toMatch(/^k[4x]$/);
  });
});

it('says how far it is', async () => {
  const steps: [bigint, bigint][] = [];
  await verifyLedger(ledger.db, { onProgress: (done, total) => steps.push([done, total]) });
  expect(steps).toEqual([[4n, 4n]]);
});
