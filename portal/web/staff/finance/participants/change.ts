import type { api } from '../../../parts/api.ts';

type Answer = Awaited<ReturnType<typeof api.GET<'/v1/account-changes', object>>>;
/** A change of a settlement account. */
export type Change = NonNullable<Answer['data']>['changes'][number];
export type Account = Change['account'];

/** What is shown, and signed, of an account somebody is to be paid to. */
export const accountLines = (
  t: (key: string) => string,
  participantNo: string,
  account: Account,
  documentNo: number,
): { label: string; value: string }[] => [
  { label: t('finance.participants.number'), value: participantNo },
  { label: t('finance.settlement.account'), value: account.accountNo },
  { label: t('finance.participants.bankLineNo'), value: account.bankLineNo },
  { label: t('finance.participants.accountName'), value: account.accountName },
  { label: t('finance.participants.documentNo'), value: String(documentNo) },
];
