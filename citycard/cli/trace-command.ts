import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';

/** What became of a message (docs/gateway-links.md, Traces). */
export const traceCommands: readonly Command[] = [
  {
    words: 'trace',
    help: 'trace TERMINAL [TRACE-NUMBER]: what became of a message of a terminal, or of its last ones',
    person: 'platform',
    running: false,
    takesWords: true,
    run: async (connection, [terminalNo, traceNo, ...more]) => {
      const wrong = terminalNo?.length !== 8 || (traceNo !== undefined && !/^[0-9]{6}$/.test(traceNo));
      if (wrong || more.length > 0)
        throw citycardErrors.badOption('trace takes a terminal number of 8 characters and a trace number of 6 digits');
      const number = traceNo === undefined ? '' : `/${traceNo}`;
      const answer = await connection.get(`/v1/terminals/${encodeURIComponent(terminalNo)}/traces${number}`);
      return { answer, ok: true };
    },
  },
];
