import type { Decoded } from './problem.ts';

/** Field 60: 60.1 type n2 ‖ 60.2 batch n6 ‖ 60.3 network management n3; digits behind these are echoed, not read. */
export interface ManagementField {
  readonly type: string;
  readonly batch: string;
  readonly networkManagement: string;
}

export function decodeManagementField(digits: string): Decoded<ManagementField> {
  if (digits.length < 11) {
    return { ok: false, problem: { path: 'field 60', reason: `has ${digits.length} digits, not at least 11` } };
  }
  return {
    ok: true,
    value: { type: digits.slice(0, 2), batch: digits.slice(2, 8), networkManagement: digits.slice(8, 11) },
  };
}

/** Field 61: the original message's batch n6 ‖ trace n6 ‖ date n4 (MMDD, its answer's field 13, or 0000 when none came). */
export interface OriginalMessage {
  readonly batch: string;
  readonly trace: string;
  readonly date: string;
}

export function decodeOriginalMessage(digits: string): Decoded<OriginalMessage> {
  if (digits.length !== 16) {
    return { ok: false, problem: { path: 'field 61', reason: `has ${digits.length} digits, not 16` } };
  }
  return { ok: true, value: { batch: digits.slice(0, 6), trace: digits.slice(6, 12), date: digits.slice(12) } };
}

export function encodeOriginalMessage(original: OriginalMessage): string {
  return `${original.batch}${original.trace}${original.date}`;
}
