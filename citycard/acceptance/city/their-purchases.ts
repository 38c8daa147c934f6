import { type CcirRow, REASON } from '@citycard/clearing';
import { fen } from '@citycard/common';
import { CaseFailed } from '../case.ts';
import { requireSigned } from '../partner/delivery.ts';
import {
  acceptAll,
  type CityBench,
  type CityCase,
  deliverRefused,
  deliverTaken,
  HELD,
  nextPurchases,
  PAGE,
  type TheirFile,
} from './bench.ts';
import { type SignedBy, withoutLastRow } from './our-city.ts';

const ASK_ONE = 'Make two purchases with our test cards in a bus of the candidate, and let it send its file (.ccip).';
const TOTAL_AT = 36;

/** Takes the file of theirs, and says so before the answer goes out. */
async function taken(bench: CityBench): Promise<TheirFile> {
  const file = await nextPurchases(bench);
  await bench.folder.answer(file.delivered.name, { outcome: 'taken' });
  return file;
}

async function answerRight(bench: CityBench, file: TheirFile): Promise<void> {
  await deliverTaken(bench, await bench.us.answers(acceptAll(file)));
}

/** An answer with one thing wrong: refused whole, so that the right one is taken after it. */
function badAnswer(
  one: Pick<CityCase, 'id' | 'title'>,
  why: string,
  how: {
    rows?: (rows: CcirRow[]) => CcirRow[];
    change?: (bytes: Buffer) => Buffer;
    signedBy?: SignedBy;
  },
): CityCase {
  return {
    ...one,
    document: PAGE,
    async run(bench) {
      bench.ask(ASK_ONE);
      const file = await taken(bench);
      const right = acceptAll(file);
      await deliverRefused(bench, await bench.us.answers(how.rows?.(right) ?? right, how), why);
      await answerRight(bench, file);
    },
  };
}

/** `.ccip` files of the candidate, and our answers to them. */
export const theirPurchaseCases: readonly CityCase[] = [
  {
    id: 'their-purchases',
    title: 'Sends a right CCIP and takes the answer that accepts all of it',
    document: PAGE,
    async run(bench) {
      bench.ask(ASK_ONE);
      await answerRight(bench, await taken(bench));
    },
  },
  {
    id: 'their-answer-lost',
    title: 'Delivers a CCIP without an answer again, unchanged',
    document: PAGE,
    async run(bench) {
      bench.ask(`${ASK_ONE} It will not be answered; let it deliver the file again.`);
      const first = await nextPurchases(bench);
      const again = await bench.folder.next('.ccip', 'The same file again', bench.limitMs);
      const { name, content } = first.delivered;
      if (again.name !== name) throw new CaseFailed(`${name} was to come again, ${again.name} came.`);
      if (!again.content.equals(content)) throw new CaseFailed(`${name} came again with other content.`);
      requireSigned(again, bench.certificate, bench.us.partner);
      await bench.folder.answer(name, { outcome: 'taken' });
      await answerRight(bench, first);
    },
  },
  {
    id: 'their-next-file',
    title: 'Sends each purchase once, under a sequence of its own',
    document: PAGE,
    async run(bench) {
      for (const which of ['a file', 'another file']) {
        bench.ask(`Make a purchase with our test cards in a bus of the candidate, and let it send ${which} (.ccip).`);
        await answerRight(bench, await taken(bench));
      }
    },
  },
  {
    id: 'their-refused-row',
    title: 'Takes an answer that refuses a record, and does not send the record again',
    document: PAGE,
    async run(bench) {
      bench.ask(ASK_ONE);
      const file = await taken(bench);
      const rows = acceptAll(file).map((row, at) =>
        at === 0 ? { ...row, outcome: REASON.insufficientBalance, acceptedFen: fen(0) } : row,
      );
      await deliverTaken(bench, await bench.us.answers(rows));
      bench.ask('Make another purchase, and let the candidate send its next file. The refused one must not be in it.');
      await answerRight(bench, await taken(bench));
    },
  },
  {
    id: 'their-held-row',
    title: 'Takes 0F, then the final answer once in a later CCIR, and no other after it',
    document: PAGE,
    async run(bench) {
      bench.ask(ASK_ONE);
      const file = await taken(bench);
      const all = acceptAll(file);
      const final = all.slice(0, 1);
      const held = all.map((row, at) => (at === 0 ? ({ ...row, outcome: HELD, acceptedFen: fen(0) } as const) : row));
      await deliverTaken(bench, await bench.us.answers(held));
      await deliverTaken(bench, await bench.us.answers(final), 'it answers the row that was held');
      await deliverRefused(bench, await bench.us.answers(final), 'the row it answers has its final answer');
    },
  },
  {
    id: 'their-answer-again',
    title: 'Takes an answer that comes again as what it was the first time',
    document: `${PAGE}; "Purchase file"`,
    async run(bench) {
      bench.ask(ASK_ONE);
      const answer = await bench.us.answers(acceptAll(await taken(bench)));
      await deliverTaken(bench, answer);
      await deliverTaken(bench, answer, 'it is the file that was taken before');
    },
  },
  badAnswer(
    { id: 'answer-signature', title: 'Refuses a CCIR signed with the certificate of another city' },
    'the CN of its certificate is of another city',
    { signedBy: 'other-cn' },
  ),
  badAnswer(
    { id: 'answer-total', title: 'Refuses a CCIR whose header has another total than its rows' },
    'its header says another total than its rows',
    {
      change: (bytes) => {
        const copy = Buffer.from(bytes);
        copy.writeBigUInt64BE(bytes.readBigUInt64BE(TOTAL_AT) + 1n, TOTAL_AT);
        return copy;
      },
    },
  ),
  badAnswer(
    { id: 'answer-incomplete', title: 'Refuses a first CCIR that lacks a row of its CCIP' },
    'the first answer has to have all rows',
    { change: withoutLastRow },
  ),
  badAnswer(
    { id: 'answer-never-sent', title: 'Refuses a CCIR about a file that was never sent' },
    'it answers a file that was never sent',
    { rows: (rows) => rows.map((row) => ({ ...row, ccipSequence: 99_999_999 })) },
  ),
  badAnswer(
    { id: 'answer-amount', title: 'Refuses a CCIR that accepts another amount than was bought' },
    'it accepts 1 fen more than was bought',
    { rows: (rows) => rows.map((row, at) => (at === 0 ? { ...row, acceptedFen: fen(row.acceptedFen + 1n) } : row)) },
  ),
];
