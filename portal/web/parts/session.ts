import { reactive, readonly } from 'vue';
import type { Role } from '../staff/face.ts';

/** Who is signed in, as `GET /v1/me` says. */
export interface Me {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly participantNo?: string;
}

/** What is signed: the request and the lines that were shown to the person. */
export interface Shown {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Of the service, beginning with `/v1/`. */
  readonly path: string;
  readonly body: unknown;
  readonly lines: readonly { readonly label: string; readonly value: string }[];
}

interface Asks {
  signInAgain: () => Promise<boolean>;
  stepUp: () => Promise<boolean>;
  sign: (shown: Shown) => Promise<string>;
}

const state = reactive<{ me: Me | undefined }>({ me: undefined });

// Until the pages of signing in have said how they ask, nobody can be asked.
const asks: Asks = {
  signInAgain: () => Promise.resolve(false),
  stepUp: () => Promise.resolve(false),
  sign: () => Promise.reject(new Error('signing is not set up')),
};
const asking = new Map<'signInAgain' | 'stepUp', Promise<boolean>>();

/** Several requests that meet an ended session ask the person once. */
function askOnce(name: 'signInAgain' | 'stepUp'): Promise<boolean> {
  const pending = asking.get(name) ?? asks[name]().finally(() => asking.delete(name));
  asking.set(name, pending);
  return pending;
}

export const session = {
  state: readonly(state),
  signedIn(me: Me | undefined): void {
    state.me = me;
  },
  has: (...roles: readonly Role[]): boolean => state.me?.roles.some((role) => roles.includes(role)) ?? false,
  /** Asks the person to sign in again over the page. False: the person gave up. */
  signInAgain: () => askOnce('signInAgain'),
  /** Asks for a fresh code of the second factor. False: the person gave up. */
  stepUp: () => askOnce('stepUp'),
  /** Signs what was shown with the person's own certificate; base64 for `x-approval-signature`. */
  sign: (shown: Shown) => asks.sign(shown),
  /** Called once by the pages of signing in. */
  asksWith(how: Partial<Asks>): void {
    Object.assign(asks, how);
  },
};
