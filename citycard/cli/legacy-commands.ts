import { readFile, writeFile } from 'node:fs/promises';
import { citycardErrors } from '../errors.ts';
import type { Command } from './command.ts';
import { download, upload } from './upload.ts';

const MANIFEST = '.manifest.json';

interface Import {
  readonly importId: number;
  readonly returnedRows: number;
}

/** Old cards of industries (docs/legacy-cards.md). */
export const legacyCommands: readonly Command[] = [
  {
    words: 'legacy import',
    help: 'legacy import PARTICIPANT FILE.manifest.json: hand in FILE.csv with its manifest and FILE.p7s; rows that go back are written to FILE.returned.csv',
    person: 'finance-maker',
    running: true,
    takesWords: true,
    run: async (connection, [participantNo, manifestFile, ...more]) => {
      if (participantNo === undefined || manifestFile?.endsWith(MANIFEST) !== true || more.length > 0)
        throw citycardErrors.badOption('legacy import takes a participant number and a manifest (….manifest.json)');
      const stem = manifestFile.slice(0, -MANIFEST.length);
      const [manifest, content, signature] = await Promise.all(
        [manifestFile, `${stem}.csv`, `${stem}.p7s`].map((file) => readOrSay(file)),
      );
      const answer = (await upload(connection, {
        path: `/v1/legacy-issuers/${encodeURIComponent(participantNo)}/imports`,
        ...(content !== undefined && { content }),
        headers: {
          'x-manifest': manifest?.toString('base64') ?? '',
          'x-signature': signature?.toString('base64') ?? '',
        },
      })) as Import;
      const returnedRowsIn = `${stem}.returned.csv`;
      if (answer.returnedRows > 0) {
        const table = await download(connection, `/v1/legacy-imports/${answer.importId}/returned-rows`);
        await writeFile(returnedRowsIn, table);
        return { answer: { ...answer, returnedRowsIn }, ok: false };
      }
      return { answer, ok: true };
    },
  },
  {
    words: 'legacy accept',
    help: 'legacy accept IMPORT: the second person accepts the totals; the balances count from now on',
    person: 'finance-checker',
    running: true,
    takesWord: true,
    run: async (connection, [importId]) => {
      if (importId === undefined || !/^[0-9]+$/.test(importId))
        throw citycardErrors.badOption('legacy accept takes the number of an import');
      const path = `/v1/legacy-imports/${importId}/approval`;
      return { answer: await upload(connection, { path, headers: { 'idempotency-key': path } }), ok: true };
    },
  },
  {
    words: 'legacy report',
    help: 'legacy report PARTICIPANT: what became of the old cards, to the fen; exit code 1 when it does not add up',
    person: 'auditor',
    running: false,
    takesWord: true,
    run: async (connection, [participantNo]) => {
      if (participantNo === undefined) throw citycardErrors.badOption('legacy report takes a participant number');
      const path = `/v1/legacy-issuers/${encodeURIComponent(participantNo)}/report`;
      const answer = (await connection.get(path)) as { proof: { cardsAddUp: boolean; ledgerAgrees: boolean } };
      return { answer, ok: answer.proof.cardsAddUp && answer.proof.ledgerAgrees };
    },
  },
];

async function readOrSay(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw citycardErrors.badOption(`${file} cannot be read; manifest, file and signature stand side by side`);
  }
}
