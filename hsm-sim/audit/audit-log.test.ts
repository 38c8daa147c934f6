import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localMasterKey } from '../keys/local-master-key.ts';
import { AuditLog, verifyAuditChain } from './audit-log.ts';

const lmk = localMasterKey('test', Buffer.alloc(16));
let directory: string;
let anchor: { sequence: number; hash: string };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hsm-audit-'));
  const log = AuditLog.open(directory, lmk);
  for (let index = 0; index < 50; index++) log.append({ command: 'P0', error: '00', subject: `name:K${index}` });
  anchor = log.head;
  log.close();
});
afterEach(() => rmSync(directory, { recursive: true }));

const path = () => join(directory, 'audit.log');
const lines = () => readFileSync(path(), 'utf8').trimEnd().split('\n');
const rewrite = (changed: string[]) => writeFileSync(path(), `${changed.join('\n')}\n`);

describe('audit chain', () => {
  it('continues across restarts', () => {
    const log = AuditLog.open(directory, lmk);
    log.append({ command: 'NO', error: '00' });
    log.close();
    expect(verifyAuditChain(directory, lmk, anchor)).toEqual({ ok: true, entries: 51 });
  });

  it('shows an altered, a missing, an exchanged and a cut-off entry', () => {
    const good = lines();
    rewrite(good.with(19, good[19]!.replace('K19', 'K20')));
    expect(verifyAuditChain(directory, lmk, anchor)).toMatchObject({ ok: false, entry: 20 });
    rewrite(good.toSpliced(9, 1));
    expect(verifyAuditChain(directory, lmk, anchor)).toMatchObject({ ok: false, entry: 10 });
    rewrite(good.with(4, good[5]!).with(5, good[4]!));
    expect(verifyAuditChain(directory, lmk, anchor)).toMatchObject({ ok: false, entry: 5 });
    rewrite(good.slice(0, 30));
    expect(verifyAuditChain(directory, lmk, anchor)).toMatchObject({ ok: false, entry: 31 });
    rewrite(good);
    expect(verifyAuditChain(directory, lmk, anchor)).toEqual({ ok: true, entries: 50 });
  });

  it('cuts off a line torn by a crash and says so', () => {
    writeFileSync(path(), readFileSync(path(), 'utf8') + '{"n":51,"at":"2');
    AuditLog.open(directory, lmk).close();
    expect(lines().at(-1)).toContain('torn last line of 15 bytes cut off');
    expect(verifyAuditChain(directory, lmk, anchor)).toEqual({ ok: true, entries: 51 });
  });
});
