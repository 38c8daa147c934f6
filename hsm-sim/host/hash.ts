import { createHash } from 'node:crypto';
import { HostRefused } from './errors.ts';
import { hostCommand } from './host-command.ts';

/** Hash identifiers of the device; 20 is ours, the device family has none for SM3. */
const HASHES: Readonly<Record<string, string>> = {
  '01': 'sha1',
  '05': 'sha224',
  '06': 'sha256',
  '07': 'sha384',
  '08': 'sha512',
  '20': 'sm3',
};

/** GM: hash identifier 2 ‖ length 5 decimal ‖ data → hash, as bytes. */
export const hashData = hostCommand({
  code: 'GM',
  name: 'hostHash',
  binary: true,
  run({ fields }) {
    const name = HASHES[fields.digits(2)];
    const length = Number(fields.digits(5));
    if (name === undefined) throw new HostRefused('15');
    const data = fields.bytes(length);
    fields.end();
    return createHash(name).update(data).digest();
  },
});
