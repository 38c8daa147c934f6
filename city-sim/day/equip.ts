import { decryptEcb, keyCheckValue } from '../cryptography/block-cipher.ts';
import { INDUSTRY } from '../purchase/record.ts';
import { TapReader } from '../purchase/tap.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';
import { freshTerminalMemory } from '../terminal/memory.ts';
import { Terminal } from '../terminal/terminal.ts';
import { PARTIES } from './city.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import type { Office } from './office.ts';
import { findMachines, runThroughMachine } from './personalisation.ts';
import type { Fleet } from './plan.ts';
import { publishedKey } from './published-keys.ts';
import { Depot } from './depot.ts';
import { Station } from './station.ts';
import { inParallel } from './waiting.ts';

/** Every terminal and reader of the home city. */
export interface Equipment {
  readonly busOne: readonly Station[];
  readonly taxi: readonly Station[];
  readonly busTwo: Depot;
  readonly water: Station;
  readonly gas: Station;
  /** Takes bills of companies that have no counter here. */
  readonly kiosk: Station;
  readonly tourism: Station;
  readonly tollEntry: Station;
  readonly tollExit: Station;
  readonly hospital: Station;
  readonly socialSecurity: Station;
  readonly agents: readonly Station[];
}

type Function = 'load' | 'load-bound' | 'purchase-upload' | 'bill' | 'enquiry';

/** What a terminal is ordered as. Readers of bus two have no line and deliver by file. */
interface Order {
  readonly participantNo: string;
  readonly industry: number;
  readonly terminalNo?: string;
  readonly functions?: readonly Function[];
  readonly macAlgorithm?: 'ecb' | 'x9.19';
}

const AGENT: readonly Function[] = ['load', 'load-bound', 'enquiry'];
const TAKER: readonly Function[] = ['purchase-upload', 'enquiry'];
const BILLS: readonly Function[] = ['bill', 'purchase-upload', 'enquiry'];
/** Terminals set up at once. */
const WIDTH = 4;
/** A terminal that waits longer than this sends its message again. */
const ANSWER_TIMEOUT_MS = 20_000;

const numbered = (prefix: string, index: number) => `${prefix}${String(index + 1).padStart(8 - prefix.length, '0')}`;

function ordersOf(fleet: Fleet): Record<keyof Equipment, Order[]> {
  const many = (count: number, order: (index: number) => Order) =>
    Array.from({ length: count }, (_, index) => order(index));
  const { busOne, busTwo, taxi, water, gas, agentOne, agentTwo, kiosk, tourism, tollRoad } = PARTIES;
  const { hospital, socialSecurity } = PARTIES;
  const terminal = (
    party: { participantNo: string },
    industry: number,
    terminalNo: string,
    functions: readonly Function[],
  ): Order => ({
    participantNo: party.participantNo,
    industry,
    terminalNo,
    functions,
    // A terminal that moves money on plain TCP needs the MAC that notices blocks which change places.
    macAlgorithm: functions === TAKER ? 'ecb' : 'x9.19',
  });
  return {
    busOne: many(fleet.busOne, (index) => terminal(busOne, INDUSTRY.bus, numbered('BUS1', index), TAKER)),
    taxi: many(fleet.taxi, (index) => terminal(taxi, INDUSTRY.taxi, numbered('TAXI', index), TAKER)),
    busTwo: many(fleet.busTwo, () => ({ participantNo: busTwo.participantNo, industry: INDUSTRY.bus })),
    water: [terminal(water, INDUSTRY.water, 'WATR0001', BILLS)],
    gas: [terminal(gas, INDUSTRY.gas, 'GASS0001', BILLS)],
    kiosk: [terminal(kiosk, INDUSTRY.telecom, 'KIOS0001', BILLS)],
    tourism: [terminal(tourism, INDUSTRY.tourism, 'GATE0001', TAKER)],
    tollEntry: [terminal(tollRoad, INDUSTRY.toll, 'TOLL0001', TAKER)],
    tollExit: [terminal(tollRoad, INDUSTRY.toll, 'TOLL0002', TAKER)],
    hospital: [terminal(hospital, INDUSTRY.medical, 'HOSP0001', TAKER)],
    socialSecurity: [terminal(socialSecurity, INDUSTRY.socialSecurity, 'SOCS0001', TAKER)],
    agents: many(fleet.agents, (index) =>
      terminal(index % 2 === 0 ? agentOne : agentTwo, INDUSTRY.bus, numbered('AGT', index), AGENT),
    ),
  };
}

