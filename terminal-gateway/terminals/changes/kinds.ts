import { type Principal, type Transaction, Type, type Static } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { NewParameterSet, publishParameterSet } from '../../lists/parameter-sets.ts';
import { estateErrors } from '../errors.ts';
import {
  adoptCeremonyKey,
  checkCeremonyKey,
  checkKeyOrder,
  handOverMasterKeys,
  type KeyOrder,
} from '../master-keys.ts';
import { requireTransition, setModelState } from '../models.ts';
import { checkMove, checkProvisioning, moveTerminal, provisionTerminal } from '../provisioning.ts';
import { Functions, Industry, Mac, Model, ParticipantNo, SoftwareVersion, TerminalNo } from '../request-fields.ts';
import { holdTerminal, requireStatus, resumeTerminal } from '../status.ts';

export interface ChangeDeps {
  readonly hsm: HsmClient;
  readonly demo: boolean;
  /** Number of the passed acceptance report of a model's software (`model/version`), or undefined while there is none. */
  readonly passedReport: (
    tx: Transaction,
    candidate: { readonly kind: 'terminal'; readonly subject: string },
  ) => Promise<bigint | undefined>;
}

/** What an order for keys may name at once: the answer is one document, the keys are made while the officer waits. */
const MOST_KEYS = 1000;
const HsmKeyName = Type.String({ pattern: '^[A-Za-z0-9._-]{1,32}$' });
const closed = { additionalProperties: false } as const;

/** What the first officer says, by kind. */
export const changeContents = {
  'hand-over-keys': Type.Object(
    {
      terminals: Type.Array(TerminalNo, { minItems: 1, maxItems: MOST_KEYS, uniqueItems: true }),
      transport: HsmKeyName,
      replace: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
  'adopt-key': Type.Object({ terminalNo: TerminalNo, key: HsmKeyName, replace: Type.Optional(Type.Boolean()) }, closed),
  move: Type.Object({ terminalNo: TerminalNo, participantNo: ParticipantNo, industry: Industry }, closed),
  provision: Type.Object(
    { terminalNo: TerminalNo, functions: Functions, macAlgorithm: Mac, tlsOnly: Type.Optional(Type.Boolean()) },
    closed,
  ),
  resume: Type.Object({ terminalNo: TerminalNo }, closed),
  'activate-model': Type.Object({ model: Model, softwareVersion: SoftwareVersion }, closed),
  'publish-parameters': NewParameterSet,
} as const;

export type ChangeKind = keyof typeof changeContents;
export type ChangeContent<K extends ChangeKind> = Static<(typeof changeContents)[K]>;

interface Kind<K extends ChangeKind> {
  /** What it is about, for the list of changes and the act log. */
  subject(content: ChangeContent<K>): string;
  /** Whether it could be carried out now; asked when it is proposed, so that a mistake is seen by who made it. */
  check(tx: Transaction, deps: ChangeDeps, content: ChangeContent<K>): Promise<unknown>;
  /** Carries it out as the second officer; what is answered is given this once. */
  carryOut(
    tx: Transaction,
    deps: ChangeDeps,
    officer: Principal,
    content: ChangeContent<K>,
    reason: string,
  ): Promise<unknown>;
}

const keyOrder = ({ terminals, transport, replace }: ChangeContent<'hand-over-keys'>): KeyOrder => ({
  terminals,
  transport,
  replace: replace ?? false,
});
const terminalOf = ({ terminalNo }: { terminalNo: string }) => `terminal ${terminalNo}`;

async function reportFor(
  tx: Transaction,
  { passedReport }: ChangeDeps,
  software: ChangeContent<'activate-model'>,
): Promise<bigint> {
  await requireTransition(tx, software, 'production');
  const reportNo = await passedReport(tx, {
    kind: 'terminal',
    subject: `${software.model}/${software.softwareVersion}`,
  });
  if (reportNo === undefined) throw estateErrors.reportMissing(software);
  return reportNo;
}

/** Changes that need two persons, because keys, money or software in production depend on them. */
export const changeKinds: { readonly [K in ChangeKind]: Kind<K> } = {
  'hand-over-keys': {
    subject: ({ terminals }) => (terminals.length === 1 ? `terminal ${terminals[0]}` : `${terminals.length} terminals`),
    check: (tx, { hsm }, content) => checkKeyOrder(tx, hsm, keyOrder(content)),
    carryOut: async (tx, { hsm }, officer, content) => ({
      keys: await handOverMasterKeys(tx, hsm, officer, keyOrder(content)),
    }),
  },
  'adopt-key': {
    subject: terminalOf,
    check: (tx, { hsm }, content) => checkCeremonyKey(tx, hsm, { replace: false, ...content }),
    carryOut: (tx, { hsm }, officer, content) => adoptCeremonyKey(tx, hsm, officer, { replace: false, ...content }),
  },
  move: {
    subject: terminalOf,
    check: (tx, { demo }, content) => checkMove(tx, content, demo),
    carryOut: (tx, { demo }, officer, content) => moveTerminal(tx, officer, content, demo),
  },
  provision: {
    subject: terminalOf,
    check: (tx, { demo }, content) => checkProvisioning(tx, { tlsOnly: false, ...content }, demo),
    carryOut: (tx, { demo }, officer, content) => provisionTerminal(tx, officer, { tlsOnly: false, ...content }, demo),
  },
  resume: {
    subject: terminalOf,
    check: async (tx, _deps, { terminalNo }) => requireStatus(terminalNo, await holdTerminal(tx, terminalNo), 'active'),
    carryOut: (tx, _deps, officer, { terminalNo }, reason) => resumeTerminal(tx, officer, { terminalNo, reason }),
  },
  'activate-model': {
    subject: ({ model, softwareVersion }) => `${model} ${softwareVersion}`,
    check: (tx, deps, software) => reportFor(tx, deps, software),
    carryOut: async (tx, deps, officer, software) => {
      const reportNo = await reportFor(tx, deps, software);
      await setModelState(tx, officer, software, { state: 'production', reportNo });
      return { ...software, state: 'production', reportNo };
    },
  },
  'publish-parameters': {
    subject: () => 'a parameter set',
    check: () => Promise.resolve(),
    carryOut: (tx, _deps, officer, content) => publishParameterSet(tx, officer, content),
  },
};
