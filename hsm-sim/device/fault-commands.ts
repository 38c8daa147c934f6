import { CommandRefused } from '../errors.ts';
import { describeFaultPlan, readFaultPlan } from '../operation/faults.ts';
import type { Command } from './command.ts';

/** F0: short plan (`latency=20,errors=0.01`, empty for none). Authorised; in force at once, until the device stops. */
const injectFaults: Command = {
  code: 'F0',
  name: 'injectFaults',
  changes: true,
  run({ faults, authorised }, fields, _answer, note) {
    const plan = readFaultPlan(fields.shortText());
    fields.end();
    authorised.require('injectFaults');
    if (typeof plan === 'string') throw new CommandRefused('15');
    faults.plan = plan;
    note.subject = describeFaultPlan(plan) || 'none';
  },
};

/** F2: → short plan in force, empty for none. */
const showFaults: Command = {
  code: 'F2',
  name: 'faults',
  run({ faults }, fields, answer) {
    fields.end();
    answer.shortText(describeFaultPlan(faults.plan));
  },
};

export const faultCommands: readonly Command[] = [injectFaults, showFaults];
