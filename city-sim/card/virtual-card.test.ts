import { describe, expect, it } from 'vitest';
import { NonVolatileMemory } from '../chip/memory.ts';
import { authenticationCryptogram, commandMac } from '../cryptography/purse.ts';
import { personaliseSam } from '../sam/issue.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';
import { cardFactor, cityFactor } from '../cryptography/purse.ts';
import { deriveCardKeys, type CardKeyUsage } from './default-product.ts';
import { loadByIssuer } from './issuer-load.ts';
import { personaliseCard } from './issue.ts';
import {
  SELECT_PURSE,
  send,
  TEST_ROOTS,
  TEST_TRANSPORT_KEY,
  testCard,
  testIdentity,
} from './simulated-issuer.test-data.ts';
import { VirtualCard } from './virtual-card.ts';

const SAM_NO = '458000000001';
const MOMENT = { date: '20260301', time: '080000' };

function keysOf(sequence: number, algorithm: '3des' | 'sm4' = '3des') {
  return deriveCardKeys(TEST_ROOTS, testIdentity(sequence), algorithm);
}

function testSam(algorithm: '3des' | 'sm4' = '3des'): VirtualSam {
  const sam = new VirtualSam({ transportKey: TEST_TRANSPORT_KEY, algorithm });
  personaliseSam(sam, TEST_TRANSPORT_KEY, { samNo: SAM_NO, rootPurchaseKey: TEST_ROOTS.purchase });
  sam.powerOn();
  send(sam, '00A40000021001');
  return sam;
}

function loaded(sequence: number, amountFen: number, algorithm: '3des' | 'sm4' = '3des'): VirtualCard {
  const card = testCard(sequence, { algorithm });
  loadByIssuer(card, { loadKey: keysOf(sequence, algorithm).load, amountFen, samNo: SAM_NO, moment: MOMENT });
  return card;
}

/** INIT and 8070; answers the DEBIT command. */
function prepareDebit(card: VirtualCard, sam: VirtualSam, sequence: number, amount: string, capp = false): string {
  const init = send(card, `80500${capp ? 3 : 1}020B01${amount}${SAM_NO}0F`);
  expect(init).toMatch(/9000$/);
  const factors = Buffer.concat([cardFactor(testIdentity(sequence).cardNo), cityFactor('4580')]).toString('hex');
  const rest = `${init.slice(22, 30)}${init.slice(8, 12)}${amount}${capp ? '09' : '06'}20260301080000${init.slice(18, 22)}`;
  const made = send(sam, `8070000024${rest}${factors}`);
  expect(made).toMatch(/9000$/);
  return `805401000F${made.slice(0, 8)}20260301080000${made.slice(8, 16)}08`;
}

function secured(card: VirtualCard, sequence: number, usage: CardKeyUsage, header: string, data = ''): string {
  const challenge = Buffer.from(send(card, '0084000004').slice(0, 8), 'hex');
  const mac = commandMac(card.algorithm, keysOf(sequence)[usage], challenge, Buffer.from(header + data, 'hex'));
  return send(card, header + data + mac.toString('hex'));
}

