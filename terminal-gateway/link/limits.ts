/** What a link may cost us (terminal interface, section 1). All times in milliseconds. */
export interface LinkLimits {
  /** Requests of one link being decided at the same time; reading stops beyond. */
  readonly requestsInFlight: number;
  /** Links of the gateway, whatever listener they came by; a connection beyond is closed at once. */
  readonly connections: number;
  /** From the first byte of a frame to its last, and for a TLS handshake. */
  readonly frameTimeoutMs: number;
  /** Without a whole frame. */
  readonly idleTimeoutMs: number;
  /** For the answers still owed when a link is being closed. */
  readonly drainTimeoutMs: number;
  /** For the other side to close after us; a reset before it has read our last answer would lose that answer. */
  readonly lingerMs: number;
}

export const defaultLinkLimits: LinkLimits = {
  requestsInFlight: 64,
  connections: 10_000,
  frameTimeoutMs: 10_000,
  idleTimeoutMs: 300_000,
  drainTimeoutMs: 10_000,
  lingerMs: 1_000,
};

/** Why a link ended, in one word for a label. */
export const closeReasons = [
  /** The terminal closed its side. */
  'terminal',
  /** The connection broke without a word. */
  'broken',
  'idle',
  'bad-frame',
  'slow-frame',
  /** The handler asked for it: the HSM could not make our MAC. */
  'no-answer',
  /** The handler threw: a fault of ours. */
  'failure',
  /** The certificate was revoked or ran out while the link was open. */
  'certificate',
  /** The gateway is stopping. */
  'stopping',
] as const;

export type CloseReason = (typeof closeReasons)[number];

/** Counted since the listener began. */
export interface LinkStatistics {
  /** Open now. */
  connections: number;
  /** Requests being decided now. */
  inFlight: number;
  accepted: number;
  /** Turned away because the gateway was full. */
  refused: number;
  /** TLS handshakes that came to nothing, and those whose certificate we did not let in. */
  handshakesRefused: number;
  frames: number;
  answers: number;
  /** Well framed, but not a right message in every byte; answered 30 where possible. */
  malformed: number;
  /** Links closed for a length or MTI that is none, or a message without readable fields 11 and 41. */
  badFrames: number;
  slowFrames: number;
  idle: number;
  /** The handler threw: a fault of ours. */
  failures: number;
  /** Times a link was not read on because as many requests as it may have were in flight, or it did not read its answers. */
  heldBack: number;
  readonly closes: Record<CloseReason, number>;
}

export function newLinkStatistics(): LinkStatistics {
  return {
    connections: 0,
    inFlight: 0,
    accepted: 0,
    refused: 0,
    handshakesRefused: 0,
    frames: 0,
    answers: 0,
    malformed: 0,
    badFrames: 0,
    slowFrames: 0,
    idle: 0,
    failures: 0,
    heldBack: 0,
    closes: Object.fromEntries(closeReasons.map((reason) => [reason, 0])) as Record<CloseReason, number>,
  };
}
