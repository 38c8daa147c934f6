/** Where a command writes: standard output or standard error, or a test that listens. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}
