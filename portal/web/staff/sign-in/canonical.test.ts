import { expect, test } from 'vitest';
import { canonicalJson, signablePath } from './canonical.ts';

test('one content has one text, as the services write it', () => {
  expect(canonicalJson({ b: 1, a: [1, { z: null, y: undefined }], é: 'x', Z: 2, 中: 3 })).toBe(
    '{"Z":2,"a":[1,{"z":null}],"b":1,"é":"x","中":3}',
  );
  expect(canonicalJson('a "quoted" 测试\n')).toBe('"a \\"quoted\\" 测试\\n"');
  expect(canonicalJson([null, true, -1.5, {}, []])).toBe('[null,true,-1.5,{},[]]');
});

test('a path is written in one way, whoever encoded it', () => {
  expect(signablePath('/v1/x/a:b/测试?day=1')).toBe('/v1/x/a%3Ab/%E6%B5%8B%E8%AF%95?day=1');
  expect(signablePath('/v1/x/a%3Ab/%E6%B5%8B%E8%AF%95?day=1')).toBe('/v1/x/a%3Ab/%E6%B5%8B%E8%AF%95?day=1');
  expect(signablePath('/v1/x/a%2Fb')).not.toBe(signablePath('/v1/x/a/b'));
});
