import { api, take } from '../../../parts/api.ts';

export type Live = Awaited<ReturnType<typeof readLive>>;

/** Figures of this second; looking at them is no work of the person, so it does not keep a session open. */
export const readLive = () => take(api.GET('/v1/supervision/live', { headers: { 'x-citycard-background': '1' } }));

/** How much of what is owed lies at the bank, on its way there, or with those who owe it, in hundredths of a percent. */
export function coverage({ position }: Live['figures']): string {
  const owed = BigInt(position.owedFen);
  if (owed <= 0n) return '—';
  const there = BigInt(position.reserveFen) + BigInt(position.cashFen) + BigInt(position.receivableFen);
  const hundredths = (there * 10_000n) / owed;
  return `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, '0')} %`;
}
