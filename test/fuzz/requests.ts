import { cardProofs, type FuzzCard } from './cards.ts';
import type { Dice } from './dice.ts';
import { ascii, lll, packed, prefixedDigits, type RawFrame, unsigned } from './wire.ts';

/** In whose name frames are sent. */
export interface Sender {
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly samNo: string;
  readonly cards: readonly FuzzCard[];
}

interface Draft {
  readonly mti: string;
  /** 60.1 and 60.3 */
  readonly management: readonly [string, string];
  readonly fields: Readonly<Record<number, Buffer>>;
}

type Template = (dice: Dice, sender: Sender) => Draft;

const manage =
  (
    mti: string,
    networkManagement: string,
    fields: (dice: Dice) => Readonly<Record<number, Buffer>> = () => ({}),
  ): Template =>
  (dice) => ({ mti, management: ['00', networkManagement], fields: fields(dice) });

const amountField = (fen: number) => packed(String(fen).padStart(12, '0'));
const cardField = (card: FuzzCard) => prefixedDigits(1, card.cardNo);
const billers = ['WATR', 'GAS1', 'NONE', '水费'];
const text = (dice: Dice, bytes: number) =>
  dice.oneIn(4) ? dice.bytes(bytes) : ascii(dice.pick(['', '7', 'A-1', 'X'.repeat(bytes)]).slice(0, bytes), bytes);

const load =
  (fromAccount: boolean): Template =>
  (dice, sender) => {
    const card = dice.pick(sender.cards);
    const fen = dice.pick([0, 1, 100, 5000, 100_000, 4_000_000_000, 999_999_999_999]);
    const said = { balance: dice.below(3) * 1000, counter: dice.pick([0, 1, 2, 3, 0xffff]), random: dice.bytes(4) };
    const mac1 = cardProofs(card).mac1({ ...said, fen: fen % 2 ** 32, samNo: sender.samNo });
    return {
      mti: '0200',
      management: [fromAccount ? '40' : '41', '000'],
      fields: {
        2: cardField(card),
        3: packed(fromAccount ? '600000' : '630000'),
        4: amountField(fen),
        25: packed('91'),
        ...(fromAccount && dice.oneIn(3) ? { 52: dice.bytes(8), 53: packed('2600000000000000') } : {}),
        58: lll(
          Buffer.of(1),
          packed(`0${card.cardNo}`),
          dice.bytes(8),
          Buffer.of(2, 1, 1, 0),
          unsigned(said.balance, 4),
          unsigned(said.counter, 2),
          said.random,
          packed(sender.samNo),
          dice.oneIn(5) ? dice.bytes(4) : mac1,
        ),
      },
    };
  };

const original = (dice: Dice) => packed('000001'.concat(String(dice.below(200)).padStart(6, '0'), '0000'));
const originalField = (dice: Dice) =>
  prefixedDigits(
    2,
    dice.oneIn(4) ? '0'.repeat(16) : dice.oneIn(6) ? dice.digits(dice.below(29)) : original(dice).toString('hex'),
  );
const kind = (dice: Dice) =>
  dice.pick([
    ['630000', '41'],
    ['600000', '40'],
  ] as const);

const loadResult: Template = (dice, sender) => {
  const [code, type] = kind(dice);
  const card = dice.pick(sender.cards);
  return {
    mti: '0220',
    management: [type, '000'],
    fields: {
      2: cardField(card),
      3: packed(code),
      4: amountField(dice.pick([0, 1, 100, 5000, 999_999_999_999])),
      58: lll(Buffer.of(1, dice.below(4)), dice.bytes(4), dice.integer(4), dice.integer(2)),
      61: originalField(dice),
    },
  };
};

const loadReversal: Template = (dice, sender) => {
  const [code, type] = kind(dice);
  return {
    mti: '0400',
    management: [type, '000'],
    fields: {
      2: cardField(dice.pick(sender.cards)),
      3: packed(code),
      4: amountField(dice.pick([0, 1, 100, 5000, 999_999_999_999])),
      39: ascii(dice.pick(['98', '06', 'A0', '00'])),
      61: originalField(dice),
    },
  };
};

/** One purchase of 64 bytes: right in itself four times out of five. */
function purchase(dice: Dice, sender: Sender, fen: number): Buffer {
  const card = dice.pick(sender.cards);
  const transaction = dice.below(2000);
  const moment = packed(`2026${dice.pick(['0101', '1122', '9999'])}${dice.pick(['120000', '235959'])}`);
  const flag = dice.pick([0, 0, 0, 1, 2, 3, 0x80, 0x0f]);
  const tac = cardProofs(card).tac({ fen, type: 6, samNo: sender.samNo, transaction, moment });
  return Buffer.concat([
    Buffer.of(dice.oneIn(20) ? dice.below(256) : 1, flag),
    packed(dice.oneIn(8) ? dice.digits(4) : '4580'),
    packed(`0${card.cardNo}`),
    Buffer.of(1, 0, dice.pick([6, 6, 6, 9, 2]), 1, 1, 0),
    unsigned(dice.below(300), 2),
    dice.integer(4),
    unsigned(fen, 4),
    packed(sender.samNo),
    unsigned(transaction, 4),
    moment,
    dice.oneIn(5) ? dice.bytes(4) : tac,
    unsigned(0, 4),
    Buffer.of(dice.between(1, 13)),
    dice.bytes(8),
  ]);
}

