import './look.css';
import type { Face } from '../face.ts';
import { en } from './words-en.ts';
import { zh } from './words-zh.ts';

/** What a bus company, a water company or a load agent sees: its own figures and nobody else's. */
export const participantFace: Face = {
  name: 'participant',
  roles: ['operator-partner', 'agent-partner', 'biller-partner'],
  routes: [
    { path: '/participant', component: () => import('./Home.vue') },
    { path: '/participant/uploads', component: () => import('./Uploads.vue') },
    { path: '/participant/deliver', component: () => import('./delivery/Deliver.vue') },
    { path: '/participant/bills', component: () => import('./Bills.vue') },
    { path: '/participant/records', component: () => import('./Records.vue') },
    { path: '/participant/appeals', component: () => import('./Appeals.vue') },
    { path: '/participant/sheets', component: () => import('./Sheets.vue') },
    { path: '/participant/journal', component: () => import('./Journal.vue') },
    { path: '/participant/statement', component: () => import('./Statement.vue') },
    { path: '/participant/cases', component: () => import('./Cases.vue') },
    { path: '/participant/keys', component: () => import('./Keys.vue') },
  ],
  menu: [
    { to: '/participant', title: 'participant.home' },
    { to: '/participant/uploads', title: 'participant.uploads.title', roles: ['operator-partner', 'biller-partner'] },
    { to: '/participant/deliver', title: 'participant.deliver.title' },
    { to: '/participant/bills', title: 'participant.bills.title', roles: ['biller-partner'] },
    { to: '/participant/records', title: 'participant.records.title' },
    { to: '/participant/appeals', title: 'participant.appeals.title' },
    { to: '/participant/sheets', title: 'participant.sheets.title' },
    { to: '/participant/journal', title: 'participant.journal.title', roles: ['agent-partner'] },
    { to: '/participant/statement', title: 'participant.statement.title' },
    { to: '/participant/cases', title: 'participant.cases.title' },
    { to: '/participant/keys', title: 'participant.keys.title' },
  ],
  messages: { zh: { participant: zh }, en: { participant: en } },
};
