import type { RouteRecordRaw } from 'vue-router';

/** Roles that sign in to the portal, as the services know them (docs/portal.md). */
export type Role =
  | 'clerk'
  | 'bureau'
  | 'stock-keeper'
  | 'registrar'
  | 'operator-partner'
  | 'agent-partner'
  | 'biller-partner'
  | 'finance-maker'
  | 'finance-checker'
  | 'supervisor'
  | 'auditor'
  | 'platform'
  | 'custodian';

export interface MenuEntry {
  readonly to: string;
  /** Key of the message that names it. */
  readonly title: string;
  /** Who sees it; everybody of the face when absent. */
  readonly roles?: readonly Role[];
}

/** Sentences of a face by key; the two languages hold the same keys. */
export interface Messages {
  readonly [key: string]: string | Messages;
}

/** One of the faces of the portal: its pages, its menu, its words. */
export interface Face {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly routes: readonly RouteRecordRaw[];
  readonly menu: readonly MenuEntry[];
  readonly messages: { readonly zh: Messages; readonly en: Messages };
}
