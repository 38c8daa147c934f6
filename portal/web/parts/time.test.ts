import { describe, expect, it } from 'vitest';
import { cityDate, cityTime } from './time.ts';

describe('times on pages', () => {
  it('are the time of the city', () => {
    expect(cityTime('2026-02-28T16:15:30.999Z')).toBe('2026-03-01 00:15:30');
    expect(cityDate('2026-02-28T16:15:30Z')).toBe('2026-03-01');
  });
  it('leave alone what is no instant', () => {
    expect(cityDate('2026-03-01')).toBe('2026-03-01');
    expect(cityTime('soon')).toBe('soon');
  });
});