const upload: Template = (dice, sender) => {
  const amounts = Array.from({ length: dice.pick([1, 2, 15]) }, () => dice.pick([0, 100, 200, 4_294_967_295]));
  const sum = amounts.reduce((all, one) => all + one, 0);
  return {
    mti: '0320',
    management: ['36', '201'],
    fields: {
      3: packed('000000'),
      48: lll(unsigned(amounts.length + (dice.oneIn(10) ? 1 : 0), 2), unsigned(sum + (dice.oneIn(10) ? 1 : 0), 8)),
      62: lll(...amounts.map((fen) => purchase(dice, sender, fen))),
    },
  };
};

const billPayment: Template = (dice, sender) => {
  const fen = dice.pick([0, 1, 100, 5000, 999_999_999_999]);
  const bill = [text(dice, 20), text(dice, 16)];
  const biller = ascii(dice.pick(billers).slice(0, 4), 4);
  return {
    mti: '0220',
    management: ['36', '000'],
    fields: {
      3: packed('500000'),
      4: amountField(fen),
      62: lll(purchase(dice, sender, fen % 2 ** 32), biller, ...bill),
    },
  };
};

const total = (dice: Dice) => Buffer.concat([dice.integer(4), dice.integer(4), dice.integer(4)]);

/** The seventeen requests of the message table (terminal interface, section 3), right in form, with contents of every kind. */
export const templates: Readonly<Record<string, Template>> = {
  signOn: manage('0800', '003', (dice) => ({ 62: lll(text(dice, 28)), 63: lll(ascii('01 ')) })),
  signOff: manage('0820', '002'),
  echo: manage('0820', '301'),
  parameters: manage('0800', '360', (dice) => ({ 62: lll(dice.integer(4), dice.integer(2)) })),
  parametersAdopted: manage('0800', '361', (dice) => ({ 62: lll(dice.integer(4)) })),
  hotlist: manage('0800', '390', (dice) => ({ 62: lll(dice.integer(4), dice.integer(4)) })),
  hotlistAdopted: manage('0800', '391', (dice) => ({ 62: lll(dice.integer(4)) })),
  purseBalance: (dice, sender) => ({
    mti: '0200',
    management: ['01', '000'],
    fields: { 2: cardField(dice.pick(sender.cards)), 3: packed('310000') },
  }),
  loadFromCash: load(false),
  loadFromAccount: load(true),
  loadResult,
  loadReversal,
  purchaseUpload: upload,
  billPayment,
  billEnquiry: (dice) => ({
    mti: '0100',
    management: ['01', '000'],
    fields: { 3: packed('330000'), 62: lll(ascii(dice.pick(billers).slice(0, 4), 4), text(dice, 20)) },
  }),
  batchTotals: manage('0500', '201', (dice) => ({ 48: lll(total(dice), total(dice)) })),
  batchUploadEnd: manage('0320', '207', (dice) => ({ 48: lll(dice.integer(4)) })),
};

const names = Object.keys(templates);

/** A request that is right in form, with a place for field 64 (zeros) unless it is a sign-on. */
export function anyRequest(dice: Dice, sender: Sender): RawFrame {
  const name = dice.pick(names);
  const draft = (templates[name] as Template)(dice, sender);
  const [type, networkManagement] = draft.management;
  const batch = String(dice.pick([1, 1, 1, 2, 999_999])).padStart(6, '0');
  const echoed = dice.oneIn(5) ? dice.digits(dice.below(19)) : '';
  const fields: [number, Buffer][] = [
    ...Object.entries(draft.fields).map(([field, bytes]): [number, Buffer] => [Number(field), bytes]),
    [11, packed(dice.oneIn(30) ? dice.digits(6) : String(dice.below(500)).padStart(6, '0'))],
    [41, ascii(sender.terminalNo, 8)],
    [42, ascii(sender.merchantNo, 15)],
    [60, prefixedDigits(2, `${type}${batch}${networkManagement}${echoed}`)],
    ...(dice.oneIn(6) ? [[12, packed('101112')] satisfies [number, Buffer]] : []),
    ...(name === 'signOn' ? [] : [[64, Buffer.alloc(8)] satisfies [number, Buffer]]),
  ];
  return {
    tpdu: Buffer.concat([Buffer.of(0x60), dice.bytes(4)]),
    header: Buffer.from('620000000000', 'hex'),
    mti: draft.mti,
    fields: new Map(fields),
    announcedOnly: [],
  };
}
