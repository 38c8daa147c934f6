import { connect } from 'node:net';
import { type Answer, encodeRecord, type PurchaseRecord, type Terminal, type VirtualCard } from '@citycard/city-sim';
import { Message, packFrame } from '@citycard/terminal-gateway';
import { describe, expect, it } from 'vitest';
import { sandboxCard, sandboxReader, sandboxTerminal, type TestCity } from '../installation.ts';

const codeOf = (answer: Answer) => (answer.kind === 'unanswered' ? answer.reason : answer.code);

interface Bus {
  readonly terminal: Terminal;
  readonly card: VirtualCard;
  readonly cardNo: string;
  tap(amountFen: number): PurchaseRecord;
}

/** A signed-on bus terminal, its reader, and a card with 50 yuan. */
async function boardedBus(city: TestCity): Promise<Bus> {
  const sandbox = await city.sandbox();
  const terminal = sandboxTerminal(sandbox);
  await terminal.signOn();
  const [cardNo = ''] = sandbox.cards;
  const card = sandboxCard(cardNo);
  expect((await terminal.load(card, { amountFen: 5000 })).kind).toBe('credited');
  const reader = sandboxReader(sandbox);
  return {
    terminal,
    card,
    cardNo,
    tap: (amountFen) => {
      const { kind, records } = reader.tap(card, { amountFen });
      expect(kind).toBe('paid');
      return records[0]!;
    },
  };
}

