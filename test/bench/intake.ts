import { type ChildProcess, fork } from 'node:child_process';
import { once as event } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateRequest, type Signer } from '@citycard/city-sim';
import { cityDate, compactDate, type Database } from '@citycard/common';
import { startTestCity, type TestCity } from '../installation.ts';
import { type Bench, type BenchResult, once, result } from './bench.ts';
import { makeCopyTable } from './copy-table.ts';
import { processTree } from './cpu-time.ts';
import type { DepotAnswer, DepotOrder } from './intake-depot.ts';

const PARTICIPANT = '904458041110001';
const LARGEST = 5;

/**
 * A depot's file over HTTP until it is taken: every byte on disk, the signature checked. Beside it one single-stream COPY of the
 * same records, read by the server itself from a file, into a table with the columns of a purchase record and the unique indexes
 * of purchases. And the memory of the process that takes files in, for a file and for one five times as long.
 */
export const intakeBench: Bench = {
  name: 'intake',
  help: 'take a purchase file in over HTTP, against COPY, and a file five times as long in the same memory; --records 1000000',
  run: async (context) => {
    const records = context.count('records', 1_000_000);
    const city = await startTestCity({ jobs: false });
    const directory = await mkdtemp(join(city.varDirectory, 'depot-'));
    const depot = fork(fileURLToPath(new URL('./intake-depot.ts', import.meta.url)), { execArgv: process.execArgv });
    try {
      const company = await admit(city);
      const date = compactDate(cityDate(new Date()));
      const write = async (sequence: number, count: number) => {
        context.progress(`writing a file of ${count} records`);
        const order = { do: 'write', directory, participant: PARTICIPANT, date, sequence, records: count } as const;
        const { path } = await ask(depot, { ...order, signer: company.signer });
        return path ?? '';
      };
      const { baseUrl, db } = city.installation;
      const tree = processTree(process.pid, () => [depot.pid ?? 0]);
      const take = async (path: string, count: number) => {
        await ask(depot, { do: 'send', path, baseUrl, token: company.token });
        return count;
      };
      const warm = await write(1, Math.ceil(records / 10));
      await take(warm, 1);
      await copy(db, warm, 1);
      const path = await write(2, records);
      forgetPeak();
      const taken = await once(tree, () => take(path, records));
      const peak = peakMiB();
      context.progress(`taken in ${taken.wall.toFixed(1)} s; now COPY`);
      const copied = await once(tree, () => copy(db, path, records));
      await rm(`${path}.copy`);
      const long = await write(3, records * LARGEST);
      forgetPeak();
      const takenLong = await once(tree, () => take(long, records * LARGEST));
      const memory = (name: string, value: number, wall: number): BenchResult => ({ name, value, unit: 'MiB', wall });
      return [
        result('intake', 'records/CPU-s', taken, { name: 'COPY', measured: copied }),
        result('intake-long', 'records/CPU-s', takenLong),
        memory('intake-memory', peak, round(taken.wall)),
        memory('intake-memory-long', peakMiB(), round(takenLong.wall)),
      ];
    } finally {
      depot.kill();
      await rm(directory, { recursive: true, force: true });
      await city.stop();
    }
  },
};

async function ask(depot: ChildProcess, order: DepotOrder): Promise<DepotAnswer> {
  depot.send(order);
  const [answer] = (await event(depot, 'message')) as [DepotAnswer];
  if (answer.error !== undefined) throw new Error(`the depot: ${answer.error}`);
  return answer;
}

/** The table is made anew for every file, so that both sides begin with what they had after the first. */
async function copy(db: Database, path: string, count: number): Promise<number> {
  await makeCopyTable(
    db,
    'primary key (card_no, issuer_city, offline_counter)',
    'unique (card_no, issuer_city, sam_no, sam_transaction_no)',
  );
  await db.query(`copy public.bench_purchase from '${path}.copy'`);
  return count;
}

/** The highest memory of this process from now on (Linux; elsewhere it is that of its whole life). */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Without /proc there is nothing to forget.
  }
}

function peakMiB(): number {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return Math.round(Number(kib) / 1024);
  } catch {
    return Math.round(process.resourceUsage().maxRSS / 1024);
  }
}

async function admit(city: TestCity): Promise<{ token: string; signer: Signer }> {
  const participant = { participantNo: PARTICIPANT, name: 'Test bus', kind: 'operator', industry: 1 };
  await city.http('platform', 'POST', '/v1/participants', participant);
  const roles = ['operator-partner'];
  const credential = await city.http('platform', 'POST', `/v1/partners/${PARTICIPANT}/credentials`, { roles });
  const { privateKeyPem, requestPem } = createCertificateRequest(PARTICIPANT);
  const asked = { csrPem: requestPem, cn: PARTICIPANT, kind: 'operator' };
  const issued = await city.http('platform', 'POST', '/v1/certificates', asked);
  if (credential.status !== 201 || issued.status !== 201) throw new Error(JSON.stringify([credential, issued]));
  return {
    token: String(credential.body['token']),
    signer: { certificatePem: String(issued.body['certificatePem']), privateKeyPem },
  };
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;
