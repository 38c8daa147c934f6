const NAME_PATTERN = /^[A-Za-z0-9._-]{1,32}$/;

/** Names of keys and custodians: letters, digits, dot, underscore, hyphen, 1 to 32 of them. */
export function isStoreName(text: string): boolean {
  return NAME_PATTERN.test(text);
}
