import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What nonsense is typed into a form, the sentence that is said to it, and the button that stays shut. */
interface Nonsense {
  readonly fill: Readonly<Record<string, string>>;
  readonly sentence: string;
  readonly button: string;
}

/** Types nonsense: the page says what is wrong with it, and nothing can be sent. */
export async function takesNoNonsense(page: Page, { fill, sentence, button }: Nonsense): Promise<void> {
  for (const [label, value] of Object.entries(fill)) await page.getByLabel(label, { exact: true }).first().fill(value);
  await page.getByText(sentence).first().waitFor();
  const shut = await page.getByRole('button', { name: button, exact: true }).first().isDisabled();
  expect([page.url(), button, shut]).toEqual([page.url(), button, true]);
}

/** Forms of the pages of finance that decide about money, with what nobody would type in earnest. */
export const nonsenseForms = (operator: string, caseNo: number): readonly (Nonsense & { readonly path: string })[] => [
  {
    path: '/subsidies',
    fill: { 'Month *': '2026-13', 'Category *': "'; drop table --" },
    sentence: 'Write year and month, such as 2026-10.',
    button: 'Make a claim',
  },
  {
    path: '/passes',
    fill: { 'Pass code *': '🙂', 'Month *': 'last month' },
    sentence: 'Small letters, such as month.',
    button: 'Propose',
  },
  {
    path: `/participants/${operator}?tab=account`,
    fill: { 'Account name *': 'x'.repeat(70), 'Bank line number *': '<b>1</b>' },
    sentence: 'A bank line number has 12 digits.',
    button: 'Propose',
  },
  {
    path: `/cases/${caseNo}`,
    fill: { 'Amount (yuan) *': '1.234', 'Reason *': 'x' },
    sentence: 'Write an amount such as 1,234.50.',
    button: 'Propose',
  },
  {
    path: `/cases/${caseNo}`,
    fill: { 'Reason the resident is told *': '-' },
    sentence: 'Write at least 3 characters.',
    button: 'End without credit',
  },
  {
    path: '/supervision?tab=fees',
    fill: { 'Amount (yuan) *': '１２' },
    sentence: 'Write an amount such as 1,234.50.',
    button: 'Propose',
  },
];
