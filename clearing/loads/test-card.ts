import { createCipheriv } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectHsm, startHsm } from '@citycard/hsm-sim';
import { cardFactor, type CardNo, cityFactor } from '../purses/card-number.ts';

/** Generated root keys that tests know, so that a card can be played against the HSM. */
export const TEST_ROOTS = {
  DLK: Buffer.from('0123456789abcdef1032547698badcfe', 'hex'),
  DTK: Buffer.from('fedcba98765432100f1e2d3c4b5a6978', 'hex'),
};

/** A real HSM in this process whose DLK and DTK were formed in a ceremony of three published components. */
export async function startTestHsm() {
  const directory = await mkdtemp(path.join(tmpdir(), 'citycard-hsm-'));
  const device = await startHsm({ directory, lmk: 'test' });
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  const people = ['anna', 'bo', 'chen'] as const;
  for (const name of people) await hsm.createCustodian({ name, pin: '123456' });
  await hsm.authorise('anna', '123456', 'bo', '123456', ['formKey'], 5);
  for (const [name, root] of Object.entries(TEST_ROOTS)) {
    const [first, second] = [Buffer.alloc(16, 0x31), Buffer.alloc(16, 0x52)];
    const third = Buffer.from(root.map((byte) => byte ^ 0x31 ^ 0x52));
    const shares = [
      [people[0], first],
      [people[1], second],
      [people[2], third],
    ] as const;
    for (const [custodian, component] of shares) {
      const kcv = tripleDes(component, Buffer.alloc(8)).subarray(0, 3).toString('hex').toUpperCase();
      const usage = name === 'DLK' ? ('load' as const) : ('tac' as const);
      await hsm.submitComponent({
        name,
        usage,
        algorithm: '3des' as const,
        exportable: false,
        custodian,
        pin: '123456',
        component,
        kcv,
      });
    }
    await hsm.formKey({ name });
  }
  const stop = async (): Promise<void> => {
    await hsm.close();
    await device.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { hsm, stop };
}

/** What a card computes for a load (domain.md A.4–A.6), by code of the test's own. */
export class TestCard {
  readonly cardNo: CardNo;
  readonly #dlk: Buffer;
  readonly #dtk: Buffer;

  constructor(cardNo: CardNo) {
    this.cardNo = cardNo;
    this.#dlk = cardKey(TEST_ROOTS.DLK, cardNo);
    this.#dtk = cardKey(TEST_ROOTS.DTK, cardNo);
  }

  mac1(item: { random: Buffer; counter: number; before: number; amount: number; sam: string }): Buffer {
    return cbcMac(this.#session(item), Buffer.concat([u32(item.before), u32(item.amount), hex('02'), hex(item.sam)]));
  }

  mac2(item: { random: Buffer; counter: number; amount: number; sam: string; date: string; time: string }): Buffer {
    const data = [u32(item.amount), hex('02'), hex(item.sam), hex(item.date), hex(item.time)];
    return cbcMac(this.#session(item), Buffer.concat(data));
  }

  loadTac(item: { after: number; counter: number; amount: number; sam: string; date: string; time: string }): Buffer {
    const key = Buffer.from(this.#dtk.subarray(0, 8).map((byte, index) => byte ^ (this.#dtk[index + 8] ?? 0)));
    const data = [
      u32(item.after),
      u16(item.counter),
      u32(item.amount),
      hex('02'),
      hex(item.sam),
      hex(item.date),
      hex(item.time),
    ];
    return cbcMac(key, Buffer.concat(data));
  }

  #session({ random, counter }: { random: Buffer; counter: number }): Buffer {
    return tripleDes(this.#dlk, Buffer.concat([random, u16(counter), hex('8000')]));
  }
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function tripleDes(key: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv('des-ede', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** Single DES is triple DES with three equal keys, which OpenSSL still offers without its legacy provider. */
const singleDes = (key: Buffer, block: Buffer): Buffer => tripleDes(Buffer.concat([key, key]), block);

function cbcMac(key: Buffer, data: Buffer): Buffer {
  const padded = Buffer.concat([data, hex('80'), Buffer.alloc((8 - ((data.length + 1) % 8)) % 8)]);
  let state = Buffer.alloc(8);
  for (let at = 0; at < padded.length; at += 8) {
    const block = Buffer.from(padded.subarray(at, at + 8).map((byte, index) => byte ^ (state[index] ?? 0)));
    state = Buffer.from(singleDes(key, block));
  }
  return state.subarray(0, 4);
}

function cardKey(root: Buffer, cardNo: CardNo): Buffer {
  const derive = (key: Buffer, factor: Buffer): Buffer =>
    Buffer.concat([tripleDes(key, factor), tripleDes(key, Buffer.from(factor.map((byte) => ~byte)))]);
  return derive(derive(root, cityFactor(cardNo.slice(3, 7))), cardFactor(cardNo));
}
