import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import { commands, findCommand, runCommand } from './commands.ts';
import { describe as describeAnswer } from './describe.ts';
import { readJsonFile } from './json-file.ts';
import { runCommandLine } from './run.ts';

test('words and options are told apart wherever they stand', () => {
  expect(readArguments(['--json', 'day', 'show', '--as', 'auditor', '2026-05-04'])).toEqual({
    words: ['day', 'show', '2026-05-04'],
    json: true,
    help: false,
    as: 'auditor',
  });
  expect(readArguments([])).toEqual({ words: [], json: false, help: false });
  for (const wrong of ['--loud', '--token', '--json=yes'])
    expect(() => readArguments(['ledger', wrong])).toThrow(
      expect.objectContaining({ code: 'citycard.bad-option', message: expect.not.stringContaining('\n') as string }),
    );
});

test('every command is found by its words; nothing else is', () => {
  for (const command of commands) expect(findCommand(command.words.split(' ')).command).toBe(command);
  expect(findCommand(['day', 'show', '2026-05-04']).rest).toEqual(['2026-05-04']);
  for (const [words, complaint] of [
    [['ledger'], 'there is no command "ledger"'],
    [['ledger', 'forge'], 'there is no command "ledger forge"'],
    [['verify', 'ledger'], 'there is no command "verify ledger"'],
    [['ledger', 'verify', 'twice'], 'ledger verify takes no "twice"'],
    [['day', 'show', '2026-05-04', 'slowly'], 'day show takes no "slowly"'],
    [['sandbox', 'castle'], 'sandbox takes no "castle"'],
  ] as const)
    expect(() => findCommand(words)).toThrow(complaint);
});

test('an option that the help of a command names is one that it asks for', () => {
  for (const command of commands)
    for (const [, option = ''] of command.help.matchAll(/--(at|from|to|card|since|against)\b/g))
      expect([command.words, ...(command.asks ?? [])]).toContain(option);
});

test('every command stands in the table of docs/interfaces.md', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/interfaces.md'), 'utf8');
  const rows = page.slice(page.indexOf('| commands | for | page |')).split('\n').slice(2);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  const told = new Set<string>();
  for (const row of rows.slice(0, end)) {
    let noun = '';
    for (const [, span = ''] of (row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)) {
      // A span is a command with its noun, or only what changes in it: `fees show`, `propose`.
      const words = span.split(' ').filter((word) => /^[a-z-]+$/.test(word));
      const whole = words.join(' ');
      if (commands.some((command) => command.words === whole)) noun = words[0] ?? '';
      told.add(commands.some((command) => command.words === whole) ? whole : `${noun} ${whole}`);
    }
  }
  expect(commands.map((command) => command.words).filter((words) => !told.has(words))).toEqual([]);
});

test('an answer for people has one line per value, and says that a list is empty', () => {
  expect(describeAnswer({ ok: true, head: { chunk: 3, hash: 'ab' }, faults: [{ at: 1 }, { at: 2 }], left: [] })).toBe(
    [
      'ok            true',
      'head.chunk    3',
      'head.hash     ab',
      'faults[0].at  1',
      'faults[1].at  2',
      'left          none',
      '',
    ].join('\n'),
  );
  expect(describeAnswer({})).toBe('');
  expect(describeAnswer([1, null])).toBe('[0]  1\n[1]  null\n');
});

test('a file that is not there, is a folder or no JSON is named with what is wrong', async () => {
  for (const [file, complaint] of [
    [undefined, 'name a JSON file'],
    ['/nowhere/terms.json', '/nowhere/terms.json cannot be read: there is no such file'],
    [tmpdir(), 'it is a folder'],
    [fileURLToPath(import.meta.url), 'it is not JSON'],
  ] as const)
    await expect(readJsonFile(file)).rejects.toThrow(complaint);
});

describe('money at the command line', () => {
  const asked: { path: string; key: string | undefined }[] = [];
  const installation = createServer((request, response) => {
    asked.push({ path: request.url ?? '', key: request.headers['idempotency-key'] as string | undefined });
    if (request.method === 'DELETE') response.writeHead(204).end();
    else response.setHeader('content-type', 'application/json').end('{}');
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => void installation.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void installation.close());
  const run = async (line: string) => {
    const { port } = installation.address() as AddressInfo;
    const words = ['--url', `http://127.0.0.1:${port}`, '--token', 'x', ...line.split(' ')];
    await runCommand(readArguments(words), {});
    return asked.at(-1)?.key;
  };

  test.each([
    'passes apportion monthly 2026-11',
    'passes approve 1',
    'subsidies claim 2026-11 senior',
    'subsidies approve 1',
  ])('%s is said with a key, new each time: a claim that was withdrawn is made again', async (line) => {
    const [first, second] = [await run(line), await run(line)];
    expect(first).toMatch(/./);
    expect(second).not.toBe(first);
  });

  test.each([
    [['--json'], 'null\n'],
    [[], 'done\n'],
  ])('what answers nothing was done %j', async (more, said) => {
    let out = '';
    const write = (text: string) => (out += text);
    const url = `http://127.0.0.1:${(installation.address() as AddressInfo).port}`;
    const words = ['fees', 'withdraw', '1', '--url', url, '--token', 'x', ...more];
    expect(await runCommandLine(words, {}, { write }, { write })).toBe(0);
    expect(out).toBe(said);
  });

  test('a pass is sold once a day, unless its receipt says that it is another', async () => {
    const sale = 'passes sell 3104580010000000137 monthly pending-credit';
    const [first, again, another] = [await run(sale), await run(sale), await run(`${sale} R-2`)];
    expect(first).toMatch(/./);
    expect(again).toBe(first);
    expect(another).not.toBe(first);
  });
});

describe('in a folder without an installation', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'citycard-test-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test.each([
    ['ledger verify', 'citycard.no-installation'],
    ['ledger verify --token x', 'citycard.no-installation'],
    ['sandbox', 'citycard.not-running'],
    ['ledger verify --url nowhere', 'citycard.bad-option'],
    ['ledger verify --url http://127.0.0.1:1', 'citycard.no-credential'],
    ['ledger verify --url http://127.0.0.1:1 --token x', 'citycard.not-answering'],
    ['day show today --url http://127.0.0.1:1 --token x', 'citycard.bad-option'],
  ])('%s: %s, and the folder stays empty', async (line, code) => {
    await expect(runCommand(readArguments(line.split(' ')), { CITYCARD_VAR: folder })).rejects.toMatchObject({ code });
    expect(await readdir(folder)).toEqual([]);
  });
});
