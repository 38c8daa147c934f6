import { X509Certificate } from 'node:crypto';
import {
  type AcceptanceReport,
  decodeFileHeader,
  decodePurchaseRecord,
  fileNameOf,
  HEADER_LENGTH,
  type PurchaseFileHeader,
  RECORD_LENGTH,
} from '@citycard/clearing';
import type { HsmClient } from '@citycard/hsm-sim';
import { type AcceptanceCase, type Bench, CaseFailed, type KitEvent, runCases } from '../case.ts';
import { patienceOf, reportOf } from '../report.ts';
import { faultsOfRecord } from '../terminal/records.ts';
import { openTestHsm } from '../terminal/test-keys.ts';
import { type Delivered, type Door, ExchangeFolder, requireSigned } from './delivery.ts';
import { HttpDoor } from './http-door.ts';

export interface OperatorOrder {
  readonly participantNo: string;
  /** The candidate writes to `in` of this folder and finds answers in `out`; or posts to this address as to the installation. */
  readonly door:
    { readonly folder: string } | { readonly host: string; readonly port: number; readonly token?: string };
  /** The certificate the candidate signs with, PEM. */
  readonly certificatePem: string;
  readonly only?: string;
  readonly limitMs: number;
  readonly quietMs: number;
  readonly clockLimitMs: number;
  readonly stopping: AbortSignal;
  /** From here on the candidate is asked; over HTTP, at this port. */
  ready?(port?: number): void;
  tell(event: KitEvent): void;
}

interface OperatorBench extends Bench {
  readonly door: Door;
  readonly participantNo: string;
  readonly certificate: X509Certificate;
  readonly hsm: HsmClient;
  /** Files of this run by sequence: a sequence is used once. */
  readonly seen: Map<number, Buffer>;
}

const PAGE = 'terminal-interface.md §3, "Purchase file"';

/** Every mandatory case of an operator's depot that delivers purchase files. */
export const operatorCases: readonly AcceptanceCase<OperatorBench>[] = [
  {
    id: 'file',
    title: 'Delivers a right file: name, header, records, totals, signature',
    document: PAGE,
    async run(bench) {
      bench.ask('Let the depot deliver a file of at least one purchase made with a test card and the test SAM.');
      const { delivered, header } = await wholeFile(bench);
      if (header.count === 0) throw new CaseFailed('The file has no record.');
      await bench.door.answer(delivered.name, { outcome: 'taken' });
    },
  },
  {
    id: 'next-sequence',
    title: 'Gives every file a sequence of its own, higher than the last',
    document: PAGE,
    async run(bench) {
      bench.ask('Let the depot deliver two more files.');
      let last: number | undefined;
      for (let files = 0; files < 2; files += 1) {
        const { delivered, header } = await wholeFile(bench);
        if (last !== undefined && header.sequence <= last)
          throw new CaseFailed(`Sequence ${header.sequence} came after ${last}.`);
        last = header.sequence;
        await bench.door.answer(delivered.name, { outcome: 'taken' });
      }
    },
  },
  {
    id: 'answer-lost',
    title: 'Delivers a file without an answer again, unchanged',
    document: PAGE,
    async run(bench) {
      bench.ask('Let the depot deliver a file. It will not be answered; let the depot deliver it again.');
      const first = await wholeFile(bench);
      bench.door.lose(first.delivered.name);
      const again = await deliver(bench, 'The same file again');
      if (again.name !== first.delivered.name)
        throw new CaseFailed(`${first.delivered.name} was to come again, ${again.name} came.`);
      if (!again.content.equals(first.delivered.content))
        throw new CaseFailed(`${again.name} came again with other content.`);
      requireSigned(again, bench.certificate, bench.participantNo);
      await bench.door.answer(again.name, { outcome: 'taken' });
    },
  },
  refusedCase('refused', 'Delivers what was refused under a new sequence', 'acceptance test: send a new file'),
  refusedCase(
    'refused-total',
    'Delivers anew what was refused because the total was wrong',
    'the header says another total than the records',
  ),
  refusedCase(
    'refused-truncated',
    'Delivers anew what was refused because it was cut short',
    'the file ends in the middle of a record',
  ),
  refusedCase(
    'refused-signature',
    'Delivers anew what was refused because somebody else had signed it',
    'the signature is not by the certificate of this participant',
  ),
  refusedCase(
    'refused-name',
    'Delivers anew what was refused because name and header differed',
    'the file name says another sequence than the header',
  ),
];

/**
 * A right file is refused as if it had arrived spoiled: all of its purchases come again in a new file, and the refused one
 * does not. The sequence of the refused file is left out; that is no fault.
 */