describe('a personalised card', () => {
  it('shows its serial in the FCI and in file 15h, and keeps 16h behind authentication', () => {
    const card = testCard(11);
    const { cardNo } = testIdentity(11);
    expect(send(card, SELECT_PURSE)).toContain(`9F0C1E45800000000000000101${'0'}${cardNo}`);
    expect(send(card, '00B0950A0A')).toBe(`0${cardNo}9000`);
    expect(send(card, '00B0970004')).toBe('000001569000');
    expect(send(card, '00B0960037')).toBe('6982');
    const challenge = Buffer.from(send(card, '0084000008').slice(0, 16), 'hex');
    const answer = authenticationCryptogram('3des', keysOf(11).cardMaster, challenge).toString('hex');
    expect(send(card, `0082003908${answer}`)).toBe('9000');
    expect(send(card, '00B0960037')).toBe(`${'00'.repeat(55)}9000`);
    expect(send(card, `0082003908${answer}`)).toBe('6984');
    expect(send(card, '00B0950020')).toBe('6C1E');
  });

  it('refuses personalisation and the transport key for ever after', () => {
    const card = testCard(12);
    send(card, '0084000008');
    expect(send(card, '00820000080000000000000000')).toBe('6A88');
    for (const apdu of ['800E000000', '80E0001507A8001EF0F0FFFF', '0008000000', `80D4013E15${'00'.repeat(21)}`]) {
      expect(send(card, apdu)).toBe('6D00');
    }
    expect(JSON.stringify(card)).not.toContain(TEST_TRANSPORT_KEY.toString('hex'));
  });

  it('takes file updates with a MAC under the maintenance key only', () => {
    const card = testCard(13);
    send(card, SELECT_PURSE);
    expect(send(card, '00D6951C0102')).toBe('6982');
    expect(send(card, '04D6951C050200000000')).toBe('6984');
    expect(secured(card, 13, 'purchase', '04D6951C05', '02')).toBe('6988');
    expect(secured(card, 13, 'maintenance', '04D6951C05', '02')).toBe('9000');
    expect(send(card, '00B0951C01')).toBe('029000');
  });

  it('refuses what a purse must refuse, and changes nothing by it', () => {
    const card = loaded(14, 1000);
    const sam = testSam();
    expect(send(card, `805001020B01000003E9${SAM_NO}0F`)).toBe('9401');
    expect(send(card, `805001020B0200000001${SAM_NO}0F`)).toBe('9403');
    expect(send(card, `805001010B0100000001${SAM_NO}0F`)).toBe('6A82');
    expect(send(card, `805000020B017FFFFFFF${SAM_NO}10`)).toBe('6A80');
    expect(send(card, `805401000F${'00'.repeat(15)}08`)).toBe('6985');
    expect(send(card, `805200000B${'00'.repeat(11)}04`)).toBe('6985');
    expect(send(card, '80DC00F00101')).toBe('6985');
    expect(send(card, '805A0006020001')).toBe('9406');

    const debit = prepareDebit(card, sam, 14, '00000064');
    expect(send(card, `${debit.slice(0, -4)}FF08`)).toBe('9302');
    expect(send(card, debit)).toBe('6985');

    const interrupted = prepareDebit(card, sam, 14, '00000064');
    expect(send(card, '805C000204')).toBe('000003E89000');
    expect(send(card, interrupted)).toBe('6985');
    expect(send(card, '00B202C417')).toBe('6A83');
    expect(send(card, '00')).toBe('6700');
    expect(send(card, 'B0500000')).toBe('6E00');
    expect(send(card, '00CA000000')).toBe('6D00');
  });

  it('refuses at the end of its counters', () => {
    const worn = loaded(15, 1000).toJSON();
    const cells = { ...worn.cells, '3F01/0002/offline': 'ffff', '3F01/0002/online': 'ffff' };
    const card = new VirtualCard({ ...worn, cells });
    send(card, SELECT_PURSE);
    expect(send(card, `805001020B0100000001${SAM_NO}0F`)).toBe('9402');
    expect(send(card, `805000020B0100000001${SAM_NO}10`)).toBe('9402');
  });

  it('pays zero for a free ride', () => {
    const card = loaded(16, 1000);
    expect(send(card, prepareDebit(card, testSam(), 16, '00000000'))).toMatch(/9000$/);
    expect(send(card, '805C000204')).toBe('000003E89000');
  });

  it('keeps ten log rows, the newest first', () => {
    const card = loaded(17, 1000);
    const sam = testSam();
    for (let amount = 1; amount <= 12; amount += 1) {
      const bytes = amount.toString(16).padStart(8, '0');
      expect(send(card, prepareDebit(card, sam, 17, bytes))).toMatch(/9000$/);
    }
    expect(send(card, '00B201C417').slice(0, 20)).toBe('000B0000000000000C06');
    expect(send(card, '00B20AC417').slice(0, 20)).toBe('00020000000000000306');
    expect(send(card, '00B20BC417')).toBe('6A83');
  });

  it('blocks and unblocks the application, and dies for good after three wrong unblocks', () => {
    const card = loaded(18, 1000);
    expect(secured(card, 18, 'maintenance', '841E000004')).toBe('6988');
    expect(secured(card, 18, 'applicationBlock', '841E000004')).toBe('9000');
    expect(send(card, '805C000204')).toBe('6A81');
    expect(send(card, SELECT_PURSE)).toBe('6A81');
    expect(send(card, '00B0950A0A')).toMatch(/9000$/);
    expect(secured(card, 18, 'applicationUnblock', '8418000004')).toBe('9000');
    expect(send(card, '805C000204')).toBe('000003E89000');
    expect(secured(card, 18, 'applicationBlock', '841E000004')).toBe('9000');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(secured(card, 18, 'load', '8418000004')).toBe('6988');
    }
    expect(send(card, '805C000204')).toBe('9303');
    expect(send(card, SELECT_PURSE)).toBe('9303');
  });

  it('CARD BLOCK silences the card, also after a reset', () => {
    const card = testCard(19);
    send(card, SELECT_PURSE);
    expect(secured(card, 19, 'cardMaster', '8416000004')).toBe('9000');
    card.powerOn();
    expect(send(card, SELECT_PURSE)).toBe('6A81');
    expect(send(card, '0084000008')).toBe('6A81');
  });

  it('is the same card after it was written down and read back', () => {
    const card = loaded(20, 777);
    const again = new VirtualCard(JSON.parse(JSON.stringify(card)) as ReturnType<typeof card.toJSON>);
    send(again, SELECT_PURSE);
    expect(send(again, '805C000204')).toBe('000003099000');
  });

  it('works under the SM4 profile, and not with a 3DES SAM', () => {
    const card = loaded(21, 1000, 'sm4');
    expect(send(card, prepareDebit(card, testSam('sm4'), 21, '00000064'))).toMatch(/9000$/);
    expect(send(card, prepareDebit(card, testSam('3des'), 21, '00000064'))).toBe('9302');
    expect(send(card, '805C000204')).toBe('000003849000');
  });
});

