import {
  answers,
  type BusinessDate,
  type Database,
  fen,
  fenToNumber,
  type HttpServer,
  type Principal,
  rolesAllowed,
  Type,
} from '@citycard/common';
import { dayFileErrors } from './errors.ts';
import { DayFiles, TakenDayFile } from './answers.ts';
import { linesOf } from './lines.ts';
import { takeDayFile } from './take.ts';

const tags = ['day files'];
const STAFF = ['finance-maker', 'finance-checker', 'supervisor', 'auditor'] as const;
const PARTNERS = ['agent-partner', 'biller-partner'] as const;
const FileName = Type.Object({ name: Type.String({ maxLength: 60 }) }, { additionalProperties: false });
const Signed = Type.Object({ 'x-signature': Type.String({ pattern: '^[0-9A-Za-z+/=]{1,16384}$' }) });
const FileParams = Type.Object({
  participantNo: Type.String({ pattern: '^[0-9A-Za-z.-]{4,15}$' }),
  name: Type.String({ maxLength: 60 }),
});
/** About a million lines. */
const LARGEST_FILE = 128 * 1024 * 1024;
const LISTED = 400;

/** Signed day files of agents and billers (docs/reconciliation.md, "Day files"). Their bytes arrive as they were signed. */
export function registerDayFileRoutes(server: HttpServer, { db }: { readonly db: Database }): void {
  server.post(
    '/v1/day-files',
    {
      onRequest: rolesAllowed(...PARTNERS),
      bodyLimit: LARGEST_FILE,
      schema: {
        tags,
        summary: 'Deliver a signed day file; it is compared line by line',
        querystring: FileName,
        headers: Signed,
        ...answers(TakenDayFile),
      },
    },
    async (request, reply) => {
      const { name } = request.query;
      const participantNo = request.principal.participantNo ?? '';
      const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const signature = Buffer.from(String(request.headers['x-signature']), 'base64');
      const taken = await takeDayFile({ db }, { participantNo, name, content, signature, channel: 'http' });
      return reply.status(taken.repeated ? 200 : 201).send({ ...taken, amountFen: fenToNumber(taken.amountFen) });
    },
  );
  server.get(
    '/v1/day-files',
    {
      onRequest: rolesAllowed(...STAFF, ...PARTNERS),
      schema: { tags, summary: 'Day files, the newest first; partners see their own', ...answers(DayFiles) },
    },
    async ({ principal }) => ({ files: await dayFiles(db, principal.participantNo) }),
  );
  server.get(
    '/v1/day-files/:participantNo/:name/lines',
    {
      onRequest: rolesAllowed(...STAFF, ...PARTNERS),
      schema: {
        tags,
        summary: 'Lines of a day file with what became of each, and what is done about it, as CSV',
        params: FileParams,
      },
    },
    async ({ params, principal }, reply) => {
      refuseOthers(principal, params.participantNo);
      return reply.type('text/csv; charset=utf-8').send(await linesOf(db, params.participantNo, params.name));
    },
  );
}

function refuseOthers({ participantNo: own, roles }: Principal, participantNo: string): void {
  if (!STAFF.some((role) => roles.includes(role)) && own !== participantNo)
    throw dayFileErrors.notYours({ partner: participantNo });
}

async function dayFiles(db: Database, participantNo: string | undefined): Promise<object[]> {
  const { rows } = await db.query<{
    participant_no: string;
    file_name: string;
    told_date: BusinessDate;
    channel: string;
    received_at: Date;
    normal_count: bigint;
    normal_fen: bigint;
    cancel_count: bigint;
    cancel_fen: bigint;
    refund_count: bigint;
    refund_fen: bigint;
  }>(
    `select * from reconciliation.day_file where $1::text is null or participant_no = $1 order by received_at desc, file_name limit ${LISTED}`,
    [participantNo ?? null],
  );
  const total = (count: bigint, amount: bigint) => ({ count: Number(count), amountFen: fenToNumber(fen(amount)) });
  return rows.map((row) => ({
    participantNo: row.participant_no,
    name: row.file_name,
    date: row.told_date,
    channel: row.channel,
    receivedAt: row.received_at.toISOString(),
    normal: total(row.normal_count, row.normal_fen),
    cancel: total(row.cancel_count, row.cancel_fen),
    refund: total(row.refund_count, row.refund_fen),
  }));
}
