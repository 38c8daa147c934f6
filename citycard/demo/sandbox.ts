import { assignSam, cardNo, openPurses } from '@citycard/clearing';
import { composeCardNo, SANDBOX_ISSUER } from '@citycard/card-issuer';
import {
  addDays,
  cityDate,
  type Database,
  fen,
  type HttpServer,
  type Principal,
  recordAct,
  rolesAllowed,
  transact,
} from '@citycard/common';
import { registerTerminal, setTerminalMasterKey } from '@citycard/terminal-gateway';
import { citycardErrors } from '../errors.ts';
import { readMark } from '../installation/mark.ts';
import { publishedKey } from './published-components.ts';

/** The merchant whose terminal and prefund visitors use. */
export const SANDBOX_MERCHANT = '904458041119999';

/** Card numbers in one block, each for one card life. */
const cardsPerBlock = 500;
const cardYears = 8;
const purseCapFen = 100_000n;
const busIndustry = 1;

/** Everything somebody else's terminal needs to be tried against the running demo. Keys in hex. */
export interface Sandbox {
  readonly host: string;
  readonly port: number;
  readonly terminal: string;
  readonly merchant: string;
  readonly sam: string;
  readonly tmk: string;
  readonly dpkRoot: string;
  readonly dlkRoot: string;
  readonly dtkRoot: string;
  readonly cards: readonly string[];
}

/**
 * Hands out a fresh test terminal, its SAM number and a block of card numbers that nobody had before. Root keys and master
 * key are those of the published components; the HSM is not asked, because it does not give keys away.
 */
export async function openSandbox(
  db: Database,
  officer: Principal,
  gateway: { readonly host: string; readonly port: number },
): Promise<Sandbox> {
  return transact(db, async (tx) => {
    const number = await tx.query<{ terminal: bigint }>(`select nextval('installation.sandbox_terminal') as terminal`);
    const serial = (number.rows[0]?.terminal ?? 0n).toString().padStart(4, '0');
    const terminal = `SBX0${serial}`;
    const sam = `99990000${serial}`;
    // Records of the last 90 days may be uploaded, so the SAM was the merchant's all that time.
    const today = cityDate(new Date());
    await assignSam(tx, {
      samNo: sam,
      participantNo: SANDBOX_MERCHANT,
      terminalNo: terminal,
      validFrom: new Date(`${addDays(today, -365)}T00:00:00+08:00`),
    });
    await registerTerminal(
      tx,
      officer,
      {
        terminalNo: terminal,
        participantNo: SANDBOX_MERCHANT,
        industry: busIndustry,
        samNo: sam,
        functions: ['load', 'load-bound', 'purchase-upload', 'enquiry'],
        macAlgorithm: 'ecb',
      },
      { demo: true },
    );
    await setTerminalMasterKey(tx, terminal, { tmk: 'name:SANDBOX-TMK', kcv: '' });
    const sequences = await tx.query<{ sequence: bigint }>(
      `select nextval('installation.sandbox_card') as sequence from generate_series(1, $1)`,
      [cardsPerBlock],
    );
    const cards = sequences.rows.map((row) => cardNo(composeCardNo(SANDBOX_ISSUER, row.sequence)));
    await openPurses(tx, cards, {
      algorithm: '3des',
      validFrom: addDays(today, -365),
      validTo: addDays(today, 365 * cardYears),
      purseCap: fen(purseCapFen),
      mainType: 1,
      subType: 0,
      sandbox: true,
    });
    await recordAct(tx, officer, { act: 'open-sandbox', subject: `terminal ${terminal}` });
    const hex = (name: string) => publishedKey(name).toString('hex').toUpperCase();
    return {
      ...gateway,
      terminal,
      merchant: SANDBOX_MERCHANT,
      sam,
      tmk: hex('SANDBOX-TMK'),
      dpkRoot: hex('DPK'),
      dlkRoot: hex('DLK'),
      dtkRoot: hex('DTK'),
      cards,
    };
  });
}

/** `POST /v1/sandbox`; refuses outside demo mode, whoever asks. */
export function registerSandboxRoute(
  server: HttpServer,
  deps: {
    readonly db: Database;
    readonly mode: 'demo' | 'production';
    readonly gateway: { readonly host: string; readonly port: number };
  },
): void {
  server.post('/v1/sandbox', { onRequest: rolesAllowed('platform') }, async (request) => {
    const mark = await readMark(deps.db);
    const demo = deps.mode === 'demo' && typeof mark === 'object' && mark.kind === 'demo';
    if (!demo) throw citycardErrors.sandboxIsForDemos();
    return openSandbox(deps.db, request.principal, { host: deps.gateway.host, port: deps.gateway.port });
  });
}