function refusedCase(id: string, title: string, reason: string): AcceptanceCase<OperatorBench> {
  return {
    id,
    title,
    document: PAGE,
    async run(bench) {
      bench.ask(
        `Let the depot deliver a file. It will be refused (${reason}); let the depot deliver the purchases in a new file.`,
      );
      const first = await wholeFile(bench);
      await bench.door.answer(first.delivered.name, { outcome: 'refused', reason });
      const second = await wholeFile(bench);
      if (second.header.sequence <= first.header.sequence)
        throw new CaseFailed(`After sequence ${first.header.sequence} was refused, ${second.header.sequence} came.`);
      const sent = new Set(recordsOf(second.delivered.content).map((raw) => raw.toString('hex')));
      const missing = recordsOf(first.delivered.content).findIndex((raw) => !sent.has(raw.toString('hex')));
      if (missing >= 0)
        throw new CaseFailed(
          `Record ${missing + 1} of the file that was refused is not in the new one, ${second.delivered.name}.`,
        );
      await bench.door.answer(second.delivered.name, { outcome: 'taken' });
      await new Promise((resolve) => setTimeout(resolve, bench.quietMs));
      const [more] = await bench.door.lying('.ccpf');
      if (more !== undefined) throw new CaseFailed(`${more} came after the purchases had been taken.`);
    },
  };
}

/** Plays our side for a candidate depot. @returns the report, not yet signed */
export async function runOperatorKit(order: OperatorOrder): Promise<AcceptanceReport> {
  const startedAt = new Date();
  const certificate = new X509Certificate(order.certificatePem);
  const { hsm, close } = await openTestHsm();
  let http: HttpDoor | undefined;
  try {
    const where = order.door;
    let door: Door;
    if ('folder' in where) door = await ExchangeFolder.open(where.folder);
    else door = http = await HttpDoor.open(where);
    order.ready?.(http?.port);
    const { participantNo, limitMs, quietMs } = order;
    const shared = { door, certificate, hsm, participantNo, limitMs, quietMs, seen: new Map<number, Buffer>() };
    const cases = await runCases(operatorCases, (_one, ask) => ({ ...shared, ask }), {
      ...order,
      kit: 'operator',
      functions: [],
    });
    return reportOf({
      ...{ kit: 'operator', candidate: participantNo, cases, startedAt, finishedAt: new Date() },
      conditions: { delivery: http === undefined ? 'folder' : 'HTTP', ...patienceOf(order) },
    });
  } finally {
    await http?.close();
    await close();
  }
}

const deliver = ({ door, limitMs }: OperatorBench, what: string) => door.next('.ccpf', what, limitMs);

/** The next file, held to everything the page says of one. @throws CaseFailed with the first thing that is wrong */
async function wholeFile(bench: OperatorBench): Promise<{ delivered: Delivered; header: PurchaseFileHeader }> {
  const delivered = await deliver(bench, 'A purchase file (.ccpf) with its signature (.p7s)');
  const { name, content } = delivered;
  requireSigned(delivered, bench.certificate, bench.participantNo);
  const read = decodeFileHeader(content, 'CCPF');
  if (!read.ok) throw new CaseFailed(`${name}: ${read.problem}.`);
  const { header } = read;
  if (header.sender !== bench.participantNo)
    throw new CaseFailed(`${name}: the header names ${header.sender}, not ${bench.participantNo}.`);
  if (fileNameOf(header) !== name) throw new CaseFailed(`${name}: by its header the file is ${fileNameOf(header)}.`);
  const records = recordsOf(content);
  if (content.length !== HEADER_LENGTH + header.count * RECORD_LENGTH)
    throw new CaseFailed(`${name}: the header counts ${header.count} records, the file has ${records.length}.`);
  const total = records.reduce((sum, raw) => sum + decodePurchaseRecord(raw).amountFen, 0n);
  if (total !== header.totalFen)
    throw new CaseFailed(`${name}: the header says ${header.totalFen} fen, the records are ${total} fen.`);
  const known = bench.seen.get(header.sequence);
  if (known !== undefined && !known.equals(content))
    throw new CaseFailed(`${name}: sequence ${header.sequence} was used with other content.`);
  bench.seen.set(header.sequence, content);
  for (const [at, raw] of records.entries()) {
    const { samNo } = decodePurchaseRecord(raw);
    const [fault] = await faultsOfRecord(bench.hsm, raw, { samNo, now: new Date() });
    if (fault !== undefined) throw new CaseFailed(`${name}, record ${at + 1}: ${fault}.`);
  }
  return { delivered, header };
}

function recordsOf(content: Buffer): Buffer[] {
  return Array.from({ length: Math.floor((content.length - HEADER_LENGTH) / RECORD_LENGTH) }, (_, at) =>
    content.subarray(HEADER_LENGTH + at * RECORD_LENGTH, HEADER_LENGTH + (at + 1) * RECORD_LENGTH),
  );
}
