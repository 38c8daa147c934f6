import {
  answers,
  type Database,
  type HttpServer,
  type Principal,
  rolesAllowed,
  transact,
  type Transaction,
  Type,
} from '@citycard/common';
import {
  approveAccountChange,
  listAccountChanges,
  noticeOfChangeSent,
  proposeAccountChange,
  withdrawAccountChange,
} from './account-change.ts';
import { participantErrors } from './errors.ts';
import { listNotices, markSent } from './notices.ts';
import { closed, Params, Reason, WholeNumber } from './route-schemas.ts';
import * as said from './answers.ts';

const Account = Type.Object(
  {
    accountNo: Type.String({ pattern: '^[0-9A-Za-z]{1,32}$' }),
    bankLineNo: Type.String({ pattern: '^[0-9]{12}$' }),
    accountName: Type.String({ minLength: 1, maxLength: 70, pattern: '^\\P{Cc}+$' }),
  },
  closed,
);
const Channel = Type.Object(
  { channel: Type.Union((['letter', 'email', 'phone', 'api'] as const).map((channel) => Type.Literal(channel))) },
  closed,
);
const Number = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
const ChangeParams = Type.Object({ participantNo: Params.properties.participantNo, changeNo: Number });
const NoticeParams = Type.Object({ participantNo: Params.properties.participantNo, noticeNo: Number });

/** The participant itself, as far as its own file goes. */
const OWN = ['operator-partner', 'agent-partner', 'biller-partner', 'city-partner'] as const;

function requireOwn(principal: Principal, participantNo: string): void {
  if (principal.kind === 'partner' && principal.participantNo !== participantNo) {
    throw participantErrors.notYours({ participantNo });
  }
}

async function requireChangeOf(db: Database | Transaction, participantNo: string, changeNo: bigint): Promise<void> {
  const changes = await listAccountChanges(db, participantNo);
  if (!changes.some((change) => change.changeNo === changeNo)) throw participantErrors.changeUnknown({ changeNo });
}

/**
 * Where a participant is paid, and its notices, over HTTP: finance proposes, another of finance approves, the notice goes out,
 * the participant may object, and after the waiting period payments go to the new account.
 */
export function registerAccountRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const base = '/v1/participants/:participantNo/account-changes';
  const making = { onRequest: rolesAllowed('finance-maker') };
  const checking = { onRequest: rolesAllowed('finance-checker') };

  server.get(
    '/v1/account-changes',
    {
      onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker', 'supervisor', 'auditor'),
      schema: { summary: 'Changes of settlement accounts that are under way', ...answers(said.AccountChanges) },
    },
    async () => ({ changes: await listAccountChanges(db) }),
  );
  server.post(
    base,
    {
      ...making,
      schema: {
        summary: 'Propose another settlement account',
        ...answers(said.ProposedChange, 201),
        params: Params,
        body: Type.Object({ account: Account, documentNo: WholeNumber }, closed),
      },
    },
    async ({ body: { account, documentNo }, params, principal }, reply) => {
      const wanted = { ...params, account, documentNo: BigInt(documentNo) };
      return reply.status(201).send(await transact(db, (tx) => proposeAccountChange(tx, principal, wanted)));
    },
  );
  server.post(
    `${base}/:changeNo/approval`,
    { ...checking, schema: { summary: 'Approve the change as the second person', params: ChangeParams } },
    async ({ params, principal }) => {
      const changeNo = BigInt(params.changeNo);
      await requireChangeOf(db, params.participantNo, changeNo);
      return transact(db, (tx) => approveAccountChange(tx, principal, changeNo));
    },
  );
  server.post(
    `${base}/:changeNo/notice`,
    {
      onRequest: rolesAllowed('finance-maker', 'finance-checker'),
      schema: { summary: 'The notice went out: the waiting period begins', params: ChangeParams, body: Channel },
    },
    async ({ body, params, principal }) => {
      const changeNo = BigInt(params.changeNo);
      await requireChangeOf(db, params.participantNo, changeNo);
      return transact(db, (tx) => noticeOfChangeSent(tx, principal, changeNo, body.channel));
    },
  );
  server.post(
    `${base}/:changeNo/withdrawal`,
    {
      onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker', ...OWN),
      schema: { summary: 'Withdraw a change, or object to it', params: ChangeParams, body: Reason },
    },
    async ({ body, params, principal }) => {
      requireOwn(principal, params.participantNo);
      const changeNo = BigInt(params.changeNo);
      await requireChangeOf(db, params.participantNo, changeNo);
      return transact(db, (tx) => withdrawAccountChange(tx, principal, changeNo, body.reason));
    },
  );
  server.get(
    '/v1/participants/:participantNo/notices',
    {
      onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker', 'supervisor', 'auditor', ...OWN),
      schema: {
        summary: 'What a participant has to be told, or was',
        params: Params,
        ...answers(said.NoticesToParticipant),
      },
    },
    async ({ params, principal }) => {
      requireOwn(principal, params.participantNo);
      return { notices: await listNotices(db, params.participantNo) };
    },
  );
  server.post(
    '/v1/participants/:participantNo/notices/:noticeNo/sent',
    {
      onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker'),
      schema: { summary: 'Record that a notice was sent', params: NoticeParams, body: Channel },
    },
    async ({ body, params, principal }) => {
      const notice = {
        participantNo: params.participantNo,
        noticeNo: BigInt(params.noticeNo),
        ...body,
        at: new Date(),
      };
      return transact(db, (tx) => markSent(tx, principal, notice));
    },
  );
}
