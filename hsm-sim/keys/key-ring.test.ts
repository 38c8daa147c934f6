import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveLevel, cipherFor } from '../purse/card-key.ts';
import { KeyStore } from '../store/key-store.ts';
import { closeKeyBlock, type KeyBlockHeader } from './key-block.ts';
import { KeyRing } from './key-ring.ts';

const directory = mkdtempSync(join(tmpdir(), 'hsm-ring-'));
const root = Buffer.from('505152535455565758595A5B5C5D5E5F', 'hex');
const [city, card] = [Buffer.from('4580FF0000000000', 'hex'), Buffer.from('1045800100000001', 'hex')];
const both = Buffer.concat([city, card]);
const refused = (code: string) => expect.objectContaining({ code });
let store: KeyStore;
let ring: KeyRing;

/** Puts a block into the store as whoever made it wrote it. */
function put(name: string, header: Partial<KeyBlockHeader>): void {
  const full = { usage: '11', algorithm: 'T', mode: 'X', exportability: 'N', label: name, ...header };
  const block = closeKeyBlock(store.lmk.blockProtection, full, root);
  store.replace({ keys: [...store.content.keys, { name, block }] });
}

beforeAll(() => {
  store = KeyStore.open(directory, 'test');
  ring = new KeyRing(store);
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('derivation levels', () => {
  it('are bound to the key: a city key cannot be passed off as a card key', () => {
    ring.add('DLK', { usage: 'load', algorithm: '3des', exportable: false }, root);
    const key = ring.resolve('name:DLK', ['load']);
    const expected = deriveLevel(cipherFor('3des', deriveLevel(cipherFor('3des', root), city)), card);
    expect(key.derive(both)).toEqual(expected);
    for (const factors of [Buffer.alloc(0), city, Buffer.concat([both, card])]) {
      expect(() => key.derive(factors)).toThrow(refused('35'));
    }
  });

  it('may be another number than usual', () => {
    ring.add('ONE', { usage: 'load', algorithm: 'sm4', exportable: false, levels: 1 }, root);
    const key = ring.resolve('name:ONE', ['load']);
    expect(key.derive(card)).toEqual(deriveLevel(cipherFor('sm4', root), card));
    expect(() => key.derive(both)).toThrow(refused('35'));
    expect(ring.listed('ONE')).toMatchObject({ levels: 1 });
  });

  it('are the usual number for keys stored before they were bound to it', () => {
    put('OLD', {});
    const key = ring.resolve('name:OLD', ['load']);
    expect(key.levels).toBe(2);
    expect(key.derive(both)).toHaveLength(16);
    expect(() => key.derive(city)).toThrow(refused('35'));
    put('OLD-CHIP', { usage: '40', mode: 'E' });
    expect(ring.resolve('name:OLD-CHIP', ['chip-transport']).derive(Buffer.alloc(0))).toEqual(root);
  });
});

describe('what a block says is what its key may do', () => {
  it('another mode, another algorithm, another name: refused', () => {
    put('MODE', { mode: 'B' });
    expect(() => ring.resolve('name:MODE', ['load'])).toThrow(refused('13'));
    put('AES', { algorithm: 'A' });
    expect(() => ring.resolve('name:AES', ['load'])).toThrow(refused('13'));
    put('SWAPPED', { label: 'DLK' });
    expect(() => ring.resolve('name:SWAPPED', ['load'])).toThrow(refused('13'));
    const block = ring.close({ usage: 'terminal-mac', algorithm: '3des', exportable: false }, randomBytes(16));
    expect(() => ring.resolve(`block:${block}`, ['load'])).toThrow(refused('28'));
    expect(() => ring.resolve(`block:${block}`, ['terminal-mac'], 'sm4')).toThrow(refused('27'));
  });
});
