import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkValue, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from './run.ts';

let folder: string;
let hsm: Awaited<ReturnType<typeof startHsm>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citycard-hsm-'));
  hsm = await startHsm({ directory: join(folder, 'store'), lmk: 'test' });
});
afterAll(async () => {
  await hsm.stop();
  await rm(folder, { recursive: true });
});

/** Runs one command with prepared answers; exit code, answer, and what went wrong. */
async function citycard(words: string, answers: readonly string[] = []) {
  const file = join(folder, 'answers');
  await writeFile(file, answers.join('\n'));
  let out = '';
  let err = '';
  const line = [...words.split(' '), '--json', '--hsm', `127.0.0.1:${hsm.port}`, '--answers', file];
  const code = await runCommandLine(line, {}, { write: (text) => (out += text) }, { write: (text) => (err += text) });
  return { code, answer: (out === '' ? undefined : JSON.parse(out)) as never, err };
}

const keepers = [
  ['keeper-1', '100001'],
  ['keeper-2', '200002'],
  ['keeper-3', '300003'],
] as const;
const components = keepers.map(([name]) =>
  createHash('sha256').update(`component of ${name}`).digest().subarray(0, 16),
);
const spoken = keepers.flatMap((keeper, index) => {
  const component = components[index]!;
  return [...keeper, component.toString('hex'), checkValue('3des', component)];
});

test('a ceremony by hand, from custodians to minutes', async () => {
  for (const keeper of keepers) expect(await citycard('hsm custodian', keeper)).toMatchObject({ code: 0 });
  const minutes = join(folder, 'minutes.json');
  const held = await citycard(`hsm ceremony DLK load 3des --minutes ${minutes}`, spoken);
  const root = components.reduce((all, part) => Buffer.from(all.map((byte, at) => byte ^ part[at]!)));
  expect(held).toMatchObject({
    code: 0,
    answer: { kcv: checkValue('3des', root), authorisedBy: ['keeper-1', 'keeper-2'] },
  });
  const written = await readFile(minutes, 'utf8');
  for (const secret of [...components.map((part) => part.toString('hex')), '100001'])
    expect(written.toLowerCase() + held.err.toLowerCase()).not.toContain(secret);
  expect(await citycard('hsm list')).toMatchObject({ answer: { keys: [{ name: 'DLK', levels: 2 }] } });
  expect(await citycard('hsm status')).toMatchObject({ answer: { authorised: false, keys: 1, faults: '' } });
});

test('a wrong check value, a wrong PIN, answers that end: one sentence, exit code 2, no key', async () => {
  const wrongCheck = [...spoken];
  wrongCheck[3] = '000000';
  expect(await citycard('hsm ceremony DTK tac', wrongCheck)).toMatchObject({
    code: 2,
    err: expect.stringContaining('03: the key check value') as string,
  });
  const wrongPin = [...spoken];
  wrongPin[1] = '999999';
  expect(await citycard('hsm ceremony DTK tac', wrongPin)).toMatchObject({
    code: 2,
    err: expect.stringContaining('custodian unknown or PIN wrong') as string,
  });
  expect(await citycard('hsm ceremony DTK tac', spoken.slice(0, 7))).toMatchObject({
    code: 2,
    err: expect.stringContaining('the answers end before the question "Its check value"') as string,
  });
  expect(await citycard('hsm ceremony DTK', spoken)).toMatchObject({ code: 2 });
  expect(await citycard('hsm ceremony DTK tac des', spoken)).toMatchObject({ code: 2 });
  expect(await citycard('hsm list')).toMatchObject({ answer: { keys: [{ name: 'DLK' }] } });
});

test('two custodians open commands, and the operator closes them; faults come and go the same way', async () => {
  const two = spoken.filter((_, index) => [0, 1, 4, 5].includes(index));
  expect(await citycard('hsm authorise generateKey,formKey 15', two)).toMatchObject({
    code: 0,
    answer: { minutes: 15 },
  });
  expect(await citycard('hsm status')).toMatchObject({ answer: { authorised: true } });
  expect(await citycard('hsm cancel')).toMatchObject({ answer: { authorised: false } });
  expect(await citycard('hsm authorise generateKey', [...two.slice(0, 2), ...two.slice(0, 2)])).toMatchObject({
    code: 2,
    err: expect.stringContaining('two custodians must be different') as string,
  });
  expect(await citycard('hsm faults latency=1', two)).toMatchObject({ answer: { faults: 'latency=1,seed=1' } });
  expect(await citycard('hsm generate INDEX blind-index hmac', two)).toMatchObject({
    code: 0,
    answer: { kcv: expect.stringMatching(/^[0-9A-F]{6}$/) as string },
  });
  expect(await citycard('hsm discard DTK', two)).toMatchObject({ answer: { discarded: 'DTK' } });
  expect(await citycard('hsm status')).toMatchObject({ answer: { authorised: false } });
  expect(await citycard('hsm faults none', two)).toMatchObject({ answer: { faults: '' } });
});

test('the audit log is verified, and a change in it found', async () => {
  const store = join(folder, 'store');
  expect(await citycard(`hsm audit verify ${store}`)).toMatchObject({ code: 0, answer: { ok: true } });
  const log = await readFile(join(store, 'audit.log'), 'utf8');
  await writeFile(join(store, 'audit.log'), log.replace('"error":"03"', '"error":"00"'));
  expect(await citycard(`hsm audit verify ${store}`)).toMatchObject({
    code: 1,
    answer: { ok: false, reason: 'the entry, or the one before it, was altered' },
  });
  await writeFile(join(store, 'audit.log'), log);
  expect(await citycard(`hsm audit verify ${folder}`)).toMatchObject({ code: 2 });
});

test('an HSM that is not there is named', async () => {
  let err = '';
  const nobody = { write: (text: string) => (err += text) };
  expect(await runCommandLine(['hsm', 'status', '--hsm', '127.0.0.1:1'], {}, nobody, nobody)).toBe(2);
  expect(err).toContain('127.0.0.1:1 is not reachable');
});
