import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { amount, count, type Report, text, totalsOf, word } from './report.ts';
import { xlsxFile } from './xlsx.ts';
import { zip } from './zip.ts';

/** Gnumeric's converter: a spreadsheet program that is none of ours. `.ci/run` has it. */
const PROGRAM = 'ssconvert';
const hasProgram = spawnSync(PROGRAM, ['--version']).status === 0;
const directory = mkdtempSync(join(tmpdir(), 'citycard-spreadsheet-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Every file of a ZIP we wrote, changed. */
function changed(bytes: Buffer, change: (content: string) => string): Buffer {
  const files: { name: string; content: Buffer }[] = [];
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const [size, name, extra] = [bytes.readUInt32LE(at + 18), bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)];
    const from = at + 30 + name + extra;
    const content = inflateRawSync(bytes.subarray(from, from + size)).toString('utf8');
    files.push({ name: bytes.toString('utf8', at + 30, at + 30 + name), content: Buffer.from(change(content)) });
    at = from + size;
  }
  return zip(files);
}

it.skipIf(!hasProgram)(
  'a spreadsheet program opens the workbook and finds the same totals by the formulas alone',
  () => {
    const table = {
      name: 'sums',
      zh: '合计表',
      en: 'Sums',
      columns: [
        text('name', '名称', 'Name'),
        word('state', '状态', 'State'),
        count('n', '笔数', 'Count'),
        amount('fen', '金额', 'Amount'),
      ],
      // Sums of binary fractions that would show 0.30000000000000004 and the like, and amounts beyond a 32-bit number.
      rows: Array.from({ length: 500 }, (_, n) => [
        `=测试 "${n}", <&>`,
        'active',
        BigInt(n),
        BigInt(n % 7) * 10n + 10n ** BigInt(n % 13),
      ]),
    };
    const report: Report = { report: 'sums', zh: '测试', en: 'Test', period: '2026-11-20', notes: [], tables: [table] };
    // The written results are falsified: what comes back was counted by the program.
    const workbook = changed(xlsxFile(report, 'ab'), (content) =>
      content.replaceAll(/<\/f><v>[\d.]+<\/v>/g, '</f><v>1</v>'),
    );
    const [from, to] = [join(directory, 'report.xlsx'), join(directory, 'report.csv')];
    writeFileSync(from, workbook);
    execFileSync(PROGRAM, ['--recalc', from, to], { stdio: 'pipe' });
    const lines = readFileSync(to, 'utf8').trim().split('\n');
    const [, , n, fen] = totalsOf(table);
    const [, , counted, summed] = lines.at(-1)!.split(',');
    expect([BigInt(counted!), BigInt(Math.round(Number(summed) * 100))]).toEqual([n, fen]);
    // A text that looks like a formula is a text.
    expect(lines[4]).toMatch(/^"=测试 ""0"", <&>","在用 active",0,/);
    expect(lines).toHaveLength(4 + 500 + 1);
  },
);
