/**
 * Error codes of the HSM, two digits on the wire. Where the payShield family has a code for the case (domain.md D.1)
 * it is that one; 03, 06, 07, 18, 19 and 30–36 are ours.
 */
export const hsmErrors = {
  '00': 'done',
  '01': 'verification failed: the MAC or TAC does not match',
  '03': 'the key check value does not match the key or component; type it again',
  '04': 'unknown key usage',
  '10': 'the key is refused: its halves are equal, or one half is a weak DES key',
  '12': 'no key of that name is in the store',
  '13': 'the key block does not open under this LMK: it was altered, or made under another LMK',
  '15': 'a field of the command holds a value it must not have',
  '17': 'not authorised: two custodians must open this command first',
  '18': 'the custodian is locked after too many wrong PINs; another two custodians must replace the identity',
  '19': 'custodian unknown or PIN wrong',
  '20': 'the two custodians must be different persons',
  '26': 'a key reference must be name:<name> or block:<key block>',
  '27': 'the algorithm of the command is not the algorithm of the key',
  '28': 'the key is bound to another usage than this command needs',
  '29': 'the key is not exportable',
  '30': 'the name is taken',
  '31': 'components are missing: three are needed, from three custodians',
  '32': 'this custodian has already given a component of this key',
  '33': 'the component states another usage, algorithm or exportability than the first one',
  '34': 'this key has its three components already; form it or discard them',
  '35': 'the key is bound to another number of derivation factors than the command gives',
  '36': 'the caller has not shown that it knows the secret of this HSM, or showed another',
  '41': 'internal fault of the HSM; see its log',
  '42': 'unknown command',
  '68': 'the HSM is stopping',
  '80': 'the command is truncated or too long',
} as const;

export type HsmErrorCode = keyof typeof hsmErrors;

/** Thrown inside the device to end a command with an error code; never leaves the process. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
  readonly code: Exclude<HsmErrorCode, '00'>;
  constructor(code: Exclude<HsmErrorCode, '00'>) {
    super(hsmErrors[code]);
    this.code = code;
  }
}

/** The HSM cannot be reached, did not answer in time, or reported a fault of its own: answer 98, try later. */
export class HsmUnavailable extends Error {
  override readonly name: string = 'HsmUnavailable';
}

/** The HSM understood the command and refused it. */
export class HsmRefused extends Error {
  override readonly name: string = 'HsmRefused';
  /** Two digits, see `hsmErrors`. */
  readonly code: string;
  constructor(code: string, command: string) {
    super(`HSM refused ${command} with ${code}: ${sentenceOf(code)}`);
    this.code = code;
  }
}

/** The HSM could not be started; the message is one line for the person at the console. */
export class HsmStartFailed extends Error {
  override readonly name = 'HsmStartFailed';
}

export function isHsmErrorCode(code: string): code is HsmErrorCode {
  return Object.hasOwn(hsmErrors, code);
}

function sentenceOf(code: string): string {
  return isHsmErrorCode(code) ? hsmErrors[code] : 'error code unknown to this client';
}
