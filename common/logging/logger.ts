import { pino } from 'pino';
import { maskIdentifiers, redactFields } from './redaction.ts';

const BOUND_SECRETS = ['cardNo', 'card_no', 'residentId', 'resident_id', 'identityNo', 'key', 'token', 'authorization'];

export type Logger = pino.Logger;

/**
 * A JSON logger. Fields named like card numbers, identity numbers, keys and tokens are redacted at any depth, and card
 * and identity numbers inside any text are masked, so that a line may be shown to anyone who may see the machine.
 *
 * Lines are written before the call returns: the last words of a killed process are the ones worth reading. The level
 * defaults to `LOG_LEVEL`, then `info`; the destination to standard output.
 */
export function createLogger(
  name: string,
  options: { level?: string; destination?: 'stdout' | 'stderr' | string } = {},
): Logger {
  const destination = options.destination ?? 'stdout';
  const dest = destination === 'stdout' ? 1 : destination === 'stderr' ? 2 : destination;
  return pino(
    {
      name,
      level: options.level ?? process.env.LOG_LEVEL ?? 'info',
      base: { pid: process.pid },
      formatters: {
        level: (label) => ({ level: label }),
        bindings: redactFields,
        log: redactFields,
      },
      // redactFields already serialised errors; pino's own serializer would only lose their type.
      serializers: { err: (error: unknown) => error },
      // Fields bound to a child logger do not pass through the formatters.
      redact: { paths: BOUND_SECRETS, censor: '[redacted]' },
      hooks: { streamWrite: maskIdentifiers },
    },
    pino.destination({ dest, sync: true, mkdir: true }),
  );
}
