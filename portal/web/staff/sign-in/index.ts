import type { Face } from '../face.ts';
import { signInMessages } from './messages.ts';

/** No face of its own in the menu: the way in, the way out, and one's own account. */
export const signInFace: Face = {
  name: 'signIn',
  roles: [],
  routes: [
    { path: '/sign-in', component: () => import('./SignIn.vue') },
    { path: '/sign-out', component: () => import('./SignOut.vue') },
    { path: '/account', component: () => import('./Account.vue') },
  ],
  menu: [],
  messages: signInMessages,
};
