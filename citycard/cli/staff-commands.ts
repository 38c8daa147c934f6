import { readFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { fitting, noMore } from './fitting.ts';
import { command } from './supervision-commands.ts';
import { upload } from './upload.ts';

const PRINCIPAL = /^[0-9A-Za-z._-]{1,100}$/;
const PERSON_NUMBER = /^[0-9A-Za-z-]{1,14}$/;
const APPROVAL = /^[1-9][0-9]{0,14}$/;

function numberOf([id, personNo]: readonly (string | undefined)[]) {
  return {
    path: `/v1/staff/${fitting(id, PRINCIPAL, 'the id of a person, see: staff list')}/person-number`,
    body: { personNo: fitting(personNo, PERSON_NUMBER, 'a number of the staff register, at most 14 characters') },
  };
}

async function registerOf(file: string | undefined): Promise<{ type: string; content: Buffer }> {
  if (file === undefined) throw citycardErrors.badOption('give a CSV file with the columns id and personNo');
  const content = await readFile(file).catch((error: unknown) => {
    throw citycardErrors.badOption(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  });
  return { type: 'text/csv', content };
}

/** Which names belong to one person (docs/supervision.md). */
export const staffCommands: readonly Command[] = [
  command('platform', 'staff list', ': persons, their roles and numbers of the staff register', (connection) =>
    connection.get('/v1/staff'),
  ),
  command(
    'platform',
    'staff number',
    ' PERSON NUMBER: propose the number by which the staff register knows a person',
    (connection, [id, personNo, ...more]) => {
      noMore(more, 'staff number PERSON NUMBER');
      const { path, body } = numberOf([id, personNo]);
      return connection.post(path, body);
    },
    true,
  ),
  command(
    'supervisor',
    'staff approve-number',
    ' PERSON NUMBER APPROVAL: put it in force, as another person',
    (connection, [id, personNo, approval, ...more]) => {
      noMore(more, 'staff approve-number PERSON NUMBER APPROVAL');
      const { path, body } = numberOf([id, personNo]);
      return connection.post(`${path}/approval/${fitting(approval, APPROVAL, 'the approvalId of the proposal')}`, body);
    },
    true,
  ),
  command(
    'platform',
    'staff import',
    ' FILE.csv: propose the numbers of a whole staff register, columns id and personNo',
    async (connection, [file, ...more]) => {
      noMore(more, 'staff import FILE.csv');
      return upload(connection, { path: '/v1/staff/register', ...(await registerOf(file)) });
    },
    true,
  ),
  command(
    'supervisor',
    'staff approve-import',
    ' FILE.csv APPROVAL: put the same register in force, as another person',
    async (connection, [file, approval, ...more]) => {
      noMore(more, 'staff approve-import FILE.csv APPROVAL');
      const path = `/v1/staff/register/approval/${fitting(approval, APPROVAL, 'the approvalId of the proposal')}`;
      return upload(connection, { path, ...(await registerOf(file)) });
    },
    true,
  ),
];
