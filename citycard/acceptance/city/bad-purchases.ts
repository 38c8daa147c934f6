import {
  ACCEPTED,
  type CityBench,
  type CityCase,
  deliverRefused,
  deliverTaken,
  PAGE,
  requireAnswer,
  requireQuiet,
} from './bench.ts';
import { OTHER_CITY, type OurFile } from './our-city.ts';

const FILES = `${PAGE}; "Purchase file"`;

/** Where header fields stand. */
const COUNT_AT = 32;
const TOTAL_AT = 36;
const SEQUENCE_AT = 28;

const changed = (change: (bytes: Buffer) => void) => (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};

/** A file of ours with one thing wrong: refused whole, so that its purchases are as new in the next file. */
function badFile(
  one: Pick<CityCase, 'id' | 'title'>,
  why: string,
  make: (bench: CityBench, records: readonly Buffer[]) => Promise<OurFile>,
): CityCase {
  return {
    ...one,
    document: FILES,
    async run(bench) {
      const records = [await bench.us.purchase(bench.cards[0], 50n), await bench.us.purchase(bench.cards[0], 60n)];
      const bad = await make(bench, records);
      await deliverRefused(bench, bad, why);
      const right = await bench.us.purchases(records);
      await deliverTaken(bench, right, `it is right: the same purchases as in ${bad.name}, which was refused`);
      // Had anything of the bad file been taken, these would be duplicates.
      await requireAnswer(bench, right, [ACCEPTED, ACCEPTED]);
      await requireQuiet(bench, '.ccir', `${bad.name} was refused and has no answer`);
    },
  };
}

/** `.ccip` files of ours that are wrong as files. */
export const badPurchaseCases: readonly CityCase[] = [
  badFile(
    { id: 'signature-of-another-file', title: 'Refuses a CCIP whose signature is over other content' },
    'its signature is over other content',
    async ({ us }, records) => {
      const file = await us.purchases(records);
      return us.signed(file.name, file.sequence, file.content, 'us', Buffer.concat([file.content, Buffer.from([0])]));
    },
  ),
  badFile(
    { id: 'signature-of-a-stranger', title: 'Refuses a CCIP signed under a CA it does not trust' },
    'its certificate is of another CA of the same name',
    ({ us }, records) => us.purchases(records, { signedBy: 'stranger' }),
  ),
  badFile(
    { id: 'signature-of-another-city', title: 'Refuses a CCIP signed with the certificate of another city' },
    `the CN of its certificate is ${OTHER_CITY}`,
    ({ us }, records) => us.purchases(records, { signedBy: 'other-cn' }),
  ),
  badFile(
    { id: 'total-wrong', title: 'Refuses a CCIP whose header has another total than its records' },
    'its header says 1 fen more than its records',
    ({ us }, records) => us.purchases(records, { change: changed((bytes) => bytes.writeBigUInt64BE(111n, TOTAL_AT)) }),
  ),
  badFile(
    { id: 'count-wrong', title: 'Refuses a CCIP whose header counts more records than it has' },
    'its header counts 3 records, it has 2',
    ({ us }, records) => us.purchases(records, { change: changed((bytes) => bytes.writeUInt32BE(3, COUNT_AT)) }),
  ),
  badFile(
    { id: 'truncated', title: 'Refuses a CCIP that ends in the middle of a record' },
    'it ends in the middle of its last record',
    ({ us }, records) => us.purchases(records, { change: (bytes) => bytes.subarray(0, -20) }),
  ),
  badFile(
    { id: 'name-and-header', title: 'Refuses a CCIP whose header has another sequence than its name' },
    'its header has another sequence than its name',
    ({ us }, records) =>
      us.purchases(records, {
        change: changed((bytes) => bytes.writeUInt32BE(bytes.readUInt32BE(SEQUENCE_AT) + 1_000_000, SEQUENCE_AT)),
      }),
  ),
  badFile(
    { id: 'another-receiver', title: 'Refuses a CCIP that is for another city' },
    `it is for ${OTHER_CITY}`,
    ({ us }, records) => us.purchases(records, { to: OTHER_CITY }),
  ),
  {
    id: 'sequence-used',
    title: 'Refuses other content under a sequence that was used, and goes on with the next',
    document: FILES,
    async run(bench) {
      const { us } = bench;
      const [card] = bench.cards;
      const first = await us.purchases([await us.purchase(card, 70n)]);
      await deliverTaken(bench, first);
      await requireAnswer(bench, first, [ACCEPTED]);
      const record = await us.purchase(card, 80n);
      const next = await us.purchases([record]);
      // The next file with name and sequence of the one before.
      const content = changed((bytes) => bytes.writeUInt32BE(first.sequence, SEQUENCE_AT))(next.content);
      await deliverRefused(bench, await us.signed(first.name, first.sequence, content), 'its sequence was used before');
      await deliverTaken(bench, next);
      await requireAnswer(bench, next, [ACCEPTED]);
      await requireQuiet(bench, '.ccir', `other content of sequence ${first.sequence} was refused and has no answer`);
    },
  },
];
