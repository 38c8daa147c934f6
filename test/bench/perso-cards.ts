import { createInterface } from 'node:readline';
import { RemoteReader, VirtualCard } from '@citycard/city-sim';
import { publishedKey } from '@citycard/citycard';

/**
 * The chips of the personalisation benchmark, in a process of their own so that their processor time can be told apart.
 * Reads one line per round, `{"host","port","cards","atOnce"}`, puts that many blanks through the machine and answers
 * `{"personalised","cpuSeconds"}`; blanks of a round are made before the line `{"blanks"}` is answered.
 */
interface Round {
  readonly host: string;
  readonly port: number;
  readonly cards: number;
  readonly atOnce: number;
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

let blanks: VirtualCard[] = [];
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as { blanks: number } | Round;
  if ('blanks' in order) {
    const transportKey = publishedKey('CHIP');
    blanks = Array.from({ length: order.blanks }, () => new VirtualCard({ transportKey }));
    say({ blanks: blanks.length });
    continue;
  }
  const before = cpuSeconds();
  const waiting = blanks.splice(0, order.cards);
  let personalised = 0;
  const slot = async () => {
    for (let chip = waiting.pop(); chip !== undefined; chip = waiting.pop()) {
      const reader = await RemoteReader.insert(chip, order);
      await reader.removed;
      if (chip.personalised) personalised += 1;
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, slot));
  say({ personalised, cpuSeconds: cpuSeconds() - before });
}
