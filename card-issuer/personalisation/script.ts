/** Commands of docs/reference/card-personalisation.md: what is written to a blank chip, in order. */

/**
 * A command ready to send, or the header of what the HSM wraps: of a key, `key` being its place among the wrapped keys, or
 * of the initial PIN.
 */
export type ScriptStep =
  | { readonly kind: 'command'; readonly name: string; readonly apdu: Buffer }
  | { readonly kind: 'key'; readonly name: string; readonly key: number; readonly header: Buffer }
  | { readonly kind: 'pin'; readonly name: string; readonly header: Buffer };

/** What a script leaves to the HSM, enciphered for one chip. */
export interface WrappedSecrets {
  /** Keys of 16 bytes, in the order of their places. */
  readonly keys: readonly Buffer[];
  /** 8 bytes. */
  readonly pin?: Buffer;
}

/** Bytes from hexadecimal digits; blanks do not count. */
export const hex = (...parts: string[]) => Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');

export const command = (name: string, ...parts: string[]): ScriptStep => ({
  kind: 'command',
  name,
  apdu: hex(...parts),
});

/** Steps 3 to 12 for a purchase SAM. Its one key is the root purchase key; the SAM derives inside. */
export function samScript(samNo: string): ScriptStep[] {
  const serial = samNo.padStart(20, '0');
  return [
    command('ERASE', '800E000000'),
    command('CREATE 15h', '80E0001507', 'A8000EF0F0FFFF'),
    command('UPDATE 15h', '00D695000E', serial, '01010000'),
    command('CREATE 16h', '80E0001607', 'A80006F0F0FFFF'),
    command('UPDATE 16h', '00D6960006', samNo),
    command('CREATE application', '80E010010F', '380400F0F095FFFF', '5053414D2E4550'),
    command('SELECT application', '00A4000002', '1001'),
    command('CREATE key file', '80E0000007', '3F010095F0FFFF'),
    { kind: 'key', name: 'WRITE KEY DPK', key: 0, header: hex('80D4013E15', '3EF0FF0100') },
    command('END', '0008000000'),
  ];
}
