import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deriveCardKeys } from '../card/default-product.ts';
import { send, TEST_ROOTS, testCard, testIdentity } from '../card/simulated-issuer.test-data.ts';
import { loadSessionKey, transactionAuthenticationCode, transactionMac } from '../cryptography/purse.ts';
import { bytesOf, decodeMessage, textOf, type Message } from '../iso8583/message.ts';
import { freshTerminalMemory, totalsOf, type TerminalMemory } from './memory.ts';
import { ScriptedHost } from './scripted-host.test-data.ts';
import { Terminal } from './terminal.ts';

const SAM_NO = '458000000099';
const HOST_TIME = Buffer.from('20260301120000', 'hex');

let host: ScriptedHost;
let terminal: Terminal;
let address: { host: string; port: number };

function newTerminal(memory: TerminalMemory): Terminal {
  return new Terminal({
    address,
    terminalNo: '00000077',
    merchantNo: '458000000000001',
    samNo: SAM_NO,
    masterKey: host.masterKey,
    macAlgorithm: host.macAlgorithm,
    memory,
    timeoutMs: 300,
  });
}

beforeEach(async () => {
  host = new ScriptedHost();
  address = await host.listen();
  terminal = newTerminal(freshTerminalMemory());
  await terminal.signOn();
});
afterEach(async () => {
  await terminal.disconnect();
  await host.close();
});

const parsed = () => host.requests.map((body) => decodeMessage(body));
const answersTo = (mti: string) => parsed().filter((request) => request.mti === mti);

/** What a host with the load key does with field 58. Checks MAC1 on the way. */
function authorise(request: Message, sequence: number): Buffer {
  const said = bytesOf(request, 58);
  expect(said).toHaveLength(43);
  const { load } = deriveCardKeys(TEST_ROOTS, testIdentity(sequence));
  const session = loadSessionKey('3des', load, said.subarray(29, 33), said.subarray(27, 29));
  const amount = Buffer.from(Number(textOf(request, 4)).toString(16).padStart(8, '0'), 'hex');
  const sale = [amount, Buffer.from([0x02]), Buffer.from(SAM_NO, 'hex')];
  expect(transactionMac('3des', session, said.subarray(23, 27), ...sale)).toEqual(said.subarray(39, 43));
  return Buffer.concat([Buffer.from([1]), HOST_TIME, transactionMac('3des', session, ...sale, HOST_TIME)]);
}

describe('sign-on and MAC', () => {
  it('takes the working keys, uses them, and answers 301 and 002', async () => {
    expect(terminal.memory.mak).toBe(host.mak.toString('hex'));
    expect(await terminal.echo()).toMatchObject({ kind: 'answered', code: '00' });
    expect(await terminal.signOff()).toMatchObject({ kind: 'answered', code: '00' });
    expect(parsed().map((request) => textOf(request, 60).slice(8))).toEqual(['003', '301', '002']);
  });

  it('keeps the old keys when the check value is wrong', async () => {
    host.spoilCheckValue = true;
    await expect(terminal.signOn()).rejects.toThrow('check value');
    expect(await terminal.echo()).toMatchObject({ code: '00' });
  });

  it('works with the bank-card ECB-MAC too', async () => {
    host.macAlgorithm = 'ecb';
    const other = newTerminal(freshTerminalMemory());
    await other.signOn();
    expect(await other.echo()).toMatchObject({ kind: 'answered', code: '00' });
    await other.disconnect();
  });

  it('a wrong MAC is answered A0; new keys of the host make a bad answer', async () => {
    terminal.spoilNextMacs();
    expect(await terminal.echo()).toMatchObject({ kind: 'answered', code: 'A0' });
    expect(await terminal.echo()).toMatchObject({ code: '00' });
    terminal.memory.mak = '00112233445566778899aabbccddeeff';
    expect(await terminal.echo()).toMatchObject({ code: 'A0' });
    await expect(newTerminal(freshTerminalMemory()).echo()).rejects.toThrow('sign on');
  });

  it('repeats with identical content when an answer is lost', async () => {
    terminal.loseNextAnswers(1);
    expect(await terminal.echo()).toMatchObject({ kind: 'answered', code: '00' });
    expect(host.requests.at(-1)).toEqual(host.requests.at(-2));
  });

  it('opens the link again when the host hung up', async () => {
    host.script = () => 'hang-up';
    expect(await terminal.echo()).toEqual({ kind: 'unanswered', reason: 'link-closed' });
    host.script = () => ({ 39: '00' });
    expect(await terminal.echo()).toMatchObject({ code: '00' });
  });
});

