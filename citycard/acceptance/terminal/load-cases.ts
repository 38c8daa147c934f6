import { CaseFailed } from '../case.ts';
import {
  askingCases,
  honestLoad,
  isAbout,
  LOADS,
  next,
  nextRepeat,
  refuse,
  requireOriginal,
  requireRepeat,
  requireResult,
  resolveUnanswered,
  type TerminalCase,
} from './bench.ts';

const PAGE = 'terminal-interface.md §3';
const ALL = [...LOADS, 'loadResult', 'loadReversal'] as const;

/** How often a terminal may repeat a load before it has to reverse it. */
const MOST_REPEATS = 10;

const loadCase = askingCases('load', ALL);

/** Loads (terminal interface, section 3, messages 7 to 10). */
export const loadCases: readonly TerminalCase[] = [
  loadCase(
    { id: 'load', title: 'Loads a card: MAC1, MAC2, TAC, result', document: `${PAGE}, "Load"` },
    'Load 10.00 yuan onto a test card.',
    async (bench) => {
      await honestLoad(bench);
      await requireResult(bench, [0]);
    },
  ),
  loadCase(
    {
      id: 'load-torn-answer',
      title: 'Loads a card whose answer arrives in pieces',
      document: 'terminal-interface.md §1',
    },
    'Load 10.00 yuan onto a test card.',
    async (bench) => {
      const load = await next(bench, 'A load request (0200)', ...LOADS);
      await bench.host.answerHonestly(load, { delivery: 'in halves' });
      await requireResult(bench, [0]);
    },
  ),
  loadCase(
    {
      id: 'load-answer-lost',
      title: 'Repeats or reverses a load whose answer was lost',
      document: `${PAGE}, "Repeats" and "Load"`,
    },
    'Load 10.00 yuan onto a test card. The first answer will be lost.',
    async (bench) => {
      const load = await next(bench, 'A load request (0200)', ...LOADS);
      await bench.host.answerHonestly(load, { delivery: 'lost' });
      await resolveUnanswered(bench, load);
    },
  ),
  loadCase(
    {
      id: 'load-half-answer',
      title: 'Repeats or reverses a load whose link broke in the middle of the answer',
      document: `${PAGE}, "Repeats" and "Load"`,
    },
    'Load 10.00 yuan onto a test card. The link will break in the middle of the answer.',
    async (bench) => {
      const load = await next(bench, 'A load request (0200)', ...LOADS);
      await bench.host.answerHonestly(load, { delivery: 'half and hang up' });
      await resolveUnanswered(bench, load);
    },
  ),
  loadCase(
    {
      id: 'load-wrong-mac',
      title: 'Credits no card on an answer whose MAC is wrong',
      document: 'terminal-interface.md §2',
    },
    'Load 10.00 yuan onto a test card. The first answer will have a wrong field 64.',
    async (bench) => {
      const load = await next(bench, 'A load request (0200)', ...LOADS);
      await bench.host.answerHonestly(load, { wrongMac: true });
      const then = await next(bench, 'A repeat of the load or its reversal', ...ALL);
      if (then.request.name === 'loadResult')
        throw new CaseFailed('The terminal went on with a load whose answer had a wrong field 64.');
      if (isAbout(then, 'loadReversal')) {
        requireOriginal(load, then);
        await bench.host.answerHonestly(then);
        return bench.host.none(['loadResult'], 'After the reversal of a load its result came.', bench.quietMs);
      }
      requireRepeat(load, then, 'A load without a right answer');
      await bench.host.answerHonestly(then);
      return requireResult(bench, [0]);
    },
  ),
  loadCase(
    {
      id: 'load-reversal',
      title: 'Reverses a load that is never answered, and repeats the reversal until it is',
      document: `${PAGE}, message 10`,
    },
    'Load 10.00 yuan onto a test card. The load will not be answered at all, and the first reversal neither.',
    async (bench) => {
      const load = await next(bench, 'A load request (0200)', ...LOADS);
      let then = await next(bench, 'A repeat of the load or its reversal (0400)', ...LOADS, 'loadReversal');
      for (let times = 0; !isAbout(then, 'loadReversal'); times += 1) {
        requireRepeat(load, then, 'A load without an answer');
        if (times >= MOST_REPEATS)
          throw new CaseFailed(`The load came ${MOST_REPEATS} times without an answer, and no reversal.`);
        then = await next(bench, 'A repeat of the load or its reversal (0400)', ...LOADS, 'loadReversal');
      }
      const reversal = then;
      requireOriginal(load, reversal);
      if (reversal.request.values.original.date !== '0000')
        throw new CaseFailed('The date in field 61 of the reversal is not 0000, though no answer came.');
      await bench.host.answerHonestly(await nextRepeat(bench, reversal, 'a reversal without an answer'));
      await bench.host.none(['loadResult'], 'After the reversal of a load its result came.', bench.quietMs);
    },
  ),
  loadCase(
    {
      id: 'load-result-lost',
      title: 'Repeats a load result until it is answered',
      document: `${PAGE}, message 9`,
    },
    'Load 10.00 yuan onto a test card. The answers to its result will be lost twice.',
    async (bench) => {
      await honestLoad(bench);
      const result = await next(bench, 'The load result (0220)', 'loadResult');
      await bench.host.answerHonestly(result, { delivery: 'lost' });
      await nextRepeat(bench, result, 'a load result without an answer');
      await bench.host.answerHonestly(await nextRepeat(bench, result, 'a load result without an answer'));
    },
  ),
  loadCase(
    {
      id: 'load-torn-card',
      title: 'Says "unknown" for a card that was torn away and did not come back',
      document: `${PAGE}, "Load"`,
    },
    'Load 10.00 yuan onto a test card and take the card away while it is being credited. Do not put it back.',
    async (bench) => {
      await honestLoad(bench);
      await requireResult(bench, [2]);
    },
  ),
  loadCase(
    {
      id: 'load-recovered',
      title: 'Finds out what became of a load when the torn card is back',
      document: `${PAGE}, "Load"; domain.md A.9`,
    },
    'Load 10.00 yuan onto a test card, take the card away while it is being credited, and put the same card back.',
    async (bench) => {
      await honestLoad(bench);
      await requireResult(bench, [0, 1]);
    },
  ),
  loadCase(
    { id: 'load-refused', title: 'Lets a refused load be', document: 'terminal-interface.md §4, code 51' },
    'Load 10.00 yuan onto a test card. The load will be refused (51).',
    async (bench) => {
      await refuse(await next(bench, 'A load request (0200)', ...LOADS), '51');
      await bench.host.none(['loadResult'], 'A refused load has a result.', bench.quietMs);
    },
  ),
  loadCase(
    {
      id: 'load-busy',
      title: 'Repeats or reverses a load that the host could not finish in time (68)',
      document: 'terminal-interface.md §4, code 68',
    },
    'Load 10.00 yuan onto a test card. The first answer will be 68.',
    async (bench) => {
      const load = await next(bench, 'A load request (0200)', ...LOADS);
      await refuse(load, '68');
      await resolveUnanswered(bench, load);
    },
  ),
  loadCase(
    {
      id: 'load-trace-used',
      title: 'Goes on with another trace number after 94',
      document: `${PAGE}, "Repeats"; §4, code 94`,
    },
    'Load 10.00 yuan onto a test card. The load will be refused (94); then load once more.',
    async (bench) => {
      const first = await next(bench, 'A load request (0200)', ...LOADS);
      await refuse(first, '94');
      const second = await next(bench, 'Another load request (0200)', ...ALL);
      if (second.request.name === 'loadResult') throw new CaseFailed('A load refused with 94 has a result.');
      if (second.request.trace === first.request.trace && second.request.name !== 'loadReversal')
        throw new CaseFailed('After 94 a load came under the same trace number.');
      await bench.host.answerHonestly(second);
      if (second.request.name !== 'loadReversal') return requireResult(bench, [0]);
      await honestLoad(bench);
      return requireResult(bench, [0]);
    },
  ),
  {
    id: 'load-proof',
    title: 'Proves a load of another terminal for a card that is presented to it, repeating until it is answered',
    document: `${PAGE}, "Load"; domain.md A.9`,
    about: 'proof',
    async run(bench) {
      const { host, elsewhere } = bench;
      elsewhere.claim(...ALL);
      host.claim('loadResult');
      bench.ask(
        'Load 10.00 yuan onto a test card at the other terminal (or at this one, set to its numbers); its result will stay without an answer. Then present the card to the terminal under test and let it prove the load.',
      );
      const load = await elsewhere.next(LOADS, 'A load request (0200) of the other terminal', bench.limitMs);
      await elsewhere.answerHonestly(load);
      const proof = await next(bench, 'The proof (0220) of the load of the other terminal', 'loadResult');
      const { original, result, cardNo } = proof.request.values;
      if (original.batch !== '000000' || original.trace !== '000000')
        throw new CaseFailed(
          `Field 61 of the proof names batch ${original.batch} and trace ${original.trace}; for a load of another terminal it is zeros.`,
        );
      if (cardNo !== load.request.values.cardNo || result.outcome !== 0)
        throw new CaseFailed('The proof is not of the card of the load, or does not say "credited".');
      await host.answerHonestly(proof, { delivery: 'lost' });
      await host.answerHonestly(await nextRepeat(bench, proof, 'a proof without an answer'));
    },
  },
  {
    id: 'load-batch-behind',
    title: 'Signs on again after 77 and goes on in a later batch',
    document: `${PAGE}, "Batches"; §4, code 77`,
    about: 'load',
    async run(bench) {
      const { host } = bench;
      host.claim(...ALL, 'signOn');
      bench.ask(
        'Load 10.00 yuan onto a test card. The load will be refused (77): the terminal has to sign on and to begin a new batch. Then load again.',
      );
      const first = await next(bench, 'A load request (0200)', ...LOADS);
      await refuse(first, '77');
      const then = await next(bench, 'A sign-on', 'signOn', ...LOADS);
      if (then.request.name !== 'signOn') throw new CaseFailed('After 77 a load came; a sign-on was expected.');
      await host.answerHonestly(then);
      const second = await next(bench, 'Another load request (0200)', ...LOADS);
      if (second.request.management.batch <= first.request.management.batch)
        throw new CaseFailed(`After 77 the terminal went on in batch ${second.request.management.batch}.`);
      await host.answerHonestly(second);
      await requireResult(bench, [0]);
    },
  },
];
