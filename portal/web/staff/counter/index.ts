import type { Face } from '../face.ts';

export const counterFace: Face = {
  name: 'counter',
  roles: ['clerk', 'bureau', 'registrar'],
  routes: [{ path: '/counter', component: () => import('./Home.vue') }],
  menu: [{ to: '/counter', title: 'counter.home' }],
  messages: {
    zh: { counter: { face: '柜台', home: '首页' } },
    en: { counter: { face: 'Counter', home: 'Home' } },
  },
};
