import { api, take } from './api.ts';
import { type Asked, useAsked } from './asked.ts';

/** A proposal that waits for its second person. */
export type Waiting = Awaited<ReturnType<typeof readWaiting>>[number];

export const readWaiting = async () => (await take(api.GET('/v1/waiting'))).waiting;

/** The proposals of these acts that wait now, as far as they concern whoever looks. */
export function useWaiting(...acts: readonly string[]): Asked<Waiting[]> {
  return useAsked(async () => (await readWaiting()).filter(({ act }) => acts.includes(act)));
}

/** What was proposed, as it was written down; undefined where nobody wrote it down, and the second person has to say it once more. */
export async function proposedContent(approvalId: number): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = { approvalId: String(approvalId) };
  const { content } = await take(api.GET('/v1/waiting/{approvalId}', { params: { path } }));
  return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : undefined;
}

/** The proposals of these acts that wait now, each with what exactly was proposed. */
export function useProposals(...acts: readonly string[]) {
  const waiting = useWaiting(...acts);
  const proposals = useAsked(
    () =>
      Promise.all(
        (waiting.answer.value ?? []).map(async (one) => ({ ...one, content: await proposedContent(one.approvalId) })),
      ),
    { when: waiting.answer },
  );
  return { waiting, proposals };
}
