import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '@citycard/citycard';
import type { PopulationFile } from '@citycard/city-sim';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExchangeCity } from './test-city.ts';

/** Files carried by `citycard population`, as a registrar does it. */
export function commandLineTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  let folder: string;
  beforeAll(async () => {
    city = started();
    folder = await mkdtemp(join(tmpdir(), 'citycard-files-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = async (who: string, ...words: string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const options = ['--json', '--url', city.url, `--token=${city.tokens.get(who)}`];
    const code = await runCommandLine(
      [...words, ...options],
      {},
      { write: (text: string) => out.push(text) },
      { write: (text: string) => err.push(text) },
    );
    // oxlint-disable-next-line typescript/no-explicit-any -- read as somebody with a shell would
    const answer: any = out.length > 0 ? JSON.parse(out.join('')) : undefined;
    return { code, answer, complaint: err.join('') };
  };
  const lay = async (stem: string, { manifest, content, signature }: PopulationFile): Promise<string> => {
    await writeFile(join(folder, `${stem}.jsonl`), content);
    await writeFile(join(folder, `${stem}.p7s`), signature);
    await writeFile(join(folder, `${stem}.manifest.json`), manifest);
    return join(folder, `${stem}.manifest.json`);
  };
  const pick = async (manifest: string): Promise<PopulationFile> => {
    const stem = manifest.slice(0, -'.manifest.json'.length);
    const [content, signature] = [await readFile(`${stem}.jsonl`), await readFile(`${stem}.p7s`)];
    return { manifest: await readFile(manifest), content, signature };
  };
  const at = new Date().toISOString();

  it('takes a delta in, leaves the acknowledgement beside it, and decides what waits', async () => {
    const { idNumber } = await city.register('测试海', { phone: '13900000011' });
    const items = { phone: { value: '13900000012', at }, nation: { value: '01', at } };
    const sent = city.publicSecurity.send([{ change: 'change', idNumber, items }]);
    const imported = await run('registrar-1', 'population', 'import', await lay('from-police', sent));
    expect(imported).toMatchObject({ code: 0, answer: { files: [{ outcomes: { conflict: 1 }, repeated: false }] } });
    const acknowledgement = await pick(imported.answer.files[0].acknowledgement as string);
    expect(city.publicSecurity.readAnswer(acknowledgement)).toEqual([
      { row: 1, outcome: 'conflict', items: ['phone'] },
    ]);

    const { answer } = await run('registrar-1', 'population', 'conflicts');
    const conflict = String(answer.conflicts.at(-1).conflictId);
    expect((await run('registrar-1', 'population', 'resolve', conflict, 'perhaps', 'why')).code).toBe(2);
    const resolved = await run('registrar-1', 'population', 'resolve', conflict, 'ours', 'asked', 'the', 'resident');
    expect(resolved).toMatchObject({ code: 0, answer: { state: 'ours' } });
  });

  it('writes an export and takes its acknowledgement', async () => {
    await city.register('测试河');
    const exported = await run('registrar-1', 'population', 'export', 'family-planning', folder);
    expect(exported.code).toBe(0);
    const { acknowledgement } = city.familyPlanning.receive(await pick(exported.answer.file as string));
    const manifest = await lay('their-answer', acknowledgement);
    expect(await run('registrar-1', 'population', 'acknowledge', manifest)).toMatchObject({
      code: 0,
      answer: { acknowledged: [{ department: 'family-planning', repeated: false }] },
    });
  });

  it('says in one line what is wrong with files that are none, and with half of one', async () => {
    const before = (await readdir(folder)).length;
    await writeFile(join(folder, 'alone.manifest.json'), '{"department":"public-security"}');
    expect((await run('registrar-1', 'population', 'import', join(folder, 'alone.manifest.json'))).complaint).toContain(
      'alone.jsonl cannot be read (ENOENT)',
    );
    const file = city.publicSecurity.sendWrong('half-content', [], await city.certify('OTHER03'));
    const half = await run(
      'registrar-1',
      'population',
      'import',
      await lay('half', { ...file, content: Buffer.from('{') }),
    );
    expect(half).toMatchObject({ code: 2, complaint: expect.stringContaining('not what the manifest promises') });
    expect((await run('registrar-1', 'population', 'import', 'a.jsonl')).complaint).toContain('is no manifest');
    expect((await run('registrar-1', 'population', 'import')).code).toBe(2);
    expect((await readdir(folder)).length).toBe(before + 4);
  });

  it('enters an order from a file, has it approved by another, and writes its answer once to a new file', async () => {
    const { idNumber } = await city.register('测试湖');
    const [order, answer] = [join(folder, 'order.json'), join(folder, 'answer.json')];
    const document = { kind: 'inquiry', authority: '测试法院', documentNo: '(2026) line 1', target: { idNumber } };
    await writeFile(order, JSON.stringify(document));
    const { orderId } = (await run('registrar-1', 'legal', 'propose', order)).answer;
    expect((await run('registrar-1', 'legal', 'approve', String(orderId))).complaint).toContain(
      'takes a second person',
    );
    // A file that cannot be made is found out before the only answer is given out, and a refusal leaves no file.
    const collect = (file: string) => run('registrar-1', 'legal', 'collect', String(orderId), file);
    expect((await collect(answer)).complaint).toContain('is proposed');
    expect((await run('registrar-2', 'legal', 'approve', String(orderId))).answer).toMatchObject({ answerWaits: true });
    expect((await collect(order)).complaint).toContain('EEXIST');
    expect(await collect(answer)).toMatchObject({ code: 0, answer: { written: answer } });
    expect(JSON.parse(await readFile(answer, 'utf8'))).toMatchObject({ person: { 'id-number': idNumber } });
    expect((await collect(join(folder, 'again.json'))).complaint).toContain('given out once');
    expect(await readdir(folder)).not.toContain('again.json');
    expect((await run('registrar-1', 'legal', 'list')).answer.orders[0]).toMatchObject({ orderId, state: 'approved' });
  });

  it('shows what waits at the desk and closes it with what was found', async () => {
    const { answer } = await run('registrar-1', 'case', 'list');
    const number = String(answer.cases[0].caseId);
    expect((await run('registrar-1', 'case', 'close', number)).code).toBe(2);
    const closed = await run('registrar-1', 'case', 'close', number, 'looked', 'at', 'with', 'the', 'department');
    expect(closed).toMatchObject({ code: 0, answer: { state: 'closed' } });
    expect((await run('registrar-1', 'case', 'close', number, 'again')).complaint).toContain('no open case');
  });

  it('writes the data dictionary', async () => {
    const page = join(folder, 'dictionary.md');
    expect(await run('auditor', 'dictionary', page)).toMatchObject({ code: 0, answer: { written: page } });
    expect(await readFile(page, 'utf8')).toContain('#### `issuer.population_conflict`');
  });
}
