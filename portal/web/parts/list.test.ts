import { describe, expect, it } from 'vitest';
import { compareCells, csvOf } from './list.ts';

describe('lists', () => {
  it('sort numbers as numbers and words with numbers in them as people do', () => {
    expect([10, 9, 100].sort(compareCells)).toEqual([9, 10, 100]);
    expect(['T10', 'T9'].sort(compareCells)).toEqual(['T9', 'T10']);
    expect(['b', null].sort(compareCells)).toEqual([null, 'b']);
  });
  it('export what a spreadsheet reads and does not run', () => {
    expect(
      csvOf(
        [{ title: '名称' }, { title: 'a,b' }],
        [
          ['=1+1', '-12.50'],
          ['say "hi"', '@x'],
        ],
      ),
    ).toBe('\ufeff名称,"a,b"\r\n\'=1+1,-12.50\r\n"say ""hi""",\'@x\r\n');
  });
});
