import type { MessageName, ResponseCode } from '@citycard/terminal-gateway';
import { type AcceptanceCase, type Bench, CaseFailed } from '../case.ts';
import type { Exchange } from './exchange.ts';
import type { TestHost } from './test-host.ts';

/** What a case of the terminal kit has to do with. */
export interface TerminalBench extends Bench {
  readonly host: TestHost;
  /** Where another terminal is at home, under a number of its own. */
  readonly elsewhere: TestHost;
  /** The test card that is on the hotlist, as the tester knows it. */
  readonly hotCard: string | undefined;
}

export type TerminalCase = AcceptanceCase<TerminalBench>;

/** Functions a terminal may claim; cases about others are not run. */
export const TERMINAL_FUNCTIONS = ['load', 'proof', 'purchase', 'bill'] as const;

/** What cases over TLS are about: claimed by playing the kit over TLS, never by a word of the tester. */
export const TLS_FUNCTION = 'tls';

/** Cases about a function that begin with a wish to the tester and keep these messages for themselves. */
export function askingCases(about: string, claims: readonly MessageName[]) {
  return (
    one: Pick<TerminalCase, 'id' | 'title' | 'document'>,
    sentence: string,
    run: (bench: TerminalBench) => Promise<void>,
  ): TerminalCase => ({
    ...one,
    about,
    async run(bench) {
      bench.host.claim(...claims);
      bench.ask(sentence);
      await run(bench);
    },
  });
}

export const LOADS = ['loadFromCash', 'loadFromAccount'] as const;
export type LoadName = (typeof LOADS)[number];

/** Waits for one of these messages. @throws CaseFailed when none comes in time */
export function next<N extends MessageName>(
  { host, limitMs }: TerminalBench,
  what: string,
  ...names: readonly N[]
): Promise<Exchange<N>> {
  return host.next(names, what, limitMs);
}

/** Which message an exchange is about, so that its values can be read. */
export function isAbout<N extends MessageName>(exchange: Exchange, name: N): exchange is Exchange & Exchange<N> {
  return exchange.request.name === name;
}

/** The same message once more: a repeat has all of its content (terminal interface, "Repeats"). */
export function requireRepeat(first: Exchange, second: Exchange, what: string): void {
  if (first.key === second.key && first.content === second.content) return;
  if (first.key !== second.key)
    throw new CaseFailed(`${what} has to come again under its trace number and batch; another message came instead.`);
  throw new CaseFailed(`${what} came again with other content; a repeat is the same in fields 2 to 63.`);
}

/** Waits for a repeat. @throws CaseFailed when it does not come, or comes changed */
export async function nextRepeat<N extends MessageName>(
  bench: TerminalBench,
  first: Exchange & Exchange<N>,
  what: string,
): Promise<Exchange & Exchange<N>> {
  const second = await next<MessageName>(bench, `The repeat of ${what}`, first.request.name);
  requireRepeat(first, second, what);
  return second as Exchange & Exchange<N>;
}

/** The first of these loads, answered as the page says. */
export async function honestLoad(bench: TerminalBench): Promise<Exchange<LoadName>> {
  const load = await next(bench, 'A load request (0200)', ...LOADS);
  await bench.host.answerHonestly(load);
  return load;
}

/** Waits for the result of a load, answers it, and requires an outcome. */
export async function requireResult(bench: TerminalBench, wanted: readonly number[]): Promise<void> {
  const result = await next(bench, 'The load result (0220)', 'loadResult');
  const { outcome } = result.request.values.result;
  await bench.host.answerHonestly(result);
  if (!wanted.includes(outcome))
    throw new CaseFailed(`The load result says outcome ${outcome}; ${wanted.join(' or ')} was expected.`);
}

/**
 * What a terminal may do about a load it has no answer to: repeat it unchanged, or reverse it. A repeat is answered and its
 * result required; a reversal is answered, and no result may follow.
 */
export async function resolveUnanswered(bench: TerminalBench, first: Exchange<LoadName>): Promise<void> {
  const { host } = bench;
  const then = await next(bench, 'A repeat of the load (0200) or its reversal (0400)', ...LOADS, 'loadReversal');
  if (!isAbout(then, 'loadReversal')) {
    requireRepeat(first, then, 'A load without an answer');
    await host.answerHonestly(then);
    return requireResult(bench, [0]);
  }
  requireOriginal(first, then);
  await host.answerHonestly(then);
  await host.none(['loadResult'], 'After the reversal of a load its result came.', bench.quietMs);
}

/** Field 61 of a reversal names its load. */
export function requireOriginal(load: Exchange<LoadName>, reversal: Exchange<'loadReversal'>): void {
  const { original } = reversal.request.values;
  const { management, trace } = load.request;
  if (original.batch !== management.batch || original.trace !== trace)
    throw new CaseFailed(
      `Field 61 of the reversal names batch ${original.batch} and trace ${original.trace}, not ${management.batch} and ${trace} of the load.`,
    );
}

/** Answers with a code and nothing else. */
export function refuse(exchange: Exchange | Exchange<never>, code: ResponseCode): Promise<void> {
  return (exchange as Exchange).answer(code);
}
