/** What a sentence of the services is in Chinese, by its code. `{name}` stands for a value, `{name:yuan}` for fen. */
type Refusals = Readonly<Record<string, string>>;

/** What the services say inside a sentence or keep as a reason: as they say it, and in Chinese. */
export type Saying = readonly [english: string, chinese: string];

/** All the Chinese there is for what services say. */
export interface Chinese {
  readonly refusals: Refusals;
  readonly sayings: readonly Saying[];
  /** Codes that stand as values in sentences: states, kinds, steps. */
  readonly codes: Readonly<Record<string, string>>;
  /** Acts as the log of acts names them. */
  readonly acts: Readonly<Record<string, string>>;
  /** Names of the figures in what was left as evidence. */
  readonly fields: Readonly<Record<string, string>>;
  /** The sentences of the catalogues in English, by code. */
  readonly english: Readonly<Record<string, string>>;
}
