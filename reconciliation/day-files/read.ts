import { isUtf8 } from 'node:buffer';
import { type BusinessDate, businessDate, type Fen, fen } from '@citycard/common';
import { plainLines } from '../matching/plain-lines.ts';
import { dayFileErrors } from './errors.ts';

/** Kinds of lines, and of totals in the head (domain.md B.7). */
export const LINE_KINDS = ['normal', 'cancel', 'refund'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** A line with the columns of domain.md B.7; what a partner does not have is empty. */
export interface DayFileLine {
  readonly lineNo: number;
  readonly kind: LineKind;
  readonly terminalNo: string;
  readonly batchNo: string;
  readonly serialNo: string;
  /** The last four characters: nobody here needs the whole account of a customer with its bank. */
  readonly accountEnd: string;
  readonly accountKind: string;
  readonly cardNo: string;
  readonly paymentId: string;
  readonly amountFen: Fen;
  readonly balanceBeforeFen?: Fen;
  /** The card's online counter before the load. */
  readonly purseSerial?: number;
  readonly partnerClearingDate: BusinessDate;
  readonly ourClearingDate?: BusinessDate;
}

export interface DayFile {
  readonly partner: string;
  readonly date: BusinessDate;
  readonly totals: Readonly<Record<LineKind, { readonly count: number; readonly amountFen: Fen }>>;
  readonly lines: readonly DayFileLine[];
}

export const HEAD = 'partner,date,normalCount,normalFen,cancelCount,cancelFen,refundCount,refundFen';
export const COLUMNS =
  'line,kind,terminal,batch,serial,account,accountKind,card,paymentId,amountFen,balanceBeforeFen,purseSerial,partnerClearingDate,ourClearingDate';
const MOST_LINES = 1_000_000;

const COUNT = /^[0-9]{1,12}$/;
const FORMS: readonly { readonly name: string; readonly form: RegExp }[] = [
  { name: 'line', form: /^[1-9][0-9]{0,6}$/ },
  { name: 'kind', form: /^(normal|cancel|refund)$/ },
  { name: 'terminal', form: /^[!-+\--~]{0,8}$/ },
  { name: 'batch', form: /^([0-9]{6})?$/ },
  { name: 'serial', form: /^([0-9]{6})?$/ },
  { name: 'account', form: /^[0-9A-Za-z*]{0,40}$/ },
  { name: 'accountKind', form: /^[\p{L}\p{N} ]{0,20}$/u },
  { name: 'card', form: /^([0-9]{19})?$/ },
  { name: 'paymentId', form: /^[0-9A-Za-z-]{0,64}$/ },
  { name: 'amountFen', form: /^[1-9][0-9]{0,12}$/ },
  { name: 'balanceBeforeFen', form: /^[0-9]{0,12}$/ },
  { name: 'purseSerial', form: /^[0-9]{0,5}$/ },
  { name: 'partnerClearingDate', form: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/ },
  { name: 'ourClearingDate', form: /^([0-9]{4}-[0-9]{2}-[0-9]{2})?$/ },
];

/**
 * Reads a day file: head and lines as CSV, UTF-8 or GB 18030, line ends CR LF, LF or LF CR. What the head promises has to be there.
 *
 * @throws CityCardError `reconciliation.day-files.encoding-bad`, `.header-bad`, `.line-bad`, `.head-differs`, `.too-large`
 */
export async function readDayFile(name: string, content: Buffer): Promise<DayFile> {
  const pieces: Buffer[] = [];
  for await (const piece of plainLines([content])) pieces.push(piece);
  const plain = Buffer.concat(pieces);
  if (!isUtf8(plain)) throw dayFileErrors.encodingBad({ name });
  const rows = plain
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  if (rows.at(-1) === '') rows.pop();
  const [head, totals, columns, ...lines] = rows;
  if (head !== HEAD) throw dayFileErrors.headerBad({ name, line: 1, wanted: HEAD });
  if (columns !== COLUMNS) throw dayFileErrors.headerBad({ name, line: 3, wanted: COLUMNS });
  if (lines.length > MOST_LINES) throw dayFileErrors.tooLarge({ name, limit: MOST_LINES });
  const file = { ...readHead(name, totals ?? ''), lines: lines.map((line, at) => readLine(name, line, at + 1)) };
  requireTotals(name, file);
  return file;
}

function readHead(name: string, row: string): Omit<DayFile, 'lines'> {
  const [partner = '', date = '', ...figures] = row.split(',');
  const known =
    /^[0-9A-Za-z.-]{4,15}$/.test(partner) && figures.length === 6 && figures.every((each) => COUNT.test(each));
  if (!known)
    throw dayFileErrors.lineBad({ name, line: 2, reason: 'it is no head of a partner, a date and six figures' });
  const total = (at: number) => ({ count: Number(figures[at]), amountFen: fen(BigInt(figures[at + 1] ?? 0)) });
  return {
    partner,
    date: dayOf(name, 2, date),
    totals: { normal: total(0), cancel: total(2), refund: total(4) },
  };
}

function readLine(name: string, row: string, no: number): DayFileLine {
  const line = no + 3;
  const values = row.split(',');
  if (values.length !== FORMS.length)
    throw dayFileErrors.lineBad({ name, line, reason: `it has ${values.length} columns of ${FORMS.length}` });
  const bad = FORMS.find(({ form }, at) => !form.test(values[at] ?? ''));
  // What stands there stays there; people look it up in the file.
  if (bad !== undefined) throw dayFileErrors.lineBad({ name, line, reason: `${bad.name} is not what it has to be` });
  const [
    lineNo,
    kind,
    terminalNo,
    batchNo,
    serialNo,
    account,
    accountKind,
    cardNo,
    paymentId,
    amount,
    balance,
    serial,
    theirs,
    ours,
  ] = values as [
    string,
    LineKind,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (Number(lineNo) !== no) throw dayFileErrors.lineBad({ name, line, reason: `its number is not ${no}` });
  return {
    lineNo: no,
    kind,
    terminalNo,
    batchNo,
    serialNo,
    accountEnd: account.slice(-4),
    accountKind,
    cardNo,
    paymentId,
    amountFen: fen(BigInt(amount)),
    ...(balance !== '' && { balanceBeforeFen: fen(BigInt(balance)) }),
    ...(serial !== '' && { purseSerial: Number(serial) }),
    partnerClearingDate: dayOf(name, line, theirs),
    ...(ours !== '' && { ourClearingDate: dayOf(name, line, ours) }),
  };
}

function dayOf(name: string, line: number, value: string): BusinessDate {
  try {
    return businessDate(value);
  } catch {
    throw dayFileErrors.lineBad({ name, line, reason: 'it has a date that is none' });
  }
}

/** Half a file, or one with a line changed, is not what its head says. */
function requireTotals(name: string, { totals, lines }: DayFile): void {
  for (const kind of LINE_KINDS) {
    const own = lines.filter((line) => line.kind === kind);
    const foundFen = own.reduce((sum, { amountFen }) => sum + amountFen, 0n);
    const { count, amountFen } = totals[kind];
    if (count === own.length && amountFen === foundFen) continue;
    throw dayFileErrors.headDiffers({ name, kind, count, amountFen, found: own.length, foundFen });
  }
}
