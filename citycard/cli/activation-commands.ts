import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';

const PARTICIPANT = /^[0-9A-Za-z.-]{4,15}$/;
const CANDIDATE = /^[0-9A-Za-z.-]{2,32}$/;
const NUMBER = /^[1-9][0-9]{0,14}$/;

/** From a report to production: what a report speaks for, and the two officers a participant's activation takes. */
export const activationCommands: readonly Command[] = [
  {
    words: 'acceptance reports',
    help: 'acceptance reports [MODEL or PARTICIPANT]: the recorded reports, the newest first',
    person: 'auditor',
    running: false,
    takesWord: true,
    run: async (connection, [candidate]) => {
      const query =
        candidate === undefined ? '' : `?candidate=${fitting(candidate, CANDIDATE, 'a model or participant')}`;
      return { answer: await connection.get(`/v1/acceptance-reports${query}`), ok: true };
    },
  },
  {
    words: 'acceptance activate',
    help: 'acceptance activate PARTICIPANT [REPORT]: propose that a participant in test goes into production, by its report',
    person: 'platform',
    running: true,
    takesWords: true,
    run: async (connection, [participantNo, reportNo, ...more]) => {
      if (more.length > 0) throw citycardErrors.badOption('acceptance activate takes a participant and a report');
      return { answer: await connection.post(pathOf(participantNo), reportOf(reportNo)), ok: true };
    },
  },
  {
    words: 'acceptance approve',
    help: 'acceptance approve PARTICIPANT APPROVAL [REPORT]: the second platform officer puts it into production',
    person: 'platform-2',
    running: true,
    takesWords: true,
    run: async (connection, [participantNo, approvalId, reportNo, ...more]) => {
      if (more.length > 0)
        throw citycardErrors.badOption('acceptance approve takes a participant, an approval, a report');
      const approval = Number(fitting(approvalId, NUMBER, 'the approvalId that acceptance activate answered'));
      const path = `${pathOf(participantNo)}/approval`;
      return { answer: await connection.post(path, { approvalId: approval, ...reportOf(reportNo) }), ok: true };
    },
  },
];

const pathOf = (participantNo: string | undefined) =>
  `/v1/participants/${fitting(participantNo, PARTICIPANT, 'a participant number')}/activation`;

/** Agents, banks and companies have no report. */
const reportOf = (reportNo: string | undefined) =>
  reportNo === undefined ? {} : { reportNo: Number(fitting(reportNo, NUMBER, 'the number of a recorded report')) };

function fitting(word: string | undefined, form: RegExp, what: string): string {
  if (word === undefined || !form.test(word)) throw citycardErrors.badOption(`give ${what}`);
  return word;
}
