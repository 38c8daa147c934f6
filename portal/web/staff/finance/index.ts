import type { Face } from '../face.ts';

export const financeFace: Face = {
  name: 'finance',
  roles: ['finance-maker', 'finance-checker', 'supervisor', 'auditor'],
  routes: [{ path: '/finance', component: () => import('./Home.vue') }],
  menu: [{ to: '/finance', title: 'finance.home' }],
  messages: {
    zh: { finance: { face: '财务', home: '首页' } },
    en: { finance: { face: 'Finance', home: 'Home' } },
  },
};
