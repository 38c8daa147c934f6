import { momentOf } from '../bytes/moment.ts';
import { writePurchaseFile } from '../purchase/purchase-file.ts';
import { signDetached, type Signer } from '../purchase/signature.ts';
import type { TapReader } from '../purchase/tap.ts';
import { DayFailed } from './errors.ts';
import type { Office } from './office.ts';

/** Records of one file of the depot. */
const RECORDS_PER_FILE = 1000;

/** The depot of a bus company whose readers have no line: what they collected goes up as signed files. */
export class Depot {
  readonly participantNo: string;
  readonly readers: readonly TapReader[];
  readonly #records: Buffer[] = [];
  #sequence = 0;

  constructor(participantNo: string, readers: readonly TapReader[]) {
    this.participantNo = participantNo;
    this.readers = readers;
  }

  keep(record: Buffer): void {
    this.#records.push(record);
  }

  /**
   * Delivers everything in `.ccpf` files, and the last of them a second time: the answer must be the same. Throws DayFailed
   * when the product read something else than was written.
   */
  async deliver(office: Office, signer: Signer, businessDate: string, now: Date): Promise<number> {
    let files = 0;
    let last: (() => Promise<unknown>) | undefined;
    while (this.#records.length > 0) {
      this.#sequence += 1;
      const records = this.#records.splice(0, RECORDS_PER_FILE);
      const { name, bytes } = writePurchaseFile({
        participant: this.participantNo,
        businessDate: businessDate.replaceAll('-', ''),
        records,
        sequence: this.#sequence,
        created: momentOf(now),
      });
      const headers = { 'x-signature': signDetached(bytes, signer, now).toString('base64') };
      const file = { content: bytes, type: 'application/octet-stream' };
      last = () => office.post('busTwo', `/v1/purchase-files?name=${name}`, { bytes: file, headers });
      const taken = (await last()) as { records: number };
      if (taken.records !== records.length) {
        throw new DayFailed(`File ${name} has ${records.length} records; ${taken.records} were read.`);
      }
      files += 1;
    }
    await last?.();
    return files;
  }
}
