import type { PartState } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import type { KnownProcess } from './processes.ts';
import { standingParts, workingParts } from './working-parts.ts';

const heardAt = new Date('2026-11-22T16:00:00Z');
const part = (over: Partial<PartState> = {}): PartState => ({
  part: 'validation',
  everyMs: 1_000,
  atWorkForMs: null,
  doing: null,
  doneBeforeMs: 400,
  rounds: 9,
  failures: 0,
  failure: null,
  dueInMs: 12_000,
  ...over,
});
const process = (processId: string, parts: PartState[], over: Partial<KnownProcess> = {}): KnownProcess => ({
  processId,
  name: 'citycard',
  host: 'host',
  pid: 1,
  version: '1',
  startedAt: heardAt,
  heardAt,
  endedAt: null,
  silentMs: 2_000,
  parts,
  ...over,
});
const states = (...processes: KnownProcess[]) => workingParts(processes).map(({ key, state }) => `${key} ${state}`);

describe('parts that work by themselves', () => {
  it('say what they do, and whether they are late', () => {
    expect(states(process('a', [part()]))).toEqual(['a validation resting']);
    expect(states(process('a', [part({ atWorkForMs: 5 })]))).toEqual(['a validation at-work']);
    expect(states(process('a', [part({ failures: 3, failure: 'no' })]))).toEqual(['a validation failing']);
    expect(states(process('a', [part({ everyMs: null, dueInMs: null })]))).toEqual(['a validation on-call']);
    // Said two seconds ago that it was due within one.
    expect(states(process('a', [part({ dueInMs: 1_000 })]))).toEqual(['a validation overdue']);
    expect(workingParts([process('a', [part()])])[0]).toMatchObject({ doneAt: new Date('2026-11-22T15:59:59.600Z') });
  });

  it('are overdue with their process, unless another process does the same', () => {
    const killed = process('a', [part(), part({ part: 'inbox' })], { silentMs: 60_000 });
    expect(states(killed)).toEqual(['a inbox overdue', 'a validation overdue']);
    const next = process('b', [part()]);
    expect(states(killed, next)).toEqual(['a inbox overdue', 'b validation resting']);
    expect(standingParts(workingParts([killed, next])).map((one) => one.part)).toEqual(['inbox']);
    expect(workingParts([{ ...killed, endedAt: heardAt }])).toEqual([]);
  });

  it('stand still only when nobody does them in time', () => {
    const late = process('a', [part({ dueInMs: -1 })]);
    expect(standingParts(workingParts([late]))).toEqual([
      { part: 'validation', since: new Date('2026-11-22T15:59:59.999Z') },
    ]);
    expect(standingParts(workingParts([late, process('b', [part()])]))).toEqual([]);
  });
});
