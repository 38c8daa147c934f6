import { CityCardError } from '@citycard/common';
import type { Services } from './service.ts';
import { type Language, money, said, standings } from './dialogue-words.ts';

/** Commands as people write them, in both languages; the language of the command is that of the answer. */
const COMMANDS: Readonly<
  Record<string, { readonly does: 'balance' | 'loss' | 'points' | 'help'; readonly in: Language }>
> = {
  余额: { does: 'balance', in: 'zh' },
  查询: { does: 'balance', in: 'zh' },
  YE: { does: 'balance', in: 'zh' },
  挂失: { does: 'loss', in: 'zh' },
  GS: { does: 'loss', in: 'zh' },
  充值点: { does: 'points', in: 'zh' },
  网点: { does: 'points', in: 'zh' },
  帮助: { does: 'help', in: 'zh' },
  BZ: { does: 'help', in: 'zh' },
  BALANCE: { does: 'balance', in: 'en' },
  LOSS: { does: 'loss', in: 'en' },
  POINTS: { does: 'points', in: 'en' },
  HELP: { does: 'help', in: 'en' },
};

/** What a short message holds whatever it is written in. */
export const PART_LENGTH = 70;
const POINTS_AT_MOST = 3;

/**
 * Answers a message: `余额 card-number last-four`, `挂失 …`, `充值点`, `帮助`, or the same in English. Spaces in a card number do not matter.
 *
 * @param from the telephone; limits go by it
 * @returns parts of at most 70 characters each, in order
 */
export async function answerMessage(services: Services, from: string, text: string): Promise<string[]> {
  const words = text
    .normalize('NFKC')
    .trim()
    .toUpperCase()
    .split(/[\s,，、;；+#*:：]+/u)
    .filter(Boolean);
  const command = commandOf(words);
  if (command === undefined) return parts(said.zh.unknown);
  const { does, in: language } = command;
  const claim = claimOf(command.rest);
  const to = said[language];
  if (does === 'help') return parts(to.help);
  if (does !== 'points' && claim === undefined) return parts(to.howTo[does]);
  try {
    if (does === 'points' || claim === undefined) return await points(services, language);
    return await looked(services, claim, { from, does, language });
  } catch (error) {
    // Whoever sent a message waits for one, also when the services are away.
    if (error instanceof CityCardError) return parts(to.away);
    throw error;
  }
}

async function looked(
  services: Services,
  claim: { readonly cardNo: string; readonly fact: string },
  { from, does, language }: { readonly from: string; readonly does: 'balance' | 'loss'; readonly language: Language },
): Promise<string[]> {
  const to = said[language];
  const found = await services.post('/v1/resident-desk/look-ups', { ...claim, address: `tel:${from}`, place: 'text' });
  if (found.status === 429) return parts(to.tooMany);
  if (found.status !== 200) return parts(to.notKnown);
  const { pass, sheet } = found.body as { pass: string; sheet: Sheet };
  return does === 'balance' ? balance(sheet, language) : loss(services, pass, sheet, language);
}

interface Sheet {
  readonly card: string;
  readonly state: string;
  readonly balanceFen: number;
  readonly waitingFen: number;
  readonly onItsWay: { readonly loadsFen: number; readonly purchasesFen: number };
}

/** A command may stand against the number that follows it: `余额3104…`. */
function commandOf(
  words: readonly string[],
): { does: 'balance' | 'loss' | 'points' | 'help'; in: Language; rest: string[] } | undefined {
  const [first = '', ...rest] = words;
  const name = Object.keys(COMMANDS).find(
    (each) => first === each || (first.startsWith(each) && /^[0-9]/.test(first.slice(each.length))),
  );
  const command = name === undefined ? undefined : COMMANDS[name];
  if (name === undefined || command === undefined) return undefined;
  const glued = first.slice(name.length);
  return { ...command, rest: glued === '' ? rest : [glued, ...rest] };
}

function claimOf(words: readonly string[]): { cardNo: string; fact: string } | undefined {
  const all = words.join('');
  const [cardNo, fact] = [all.slice(0, 19), all.slice(19)];
  return /^[0-9]{19}$/.test(cardNo) && /^[0-9A-Z]{4}$/.test(fact) ? { cardNo, fact } : undefined;
}

function balance(sheet: Sheet, language: Language): string[] {
  const to = said[language];
  const { loadsFen, purchasesFen } = sheet.onItsWay;
  return parts([
    to.balance(sheet.card.slice(-4), money(sheet.balanceFen), standings[language][sheet.state] ?? sheet.state),
    ...(sheet.waitingFen > 0 ? [to.waiting(money(sheet.waitingFen))] : []),
    ...(loadsFen > 0 ? [to.loads(money(loadsFen))] : []),
    ...(purchasesFen > 0 ? [to.purchases(money(purchasesFen))] : []),
  ]);
}

async function loss(services: Services, pass: string, sheet: Sheet, language: Language): Promise<string[]> {
  const to = said[language];
  const answer = await services.post('/v1/resident-desk/loss-reports', { pass });
  if (answer.status !== 200) return parts(to.notClosed(sheet.card.slice(-4)));
  const { lapsesOn } = answer.body as { lapsesOn?: string };
  return parts(to.closed(sheet.card.slice(-4), lapsesOn));
}

async function points(services: Services, language: Language): Promise<string[]> {
  const { status, body } = await services.get('/v1/service-points?service=load');
  const list = status === 200 ? (body as { points: Record<string, string>[] }).points : [];
  const to = said[language];
  if (list.length === 0) return parts(to.noPoints);
  return list
    .slice(0, POINTS_AT_MOST)
    .flatMap((each) =>
      parts(
        to.point(
          each[language === 'zh' ? 'nameZh' : 'nameEn'] ?? '',
          each[language === 'zh' ? 'addressZh' : 'addressEn'] ?? '',
          each['hours'] ?? '',
        ),
      ),
    );
}

/** Dashes and spaces of typographers, which names and hours may hold, as every handset shows them. */
const plain = (text: string): string =>
  text.replaceAll(/[\u2010-\u2015]/g, '-').replaceAll(/[\u00a0\u2009\u202f]/g, ' ');

/** Sentences in as few parts as they fit in; one that is longer than a part is cut. */
export function parts(sentences: string | readonly string[]): string[] {
  const made: string[] = [];
  for (const each of typeof sentences === 'string' ? [sentences] : sentences) {
    const sentence = plain(each);
    const last = made.at(-1);
    if (last !== undefined && last.length + sentence.length < PART_LENGTH)
      made[made.length - 1] = `${last} ${sentence}`;
    else for (let at = 0; at < sentence.length; at += PART_LENGTH) made.push(sentence.slice(at, at + PART_LENGTH));
  }
  return made;
}
