import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectHsm } from '../client/connect.ts';
import { foundedHsm, framed, type FoundedHsm } from '../device/founded.test-data.ts';
import { startHsm } from '../device/hsm.ts';
import { HsmUnavailable } from '../errors.ts';
import { describeFaultPlan, readFaultPlan } from './faults.ts';

let founded: FoundedHsm;
beforeAll(async () => {
  founded = await foundedHsm({ metricsPort: 0 });
  await founded.authorise('injectFaults', 'generateKey');
});
afterAll(async () => founded.stop());

const http = async (path: string) => fetch(`http://127.0.0.1:${founded.hsm.metricsPort}${path}`);

describe('metrics', () => {
  it('count commands by code and error, and time them', async () => {
    await founded.raw(framed('AAAAB20000'), framed('AAAAB20000'), framed('AAAAB20009'), framed('AAAAZZ'));
    await founded.client.generateKey({ name: 'DTK', usage: 'tac', algorithm: '3des', exportable: false });
    const tac = { dtk: 'name:DTK', factors: [Buffer.alloc(8), Buffer.alloc(8)], algorithm: '3des' } as const;
    await founded.client.verifyTacs(
      Array.from({ length: 7 }, () => ({ ...tac, data: Buffer.alloc(3), tac: Buffer.alloc(4) })),
    );
    const text = await (await http('/metrics')).text();
    for (const line of [
      'hsm_commands_total{command="B2",error="00"} 2',
      'hsm_commands_total{command="B2",error="80"} 1',
      'hsm_commands_total{command="??",error="42"} 1',
      'hsm_items_total{command="P2"} 7',
      'hsm_command_seconds_count{command="B2"} 3',
      'hsm_keys 1',
      'hsm_authorised 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^hsm_links [1-9]/m);
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('answer health, and nothing else', async () => {
    expect(await (await http('/healthz')).text()).toBe('ok\n');
    expect((await http('/keys')).status).toBe(404);
  });

  it('fail the start clearly when their port is taken', async () => {
    const directory = `${founded.directory}/second`;
    await expect(startHsm({ directory, lmk: 'test', metricsPort: founded.hsm.metricsPort! })).rejects.toThrow(
      /cannot serve metrics on 127.0.0.1/,
    );
  });
});

describe('injected faults', () => {
  it('are read from a text, or named when it is wrong', () => {
    expect(readFaultPlan(' latency=20, errors=0.5 ')).toEqual({
      latency: 20,
      jitter: 0,
      errors: 0.5,
      cuts: 0,
      rate: 0,
      seed: 1,
    });
    expect(readFaultPlan('speed=1')).toContain('"speed" is no fault');
    expect(readFaultPlan('errors=2')).toBe('errors takes 0 to 1');
    expect(readFaultPlan('latency=')).toBe('latency takes 0 to 60000');
    expect(describeFaultPlan(readFaultPlan('') as never)).toBe('');
  });

  it('refuse a wrong plan at start', async () => {
    const directory = `${founded.directory}/third`;
    await expect(startHsm({ directory, lmk: 'test', faults: 'errors=x' })).rejects.toThrow('errors takes 0 to 1');
  });

  it('need two custodians, and go away when told', async () => {
    await founded.client.cancelAuthorisation();
    await expect(founded.client.injectFaults('latency=1')).rejects.toMatchObject({ code: '17' });
    await founded.authorise('injectFaults');
    await expect(founded.client.injectFaults('latency=no')).rejects.toMatchObject({ code: '15' });
    await founded.client.injectFaults('latency=40,seed=3');
    expect(await founded.client.faults()).toBe('latency=40,seed=3');
    const began = performance.now();
    await founded.client.echo(Buffer.from('slow'));
    expect(performance.now() - began).toBeGreaterThanOrEqual(39);
    await founded.client.injectFaults('');
    expect(await founded.client.faults()).toBe('');
  });

  it('fail a share of commands, the same ones for the same seed', async () => {
    const outcomes = async () => {
      await founded.client.injectFaults('errors=0.3,seed=11');
      const frames = Array.from({ length: 60 }, () => framed('AAAAB20001x'));
      return (await founded.raw(...frames)).map((answer) => answer.toString('latin1', 6, 8)).join(' ');
    };
    const first = await outcomes();
    const failed = first.split(' ').filter((code) => code === '41').length;
    expect(failed).toBeGreaterThan(8);
    expect(failed).toBeLessThan(30);
    expect(await outcomes()).toBe(first);
    await founded.client.injectFaults('');
  });

  it('cut links: what is safe is repeated, what is not is reported', async () => {
    const { client } = founded;
    await founded.authorise('injectFaults', 'generateKey');
    await client.injectFaults('cuts=0.5,seed=5');
    const pairs = await Promise.all(Array.from({ length: 20 }, async (_, index) => client.echo(Buffer.from([index]))));
    expect(pairs.map(([byte]) => byte)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    await client.injectFaults('cuts=1');
    const key = { name: 'LOST', usage: 'tac', algorithm: '3des', exportable: false } as const;
    await expect(client.generateKey(key)).rejects.toBeInstanceOf(HsmUnavailable);
    await client.injectFaults('');
    // The key exists: the answer was lost, not the command. Repeating it blindly would have been refused with 30.
    expect((await client.listKeys()).map(({ name }) => name)).toContain('LOST');
  });

  it('hold the whole device to a rate, whatever the number of links', async () => {
    await founded.client.injectFaults('rate=200');
    const client = connectHsm({ host: '127.0.0.1', port: founded.hsm.port, connections: 4 });
    const began = performance.now();
    await Promise.all(Array.from({ length: 80 }, async () => client.echo(Buffer.from('x'))));
    // 20 commands are in hand after a rest, 60 come at 200 a second.
    expect(performance.now() - began).toBeGreaterThan(280);
    await client.close();
    await founded.client.injectFaults('');
  });
});
