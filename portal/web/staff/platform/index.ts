import type { Face } from '../face.ts';

export const platformFace: Face = {
  name: 'platform',
  roles: ['platform', 'auditor'],
  routes: [{ path: '/platform', component: () => import('./Home.vue') }],
  menu: [{ to: '/platform', title: 'platform.home' }],
  messages: {
    zh: { platform: { face: '平台运行', home: '首页' } },
    en: { platform: { face: 'Platform', home: 'Home' } },
  },
};
