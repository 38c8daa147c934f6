import { confirmHotlist, hotlistPage } from '@citycard/clearing';
import { CityCardError, transact } from '@citycard/common';
import { answerFields } from '../catalogue/answer.ts';
import { HOTLIST_ADD, HOTLIST_PAGE_ENTRIES, HOTLIST_REMOVE } from '../codec/payloads/keys-and-lists.ts';
import type { Decision, RequestContext } from '../requests/context.ts';

/**
 * Message 5, 390: one page of the log after the version held. A terminal that names a version never published (its memory is
 * another installation's) is answered 30 until it asks from version 0.
 */
export function sendHotlist(context: RequestContext<'hotlist'>): Promise<Decision> {
  return unlessUnpublished(() => pageFor(context));
}

async function pageFor(context: RequestContext<'hotlist'>): Promise<Decision> {
  const { versionHeld, nextIndex } = context.request.values.wanted;
  const page = await hotlistPage(context.deps.db, {
    versionHeld: BigInt(versionHeld),
    index: nextIndex,
    limit: HOTLIST_PAGE_ENTRIES,
  });
  const fields = answerFields('hotlist', {
    page: {
      currentVersion: Number(page.currentVersion),
      nextIndex: page.nextIndex,
      more: page.more ? 1 : 0,
      entries: page.entries.map((entry) => ({
        action: entry.action === 'add' ? HOTLIST_ADD : HOTLIST_REMOVE,
        applicationSerial: entry.applicationSerial,
      })),
    },
  });
  return { code: '00', fields };
}

/** Message 5, 391: the terminal has adopted a version; from now on taps against it are the terminal's risk. */
export function confirmAdoption(context: RequestContext<'hotlistAdopted'>): Promise<Decision> {
  return unlessUnpublished(() => confirm(context));
}

async function confirm(context: RequestContext<'hotlistAdopted'>): Promise<Decision> {
  const version = BigInt(context.request.values.adopted.version);
  await transact(context.deps.db, async (tx) => {
    await confirmHotlist(tx, context.terminal.terminalNo, version, context.now);
    await tx.query('update gateway.terminal set hotlist_version = $2, last_seen_at = $3 where terminal_no = $1', [
      context.terminal.terminalNo,
      version,
      context.now,
    ]);
  });
  return { code: '00' };
}

async function unlessUnpublished(answer: () => Promise<Decision>): Promise<Decision> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof CityCardError && error.code === 'clearing.hotlist-version-unknown') return { code: '30' };
    throw error;
  }
}
