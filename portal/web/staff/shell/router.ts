import { createRouter, createWebHistory } from 'vue-router';
import { type Me, session } from '../../parts/session.ts';
import type { Face } from '../face.ts';
import { faces } from '../faces.ts';

/** Faces of the signed-in person, in order. */
export const ownFaces = (): Face[] => faces.filter((face) => face.menu.length > 0 && session.has(...face.roles));

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: () => import('./Start.vue') },
    ...faces.flatMap((face) => face.routes),
    { path: '/:rest(.*)*', component: () => import('./Nowhere.vue') },
  ],
});

async function whoAmI(): Promise<void> {
  if (session.state.me !== undefined) return;
  // Not through `api`: nobody is asked to sign in again before there is a page to come back to.
  const response = await fetch('/api/v1/me', { headers: { 'x-citycard-portal': '1' } });
  if (response.ok) session.signedIn((await response.json()) as Me);
}

// Everything but the page of signing in is for people who are signed in.
router.beforeEach(async (to) => {
  if (to.path === '/sign-in') return true;
  await whoAmI().catch(() => undefined);
  if (session.state.me === undefined) return { path: '/sign-in', query: { to: to.fullPath } };
  if (to.path === '/') {
    const first = ownFaces()[0]?.menu.find((entry) => entry.roles === undefined || session.has(...entry.roles));
    return first === undefined ? true : first.to;
  }
  return true;
});
