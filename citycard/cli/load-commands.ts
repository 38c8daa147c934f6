import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { upload } from './upload.ts';

/**
 * Posts JSON under a key made of what is said, so that the same command again does nothing twice. Where the same may be meant
 * again, `occasion` tells the second time from a repeat.
 */
export function say(connection: Connection, path: string, body: object = {}, occasion = ''): Promise<unknown> {
  const content = Buffer.from(JSON.stringify(body));
  const key = createHash('sha256').update(path).update(content).update(occasion).digest('hex');
  return upload(connection, { path, type: 'application/json', content, headers: { 'idempotency-key': key } });
}

function limitOf(words: readonly string[]): object {
  const [limitName, validFrom, amount, ...more] = words;
  const rightAmount = amount === undefined || /^[1-9]\d{0,14}$/.test(amount);
  if (limitName === undefined || validFrom === undefined || !rightAmount || more.length > 0)
    throw citycardErrors.badOption('a limit is NAME YYYY-MM-DD [FEN]; names: single, daily, named-cap, anonymous-cap');
  return { limitName, validFrom, ...(amount !== undefined && { amountFen: Number(amount) }) };
}

const fileNumber = ([fileId]: readonly string[]): string => {
  if (fileId === undefined || !/^\d+$/.test(fileId))
    throw citycardErrors.badOption('this takes the number of a file of credits');
  return fileId;
};

const maker = { person: 'finance-maker', running: false, takesWords: true } as const;
const checker = { person: 'finance-checker', running: false, takesWords: true } as const;

/** What people decide about loads and credits waiting to be loaded (docs/online-authorisation.md). */
export const loadCommands: readonly Command[] = [
  {
    words: 'load limits',
    help: 'limits of loads by the day they begin',
    person: 'auditor',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/load-limits'), ok: true }),
  },
  {
    ...maker,
    words: 'load limit-propose',
    help: 'load limit-propose NAME YYYY-MM-DD [FEN]: a limit from that day on; without an amount, none',
    run: async (connection, words) => ({ answer: await say(connection, '/v1/load-limits', limitOf(words)), ok: true }),
  },
  {
    ...checker,
    words: 'load limit-approve',
    help: 'load limit-approve NAME YYYY-MM-DD [FEN] APPROVAL: the second person',
    run: async (connection, words) => {
      const body = { ...limitOf(words.slice(0, -1)), approvalId: words.at(-1) };
      return { answer: await say(connection, '/v1/load-limits/approval', body), ok: true };
    },
  },
  {
    ...maker,
    words: 'load decide',
    help: 'load decide CARD LOAD EVIDENCE: this load is the one on the card (alarm load-undecided)',
    run: async (connection, [cardNo = '', loadId = '', ...evidence]) => ({
      answer: await say(connection, `/v1/undecided-loads/${encodeURIComponent(cardNo)}/${encodeURIComponent(loadId)}`, {
        evidence: evidence.join(' '),
      }),
      ok: true,
    }),
  },
  {
    ...checker,
    words: 'load confirm',
    help: 'load confirm CARD LOAD APPROVAL EVIDENCE: the second person says the same; the load is posted',
    run: async (connection, [cardNo = '', loadId = '', approvalId = '', ...evidence]) => {
      const path = `/v1/undecided-loads/${encodeURIComponent(cardNo)}/${encodeURIComponent(loadId)}/approval`;
      return { answer: await say(connection, path, { approvalId, evidence: evidence.join(' ') }), ok: true };
    },
  },
  {
    ...maker,
    words: 'credit propose',
    help: 'credit propose FILE.csv PAYER ACCOUNT BANK-REFERENCE REASON: credits to many cards; lines of the file: key,card number,fen',
    run: async (connection, [file, payer, account, bankReference, ...reason]) => {
      if (file === undefined || reason.length === 0)
        throw citycardErrors.badOption('credit propose takes a file, payer, account, bank reference and reason');
      const body = { payer, account, bankReference, reason: reason.join(' '), lines: await readLines(file) };
      return { answer: await say(connection, '/v1/credit-files', body), ok: true };
    },
  },
  {
    ...checker,
    words: 'credit approve',
    help: 'credit approve FILE-NUMBER: the second person books the credits',
    run: async (connection, words) => ({
      answer: await say(connection, `/v1/credit-files/${fileNumber(words)}/approval`),
      ok: true,
    }),
  },
  {
    ...maker,
    words: 'credit withdraw',
    help: 'credit withdraw FILE-NUMBER: give a proposed file up; its lines may come again',
    run: async (connection, words) => ({
      answer: await say(connection, `/v1/credit-files/${fileNumber(words)}/withdrawal`),
      ok: true,
    }),
  },
  {
    words: 'credit show',
    help: 'credit show FILE-NUMBER: what became of a file of credits',
    person: 'auditor',
    running: false,
    takesWord: true,
    run: async (connection, words) => ({
      answer: await connection.get(`/v1/credit-files/${fileNumber(words)}`),
      ok: true,
    }),
  },
];

const LINE = /^([0-9A-Za-z._-]{1,40}),([0-9]{19}),([1-9][0-9]{0,12})$/;

async function readLines(file: string): Promise<{ key: string; cardNo: string; amountFen: number }[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw citycardErrors.badOption(`${file} cannot be read`);
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    const [, key, cardNo, amount] = LINE.exec(line.trim()) ?? [];
    if (key === undefined || cardNo === undefined || amount === undefined)
      throw citycardErrors.badOption(`${file} line ${at + 1} is not key,card number,fen`);
    return [{ key, cardNo, amountFen: Number(amount) }];
  });
}
