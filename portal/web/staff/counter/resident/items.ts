/** Items of a resident that a counter asks for and corrects; their titles are the keys of `counter.items`. */
export const disclosedItems = [
  'name',
  'id-number',
  'birth-date',
  'sex',
  'nation',
  'phone',
  'address',
  'household-address',
  'stay-address',
  'residence-permit-no',
  'permit-valid-to',
  'employer',
] as const;
/** What this office may state; what other departments have stated a registrar corrects. */
export const correctedItems = [
  'name',
  'phone',
  'address',
  'education',
  'occupation',
  'employer',
  'stay-address',
] as const;
export type CorrectedItem = (typeof correctedItems)[number];
export type DisclosedItem = (typeof disclosedItems)[number];
