/** Fields 48, 58 and 62 hold at most so many bytes (terminal interface, section 1). */
export const FIELD_BYTES = 999;
