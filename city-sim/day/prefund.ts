import type { SimulatedBank } from '../bank/bank.ts';
import { BANK_ACCOUNTS, PARTIES } from './city.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import type { Office } from './office.ts';
import type { DayPlan } from './plan.ts';

/** 200 000.00 yuan each for the load agents, 100 000.00 yuan for visitors' terminals. */
const AGENT_PREFUND_FEN = 20_000_000;
const SANDBOX_PREFUND_FEN = 10_000_000;
/** A load that is opened and reversed holds its amount for a while. */
const MARGIN = 2;

/** The agents wire their prefund, and the bank tells of it. */
export async function prefundAgents(
  office: Office,
  bank: SimulatedBank,
  plan: DayPlan,
  booked: string,
  events: DayEvents,
): Promise<void> {
  events.phase('prefund of the load agents', 3);
  const plannedFen = plan.cards
    .flatMap(({ steps }) => steps)
    .reduce((sum, step) => sum + (step.kind === 'load' ? step.amountFen : 0), 0);
  const agentFen = Math.max(AGENT_PREFUND_FEN, plannedFen * MARGIN);
  const wires = [
    { party: PARTIES.agentOne, amountFen: agentFen },
    { party: PARTIES.agentTwo, amountFen: agentFen },
    { party: PARTIES.sandbox, amountFen: SANDBOX_PREFUND_FEN },
  ];
  for (const { party, amountFen } of wires) {
    const remittance = `PREFUND ${party.participantNo}`;
    await notifyOfWire(office, bank, {
      accountNo: BANK_ACCOUNTS.custody,
      amountFen,
      from: party.name,
      remittance,
      booked,
    });
    events.step();
  }
}

/** Money arrives at the bank, and the bank tells of it at once (camt.054). Throws DayFailed when it is not recognised. */
export async function notifyOfWire(
  office: Office,
  bank: SimulatedBank,
  wire: Parameters<SimulatedBank['receive']>[0],
): Promise<void> {
  const entry = bank.receive(wire);
  const xml = bank.notification(wire.accountNo, [entry]);
  const bytes = { content: xml, type: 'application/xml' };
  const { recognised } = await office.post<{ recognised: number }>('bank', '/v1/bank/notifications', { bytes });
  if (recognised !== 1) throw new DayFailed(`The bank told of "${wire.remittance}", and nobody recognised the money.`);
}
