import type { Face } from '../face.ts';

export const participantFace: Face = {
  name: 'participant',
  roles: ['operator-partner', 'agent-partner', 'biller-partner'],
  routes: [{ path: '/participant', component: () => import('./Home.vue') }],
  menu: [{ to: '/participant', title: 'participant.home' }],
  messages: {
    zh: { participant: { face: '参与单位', home: '首页' } },
    en: { participant: { face: 'Participant', home: 'Home' } },
  },
};
