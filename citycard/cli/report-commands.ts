import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import { bytesOf } from './fetched-bytes.ts';
import { fitting, noMore } from './fitting.ts';

const PERIOD = /^20\d{2}(-\d{2}(-\d{2})?|Q[1-4])$/;
const A_PERIOD = 'a day 2026-11-20, a month 2026-11 or a quarter 2026Q4';

interface ReportFile {
  readonly report: string;
  readonly subject: string | null;
  readonly format: string;
}

/** Report files of closed days, months and quarters (docs/reports.md). */
export const reportCommands: readonly Command[] = [
  {
    words: 'report list',
    help: 'report list: sets of report files, and how far each is',
    person: 'supervisor',
    running: false,
    run: async (connection) => ({ answer: await connection.get('/v1/reports'), ok: true }),
  },
  {
    words: 'report order',
    help: 'report order PERIOD: have the files of a closed day, month (2026-11) or quarter (2026Q4) made',
    person: 'supervisor',
    running: true,
    takesWord: true,
    run: async (connection, [period]) => ({
      answer: await connection.post(`/v1/reports/${fitting(period, PERIOD, A_PERIOD)}`),
      ok: true,
    }),
  },
  {
    words: 'report fetch',
    help: 'report fetch PERIOD FOLDER: write the files of a set and their signatures into a folder',
    person: 'supervisor',
    running: false,
    takesWords: true,
    run: async (connection, [period, folder, ...more]) => {
      noMore(more, 'report fetch PERIOD FOLDER');
      if (folder === undefined) throw citycardErrors.badOption('report fetch takes a period and a folder');
      const asked = fitting(period, PERIOD, A_PERIOD);
      const set = (await connection.get(`/v1/reports/${asked}`)) as { state: string; files: readonly ReportFile[] };
      await mkdir(folder, { recursive: true });
      for (const file of set.files) await fetchFile(connection, asked, file, folder);
      return { answer: { state: set.state, files: set.files.length, folder }, ok: set.state === 'made' };
    },
  },
];

async function fetchFile(connection: Connection, period: string, file: ReportFile, folder: string): Promise<void> {
  const { report, subject, format } = file;
  const path = `/v1/reports/${period}/${report}/${format}`;
  const query = subject === null ? '' : `?subject=${encodeURIComponent(subject)}`;
  const name = `${[period, report, ...(subject === null ? [] : [subject])].join('-')}.${format}`;
  for (const [place, ending] of [
    ['', ''],
    ['/signature', '.p7s'],
  ] as const) {
    const target = join(folder, `${name}${ending}`);
    await writeFile(`${target}.part`, await bytesOf(connection, `${path}${place}${query}`));
    await rename(`${target}.part`, target);
  }
}