describe('load', () => {
  it('credits the card and sends the result with a right TAC', async () => {
    const card = testCard(81);
    host.script = (request) => (request.mti === '0200' ? { 39: '00', 58: authorise(request, 81) } : { 39: '00' });
    const outcome = await terminal.load(card, { amountFen: 5000 });
    expect(outcome).toMatchObject({ kind: 'credited', balanceAfterFen: 5000 });
    expect(send(card, '805C000204')).toBe('000013889000');
    const [request] = answersTo('0200');
    expect([3, 4, 25].map((field) => textOf(request!, field))).toEqual(['630000', '000000005000', '91']);
    const [result] = answersTo('0220');
    expect(textOf(result!, 61)).toBe(`000001${textOf(request!, 11)}0301`);
    const said = bytesOf(result!, 58);
    const { tac } = deriveCardKeys(TEST_ROOTS, testIdentity(81));
    const input = `00001388` + '0000' + '00001388' + '02' + SAM_NO + HOST_TIME.toString('hex');
    const expected = transactionAuthenticationCode('3des', tac, Buffer.from(input, 'hex'));
    expect(said.toString('hex')).toBe(`0100${expected.toString('hex')}000013880000`);
    expect(totalsOf(terminal.memory, 1)).toMatchObject({ loads: 1, loadsFen: 5000 });
    expect(terminal.memory.forward).toEqual([]);
    expect(terminal.memory.openLoads).toEqual([]);
  });

  it('reverses when no answer comes, and again after a restart until it is answered', async () => {
    const card = testCard(82);
    host.script = (request) => (request.mti === '0500' ? { 39: '00' } : 'silent');
    const outcome = await terminal.load(card, { amountFen: 5000 });
    expect(outcome).toMatchObject({ kind: 'reversed', reason: '98' });
    expect(answersTo('0200')).toHaveLength(2);
    const [request] = answersTo('0200');
    const kept = JSON.parse(JSON.stringify(terminal.memory)) as TerminalMemory;
    expect(kept.forward).toHaveLength(1);
    host.script = () => ({ 39: '25' });
    await terminal.disconnect();
    terminal = newTerminal(kept);
    await terminal.resumeAfterRestart();
    const reversal = answersTo('0400').at(-1)!;
    expect([11, 39, 61].map((field) => textOf(reversal, field))).toEqual([
      textOf(request!, 11),
      '98',
      `000001${textOf(request!, 11)}0000`,
    ]);
    expect(terminal.memory.forward).toEqual([]);
    expect(terminal.memory.refused).toEqual([]);
    expect(send(card, '805C000204')).toBe('000000009000');
  });

  it('a load torn after the credit is proven when the card is back', async () => {
    const card = testCard(83);
    host.script = (request) => (request.mti === '0200' ? { 39: '00', 58: authorise(request, 83) } : { 39: '00' });
    card.powerCutAfterWrites(1);
    expect(await terminal.load(card, { amountFen: 700 })).toEqual({ kind: 'torn' });
    expect(terminal.memory.openLoads).toMatchObject([{ state: 'answered', counterBefore: 0, date: '0301' }]);
    card.powerOn();
    expect(await terminal.recoverLoad(card)).toMatchObject({ outcome: 'credited' });
    const said = bytesOf(answersTo('0220')[0]!, 58);
    expect([said[1], said.readUInt32BE(6), said.readUInt16BE(10)]).toEqual([0, 700, 0]);
    expect(await terminal.recoverLoad(card)).toBeUndefined();
    const elsewhere = await terminal.proveLoad(card);
    expect(elsewhere).toHaveLength(1);
    const foreign = answersTo('0220')[1]!;
    expect(textOf(foreign, 61)).toBe('0'.repeat(16));
    expect(bytesOf(foreign, 58)).toEqual(said);
  });

  it('a load torn before the credit is reported as not credited, or unknown when the card stays away', async () => {
    const [card, lost] = [testCard(84), testCard(85)];
    host.script = (request) =>
      request.mti === '0200'
        ? { 39: '00', 58: authorise(request, textOf(request, 2) === testIdentity(84).cardNo ? 84 : 85) }
        : { 39: '00' };
    for (const torn of [card, lost]) {
      torn.powerCutAfterWrites(0);
      expect(await terminal.load(torn, { amountFen: 700 })).toEqual({ kind: 'torn' });
    }
    card.powerOn();
    expect(await terminal.recoverLoad(card)).toMatchObject({ outcome: 'not-credited' });
    await terminal.declareUnknown();
    expect(answersTo('0220').map((result) => bytesOf(result, 58)[1])).toEqual([1, 2]);
  });

  it('a refusal opens nothing, a wrong MAC2 is reported as not credited', async () => {
    const card = testCard(86);
    host.script = () => ({ 39: '51' });
    expect(await terminal.load(card, { amountFen: 700, from: 'bound-account' })).toMatchObject({
      kind: 'refused',
      code: '51',
    });
    expect(terminal.memory.openLoads).toEqual([]);
    host.script = (request) => (request.mti === '0200' ? { 39: '00', 58: Buffer.alloc(12, 1) } : { 39: '00' });
    expect(await terminal.load(card, { amountFen: 700 })).toMatchObject({ kind: 'not-credited', sw: 0x9302 });
  });
});