/** The ledger balance of the purse once validation has been by; bounded, and the last figure is what it is. */
async function settledBalance(terminal: Terminal, cardNo: string, expected: number): Promise<unknown> {
  let seen: unknown;
  for (let look = 0; look < 50; look += 1) {
    seen = (await terminal.enquireBalance(cardNo)).ledgerFen;
    if (seen === expected) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return seen;
}

/** Offline purchases over the wire (terminal interface, section 3, messages 11 and 14). */
export function purchases(city: () => TestCity): void {
  describe('purchases', () => {
    it('takes what happened and the purse goes down by it, once', async () => {
      const bus = await boardedBus(city());
      const records = [bus.tap(200), bus.tap(0), bus.tap(300)].map(encodeRecord);
      const [sent] = await bus.terminal.upload(records);
      expect(sent && codeOf(sent.answer)).toBe('00');
      expect(await settledBalance(bus.terminal, bus.cardNo, 4500)).toBe(4500);
      expect(codeOf(await bus.terminal.uploadAgain(records))).toBe('00');
      expect((await bus.terminal.settleBatch()).result).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await settledBalance(bus.terminal, bus.cardNo, 4500)).toBe(4500);
      await bus.terminal.disconnect();
    });

    it('stores nothing of a message whose totals do not hold', async () => {
      const bus = await boardedBus(city());
      const record = encodeRecord(bus.tap(200));
      const send = (count: number, amount: number, field62: Buffer) => {
        const field48 = Buffer.alloc(10);
        field48.writeUInt16BE(count);
        field48.writeBigUInt64BE(BigInt(amount), 2);
        return bus.terminal.exchange(
          bus.terminal.line.compose('0320', '36', '201', { 3: '000000', 48: field48, 62: field62 }),
        );
      };
      expect(codeOf(await send(1, 201, record))).toBe('13');
      expect(codeOf(await send(2, 200, record))).toBe('30');
      expect(codeOf(await send(1, 200, record.subarray(0, 63)))).toBe('30');
      expect(codeOf(await send(0, 0, Buffer.alloc(0)))).toBe('30');
      // Loads 5000 fen in one, purchases none: nothing of the four messages was stored.
      const { hostTotals } = await bus.terminal.settleBatch();
      expect(hostTotals?.toString('hex')).toBe('0000000000001388' + '00000001' + '0000000000000000' + '00000000');
      await bus.terminal.disconnect();
    });

    it('raises an alarm for an upload that cannot be read when its MAC is right, and for nobody else', async () => {
      const bus = await boardedBus(city());
      const { db } = city().installation;
      const alarms = async () => {
        const { rows } = await db.query<{ count: bigint }>(
          `select count(*) from clearing.alarm where kind = 'purchase-upload-refused' and subject = $1`,
          [`terminal ${bus.terminal.settings.terminalNo}`],
        );
        return Number(rows[0]?.count);
      };
      const before = await alarms();
      const half = encodeRecord(bus.tap(200)).subarray(0, 63);
      const field48 = Buffer.from('0001' + '00000000000000c8', 'hex');
      const upload = () => bus.terminal.line.compose('0320', '36', '201', { 3: '000000', 48: field48, 62: half });

      // Anybody can say a number: what cannot be read at all, and what has a wrong MAC.
      const { host, port } = city().installation.gateway;
      const stranger = connect({ host, port });
      const answers: string[] = [];
      stranger.on('data', (bytes: Buffer) => answers.push(Message.read(bytes.subarray(2)).text(39) ?? ''));
      const envelope = { tpdu: Buffer.from('6000030001', 'hex'), header: Buffer.from('622200000000', 'hex') };
      const { terminalNo, merchantNo } = bus.terminal.settings;
      const said = { 11: '000077', 41: terminalNo, 42: merchantNo.padEnd(15), 60: '36000001201' };
      const { frame } = packFrame({ ...envelope, mti: '0320' }, { 3: '000000', ...said, 48: field48, 62: half }, false);
      const behind = Buffer.concat([frame, Buffer.from([0])]);
      behind.writeUInt16BE(behind.length - 2);
      stranger.write(behind);
      await expect.poll(() => answers).toEqual(['30']);
      stranger.destroy();
      bus.terminal.line.spoilNextMacs(1);
      expect(codeOf(await bus.terminal.exchange(upload()))).toBe('A0');
      expect(await alarms()).toBe(before);

      await bus.terminal.signOn();
      expect(codeOf(await bus.terminal.exchange(upload()))).toBe('30');
      expect(await alarms()).toBe(before + 1);
      await bus.terminal.disconnect();
    });

    it('pays nothing for a forged TAC and lets the true record through', async () => {
      const bus = await boardedBus(city());
      const record = bus.tap(200);
      const forged = { ...record, tac: Buffer.from(record.tac.map((byte) => byte ^ 0xff)) };
      await bus.terminal.upload([encodeRecord(forged)]);
      await bus.terminal.upload([encodeRecord(record)]);
      expect(await settledBalance(bus.terminal, bus.cardNo, 4800)).toBe(4800);
      await bus.terminal.disconnect();
    });

    it('pays a purchase whose load is still on its way when the load arrives', async () => {
      const sandbox = await city().sandbox();
      const terminal = sandboxTerminal(sandbox);
      await terminal.signOn();
      const [cardNo = ''] = sandbox.cards;
      const card = sandboxCard(cardNo);
      await terminal.load(card, { amountFen: 1000, holdResult: true });
      const kept = terminal.memory.forward.splice(0);
      const { records } = sandboxReader(sandbox).tap(card, { amountFen: 400 });
      await terminal.upload(records.map(encodeRecord));
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect((await terminal.enquireBalance(cardNo)).ledgerFen).toBe(0);
      for (const stored of kept) expect(codeOf(await terminal.repeat(stored))).toBe('00');
      expect(await settledBalance(terminal, cardNo, 600)).toBe(600);
      await terminal.disconnect();
    });

    it('refuses bills at a terminal that takes none', async () => {
      const bus = await boardedBus(city());
      const record = encodeRecord(bus.tap(200));
      const bill = { biller: 'WATR', customer: 'TEST', reference: 'NONE' };
      const answer = await bus.terminal.payBill(record, bill);
      expect(codeOf(answer)).toBe('58');
      await bus.terminal.disconnect();
    });
  });
}
