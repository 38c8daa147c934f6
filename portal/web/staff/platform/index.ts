import type { Face } from '../face.ts';
import { en } from './messages-en.ts';
import { zh } from './messages-zh.ts';

/** Pages of those who run the installation; auditors read them. */
export const platformFace: Face = {
  name: 'platform',
  roles: ['platform', 'auditor'],
  routes: [
    { path: '/platform', redirect: '/platform/night' },
    { path: '/platform/night', component: () => import('./night/Night.vue') },
    { path: '/platform/services', component: () => import('./services/Services.vue') },
    { path: '/platform/queues', component: () => import('./services/Queues.vue') },
    { path: '/platform/traffic', component: () => import('./traffic/Traffic.vue') },
    { path: '/platform/terminals', component: () => import('./terminals/Terminals.vue') },
    { path: '/platform/terminals/:terminalNo', component: () => import('./terminals/Terminal.vue') },
    { path: '/platform/rollouts', component: () => import('./terminals/Rollouts.vue') },
    { path: '/platform/files', component: () => import('./files/Files.vue') },
    { path: '/platform/jobs', component: () => import('./files/Work.vue') },
    { path: '/platform/hsm', component: () => import('./hsm/Hsm.vue') },
    { path: '/platform/shifts', component: () => import('./shifts/Shifts.vue') },
    { path: '/platform/audit', component: () => import('./audit/Acts.vue') },
    { path: '/platform/users', component: () => import('./users/Users.vue') },
    { path: '/platform/users/:id', component: () => import('./users/User.vue') },
    { path: '/platform/participants', component: () => import('./estate/Participants.vue') },
    { path: '/platform/sams', component: () => import('./estate/Sams.vue') },
    { path: '/platform/certificates', component: () => import('./estate/Certificates.vue') },
    { path: '/platform/departments', component: () => import('./estate/Departments.vue') },
  ],
  menu: [
    { to: '/platform/night', title: 'platform.menu.night' },
    { to: '/platform/services', title: 'platform.menu.services' },
    { to: '/platform/queues', title: 'platform.menu.queues' },
    { to: '/platform/jobs', title: 'platform.menu.jobs' },
    { to: '/platform/files', title: 'platform.menu.files' },
    { to: '/platform/traffic', title: 'platform.menu.traffic' },
    { to: '/platform/terminals', title: 'platform.menu.terminals' },
    { to: '/platform/rollouts', title: 'platform.menu.rollouts' },
    { to: '/platform/hsm', title: 'platform.menu.hsm' },
    { to: '/platform/sams', title: 'platform.menu.sams' },
    { to: '/platform/certificates', title: 'platform.menu.certificates' },
    { to: '/platform/participants', title: 'platform.menu.participants' },
    { to: '/platform/departments', title: 'platform.menu.departments' },
    { to: '/platform/users', title: 'platform.menu.users' },
    { to: '/platform/shifts', title: 'platform.menu.shifts' },
    { to: '/platform/audit', title: 'platform.menu.audit' },
  ],
  messages: { zh: { platform: zh }, en: { platform: en } },
};
