/** The day cannot go on. The message is one sentence for the person at the terminal: what was tried, what came of it. */
export class DayFailed extends Error {
  readonly code = 'city-sim.day-failed';
}
