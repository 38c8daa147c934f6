import { timingSafeEqual } from 'node:crypto';
import { done, refuse, type Command, type Response } from '../chip/apdu.ts';
import { setTries } from '../chip/authentication.ts';
import { findKey, KEY_ID } from '../chip/keys.ts';
import type { NonVolatileMemory } from '../chip/memory.ts';
import type { Session } from '../chip/session.ts';
import { SW } from '../chip/status-words.ts';

/** VERIFY PIN: 2 to 6 bytes BCD. A right PIN gives the security state of its key record; 63Cx tells the tries left. */
export function verifyPin(memory: NonVolatileMemory, session: Session, { data }: Command): Response {
  const pin = findKey(memory, session.directory, KEY_ID.pin);
  if (!pin) return refuse(SW.keyNotFound);
  if (data.length < 2 || data.length > 6) return refuse(SW.wrongLength);
  const triesLeft = pin.fifth & 0x0f;
  if (triesLeft === 0) return refuse(SW.authenticationBlocked);
  const entered = Buffer.alloc(8, 0xff);
  data.copy(entered);
  if (!timingSafeEqual(entered, pin.value)) {
    setTries(memory, pin.cell, pin.record, triesLeft - 1);
    return refuse(0x63c0 | (triesLeft - 1));
  }
  if (triesLeft !== pin.fifth >> 4) setTries(memory, pin.cell, pin.record, pin.fifth >> 4);
  session.securityState = pin.fourth;
  return done();
}
