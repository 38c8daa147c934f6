import { type Database, fen, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { type AccountCode, openAccount } from '../ledger/accounts.ts';

export type ParticipantKind = 'operator' | 'agent' | 'biller' | 'city' | 'bank' | 'company';
export type ParticipantStatus = 'test' | 'production' | 'suspended' | 'leaving' | 'exited';

/** Where a participant is paid: account, the bank's 12-digit CNAPS line number, and the name the account is under. */
export interface SettlementAccount {
  readonly accountNo: string;
  readonly bankLineNo: string;
  readonly accountName: string;
}

export interface Participant {
  /** Merchant number of field 42 without padding: 4 to 15 letters, digits, points or hyphens. */
  readonly participantNo: string;
  readonly name: string;
  readonly kind: ParticipantKind;
  /** Byte 55 of the purchase record: 1 bus, 2 taxi, 3 water, … */
  readonly industry?: number;
  /** Inter-city code; given for cities and for nobody else. */
  readonly cityCode?: string;
  readonly settlementAccount?: SettlementAccount;
  readonly status: ParticipantStatus;
}

/** The accounts a participant of each kind is admitted with. A load agent spends its prefund and no more. */
function accountsOf(participant: Participant): { code: AccountCode; floor?: 'zero' }[] {
  const no = participant.participantNo;
  // Terminals of agents and billers take purchases too (message 12).
  const purchases = [{ code: `operator-pending:${no}` }, { code: `operator-payable:${no}` }];
  switch (participant.kind) {
    case 'operator':
      return purchases;
    case 'agent':
      return [{ code: `agent-prefund:${no}`, floor: 'zero' }, ...purchases];
    case 'biller':
      return [{ code: `biller-payable:${no}` }, ...purchases];
    case 'city':
      return [
        { code: `city-receivable:${participant.cityCode ?? no}` },
        { code: `city-payable:${participant.cityCode ?? no}` },
      ];
    case 'bank':
    case 'company':
      return [];
  }
}

/**
 * Admits a participant and opens its accounts. Admitting it again with the same particulars does nothing.
 *
 * @throws CityCardError `clearing.participant-exists` when it stands with other particulars, `.city-code-taken`
 */
export async function createParticipant(
  tx: Transaction,
  participant: Omit<Participant, 'status'> & { status?: ParticipantStatus },
): Promise<void> {
  const wanted: Participant = { ...participant, status: participant.status ?? 'production' };
  const account = wanted.settlementAccount === undefined ? null : JSON.stringify(wanted.settlementAccount);
  const values = [wanted.participantNo, wanted.name, wanted.kind, wanted.industry ?? null, wanted.cityCode ?? null];
  const created = await tx.query(
    `insert into clearing.participant (participant_no, name, kind, industry, city_code, settlement_account, status)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [...values, account, wanted.status],
  );
  if (created.rowCount === 0) {
    const { rows } = await tx.query(
      `select from clearing.participant where participant_no = $1 and name = $2 and kind = $3
          and industry is not distinct from $4 and city_code is not distinct from $5`,
      values,
    );
    const { participantNo, cityCode } = wanted;
    if (rows.length === 0 && cityCode !== undefined && (await findParticipant(tx, participantNo)) === undefined)
      throw clearingErrors.cityCodeTaken({ cityCode });
    if (rows.length === 0) throw clearingErrors.participantExists({ participantNo });
  }
  for (const { code, floor } of accountsOf(wanted)) {
    await openAccount(tx, code, { owner: wanted.participantNo, ...(floor && { floor: fen(0) }) });
  }
}

const SELECT = `select participant_no as "participantNo", name, kind, industry, city_code as "cityCode",
  settlement_account as "settlementAccount", status from clearing.participant`;

interface ParticipantRow {
  participantNo: string;
  name: string;
  kind: ParticipantKind;
  industry: number | null;
  cityCode: string | null;
  settlementAccount: SettlementAccount | null;
  status: ParticipantStatus;
}

const fromRow = ({ industry, cityCode, settlementAccount, ...rest }: ParticipantRow): Participant => ({
  ...rest,
  ...(industry !== null && { industry }),
  ...(cityCode !== null && { cityCode }),
  ...(settlementAccount !== null && { settlementAccount }),
});

/** The participant of that number, if there is one. */
export async function findParticipant(
  db: Database | Transaction,
  participantNo: string,
): Promise<Participant | undefined> {
  const { rows } = await db.query<ParticipantRow>(`${SELECT} where participant_no = $1`, [participantNo]);
  return rows[0] && fromRow(rows[0]);
}

/** All participants, by number. */
export async function listParticipants(db: Database | Transaction): Promise<Participant[]> {
  const { rows } = await db.query<ParticipantRow>(`${SELECT} order by participant_no`);
  return rows.map(fromRow);
}
