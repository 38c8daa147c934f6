import { currentBusinessDate, postOrThrow, verifyDetachedCms } from '@citycard/clearing';
import { createHash } from 'node:crypto';
import { type BusinessDate, type Database, fen, type Fen, transact, type Transaction } from '@citycard/common';
import { endDifferences, type FoundDifference, openDifferences } from '../../differences/index.ts';
import type { DeliveredCityFile, TakenCityFile } from '../delivery.ts';
import { cityErrors } from '../errors.ts';
import { readStatement, type Statement, type StatementLine } from './statement-file.ts';

interface JudgedLine extends StatementLine {
  readonly state: 'equal' | 'amount' | 'only-theirs' | 'duplicate';
  /** Of our file; of the statement when we know none. */
  readonly businessDay: BusinessDate;
  readonly oursFen?: Fen;
  readonly ourShareFen: bigint;
}

/** What an answer comes to between the two cities: what the issuing one owes for it, less its share of the fees. */
const net = (acceptedFen: bigint, shareFen: bigint): Fen => fen(acceptedFen - shareFen);

/** How both sides name an answer. */
export const answerKey = ({
  issuerCity,
  acquirerCity,
  sequence,
}: Pick<StatementLine, 'issuerCity' | 'acquirerCity' | 'sequence'>) =>
  `CCIR ${issuerCity}-${acquirerCity}-${String(sequence).padStart(8, '0')}`;

/**
 * Takes in the statement of a centre that nets for several cities (domain page F.5): every answer it has counted is compared with
 * our file. What is equal is booked over: what the cities owe us and we them is from then on between us and the centre. What is
 * not is a difference, and stays between the cities until the centre corrects it in a later statement.
 *
 * @throws CityCardError of the cities catalogue; then nothing was changed
 */
export async function takeStatement(
  db: Database,
  file: DeliveredCityFile,
  centre: { readonly city: string; readonly serial: number },
  home: string,
): Promise<TakenCityFile> {
  const { name, content } = file;
  const asked = { content, signatureDer: file.signature, expectedCn: centre.city, at: file.receivedAt };
  const verdict = await verifyDetachedCms(db, asked);
  if (!verdict.ok) throw cityErrors.signatureBad({ name, reason: verdict.reason });
  const statement = readStatement(name, content, home);
  if (statement.sender !== centre.city || statement.receiver !== home)
    throw cityErrors.statementBad({ name, problem: `line 1 says from ${statement.sender} to ${statement.receiver}` });
  const sha256 = createHash('sha256').update(content).digest();
  return transact(db, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('statements of centre ' || $1, 0))`, [centre.city]);
    const amountFen = fen(statement.toUsFen + statement.fromUsFen);
    const result = { name, kind: 'statement', records: statement.lines.length, amountFen } as const;
    const { rows: known } = await tx.query<{ file_name: string; sha256: Buffer }>(
      `select file_name, sha256 from reconciliation.city_file where file_name = $1 or (direction, kind, city, sequence) = ('in', 'statement', $2, $3)`,
      [name, centre.city, centre.serial],
    );
    const other = known.find((row) => row.file_name !== name || !row.sha256.equals(sha256));
    if (other !== undefined) throw cityErrors.otherContent({ known: other.file_name });
    if (known.length > 0) return { status: 'repeat', ...result };
    await tx.query(
      `insert into reconciliation.city_file
         (file_name, direction, kind, city, sequence, business_date, record_count, amount_fen, sha256, content, signature)
       values ($1, 'in', 'statement', $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        name,
        centre.city,
        centre.serial,
        statement.date,
        statement.lines.length,
        amountFen,
        sha256,
        content,
        file.signature,
      ],
    );
    await settle(tx, name, centre.city, home, statement);
    return { status: 'accepted', ...result };
  });
}

