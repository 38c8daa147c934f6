import { findParticipant, revokePersonalCertificates } from '@citycard/clearing';
import {
  answers,
  approveFirstPassword,
  approveRoles,
  createUser,
  type Database,
  endAllSessions,
  type HttpServer,
  listUsers,
  openSessions,
  PARTICIPANT_ROLES,
  proposeFirstPassword,
  proposeRoles,
  recordAct,
  rolesAllowed,
  type Seal,
  type SignIn,
  STAFF_ROLES,
  suspendUser,
  transact,
  Type,
} from '@citycard/common';
import { citycardErrors } from '../errors.ts';

export interface UserRouteDeps {
  readonly db: Database;
  readonly signIn: SignIn;
  readonly seal: Seal;
}

const closed = { additionalProperties: false };
/** An id stands in certificates: letters, digits, dots and hyphens; what begins with `partner-` is a participant's own system. */
const Id = Type.String({ pattern: '^(?!partner-)[a-z][0-9a-z.-]{1,62}$' });
const UserParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
const ApprovalParams = Type.Object({
  ...UserParams.properties,
  approvalId: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }),
});
const Roles = Type.Object(
  {
    roles: Type.Array(Type.Union([...STAFF_ROLES, ...PARTICIPANT_ROLES].map((role) => Type.Literal(role))), {
      uniqueItems: true,
      maxItems: 10,
    }),
  },
  closed,
);
const Proposed = Type.Object({ approvalId: Type.Integer() });

const User = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  roles: Type.Array(Type.String()),
  participantNo: Type.Union([Type.String(), Type.Null()]),
  personNo: Type.Union([Type.String(), Type.Null()]),
  signIn: Type.String({ description: 'none, given, whole or suspended' }),
  enrolled: Type.Boolean(),
  openSessions: Type.Integer(),
  lastSeen: Type.Union([Type.String(), Type.Null()]),
});
const Session = Type.Object({
  sessionNo: Type.Integer(),
  begunAt: Type.String(),
  seenAt: Type.String(),
  address: Type.String(),
  agent: Type.String(),
});

const officers = { onRequest: rolesAllowed('platform') };
/** What gives power asks for a fresh code. */
const careful = { ...officers, config: { stepUp: true } };

/** Users and their roles (docs/portal.md, "Signing in"). */
export function registerUserRoutes(server: HttpServer, deps: UserRouteDeps): void {
  registerUsers(server, deps);
  registerRoles(server, deps);
  registerFirstPasswords(server, deps);
  registerUserSessions(server, deps);
}

function registerUsers(server: HttpServer, { db }: UserRouteDeps): void {
  server.get(
    '/v1/users',
    {
      onRequest: rolesAllowed('platform', 'auditor', 'supervisor'),
      schema: {
        summary: 'Everybody who signs in, with roles and state',
        ...answers(Type.Object({ users: Type.Array(User) })),
      },
    },
    async () => ({ users: await listUsers(db) }),
  );

  server.post(
    '/v1/users',
    {
      ...careful,
      schema: {
        summary: 'A user who can do nothing yet; with a participant number one who acts for it',
        body: Type.Object(
          {
            id: Id,
            name: Type.String({ minLength: 1, maxLength: 60 }),
            participantNo: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' })),
          },
          closed,
        ),
        ...answers(Type.Object({ id: Type.String() }), 201),
      },
    },
    async ({ body, principal }, reply) => {
      await transact(db, async (tx) => {
        const { participantNo } = body;
        if (participantNo !== undefined && (await findParticipant(tx, participantNo)) === undefined)
          throw citycardErrors.participantUnknown({ participantNo });
        await createUser(tx, principal, body);
      });
      return reply.status(201).send({ id: body.id });
    },
  );

  server.post(
    '/v1/users/:id/suspension',
    {
      ...officers,
      schema: {
        summary: 'Take every way in from somebody at once: sessions, password, token, certificates',
        params: UserParams,
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
        ...answers(Type.Object({ id: Type.String(), revoked: Type.Array(Type.String()) })),
      },
    },
    async ({ params: { id }, body: { reason }, principal }) => ({
      id,
      revoked: await transact(db, async (tx) => {
        const revoked = await revokePersonalCertificates(tx, id, 'the user was suspended');
        await suspendUser(tx, principal, id, reason);
        return revoked;
      }),
    }),
  );
}

