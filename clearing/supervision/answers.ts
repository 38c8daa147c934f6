import { Type } from '@citycard/common';

/** What the routes of this folder answer, for the description of the interface. Amounts are whole fen. */

const OpenProof = Type.Object({
  date: Type.String(),
  account: Type.String(),
  ledgerFen: Type.Integer(),
  statementFen: Type.Optional(Type.Integer()),
  differenceFen: Type.Optional(Type.Integer()),
  ageDays: Type.Integer(),
});

const PermittedMovement = Type.Object({ to: Type.String(), from: Type.String(), use: Type.String() });

const Threshold = Type.Object({
  unit: Type.Enum(['days', 'loads', 'fen', 'minutes', 'hours', 'seconds', 'records']),
  otherwise: Type.Integer(),
  least: Type.Integer(),
  most: Type.Integer(),
  meaning: Type.String(),
});

const StoredAgentCap = Type.Object({
  version: Type.Integer(),
  setBy: Type.String(),
  approvedBy: Type.String(),
  setAt: Type.String(),
  participantNo: Type.String(),
  capFen: Type.Integer(),
  coverFen: Type.Integer(),
  coverNote: Type.String(),
});

const FeeWithdrawal = Type.Object({
  withdrawalNo: Type.Integer(),
  amountFen: Type.Integer(),
  from: Type.String(),
  to: Type.String(),
  state: Type.Enum(['posted', 'proposed']),
  proposedBy: Type.String(),
  approvedBy: Type.Optional(Type.String()),
  postedDate: Type.Optional(Type.String()),
});

/** `GET /v1/supervision/live` */
export const Live = Type.Object({
  takenAt: Type.String(),
  ageMs: Type.Integer(),
  figures: Type.Object({
    date: Type.String(),
    chunkNo: Type.String(),
    position: Type.Object({
      owed: Type.Record(Type.String(), Type.String()),
      owedFen: Type.String(),
      receivable: Type.Record(Type.String(), Type.String()),
      receivableFen: Type.String(),
      reserve: Type.Record(Type.String(), Type.String()),
      reserveFen: Type.String(),
      uncoveredMigrations: Type.Record(Type.String(), Type.String()),
      uncoveredMigrationsFen: Type.String(),
      cashFen: Type.String(),
      differenceFen: Type.String(),
      unexplainedFen: Type.String(),
      deposits: Type.Object({
        owedFen: Type.String(),
        bankFen: Type.String(),
        cashFen: Type.String(),
        differenceFen: Type.String(),
      }),
      ownFundsFen: Type.String(),
      ok: Type.Boolean(),
    }),
    bankAccounts: Type.Array(Type.Object({ account: Type.String(), ledgerFen: Type.String() })),
    agents: Type.Array(
      Type.Object({
        participantNo: Type.String(),
        prefundFen: Type.String(),
        netDebitCapFen: Type.String(),
        coverFen: Type.String(),
        roomFen: Type.String(),
      }),
    ),
    cities: Type.Array(
      Type.Object({
        city: Type.String(),
        receivableFen: Type.String(),
        payableFen: Type.String(),
        netFen: Type.String(),
      }),
    ),
    suspenseFen: Type.String(),
    inTransitFen: Type.String(),
    undecidedFen: Type.String(),
    dormancy: Type.Optional(
      Type.Object({
        date: Type.String(),
        years: Type.Array(Type.Object({ years: Type.Integer(), cards: Type.String(), balanceFen: Type.String() })),
      }),
    ),
    proofs: Type.Array(
      Type.Object({
        date: Type.String(),
        account: Type.String(),
        ledgerFen: Type.String(),
        statementFen: Type.Optional(Type.String()),
        differenceFen: Type.Optional(Type.String()),
        ageDays: Type.Integer(),
      }),
    ),
    feeHolds: Type.Array(Type.String()),
  }),
});

/** `GET /v1/supervision/history` */
export const History = Type.Object({
  days: Type.Array(Type.String()),
  float: Type.Record(Type.String(), Type.Array(Type.Integer())),
  participants: Type.Record(
    Type.String(),
    Type.Record(Type.String(), Type.Array(Type.Union([Type.Null(), Type.Integer()]))),
  ),
  dormancy: Type.Record(
    Type.String(),
    Type.Object({
      cards: Type.Array(Type.Union([Type.Null(), Type.Integer()])),
      balanceFen: Type.Array(Type.Union([Type.Null(), Type.Integer()])),
    }),
  ),
});

