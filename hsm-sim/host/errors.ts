/**
 * Error codes of the host commands, as the payShield family has them (domain.md D.1). Our own commands share the wire
 * but not this list: some of their codes say something else (`hsmErrors`).
 */
export const hostErrors = {
  '01': 'verification failed: the MAC, or the MAC of an imported key block, does not match',
  '04': 'unknown key type',
  '05': 'the key length flag does not say the length of the key',
  '10': 'the source key, component, ZMK or TMK has wrong parity; or a key to be made has equal or weak parts',
  '11': 'the destination key has wrong parity; or the imported key has equal or weak parts',
  '12': 'no key is kept in user storage',
  '13': 'no such LMK, or the key block does not open under it',
  '15': 'a field holds a value it must not have',
  '17': 'not authorised: two custodians must open this command first',
  '20': 'the PIN block does not hold a PIN of the stated format',
  '22': 'the account number must be 12 digits, or for format 48 the whole number of 12 to 19 digits and a semicolon',
  '23': 'unknown PIN block format code',
  '24': 'the PIN is shorter than 4, longer than 12, or longer than the command allows',
  '26': 'the key scheme is unknown, or is none for this LMK, key or transport key',
  '27': 'the length or algorithm of the key does not fit its use, its scheme or the key above it',
  '28': 'the key is of another type or usage than this command needs',
  '29': 'the key must not do this: it is not exportable, or not in this form',
  '80': 'the message is truncated, too long, or its data are no whole blocks',
} as const;

export type HostErrorCode = keyof typeof hostErrors;

/** Ends a host command with an error code. The answer carries the trailer of the command, as every answer does. */
export class HostRefused extends Error {
  override readonly name = 'HostRefused';
  readonly code: HostErrorCode;
  /** X'19 ‖ trailer of the command, or empty. */
  trailer: Buffer = Buffer.alloc(0);

  constructor(code: HostErrorCode) {
    super(hostErrors[code]);
    this.code = code;
  }
}
