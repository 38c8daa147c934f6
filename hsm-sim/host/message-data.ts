import { HostRefused } from './errors.ts';
import type { HostFields } from './host-fields.ts';

const HEXADECIMAL = '1';

/**
 * Length 4 hexadecimal ‖ data. The length counts what is sent: bytes of formats 0 and 2, digits of format 1.
 * Refuses with 15 for digits that are none or not whole bytes, 80 when the data are not all there.
 */
export function readData(fields: HostFields, format: string): Buffer {
  const length = fields.length();
  if (format !== HEXADECIMAL) return fields.bytes(length);
  if (length % 2 !== 0) throw new HostRefused('15');
  return fields.hex(length);
}

/** The same form for an answer. */
export function dataText(data: Buffer, format: string): Buffer {
  const content = format === HEXADECIMAL ? Buffer.from(data.toString('hex').toUpperCase(), 'latin1') : data;
  const length = content.length.toString(16).toUpperCase().padStart(4, '0');
  return Buffer.concat([Buffer.from(length, 'latin1'), content]);
}
