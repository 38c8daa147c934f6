import type { Signer } from '../purchase/signature.ts';
import type { Equipment } from './equip.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import type { Office } from './office.ts';
import type { Station } from './station.ts';

/** The result of message 14 when both sides counted the same. */
const EQUAL = 1;

/** The depot delivers its files, and every terminal ends its batch: its totals must be the host's. Throws DayFailed otherwise. */
export async function settleTerminals(
  office: Office,
  equipment: Equipment,
  signers: ReadonlyMap<string, Signer>,
  businessDate: string,
  clock: () => Date,
  events: DayEvents,
): Promise<void> {
  const { busOne, taxi, busTwo, water, gas, agents, kiosk, tourism, tollEntry, tollExit } = equipment;
  const { hospital, socialSecurity } = equipment;
  const single = [water, gas, kiosk, tourism, tollEntry, tollExit, hospital, socialSecurity];
  const stations = [...busOne, ...taxi, ...single, ...agents];
  events.phase('batch totals and depot files', stations.length + 1);
  const signer = signers.get(busTwo.participantNo);
  if (!signer) throw new DayFailed('Bus company two has no certificate to sign its files with.');
  await busTwo.deliver(office, signer, businessDate, clock());
  events.step();
  for (const station of stations) {
    await settle(station);
    events.step();
  }
}

async function settle(station: Station): Promise<void> {
  await station.empty();
  await station.run(async (terminal) => {
    const { terminalNo } = terminal.settings;
    const answer = await terminal.settleBatch();
    const code = answer.kind === 'unanswered' ? answer.reason : answer.code;
    if (code !== '00') throw new DayFailed(`The batch totals of terminal ${terminalNo} were answered ${code}.`);
    if (answer.result !== EQUAL) {
      const mine = JSON.stringify(terminal.memory.totals);
      throw new DayFailed(`Terminal ${terminalNo} counted ${mine}, the host ${answer.hostTotals?.toString('hex')}.`);
    }
    await terminal.signOff();
    await terminal.disconnect();
  });
}
