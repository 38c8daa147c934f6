import { answers, businessDate, type Database, type HttpServer, rolesAllowed, transact, Type } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { listAccountChanges } from './account-change.ts';
import {
  approveContract,
  type Contract,
  fileContact,
  fileDocument,
  participantFile,
  proposeContract,
} from './documents.ts';
import { listNotices } from './notices.ts';
import { findParticipant } from './participant.ts';
import { closed, DateText, Line, Params, WholeNumber } from './route-schemas.ts';
import * as said from './answers.ts';

const NewDocument = Type.Object(
  {
    kind: Type.Union(
      (['licence', 'contract', 'account-proof', 'authority', 'exit'] as const).map((kind) => Type.Literal(kind)),
    ),
    reference: Line,
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    validUntil: Type.Optional(DateText),
  },
  closed,
);
const NewContact = Type.Object(
  {
    office: Line,
    email: Type.String({ maxLength: 200, pattern: '^[^@\\s]+@[^@\\s]+$' }),
    phone: Type.Optional(Type.String({ pattern: '^[0-9+ -]{5,30}$' })),
  },
  closed,
);
const ContactParams = Type.Object({
  participantNo: Params.properties.participantNo,
  purpose: Type.Union((['settlement', 'operations', 'security'] as const).map((purpose) => Type.Literal(purpose))),
});
const contractFields = {
  contractNo: Type.String({ pattern: '^[0-9A-Za-z./-]{1,40}$' }),
  validFrom: DateText,
  validTo: Type.Optional(DateText),
  noticeDays: Type.Integer({ minimum: 0, maximum: 3650 }),
  documentNo: WholeNumber,
};
const NewContract = Type.Object(contractFields, closed);
const ApprovedContract = Type.Object({ ...contractFields, approvalId: WholeNumber }, closed);

interface ContractBody {
  readonly contractNo: string;
  readonly validFrom: string;
  readonly validTo?: string;
  readonly noticeDays: number;
  readonly documentNo: number;
}

const contractOf = (participantNo: string, body: ContractBody): Contract => ({
  participantNo,
  contractNo: body.contractNo,
  validFrom: businessDate(body.validFrom),
  ...(body.validTo !== undefined && { validTo: businessDate(body.validTo) }),
  noticeDays: body.noticeDays,
  documentNo: BigInt(body.documentNo),
});

/** A participant's file over HTTP: documents, contacts, contracts, and everything on one page. (docs/participants.md) */
export function registerParticipantFileRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  const reading = { onRequest: rolesAllowed('platform', 'finance-maker', 'finance-checker', 'supervisor', 'auditor') };
  const platform = { onRequest: rolesAllowed('platform') };

  server.get(
    '/v1/participants/:participantNo',
    {
      ...reading,
      schema: { summary: 'A participant with its whole file', params: Params, ...answers(said.OneParticipant) },
    },
    async ({ params: { participantNo } }) => {
      const participant = await findParticipant(db, participantNo);
      if (participant === undefined) throw clearingErrors.participantUnknown({ participantNo });
      const file = await participantFile(db, participantNo);
      return {
        ...participant,
        ...file,
        accountChanges: await listAccountChanges(db, participantNo),
        notices: await listNotices(db, participantNo),
      };
    },
  );
  server.post(
    '/v1/participants/:participantNo/documents',
    { ...platform, schema: { summary: 'File a paper by its hash', params: Params, body: NewDocument } },
    async ({ body: { validUntil, ...body }, params, principal }, reply) => {
      const until = validUntil === undefined ? {} : { validUntil: businessDate(validUntil) };
      const filed = await transact(db, (tx) => fileDocument(tx, principal, { ...params, ...body, ...until }));
      return reply.status(201).send(filed);
    },
  );
  server.put(
    '/v1/participants/:participantNo/contacts/:purpose',
    { ...platform, schema: { summary: 'File where an office is reached', params: ContactParams, body: NewContact } },
    async ({ body, params, principal }) => {
      await transact(db, (tx) => fileContact(tx, principal, { ...params, ...body }));
      return { ...params, ...body };
    },
  );
  server.post(
    '/v1/participants/:participantNo/contracts',
    { ...platform, schema: { summary: 'Propose a contract', params: Params, body: NewContract } },
    async ({ body, params, principal }, reply) => {
      const contract = contractOf(params.participantNo, body);
      return reply.status(201).send(await transact(db, (tx) => proposeContract(tx, principal, contract)));
    },
  );
  server.post(
    '/v1/participants/:participantNo/contracts/approval',
    {
      ...platform,
      schema: { summary: 'Approve a contract as the second person', params: Params, body: ApprovedContract },
    },
    async ({ body: { approvalId, ...body }, params, principal }) => {
      const contract = contractOf(params.participantNo, body);
      return transact(db, (tx) => approveContract(tx, principal, contract, BigInt(approvalId)));
    },
  );
}