describe('a SAM', () => {
  it('never gives a transaction number twice and locks after fifteen wrong MAC2', () => {
    const sam = testSam();
    const request = `8070000024${'11223344'}0001${'00000064'}0620260301080000${'0100'}${'00'.repeat(16)}`;
    expect(send(sam, '80720000041122334499').slice(-4)).not.toBe('9000');
    for (let attempt = 1; attempt <= 15; attempt += 1) {
      expect(send(sam, request).slice(0, 8)).toBe(attempt.toString(16).padStart(8, '0').toUpperCase());
      expect(send(sam, '807200000400000000')).toBe('9302');
    }
    expect(send(sam, request)).toBe('6983');
  });

  it('needs its key version, its directory and 8-byte factors', () => {
    const sam = testSam();
    const head = '112233440001000000640620260301080000';
    expect(send(sam, `8070000024${head}0200${'00'.repeat(16)}`)).toBe('9403');
    expect(send(sam, `8070000023${head}0100${'00'.repeat(15)}`)).toBe('6700');
    send(sam, '00A40000023F00');
    expect(send(sam, `8070000024${head}0100${'00'.repeat(16)}`)).toBe('6985');
    expect(send(sam, '807200000400000000')).toBe('6985');
  });
});

describe('power may fail between any two writes', () => {
  /** Cuts after 0, 1, 2 … writes until the command survives; every cut leaves the card before or after, never between. */
  function cutEverywhere(
    act: (card: VirtualCard) => string,
    make: () => VirtualCard,
    look: (card: VirtualCard) => string,
  ) {
    const outcomes: string[] = [];
    for (let writes = 0; ; writes += 1) {
      const card = make();
      const apdu = act(card);
      card.powerCutAfterWrites(writes);
      let answered = true;
      try {
        send(card, apdu);
      } catch {
        answered = false;
      }
      card.powerOn();
      send(card, SELECT_PURSE);
      outcomes.push(look(card));
      if (answered) return outcomes;
    }
  }

  it('a CAPP debit is whole or not at all: balance, counter, log, cache, trips and proof', () => {
    const outcomes = cutEverywhere(
      (card) => {
        const debit = prepareDebit(card, testSam(), 31, '00000064', true);
        expect(send(card, `80DC01D004${'AABBCCDD'}`)).toBe('9000');
        expect(send(card, `80DC00F002${'0102'}`)).toBe('9000');
        return debit;
      },
      () => loaded(31, 1000),
      (card) =>
        [
          send(card, '805C000204'),
          send(card, `805001020B0100000001${SAM_NO}0F`).slice(8, 12),
          send(card, '00B201C417').slice(0, 20),
          send(card, '00B201D480').slice(0, 8),
          send(card, '00B201F430').slice(-4),
          send(card, '805A0009020001').slice(-4),
        ].join(' '),
    );
    expect(outcomes[0]).toBe('000003E89000 0000 0000000000000003E802 00000000 6A83 9406');
    expect(new Set(outcomes.slice(1))).toEqual(new Set(['000003849000 0001 00000000000000006409 AABBCCDD 9000 9000']));
    expect(outcomes.length).toBeGreaterThan(8);
  });

  it('a load is whole or not at all, and can be proven', () => {
    const outcomes = cutEverywhere(
      (card) => {
        const init = send(card, `805000020B01000001F4${SAM_NO}10`);
        return creditCommand(card, 32, init);
      },
      () => loaded(32, 1000),
      (card) => `${send(card, '805C000204')} ${send(card, '805A0002020002').slice(-4)}`,
    );
    expect(outcomes[0]).toBe('000003E89000 9406');
    expect(new Set(outcomes.slice(1))).toEqual(new Set(['000005DC9000 9000']));
  });

  it('personalisation that broke off anywhere is repeated from the start', () => {
    const identity = testIdentity(33);
    for (let writes = 0; writes < 400; writes += 7) {
      const card = new VirtualCard({ transportKey: TEST_TRANSPORT_KEY });
      card.powerCutAfterWrites(writes);
      try {
        personaliseCard(card, TEST_TRANSPORT_KEY, identity, keysOf(33));
        return;
      } catch {
        card.powerOn();
        if (!card.personalised) personaliseCard(card, TEST_TRANSPORT_KEY, identity, keysOf(33));
        expect(card.personalised).toBe(true);
      }
    }
    expect.unreachable('the script needs fewer writes than that');
  });

  it('a journal that was not finished is finished at power-up', () => {
    const memory = new NonVolatileMemory([['a', Buffer.from('1')]]);
    memory.powerCutAfterWrites(1);
    expect(() =>
      memory.commit(
        new Map([
          ['a', Buffer.from('2')],
          ['b', Buffer.from('3')],
        ]),
      ),
    ).toThrow('no power');
    expect(memory.read('a')?.toString()).toBe('1');
    memory.recover();
    expect([memory.read('a')?.toString(), memory.read('b')?.toString(), memory.read('journal')]).toEqual([
      '2',
      '3',
      undefined,
    ]);
  });
});

