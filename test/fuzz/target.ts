/** What a target is to do. Cases are numbered; the same seed and number make the same case. */
export interface TargetOptions {
  readonly seed: number;
  readonly firstCase: number;
  /** The case before which it stops by itself. */
  readonly lastCase: number;
  readonly stop: AbortSignal;
}

/** What a target tells while it runs. Its process ends with `done`; ending without is a finding. */
export type Report =
  | {
      readonly kind: 'progress';
      readonly cases: number;
      readonly frames: number;
      readonly heapMiB: number;
      readonly note?: string;
    }
  /** `stream` in hex where there is one, ready to become a file of the corpus. */
  | { readonly kind: 'finding'; readonly case: number; readonly sentence: string; readonly stream?: string }
  | { readonly kind: 'done'; readonly details: Readonly<Record<string, unknown>> };
