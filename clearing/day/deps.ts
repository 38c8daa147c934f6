import type { Database, Logger, WorkingCalendar } from '@citycard/common';
import type { TacHsm } from '../validation/check-tacs.ts';
import type { SettlementAccount } from '../participants/participant.ts';

/** What the clearing day needs from the process it runs in. */
export interface ClearingDayDeps {
  readonly db: Database;
  /** For the TACs of records that are still undecided at the cut-off. */
  readonly hsm: TacHsm;
  readonly logger: Logger;
  /** Working days of banks; payments are requested for the next one. */
  readonly calendar: WorkingCalendar;
  /** The custody account payments go out from; its ledger account `bank-custody:<accountNo>` is open. */
  readonly custody: SettlementAccount;
  /** Where the reports of closed days are written, in a folder per day; nowhere when left out. */
  readonly reportsDirectory?: string;
}
