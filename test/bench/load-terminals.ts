import { createInterface } from 'node:readline';
import {
  bytes,
  type Card,
  Link,
  type LoadOrder,
  type LoadOutcome,
  prepare,
  readAnswer,
  resultOf,
  x919,
} from './terminal-side.ts';

/**
 * The terminals of the load benchmark, in a process of their own so that their time is not counted. Requests are made before
 * `go`; orders and answers are lines of JSON.
 */
const BEGIN = process.hrtime.bigint();
const nowMs = (): number => Number(process.hrtime.bigint() - BEGIN) / 1e6;

/** One answer in so many has its MAC checked here: all of them would make this process the slower half. */
const CHECKED_OF = 16;

async function play(order: LoadOrder, cards: readonly Card[]): Promise<LoadOutcome> {
  const refused: Record<string, number> = {};
  const latencies: number[] = [];
  let [done, over] = [0, 0];
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const resultTrace = 500_000;
  const queues = order.terminals.map((_, place) => cards.filter((card) => card.terminal === place));
  const sentAt = order.terminals.map(() => new Map<string, { card: Card; at: number }>());
  const next = order.terminals.map(() => 0);

  const end = (ok: boolean, code: string, place: number): void => {
    if (ok) done += 1;
    else refused[code] = (refused[code] ?? 0) + 1;
    over += 1;
    if (over === cards.length) finish();
    else if (order.perSecond === undefined) begin(place);
  };
  const begin = (place: number): void => {
    const card = queues[place]?.[next[place] ?? 0];
    if (card === undefined) return;
    next[place] = (next[place] ?? 0) + 1;
    sentAt[place]!.set(card.trace, { card, at: nowMs() });
    links[place]!.send(card.request);
  };
  const onFrame = (place: number, message: Buffer): void => {
    const answer = readAnswer(message);
    if (answer.mti === '0230') {
      end(answer.code === '00', answer.code, place);
      return;
    }
    const sent = sentAt[place]!.get(answer.trace);
    if (sent === undefined) return;
    sentAt[place]!.delete(answer.trace);
    latencies.push(nowMs() - sent.at);
    if (latencies.length % CHECKED_OF === 0) {
      const wanted = x919(bytes(order.terminals[place]!.mak), answer.body);
      if (!wanted.equals(answer.mac)) return end(false, 'wrong MAC', place);
    }
    if (answer.code !== '00' || !order.results) return end(answer.code === '00', answer.code, place);
    const trace = (Number(sent.card.trace) + resultTrace).toString().padStart(6, '0');
    links[place]!.send(resultOf(order, sent.card, trace, message));
  };
  const links = order.terminals.map((_, place) => new Link(order.port, (message) => onFrame(place, message)));
  await Promise.all(links.map((link) => link.opened()));
  if (order.perSecond === undefined) {
    for (let n = 0; n < order.window; n += 1) order.terminals.forEach((_, place) => begin(place));
  } else openLoop(order, order.perSecond, cards.length, begin);
  await finished;
  for (const link of links) link.end();
  return { done, refused, latencies: latencies.sort((a, b) => a - b) };
}

/** Begins loads at their times, whatever has been answered: one that is due while this process slept begins late, and its wait counts. */
function openLoop(order: LoadOrder, perSecond: number, count: number, begin: (place: number) => void): void {
  const start = nowMs();
  let begun = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((nowMs() - start) * perSecond) / 1000));
    for (; begun < due; begun += 1) begin(begun % order.terminals.length);
    if (begun === count) clearInterval(timer);
  }, 1);
}

let ready: { order: LoadOrder; cards: readonly Card[] } | undefined;
createInterface({ input: process.stdin }).on('line', (line) => {
  const said = JSON.parse(line) as LoadOrder | 'go';
  const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (said !== 'go') {
    ready = { order: said, cards: prepare(said) };
    say('ready');
  } else if (ready !== undefined) void play(ready.order, ready.cards).then(say);
});
