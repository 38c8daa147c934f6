import { Refusal } from './desk.ts';
import { words } from './words.ts';

/** What a resident is told when the desk said no, or nobody answered. */
export function refusalWords(error: unknown): string {
  const said = words.value.refusal;
  const { status, code } = error instanceof Refusal ? error : new Refusal(-1, '');
  if (status === 0 || status === 502 || status === 503 || status === 504) return said.noAnswer;
  if (status === 429) return said.tooMany;
  if (code === 'card-issuer.resident-desk.not-known') return said.notKnown;
  if (code === 'card-issuer.resident-desk.pass-over') return said.passOver;
  if (code === 'card-issuer.resident-desk.not-open') return said.notOpen;
  if (code === 'card-issuer.resident-desk.contact-wrong') return said.contact;
  return said.other;
}
