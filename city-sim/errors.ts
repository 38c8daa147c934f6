/** The chip has no power: it left the field, was pulled, or a power cut was asked for. No answer came or will come. */
export class ChipWithoutPower extends Error {
  readonly code = 'city-sim.chip-without-power';
  constructor() {
    super('The chip has no power and gave no answer. Put the card back and start it again with powerOn().');
  }
}

/** A chip refused a step that had to succeed. */
export class ChipRefused extends Error {
  readonly code = 'city-sim.chip-refused';
  readonly sw: number;
  constructor(step: string, sw: number) {
    super(`The chip refused "${step}" with status ${sw.toString(16).toUpperCase().padStart(4, '0')}.`);
    this.sw = sw;
  }
}

/** Bytes of a message, record or file do not have the layout of the interface page. */
export class MalformedBytes extends Error {
  readonly code = 'city-sim.malformed-bytes';
}

/** The host closed the link or did not take it up. */
export class LinkClosed extends Error {
  readonly code = 'city-sim.link-closed';
  constructor(reason: string) {
    super(`The link to the host is closed: ${reason}. Connect again and repeat what was not answered.`);
  }
}

/** A terminal was asked for something it cannot do in its present state. */
export class TerminalNotReady extends Error {
  readonly code = 'city-sim.terminal-not-ready';
}
