import { answers, type Database, formatYuan, type HttpServer, rolesAllowed, Type } from '@citycard/common';
import { cardNo } from '../purses/card-number.ts';
import { archiveYear, listArchives } from './archive.ts';
import { DAY, INSTANT, instantOf, momentOf } from './asked-moment.ts';
import { accountBalance } from './balances.ts';
import { accountStatement, STATEMENT_LINES } from './statement.ts';
import { trialBalance } from './trial-balance.ts';
import { registerVerificationRoutes } from './verification-routes.ts';
import { verifySince } from './verify-since.ts';
import { verifyLedger } from './verify.ts';
import * as said from './answers.ts';

export interface LedgerRouteDeps {
  readonly db: Database;
  /** Where files of archived years are written; without it nothing is archived. */
  readonly archiveDirectory?: string;
}

const Instant = Type.String({ pattern: `^${INSTANT}$` });
/** As accounts are named; PostgreSQL keeps no NUL in a text. */
const Account = Type.String({ pattern: '^[^\\u0000]{1,60}$' });
const YearParams = Type.Object({ year: Type.String({ pattern: '^20[0-9]{2}$' }) });

/** The ledger over HTTP: proofs, balances and statements of any time for those who supervise, archives of closed years. */
export function registerLedgerRoutes(server: HttpServer, deps: LedgerRouteDeps): void {
  const { db } = deps;
  const auditing = { onRequest: rolesAllowed('auditor', 'supervisor') };
  const reading = { onRequest: rolesAllowed('auditor', 'supervisor', 'finance-maker', 'finance-checker') };
  server.get(
    '/v1/ledger/verification',
    {
      ...auditing,
      schema: {
        summary: 'Recompute the chain and the balances and prove or disprove both',
        querystring: Type.Object({ since: Type.Optional(Type.String({ pattern: `^([0-9]{1,18}|${DAY})$` })) }),
        ...answers(said.Verification),
      },
    },
    async ({ query: { since } }) => (since === undefined ? verifyLedger(db) : verifySince(db, since)),
  );
  server.get(
    '/v1/ledger/trial-balance',
    {
      ...reading,
      schema: {
        summary: 'All accounts, now, at an instant or at the end of a business day; they sum to zero',
        querystring: Type.Object({ at: Type.Optional(Type.String({ pattern: `^(${DAY}|${INSTANT})$` })) }),
        ...answers(said.Balances),
      },
    },
    async ({ query: { at } }) => trialBalance(db, at === undefined ? undefined : momentOf(at)),
  );
  server.get(
    '/v1/ledger/statement',
    {
      ...reading,
      schema: {
        summary: 'What moved on an account between two instants, with the balance before and after',
        querystring: Type.Object({
          account: Account,
          card: Type.Optional(Type.String({ maxLength: 20 })),
          from: Instant,
          to: Instant,
          after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}\\.[0-9]{1,9}$' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: STATEMENT_LINES })),
        }),
        ...answers(said.OneStatement),
      },
    },
    async ({ query: { account, card, from, to, after, limit } }) =>
      accountStatement(db, {
        account,
        from: instantOf(from),
        to: instantOf(to),
        ...(card !== undefined && { card: cardNo(card) }),
        ...(after !== undefined && { after }),
        ...(limit !== undefined && { limit }),
      }),
  );
  server.get(
    '/v1/ledger/accounts/:code',
    {
      onRequest: rolesAllowed('auditor', 'supervisor', 'finance-maker', 'finance-checker', 'platform'),
      schema: {
        summary: 'The balance of an account',
        params: Type.Object({ code: Account }),
        ...answers(said.OneAccount),
      },
    },
    async ({ params }) => {
      const { posted, available, pendingDebits, pendingCredits } = await accountBalance(db, params.code);
      return {
        code: params.code,
        postedFen: posted,
        availableFen: available,
        pendingDebitsFen: pendingDebits,
        pendingCreditsFen: pendingCredits,
        availableYuan: formatYuan(available),
      };
    },
  );
  archiveRoutes(server, deps);
  registerVerificationRoutes(server, deps);
}

function archiveRoutes(server: HttpServer, { db, archiveDirectory }: LedgerRouteDeps): void {
  server.get(
    '/v1/ledger/archives',
    {
      onRequest: rolesAllowed('auditor', 'supervisor', 'platform'),
      schema: {
        summary: 'Years that were archived, with the digest of each file and the seal in the chain',
        ...answers(said.Archives),
      },
    },
    async () => ({ archives: await listArchives(db) }),
  );
  if (archiveDirectory === undefined) return;
  server.post(
    '/v1/ledger/archives/:year',
    {
      onRequest: rolesAllowed('platform'),
      schema: { summary: 'Archive a closed year: export, carry forward, detach, seal', params: YearParams },
    },
    async ({ params, principal }, reply) =>
      reply.status(201).send(await archiveYear(db, principal, Number(params.year), archiveDirectory)),
  );
}