function creditCommand(card: VirtualCard, sequence: number, init: string): string {
  // The same load on a twin of the card, made from the same memory, gives the MAC2 of a host.
  const random = init.slice(16, 24);
  const twin = new VirtualCard(card.toJSON(), () => Buffer.from(random, 'hex'));
  const sent: string[] = [];
  const listening = {
    algorithm: twin.algorithm,
    transmit: (apdu: Buffer) => (sent.push(apdu.toString('hex')), twin.transmit(apdu)),
  };
  loadByIssuer(listening as unknown as VirtualCard, {
    loadKey: keysOf(sequence).load,
    amountFen: 500,
    samNo: SAM_NO,
    moment: MOMENT,
  });
  return sent.at(-1) ?? '';
}

describe('personalisation', () => {
  it('refuses what must not become a card', () => {
    const card = new VirtualCard({ transportKey: TEST_TRANSPORT_KEY });
    expect(send(card, '80E00015073F005001F0FFFF')).toBe('6982');
    send(card, '0084000008');
    expect(send(card, '00820000080000000000000000')).toBe('63C2');
    const challenge = Buffer.from(send(card, '0084000008').slice(0, 16), 'hex');
    const answer = authenticationCryptogram('3des', TEST_TRANSPORT_KEY, challenge).toString('hex');
    expect(send(card, `0082000008${answer}`)).toBe('9000');
    expect(send(card, '800E000000')).toBe('9000');
    expect(send(card, `80D4013E153EF0FF0100${'11'.repeat(16)}`)).toBe('6A88');
    expect(send(card, '80E00000073F005001F0FFFF')).toBe('9000');
    expect(send(card, '80E00000073F005001F0FFFF')).toBe('6985');
    expect(send(card, `80D4013E153EF0FF0100${'11'.repeat(16)}`)).toBe('6A80');
    expect(send(card, `80D4013E153EF0FF0400${'1122334455667788'.repeat(2)}`)).toBe('6A80');
    expect(send(card, '0008000000')).toBe('6985');
    for (const left of [2, 1, 0]) {
      send(card, '0084000008');
      expect(send(card, '00820000080000000000000000')).toBe(`63C${left}`);
    }
    send(card, '0084000008');
    expect(send(card, `0082000008${answer}`)).toBe('6983');
  });

  it('refuses to end with two equal keys', () => {
    const keys = keysOf(41);
    const card = new VirtualCard({ transportKey: TEST_TRANSPORT_KEY });
    expect(() => personaliseCard(card, TEST_TRANSPORT_KEY, testIdentity(41), { ...keys, load: keys.purchase })).toThrow(
      'end of personalisation',
    );
    expect(card.personalised).toBe(false);
  });
});
