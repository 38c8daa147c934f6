import { createPrincipal, type Role, transact } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { filledIn, writtenRoutes } from '../documentation/route-page.ts';
import type { TestCity } from '../installation.ts';

const everyRole = [
  'clerk',
  'bureau',
  'stock-keeper',
  'registrar',
  'department-partner',
  'operator-partner',
  'agent-partner',
  'city-partner',
  'bank-partner',
  'biller-partner',
  'finance-maker',
  'finance-checker',
  'supervisor',
  'auditor',
  'platform',
  'custodian',
  'resident-desk',
  'system',
] as const satisfies readonly Role[];

/** Who may do what (requirement R15): the page of interfaces says it, route by route. */
export function roleTests(city: () => TestCity): void {
  /** Routes with the roles they are for; those for everybody, or for whoever has a token, name none. */
  const guarded = async () =>
    (await writtenRoutes()).flatMap(({ route, roles }) => {
      const may = roles.split(', ').filter((role) => (everyRole as readonly string[]).includes(role));
      return may.length === 0 ? [] : [{ route, may }];
    });

  describe('roles', () => {
    it('are refused what is not theirs, before anything else of the request is looked at', async () => {
      const routes = await guarded();
      expect(routes.length).toBeGreaterThan(150);
      for (const role of everyRole) {
        const person = { id: `test-${role}`, name: `${role} (test)`, kind: 'person', roles: [role] } as const;
        const { token } = await transact(city().installation.db, (tx) => createPrincipal(tx, person));
        for (const { route, may } of routes) {
          if (may.includes(role)) continue;
          const { method, path } = filledIn(route);
          const { status, body } = await city().http(token, method, path);
          expect([role, route, status, body['code']]).toEqual([role, route, 403, 'identity.role-missing']);
        }
      }
    });

    it('begin with a token: no route answers without one, or with a wrong one', async () => {
      for (const { route } of await guarded()) {
        const { method, path } = filledIn(route);
        const url = new URL(path, city().installation.baseUrl);
        expect([route, (await fetch(url, { method })).status]).toEqual([route, 401]);
        expect([route, (await city().http('no-token-of-ours', method, path)).status]).toEqual([route, 401]);
      }
    });
  });
}
