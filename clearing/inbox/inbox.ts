import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, type Logger, watchPart } from '@citycard/common';
import { type CertificateDeps, verifyDetachedCms } from '../certificates/index.ts';
import { dropStaleUploads } from '../intake/uploads/list.ts';
import type { UploadDeps } from '../intake/uploads/upload.ts';
import { trySessionLock } from '../session-lock.ts';
import { writeAnswers } from './answers.ts';
import { answerSigner, type SignAnswer } from './decision-files.ts';
import { type Folders, type Looks, participantFolders, readyPairs } from './folders.ts';
import { type OtherFiles, takeOther } from './take-other.ts';
import { takePair } from './take-pair.ts';

export interface InboxDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly folders: Folders;
  /** Files that are not purchases, and who takes them. */
  readonly others?: OtherFiles;
  /** Called when purchases have come in. */
  readonly onPurchases?: () => void;
  readonly verifySignature?: UploadDeps['verifySignature'];
  readonly claimedDigest?: UploadDeps['claimedDigest'];
  /** Signs files of decisions; without it they wait for somebody who has it. */
  readonly hsm?: CertificateDeps['hsm'];
  /** Instead of the HSM. */
  readonly sign?: SignAnswer;
  /** How long a file must have been left alone; the default suits writers that pause. */
  readonly quietMs?: number;
  /** From one look to the next; a second when left out. */
  readonly lookEveryMs?: number;
}

export interface Inbox {
  /** Lets the file that is being taken end; nothing starts after it. */
  stop(): Promise<void>;
}

/** Folders are looked into, not watched: a look works on every file system, network shares among them. */
const LOOK_EVERY_MS = 1_000;
const TIDY_EVERY_MS = 3_600_000;
/** Any number serves, as long as everybody who looks into inboxes locks the same one. */
const INBOX_LOCK = 5_012_019_370_703n;

/**
 * Looks into the participants' inbox folders, takes what is whole, and puts answers into their outbox folders. Several
 * processes may do this; one at a time looks.
 */
export function startInbox(deps: InboxDeps): Inbox {
  const looks: Looks = new Map();
  let stopped = false;
  let tidiedAt = 0;
  let running: Promise<void> | undefined;
  const part = watchPart('inbox', { everyMs: deps.lookEveryMs ?? LOOK_EVERY_MS });
  const work = () =>
    trySessionLock(deps.db, INBOX_LOCK, async () => {
      await lookOnce(deps, looks, () => stopped);
      if (Date.now() - tidiedAt < TIDY_EVERY_MS) return;
      tidiedAt = Date.now();
      await dropStaleUploads(deps.db);
      looks.clear();
    });
  const look = async () => {
    try {
      await part.round(work);
    } catch (error) {
      if (!stopped) deps.logger.warn({ err: error }, 'the inbox folders could not be looked into, will be tried again');
    }
  };
  const timer = setInterval(() => {
    running ??= look().finally(() => {
      running = undefined;
    });
  }, deps.lookEveryMs ?? LOOK_EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
      part.end();
    },
  };
}

/** One look into every folder; a pair or a folder that cannot be dealt with holds up no other. */
export async function lookOnce(deps: InboxDeps, looks: Looks, stopped: () => boolean = () => false): Promise<void> {
  const { db, folders, logger } = deps;
  await provideFolders(db, folders);
  const upload: UploadDeps = {
    db,
    verifySignature: deps.verifySignature ?? verifyDetachedCms,
    ...(deps.claimedDigest === undefined ? {} : { claimedDigest: deps.claimedDigest }),
  };
  for (const participantNo of await participantFolders(folders)) {
    try {
      const quiet = {
        ...(deps.quietMs !== undefined && { quietMs: deps.quietMs }),
        ...(deps.others !== undefined && { alsoNamed: deps.others.named }),
      };
      for (const pair of await readyPairs(folders, participantNo, looks, quiet)) {
        if (stopped()) return;
        const other = deps.others?.named.test(pair.fileName) === true ? deps.others : undefined;
        const result = await (other === undefined ? takePair(upload, folders, pair) : takeOther(other, folders, pair));
        logger.info({ participantNo, fileName: pair.fileName, result }, 'file in an inbox folder');
        if (result === 'taken' && other === undefined) deps.onPurchases?.();
      }
    } catch (error) {
      logger.warn({ err: error, participantNo }, 'an inbox folder could not be dealt with, will be tried again');
    }
  }
  const sign = deps.sign ?? (deps.hsm && answerSigner(db, deps.hsm));
  await writeAnswers(db, folders, logger, stopped, sign);
}

/** Everybody who may deliver files has a folder for it, and one for answers. */
async function provideFolders(db: Database, { inbox, outbox }: Folders): Promise<void> {
  const { rows } = await db.query<{ participant_no: string }>(
    `select participant_no from clearing.participant
      where kind in ('operator', 'biller', 'agent') and status <> 'exited' and participant_no ~ '^[0-9A-Za-z]{1,15}$'`,
  );
  for (const parent of [inbox, outbox]) {
    await mkdir(parent, { recursive: true, mode: 0o750 });
    for (const { participant_no: own } of rows) await mkdir(join(parent, own), { recursive: true, mode: 0o750 });
  }
}