describe('uploads, downloads, bills and totals', () => {
  const record = (amountFen: number, flag = 0) => {
    const bytes = Buffer.alloc(64);
    bytes[1] = flag;
    bytes.writeUInt32BE(amountFen, 26);
    return bytes;
  };

  it('uploads by fifteens, keeps what stays unanswered, and counts each record once', async () => {
    const records = Array.from({ length: 16 }, (_, index) => record(index === 15 ? 0 : 100, index === 15 ? 3 : 0));
    host.script = () => 'silent';
    await terminal.upload(records);
    expect(terminal.memory.forward).toHaveLength(2);
    host.script = () => ({ 39: '68' });
    await terminal.flush();
    expect(terminal.memory.forward).toHaveLength(2);
    host.script = () => ({ 39: '00' });
    expect(await terminal.flush()).toHaveLength(2);
    const [first] = answersTo('0320');
    expect(bytesOf(first!, 48).toString('hex')).toBe('000f00000000000005dc');
    expect(bytesOf(first!, 62)).toHaveLength(960);
    await terminal.uploadAgain(records.slice(0, 1));
    expect(textOf(answersTo('0320').at(-1)!, 11)).not.toBe(textOf(first!, 11));
    expect(totalsOf(terminal.memory, 1)).toMatchObject({ purchases: 15, purchasesFen: 1500 });

    host.script = () => ({ 39: '00', 48: Buffer.concat([Buffer.alloc(24), Buffer.from([1])]) });
    expect(await terminal.settleBatch()).toMatchObject({ code: '00', result: 1 });
    expect(terminal.memory.batch).toBe(2);
    expect(bytesOf(answersTo('0500')[0]!, 48).toString('hex')).toBe(
      '000000000000000000000000' + '00000000000005dc0000000f',
    );
    host.script = () => ({ 39: '00' });
    expect(await terminal.endUpload(16)).toMatchObject({ code: '00' });
  });

  it('keeps a final refusal apart for a person', async () => {
    host.script = () => ({ 39: '13' });
    await terminal.upload([record(1)]);
    expect(terminal.memory.forward).toEqual([]);
    expect(terminal.memory.refused).toMatchObject([{ code: '13' }]);
  });

  it('pays a bill, and repeats it while the biller has not decided', async () => {
    host.script = () => ({ 39: '68' });
    await terminal.payBill(record(1234), { biller: 'WATR', customer: 'C1', reference: 'B1' });
    expect(terminal.memory.forward).toHaveLength(1);
    host.script = () => ({ 39: '00', 62: Buffer.from('RECEIPT-1       12345678901234567890') });
    expect(await terminal.payBill(record(5), { biller: 'WATR', customer: 'C1', reference: 'B2' })).toMatchObject({
      receipt: 'RECEIPT-1',
      token: '12345678901234567890',
    });
    expect(answersTo('0220').map((request) => bytesOf(request, 62).length)).toEqual([104, 104, 104]);
    expect(textOf(answersTo('0220')[0]!, 4)).toBe('000000001234');
  });

  it('reads bills and balances', async () => {
    const row = 'B1'.padEnd(16) + '000000000150' + '20260401' + 'water'.padEnd(20);
    host.script = () => ({ 39: '00', 62: Buffer.from(row + row) });
    expect((await terminal.enquireBills('WATR', 'C1')).bills).toMatchObject([
      { reference: 'B1', dueFen: 150, dueDate: '20260401' },
      { reference: 'B1' },
    ]);
    host.script = () => ({ 39: '00', 54: '0201156C0000000012341001156C000000001200' });
    expect(await terminal.enquireBalance('3104580000000000018')).toMatchObject({ ledgerFen: 1234, availableFen: 1200 });
  });

  it('adopts the hotlist with its last page and the parameters with their last block', async () => {
    const serial = (digit: string) => Buffer.from(digit.repeat(20), 'hex');
    host.script = (request) => {
      const asked = bytesOf(request, 62);
      const management = textOf(request, 60).slice(8);
      if (management === '390') {
        const last = asked.readUInt32BE(4) === 2;
        const entries = last
          ? [Buffer.from([2]), serial('1')]
          : [Buffer.from([1]), serial('1'), Buffer.from([1]), serial('2')];
        const head = Buffer.from(
          `00000009${last ? '00000003' : '00000002'}${last ? '00' : '01'}0${entries.length / 2}`,
          'hex',
        );
        return { 39: '00', 62: Buffer.concat([head, ...entries]) };
      }
      if (management === '360') {
        const block = asked.readUInt16BE(4);
        return {
          39: '00',
          62: Buffer.from(`00000004000${block}0${block}${block ? '0104000186A0EE0101' : '0204000493E0'}`, 'hex'),
        };
      }
      return { 39: '00' };
    };
    expect(await terminal.fetchHotlist()).toMatchObject({ code: '00' });
    expect([...terminal.memory.hotlist]).toEqual(['2'.repeat(20)]);
    expect(terminal.hotlist.has('2'.repeat(20))).toBe(true);
    expect(terminal.memory.hotlistVersion).toBe(9);
    expect(bytesOf(parsed().at(-1)!, 62).toString('hex')).toBe('00000009');
    expect(await terminal.fetchParameters()).toMatchObject({ code: '00' });
    expect(terminal.memory.parameters).toMatchObject({ '01': '000186a0', '02': '000493e0' });
    expect(terminal.memory.parametersVersion).toBe(4);
  });
});
