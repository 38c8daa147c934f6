import { describe, expect, it } from 'vitest';
import { hex, vector } from '../cryptography/vectors.test-data.ts';
import { personaliseSam } from '../sam/issue.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';
import { loadByIssuer } from './issuer-load.ts';
import { fixedRandom, SELECT_PURSE, send, testCard, TEST_TRANSPORT_KEY } from './simulated-issuer.test-data.ts';

interface Exchange {
  c?: string;
  sam?: string;
  r: string;
}
interface Scenario {
  keys: Record<'DLK' | 'DPK' | 'DTK', string>;
  steps: { apdu: Exchange[]; log18h?: string; TAC?: string; MAC2?: string }[];
}

describe('PBOC-S1 as APDUs, card against SAM', () => {
  it('plays one card life to the byte: load, purchase, torn CAPP purchase, recovery', () => {
    const { keys, steps } = vector<Scenario>('PBOC-S1');
    const root = vector<{ keys: Record<string, { root: string }> }>('DIV-2L').keys.MPK!.root;
    const card = testCard(1, {
      keys: { load: hex(keys.DLK), purchase: hex(keys.DPK), tac: hex(keys.DTK) },
      random: fixedRandom('0000000000000000', 'A1B2C3D4', '01020304', '0A0B0C0D', '55667788'),
    });
    const sam = new VirtualSam({ transportKey: TEST_TRANSPORT_KEY });
    personaliseSam(sam, TEST_TRANSPORT_KEY, { samNo: '261000000002', rootPurchaseKey: hex(root) });
    sam.powerOn();
    expect(send(sam, '00B0960006')).toBe('2610000000029000');
    send(sam, '00A40000021001');
    expect(send(card, SELECT_PURSE)).toMatch(/9000$/);

    for (const { c, sam: toSam, r } of [...steps[0]!.apdu, ...steps[1]!.apdu]) {
      if (c) expect(send(card, c)).toBe(r);
      if (toSam) expect(send(sam, toSam)).toBe(r);
    }
    expect(send(card, '00B201C417')).toBe(`${steps[1]!.log18h}9000`);

    const [init, , debit] = steps[2]!.apdu;
    expect(send(card, init!.c!)).toBe(init!.r);
    expect(send(card, `80DC00F030${'01'.repeat(48)}`)).toBe('9000');
    card.powerCutAfterWrites(1);
    expect(() => send(card, debit!.c!)).toThrow('no power');
    card.powerOn();
    send(card, SELECT_PURSE);

    for (const { c, r } of steps[3]!.apdu) expect(send(card, c!)).toBe(r);
    expect(send(card, '00B201F430')).toBe(`${'01'.repeat(48)}9000`);
  });

  it('PBOC-V2 as APDUs, on a purse that holds the money', () => {
    const { apdu, keys } = vector<{ apdu: Exchange[]; keys: Record<string, string> }>('PBOC-V2');
    const loadKey = hex('101112131415161718191A1B1C1D1E1F');
    const card = testCard(2, {
      keys: { purchase: hex(keys.DPK!), tac: hex(keys.DTK_self!), load: loadKey },
      random: fixedRandom('0000000000000000', '00000000', '11223344'),
    });
    loadByIssuer(card, {
      loadKey,
      amountFen: 0x1000,
      samNo: '001122334455',
      moment: { date: '20120229', time: '135000' },
    });
    expect(send(card, apdu[0]!.c!)).toBe(`00001000${apdu[0]!.r.slice(8)}`);
    expect(send(card, apdu[1]!.c!)).toBe(apdu[1]!.r.replace('<TAC 4>', 'B3A0D49C'));
  });
});
