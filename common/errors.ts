/** One line of a folder's catalogue: a stable code, the HTTP status it answers with, a sentence a person can act on. */
export interface CatalogueEntry {
  readonly code: string;
  readonly status: number;
  /** May name values of the detail in braces: `Port {port} is in use.` */
  readonly sentence: string;
}

/** An unexpected or refused act, with a stable `code` for programs and a `message` for people. */
export class CityCardError extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail?: unknown;

  constructor(
    entry: CatalogueEntry,
    options: { detail?: unknown; cause?: unknown; params?: Record<string, unknown> } = {},
  ) {
    super(
      fillIn(entry.sentence, options.params ?? {}),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'CityCardError';
    this.code = entry.code;
    this.status = entry.status;
    if (options.detail !== undefined) this.detail = options.detail;
  }
}

/**
 * Declares the errors of a folder: one maker per entry, whose code is `folder.entry-name`.
 *
 * A detail given as a record fills the `{names}` of the sentence; a detail given as a text replaces `{detail}` or is
 * appended in parentheses.
 *
 * @example
 * const errors = errorCatalogue('parking', { spaceTaken: { status: 409, sentence: 'Space {space} is taken.' } });
 * throw errors.spaceTaken({ space: 12 }); // code "parking.space-taken", message "Space 12 is taken."
 */
export function errorCatalogue<T extends Record<string, { status: number; sentence: string }>>(
  folder: string,
  entries: T,
): { [K in keyof T]: (detail?: string | Record<string, unknown>, cause?: unknown) => CityCardError } {
  const make = (name: string, entry: { status: number; sentence: string }) => {
    const code = `${folder}.${kebab(name)}`;
    return (detail?: string | Record<string, unknown>, cause?: unknown): CityCardError => {
      const params = typeof detail === 'string' ? { detail } : detail;
      const sentence =
        typeof detail === 'string' && !entry.sentence.includes('{detail}')
          ? `${entry.sentence} ({detail})`
          : entry.sentence;
      return new CityCardError({ code, status: entry.status, sentence }, { detail, cause, ...(params && { params }) });
    };
  };
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, make(name, entry)])) as {
    [K in keyof T]: (detail?: string | Record<string, unknown>, cause?: unknown) => CityCardError;
  };
}

function fillIn(sentence: string, params: Record<string, unknown>): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}

function kebab(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}
