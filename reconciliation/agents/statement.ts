import { findParticipant } from '@citycard/clearing';
import { type BusinessDate, cityDate, contentSha256, type Fen, fen, type Transaction } from '@citycard/common';
import { agentErrors } from './errors.ts';

/** A load or the cancellation of one, as the agent has it: fields 41, 60.2 and 11 of the request, and the card. */
export interface AgentLine {
  readonly kind: 'load' | 'cancel';
  readonly terminalNo: string;
  readonly batchNo: string;
  readonly traceNo: string;
  readonly cardNo: string;
  readonly amountFen: Fen;
  readonly onlineCounter?: number;
}

interface Total {
  readonly count: number;
  readonly amountFen: Fen;
}

/** A day file: the agent's own totals, so that half a file is seen to be half, and its lines. */
export interface AgentStatement {
  readonly loads: Total;
  readonly cancellations: Total;
  readonly lines: readonly AgentLine[];
}

/**
 * Keeps the day file of an agent, line by line as it came. The same file again changes nothing.
 *
 * @throws CityCardError `reconciliation.agents.not-an-agent`, `.day-not-over`, `.totals-differ`, `.statement-known`
 */
export async function keepStatement(
  tx: Transaction,
  participantNo: string,
  date: BusinessDate,
  statement: AgentStatement,
): Promise<void> {
  const participant = await findParticipant(tx, participantNo);
  if (participant?.kind !== 'agent') throw agentErrors.notAnAgent({ participantNo });
  if (date >= cityDate(new Date())) throw agentErrors.dayNotOver({ date });
  const { loads, cancellations, lines } = statement;
  requireTotal('loads', loads, totalOf(lines, 'load'));
  requireTotal('cancellations', cancellations, totalOf(lines, 'cancel'));
  const sha256 = contentSha256(statement);
  const kept = await tx.query(
    `insert into reconciliation.agent_statement (participant_no, city_date, sha256, line_count, load_count, load_fen, cancel_count, cancel_fen)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (participant_no, city_date) do nothing`,
    [
      participantNo,
      date,
      sha256,
      lines.length,
      loads.count,
      loads.amountFen,
      cancellations.count,
      cancellations.amountFen,
    ],
  );
  if (kept.rowCount === 0) {
    const { rowCount } = await tx.query(
      'select from reconciliation.agent_statement where participant_no = $1 and city_date = $2 and sha256 = $3',
      [participantNo, date, sha256],
    );
    if (rowCount === 0) throw agentErrors.statementKnown({ participantNo, date });
    return;
  }
  await tx.query(
    `insert into reconciliation.agent_line (participant_no, city_date, line_no, kind, terminal_no, batch_no, trace_no, card_no, amount_fen, online_counter)
     select $1, $2, l.line_no, l.kind, l.terminal_no, l.batch_no, l.trace_no, l.card_no, l.amount_fen, l.online_counter
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::integer[])
            with ordinality as l(kind, terminal_no, batch_no, trace_no, card_no, amount_fen, online_counter, line_no)`,
    [
      participantNo,
      date,
      lines.map(({ kind }) => kind),
      lines.map(({ terminalNo }) => terminalNo),
      lines.map(({ batchNo }) => batchNo),
      lines.map(({ traceNo }) => traceNo),
      lines.map(({ cardNo }) => cardNo),
      lines.map(({ amountFen }) => amountFen),
      lines.map(({ onlineCounter }) => onlineCounter ?? null),
    ],
  );
}

function totalOf(lines: readonly AgentLine[], kind: AgentLine['kind']): Total {
  const own = lines.filter((line) => line.kind === kind);
  return { count: own.length, amountFen: fen(own.reduce((sum, { amountFen }) => sum + amountFen, 0n)) };
}

function requireTotal(what: string, said: Total, held: Total): void {
  if (said.count === held.count && said.amountFen === held.amountFen) return;
  const words = ({ count, amountFen }: Total) => `${count} ${what} of ${amountFen} fen`;
  throw agentErrors.totalsDiffer({ said: words(said), held: words(held) });
}
