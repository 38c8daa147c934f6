import {
  cardFactor,
  cityFactor,
  decodePurchaseRecord,
  FLAG,
  parseCardNo,
  type PurchaseRecord,
  tacInput,
} from '@citycard/clearing';
import type { HsmClient } from '@citycard/hsm-sim';
import { TEST_KEYS } from './test-keys.ts';

/** What a purchase record must say whatever was bought (terminal interface, section 3, "Purchase record"). */
export interface RecordRules {
  readonly samNo: string;
  readonly now: Date;
}

/** Clocks of terminals are not ours; a day is more than any of them is wrong. */
const CLOCK_TOLERANCE_MS = 86_400_000;
const NO_TAC = Buffer.alloc(4);

/** Everything that is wrong with a record, in sentences; the TAC is looked at as well when there is one. */
export async function faultsOfRecord(hsm: HsmClient, raw: Buffer, rules: RecordRules): Promise<string[]> {
  const record = decodePurchaseRecord(raw);
  const faults: string[] = [];
  const rule = (holds: boolean, sentence: string) => {
    if (!holds) faults.push(sentence);
  };
  const card = parseCardNo(record.cardNo);
  rule(record.version === 1, `byte 0 (record version) is ${record.version}, not 1`);
  rule(record.flag <= FLAG.cardLocked, `byte 1 (flags) has ${record.flag}, which has no meaning`);
  rule(!record.undefinedFlags, 'bits 4 to 6 of byte 1 (flags) are not zero');
  rule(
    card !== undefined,
    `bytes 4–13 (application serial) are ${record.applicationSerial}, not 0 and a card number with a right check digit`,
  );
  rule(record.samNo === rules.samNo, `bytes 30–35 (SAM number) are ${record.samNo}, not ${rules.samNo}`);
  rule([6, 9].includes(record.transactionType), `byte 16 (transaction type) is ${record.transactionType}, not 6 or 9`);
  const distance = Math.abs((record.tappedAt?.getTime() ?? 0) - rules.now.getTime());
  rule(distance <= CLOCK_TOLERANCE_MS, 'bytes 40–46 (date and time) are not of today');
  if (record.flag === FLAG.gray) rule(record.tac.equals(NO_TAC), 'a gray record has a TAC (bytes 47–50)');
  if (record.flag === FLAG.cardLocked) {
    rule(record.amountFen === 0n, 'a card locked by the terminal has an amount (bytes 26–29)');
    rule(record.tac.equals(NO_TAC), 'a card locked by the terminal has a TAC (bytes 47–50)');
  }
  if (faults.length > 0 || card === undefined) return faults;
  if (record.flag === FLAG.complete || record.flag === FLAG.recovered) {
    const [right] = await hsm.verifyTacs([
      {
        dtk: `name:${TEST_KEYS.tac}`,
        factors: [cityFactor(record.issuerCity), cardFactor(card)],
        algorithm: '3des',
        data: tacInput(raw),
        tac: record.tac,
      },
    ]);
    rule(right === true, `the TAC of the purchase with counter ${record.offlineCounter} is wrong (bytes 47–50)`);
  }
  return faults;
}

/** Same purchase, whatever its flags (terminal interface, "Sameness"). */
export function identityOfRecord(record: PurchaseRecord): string {
  return `${record.applicationSerial} ${record.offlineCounter} ${record.samTransactionNo} ${record.flag === FLAG.cardLocked}`;
}
