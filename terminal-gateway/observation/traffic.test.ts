import { Registry } from 'prom-client';
import { afterEach, expect, it, vi } from 'vitest';
import { MessageMetrics } from './message-metrics.ts';
import { startTraffic } from './traffic.ts';

afterEach(() => vi.useRealTimers());

it('keeps what was counted by the second, with its times', () => {
  vi.useFakeTimers();
  const metrics = new MessageMetrics(new Registry());
  const count = (code: '00' | '51', ms: number) =>
    metrics.count({
      mti: '0200',
      kind: 'loadFromCash',
      code,
      operator: 'M1',
      industry: 1,
      terminalNo: 'T0000001',
      traceNo: '000001',
      stages: [{ name: 'decide', ms }],
      at: new Date(),
    });
  count('00', 5);
  const traffic = startTraffic(metrics, {});
  for (const ms of [3, 4, 90]) count('00', ms);
  count('51', 4);
  vi.advanceTimersByTime(1_000);
  vi.advanceTimersByTime(1_000);
  const [busy, quiet] = traffic.since();
  expect(busy).toMatchObject({
    messages: [
      { message: 'loadFromCash', code: '00', count: 3 },
      { message: 'loadFromCash', code: '51', count: 1 },
    ],
    medianMs: 5,
    p95Ms: 100,
    slowestMs: 100,
    links: 0,
  });
  expect(quiet).toMatchObject({ messages: [], medianMs: null });
  expect(traffic.since(busy?.at)).toHaveLength(1);
  expect(traffic.words()).toMatchObject({ messages: { loadFromCash: 'load, cash at agent' } });
  vi.advanceTimersByTime(400_000);
  expect(traffic.since()).toHaveLength(300);
  traffic.stop();
});