/** Orders SAMs, has blanks made into them, registers terminals, hands over keys, signs on, fetches parameters and hotlist. */
export async function equip(
  office: Office,
  gateway: { host: string; port: number },
  fleet: Fleet,
  clock: () => Date,
  events: DayEvents,
): Promise<Equipment> {
  const orders = ordersOf(fleet);
  const all = Object.values(orders).flat();
  events.phase('SAMs and terminals', 2 * all.length);
  const samNumbers = new Map<Order, string>();
  for (const order of all) {
    const { participantNo, terminalNo } = order;
    const { samNo } = await office.post<{ samNo: string }>('platform', '/v1/sams', {
      json: { participantNo, ...(terminalNo && { terminalNo }) },
    });
    samNumbers.set(order, samNo);
  }
  const sams = await makeSams(office, all.length, events);
  const readers = new Map<Order, TapReader>();
  const stations = new Map<Order, Station>();
  await inParallel(all, WIDTH, async (order) => {
    const samNo = samNumbers.get(order) ?? '';
    const sam = sams.get(samNo);
    if (!sam) throw new DayFailed(`SAM ${samNo} was ordered, but no chip came out of the machine with this number.`);
    const terminal = order.terminalNo === undefined ? undefined : await install(office, gateway, order, samNo);
    const hotlist = terminal && (() => terminal.hotlist);
    const reader = new TapReader({ sam, industry: order.industry, clock, ...(hotlist && { hotlist }) });
    readers.set(order, reader);
    if (terminal) stations.set(order, new Station(terminal, reader, sam, order.industry, clock));
    events.step();
  });
  const of = (wanted: readonly Order[]) => wanted.flatMap((order) => stations.get(order) ?? []);
  const one = (wanted: readonly Order[]): Station => {
    const [station] = of(wanted);
    if (!station) throw new DayFailed(`Terminal ${wanted[0]?.terminalNo ?? ''} was not set up.`);
    return station;
  };
  const depot = new Depot(
    PARTIES.busTwo.participantNo,
    orders.busTwo.flatMap((order) => readers.get(order) ?? []),
  );
  return {
    busOne: of(orders.busOne),
    taxi: of(orders.taxi),
    busTwo: depot,
    water: one(orders.water),
    gas: one(orders.gas),
    kiosk: one(orders.kiosk),
    tourism: one(orders.tourism),
    tollEntry: one(orders.tollEntry),
    tollExit: one(orders.tollExit),
    hospital: one(orders.hospital),
    socialSecurity: one(orders.socialSecurity),
    agents: of(orders.agents),
  };
}

/** Which blank gets which number is the machine's affair; each says its own afterwards. */
async function makeSams(office: Office, count: number, events: DayEvents): Promise<Map<string, VirtualSam>> {
  const blanks = Array.from({ length: count }, () => new VirtualSam({ transportKey: publishedKey('CHIP') }));
  const { sams: machine } = await findMachines(office);
  await runThroughMachine(blanks, machine, () => events.step());
  return new Map(blanks.map((sam) => [readSamNo(sam), sam]));
}

function readSamNo(sam: VirtualSam): string {
  sam.transmit(Buffer.from('00A40000023F00', 'hex'));
  return sam.transmit(Buffer.from('00B0960006', 'hex')).subarray(0, 6).toString('hex');
}

async function install(
  office: Office,
  address: { host: string; port: number },
  { participantNo, industry, terminalNo = '', functions = [], macAlgorithm = 'ecb' }: Order,
  samNo: string,
): Promise<Terminal> {
  await office.post('platform', '/v1/terminals', {
    json: { terminalNo, participantNo, industry, samNo, functions, macAlgorithm },
  });
  // Keys leave the HSM by the word of two officers.
  const { changeNo } = await office.post<{ changeNo: number }>('platform', '/v1/terminal-changes', {
    json: {
      kind: 'hand-over-keys',
      content: { terminals: [terminalNo], transport: 'TRANSPORT' },
      reason: 'first key of a new terminal',
    },
  });
  const { keys } = await office.post<{ keys: readonly { tmkUnderTransport: string; kcv: string }[] }>(
    'platform-2',
    `/v1/terminal-changes/${changeNo}/approval`,
  );
  const [handed] = keys;
  if (!handed) throw new DayFailed(`Terminal ${terminalNo} was given no master key.`);
  const masterKey = decryptEcb('3des', publishedKey('TRANSPORT'), Buffer.from(handed.tmkUnderTransport, 'hex'));
  if (!handed.kcv.toLowerCase().startsWith(keyCheckValue(masterKey).toString('hex').slice(0, handed.kcv.length))) {
    throw new DayFailed(`The master key of terminal ${terminalNo} does not have the check value that came with it.`);
  }
  const terminal = new Terminal({
    address,
    terminalNo,
    merchantNo: participantNo,
    samNo,
    masterKey,
    macAlgorithm,
    memory: freshTerminalMemory(),
    timeoutMs: ANSWER_TIMEOUT_MS,
  });
  for (const [what, answer] of [
    ['sign-on', await terminal.signOn('001')],
    ['parameters', await terminal.fetchParameters()],
    ['hotlist', await terminal.fetchHotlist()],
  ] as const) {
    if (answer.kind === 'answered' && answer.code === '00') continue;
    throw new DayFailed(
      `The ${what} of terminal ${terminalNo} came to ${answer.kind === 'unanswered' ? answer.reason : answer.code}.`,
    );
  }
  return terminal;
}
