/** An answer for people: one `name  value` line per value, nested names joined by dots; lists one line per element, or none. */
export function describe(answer: unknown): string {
  const lines = [...flatten('', answer)];
  const width = Math.min(48, Math.max(0, ...lines.map(([name]) => name.length)));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function* flatten(prefix: string, value: unknown): Generator<[string, string]> {
  if (Array.isArray(value) && value.length === 0) {
    yield [prefix, 'none'];
  } else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) yield* flatten(`${prefix}[${index}]`, element);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, element] of Object.entries(value))
      yield* flatten(prefix === '' ? name : `${prefix}.${name}`, element);
  } else {
    yield [prefix, String(value)];
  }
}
