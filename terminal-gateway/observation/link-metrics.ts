import { Counter, Gauge, type Registry } from 'prom-client';
import { closeReasons, type LinkStatistics } from '../link/limits.ts';

type Counted = Exclude<keyof LinkStatistics, 'connections' | 'inFlight' | 'closes'>;

const counters: Readonly<Record<Counted, readonly [name: string, help: string]>> = {
  accepted: ['accepted_total', 'Links made'],
  refused: ['refused_total', 'Connections turned away because the gateway was full'],
  handshakesRefused: ['handshakes_refused_total', 'TLS handshakes that failed, or whose certificate was not let in'],
  frames: ['frames_total', 'Whole frames received'],
  answers: ['answers_total', 'Answers given to links'],
  malformed: ['malformed_total', 'Well-framed messages that were not right in every byte'],
  badFrames: ['bad_frames_total', 'Frames with a length or MTI that is none, or without fields 11 and 41'],
  slowFrames: ['slow_frames_total', 'Frames not complete in time'],
  idle: ['idle_total', 'Links closed because nothing came'],
  failures: ['failures_total', 'Messages that could not be decided for a fault of ours'],
  heldBack: [
    'held_back_total',
    'Times a link was not read on: its requests in flight, or its unread answers, were too many',
  ],
};

/** Figures of the listeners of a gateway (`plain`, `secure`), read off them when somebody asks. */
export function watchLinks(
  registry: Registry,
  listeners: Readonly<Record<string, { statistics(): Readonly<LinkStatistics> }>>,
): void {
  const registers = [registry];
  const named = Object.entries(listeners);
  const gauge = (name: string, help: string, read: (statistics: Readonly<LinkStatistics>) => number) =>
    new Gauge({
      name: `gateway_link_${name}`,
      help,
      labelNames: ['listener'],
      registers,
      collect() {
        for (const [listener, one] of named) this.set({ listener }, read(one.statistics()));
      },
    });
  gauge('connections', 'Links open', ({ connections }) => connections);
  gauge('in_flight', 'Requests being decided', ({ inFlight }) => inFlight);
  for (const [field, [name, help]] of Object.entries(counters)) {
    new Counter({
      name: `gateway_link_${name}`,
      help,
      labelNames: ['listener'],
      registers,
      collect() {
        this.reset();
        for (const [listener, one] of named) this.inc({ listener }, one.statistics()[field as Counted]);
      },
    });
  }
  new Counter({
    name: 'gateway_link_closes_total',
    help: 'Links that ended, by why',
    labelNames: ['listener', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [listener, one] of named)
        for (const reason of closeReasons) this.inc({ listener, reason }, one.statistics().closes[reason]);
    },
  });
}
