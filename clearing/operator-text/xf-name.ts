import { businessDate } from '@citycard/common';
import { Refused } from '../intake/file-checks.ts';

/** `XF` ‖ date 8 ‖ industry 2 ‖ merchant 15 ‖ serial; 30, 32 or 36 characters by operator (domain.md B.1). */
export interface XfName {
  readonly date: string;
  /** Two decimal digits. */
  readonly industry: string;
  readonly merchant: string;
  /** 3, 5 or 9 digits; it may begin again every day. */
  readonly serial: string;
}

const XF_NAME = /^XF([0-9]{8})([0-9]{2})([0-9]{15})([0-9]{3}|[0-9]{5}|[0-9]{9})$/;

/** Whether a file of that name is to be read as a text file of an operator. */
export function isXfName(fileName: string): boolean {
  return fileName.startsWith('XF');
}

/** @throws Refused `name` */
export function xfNameParts(fileName: string): XfName {
  const [, date = '', industry = '', merchant = '', serial = ''] = XF_NAME.exec(fileName) ?? [];
  if (serial === '') {
    throw new Refused(
      'name',
      'the name of an XF file is XF, date of 8 digits, industry of 2, merchant of 15 and serial, 30, 32 or 36 characters in all',
    );
  }
  try {
    businessDate(date);
  } catch {
    throw new Refused('name', `the name says ${date}, which is no date`);
  }
  return { date, industry, merchant, serial };
}
