import { describe, expect, it } from 'vitest';
import {
  decryptEcb,
  encryptEcb,
  keyCheckValue,
  lastCbcBlock,
  padWithMarker,
  padWithZeros,
  retailMac,
} from './block-cipher.ts';
import {
  authenticationCryptogram,
  cardFactor,
  cityFactor,
  commandMac,
  deriveThrough,
  loadSessionKey,
  purchaseSessionKey,
  foldedKey,
  transactionAuthenticationCode,
  transactionMac,
} from './purse.ts';
import { hex, vector } from './vectors.test-data.ts';

const text = (bytes: Buffer) => bytes.toString('hex').toUpperCase();
type Purse = {
  keys: Record<string, string>;
  input: Record<string, string>;
  output: Record<string, string>;
  selfComputed: Record<string, string>;
};

describe('purse cryptography against the vectors', () => {
  it('PBOC-V1: session key, MAC1, MAC2 and TAC of a load', () => {
    const { keys, input, output, selfComputed } = vector<Purse>('PBOC-V1');
    const at = (name: string) => hex(input[name]!);
    const session = loadSessionKey('3des', hex(keys.DLK!), at('rnd'), at('ctr'));
    expect(text(session)).toBe(output.SESLK);
    expect(text(transactionMac('3des', session, at('bal'), at('amt'), at('type'), at('term')))).toBe(output.MAC1);
    const sale = [at('amt'), at('type'), at('term')];
    expect(text(transactionMac('3des', session, ...sale, at('date'), at('time')))).toBe(output.MAC2);
    const tac = transactionAuthenticationCode(
      '3des',
      at('dtk'),
      hex(selfComputed.newBalance!),
      at('ctr'),
      ...sale,
      at('date'),
      at('time'),
    );
    expect(text(tac)).toBe(selfComputed.TAC);
  });

  it('PBOC-V2: session key, MAC1, MAC2 and TAC of a purchase', () => {
    const { keys, input, output, selfComputed } = vector<Purse>('PBOC-V2');
    const at = (name: string) => hex(input[name]!);
    const session = purchaseSessionKey('3des', hex(keys.DPK!), at('rnd'), at('ctr'), at('tsn'));
    expect(text(session)).toBe(output.SESPK);
    const sale = [at('amt'), at('type'), at('term')];
    expect(text(transactionMac('3des', session, ...sale, at('date'), at('time')))).toBe(output.MAC1);
    expect(text(transactionMac('3des', session, at('amt')))).toBe(output.MAC2);
    const tac = transactionAuthenticationCode('3des', at('dtk'), ...sale, at('tsn'), at('date'), at('time'));
    expect(text(tac)).toBe(selfComputed.TAC);
  });

  it('DIV-2L: city key and card key of four roots', () => {
    const {
      keys,
      cityFactor: city,
      serialFactor,
    } = vector<{
      keys: Record<string, { root: string; cityKey: string; cardKey: string }>;
      cityFactor: string;
      serialFactor: string;
    }>('DIV-2L');
    expect(text(cityFactor('2610'))).toBe(city);
    expect(text(cardFactor('3100000000012345678'))).toBe(serialFactor);
    for (const { root, cityKey, cardKey } of Object.values(keys)) {
      expect(text(deriveThrough('3des', hex(root), [hex(city)]))).toBe(cityKey);
      expect(text(deriveThrough('3des', hex(root), [hex(city), hex(serialFactor)]))).toBe(cardKey);
    }
  });

  it('EXTAUTH-1: single DES challenge answer', () => {
    const { key, challenge, cryptogram } = vector<Record<string, string>>('EXTAUTH-1');
    expect(text(authenticationCryptogram('3des', hex(key!), hex(challenge!)))).toBe(cryptogram);
  });

  it('a 4-byte challenge is filled with zeros', () => {
    const key = hex('00112233445566778899AABBCCDDEEFF');
    expect(authenticationCryptogram('3des', key, hex('11223344'))).toEqual(
      authenticationCryptogram('3des', key, hex('1122334400000000')),
    );
  });

  it('PBOC-SM1: MAC of APPLICATION BLOCK', () => {
    const { key, command, mac } = vector<Record<string, string>>('PBOC-SM1');
    expect(text(commandMac('3des', hex(key!), hex('11223344'), hex(command!.slice(0, 10))))).toBe(mac);
  });

  it('TACKEY-1: XOR of the halves', () => {
    const { DTK, tacKey: expected } = vector<Record<string, string>>('TACKEY-1');
    expect(text(foldedKey('3des', hex(DTK!)))).toBe(expected);
  });

  it('ISO9797 and ICAO: CBC-MAC and retail MAC', () => {
    for (const [id, pad] of [
      ['ISO9797-24-P1', padWithZeros],
      ['ISO9797-24-P2', padWithMarker],
    ] as const) {
      const given = vector<Record<string, string>>(id);
      const data = pad(Buffer.from(given.messageAscii!), 8);
      const key = hex(given.key! + given.key2!);
      expect(text(lastCbcBlock('3des', key.subarray(0, 8), Buffer.alloc(8), data))).toBe(given.algorithm1_cbcmac);
      expect(text(retailMac(key, Buffer.alloc(8), data))).toBe(given.algorithm3_retail_x919);
    }
    const icao = vector<Record<string, string>>('ICAO9303-BAC');
    expect(text(retailMac(hex(icao.key!), Buffer.alloc(8), padWithMarker(hex(icao.data!), 8)))).toBe(icao.mac);
  });

  it('PSEC-MAC-1: CBC-MAC with 3DES at every block', () => {
    const { key, data, mac } = vector<Record<string, string>>('PSEC-MAC-1');
    expect(text(lastCbcBlock('3des', hex(key!), Buffer.alloc(8), padWithMarker(hex(data!), 8)))).toBe(mac);
  });

  it('SM4-1: one block', () => {
    const { key, plain, cipher } = vector<Record<string, string>>('SM4-1');
    expect(text(encryptEcb('sm4', hex(key!), hex(plain!)))).toBe(cipher);
    expect(text(decryptEcb('sm4', hex(key!), hex(cipher!)))).toBe(plain);
  });

  it('CUP-KEY-1: a working key under the terminal master key', () => {
    const { tmk, encrypted, clear, kcv } = vector<Record<string, string>>('CUP-KEY-1');
    expect(text(decryptEcb('3des', hex(tmk!), hex(encrypted!)))).toBe(clear);
    expect(text(keyCheckValue(hex(clear!)))).toBe(kcv);
  });
});
