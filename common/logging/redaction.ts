import { pino } from 'pino';

/** Field names, without regard to case and underscores, whose value never reaches a log. */
const SECRET_FIELDS = new Set([
  'cardno',
  'cardnumber',
  'residentid',
  'identityno',
  'identitynumber',
  'idnumber',
  'key',
  'token',
  'authorization',
  'password',
  'pin',
]);

const REDACTED = '[redacted]';
/** Deeper than any object we log on purpose; ends a walk through somebody's circular structure. */
const DEEPEST = 8;

/** The fields of a log line with secret ones replaced, at any depth. Errors keep type, message, stack and own fields. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecret(name) ? REDACTED : redactValue(value, 0)]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  // A number with as many digits as a card number would be masked in place and break the JSON: write it as a text.
  if (typeof value === 'bigint' || (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
    return value.toString();
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= DEEPEST) return '[too deep]';
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  if (value instanceof Error) return redactRecord(pino.stdSerializers.err(value), depth);
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON(), depth + 1);
  return redactRecord(value, depth);
}

function redactRecord(value: object, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  // for…in: the serialised error keeps its fields on its prototype.
  for (const name in value) {
    const field: unknown = (value as Record<string, unknown>)[name];
    if (typeof field === 'function' || field === value) continue;
    result[name] = isSecret(name) ? REDACTED : redactValue(field, depth + 1);
  }
  return result;
}

function isSecret(name: string): boolean {
  return SECRET_FIELDS.has(name.replaceAll(/[_-]/g, '').toLowerCase());
}

/** Masks 19-digit card numbers, 18-character identity numbers (last four kept) and passwords inside URLs. */
export function maskIdentifiers(text: string): string {
  return text
    .replaceAll(/(?<!\d)\d{15}(\d{4})(?!\d)/g, '***************$1')
    .replaceAll(/(?<!\d)\d{14}(\d{3}[\dXx])(?!\d)/g, '**************$1')
    .replaceAll(/(\w:\/\/[^\s:/@"]*:)[^\s@"]+@/g, '$1***@');
}
