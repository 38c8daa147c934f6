import {
  answers,
  type Database,
  endAllSessions,
  endSession,
  type HttpReply,
  type HttpRequest,
  type HttpServer,
  openSessions,
  type Principal,
  sessionTimes,
  type SignIn,
  signInErrors,
  transact,
  Type,
} from '@citycard/common';

export interface SignInRouteDeps {
  readonly db: Database;
  readonly signIn: SignIn;
}

const Code = Type.String({ pattern: '^[0-9]{6}$', description: 'code of the authenticator app' });
const Password = Type.String({ minLength: 1, maxLength: 200 });
const Time = Type.String();

const Who = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  roles: Type.Array(Type.String()),
  participantNo: Type.Optional(Type.String()),
});

const SignedIn = Type.Object({
  token: Type.Optional(Type.String({ description: 'kept by the portal; the browser never sees it' })),
  principal: Who,
  mustChangePassword: Type.Boolean(),
  mustEnrol: Type.Boolean(),
  endedOthers: Type.Integer(),
});

const Me = Type.Object({
  ...Who.properties,
  session: Type.Optional(
    Type.Object({
      sessionNo: Type.Integer(),
      steppedUpUntil: Type.Optional(Time),
      incomplete: Type.Boolean(),
      idleMinutes: Type.Integer(),
      longestMinutes: Type.Integer(),
    }),
  ),
});

const Session = Type.Object({
  sessionNo: Type.Integer(),
  begunAt: Time,
  seenAt: Time,
  address: Type.String(),
  agent: Type.String(),
  current: Type.Boolean(),
});

/** Signing in and what a person does with the own sign-in (docs/portal.md, "Signing in"). */
export function registerSignInRoutes(server: HttpServer, deps: SignInRouteDeps): void {
  registerEntry(server, deps);
  registerOwnSessions(server, deps);
  registerOwnSecrets(server, deps);
}

