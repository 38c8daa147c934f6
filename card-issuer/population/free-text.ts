import { parseResidentId, upgradeResidentId } from '@citycard/common';

/** Whether a text that is kept in clear (a reference, a document number) holds somebody's identity number. */
export function holdsIdentityNumber(text: string): boolean {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s.\-_]/g, '');
  for (let at = 0; at + 15 <= plain.length; at += 1) {
    if (parseResidentId(plain.slice(at, at + 18)).ok) return true;
    // Fifteen digits of the first generation, standing alone: inside a longer number they are anything.
    const old = plain.slice(at, at + 15);
    const alone = !/[0-9]/.test(plain.charAt(at - 1)) && !/[0-9]/.test(plain.charAt(at + 15));
    if (alone && upgradeResidentId(old) !== undefined) return true;
  }
  return false;
}
