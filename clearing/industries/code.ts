/** An industry as people and addresses write it: byte 55 of the purchase record in two hexadecimal digits, `0A`. */
export const INDUSTRY_CODE = '^(?!00)[0-9A-F]{2}$';

/** `0A` for 10. */
export const codeOfIndustry = (industry: number): string => industry.toString(16).toUpperCase().padStart(2, '0');

/** 10 for `0A`; the text fits {@link INDUSTRY_CODE}. */
export const industryOfCode = (code: string): number => Number.parseInt(code, 16);
