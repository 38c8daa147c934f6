import { readConfiguration } from './day/configuration.ts';
import { DayFailed } from './day/errors.ts';
import { lineEvents } from './day/events.ts';
import { playDay } from './day/play-day.ts';

/** `main.ts <configuration.json>`: plays a day in the city; events as lines of JSON on standard output. */
const [configurationFile] = process.argv.slice(2);
try {
  if (configurationFile === undefined)
    throw new DayFailed('Say which configuration file to play: main.ts <configuration.json>.');
  await playDay(
    await readConfiguration(configurationFile),
    lineEvents((line) => process.stdout.write(line)),
  );
} catch (error) {
  const sentence = error instanceof Error ? (error instanceof DayFailed ? error.message : error.stack) : String(error);
  process.stderr.write(`${sentence}\n`);
  // Whatever still waits on a line waits in vain.
  process.exit(1);
}
