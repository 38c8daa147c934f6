import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningEstate, MERCHANT, startEstate } from '../terminals/running-estate.test-data.ts';

let estate: RunningEstate;
beforeAll(async () => {
  estate = await startEstate({ demo: false });
});
afterAll(() => estate.stop());

/** Terminals that have signed on and been answered. */
async function keyed(...terminalNos: string[]) {
  for (const terminalNo of terminalNos)
    await estate.database.db.query(
      `insert into gateway.terminal (terminal_no, merchant_no, industry, functions, mac_algorithm)
       values ($1, $2, 1, '{enquiry}', 'x9.19')`,
      [terminalNo, MERCHANT],
    );
  const { body } = await estate.change('hand-over-keys', { terminals: terminalNos, transport: 'TRANSPORT' });
  const keys = body['keys'] as { tmkUnderTransport: string }[];
  const terminals = terminalNos.map((terminalNo, at) =>
    estate.terminal(terminalNo).load(keys[at]?.tmkUnderTransport ?? ''),
  );
  for (const terminal of terminals) expect([await terminal.signOn(), await terminal.echo()]).toEqual(['00', '00']);
  return terminals;
}

describe('messages that come in the same moment', () => {
  it('are each judged by themselves', async () => {
    const [right, again, suspended, wrong, renewed, broken] = await keyed(
      'A0000001',
      'A0000002',
      'A0000003',
      'A0000004',
      'A0000005',
      'A0000006',
    );
    const set = (column: string, value: string, terminalNo: string) =>
      estate.database.db.query(`update gateway.terminal set ${column} = $1 where terminal_no = $2`, [
        value,
        terminalNo,
      ]);
    await set('status', 'suspended', 'A0000003');
    const stranger = estate.terminal('A0000004').loadClear(Buffer.alloc(16, 7));
    expect(await renewed!.signOn()).toBe('00');
    const sameMoment = () =>
      Promise.all(
        [right!, suspended!, stranger, wrong!, renewed!, estate.terminal('A0000099'), again!].map((one) => one.echo()),
      );
    expect(await sameMoment()).toEqual(['00', '97', 'A0', '00', '00', '97', '00']);

    // A key block the HSM does not open is one terminal's trouble, not that of those it travels with.
    await set('mak', 'block:broken', 'A0000006');
    const [failed, ...others] = await Promise.allSettled([broken!.echo(), sameMoment(), right!.echo()]);
    expect(failed.status).toBe('rejected');
    expect(others).toEqual([
      { status: 'fulfilled', value: ['00', '97', 'A0', '00', '00', '97', '00'] },
      { status: 'fulfilled', value: '00' },
    ]);
  });

  it('are many of one terminal, and each gets its own answer', async () => {
    const [one] = await keyed('A0000010');
    expect(new Set(await Promise.all(Array.from({ length: 700 }, () => one!.echo())))).toEqual(new Set(['00']));
  });
});
