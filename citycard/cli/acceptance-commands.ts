import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { type AcceptanceReport, HOME_CITY, type Kit, parseCardNo } from '@citycard/clearing';
import {
  casesOf,
  type KitEvent,
  runBillerKit,
  runCityKit,
  runOperatorKit,
  runTerminalKit,
  TERMINAL_FUNCTIONS,
  testKeysInHex,
  type TerminalSettings,
} from '../acceptance/index.ts';
import { citycardErrors } from '../errors.ts';
import { KitSettings } from './acceptance-settings.ts';
import type { Answered, Command, Surroundings } from './command.ts';

const MODEL = /^[0-9A-Za-z.-]{2,32}$/;
const VERSION = /^[0-9A-Za-z.+_-]{1,32}$/;
const PARTICIPANT = /^[0-9A-Za-z.-]{4,15}$/;
/** Settings every kit has: one case, seconds for a step, minutes for all, the file of the report. */
const COMMON = ['case', 'limit', 'quiet', 'clock', 'out'] as const;
const SIGNATURE = '.p7s';

/** The acceptance kit (docs/acceptance.md). */
export const acceptanceCommands: readonly Command[] = [
  {
    words: 'acceptance cases',
    help: 'acceptance cases terminal|operator|city|biller: the cases of a kit',
    local: true,
    takesWord: true,
    run: (_surroundings, [kit]) => {
      if (!isKit(kit)) throw citycardErrors.badOption('acceptance cases takes terminal, operator, city or biller');
      const cases = casesOf(kit).map(({ id, title, document, about }) => ({
        case: id,
        title,
        document,
        about: about ?? '',
      }));
      return Promise.resolve({ answer: { cases }, ok: true });
    },
  },
  {
    words: 'acceptance terminal',
    help: 'acceptance terminal model=M version=V: play the host for a candidate terminal through every case and write its report',
    local: true,
    takesWords: true,
    run: (surroundings, words) => terminal(surroundings, words),
  },
  {
    words: 'acceptance biller',
    help: 'acceptance biller participant=NO url=URL customer=C: play our side for a candidate biller and write its report',
    local: true,
    takesWords: true,
    run: (surroundings, words) => biller(surroundings, words),
  },
  {
    words: 'acceptance operator',
    help: 'acceptance operator participant=NO folder=DIR (or port=P) certificate=FILE: take the files of a candidate depot and write its report',
    local: true,
    takesWords: true,
    run: (surroundings, words) => operator(surroundings, words),
  },
  {
    words: 'acceptance city',
    help: 'acceptance city participant=NO city=CODE folder=DIR certificate=FILE cards=N,N: exchange files with a candidate city and write its report',
    local: true,
    takesWords: true,
    run: (surroundings, words) => city(surroundings, words),
  },
  {
    words: 'acceptance sign',
    help: 'acceptance sign FILE: record a report with the installation and have it signed; FILE and FILE.p7s are what is signed',
    person: 'platform',
    running: true,
    takesWord: true,
    run: async (connection, [file]) => {
      if (file === undefined) throw citycardErrors.badOption('acceptance sign takes the file of a report');
      const recorded = (await connection.post('/v1/acceptance-reports', await readReport(file))) as {
        reportNo: number;
        passed: boolean;
        content: string;
        signatureBase64: string;
      };
      await writeFile(`${file}${SIGNATURE}`, Buffer.from(recorded.signatureBase64, 'base64'));
      await writeFile(file, recorded.content);
      const { reportNo, passed } = recorded;
      return { answer: { reportNo, passed, file, signature: `${file}${SIGNATURE}` }, ok: passed };
    },
  },
  {
    words: 'acceptance verify',
    help: 'acceptance verify FILE: whether FILE and FILE.p7s are a report this city signed; exit code 1 when not',
    person: 'auditor',
    running: false,
    takesWord: true,
    run: async (connection, [file]) => {
      if (file === undefined) throw citycardErrors.badOption('acceptance verify takes the file of a report');
      const [content, signature] = await Promise.all([readOrSay(file), readOrSay(`${file}${SIGNATURE}`)]);
      const verdict = (await connection.post('/v1/acceptance-reports/verification', {
        contentBase64: content.toString('base64'),
        signatureBase64: signature.toString('base64'),
      })) as { ok: boolean };
      const { kit, candidate, softwareVersion, passed, finishedAt } = JSON.parse(
        content.toString('utf8'),
      ) as AcceptanceReport;
      const about = {
        kit,
        candidate,
        ...(softwareVersion === undefined ? {} : { softwareVersion }),
        passed,
        finishedAt,
      };
      return { answer: { ...verdict, ...(verdict.ok ? { report: about } : {}) }, ok: verdict.ok };
    },
  },
];

