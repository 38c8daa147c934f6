import type { OtherFiles } from '@citycard/clearing';
import { DAY_FILE_NAME, type DayFileDeps, takeDayFile } from './take.ts';

/** Day files in the inbox folders of agents and billers, taken like purchase files (docs/purchase-files.md). */
export const dayFilesOfInbox = (deps: DayFileDeps): OtherFiles => ({
  named: DAY_FILE_NAME,
  take: async (file) => {
    const taken = await takeDayFile(deps, { ...file, channel: 'inbox' });
    return {
      date: taken.date,
      lines: `${taken.lines}`,
      amount: `${taken.amountFen} fen`,
      'not alike': `${taken.open} lines of the day on both sides`,
    };
  },
});
