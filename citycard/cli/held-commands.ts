import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { say } from './load-commands.ts';

const RECORD = /^(\d{19,20})\/(\d{4}-\d{2}-\d{2})\/(\d{1,18})\/(\d{1,9})$/;

/** A record as the list prints it: card, business day, intake and index. */
function recordPath(word: string | undefined): string {
  if (word === undefined || !RECORD.test(word))
    throw citycardErrors.badOption('a record is CARD/YYYY-MM-DD/INTAKE/INDEX, as in "held list"');
  return `/v1/held-purchases/${word}`;
}

const VERDICT = /^(accept(?:=(?<payer>purse|company)(?<although>-although-paid)?)?|refuse(?:=(?<code>[0-9A-F]{2}))?)$/;

function verdictOf(word: string | undefined, evidence: readonly string[]): object {
  const found = VERDICT.exec(word ?? '');
  if (found === null || evidence.length === 0)
    throw citycardErrors.badOption('say accept, accept=company, refuse or refuse=CODE, and then the evidence');
  const { payer, although, code } = found.groups ?? {};
  return {
    outcome: word?.startsWith('accept') === true ? 'accept' : 'refuse',
    ...(payer !== undefined && { payer }),
    ...(although !== undefined && { althoughCardPaid: true }),
    ...(code !== undefined && { reasonCode: code }),
    evidence: evidence.join(' '),
  };
}

function ruleOf(words: readonly string[]): object {
  const [ruleName, validFrom, value, ...more] = words;
  if (ruleName === undefined || validFrom === undefined || more.length > 0 || !/^\d{0,4}$/.test(value ?? ''))
    throw citycardErrors.badOption('a rule is NAME YYYY-MM-DD [NUMBER]; "validation rules" lists their names');
  return { ruleName, validFrom, ...(value !== undefined && value !== '' && { value: Number(value) }) };
}

/** FEN company REASON, or FEN RECORD REASON for a purchase whose operator pays. */
function correctionOf([caseNo, amount, payer, ...reason]: readonly string[]): object {
  const [, cardNo, businessDate, intakeId, index] = RECORD.exec(payer ?? '') ?? [];
  const byCompany = payer === 'company';
  const rightAmount = amount !== undefined && /^[1-9]\d{0,8}$/.test(amount);
  if (caseNo === undefined || !rightAmount || reason.length === 0 || (!byCompany && cardNo === undefined))
    throw citycardErrors.badOption(
      'a correction is CARD CASE FEN company|RECORD REASON; RECORD is the purchase its operator pays back',
    );
  const purchase = { cardNo, businessDate, intakeId, index: Number(index) };
  return {
    caseNo,
    amountFen: Number(amount),
    payer: byCompany ? 'company' : 'operator',
    ...(!byCompany && { purchase }),
    reason: reason.join(' '),
  };
}

const corrections = (card: string | undefined): string => {
  if (card === undefined || !/^\d{19}$/.test(card))
    throw citycardErrors.badOption('this takes a card number, 19 digits');
  return `/v1/cards/${card}/corrections`;
};

const maker = { person: 'finance-maker', running: false, takesWords: true } as const;
const checker = { person: 'finance-checker', running: false, takesWords: true } as const;
const reader = { person: 'auditor', running: false } as const;

/** Held records, what is missing in the chains of cards, and the rules of validation (docs/validation.md). */
export const heldCommands: readonly Command[] = [
  {
    ...reader,
    words: 'held list',
    takesWord: true,
    help: 'held list [CODE]: records that are held, oldest first; CODE a reason (04 conflict, 05 gray, 08 money, 0F inspection)',
    run: async (connection, [code]) => ({
      answer: await connection.get(
        `/v1/held-purchases${code === undefined ? '' : `?reasonCode=${encodeURIComponent(code)}`}`,
      ),
      ok: true,
    }),
  },
  {
    ...reader,
    words: 'held show',
    takesWord: true,
    help: 'held show CARD/DAY/INTAKE/INDEX: a record, its history, what stands beside it',
    run: async (connection, [record]) => ({ answer: await connection.get(recordPath(record)), ok: true }),
  },
  {
    ...maker,
    words: 'held decide',
    help: "held decide RECORD accept|accept=company|refuse|refuse=CODE EVIDENCE: propose what becomes of it; accept=company-although-paid when the card's chain shows that the card has paid",
    run: async (connection, [record, verdict, ...evidence]) => ({
      answer: await say(connection, `${recordPath(record)}/decision`, verdictOf(verdict, evidence)),
      ok: true,
    }),
  },
  {
    ...checker,
    words: 'held confirm',
    help: 'held confirm RECORD APPROVAL VERDICT EVIDENCE: the second person says the same; it is paid or refused',
    run: async (connection, [record, approvalId, verdict, ...evidence]) => ({
      answer: await say(connection, `${recordPath(record)}/approval`, { ...verdictOf(verdict, evidence), approvalId }),
      ok: true,
    }),
  },
  {
    ...reader,
    words: 'missing list',
    takesWord: true,
    help: 'missing list [CARD]: purchases that cards have made and nobody has uploaded',
    run: async (connection, [card]) => ({
      answer: await connection.get(
        `/v1/missing-purchases${card === undefined ? '' : `?cardNo=${encodeURIComponent(card)}`}`,
      ),
      ok: true,
    }),
  },
  {
    ...reader,
    words: 'missing breaks',
    takesWord: true,
    help: 'missing breaks [CARD]: purchases whose balance or time does not continue the one before',
    run: async (connection, [card]) => ({
      answer: await connection.get(
        `/v1/chain-breaks${card === undefined ? '' : `?cardNo=${encodeURIComponent(card)}`}`,
      ),
      ok: true,
    }),
  },
  {
    ...reader,
    words: 'validation rules',
    help: 'the numbers validation goes by, each from a day on',
    run: async (connection) => ({ answer: await connection.get('/v1/validation-rules'), ok: true }),
  },
  {
    ...maker,
    words: 'validation rule-propose',
    help: 'validation rule-propose NAME YYYY-MM-DD [NUMBER]: from that day on; without a number, persons decide alone',
    run: async (connection, words) => ({
      answer: await connection.post('/v1/validation-rules', ruleOf(words)),
      ok: true,
    }),
  },
  {
    ...checker,
    words: 'validation rule-approve',
    help: 'validation rule-approve NAME YYYY-MM-DD [NUMBER] APPROVAL: the second person',
    run: async (connection, words) => {
      const body = { ...ruleOf(words.slice(0, -1)), approvalId: words.at(-1) };
      return { answer: await connection.post('/v1/validation-rules/approval', body), ok: true };
    },
  },
  {
    ...reader,
    words: 'correction list',
    takesWord: true,
    help: 'correction list CARD: what a card was given back, by case',
    run: async (connection, [card]) => ({ answer: await connection.get(corrections(card)), ok: true }),
  },
  {
    ...maker,
    words: 'correction propose',
    help: 'correction propose CARD CASE FEN company|RECORD REASON: give something back; of a purchase its operator pays',
    run: async (connection, [card, ...words]) => ({
      answer: await say(connection, corrections(card), correctionOf(words)),
      ok: true,
    }),
  },
  {
    ...checker,
    words: 'correction approve',
    help: 'correction approve CARD APPROVAL CASE FEN company|RECORD REASON: the second person; it becomes pending credit',
    run: async (connection, [card, approvalId, ...words]) => ({
      answer: await say(connection, `${corrections(card)}/approval`, { ...correctionOf(words), approvalId }),
      ok: true,
    }),
  },
];
