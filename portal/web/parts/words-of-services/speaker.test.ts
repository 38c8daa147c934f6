import { expect, it } from 'vitest';
import { chinese } from './chinese.ts';
import { speakerOf } from './speaker.ts';

const speaker = speakerOf(chinese);

it('puts values as people read them: fen as yuan, instants in city time, codes in words', () => {
  const params = { availableFen: 120, neededFen: '5000' };
  expect(speaker.refusal('card-issuer.card-life.shift-short', '…', params)).toBe(
    '钱箱现金 ¥1.20，需付 ¥50.00，请先领备用金。',
  );
  expect(speaker.refusal('clearing-day.not-open', '…', { date: '2026-11-20', state: 'closed' })).toBe(
    '营业日 2026-11-20 状态为“已关闭”；只有未日切的营业日可以日切。',
  );
  expect(speaker.refusal('identity.role-missing', '…', { name: 'a', roles: 'finance-maker, finance-checker' })).toBe(
    '您的岗位不能办理此事，需要以下岗位之一：财务经办、财务复核。',
  );
  expect(speaker.text('it expired on 2026-11-20T16:00:00.000Z')).toBe('已于 2026-11-21 00:00:00 过期');
});

it('takes what an answer does not name from the sentence, and what was appended to it', () => {
  const english = 'Your session has ended (nobody worked in it). Sign in again; nothing was changed.';
  expect(speaker.refusal('identity.session-ended', english, {})).toBe('会话已结束，请重新登录；没有任何改动。');
  expect(
    speaker.text(
      'The statement of A for 2026-11-20 does not add up: 100 + 200 fen of entries is not 400 fen. An entry or a page is missing.',
    ),
  ).toContain('期初 ¥1.00 + 发生额 ¥2.00 ≠ 期末 ¥4.00');
  expect(speaker.refusal('citycard.bad-option', 'An option is not as it should be. (it is empty)', {})).toBe(
    '选项不正确。（为空）',
  );
});

it('says each of several faults of a request, by the names of its fields', () => {
  const problems = 'body/amountFen must be integer; body/lines/0/cardNo must match pattern "^[0-9]{19}$"';
  expect(speaker.refusal('http.invalid', '…', { problems })).toBe(
    '填写的内容不符合要求：金额应为整数；行的第 1 项的卡号的格式不正确。',
  );
});

it('finds in the log what somebody read in Chinese', () => {
  expect(speaker.text('card 3104580010000000046')).toBe('卡 3104580010000000046');
  expect(speaker.logged('卡 3104580010000000046')).toBe('card 3104580010000000046');
  expect(speaker.logged('card 3104')).toBe('card 3104');
});

it('leaves what nobody has words for as it is, whoever wrote it', () => {
  expect(speaker.text('the lamp is green; ask Anna')).toBe('the lamp is green; ask Anna');
  expect(speaker.refusal('other.code', 'Nobody knows.', {})).toBe('Nobody knows.');
  expect(speaker.act('fee-table withdrawn')).toBe('撤回：费率');
  expect(speaker.act('dance')).toBe('dance');
});
