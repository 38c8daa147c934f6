import { HOTLIST_REMOVE } from '@citycard/terminal-gateway';
import { decodePurchaseRecord, FLAG } from '@citycard/clearing';
import { CaseFailed } from '../case.ts';
import { next, type TerminalBench, type TerminalCase } from './bench.ts';
import { TEST_PARAMETERS } from './lists.ts';

const PAGE = 'terminal-interface.md §3';

/** Follows the pages of the hotlist to their end. `cutAfter` closes the link after that many pages. */
async function followHotlist(bench: TerminalBench, cutAfter?: number): Promise<void> {
  const { host } = bench;
  let pages = 0;
  let expected: number | undefined;
  for (;;) {
    const asked = await next(
      bench,
      'A request for the hotlist (390) or its confirmation (391)',
      'hotlist',
      'hotlistAdopted',
    );
    if (asked.request.name === 'hotlistAdopted') {
      const { version } = asked.request.values.adopted;
      await host.answerHonestly(asked);
      if (expected === undefined || expected !== host.hotlist.version || pages === 0)
        throw new CaseFailed('391 came before the page with more = 0.');
      if (version !== host.hotlist.version)
        throw new CaseFailed(`391 confirms version ${version}, the last page said ${host.hotlist.version}.`);
      return;
    }
    const { wanted } = asked.request.values;
    const from = wanted.versionHeld + wanted.nextIndex;
    if (expected !== undefined && from !== expected && wanted.nextIndex !== 0)
      throw new CaseFailed(`After a page that ends at entry ${expected} the terminal asked for what follows ${from}.`);
    pages += 1;
    const page = host.hotlist.page(wanted);
    expected = page === undefined ? undefined : wanted.versionHeld + page.nextIndex;
    if (cutAfter === pages) {
      await host.answerHonestly(asked, { delivery: 'half and hang up' });
      // The page never arrived: it is asked for again, or the list from where the terminal holds it.
      expected = undefined;
    } else await host.answerHonestly(asked);
  }
}

/** Parameters and hotlist (terminal interface, section 3, messages 4 and 5). */
export const listCases: readonly TerminalCase[] = [
  {
    id: 'parameters',
    title: 'Fetches all blocks of the parameters and confirms their version',
    document: `${PAGE}, message 4`,
    async run(bench) {
      bench.host.claim('parameters', 'parametersAdopted');
      bench.ask('Let the terminal fetch its parameters.');
      for (let block = 0; block < 2; block += 1) {
        const asked = await next(bench, `A request for parameter block ${block} (360)`, 'parameters');
        const { blockIndex } = asked.request.values.wanted;
        if (blockIndex !== block)
          throw new CaseFailed(`Block ${blockIndex} was asked for, block ${block} was its turn.`);
        await bench.host.answerHonestly(asked);
      }
      const done = await next(bench, 'The confirmation (361)', 'parametersAdopted');
      const { version } = done.request.values.adopted;
      await bench.host.answerHonestly(done);
      if (version !== TEST_PARAMETERS)
        throw new CaseFailed(`361 confirms version ${version}, the last block said ${TEST_PARAMETERS}.`);
    },
  },
  {
    id: 'hotlist',
    title: 'Fetches every page of the hotlist and confirms its version',
    document: `${PAGE}, message 5`,
    async run(bench) {
      bench.host.claim('hotlist', 'hotlistAdopted');
      bench.ask('Let the terminal fetch the hotlist.');
      await followHotlist(bench);
    },
  },
  {
    id: 'hotlist-torn',
    title: 'Asks again for a hotlist page that was torn, and confirms nothing it does not hold',
    document: `${PAGE}, message 5`,
    async run(bench) {
      const { host } = bench;
      for (let entry = 0; entry < 3; entry += 1) {
        host.hotlist.append({ action: HOTLIST_REMOVE, applicationSerial: `0310458099000000999${entry}` });
      }
      host.claim('hotlist', 'hotlistAdopted');
      bench.ask('Let the terminal fetch what is new on the hotlist. The link will break; let it fetch again.');
      await followHotlist(bench, 1);
    },
  },
  {
    id: 'hotlisted-card',
    title: 'Takes no money from a card on the hotlist and reports it locked',
    document: `${PAGE}, "Purchase record" and "Hotlist"`,
    about: 'purchase',
    async run(bench) {
      const { host, hotCard } = bench;
      if (hotCard === undefined)
        throw new CaseFailed('The kit was started without hot-card=, the number of a test card to put on the hotlist.');
      host.claim('purchaseUpload');
      bench.ask(`Tap the card ${hotCard}, which is on the hotlist, and let the terminal upload.`);
      const upload = await next(bench, 'An upload (0320) with the locked card', 'purchaseUpload');
      await host.answerHonestly(upload);
      const records = upload.request.values.records
        .map((raw) => decodePurchaseRecord(raw))
        .filter(({ cardNo }) => cardNo === hotCard);
      if (records.some(({ flag }) => flag !== FLAG.cardLocked)) throw new CaseFailed('A card on the hotlist has paid.');
      const [locked] = records;
      if (locked === undefined) throw new CaseFailed('The upload has no record (flag 3) of the card that was locked.');
      if (locked.hotlistVersion !== host.hotlist.version)
        throw new CaseFailed(
          `Bytes 51–54 of the record say hotlist version ${locked.hotlistVersion}, the terminal confirmed ${host.hotlist.version}.`,
        );
    },
  },
];
