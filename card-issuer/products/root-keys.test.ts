import { expect, test } from 'vitest';
import type { ProductDocument } from './document.ts';
import { requireRootKeys } from './root-keys.ts';

const key = (id: string, root: string) => ({ id, root, use: 'F0', change: 'F0', version: 1 });
const document: ProductDocument = {
  ...{ format: 1, title: '测试', chipKind: 'fmcos-3des', algorithm: '3des', validityYears: 8, purseCapFen: 100_000 },
  ...{ depositFen: 2_000, mainType: 1, subType: 0, concessions: [0] },
  masterFile: { keyFile: { size: 64, shortId: '00', write: 'F0' }, keys: [key('39', 'DACK')] },
  applications: [
    {
      ...{
        title: '测试水表',
        id: '3F02',
        aid: 'A000000632',
        size: 512,
        create: 'F0',
        erase: 'F0',
        applicationId: '96',
      },
      ...{ keyFile: { size: 64, shortId: '96', write: 'F0' }, keys: [key('39', 'WATER')], files: [] },
    },
  ],
};
const dack = { name: 'DACK', usage: 'card-master', algorithm: '3des' } as const;

test('the HSM holds every root of a product, for cards and of its algorithm', () => {
  const held = (water: object) => () =>
    requireRootKeys([dack, { name: 'WATER', usage: 'maintenance', algorithm: '3des', ...water }], document);
  expect(held({})).not.toThrow();
  expect(() => requireRootKeys([dack], document)).toThrow('The HSM holds no WATER');
  for (const usage of ['key-transport', 'blind-index', 'ca', 'chip-transport'])
    expect(held({ usage })).toThrow('WATER cannot go onto cards');
  expect(held({ algorithm: 'sm4' })).toThrow('WATER cannot go onto cards');
});
