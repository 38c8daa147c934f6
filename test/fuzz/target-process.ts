import { fuzzCodec } from './codec-target.ts';
import { fuzzGateway } from './gateway-target.ts';
import type { Report } from './target.ts';

/**
 * One target in a process of its own, so that whoever watches sees it die: `target-process.ts <codec|gateway> <seed> <first
 * case> <last case>`. Reports go to the parent, several in one message; any message from it, or its end, stops the target.
 */
const [name, seed, firstCase, lastCase] = process.argv.slice(2);
const stop = new AbortController();
process.on('message', () => stop.abort());
process.on('disconnect', () => stop.abort());

const EVERY_MS = 250;
let latest: Report | undefined;
let toldAt = 0;
const tell = (report: Report) => {
  if (process.connected) process.send?.(report);
};
const report = (one: Report) => {
  if (one.kind !== 'progress') {
    // What was counted before comes before what follows.
    if (latest !== undefined) tell(latest);
    latest = undefined;
    tell(one);
  } else if (performance.now() - toldAt < EVERY_MS) latest = one;
  else {
    latest = undefined;
    toldAt = performance.now();
    tell(one);
  }
};

const fuzz = name === 'gateway' ? fuzzGateway : fuzzCodec;
await fuzz(
  {
    seed: Number(seed),
    firstCase: Number(firstCase),
    lastCase: lastCase === 'none' ? Number.POSITIVE_INFINITY : Number(lastCase),
    stop: stop.signal,
  },
  report,
);
process.disconnect?.();
