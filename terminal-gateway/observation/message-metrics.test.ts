import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { MessageMetrics } from './message-metrics.ts';
import type { ObservedMessage } from './observed-message.ts';

const echo = (ms: number): ObservedMessage => ({
  mti: '0820',
  kind: 'echo',
  code: '00',
  operator: 'M1',
  industry: 1,
  terminalNo: 'T0000001',
  traceNo: '000001',
  stages: [{ name: 'check MAC', ms }],
  at: new Date(),
});

it('counts messages and their time in the form scrapers read, and reads the same twice', async () => {
  const registry = new Registry();
  const metrics = new MessageMetrics(registry);
  for (const ms of [0.5, 0.6, 300, 60_000]) metrics.count(echo(ms));
  for (let time = 0; time < 2; time++) {
    const lines = (await registry.metrics()).split('\n');
    for (const line of [
      'gateway_messages_total{message="echo",code="00",operator="M1",industry="1"} 4',
      '# TYPE gateway_message_seconds histogram',
      'gateway_message_seconds_bucket{le="0.0005",message="echo"} 1',
      'gateway_message_seconds_bucket{le="0.001",message="echo"} 2',
      'gateway_message_seconds_bucket{le="0.25",message="echo"} 2',
      'gateway_message_seconds_bucket{le="0.5",message="echo"} 3',
      'gateway_message_seconds_bucket{le="10",message="echo"} 3',
      'gateway_message_seconds_bucket{le="+Inf",message="echo"} 4',
      'gateway_message_seconds_count{message="echo"} 4',
    ])
      expect(lines).toContain(line);
    expect(lines.find((line) => line.startsWith('gateway_message_seconds_sum'))).toMatch(/ 60\.301/);
  }
});