async function terminal(surroundings: Surroundings, words: readonly string[]): Promise<Answered> {
  const own = ['model', 'version', 'functions', 'mac', 'host', 'port', 'other-port', 'tls', 'hot-card'];
  const settings = new KitSettings(words, [...own, ...COMMON]);
  const model = settings.required(
    'model',
    MODEL,
    'the model of the terminal: 2 to 32 letters, digits, points, hyphens',
  );
  const softwareVersion = settings.required('version', VERSION, 'the version of its software');
  const functions = settings.someOf('functions', TERMINAL_FUNCTIONS);
  const hotCard = settings.text('hot-card');
  if (hotCard !== undefined && parseCardNo(hotCard) === undefined)
    throw citycardErrors.badOption('hot-card= takes the 19 digits of a test card, the last its check digit');
  const plays = settings.text('case') ?? 'hotlisted-card';
  if (hotCard === undefined && functions.includes('purchase') && plays === 'hotlisted-card')
    throw citycardErrors.badOption(
      'hot-card= takes the number of a test card for the test hotlist; a terminal without purchases leaves them out of functions=',
    );
  const tlsFolder = settings.text('tls');
  const port = settings.number('port', tlsFolder === undefined ? 8583 : 8584, [0, 65_534]);
  if (tlsFolder === '') throw citycardErrors.badOption('tls= takes a folder for the certificates of the run');
  const report = await runTerminalKit({
    ...{ model, softwareVersion, functions },
    macAlgorithm: settings.oneOf('mac', ['x9.19', 'ecb'], 'x9.19'),
    host: settings.text('host') ?? '127.0.0.1',
    ...{ port, otherPort: settings.number('other-port', port === 0 ? 0 : port + 1, [0, 65_535]) },
    ...(tlsFolder === undefined ? {} : { tlsFolder }),
    ...(hotCard === undefined ? {} : { hotCard }),
    ...commonOf(settings, 'terminal', surroundings),
    ready: (to) => {
      if (surroundings.line.json) return surroundings.say(JSON.stringify({ event: 'ready', ...to }));
      for (const sentence of settingsSentences(to)) surroundings.say(sentence);
    },
  });
  return written(report, settings);
}

function rootsSentence(): string {
  const { rootPurchaseKey, rootLoadKey, rootTacKey } = testKeysInHex();
  return `Test cards and the test SAM have the published test roots: purchase ${rootPurchaseKey}, load ${rootLoadKey}, TAC ${rootTacKey}.`;
}

function settingsSentences(to: TerminalSettings): string[] {
  const { other, tls } = to;
  const sentences = [
    `Listening on ${to.host}:${to.port}. Set the terminal to number ${to.terminalNo}, merchant ${to.merchantNo}, SAM ${to.samNo}, MAC ${to.macAlgorithm}, terminal master key ${to.terminalMasterKey}.`,
    rootsSentence(),
    `Another terminal, for the case load-proof alone: number ${other.terminalNo}, SAM ${other.samNo}, port ${other.port}, all else the same.`,
  ];
  if (tls === undefined) return sentences;
  const key = tls.keyFile === undefined ? 'of the request that lay there' : `with its key in ${tls.keyFile}`;
  return [
    ...sentences,
    `The link is TLS with certificates of both sides: the terminal trusts ${tls.caFile} and shows ${tls.certificateFile}, ${key}.`,
  ];
}

