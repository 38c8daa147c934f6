import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MERCHANT, type RunningEstate, startEstate } from '../terminals/running-estate.test-data.ts';

let estate: RunningEstate;
beforeAll(async () => {
  estate = await startEstate({ demo: true });
});
afterAll(() => estate.stop());

describe('totals of a batch', () => {
  it('are answered with ours and kept as the terminal said them, whether equal or not', async () => {
    const form = { functions: ['purchase-upload', 'enquiry'], macAlgorithm: 'x9.19', participantNo: MERCHANT };
    await estate.call('platform', 'POST', '/v1/terminals', { ...form, terminalNo: 'T0000041', industry: 1 });
    const { body } = await estate.change('hand-over-keys', { terminals: ['T0000041'], transport: 'TRANSPORT' });
    const [key] = body['keys'] as { tmkUnderTransport: string }[];
    const terminal = estate.terminal('T0000041').load(key?.tmkUnderTransport ?? '');
    expect([await terminal.signOn(), await terminal.echo()]).toEqual(['00', '00']);
    const totals = Buffer.alloc(24);
    totals.writeBigUInt64BE(500n, 12);
    totals.writeUInt32BE(2, 20);
    const differs = await terminal.settle('000003', totals);
    expect([differs.code, differs.field.at(-1)]).toEqual(['00', 2]);
    expect((await terminal.settle('000004', Buffer.alloc(24))).field.at(-1)).toBe(1);
    const { rows } = await estate.database.db.query(
      `select batch_no, merchant_no, purchase_count, purchase_fen, equal from clearing.batch_claim order by batch_no`,
    );
    expect(rows).toEqual([
      { batch_no: '000003', merchant_no: MERCHANT, purchase_count: 2n, purchase_fen: 500n, equal: false },
      { batch_no: '000004', merchant_no: MERCHANT, purchase_count: 0n, purchase_fen: 0n, equal: true },
    ]);
  });
});