function registerEntry(server: HttpServer, { db, signIn }: SignInRouteDeps): void {
  server.post(
    '/v1/sign-in',
    {
      config: { public: true },
      schema: {
        summary: 'Begin a session with name, password and one-time code',
        security: [],
        body: Type.Object(
          { name: Type.String({ minLength: 1, maxLength: 100 }), password: Password, code: Type.Optional(Code) },
          { additionalProperties: false },
        ),
        ...answers(SignedIn),
      },
    },
    async (request, reply) => sayWhenPaused(reply, signIn.signIn(request.body, originOf(request))),
  );

  server.post(
    '/v1/sign-in/step-up',
    {
      schema: {
        summary: 'Give a fresh code: it covers dangerous acts for some minutes',
        body: Type.Object({ code: Code }, { additionalProperties: false }),
        ...answers(Type.Object({ until: Time })),
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      return sayWhenPaused(reply, signIn.stepUp(request.principal, session, request.body.code, originOf(request)));
    },
  );

  server.delete(
    '/v1/sign-in',
    { config: { whileEnrolling: true }, schema: { summary: 'Sign out', ...answers(Type.Null(), 204) } },
    async (request, reply) => {
      const { sessionNo } = sessionOf(request);
      await transact(db, (tx) => endSession(tx, request.principal, sessionNo));
      return reply.status(204).send();
    },
  );

  server.get(
    '/v1/me',
    {
      config: { whileEnrolling: true },
      schema: { summary: 'Who asks, with which roles, in which session', ...answers(Me) },
    },
    async (request) => {
      const who = shown(request.principal);
      return request.session === undefined
        ? who
        : { ...who, session: { ...request.session, ...(await sessionTimes(db)) } };
    },
  );
}

function registerOwnSessions(server: HttpServer, { db }: SignInRouteDeps): void {
  server.get(
    '/v1/me/sessions',
    {
      schema: {
        summary: 'Own open sessions',
        ...answers(Type.Object({ sessions: Type.Array(Session) })),
      },
    },
    async (request) => ({
      sessions: (await openSessions(db, request.principal.id)).map((session) => ({
        ...session,
        current: session.sessionNo === request.session?.sessionNo,
      })),
    }),
  );

  server.delete(
    '/v1/me/sessions/:sessionNo',
    {
      schema: {
        summary: 'End one of the own sessions',
        params: Type.Object({ sessionNo: Type.String({ pattern: '^[1-9][0-9]{0,17}$' }) }),
        ...answers(Type.Null(), 204),
      },
    },
    async (request, reply) => {
      await transact(db, (tx) => endSession(tx, request.principal, BigInt(request.params.sessionNo)));
      return reply.status(204).send();
    },
  );

  server.delete(
    '/v1/me/sessions',
    {
      schema: {
        summary: 'Sign out everywhere, here too',
        ...answers(Type.Object({ ended: Type.Integer() })),
      },
    },
    async ({ principal }) => ({
      ended: await transact(db, (tx) => endAllSessions(tx, principal, principal.id, 'signed-out')),
    }),
  );
}

function registerOwnSecrets(server: HttpServer, { signIn }: SignInRouteDeps): void {
  server.put(
    '/v1/me/password',
    {
      config: { whileEnrolling: true },
      schema: {
        summary: 'Choose another password; other sessions end',
        body: Type.Object({ current: Password, next: Password }, { additionalProperties: false }),
        ...answers(Type.Null(), 204),
      },
    },
    async (request, reply) => {
      const origin = originOf(request);
      await sayWhenPaused(reply, signIn.changePassword(request.principal, sessionOf(request), request.body, origin));
      return reply.status(204).send();
    },
  );

  server.post(
    '/v1/me/second-factor',
    {
      config: { whileEnrolling: true },
      schema: {
        summary: 'A new secret for the authenticator app; in force when a code of it was confirmed',
        ...answers(Type.Object({ secret: Type.String(), uri: Type.String() }), 201),
      },
    },
    async (request, reply) => {
      const session = sessionOf(request);
      // Who has a second factor and wants another shows the one in force.
      if (!session.incomplete) requireFresh(session.steppedUpUntil);
      return reply.status(201).send(await signIn.newSecondFactor(request.principal));
    },
  );

  server.post(
    '/v1/me/second-factor/confirmation',
    {
      config: { whileEnrolling: true },
      schema: {
        summary: 'Put the new secret in force by a code of it; other sessions end',
        body: Type.Object({ code: Code }, { additionalProperties: false }),
        ...answers(Type.Null(), 204),
      },
    },
    async (request, reply) => {
      const { principal, body } = request;
      await sayWhenPaused(
        reply,
        signIn.confirmSecondFactor(principal, sessionOf(request), body.code, originOf(request)),
      );
      return reply.status(204).send();
    },
  );
}

function requireFresh(until: Date | undefined): void {
  if (until === undefined || until <= new Date()) throw signInErrors.stepUpNeeded();
}

/** From where: the portal says it of the browsers behind it. */
function originOf(request: HttpRequest): { address: string; agent: string } {
  return { address: request.ip, agent: request.headers['user-agent'] ?? '' };
}

function sessionOf(request: HttpRequest): NonNullable<HttpRequest['session']> {
  // Asked for first: who has no token at all is told so.
  const { principal, session } = request;
  if (session === undefined) throw signInErrors.onlyInSession({ name: principal.name });
  return session;
}

/** A pause is told also in the header that programs read. */
async function sayWhenPaused<T>(reply: HttpReply, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const params: unknown = error instanceof Error && 'detail' in error ? error.detail : undefined;
    if (typeof params === 'object' && params !== null && 'retryAfterSeconds' in params)
      reply.header('retry-after', String(params.retryAfterSeconds));
    throw error;
  }
}

function shown({ id, name, kind, roles, participantNo }: Principal) {
  return { id, name, kind, roles: [...roles], ...(participantNo !== undefined && { participantNo }) };
}
