/** One text for one content, as the services write it: keys sorted, no spaces, undefined left out. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** The path as both sides write it: each part of it encoded in the one way. */
export function signablePath(path: string): string {
  const [before = '', ...query] = path.split('?');
  const parts = before.split('/').map((part) => encodeURIComponent(decodeURIComponent(part)));
  return [parts.join('/'), ...query].join('?');
}