/** `GET /v1/supervision/differences` */
export const Proofs = Type.Object({ differences: Type.Array(OpenProof) });

/** `GET /v1/supervision/movements` */
export const Movements = Type.Object({ movements: Type.Array(PermittedMovement) });

/** `GET /v1/supervision/rules` */
export const Rules = Type.Object({
  rules: Type.Array(
    Type.Object({
      bounds: Type.Union([
        Type.Record(Type.String(), Threshold),
        Type.Object({ aboveFen: Threshold }),
        Type.Object({
          terminalFen: Threshold,
          cardLoads: Type.Object({
            unit: Type.Literal('loads'),
            otherwise: Type.Literal(4),
            least: Type.Literal(2),
            most: Type.Literal(20),
            meaning: Type.Literal('loads of one card within five minutes'),
          }),
        }),
        Type.Object({ roomFen: Threshold }),
        Type.Object({
          afterDays: Type.Object({
            unit: Type.Literal('days'),
            otherwise: Type.Literal(1),
            least: Type.Literal(0),
            most: Type.Literal(5),
            meaning: Type.Literal('nobody recognised it'),
          }),
        }),
        Type.Object({
          afterDays: Type.Object({
            unit: Type.Literal('days'),
            otherwise: Type.Literal(0),
            least: Type.Literal(0),
            most: Type.Literal(30),
            meaning: Type.Literal('open after its due date'),
          }),
        }),
        Type.Object({
          afterHours: Type.Object({
            unit: Type.Literal('hours'),
            otherwise: Type.Literal(30),
            least: Type.Literal(6),
            most: Type.Literal(96),
            meaning: Type.Literal('without a purchase record'),
          }),
        }),
        Type.Object({
          records: Type.Object({
            unit: Type.Literal('records'),
            otherwise: Type.Literal(3),
            least: Type.Literal(2),
            most: Type.Literal(20),
            meaning: Type.Literal('with a wrong TAC from one SAM in two days'),
          }),
        }),
        Type.Object({
          afterHours: Type.Object({
            unit: Type.Literal('hours'),
            otherwise: Type.Literal(24),
            least: Type.Literal(1),
            most: Type.Literal(168),
            meaning: Type.Literal('since it was last heard'),
          }),
        }),
        Type.Object({
          clashes: Type.Object({
            unit: Type.Literal('records'),
            otherwise: Type.Literal(1),
            least: Type.Literal(1),
            most: Type.Literal(5),
            meaning: Type.Literal('of one card in seven days, each contradicting another'),
          }),
        }),
        Type.Object({
          afterSeconds: Type.Object({
            unit: Type.Literal('seconds'),
            otherwise: Type.Literal(15),
            least: Type.Literal(2),
            most: Type.Literal(300),
            meaning: Type.Literal('without an answer'),
          }),
        }),
        Type.Object({ fromFen: Threshold }),
      ]),
      rule: Type.Enum([
        'float-shortfall',
        'unusual-load-pattern',
        'purse-far-from-card',
        'agent-near-cap',
        'unmatched-bank-entry',
        'overdue-difference',
        'late-operator-upload',
        'forged-tac-cluster',
        'terminal-silent',
        'cloned-card',
        'hsm-away',
        'large-movement',
        'other-critical',
        'other-warning',
        'other-notice',
      ]),
      version: Type.Integer(),
      severity: Type.Enum(['warning', 'notice', 'critical']),
      thresholds: Type.Record(Type.String(), Type.Integer()),
      escalateMinutes: Type.Integer(),
      repeatMinutes: Type.Integer(),
      meaning: Type.String(),
      setBy: Type.Optional(Type.String()),
      approvedBy: Type.Optional(Type.String()),
    }),
  ),
});

/** `POST /v1/supervision/rules/:rule` */
export const Proposed = Type.Object({ approvalId: Type.Integer() });

/** `GET /v1/agent-caps` */
export const Caps = Type.Object({ caps: Type.Array(StoredAgentCap) });

/** `GET /v1/fee-withdrawals` */
export const Withdrawals = Type.Object({ withdrawals: Type.Array(FeeWithdrawal) });

/** `POST /v1/fee-withdrawals` */
export const ProposedWithdrawal = Type.Object({ withdrawalNo: Type.Integer(), approvalId: Type.Integer() });
