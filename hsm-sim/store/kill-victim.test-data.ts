import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { AuditLog } from '../audit/audit-log.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { lockDirectory } from './directory-lock.ts';
import { KeyStore } from './key-store.ts';

// A process that stores keys as fast as it can and says each name once it is stored, until it is killed.
const directory = process.argv[2] ?? '';
const run = process.argv[3] ?? '';
lockDirectory(directory);
const store = KeyStore.open(directory, 'test');
const audit = AuditLog.open(directory, store.lmk);
const ring = new KeyRing(store);
for (let index = 0; ; index++) {
  const name = `K${run}-${index}`;
  ring.add(name, { usage: 'load', algorithm: '3des', exportable: false }, randomBytes(16));
  audit.append({ command: 'K2', error: '00', subject: name });
  audit.flush();
  store.replace({ auditAnchor: audit.head });
  writeSync(1, `${name}\n`);
}
