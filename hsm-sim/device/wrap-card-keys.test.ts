import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyAuditLog } from '../audit/verify-audit-log.ts';
import { connectHsm } from '../client/connect.ts';
import { startHsm } from './hsm.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const CITY = hex('4580FF0000000000');

test('all keys of many cards are wrapped as one by one; a card whose root is missing fails alone', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hsm-wrap-'));
  const hsm = await startHsm({ directory, lmk: 'test' });
  const client = connectHsm({ host: '127.0.0.1', port: hsm.port });
  try {
    for (const [name, pin] of [
      ['li', '100001'],
      ['wang', '200002'],
      ['zhao', '300003'],
    ] as const)
      await client.createCustodian({ name, pin });
    await client.authorise('li', '100001', 'wang', '200002', ['generateKey'], 10);
    for (const [name, usage, algorithm] of [
      ['DPK', 'purchase', '3des'],
      ['DTK', 'tac', '3des'],
      ['DTK-SM4', 'tac', 'sm4'],
      ['CHIP', 'chip-transport', '3des'],
    ] as const)
      await client.generateKey({ name, usage, algorithm, exportable: false });

    const roots = ['name:DPK', 'name:DTK'];
    const common = { transport: 'name:CHIP', algorithm: '3des' } as const;
    const cards = Array.from({ length: 40 }, (_, index) => [CITY, hex((index + 1).toString(16).padStart(16, '0'))]);
    const [missing, sm4, ...wrapped] = await Promise.all([
      client
        .wrapCardKeys({ ...common, factors: cards[0]!, roots: ['name:DPK', 'name:ABSENT'] })
        .catch((e: unknown) => e),
      client.wrapCardKeys({ ...common, factors: cards[0]!, algorithm: 'sm4', roots: ['name:DTK-SM4'] }),
      ...cards.map((factors) => client.wrapCardKeys({ ...common, factors, roots })),
    ]);
    expect(missing).toMatchObject({ name: 'HsmRefused', code: '12' });
    const alone = await client.wrapCardKey({ ...common, factors: cards[0]!, algorithm: 'sm4', root: 'name:DTK-SM4' });
    expect(sm4).toEqual([alone.encrypted]);
    for (const [index, keys] of wrapped.entries())
      for (const [at, root] of roots.entries()) {
        const { encrypted } = await client.wrapCardKey({ ...common, factors: cards[index]!, root });
        expect(keys[at]).toEqual(encrypted);
      }
    // As a list: more than one command carries, in order, where the names of the keys change from card to card too.
    const many = Array.from({ length: 2500 }, (_, index) => index % cards.length);
    const list = await client.wrapCardKeysAll(
      many.map((at, index) => ({
        ...common,
        factors: cards[at]!,
        roots: index % 7 === 0 ? roots.toReversed() : roots,
      })),
    );
    for (const [index, at] of many.entries())
      expect(list[index]).toEqual(index % 7 === 0 ? wrapped[at]!.toReversed() : wrapped[at]);
    expect(await client.wrapCardKeysAll([])).toEqual([]);
    await expect(
      client.wrapCardKeysAll([
        { ...common, factors: cards[0]!, roots },
        { ...common, factors: cards[0]!, roots: ['name:DPK', 'name:LOST'] },
      ]),
    ).rejects.toMatchObject({ name: 'HsmRefused', code: '12' });
    // A root itself leaves by no bulk command.
    await expect(client.wrapCardKeys({ ...common, factors: [], roots: ['name:DPK'] })).rejects.toMatchObject({
      code: '15',
    });
    await expect(
      client.wrapCardKeys({ ...common, factors: cards[0]!, transport: 'name:DPK', roots }),
    ).rejects.toMatchObject({ code: '28' });
  } finally {
    await client.close();
    await hsm.stop();
    expect(verifyAuditLog(directory, 'test')).toMatchObject({ ok: true });
    rmSync(directory, { recursive: true });
  }
});