async function settle(
  tx: Transaction,
  name: string,
  centre: string,
  home: string,
  statement: Statement,
): Promise<void> {
  const lines = await judge(tx, home, statement);
  const { toUsFen, fromUsFen, feeFen, ourShareFen } = statement;
  await tx.query(
    `insert into reconciliation.city_statement (statement_name, centre, statement_date, to_us_fen, from_us_fen, fee_fen, share_fen, net_fen)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [name, centre, statement.date, toUsFen, fromUsFen, feeFen, ourShareFen, toUsFen - fromUsFen + ourShareFen - feeFen],
  );
  const postingKey = await bookOver(tx, name, centre, home, lines, feeFen);
  await tx.query(
    `insert into reconciliation.city_statement_line
       (statement_name, line_no, issuer_city, acquirer_city, sequence, accepted_fen, ours_fen, state, share_fen, our_share_fen, posting_key)
     select $1, l.line_no, l.issuer, l.acquirer, l.sequence, l.accepted, l.ours, l.state, l.share, l.our_share, case when l.state = 'equal' then $2 end
       from unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[], $10::bigint[])
       with ordinality as l (issuer, acquirer, sequence, accepted, ours, state, share, our_share, line_no)`,
    [
      name,
      postingKey,
      lines.map(({ issuerCity }) => issuerCity),
      lines.map(({ acquirerCity }) => acquirerCity),
      lines.map(({ sequence }) => sequence),
      lines.map(({ acceptedFen }) => acceptedFen),
      lines.map(({ oursFen }) => oursFen ?? null),
      lines.map(({ state }) => state),
      lines.map(({ shareFen }) => shareFen),
      lines.map(({ ourShareFen }) => ourShareFen),
    ],
  );
  await putDownDifferences(tx, name, centre, lines);
}

/** Against our files: answers we gave (we issued the cards) and answers we got (they were used here). */
async function judge(tx: Transaction, home: string, statement: Statement): Promise<JudgedLine[]> {
  const { lines } = statement;
  const { rows } = await tx.query<{
    place: bigint;
    amount_fen: Fen | null;
    share_fen: bigint | null;
    business_date: BusinessDate | null;
    counted: boolean;
  }>(
    `select l.place, f.amount_fen, f.share_fen, f.business_date,
            exists (select from reconciliation.city_statement_line s where s.state = 'equal'
                       and (s.issuer_city, s.acquirer_city, s.sequence) = (l.issuer, l.acquirer, l.sequence)) as counted
       from unnest($2::text[], $3::text[], $4::bigint[]) with ordinality as l (issuer, acquirer, sequence, place)
       left join reconciliation.city_file f
         on f.kind = 'ccir' and f.sequence = l.sequence and f.direction = case when l.issuer = $1 then 'out' else 'in' end
        and f.city = case when l.issuer = $1 then l.acquirer else l.issuer end
      order by l.place`,
    [
      home,
      lines.map(({ issuerCity }) => issuerCity),
      lines.map(({ acquirerCity }) => acquirerCity),
      lines.map(({ sequence }) => sequence),
    ],
  );
  const seen = new Set<string>();
  return lines.map((line, place) => {
    const ours = rows[place];
    const twice = ours?.counted === true || seen.has(answerKey(line));
    seen.add(answerKey(line));
    const oursFen = ours?.amount_fen ?? undefined;
    const ourShareFen = ours?.share_fen ?? 0n;
    const alike = oursFen === line.acceptedFen && ourShareFen === line.shareFen;
    const state = (twice && 'duplicate') || (oursFen === undefined ? 'only-theirs' : alike ? 'equal' : 'amount');
    return {
      ...line,
      state,
      ourShareFen,
      businessDay: ours?.business_date ?? statement.date,
      ...(oursFen !== undefined && { oursFen }),
    };
  });
}

/** One posting: city by city what was between us becomes the centre's, on balance; and the centre's fee. */
async function bookOver(
  tx: Transaction,
  name: string,
  centre: string,
  home: string,
  lines: readonly JudgedLine[],
  feeFen: bigint,
): Promise<string | null> {
  // What each city owes us on balance, of what is equal.
  const owing = new Map<string, bigint>();
  for (const { state, issuerCity, acquirerCity, acceptedFen, shareFen } of lines) {
    if (state !== 'equal') continue;
    const [city, sign] = acquirerCity === home ? [issuerCity, 1n] : [acquirerCity, -1n];
    owing.set(city, (owing.get(city) ?? 0n) + sign * net(acceptedFen, shareFen));
  }
  const legs = [...owing].sort().flatMap(([city, amount]) => {
    if (amount === 0n) return [];
    return amount > 0n
      ? [{ debit: `city-receivable:${centre}`, credit: `city-receivable:${city}`, amount: fen(amount) }]
      : [{ debit: `city-payable:${city}`, credit: `city-payable:${centre}`, amount: fen(-amount) }];
  });
  if (feeFen > 0n) legs.push({ debit: 'fee-income:main', credit: `city-payable:${centre}`, amount: fen(feeFen) });
  if (legs.length === 0) return null;
  const key = `city-centre:${name}`;
  await postOrThrow(tx, await currentBusinessDate(tx), [{ key, reason: `settled through centre ${centre}`, legs }]);
  return key;
}

/** What an answer that is counted rightly ends; that it was counted twice as well is another matter. */
const MENDED = ['amount', 'only-theirs', 'only-ours'] as const;

async function putDownDifferences(
  tx: Transaction,
  name: string,
  centre: string,
  lines: readonly JudgedLine[],
): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string }>(
    `select participant_no from clearing.participant where kind = 'city' and city_code = $1`,
    [centre],
  );
  const counterpart = rows[0]?.participant_no ?? centre;
  const keyOf = (line: JudgedLine) => ({
    ...({ counterpartKind: 'city', counterpart, businessDay: line.businessDay, subjectKey: answerKey(line) } as const),
  });
  await openDifferences(
    tx,
    lines.flatMap((line): FoundDifference[] => {
      if (line.state === 'equal') return [];
      const ours = line.oursFen === undefined ? undefined : net(line.oursFen, line.ourShareFen);
      // Counted twice, it is theirs twice.
      const theirs = fen(net(line.acceptedFen, line.shareFen) + (line.state === 'duplicate' ? (ours ?? 0n) : 0n));
      const shares = { shareFen: line.shareFen.toString(), ourShareFen: line.ourShareFen.toString() };
      const evidence = { statement: name, ...(line.shareFen + line.ourShareFen > 0n && shares) };
      return [{ ...keyOf(line), kind: line.state, ...(ours !== undefined && { ours }), theirs, evidence }];
    }),
  );
  const mended = lines.filter(({ state }) => state === 'equal');
  await endDifferences(
    tx,
    mended.flatMap((line) => MENDED.map((kind) => ({ ...keyOf(line), kind }))),
    { by: 'match', reason: `counted rightly in ${name}` },
  );
}
