import { Type } from '@citycard/common';

const Text = Type.String();
const Maybe = Type.Union([Type.String(), Type.Null()]);
const Number = Type.Integer();
const MaybeNumber = Type.Union([Type.Integer(), Type.Null()]);

/** A terminal as the register shows it. */
export const Terminal = Type.Object({
  terminalNo: Text,
  participantNo: Text,
  industry: Number,
  samNo: Maybe,
  model: Maybe,
  groupName: Maybe,
  functions: Type.Array(Text),
  macAlgorithm: Text,
  tlsOnly: Type.Boolean(),
  status: Text,
  statusReason: Maybe,
  statusAt: Maybe,
  replacedBy: Maybe,
  registeredAt: Text,
  tmkKcv: Maybe,
  nextTmkKcv: Maybe,
  lastSeenAt: Maybe,
  lastSettledBatch: Maybe,
  software: Maybe,
  softwareState: Maybe,
  parametersVersion: MaybeNumber,
  parametersConfirmedAt: Maybe,
  hotlistVersion: MaybeNumber,
  hotlistConfirmedAt: Maybe,
  hotlistLackingSince: Maybe,
  certificateEndsAt: Maybe,
  revision: Number,
});

export const Terminals = Type.Object({ terminals: Type.Array(Terminal), cursor: Type.Optional(Text) });

export const History = Type.Object({
  terminalNo: Text,
  events: Type.Array(Type.Object({ at: Text, event: Text, doneBy: Text, detail: Type.Unknown() })),
  assignments: Type.Array(Type.Object({ participantNo: Text, industry: Number, validFrom: Text, validTo: Maybe })),
  sams: Type.Array(Type.Object({ samNo: Text, validFrom: Text, validTo: Type.Optional(Text) })),
  parameters: Type.Array(Type.Object({ version: Number, confirmedAt: Text })),
});

export const Traces = Type.Object({
  messages: Type.Array(
    Type.Object({
      receivedAt: Text,
      terminalNo: Text,
      traceNo: Text,
      mti: Text,
      message: Text,
      code: Text,
      meaning: Text,
      operator: Maybe,
      industry: MaybeNumber,
      batchNo: Maybe,
      cardNo: Maybe,
      amountFen: MaybeNumber,
      reference: Maybe,
      remark: Maybe,
      from: Maybe,
      encrypted: Type.Union([Type.Boolean(), Type.Null()]),
      gateway: Text,
      totalMs: Type.Number(),
      stages: Type.Array(Type.Object({ name: Text, ms: Type.Number() })),
    }),
  ),
});

export const ParameterSets = Type.Object({
  parameterSets: Type.Array(
    Type.Object({
      version: Number,
      loadMaximumFen: Number,
      purseCapFen: Number,
      uploadIntervalSeconds: Number,
      recordAgeLimitDays: Number,
      hotlistIntervalSeconds: Number,
      moreTags: Type.Array(Type.Object({ tag: Number, value: Text })),
      note: Maybe,
      publishedBy: Text,
      publishedAt: Text,
      heldBy: Number,
    }),
  ),
});

export const Rollouts = Type.Object({
  rollouts: Type.Array(
    Type.Object({
      rolloutNo: Number,
      version: Number,
      everybody: Type.Boolean(),
      participants: Type.Array(Text),
      groups: Type.Array(Text),
      terminals: Type.Array(Text),
      reason: Text,
      startedBy: Text,
      startedAt: Text,
      terminalsDue: Number,
      terminalsDone: Number,
    }),
  ),
});

export const Changes = Type.Object({
  changes: Type.Array(
    Type.Object({
      changeNo: Number,
      kind: Text,
      subject: Text,
      state: Text,
      content: Type.Unknown(),
      reason: Text,
      proposedBy: Text,
      proposedAt: Text,
      decidedBy: Maybe,
      decidedAt: Maybe,
    }),
  ),
  cursor: Type.Optional(Text),
});
