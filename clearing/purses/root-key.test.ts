import { expect, test } from 'vitest';
import { rootKey } from './root-key.ts';

test('every algorithm has roots of its own, named alike', () => {
  expect(rootKey('DTK', '3des')).toBe('name:DTK');
  expect(rootKey('DTK', 'sm4')).toBe('name:DTK-SM4');
});
