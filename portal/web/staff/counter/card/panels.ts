import { type Component, defineAsyncComponent } from 'vue';
import type { CardAct } from './acts.ts';

const step = () => import('./StepPanel.vue');
const panels = {
  load: () => import('./LoadPanel.vue'),
  receive: step,
  loss: step,
  lossByPhone: () => import('./PhoneLossPanel.vue'),
  found: step,
  block: () => import('./BlockPanel.vue'),
  unblock: () => import('./BlockPanel.vue'),
  replace: () => import('./ReplacePanel.vue'),
  renew: () => import('./ReplacePanel.vue'),
  extend: () => import('./ChipPanel.vue'),
  return: () => import('./ReturnPanel.vue'),
  payBalance: step,
  pin: () => import('./PinPanel.vue'),
  passes: () => import('./PassesPanel.vue'),
  concession: () => import('./ChipPanel.vue'),
  oldCards: () => import('./OldCardsPanel.vue'),
  cancelLoad: () => import('./CancelLoadPanel.vue'),
  notices: () => import('./NoticesPanel.vue'),
  case: () => import('./CasePanel.vue'),
  chip: () => import('./ChipPanel.vue'),
  history: () => import('./HistoryPanel.vue'),
  receipts: () => import('./ReceiptsPanel.vue'),
} as const satisfies Readonly<Record<CardAct, () => Promise<unknown>>>;

const wrapped = (act: CardAct): Component => defineAsyncComponent(panels[act] as () => Promise<{ default: Component }>);
/** The panel of each act. */
export const actPanels = Object.fromEntries(
  (Object.keys(panels) as CardAct[]).map((act) => [act, wrapped(act)]),
) as Record<CardAct, Component>;
