import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalMasterKey } from '../keys/local-master-key.ts';

/** One command as the audit log keeps it: who, which key by name or check value, how many, how it ended. */
export interface AuditedCommand {
  readonly command: string;
  readonly error: string;
  /** Names, usages, check values; never key, component, PIN or data. */
  readonly subject?: string;
  /** Items of a bulk command. */
  readonly count?: number;
}

export interface AuditHead {
  readonly sequence: number;
  /** Hexadecimal. */
  readonly hash: string;
}

const FILE_NAME = 'audit.log';
const PURPOSE = 'audit chain';
/** Longer than any entry: names and check values are bounded. */
const TAIL_BYTES = 65_536;

/**
 * The audit log: one JSON line per command, each chained to the one before by an HMAC under a key of the LMK, so
 * that without the LMK no entry can be changed, taken out or put in. Lines reach the operating system before the
 * answer leaves, the disk at every change of keys or custodians.
 */
export class AuditLog {
  readonly #lmk: LocalMasterKey;
  readonly #file: number;
  #head: AuditHead;
  #size: number;

  private constructor(lmk: LocalMasterKey, file: number, head: AuditHead, size: number) {
    this.#lmk = lmk;
    this.#file = file;
    this.#head = head;
    this.#size = size;
  }

  /** Opens the log of a store; a last line torn by a crash is cut off, and the log says so. */
  static open(directory: string, lmk: LocalMasterKey): AuditLog {
    const path = join(directory, FILE_NAME);
    const file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
    const { head, keep, size } = readHead(file);
    const log = new AuditLog(lmk, file, head, keep);
    if (keep < size) {
      ftruncateSync(file, keep);
      log.append({ command: '--', error: '00', subject: `torn last line of ${size - keep} bytes cut off` });
    }
    return log;
  }

  get head(): AuditHead {
    return this.#head;
  }

  append(entry: AuditedCommand): void {
    const sequence = this.#head.sequence + 1;
    const body = JSON.stringify({ n: sequence, at: new Date().toISOString(), ...entry });
    const hash = chainHash(this.#lmk, this.#head.hash, body);
    this.#size += writeSync(this.#file, `${body.slice(0, -1)},"hash":"${hash}"}\n`, this.#size);
    this.#head = { sequence, hash };
  }

  flush(): void {
    fsyncSync(this.#file);
  }

  close(): void {
    fsyncSync(this.#file);
    closeSync(this.#file);
  }
}

/**
 * Recomputes the chain of a store's audit log.
 * @param anchor the entry the key store remembers; the log must contain it unchanged
 */
export function verifyAuditChain(
  directory: string,
  lmk: LocalMasterKey,
  anchor: AuditHead,
): { ok: true; entries: number } | { ok: false; entry: number; reason: string } {
  const path = join(directory, FILE_NAME);
  const lines = existsSync(path) ? readLines(path) : [];
  let head: AuditHead = { sequence: 0, hash: '' };
  for (const line of lines) {
    const match = /^(\{"n":(\d+),.*),"hash":"([0-9a-f]{64})"\}$/.exec(line);
    const sequence = head.sequence + 1;
    if (!match) return { ok: false, entry: sequence, reason: 'the line is no audit entry' };
    const [, body = '', number = '', hash = ''] = match;
    if (Number(number) !== sequence) return { ok: false, entry: sequence, reason: `entry ${number} stands here` };
    if (chainHash(lmk, head.hash, `${body}}`) !== hash)
      return { ok: false, entry: sequence, reason: 'the entry, or the one before it, was altered' };
    head = { sequence, hash };
    if (sequence === anchor.sequence && hash !== anchor.hash)
      return { ok: false, entry: sequence, reason: 'the key store remembers another entry here' };
  }
  if (head.sequence < anchor.sequence)
    return { ok: false, entry: head.sequence + 1, reason: `entries up to ${anchor.sequence} were cut off` };
  return { ok: true, entries: head.sequence };
}

function chainHash(lmk: LocalMasterKey, previous: string, body: string): string {
  return lmk.authenticate(PURPOSE, previous + body).toString('hex');
}

/** The last whole line, and where it ends. */
function readHead(file: number): { head: AuditHead; keep: number; size: number } {
  const size = fstatSync(file).size;
  const start = Math.max(0, size - TAIL_BYTES);
  const tail = Buffer.alloc(size - start);
  readSync(file, tail, 0, tail.length, start);
  const keep = tail.lastIndexOf(0x0a) + 1;
  const before = keep < 2 ? 0 : tail.lastIndexOf(0x0a, keep - 2) + 1;
  const match = /^\{"n":(\d+),.*"hash":"([0-9a-f]{64})"\}\n$/.exec(tail.toString('utf8', before, keep));
  const head = match ? { sequence: Number(match[1]), hash: match[2] ?? '' } : { sequence: 0, hash: '' };
  return { head, keep: start + keep, size };
}

function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(1 << 20);
    let rest = '';
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      const lines = (rest + chunk.toString('latin1', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}
