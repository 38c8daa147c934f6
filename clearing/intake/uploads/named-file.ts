import { type BusinessDate, businessDate } from '@citycard/common';
import { isXfName, type XfName, xfNameParts } from '../../operator-text/xf-name.ts';
import { HEADER_LENGTH } from '../../purchases/purchase-file.ts';
import { nameParts } from '../file-checks.ts';

/** What the name of a delivered file says; the name alone decides in which format it is read. */
export type NamedFile =
  | { readonly source: 'ccpf'; readonly sender: string; readonly sequence: number; readonly headLength: number }
  | {
      readonly source: 'xf';
      readonly sender: string;
      readonly date: BusinessDate;
      readonly name: XfName;
      readonly headLength: 0;
    };

/** @throws Refused `name` with the form a name should have */
export function namedFile(fileName: string): NamedFile {
  if (isXfName(fileName)) {
    const name = xfNameParts(fileName);
    return { source: 'xf', sender: name.merchant, date: businessDate(name.date), name, headLength: 0 };
  }
  const { sender, sequence } = nameParts(fileName, 'CCPF');
  return { source: 'ccpf', sender, sequence, headLength: HEADER_LENGTH };
}