async function biller(surroundings: Surroundings, words: readonly string[]): Promise<Answered> {
  const settings = new KitSettings(words, ['participant', 'url', 'customer', 'token', ...COMMON]);
  const token = settings.text('token');
  const report = await runBillerKit({
    participantNo: settings.required('participant', PARTICIPANT, 'the participant number of the biller'),
    baseUrl: settings.required('url', /^https?:\/\//, 'the address of the biller, http://… or https://…'),
    customer: settings.required('customer', /^[\x20-\x7e]{1,20}$/, 'a customer with at least three open test bills'),
    ...(token === undefined ? {} : { token }),
    ...commonOf(settings, 'biller', surroundings),
  });
  return written(report, settings);
}

async function operator(surroundings: Surroundings, words: readonly string[]): Promise<Answered> {
  const own = ['participant', 'folder', 'certificate', 'host', 'port', 'token'];
  const settings = new KitSettings(words, [...own, ...COMMON]);
  const certificate = settings.required('certificate', /./, 'the file of the certificate the depot signs with (PEM)');
  const folder = settings.text('folder');
  if ((folder === undefined) === (settings.text('port') === undefined))
    throw citycardErrors.badOption(
      'give folder=, through which files are exchanged, or port=, where the kit takes them',
    );
  const [host, token] = [settings.text('host') ?? '127.0.0.1', settings.text('token')];
  const report = await runOperatorKit({
    participantNo: settings.required('participant', PARTICIPANT, 'the participant number of the operator'),
    door:
      folder === undefined
        ? { host, port: settings.number('port', 0, [0, 65_535]), ...(token === undefined ? {} : { token }) }
        : { folder },
    certificatePem: await readCertificate(certificate),
    ...commonOf(settings, 'operator', surroundings),
    ready: (port) => {
      if (surroundings.line.json)
        return surroundings.say(JSON.stringify({ event: 'ready', ...(port === undefined ? {} : { port }) }));
      surroundings.say(rootsSentence());
      if (port !== undefined)
        surroundings.say(`Let the depot post its files to http://${host}:${port}/v1/purchase-files.`);
    },
  });
  return written(report, settings);
}

async function city(surroundings: Surroundings, words: readonly string[]): Promise<Answered> {
  const settings = new KitSettings(words, ['participant', 'city', 'home', 'folder', 'certificate', 'cards', ...COMMON]);
  const certificate = settings.required('certificate', /./, 'the file of the certificate the city signs with (PEM)');
  const code = settings.required('city', CITY, 'the inter-city code of the candidate, 4 digits');
  const home = settings.text('home') ?? HOME_CITY;
  if (!CITY.test(home) || home === code)
    throw citycardErrors.badOption('home= takes the 4 digits of the city the kit plays, another one than city=');
  const cards = settings.required('cards', /./, TWO_CARDS).split(',').map(parseCardNo);
  const [first, second] = cards;
  if (
    first === undefined ||
    second === undefined ||
    cards.length > 2 ||
    cards.some((card) => card?.slice(3, 7) !== code)
  )
    throw citycardErrors.badOption(`cards= takes ${TWO_CARDS}`);
  const folder = settings.required('folder', /./, 'the folder that files are exchanged through');
  const report = await runCityKit({
    participantNo: settings.required('participant', PARTICIPANT, 'the participant number of the city'),
    ...{ city: code, home, folder, cards: [first, second] },
    certificatePem: await readCertificate(certificate),
    ...commonOf(settings, 'city', surroundings),
    ready: () => {
      if (surroundings.line.json) return surroundings.say(JSON.stringify({ event: 'ready', folder, home }));
      surroundings.say(rootsSentence());
      surroundings.say(
        `Let the candidate trust ${folder}/our-city/ca.pem for files of city ${home}, look for them in ${folder}/out, and write its own and what became of ours to ${folder}/in.`,
      );
    },
  });
  return written(report, settings);
}

const CITY = /^[0-9]{4}$/;
const TWO_CARDS = 'two numbers of test cards of the candidate, with a comma between them';

/** For one step of the candidate, and minutes for the whole run, when nothing else is said. */
const STEP_MS = 60_000;
const CLOCK_MINUTES = 120;
/** Long enough that a terminal that goes wrong at once is seen doing it. */
const QUIET_MS = 3_000;

function commonOf(settings: KitSettings, kit: Kit, { say, stopping, line }: Surroundings) {
  const only = settings.text('case');
  if (only !== undefined && !casesOf(kit).some(({ id }) => id === only))
    throw citycardErrors.badOption(`there is no case "${only}"; see citycard acceptance cases ${kit}`);
  return {
    ...(only === undefined ? {} : { only }),
    limitMs: settings.seconds('limit', STEP_MS, [1_000, 3_600_000]),
    quietMs: settings.seconds('quiet', QUIET_MS, [50, 600_000]),
    clockLimitMs: settings.number('clock', CLOCK_MINUTES, [1, 1_440]) * 60_000,
    stopping: stopping(),
    // Progress of a program that reads us is a line of JSON each; of a person, a sentence.
    tell: (event: KitEvent) => say(line.json ? JSON.stringify(event) : sentenceOf(event)),
  };
}

function sentenceOf(event: KitEvent): string {
  switch (event.event) {
    case 'case':
      return `\n[${event.at}/${event.of}] ${event.id}: ${event.title}`;
    case 'ask':
      return `    ${event.sentence}`;
    case 'outcome':
      return `    ${event.id}: ${event.outcome}${event.reason === undefined ? '' : `: ${event.reason}`}`;
  }
}

async function written(report: AcceptanceReport, settings: KitSettings): Promise<Answered> {
  const file = settings.text('out') ?? `acceptance-${report.kit}-${report.candidate}.json`;
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  const count = (wanted: string) => report.cases.filter(({ outcome }) => outcome === wanted).length;
  const [passed, failed, notRun] = [count('passed'), count('failed'), count('not-run')];
  const { kit, candidate } = report;
  return {
    answer: { kit, candidate, passed: report.passed, cases: { passed, failed, notRun }, file },
    ok: report.passed,
  };
}

const isKit = (word: string | undefined): word is Kit =>
  word === 'terminal' || word === 'operator' || word === 'city' || word === 'biller';

async function readReport(file: string): Promise<unknown> {
  const bytes = await readOrSay(file);
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw citycardErrors.badOption(`${file} is no report: it is not JSON`);
  }
}

async function readCertificate(file: string): Promise<string> {
  const pem = await readFile(file, 'utf8').catch(() => '');
  try {
    return new X509Certificate(pem).toString();
  } catch {
    throw citycardErrors.badOption(`${file} cannot be read as a certificate in PEM`);
  }
}

async function readOrSay(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw citycardErrors.badOption(`${file} cannot be read; a report and its ${SIGNATURE} stand side by side`);
  }
}
