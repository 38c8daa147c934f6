import { cardNo } from '@citycard/clearing';
import { type Fen, luhnDigit } from '@citycard/common';
import { CaseFailed } from '../case.ts';
import {
  ACCEPTED,
  amountIn,
  type CityBench,
  type CityCase,
  deliverTaken,
  HELD,
  nextAnswer,
  PAGE,
  requireAnswer,
  requireOutcome,
  requireQuiet,
} from './bench.ts';

const CODES = `${PAGE}, reason codes`;
/** The byte of a record its TAC begins at. */
const TAC_AT = 47;

/** Right `.ccip` files of ours and their answers. */
export const ourPurchaseCases: readonly CityCase[] = [
  {
    id: 'purchases',
    title: 'Answers a right CCIP by a CCIR with one row for each record, in order',
    document: PAGE,
    async run(bench) {
      const [card] = bench.cards;
      const records: Buffer[] = [];
      for (const amountFen of [150n, 0n, 200n]) records.push(await bench.us.purchase(card, amountFen));
      const sent = await bench.us.purchases(records);
      await deliverTaken(bench, sent);
      await requireAnswer(bench, sent, [ACCEPTED, ACCEPTED, ACCEPTED]);
      await requireQuiet(bench, '.ccir', 'every row had its answer');
    },
  },
  {
    id: 'purchases-again',
    title: 'Answers a CCIP that is delivered again with the same CCIR, byte for byte',
    document: `${PAGE}; "Purchase file"`,
    async run(bench) {
      const sent = await bench.us.purchases([await bench.us.purchase(bench.cards[0], 110n)]);
      await deliverTaken(bench, sent);
      const first = await requireAnswer(bench, sent, [ACCEPTED]);
      bench.ask(`The answer ${first.name} is taken for lost: ${sent.name} comes again.`);
      await deliverTaken(bench, sent, 'it is the file that was taken before');
      const again = await requireAnswer(bench, sent, [ACCEPTED]);
      if (again.name !== first.name || !again.content.equals(first.content))
        throw new CaseFailed(`${sent.name} was answered by ${first.name}, and then by ${again.name} or other content.`);
    },
  },
  {
    id: 'reasons',
    title: 'Says of each record why it is refused: TAC wrong, card unknown, duplicate',
    document: CODES,
    async run(bench) {
      const [card] = bench.cards;
      const { us } = bench;
      const good = await us.purchase(card, 120n);
      const forged = await us.purchase(card, 130n);
      forged.writeUInt8(forged.readUInt8(TAC_AT) ^ 0xff, TAC_AT);
      const nobody = await us.purchase(nobodysCard(us.partner), 140n);
      const sent = await us.purchases([good, forged, nobody, good]);
      await deliverTaken(bench, sent, 'a record that is wrong is no reason to refuse the file');
      await requireAnswer(bench, sent, [ACCEPTED, '01', '02', '03']);
    },
  },
  {
    id: 'duplicate-later',
    title: 'Refuses a purchase that came in an earlier file as a duplicate',
    document: `${CODES}; "Sameness"`,
    async run(bench) {
      const record = await bench.us.purchase(bench.cards[0], 160n);
      for (const outcome of [ACCEPTED, '03']) {
        const sent = await bench.us.purchases([record]);
        await deliverTaken(bench, sent);
        await requireAnswer(bench, sent, [outcome]);
      }
    },
  },
  {
    id: 'another-city',
    title: 'Refuses a record of a card of another city (0A), and takes the others of the file',
    document: CODES,
    async run(bench) {
      const { us, cards } = bench;
      const strange = await us.purchase(nobodysCard(us.home), 100n);
      const sent = await us.purchases([strange, await us.purchase(cards[0], 170n)]);
      await deliverTaken(bench, sent, 'a record of another city is no reason to refuse the file');
      await requireAnswer(bench, sent, ['0A', ACCEPTED]);
    },
  },
  {
    id: 'held',
    title: 'Answers a held row with 0F, and again, once, in a later CCIR of its own sequence',
    document: `${PAGE}; "Order of checks"`,
    async run(bench) {
      const [, card] = bench.cards;
      const first = await bench.us.purchase(card, 180n);
      const sent = await bench.us.purchases([first, bench.us.conflicting(first, card)]);
      await deliverTaken(bench, sent);
      const { delivered, rows } = await nextAnswer(bench);
      if (rows.length !== 2)
        throw new CaseFailed(`${delivered.name} has ${rows.length} rows, ${sent.name} had 2 records.`);
      // The earlier of two records in conflict may be held with the later one.
      for (const [at, row] of rows.entries())
        requireOutcome(delivered.name, row, at === 0 ? [ACCEPTED, HELD] : HELD, amountIn(sent, at));
      const waiting = new Set(rows.filter(({ outcome }) => outcome === HELD).map(({ index }) => index));
      bench.ask(`Decide what is held of ${sent.name} (two purchases that cannot both be), and let the answer be sent.`);
      await requireDecided(bench, sent.sequence, waiting, (at) => amountIn(sent, at));
      await requireQuiet(bench, '.ccir', 'what was held had its final answer');
    },
  },
];

/** Later answers until every held row has one, each under a sequence of its own and each row once. */
async function requireDecided(
  bench: CityBench,
  sequence: number,
  waiting: Set<number>,
  amountOf: (at: number) => Fen,
): Promise<void> {
  while (waiting.size > 0) {
    const { delivered, rows } = await nextAnswer(bench, 'A later answer (.ccir) to what was held');
    for (const row of rows) {
      if (row.ccipSequence !== sequence || !waiting.delete(row.index))
        throw new CaseFailed(
          `${delivered.name} answers record ${row.index} of file ${row.ccipSequence}, which is not waiting for an answer.`,
        );
      if (row.outcome === HELD) throw new CaseFailed(`${delivered.name} answers a held row with 0F once more.`);
      requireOutcome(delivered.name, row, row.outcome, amountOf(row.index));
    }
  }
}

/** A right number of a city that no card bears: issuers begin at 01. */
function nobodysCard(city: string) {
  const body = `310${city}00999999999`;
  return cardNo(`${body}${luhnDigit(body)}`);
}
