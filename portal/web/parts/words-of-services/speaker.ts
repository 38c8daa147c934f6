import { yuan } from '../money.ts';
import { cityTime } from '../time.ts';
import { fill, longestOwn, ownLength, type Reader, readerOf } from './template.ts';
import type { Chinese } from './words.ts';

/** Says in Chinese what the services say in English. */
export interface Speaker {
  /** A refusal by its code; what the answer names fills the sentence, and what it does not name is read from the English. */
  refusal(code: string, english: string, params: Readonly<Record<string, unknown>>): string;
  /** A sentence or a reason that was kept in English; itself when nobody has put it into Chinese. */
  text(english: string): string;
  /** What the log has for the beginning of a subject that somebody read in Chinese: `card 3104` for `卡 3104`. */
  logged(subject: string): string;
  /** An act of the log of acts: `propose-fee-table`, `settlement-approval confirmed`. */
  act(code: string): string;
  /** A state, a kind or a step. */
  code(code: string): string;
  /** The name of a figure in evidence. */
  field(name: string): string;
  /** A figure of evidence for a person: yuan, the city's time, words of a code. */
  value(name: string, value: unknown): string;
}

interface Sentence {
  readonly chinese: string;
  /** The longest piece of the template that is its own: a text without it is another. */
  readonly own: string;
  readonly read: Reader;
}

const sentence = (template: string, chinese: string): Sentence => ({
  chinese,
  own: longestOwn(template),
  read: readerOf(template),
});

/** Values of these names are codes; a name of a person or a thing may be spelled like a code and is none. */
const CODED =
  /^(state|status|kind|kinds|from|to|wanted|step|done|act|item|items|what|action|fitting|document|paper|resolution|outcome|standing|severity|least|unit|direction|side|found|expected|said|part|verdict|stage|proof|bearer|payer|roles?|why|window|allowed|known|choices|limitName|ruleName|account|plan|plans|evidence|channel|cause|checked|by|category|finding|rule|discrepancy)$/;
const FEN = /^-?\d{1,18}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** What is done with a proposal, before or behind the name of the act. */
const DONE: readonly [RegExp, string][] = [
  [/^propose-(.+)$|^(.+) proposed$/, '提交'],
  [/^approve-(.+)$|^(.+) (?:confirmed|approved)$/, '批准'],
  [/^withdraw-(.+)$|^(.+) withdrawn$/, '撤回'],
  [/^(.+) returned$/, '退回'],
  [/^(.+) taken back$/, '收回'],
  [/^order-(.+)$/, '申请'],
  [/^drop-(.+)$/, '放弃'],
];

export function speakerOf({ refusals, sayings, codes, acts, fields, english }: Chinese): Speaker {
  const catalogue = new Map<string, Sentence>();
  for (const [code, template] of Object.entries(english)) {
    const chinese = refusals[code];
    if (chinese !== undefined) catalogue.set(code, sentence(template, chinese));
  }
  const known = [
    ...sayings.map(([template, chinese]) => ({ template, chinese })),
    ...Object.entries(english).flatMap(([code, template]) =>
      refusals[code] === undefined ? [] : [{ template, chinese: refusals[code] }],
    ),
  ]
    .toSorted((one, other) => ownLength(other.template) - ownLength(one.template))
    .map(({ template, chinese }) => sentence(template, chinese));
  /** Beginnings of what ends with its number, the longest first. */
  const heads = sayings
    .flatMap(([template, said]) => {
      const head = /^([a-z-]+ )\{\w+\}$/i.exec(template)?.[1];
      const inChinese = /^(\S+ )\{\w+\}$/.exec(said)?.[1];
      return head === undefined || inChinese === undefined ? [] : [[head, inChinese] as const];
    })
    .toSorted(([, one], [, other]) => other.length - one.length);
  const heard = new Map<string, string | undefined>();

  const whole = (text: string): string | undefined => {
    if (!heard.has(text)) heard.set(text, /[a-z]{2}/.test(text) ? search(text) : undefined);
    return heard.get(text);
  };
  function search(text: string): string | undefined {
    for (const { chinese, own, read } of known) {
      if (!text.includes(own)) continue;
      const params = read(text);
      if (params !== undefined) return said(chinese, params);
    }
    return undefined;
  }
  /** Several reasons in one text where each of them is known, else one reason; what is not known stays as it is. */
  const spoken = (text: string): string => {
    const parts = text.includes('; ') ? text.split('; ').map(whole) : [];
    if (parts.length > 0 && parts.every((part) => part !== undefined)) return parts.join('；');
    return whole(text) ?? text;
  };
  /** Where a value of a request stands: `body/lines/0/amountFen`. */
  const placeOf = (path: string): string =>
    path
      .split('/')
      .filter((_, at, all) => at > 0 || all.length === 1)
      .map((part) => (/^\d+$/.test(part) ? `第 ${Number(part) + 1} 项` : (fields[part] ?? part)))
      .join('的');
  const word = (name: string, value: unknown, form: string | undefined): string => {
    if (value === undefined || value === null) return '';
    if (Array.isArray(value)) return value.map((one) => word(name, one, form)).join('、');
    const text = String(value);
    if (name === 'field' || name === 'property') return placeOf(text);
    if ((form === 'yuan' || name.endsWith('Fen')) && FEN.test(text)) return `¥${yuan(text)}`;
    if (INSTANT.test(text)) return cityTime(text);
    if (CODED.test(name)) {
      const words = text.split(', ').map((one) => codes[one]);
      if (words.every((one) => one !== undefined)) return words.join('、');
    }
    return spoken(text);
  };
  const actWord = (code: string): string => {
    const known = acts[code];
    if (known !== undefined) return known;
    for (const [form, done] of DONE) {
      const found = form.exec(code);
      const act = acts[found?.[1] ?? found?.[2] ?? ''];
      if (act !== undefined) return `${done}：${act}`;
    }
    return code;
  };
  const said = (chinese: string, params: Readonly<Record<string, unknown>>): string => {
    const sentence = fill(chinese, (name, form) => word(name, params[name], form)).replaceAll('。。', '。');
    const appended = params['appended'];
    return typeof appended === 'string' ? `${sentence}（${spoken(appended)}）` : sentence;
  };
  return {
    refusal: (code, text, params) => {
      const known = catalogue.get(code);
      if (known !== undefined) return said(known.chinese, { ...known.read(text), ...params });
      const chinese = refusals[code];
      return chinese === undefined ? spoken(text) : said(chinese, params);
    },
    text: spoken,
    logged: (subject) => {
      const [english, head] = heads.find(([, said]) => subject.startsWith(said)) ?? ['', ''];
      return `${english}${subject.slice(head.length)}`;
    },
    act: actWord,
    code: (code) => codes[code] ?? code,
    field: (name) => fields[name] ?? name,
    value: (name, value) => (typeof value === 'boolean' ? (value ? '是' : '否') : word(name, value, undefined)),
  };
}
