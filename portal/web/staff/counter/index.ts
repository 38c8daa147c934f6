import type { Face } from '../face.ts';
import { chinese, english } from './messages/index.ts';

export const counterFace: Face = {
  name: 'counter',
  roles: ['clerk', 'bureau', 'registrar'],
  routes: [
    { path: '/counter', component: () => import('./Desk.vue') },
    { path: '/counter/residents/new', component: () => import('./Register.vue') },
    { path: '/counter/residents/:residentId(\\d+)', component: () => import('./resident/Resident.vue') },
    { path: '/counter/residents/:residentId(\\d+)/issue', component: () => import('./resident/IssueCard.vue') },
    { path: '/counter/loss', component: () => import('./CallerLoss.vue') },
    { path: '/counter/cards/:cardNo(\\d{19})', component: () => import('./card/Card.vue') },
    { path: '/counter/cards/:cardNo(\\d{19})/sheet', component: () => import('./card/Sheet.vue') },
    {
      path: '/counter/cards/:cardNo(\\d{19})/receipts/:receiptNo(newest|\\d+)',
      component: () => import('./Receipt.vue'),
    },
    { path: '/counter/shift', component: () => import('./shift/Shift.vue') },
    { path: '/counter/cases', component: () => import('./Cases.vue') },
    { path: '/counter/cases/:caseNo(\\d+)', component: () => import('./Case.vue') },
    { path: '/counter/readers', component: () => import('./Readers.vue') },
    { path: '/counter/blanks', component: () => import('./Blanks.vue') },
  ],
  menu: [
    { to: '/counter', title: 'counter.find.title', roles: ['clerk', 'registrar'] },
    { to: '/counter/residents/new', title: 'counter.register.title', roles: ['clerk'] },
    { to: '/counter/loss', title: 'counter.loss.byPhone', roles: ['clerk'] },
    { to: '/counter/shift', title: 'counter.shift.title', roles: ['clerk'] },
    { to: '/counter/cases', title: 'counter.case.title', roles: ['clerk'] },
    { to: '/counter/blanks', title: 'counter.blanks.title', roles: ['clerk', 'bureau'] },
    { to: '/counter/readers', title: 'counter.readers.title', roles: ['clerk', 'bureau'] },
  ],
  messages: { zh: { counter: chinese }, en: { counter: english } },
};
