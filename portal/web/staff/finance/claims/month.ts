/** A month as it is typed, and a code of a category or a pass. */
export const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
export const CODE = /^[a-z][a-z0-9-]{0,19}$/;