function registerRoles(server: HttpServer, { db }: UserRouteDeps): void {
  server.post(
    '/v1/users/:id/roles',
    {
      ...careful,
      schema: {
        summary: 'Propose all the roles somebody is to have',
        params: UserParams,
        body: Roles,
        ...answers(Proposed, 201),
      },
    },
    async ({ params, body, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeRoles(tx, principal, params.id, body.roles))),
  );
  server.post(
    '/v1/users/:id/roles/approval/:approvalId',
    {
      ...officers,
      schema: {
        summary: 'Put the same roles in force, as another person',
        params: ApprovalParams,
        body: Roles,
        ...answers(Type.Object({ id: Type.String(), roles: Type.Array(Type.String()) })),
      },
    },
    async ({ params: { id, approvalId }, body: { roles }, principal }) => {
      await transact(db, (tx) => approveRoles(tx, principal, BigInt(approvalId), id, roles));
      return { id, roles };
    },
  );
}

function registerFirstPasswords(server: HttpServer, { db, seal, signIn }: UserRouteDeps): void {
  const Half = Type.String({ description: 'half of the password, shown this once; a hyphen joins the two' });
  server.post(
    '/v1/users/:id/first-password',
    {
      ...careful,
      schema: {
        summary: 'Propose a first password: for a new user, or when password or telephone are lost',
        params: UserParams,
        ...answers(Type.Object({ ...Proposed.properties, half: Half }), 201),
      },
    },
    async ({ params, principal }, reply) =>
      reply.status(201).send(await transact(db, (tx) => proposeFirstPassword(tx, seal, principal, params.id))),
  );
  server.post(
    '/v1/users/:id/first-password/approval/:approvalId',
    {
      ...officers,
      schema: {
        summary:
          'Put it in force as another person; password, second factor, certificates and sessions of before are gone',
        params: ApprovalParams,
        ...answers(Type.Object({ half: Half, until: Type.String() })),
      },
    },
    async ({ params: { id, approvalId }, principal }) =>
      transact(db, async (tx) => {
        await revokePersonalCertificates(tx, id, 'the sign-in was set anew');
        return approveFirstPassword(tx, { seal, signIn }, principal, BigInt(approvalId), id);
      }),
  );
}

function registerUserSessions(server: HttpServer, { db, signIn }: UserRouteDeps): void {
  server.get(
    '/v1/users/:id/sessions',
    {
      onRequest: rolesAllowed('platform', 'auditor'),
      schema: {
        summary: 'Open sessions of somebody',
        params: UserParams,
        ...answers(Type.Object({ sessions: Type.Array(Session) })),
      },
    },
    async ({ params }) => ({ sessions: await openSessions(db, params.id) }),
  );
  server.delete(
    '/v1/users/:id/sessions',
    {
      ...officers,
      schema: {
        summary: 'End every session of somebody',
        params: UserParams,
        ...answers(Type.Object({ ended: Type.Integer() })),
      },
    },
    async ({ params, principal }) => ({
      ended: await transact(db, (tx) => endAllSessions(tx, principal, params.id, 'ended-by-officer')),
    }),
  );
  server.delete(
    '/v1/users/:id/pause',
    {
      ...officers,
      schema: {
        summary: 'Let somebody try again at once after too many attempts',
        params: UserParams,
        ...answers(Type.Null(), 204),
      },
    },
    async ({ params: { id }, principal }, reply) => {
      await transact(db, async (tx) => {
        await signIn.liftPause(tx, id);
        await recordAct(tx, principal, { act: 'user.lift-pause', subject: `principal ${id}` });
      });
      return reply.status(204).send();
    },
  );
}
