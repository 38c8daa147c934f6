import { expect, it } from 'vitest';
import { STUCK_RULES } from '@citycard/citycard';
import { zh } from '../../portal/web/staff/platform/messages-zh.ts';

it('every reason why a night stands still has its sentences, and every page it leads to is there', () => {
  for (const { reason, page } of STUCK_RULES) {
    expect(Object.keys(zh.night.reasons[reason]).sort()).toEqual(['act', 'otherwise', 'what']);
    expect(page('2026-11-22')).toMatch(/^\/(platform|finance)\//);
  }
  expect(Object.keys(zh.night.reasons).sort()).toEqual(STUCK_RULES.map(({ reason }) => reason).sort());
});
