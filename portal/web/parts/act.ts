import { shallowReactive } from 'vue';
import { newKey } from './api.ts';
import { session, type Shown } from './session.ts';

/** An act as the person confirms it. */
export interface Act<Outcome> {
  readonly title: string;
  /** Exactly what will be done, line by line. What is signed are these lines. */
  readonly lines: readonly { readonly label: string; readonly value: string }[];
  /** What follows from it, in a sentence or two. */
  readonly explanation?: string;
  /** The word on the button. */
  readonly confirm: string;
  /** Cannot be taken back. */
  readonly danger?: boolean;
  /** An approval: signed with the person's own certificate before it is sent. */
  readonly signed?: Omit<Shown, 'lines'>;
  /** Sends it. The headers hold an idempotency key, the same for every try, and the signature where there is one. */
  readonly run: (headers: Readonly<Record<string, string>>) => Promise<Outcome>;
}

interface OpenAct {
  readonly act: Act<unknown>;
  readonly headers: Record<string, string>;
  readonly done: (outcome: { outcome: unknown } | undefined) => void;
}

/** What the dialog of the shell shows now. */
export const confirming = shallowReactive<{ open: OpenAct | undefined }>({ open: undefined });

/**
 * Shows what will be done, asks, signs where an approval needs it, and does it. A refusal stays on the dialog, where the
 * person may try again or give up.
 *
 * @returns the outcome, or undefined when the person gave up: nothing was done
 */
export async function act<Outcome>(asked: Act<Outcome>): Promise<{ outcome: Outcome } | undefined> {
  const said = await new Promise<{ outcome: unknown } | undefined>((done) => {
    confirming.open = { act: asked, headers: { 'idempotency-key': newKey() }, done };
  });
  confirming.open = undefined;
  return said as { outcome: Outcome } | undefined;
}

/** Carries out what the dialog shows. @throws Problem when it is refused; the dialog stays */
export async function carryOut(open: OpenAct): Promise<void> {
  const { act: asked } = open;
  const signature =
    asked.signed === undefined ? undefined : await session.sign({ ...asked.signed, lines: asked.lines });
  const headers = signature === undefined ? open.headers : { ...open.headers, 'x-approval-signature': signature };
  open.done({ outcome: await asked.run(headers) });
}
