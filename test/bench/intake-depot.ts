import { createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { once } from 'node:events';
import { signDetached, type Signer } from '@citycard/city-sim';

/** What the benchmark asks of the depot, a process of its own: the work of making and sending a file is not the product's. */
export type DepotOrder =
  | {
      readonly do: 'write';
      readonly directory: string;
      readonly participant: string;
      readonly date: string;
      readonly sequence: number;
      readonly records: number;
      readonly signer: Signer;
    }
  | { readonly do: 'send'; readonly path: string; readonly baseUrl: string; readonly token: string };

export interface DepotAnswer {
  readonly path?: string;
  readonly error?: string;
}

const RECORD = 64;
const PART = 8 * 1024 * 1024;
const CARDS = 400_000;
const SAMS = 5_000;
const AMOUNT = 200;

/** A record that differs from every other in both keys of a purchase; what is no key is the same in all. */
function writeRecord(into: Buffer, at: number, n: number, sequence: number, date: string): void {
  into.fill(0, at, at + RECORD);
  into.writeUInt8(1, at);
  into.write('4580', at + 2, 'hex');
  const serial = `03104580${String(sequence % 100).padStart(2, '0')}${String(n % CARDS).padStart(10, '0')}`;
  into.write(serial, at + 4, 'hex');
  into.writeUInt8(6, at + 16);
  into.writeUInt8(1, at + 17);
  into.writeUInt16BE(Math.floor(n / CARDS), at + 20);
  into.writeUInt32BE(50_000, at + 22);
  into.writeUInt32BE(AMOUNT, at + 26);
  into.write(String(990000000000 + (n % SAMS)), at + 30, 'hex');
  into.writeUInt32BE(n, at + 36);
  into.write(`${date}083000`, at + 40, 'hex');
  into.writeUInt32BE((n * 2_654_435_761) >>> 0, at + 47);
  into.writeUInt8(1, at + 55);
}

/** The file with its signature, and beside it the same records as lines for COPY. */
async function write(order: DepotOrder & { do: 'write' }): Promise<string> {
  const name = `${order.participant}-${order.date}-${String(order.sequence).padStart(8, '0')}.ccpf`;
  const path = join(order.directory, name);
  const bytes = Buffer.alloc(RECORD * (order.records + 1));
  bytes.write('CCPF');
  bytes.writeUInt8(1, 4);
  bytes.writeUInt8(RECORD, 5);
  bytes.write(order.participant.padEnd(15), 8, 'latin1');
  bytes.write(order.date, 24, 'hex');
  bytes.writeUInt32BE(order.sequence, 28);
  bytes.writeUInt32BE(order.records, 32);
  bytes.writeBigUInt64BE(BigInt(order.records * AMOUNT), 36);
  bytes.write(`${order.date}090000`, 44, 'hex');
  const lines = createWriteStream(`${path}.copy`);
  for (let n = 0; n < order.records; n += 1) {
    const at = RECORD * (n + 1);
    writeRecord(bytes, at, n, order.sequence, order.date);
    const text = bytes.toString('hex', at, at + RECORD);
    const line =
      `${text.slice(9, 28)}\t${order.date}\t${order.sequence}\t${n}\t\\\\x${text}\t4580\t${Math.floor(n / CARDS)}\t50000\t${AMOUNT}\t` +
      `${text.slice(60, 72)}\t${n}\t${order.date} 08:30:00+08\t0\t1\t0\t${order.participant}\n`;
    if (!lines.write(line)) await once(lines, 'drain');
  }
  lines.end();
  await once(lines, 'finish');
  const file = await open(path, 'w');
  await file.writeFile(bytes);
  await file.close();
  const signature = await open(`${path}.p7s`, 'w');
  await signature.writeFile(signDetached(bytes, order.signer));
  await signature.close();
  return path;
}

/** As any client would: announce, then part after part from the byte the answer names. */
async function send({ path, baseUrl, token }: DepotOrder & { do: 'send' }): Promise<void> {
  const authorization = `Bearer ${token}`;
  const file = await open(path);
  const { size } = await file.stat();
  const signature = (await readFile(`${path}.p7s`)).toString('base64');
  const opened = await fetch(new URL('/v1/purchase-uploads', baseUrl), {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ fileName: basename(path), bytes: size, signature }),
  });
  let standing = (await opened.json()) as { uploadId: number; offset: number; state: string };
  if (!opened.ok) throw new Error(JSON.stringify(standing));
  const part = Buffer.alloc(PART);
  while (standing.state === 'receiving') {
    const { bytesRead } = await file.read(part, 0, PART, standing.offset);
    const answer = await fetch(new URL(`/v1/purchase-uploads/${standing.uploadId}/content`, baseUrl), {
      method: 'PUT',
      headers: {
        authorization,
        'content-type': 'application/octet-stream',
        'upload-offset': String(standing.offset),
      },
      body: new Uint8Array(part.subarray(0, bytesRead)),
    });
    standing = (await answer.json()) as typeof standing;
    if (!answer.ok) throw new Error(JSON.stringify(standing));
  }
  await file.close();
  if (standing.state !== 'taken') throw new Error(`the file is ${standing.state}`);
}

process.on('message', (order: DepotOrder) => {
  const work = order.do === 'write' ? write(order).then((path) => ({ path })) : send(order).then(() => ({}));
  void work.catch((error: unknown) => ({ error: String(error) })).then((answer: DepotAnswer) => process.send?.(answer));
});
