import { type Database, type Fen, fenToNumber } from '@citycard/common';
import { type CityAgreement, readAgreement } from './agreements/agreement.ts';
import { positionOf } from './position/room.ts';

/** How things stand with a city: what was agreed, what it owes, what waits for it and for us. Amounts in fen. */
export interface CityStanding {
  readonly city: string;
  readonly participantNo: string;
  readonly agreement: Omit<CityAgreement, 'positionCapFen'> & { readonly positionCapFen?: number };
  /** What it owes us on balance, as far as it is booked; below zero we owe. */
  readonly positionFen: number;
  /** Accepted by it beyond the cap. */
  readonly waitingForRoom: number;
  readonly toDeliver: number;
  readonly refusedByIt: number;
  /** Our files it has not answered. */
  readonly unanswered: number;
  readonly openDisputes: number;
  readonly refusedFiles: number;
  readonly certificateEnds?: Date;
}

/** How things stand with every city, by code. */
export async function listStandings(db: Database): Promise<CityStanding[]> {
  const { rows } = await db.query<{ city: string; participant_no: string }>(
    `select city_code as city, participant_no from clearing.participant where kind = 'city' order by 1`,
  );
  const standings: CityStanding[] = [];
  for (const { city, participant_no: participantNo } of rows) standings.push(await standingOf(db, city, participantNo));
  return standings;
}

interface Counts {
  waiting: bigint;
  to_deliver: bigint;
  refused_by_it: bigint;
  unanswered: bigint;
  disputes: bigint;
  refused: bigint;
  ends: Date | null;
}

async function standingOf(db: Database, city: string, participantNo: string): Promise<CityStanding> {
  const { positionCapFen, ...agreement } = await readAgreement(db, city);
  const { rows } = await db.query<Counts>(
    `select (select count(*) from reconciliation.city_sent_record where city = $1 and waits_for_room) as waiting,
            (select count(*) from reconciliation.city_file f left join reconciliation.city_delivery d using (file_name)
              where f.direction = 'out' and f.city = $1 and d.delivered_at is null and d.refused_at is null and $2) as to_deliver,
            (select count(*) from reconciliation.city_delivery where city = $1 and refused_at is not null) as refused_by_it,
            (select count(distinct sequence) from reconciliation.city_sent_record where city = $1 and outcome is null) as unanswered,
            (select count(*) from reconciliation.city_dispute where city = $1 and state in ('open', 'presented')) as disputes,
            (select count(*) from reconciliation.city_refused_file where city = $1) as refused,
            (select not_after from reconciliation.city_certificate where city = $1) as ends`,
    [city, agreement.deliverTo !== undefined],
  );
  const counts = rows[0];
  const ends = counts?.ends ?? undefined;
  const count = (value: bigint | undefined) => Number(value ?? 0n);
  return {
    city,
    participantNo,
    agreement: { ...agreement, ...(positionCapFen !== undefined && { positionCapFen: fenToNumber(positionCapFen) }) },
    positionFen: Number(await positionOf(db, city)),
    waitingForRoom: count(counts?.waiting),
    toDeliver: count(counts?.to_deliver),
    refusedByIt: count(counts?.refused_by_it),
    unanswered: count(counts?.unanswered),
    openDisputes: count(counts?.disputes),
    refusedFiles: count(counts?.refused),
    ...(ends !== undefined && { certificateEnds: ends }),
  };
}

/** A file of a city that was refused. */
export interface RefusedFile {
  readonly name: string;
  readonly code: string;
  readonly sentence: string;
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** The files of a city that were refused, the newest first. */
export async function listRefusedFiles(db: Database, city: string): Promise<RefusedFile[]> {
  const { rows } = await db.query<RefusedFile>(
    `select file_name as name, code, sentence, times, first_at as "firstAt", last_at as "lastAt"
       from reconciliation.city_refused_file where city = $1 order by last_at desc limit 500`,
    [city],
  );
  return rows;
}

/** One answer a centre has counted, against ours. */
export interface StatementStanding {
  readonly statement: string;
  readonly issuerCity: string;
  readonly acquirerCity: string;
  readonly sequence: bigint;
  readonly acceptedFen: Fen;
  readonly oursFen: Fen | null;
  /** The issuing city's share of the fees, as the centre counts it and as our books have it. */
  readonly shareFen: Fen;
  readonly ourShareFen: Fen;
  readonly state: string;
  readonly postingKey: string | null;
}

/** The matrix of a centre as its statements say it: every answer counted, with what our books say. */
export async function listStatementLines(db: Database, centre: string): Promise<StatementStanding[]> {
  const { rows } = await db.query<StatementStanding>(
    `select l.statement_name as statement, l.issuer_city as "issuerCity", l.acquirer_city as "acquirerCity", l.sequence,
            l.accepted_fen as "acceptedFen", l.ours_fen as "oursFen", l.share_fen as "shareFen", l.our_share_fen as "ourShareFen", l.state, l.posting_key as "postingKey"
       from reconciliation.city_statement_line l join reconciliation.city_statement s using (statement_name)
      where s.centre = $1 order by s.statement_date, 1, l.line_no limit 10000`,
    [centre],
  );
  return rows;
}
