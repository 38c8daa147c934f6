import { MASTER_FILE } from './files.ts';

/** What a chip forgets when the power goes. */
export interface Session {
  /** File id of the current directory. */
  directory: string;
  /** File id of the current elementary file, when one was selected by id. */
  file: string | undefined;
  /** FMCOS security state, 0 to 15. */
  securityState: number;
  /** Serves once. */
  challenge: Buffer | undefined;
  /** EXTERNAL AUTHENTICATE with the transport key succeeded. */
  transportAuthenticated: boolean;
}

/** The state after a reset. */
export function freshSession(): Session {
  return {
    directory: MASTER_FILE,
    file: undefined,
    securityState: 0,
    challenge: undefined,
    transportAuthenticated: false,
  };
}

/** Hands out the challenge once. */
export function takeChallenge(session: Session): Buffer | undefined {
  const challenge = session.challenge;
  session.challenge = undefined;
  return challenge;
}
