/**
 * Concessions the city grants, and the sub type by which a card carries each (file 15h, byte 29). Sub type 0 is the full
 * fare; which sub types a product's cards may carry is the product's to say.
 */
export const SUB_TYPE_OF = { senior: 1, student: 2, disabled: 3 } as const;
export type Category = keyof typeof SUB_TYPE_OF;
export const categories = Object.keys(SUB_TYPE_OF) as Category[];

/** What somebody has seen or compared; never its number. */
export const evidences = [
  'identity-document',
  'student-card',
  'school-list',
  'disability-certificate',
  'community-visit',
  'department-data',
] as const;
export type Evidence = (typeof evidences)[number];

/** How a person was verified: at a counter, by a community for many at once, by comparing with a department's data. */
export type Method = 'counter' | 'community' | 'match';
