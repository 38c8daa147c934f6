// Made from the description of the interface: npm run portal:types
export interface paths {
  '/v1/acceptance-reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Recorded acceptance reports, newest first */
    get: {
      parameters: {
        query?: {
          candidate?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              reports: {
                reportNo: number;
                kit: string;
                candidate: string;
                softwareVersion: string | null;
                passed: boolean;
                finishedAt: string;
                recordedBy: string;
                recordedAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Record a report of the acceptance kit and sign it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @enum {string} */
            format: 'citycard-acceptance-report/1';
            kit: 'terminal' | 'operator' | 'city' | 'biller';
            candidate: string;
            softwareVersion?: string;
            conditions: {
              [key: string]: string;
            };
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            finishedAt: string;
            passed: boolean;
            cases: {
              id: string;
              title: string;
              document: string;
              outcome: 'passed' | 'failed' | 'not-run' | 'not-claimed';
              seconds: number;
              reason?: string;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/acceptance-reports/verification': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Whether a report and the signature beside it are this city’s */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            contentBase64: string;
            signatureBase64: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/acceptance-reports/{reportNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A recorded acceptance report with its signature */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          reportNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/account-changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Changes of settlement accounts that are under way */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              changes: {
                changeNo: number;
                participantNo: string;
                account: {
                  accountNo: string;
                  bankLineNo: string;
                  accountName: string;
                };
                previous: null | {
                  accountNo: string;
                  bankLineNo: string;
                  accountName: string;
                };
                documentNo: number;
                /** @enum {unknown} */
                state: 'approved' | 'proposed' | 'withdrawn' | 'noticed' | 'in-force';
                proposedBy: string;
                proposedAt: string;
                approvedBy: null | string;
                noticeNo: null | number;
                payableFrom: null | string;
                inForceAt: null | string;
                reason: null | string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/acts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lines of the act log, newest first */
    get: {
      parameters: {
        query?: {
          actor?: string;
          act?: string;
          subject?: string;
          from?: string;
          to?: string;
          cursor?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              acts: {
                sequence: number;
                at: string;
                actor: string;
                actorName: string;
                act: string;
                subject: string;
                detail: string;
                sha256: string;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/acts/kinds': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Kinds of acts on record */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              kinds: string[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/acts/verification': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Recompute the chain of the act log; names the first line that does not fit */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json':
              | {
                  /** @enum {boolean} */
                  ok: true;
                  lines: number;
                }
              | {
                  /** @enum {boolean} */
                  ok: false;
                  brokenAt: number;
                };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/acts/verifications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Proofs of the act log that were asked for, newest first, and how far each is */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              verifications: {
                verificationNo: number;
                state: string;
                linesTotal: number;
                linesDone: number;
                brokenAt: number | null;
                orderedBy: string;
                orderedAt: string;
                finishedAt: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Have the chain of the act log proved; one that is under way is answered */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              verificationNo: number;
              state: string;
              linesTotal: number;
              linesDone: number;
              brokenAt: number | null;
              orderedBy: string;
              orderedAt: string;
              finishedAt: string | null;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/agent-caps': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Net debit caps of load agents and their cover, every version */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              caps: {
                version: number;
                setBy: string;
                approvedBy: string;
                setAt: string;
                participantNo: string;
                capFen: number;
                coverFen: number;
                coverNote: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/agent-caps/{participantNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose how far below zero an agent may go */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            capFen: number;
            coverFen: number;
            coverNote: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/agent-caps/{participantNo}/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A supervisor approves it: the ledger refuses loads beyond it from now on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            capFen: number;
            coverFen: number;
            coverNote: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/agent-lines/{differenceNo}/action': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose what is done about a line that differs */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          differenceNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            action: 'confirm-ours' | 'void-ours' | 'make-up-ours' | 'make-up-theirs' | 'cancel-ours' | 'cancel-theirs';
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/agent-lines/{differenceNo}/action/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Agree, and it is done: loads posted or void, credits booked */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          differenceNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/agent-statements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Day files, the newest first; agents see their own */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/agents/{participantNo}/statements/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A day file: totals of both sides, after make-up, settlement */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Deliver the file of a day; it is compared line by line */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          date: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            loads: {
              count: number;
              amountFen: number;
            };
            cancellations: {
              count: number;
              amountFen: number;
            };
            lines: {
              kind: 'load' | 'cancel';
              terminalNo: string;
              batchNo: string;
              traceNo: string;
              cardNo: string;
              amountFen: number;
              onlineCounter?: number;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alarm-cases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Cases, those that moved last first */
    get: {
      parameters: {
        query?: {
          state?: 'open' | 'acknowledged' | 'closed';
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cases: {
                caseNo: number;
                kind: string;
                subject?: string;
                /** @enum {unknown} */
                severity: 'warning' | 'notice' | 'critical';
                /** @enum {unknown} */
                state: 'open' | 'closed' | 'acknowledged';
                alarmCount: number;
                firstAt: string;
                lastAt: string;
                level: number;
                acknowledgedBy?: string;
                acknowledgedAt?: string;
                closedBy?: string;
                closedAt?: string;
                finding?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alarm-cases/{caseNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A case, what was done with it, its newest alarms */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              caseNo: number;
              kind: string;
              subject?: string;
              /** @enum {unknown} */
              severity: 'warning' | 'notice' | 'critical';
              /** @enum {unknown} */
              state: 'open' | 'closed' | 'acknowledged';
              alarmCount: number;
              firstAt: string;
              lastAt: string;
              level: number;
              acknowledgedBy?: string;
              acknowledgedAt?: string;
              closedBy?: string;
              closedAt?: string;
              finding?: string;
              acts: {
                /** @enum {unknown} */
                act: 'close' | 'acknowledge' | 'answer' | 'escalate';
                actor: string;
                actedAt: string;
                words: string;
              }[];
              alarms: {
                alarmId: number;
                raisedAt: string;
                kind: string;
                /** @enum {unknown} */
                severity: 'warning' | 'notice' | 'critical';
                subject: string;
                evidence: {
                  [key: string]: unknown;
                };
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alarm-cases/{caseNo}/acknowledgement': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take note of a case: it goes no further up the roster */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alarm-cases/{caseNo}/answers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say something to a case; it stays as open as it was */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alarm-cases/{caseNo}/closing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close a case with a finding */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/alarms': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Alarms, oldest first */
    get: {
      parameters: {
        query?: {
          after?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/appeals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Objections to refused records; a participant sees its own */
    get: {
      parameters: {
        query?: {
          open?: boolean;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              appeals: {
                appealNo: number;
                /** @description Last four digits */
                card: string;
                /** @description For finance, supervisors and auditors */
                cardNo?: string;
                businessDate: string;
                intakeId: number;
                index: number;
                participantNo: string;
                amountFen: number;
                refusedFor: string;
                reason: string;
                words: string;
                openedAt: string;
                answerDueOn: string;
                state: string;
                approvalId?: number;
                proposedBy?: string;
                upheld?: boolean;
                answer?: string;
                answeredAt?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Object to the refusal of an own record */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            cardNo: string;
            /** Format: date */
            businessDate: string;
            intakeId: string;
            index: number;
            reason: 'tac-right' | 'sam-ours' | 'clock' | 'not-hot-listed' | 'card-valid' | 'other';
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              appealNo: number;
              /** @description Last four digits */
              card: string;
              /** @description For finance, supervisors and auditors */
              cardNo?: string;
              businessDate: string;
              intakeId: number;
              index: number;
              participantNo: string;
              amountFen: number;
              refusedFor: string;
              reason: string;
              words: string;
              openedAt: string;
              answerDueOn: string;
              state: string;
              approvalId?: number;
              proposedBy?: string;
              upheld?: boolean;
              answer?: string;
              answeredAt?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/appeals/{appealNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One objection; a participant sees its own */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          appealNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              appealNo: number;
              /** @description Last four digits */
              card: string;
              /** @description For finance, supervisors and auditors */
              cardNo?: string;
              businessDate: string;
              intakeId: number;
              index: number;
              participantNo: string;
              amountFen: number;
              refusedFor: string;
              reason: string;
              words: string;
              openedAt: string;
              answerDueOn: string;
              state: string;
              approvalId?: number;
              proposedBy?: string;
              upheld?: boolean;
              answer?: string;
              answeredAt?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/appeals/{appealNo}/answer': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose an answer; what is upheld is paid by the company */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          appealNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            uphold: boolean;
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/appeals/{appealNo}/answer/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The same answer, as another person: the participant is told, and paid when it is upheld */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          appealNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            uphold: boolean;
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              appealNo: number;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/data/{period}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The audit data file of a closed day, month or quarter: CSV with a manifest, as ZIP */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          period: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/data/{period}/signature': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The detached CMS signature of the audit data file of a closed period */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          period: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/inquiries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Inquiries with answers, open ones first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              inquiries: {
                inquiryNo: number;
                subject: string;
                question: string;
                deadline: string;
                askedBy: string;
                askedAt: string;
                finding: string | null;
                closedBy: string | null;
                closedAt: string | null;
                overdue: boolean;
                answers: {
                  answer: string;
                  answeredBy: string;
                  answeredAt: string;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Ask the company something, with a deadline */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            subject: string;
            question: string;
            deadline: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              inquiryNo: number;
              subject: string;
              question: string;
              deadline: string;
              askedBy: string;
              askedAt: string;
              finding: string | null;
              closedBy: string | null;
              closedAt: string | null;
              overdue: boolean;
              answers: {
                answer: string;
                answeredBy: string;
                answeredAt: string;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/inquiries/{number}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** An inquiry with its answers */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              inquiryNo: number;
              subject: string;
              question: string;
              deadline: string;
              askedBy: string;
              askedAt: string;
              finding: string | null;
              closedBy: string | null;
              closedAt: string | null;
              overdue: boolean;
              answers: {
                answer: string;
                answeredBy: string;
                answeredAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/inquiries/{number}/answers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Answer for the company */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            answer: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              inquiryNo: number;
              subject: string;
              question: string;
              deadline: string;
              askedBy: string;
              askedAt: string;
              finding: string | null;
              closedBy: string | null;
              closedAt: string | null;
              overdue: boolean;
              answers: {
                answer: string;
                answeredBy: string;
                answeredAt: string;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/inquiries/{number}/closing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close an inquiry with what was found */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            finding: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              inquiryNo: number;
              subject: string;
              question: string;
              deadline: string;
              askedBy: string;
              askedAt: string;
              finding: string | null;
              closedBy: string | null;
              closedAt: string | null;
              overdue: boolean;
              answers: {
                answer: string;
                answeredBy: string;
                answeredAt: string;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/samples': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Samples that were drawn, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              samples: {
                sampleNo: number;
                definition: {
                  from: string;
                  to: string;
                  seed: string;
                  strata: {
                    name: string;
                    size: number;
                    participantNo?: string;
                    industry?: number;
                    minFen?: number;
                    maxFen?: number;
                  }[];
                };
                drawnBy: string;
                drawnAt: string;
                records: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Draw purchase records of closed days by seed and stratum; the same again draws the same */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            from: string;
            to: string;
            seed: string;
            strata: {
              name: string;
              size: number;
              participantNo?: string;
              industry?: number;
              minFen?: number;
              maxFen?: number;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sampleNo: number;
              definition: {
                from: string;
                to: string;
                seed: string;
                strata: {
                  name: string;
                  size: number;
                  participantNo?: string;
                  industry?: number;
                  minFen?: number;
                  maxFen?: number;
                }[];
              };
              items: {
                stratum: string;
                cardNo: string;
                businessDate: string;
                intakeId: string;
                recordIndex: number;
              }[];
              drawnBy: string;
              drawnAt: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/samples/{number}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A sample that was drawn */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sampleNo: number;
              definition: {
                from: string;
                to: string;
                seed: string;
                strata: {
                  name: string;
                  size: number;
                  participantNo?: string;
                  industry?: number;
                  minFen?: number;
                  maxFen?: number;
                }[];
              };
              items: {
                stratum: string;
                cardNo: string;
                businessDate: string;
                intakeId: string;
                recordIndex: number;
              }[];
              drawnBy: string;
              drawnAt: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/samples/{number}/evidence': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The evidence of every record of a sample, as ZIP */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/samples/{number}/recomputed-evidence': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The evidence of a sample with every TAC computed anew by the HSM, as ZIP */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/view': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the system knew at an instant */
    get: {
      parameters: {
        query: {
          at: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              at: string;
              chunkNo: number;
              sumFen: number;
              trialBalance: {
                kind: string;
                code?: string;
                debitFen: number;
                creditFen: number;
                balanceFen: number;
              }[];
              days: {
                businessDate: string;
                state: string;
                since: string | null;
                evidenceSha256: string | null;
              }[];
              actLog: {
                sequence: number;
                at: string;
                sha256: string;
              } | null;
              lastReceipt: string | null;
              hotlistVersion: number;
              alarms: number;
              certificatesInForce: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/entries/{account}/{reference}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to take back an entry the bank notified wrongly */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          account: string;
          reference: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/entries/{account}/{reference}/withdrawal/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take it back as the second person: what it booked is reversed */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          account: string;
          reference: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/notifications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/open-items': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              unmatched: {
                endToEndId?: string;
                reason: string;
                /** @enum {unknown} */
                direction: 'debit' | 'credit';
                account: string;
                reference: string;
                part: number;
                bookedOn: string;
                ageDays: number;
                remittance: string;
                counterparty: string;
                amountFen: number;
              }[];
              missing: {
                account: string;
                reference: string;
                bookedOn: string;
                ageDays: number;
                amountFen: number;
              }[];
              heldPages: {
                account: string;
                statementId: string;
                pages: number[];
                missing: number[];
                lastSeen: boolean;
                since: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/open-items/{account}/{reference}/{part}/booking': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to book an open item */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          account: string;
          reference: string;
          part: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            counterAccount: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/open-items/{account}/{reference}/{part}/booking/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Book it as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          account: string;
          reference: string;
          part: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            counterAccount: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/open-items/{account}/{reference}/{part}/suggestions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What an unmatched entry may be, the likeliest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          account: string;
          reference: string;
          part: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              suggestions: {
                counterAccount?: string;
                payment?: string;
                slips?: string[];
                score: number;
                because: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/payment-status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/reference-rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Rules in force, in the order they are asked */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rules: {
                ruleNo: number;
                name: string;
                purpose: string;
                /** @enum {unknown} */
                reads: 'reference' | 'payer';
                begins: string;
                nameForm?: string;
                accountName?: string;
                accountKind: string;
                arrivesOn: string[];
                place: number;
                active: boolean;
                setBy?: string;
                approvedBy?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose a rule, or another version of one */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            name: string;
            purpose: 'prefund' | 'city' | 'pay-in' | 'former-issuer' | 'owed' | 'subsidy';
            reads: 'reference' | 'payer';
            begins: string;
            nameForm?: 'participant' | 'city' | 'slip' | 'claim';
            accountName?: string;
            accountKind: string;
            arrivesOn: ('bank-custody' | 'bank-receiving' | 'bank-paying' | 'bank-card-deposits')[];
            place: number;
            active: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/reference-rules/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Set a proposed rule: the second person says the same */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            name: string;
            purpose: 'prefund' | 'city' | 'pay-in' | 'former-issuer' | 'owed' | 'subsidy';
            reads: 'reference' | 'payer';
            begins: string;
            nameForm?: 'participant' | 'city' | 'slip' | 'claim';
            accountName?: string;
            accountKind: string;
            arrivesOn: ('bank-custody' | 'bank-receiving' | 'bank-paying' | 'bank-card-deposits')[];
            place: number;
            active: boolean;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/refusals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Messages of the bank that were refused and not taken since */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              refusals: {
                refusalNo: number;
                /** @enum {unknown} */
                kind: 'camt.053' | 'camt.054' | 'pain.002';
                code: string;
                sentence: string;
                times: number;
                firstAt: string;
                lastAt: string;
                bytes: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/refusals/{refusalNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A refused message as it came */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          refusalNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/refusals/{refusalNo}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Try a refused message again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          refusalNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/statement-pages/{account}/{statementId}/drop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Forget the waiting pages of a statement */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          account: string;
          statementId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bank/statements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bill-payments/{paymentId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A payment of a bill, with its receipt */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          paymentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bill-payments/{paymentId}/cancellation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to take a paid bill back */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          paymentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bill-payments/{paymentId}/cancellation/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Agree; the biller is asked until it decides */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          paymentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/bill-payments/{paymentId}/meter-write': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The meter shows that it was written, although nobody reported it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          paymentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who can be paid by card */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers/{billerCode}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Say where a biller is asked */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          billerCode: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            participantNo: string;
            baseUrl?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers/{billerCode}/bill-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Deliver open bills */
    post: {
      parameters: {
        query: {
          name: string;
        };
        header: {
          'x-signature': string;
        };
        path: {
          billerCode: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers/{billerCode}/checks/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The check of a day: totals and differences */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          billerCode: string;
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              billerCode: string;
              date: string;
              ours: {
                count: number;
                amountFen: number;
              };
              theirs: {
                count: number;
                amountFen: number;
              };
              /** @description Lines that both sides have alike */
              equal: number;
              differences: {
                differenceNo: number;
                paymentId: string;
                kind: string;
                oursFen?: number;
                theirsFen?: number;
                action?: string;
                reason?: string;
                proposedBy?: string;
                approvedBy?: string;
                resolved: boolean;
              }[];
              closed: boolean;
            };
          };
        };
      };
    };
    put?: never;
    /** Ask a biller what it booked on a day, and compare */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          billerCode: string;
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers/{billerCode}/checks/{date}/differences/{paymentId}/{kind}/resolution': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose what is done about a bill */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          billerCode: string;
          date: string;
          paymentId: string;
          kind: 'only-ours' | 'only-theirs' | 'amount' | 'outcome' | 'in-doubt' | 'duplicate';
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            action: 'ask-again' | 'make-up-ours' | 'cancel-ours' | 'cancel-theirs' | 'explained';
            reason: string;
            bearer?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers/{billerCode}/checks/{date}/differences/{paymentId}/{kind}/resolution/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Agree: the biller is asked where it has to be, and the books follow */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          billerCode: string;
          date: string;
          paymentId: string;
          kind: 'only-ours' | 'only-theirs' | 'amount' | 'outcome' | 'in-doubt' | 'duplicate';
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers/{billerCode}/payment-files/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a biller that exchanges files was paid on a day, as CSV */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          billerCode: string;
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/billers/{billerCode}/statements/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Deliver what was booked on a day; it is compared */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          billerCode: string;
          date: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            payments: {
              paymentId: string;
              amountFen: number;
              outcome: 'paid' | 'cancelled';
              receipt: string;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            product: string;
            count: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/cards/{cardNo}/rejection': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/quarantine': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/release': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/to-read-back': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/yield': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-batches/{batchId}/yield.csv': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          batchId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-life/rounds': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Do now what card life does by itself: expiry, lapses, balances that are due */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-products': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-products/{product}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          product: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          product: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @enum {number} */
            format: 1;
            title: string;
            chipKind: string;
            algorithm: '3des' | 'sm4';
            validityYears: number;
            purseCapFen: number;
            depositFen: number;
            mainType: number;
            subType: number;
            concessions: number[];
            masterFile: {
              keyFile: {
                size: number;
                shortId: string;
                write: string;
              };
              keys: (
                | {
                    id: string;
                    index?: number;
                    root: string;
                    use: string;
                    change: string;
                    version: number;
                  }
                | {
                    id: string;
                    index?: number;
                    root: string;
                    use: string;
                    change: string;
                    opensState: number;
                    tries: number;
                  }
              )[];
            };
            applications: {
              title: string;
              id: string;
              aid: string;
              size: number;
              create: string;
              erase: string;
              applicationId: string;
              keyFile: {
                size: number;
                shortId: string;
                write: string;
              };
              keys: (
                | {
                    id: string;
                    index?: number;
                    root: string;
                    use: string;
                    change: string;
                    version: number;
                  }
                | {
                    id: string;
                    index?: number;
                    root: string;
                    use: string;
                    change: string;
                    opensState: number;
                    tries: number;
                  }
              )[];
              pin?: {
                opensState: number;
                tries: number;
              };
              files: (
                | {
                    /** @enum {string} */
                    kind: 'binary';
                    id: string;
                    size: number;
                    protection: 'none' | 'mac';
                    read: string;
                    update: string;
                    content?: (
                      | {
                          constant: string;
                        }
                      | {
                          zeros: number;
                        }
                      | {
                          value: 'city' | 'applicationSerial' | 'validFrom' | 'validTo' | 'mainType' | 'subType';
                        }
                    )[];
                  }
                | {
                    /** @enum {string} */
                    kind: 'fixed';
                    id: string;
                    records: number;
                    recordLength: number;
                    read: string;
                    update: string;
                  }
                | {
                    /** @enum {string} */
                    kind: 'cyclic';
                    id: string;
                    records: number;
                    recordLength: number;
                    read: string;
                    update: string;
                  }
                | {
                    /** @enum {string} */
                    kind: 'purse';
                    id: string;
                    use: string;
                    log: string;
                  }
              )[];
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-products/{product}/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          product: string;
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          product: string;
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/card-products/{product}/versions/{version}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          product: string;
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A card, with an ETag for If-Match */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
              product: string;
              /** Format: date */
              validTo: string;
              /** @description masked */
              holder?: string;
              residentId?: number;
              /** @description fen */
              depositFen: number;
              concession?: {
                category: string;
                /** Format: date */
                validTo: string;
              };
              /** Format: date */
              lossLapsesOn?: string;
              blockedFor?: string[];
              lockedByTerminal?: {
                /** Format: date-time */
                at: string;
                terminalNo?: string;
              };
              /** Format: date */
              balanceDueOn?: string;
              /** @description fen */
              purseFen?: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/activation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The holder has received the card that was handed out */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/balance': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a card holds, and what hinders it from following */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              status: string;
              /** @description fen */
              balanceFen: number;
              /** @description fen */
              pendingCreditFen: number;
              /** @description fen */
              onlineFen: number;
              /** @description fen */
              depositFen: number;
              /** @description fen */
              openLoadFen: number;
              openPurchases: {
                count: number;
                /** @description fen */
                amountFen: number;
              };
              tornCancellations: number;
              highestOfflineCounter?: number;
              missingPurchases: number;
              balanceBreaks: number;
              whole: boolean;
              moves: {
                cardNo: string;
                moveNo: number;
                kind: string;
                newCardNo?: string;
                state: 'waiting' | 'released';
                /** Format: date */
                dueOn: string;
                /** Format: date */
                giveUpOn: string;
                /** @description fen */
                movedFen: number;
                /** @description fen */
                paidFen: number;
                hindrance?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/balance-payment': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Pay the balance of a returned card that has waited long enough */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            shiftId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description fen */
              paidFen: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/balance-release': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to let a balance go although purchases are held or missing */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/balance-release/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person lets it go */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
            approvalId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/block': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close a card for the company */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/by-representative/found': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            document: {
              kind:
                | 'resident-id-card'
                | 'household-book'
                | 'temporary-residence-permit'
                | 'residence-permit'
                | 'passport'
                | 'hk-macao-permit'
                | 'taiwan-permit'
                | 'military-id';
              number: string;
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/by-representative/loss-report': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            document: {
              kind:
                | 'resident-id-card'
                | 'household-book'
                | 'temporary-residence-permit'
                | 'residence-permit'
                | 'passport'
                | 'hk-macao-permit'
                | 'taiwan-permit'
                | 'military-id';
              number: string;
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/by-representative/pick-up': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            document: {
              kind:
                | 'resident-id-card'
                | 'household-book'
                | 'temporary-residence-permit'
                | 'residence-permit'
                | 'passport'
                | 'hk-macao-permit'
                | 'taiwan-permit'
                | 'military-id';
              number: string;
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/by-representative/return': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A representative gives the card up */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            document: {
              kind:
                | 'resident-id-card'
                | 'household-book'
                | 'temporary-residence-permit'
                | 'residence-permit'
                | 'passport'
                | 'hk-macao-permit'
                | 'taiwan-permit'
                | 'military-id';
              number: string;
            };
            shiftId: number;
            cardHandedIn: boolean;
            damaged: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/chip-block': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Block the application on the chip in the reader */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
            forGood: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              chip: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/chip-unblock': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Open the application on the chip in the reader, when the books say the card is open */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              chip: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/concession-rides': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What rules made of the rides of a card on a day of taps, to be added up by hand */
    get: {
      parameters: {
        query: {
          date: string;
        };
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rides: {
                tappedAt: string;
                participantNo: string;
                line: string;
                category: string;
                fullFen: number;
                paidFen: number;
                categoryOffFen: number;
                transferOffFen: number;
                capOffFen: number;
                backFen: number;
                subsidyFen: number;
                postedDate: string;
                finding?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/concession-script': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Write the concession of the books to the card in the reader */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              subType: number;
              /** Format: date */
              validTo?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/corrections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a card was given back, by case */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Propose to give something back to a card */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            caseNo: string;
            amountFen: number;
            payer: 'company' | 'operator';
            purchase?: {
              cardNo: string;
              /** Format: date */
              businessDate: string;
              intakeId: string;
              index: number;
            };
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/corrections/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person says the same: it becomes pending credit */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            caseNo: string;
            amountFen: number;
            payer: 'company' | 'operator';
            purchase?: {
              cardNo: string;
              /** Format: date */
              businessDate: string;
              intakeId: string;
              index: number;
            };
            reason: string;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/counter-loads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Loads of a card at counters, newest first: on the card, in doubt, or with cash that waits */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              loads: {
                counterLoadNo: number;
                /** @description fen */
                cashFen: number;
                /** @description fen */
                collectedFen: number;
                /** @description fen */
                balanceBefore: number;
                state: string;
                reader: string;
                shiftId: number;
                /** Format: date-time */
                begunAt?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Take cash and load the card in the reader; repeat with the same key until it answers */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
            shiftId: number;
            cashFen: number;
            collectFen?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              /** @description fen */
              cashFen: number;
              /** @description fen */
              collectedFen: number;
              /** @description fen */
              balanceBeforeFen: number;
              /** @description fen */
              balanceAfterFen: number;
              recovered: boolean;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/counter-loads/{counterLoadNo}/cash-back': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give the cash back of a load that the card did not take */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          counterLoadNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            shiftId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description fen */
              paidFen: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/destruction': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A card that ended was destroyed */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/entitlements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Entitlements of a card and the visits made */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Give a card an entitlement */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            industry: string;
            /** Format: date */
            validFrom: string;
            /** Format: date */
            validTo: string;
            visitsAllowed?: number;
            reference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/entitlements/{entitlementNo}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End an entitlement; today is its last day */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          entitlementNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/extension': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Write a new validity to the card in the reader */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              /** Format: date */
              validTo: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/found': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A lost card was found */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/heir-payments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The papers of the heirs were seen: propose to pay them */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            paper: 'inheritance-certificate' | 'court-judgment' | 'heirs-agreement';
            paperReference: string;
            heirs: {
              name: string;
              documentNo: string;
            }[];
            cardHandedIn: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/heir-payments/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A second person has seen the same papers and enters them again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            paper: 'inheritance-certificate' | 'court-judgment' | 'heirs-agreement';
            paperReference: string;
            heirs: {
              name: string;
              documentNo: string;
            }[];
            cardHandedIn: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every step of a card: when, by whom, why */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
              product: string;
              /** Format: date */
              validTo: string;
              /** @description masked */
              holder?: string;
              residentId?: number;
              /** @description fen */
              depositFen: number;
              concession?: {
                category: string;
                /** Format: date */
                validTo: string;
              };
              /** Format: date */
              lossLapsesOn?: string;
              blockedFor?: string[];
              lockedByTerminal?: {
                /** Format: date-time */
                at: string;
                terminalNo?: string;
              };
              /** Format: date */
              balanceDueOn?: string;
              /** @description fen */
              purseFen?: number;
              events: {
                step: string;
                from: string;
                to: string;
                /** Format: date-time */
                at: string;
                by: string;
                why: string;
              }[];
              blocks: {
                kind: string;
                reason: string;
                by: string;
                /** Format: date-time */
                at: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/issue': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Hand a card over */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            residentId: number;
            depositFen: number;
            shiftId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/legacy-balances': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Old cards of the holder that wait for conversion */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              balances: {
                participantNo: string;
                legacyCardNo: string;
                /** @description fen */
                amountFen: number;
                state: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/legacy-conversions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Convert an old card: its balance becomes pending credit of this card */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            participantNo: string;
            legacyCardNo: string;
            surrendered?: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              participantNo: string;
              legacyCardNo: string;
              cardNo: string;
              /** @description fen */
              amountFen: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/loads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Loads of the open business day, paid in cash */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              loads: {
                loadId: number;
                /** @description fen */
                amountFen: number;
                agent: string;
                /** @description Taken at a counter of the company: its cash goes back out of the till */
                ownCounter: boolean;
                /** Format: date-time */
                at: string;
                cancellation?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/loads/{loadId}/cancellation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              loadId: number;
              /** @description fen */
              amountFen: number;
              state: string;
              proposedBy: string;
              approvedBy?: string;
              /** Format: date */
              postedDate?: string;
              /** Format: date-time */
              debitBegunAt?: string;
              counter?: string;
            };
          };
        };
      };
    };
    put?: never;
    /** Propose to cancel a load */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              loadId: number;
              /** @description fen */
              amountFen: number;
              state: string;
              proposedBy: string;
              approvedBy?: string;
              /** Format: date */
              postedDate?: string;
              /** Format: date-time */
              debitBegunAt?: string;
              counter?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/loads/{loadId}/cancellation/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second signature */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              loadId: number;
              /** @description fen */
              amountFen: number;
              state: string;
              proposedBy: string;
              approvedBy?: string;
              /** Format: date */
              postedDate?: string;
              /** Format: date-time */
              debitBegunAt?: string;
              counter?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/loads/{loadId}/cancellation/debit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Debit the card in the reader and book the money back; repeat until it answers a receipt */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              loadId: number;
              /** @description fen */
              amountFen: number;
              /** Format: date */
              businessDate: string;
              postingKey: string;
              cashReturnedBy: string;
              /** @description fen */
              paidFen: number;
              /** @description fen */
              waitsFen: number;
              counter: string;
              samNo: string;
              samTransactionNo: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/loads/{loadId}/cancellation/decisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose whether a card that cannot prove it any more has paid */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            paid: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/loads/{loadId}/cancellation/decisions/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person: book the money back, or drop the debit */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            paid: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/loss-report': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close a lost card: by phone for some days, at the counter formally */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            by: 'phone' | 'counter';
            checked?: (
              | 'card-number'
              | 'name'
              | 'birth-date'
              | 'phone'
              | 'document'
              | 'address'
              | 'id-number-end'
              | 'last-load'
              | 'last-purchase'
            )[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
              /** Format: date */
              lapsesOn?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/next-card': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Personalise the blank in the reader, to be handed over in place of this card */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
            shiftId: number;
            step: 'replacement' | 'renewal';
            product?: string;
            stock?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              product: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/notice-withdrawals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take down that the holder wants no notices any more; how the person is reached is emptied */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/notices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take down that the holder agrees to notices; an earlier consent of the card ends with it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            channel: 'sms' | 'paper';
            kinds: ('load' | 'low-balance' | 'loss' | 'refund-waiting')[];
            language: 'zh' | 'en';
            lowBalanceFen: number;
            phone?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/notices-told': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** These notices were handed over on paper at the counter */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            noticeNos: number[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/pass-script': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Write the passes of the books to the card in the reader */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              written: boolean;
              onCard: boolean;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/passes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Passes of a card, the rides made on them, and whether the chip has them */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              passes: {
                passNo: number;
                code: string;
                /** @description fen */
                priceFen: number;
                /** Format: date */
                validFrom: string;
                /** Format: date */
                validTo: string;
                ridesAllowed?: number;
                ridesUsed: number;
                /** Format: date */
                endedOn?: string;
                /** @description fen */
                takenOutFen?: number;
              }[];
              onCard: boolean;
            };
          };
        };
      };
    };
    put?: never;
    /** Sell or renew a pass, and write it to the card */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            code: string;
            payFrom: string;
            reader?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              passNo: number;
              code: string;
              /** @description fen */
              priceFen: number;
              /** Format: date */
              validFrom: string;
              /** Format: date */
              validTo: string;
              ridesAllowed?: number;
              ridesUsed: number;
              /** Format: date */
              endedOn?: string;
              /** @description fen */
              takenOutFen?: number;
              onCard: boolean;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/passes/{passNo}/return': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a pass back: unused days or rides become pending credit */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          passNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
            /** Format: date */
            lastDay?: string;
            reader?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/pin': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Set, change or unblock the PIN of the card in the reader */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json':
            | {
                /** @enum {string} */
                act: 'set';
                reader: string;
                pin: string;
              }
            | {
                /** @enum {string} */
                act: 'change';
                reader: string;
                oldPin: string;
                pin: string;
              }
            | {
                /** @enum {string} */
                act: 'unblock';
                reader: string;
                pin: string;
              };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/receipts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Receipts of a card, newest first, a hundred */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              receipts: {
                receiptNo: number;
                cardNo: string;
                act: string;
                shiftId?: number;
                by: string;
                /** Format: date-time */
                at: string;
                lines: {
                  what: string;
                  /** @description fen */
                  amountFen: number;
                  way: 'in' | 'out' | 'card';
                }[];
                notes: {
                  [key: string]: string;
                };
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/receipts/{receiptNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One receipt, to print it again */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          receiptNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              receiptNo: number;
              cardNo: string;
              act: string;
              shiftId?: number;
              by: string;
              /** Format: date-time */
              at: string;
              lines: {
                what: string;
                /** @description fen */
                amountFen: number;
                way: 'in' | 'out' | 'card';
              }[];
              notes: {
                [key: string]: string;
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/renewal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A new card for one that expires */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            newCardNo: string;
            shiftId: number;
            reader?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              newCardNo: string;
              /** @description fen */
              cashTakenFen: number;
              balance: {
                cardNo: string;
                moveNo: number;
                kind: string;
                newCardNo?: string;
                state: 'waiting' | 'released';
                /** Format: date */
                dueOn: string;
                /** Format: date */
                giveUpOn: string;
                /** @description fen */
                movedFen: number;
                /** @description fen */
                paidFen: number;
                hindrance?: string;
              };
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/replacement': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give the holder another card in place of this one */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            newCardNo: string;
            shiftId: number;
            cardHandedIn: boolean;
            depositKept?: boolean;
            depositFen?: number;
            reader?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              newCardNo: string;
              /** @description fen */
              feeFen: number;
              /** @description fen */
              cashTakenFen: number;
              balance: {
                cardNo: string;
                moveNo: number;
                kind: string;
                newCardNo?: string;
                state: 'waiting' | 'released';
                /** Format: date */
                dueOn: string;
                /** Format: date */
                giveUpOn: string;
                /** @description fen */
                movedFen: number;
                /** @description fen */
                paidFen: number;
                hindrance?: string;
              };
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/return': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a card back and refund what it holds */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            shiftId: number;
            cardHandedIn: boolean;
            damaged?: boolean;
            reader?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description fen */
              paidFen: number;
              /** @description fen */
              depositFen: number;
              balance: {
                cardNo: string;
                moveNo: number;
                kind: string;
                newCardNo?: string;
                state: 'waiting' | 'released';
                /** Format: date */
                dueOn: string;
                /** Format: date */
                giveUpOn: string;
                /** @description fen */
                movedFen: number;
                /** @description fen */
                paidFen: number;
                hindrance?: string;
              };
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/sheet': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a resident reads about a card, for paper at the counter */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description First and last four digits */
              card: string;
              state: string;
              validTo: string;
              /** @description The instant the books were read */
              asOf: string;
              /** @description What the books say is on the card */
              balanceFen: number;
              /** @description Pending credit: waits to be written to the card at any load terminal */
              waitingFen: number;
              onlineFen: number;
              depositFen: number;
              /** @description Why the card itself may say another amount */
              onItsWay: {
                /** @description Loads the card may have that nobody has confirmed yet */
                loadsFen: number;
                /** @description Purchases that came in and are not booked */
                purchases: number;
                purchasesFen: number;
                /** @description Purchases the card made that nobody has uploaded yet, as far as counters tell */
                missing: number;
              };
              lossLapsesOn?: string;
              /** @description When what the card held follows to the new card or the holder */
              balanceFollowsOn?: string;
              /** @description The card that takes its place, masked */
              newCard?: string;
              recent: {
                at: string;
                /** @description purchase, load, credit */
                kind: string;
                amountFen: number;
                /** @description done, on-its-way, looked-into, not-charged */
                standing: string;
                with?: string;
                industry?: number;
              }[];
              consent?: {
                /** @description sms or paper */
                channel: string;
                kinds: string[];
                language: string;
                lowBalanceFen: number;
                givenAt: string;
                givenOver: string;
              };
              notices: {
                noticeNo: number;
                kind: string;
                amountFen: number;
                madeAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cards/{cardNo}/unblock': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take the company’s reason away */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/case-days': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Days for an answer and for the end */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              days: {
                'charged-twice': {
                  answerDays: number;
                  endDays: number;
                };
                'wrong-fare': {
                  answerDays: number;
                  endDays: number;
                };
                'load-missing': {
                  answerDays: number;
                  endDays: number;
                };
                'bill-missing': {
                  answerDays: number;
                  endDays: number;
                };
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/case-days/{kind}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Set the days of a kind for cases opened from now on */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          kind: 'charged-twice' | 'wrong-fare' | 'load-missing' | 'bill-missing';
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            answerDays: number;
            endDays: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/case-figures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Numbers, times to answer and outcomes of a stretch of days, by participant */
    get: {
      parameters: {
        query: {
          from: string;
          to: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              until: string;
              figures: {
                participantNo: string;
                name: string;
                opened: number;
                answered: number;
                averageHours: number;
                late: number;
                credited: number;
                creditedFen: number;
                refused: number;
                open: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Cases of residents; partners see those they are asked about */
    get: {
      parameters: {
        query?: {
          state?: 'open' | 'ended';
          participantNo?: string;
          cardNo?: string;
          overdue?: boolean;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cases: {
                caseNo: number;
                kind: string;
                channel: string;
                orderNo?: string;
                cardNo: string;
                occurredOn: string;
                amountFen: number;
                participantNo?: string;
                /** @enum {unknown} */
                state: 'with-participant' | 'with-company' | 'ended';
                openedBy?: string;
                openedAt: string;
                answerDueAt: string;
                endDueAt: string;
                level: number;
                finding?: string;
                answer?: string;
                answeredAt?: string;
                creditNo: number;
                creditOpen: boolean;
                outcome?: string;
                reason?: string;
                creditedFen?: number;
                endedBy?: string;
                endedAt?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Open a case; kiosks of agents open theirs, and residents over their desk */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            kind: 'charged-twice' | 'wrong-fare' | 'load-missing' | 'bill-missing';
            cardNo: string;
            /** Format: date */
            occurredOn: string;
            amountFen?: number;
            participantNo?: string;
            words?: string;
            contact?: string;
            channel: 'counter' | 'phone' | 'kiosk' | 'online';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A case with its record chain and what happened to it */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              caseNo: number;
              kind: string;
              channel: string;
              orderNo?: string;
              cardNo: string;
              occurredOn: string;
              amountFen: number;
              participantNo?: string;
              /** @enum {unknown} */
              state: 'with-participant' | 'with-company' | 'ended';
              openedBy?: string;
              openedAt: string;
              answerDueAt: string;
              endDueAt: string;
              level: number;
              finding?: string;
              answer?: string;
              answeredAt?: string;
              creditNo: number;
              creditOpen: boolean;
              outcome?: string;
              reason?: string;
              creditedFen?: number;
              endedBy?: string;
              endedAt?: string;
              chains?: {
                takenAt: string;
                content: {
                  from: string;
                  to: string;
                  purse?: {
                    status: string;
                    balanceFen: string;
                    pendingCreditFen: string;
                  };
                  purchases: {
                    businessDate: string;
                    intakeId: string;
                    index: number;
                    tappedAt: null | string;
                    participantNo: string;
                    amountFen: string;
                    balanceBeforeFen: string;
                    offlineCounter: number;
                    samNo: string;
                    samTransactionNo: string;
                    state: string;
                    reasonCode: null | string;
                    postedDate: null | string;
                    suspect: boolean;
                  }[];
                  loads: {
                    openedAt: string;
                    participantNo: string;
                    terminalNo: string;
                    batchNo: string;
                    traceNo: string;
                    amountFen: string;
                    balanceBeforeFen: string;
                    onlineCounter: number;
                    state: string;
                    resolvedBy: null | string;
                    suspect: boolean;
                  }[];
                  bills: {
                    askedAt: string;
                    participantNo: string;
                    paymentId: string;
                    amountFen: string;
                    state: string;
                    settled: null | string;
                    suspect: boolean;
                  }[];
                };
              }[];
              events?: {
                at: string;
                actor: string;
                event: string;
                words: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}/answer': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The participant that was asked says whether the resident is right */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            finding: 'agrees' | 'disagrees';
            answer: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}/comments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Add what is known */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}/credit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose what the resident gets back */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            amountFen: number;
            payer: 'company' | 'operator' | 'agent' | 'biller';
            purchase?: {
              /** Format: date */
              businessDate: string;
              intakeId: string;
              index: number;
            };
            cardNo?: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}/credit/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person says the same: it becomes pending credit, and the case has ended */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            amountFen: number;
            payer: 'company' | 'operator' | 'agent' | 'biller';
            purchase?: {
              /** Format: date */
              businessDate: string;
              intakeId: string;
              index: number;
            };
            cardNo?: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}/credit/refusal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Refuse the proposed credit, or take it back; the case goes on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End a case with a written reason, without a credit */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cases/{caseNo}/words': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the person said and how to reach that person; who read it is written down */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              said: {
                words?: string;
                contact?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/certificates': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Certificates in the order in which they end */
    get: {
      parameters: {
        query?: {
          kind?: 'operator' | 'city' | 'bank' | 'partner' | 'server' | 'terminal' | 'own' | 'ca';
          cn?: string;
          expiringWithinDays?: number;
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              certificates: {
                serial: string;
                kind: string;
                cn: string;
                notBefore: string;
                notAfter: string;
                revokedAt: string | null;
                revocationReason: string | null;
                renews: string | null;
                renewedBy: string | null;
              }[];
              nextCursor?: string;
            };
          };
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            csrPem: string;
            cn: string;
            kind: 'operator' | 'city' | 'bank' | 'partner' | 'server' | 'terminal';
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              certificatePem: string;
              caPem: string;
              serial: string;
              notAfter: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/certificates/ca': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              caPem: string;
            };
          };
        };
      };
    };
    put: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            chainPem: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              serial: string;
              notAfter: string;
            };
          };
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/certificates/ca/request': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            city: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              csrPem: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/certificates/revocation-list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The revocation list of the city CA, DER */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/certificates/{serial}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A certificate */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          serial: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/certificates/{serial}/renewal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A new certificate for the holder of one that is in force */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          serial: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            csrPem: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              serial: string;
              certificatePem: string;
              caPem: string;
              notAfter: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/certificates/{serial}/revocation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          serial: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              serial: string;
              revokedAt: string;
              revocationList: number | null;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/chain-breaks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Purchases that do not continue the one before: balance, time */
    get: {
      parameters: {
        query?: {
          cardNo?: string;
          after?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              breaks: {
                cardNo: string;
                offlineCounter: number;
                kinds: string[];
                expectedFen: null | number;
                foundFen: number;
                intakeId: number;
                index: number;
                noticedAt: string;
              }[];
              next: null | string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How things stand with every city */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/agreement': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose what is to hold with a city */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            deliverTo?: string;
            through?: string;
            settlement?: 'bilateral' | 'centre';
            format?: 'binary' | 'text';
            answerDays?: number;
            resendAtMost?: number;
            disputeDays?: number;
            disputeAnswerDays?: number;
            positionCapFen?: number;
            issuerShareMillionths?: number;
            /** Format: date */
            issuerShareFrom?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/agreement/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put it in force, as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            deliverTo?: string;
            through?: string;
            settlement?: 'bilateral' | 'centre';
            format?: 'binary' | 'text';
            answerDays?: number;
            resendAtMost?: number;
            disputeDays?: number;
            disputeAnswerDays?: number;
            positionCapFen?: number;
            issuerShareMillionths?: number;
            /** Format: date */
            issuerShareFrom?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/certificate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Keep the certificate a city has made of our request */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            certificatePem: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/disputes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Dispute a refusal of a city */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            sequence: number;
            position: number;
            reasonCode: string;
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/exchange': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              files: {
                name: string;
                kind: string;
                records: number;
                amountFen: number;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          direction?: 'out' | 'in';
        };
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/files/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
          name: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/files/{name}/redelivery': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Deliver a file again that the city has refused or lost */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
          name: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/refused-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Files of a city that were refused, and why */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/cities/{city}/statement-lines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Answers a centre has counted, against ours */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-certificate-request': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A request of our signing key, for the CA of another city */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-disputes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Disputes with other cities, the newest first */
    get: {
      parameters: {
        query?: {
          city?: string;
          open?: boolean;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** A city disputes a refusal of ours */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            sequence: number;
            position: number;
            reasonCode: string;
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-disputes/{disputeNo}/answer': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The city’s word on our dispute */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          disputeNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            accept: boolean;
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-disputes/{disputeNo}/decision': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose how to end a dispute of a city */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          disputeNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            accept: boolean;
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-disputes/{disputeNo}/decision/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End it as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          disputeNo: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            accept: boolean;
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-disputes/{disputeNo}/presentment': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Present the record a second time */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          disputeNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-exchanges': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far the exchange with every city is, and how its newest run ended */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-exchanges/{city}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far the exchange with a city is */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Order an exchange with a city; it is run by a job */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          city: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/city-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query: {
          name: string;
        };
        header: {
          'x-signature': string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Business days, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              days: {
                date: string;
                /** @enum {unknown} */
                state:
                  | 'open'
                  | 'cut-off'
                  | 'validated'
                  | 'priced'
                  | 'netted'
                  | 'approved'
                  | 'instructed'
                  | 'settled'
                  | 'closed';
                openedAt: string;
                cutOffAt?: string;
                closedAt?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A business day: stages with evidence, sheets, positions */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              stages: {
                /** @enum {unknown} */
                stage:
                  | 'open'
                  | 'cut-off'
                  | 'validated'
                  | 'priced'
                  | 'netted'
                  | 'approved'
                  | 'instructed'
                  | 'settled'
                  | 'closed';
                evidence: {
                  [key: string]: unknown;
                };
                evidenceSha256: string;
                completedAt: string;
              }[];
              sheets: {
                sheetNo: string;
                businessDate: string;
                participantNo: string;
                name: string;
                paysFrom: string;
                /** @enum {unknown} */
                part: '1' | '21' | '22' | '23' | '31' | '32' | '41' | '42' | '51' | '52' | '61' | '71' | '72';
                counterparty?: string;
                rhythm: string;
                periodFrom: string;
                salesCount: number;
                salesFen: number;
                refundCount: number;
                refundFen: number;
                feeFen: number;
                otherFen: number;
                carriedInFen: number;
                payableFen: number;
                paidFen: number;
                /** @enum {unknown} */
                disposition: 'pay' | 'carry';
                carryReason?: string;
                settlementAccount?: {
                  accountNo: string;
                  bankLineNo: string;
                  accountName: string;
                };
                settleDate: string;
                /** @enum {unknown} */
                state: 'approved' | 'instructed' | 'made' | 'carried' | 'rejected' | 'paid';
                carriedInto?: string;
                maker?: string;
                checker?: string;
              }[];
              sheetsSha256: string;
              positions: {
                party: string;
                receivesFen: number;
                givesFen: number;
                netFen: number;
              }[];
              obligations: {
                from: string;
                to: string;
                amountFen: number;
              }[];
              settlements: {
                from: string;
                to: string;
                amountFen: number;
              }[];
              messages: {
                messageId: string;
                businessDate: string;
                requestedDate: string;
                count: number;
                amountFen: number;
                xmlSha256: string;
              }[];
              date: string;
              /** @enum {unknown} */
              state:
                | 'open'
                | 'cut-off'
                | 'validated'
                | 'priced'
                | 'netted'
                | 'approved'
                | 'instructed'
                | 'settled'
                | 'closed';
              openedAt: string;
              cutOffAt?: string;
              closedAt?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose the day’s sheets */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            sheetsSha256: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirm the proposed sheets */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @enum {unknown} */
              state:
                | 'open'
                | 'cut-off'
                | 'validated'
                | 'priced'
                | 'netted'
                | 'approved'
                | 'instructed'
                | 'settled'
                | 'closed';
              maker: string;
              checker: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/carry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to carry refused payments into the next sheets */
    post: {
      parameters: {
        query?: {
          sheets?: string;
        };
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/carry/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirm: refused payments go into the next sheets */
    post: {
      parameters: {
        query?: {
          sheets?: string;
        };
        header?: never;
        path: {
          date: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              carried: string[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/cut-off': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cut off the open day and open the next */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @enum {unknown} */
              state:
                | 'open'
                | 'cut-off'
                | 'validated'
                | 'priced'
                | 'netted'
                | 'approved'
                | 'instructed'
                | 'settled'
                | 'closed';
              nextDate: string;
              repeated: boolean;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/pricing/{participantNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a participant’s fee of a day came about, to be added up by hand */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              date: string;
              participantNo: string;
              grossFen: number;
              feeFen: number;
              netFen: number;
              parts: {
                tariff: Record<string, never>;
                salesCount: number;
                salesFen: number;
                refundCount: number;
                refundFen: number;
                before?: {
                  count: number;
                  amountFen: number;
                  feeFen: number;
                };
                sections?: {
                  part: number;
                  rate: string;
                }[];
                feeFen: number;
                shares: {
                  institution: string;
                  account: string;
                  amountFen: number;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/purchases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Records received on a day, or paid on it, in the order they came in, a page at a time */
    get: {
      parameters: {
        query?: {
          by?: 'received' | 'posted';
          participantNo?: string;
          state?: 'routed' | 'accepted' | 'duplicate' | 'suspicious' | 'rejected';
          reasonCode?: string;
          after?: string;
          limit?: number;
        };
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              records: {
                participantNo: string;
                /** @enum {unknown} */
                state: 'rejected' | 'accepted' | 'duplicate' | 'suspicious' | 'routed' | 'received';
                reasonCode: null | string;
                amountFen: number;
                tappedAt: null | string;
                samNo: string;
                fileName: null | string;
                terminalNo: null | string;
                postedDate: null | string;
                cardNo: string;
                businessDate: string;
                intakeId: number;
                index: number;
              }[];
              next: null | string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/reinstruction': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to instruct refused payments again */
    post: {
      parameters: {
        query?: {
          sheets?: string;
        };
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/reinstruction/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirm and instruct refused payments again */
    post: {
      parameters: {
        query?: {
          sheets?: string;
        };
        header?: never;
        path: {
          date: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              messageId?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/clearing-days/{date}/reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The reports of a closed day, as they were made */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/concession-batches': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Verify many residents again, by identity number */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            category: 'senior' | 'student' | 'disabled';
            method: 'community' | 'match';
            numbers: string[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/concession-rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Concessions, transfer discounts, daily caps and passes in force on a day (the open one) */
    get: {
      parameters: {
        query?: {
          date?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              date: string;
              rules: (
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    category?: string;
                    validFrom: string;
                    validTo?: string;
                    subsidyPercent: number;
                    /** @enum {string} */
                    kind: 'fare';
                    paysPercent: number;
                    ridesPerDay?: number;
                    ridesPerMonth?: number;
                    thenPaysPercent: number;
                    maxFullFareFen: number;
                    improbableRidesPerDay?: number;
                    improbableMinutes?: number;
                  }
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    category?: string;
                    validFrom: string;
                    validTo?: string;
                    subsidyPercent: number;
                    /** @enum {string} */
                    kind: 'transfer';
                    withinMinutes: number;
                    discountFen: number;
                    transfers: number;
                  }
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    category?: string;
                    validFrom: string;
                    validTo?: string;
                    subsidyPercent: number;
                    /** @enum {string} */
                    kind: 'cap';
                    perDayFen: number;
                  }
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    category?: string;
                    validFrom: string;
                    validTo?: string;
                    /** @enum {string} */
                    kind: 'pass';
                    code: string;
                    days: number;
                    rides?: number;
                    priceFen: number;
                  }
              )[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose concessions from a day on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** Format: date */
            validFrom: string;
            document: {
              rules: (
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    /** Format: date */
                    validFrom: string;
                    /** Format: date */
                    validTo?: string;
                    /** @enum {string} */
                    kind: 'fare';
                    category: string;
                    paysPercent: number;
                    ridesPerDay?: number;
                    ridesPerMonth?: number;
                    thenPaysPercent?: number;
                    maxFullFareFen: number;
                    improbableRidesPerDay?: number;
                    improbableMinutes?: number;
                    subsidyPercent: number;
                  }
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    /** Format: date */
                    validFrom: string;
                    /** Format: date */
                    validTo?: string;
                    /** @enum {string} */
                    kind: 'transfer';
                    category?: string;
                    withinMinutes: number;
                    discountFen: number;
                    transfers: number;
                    subsidyPercent: number;
                  }
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    /** Format: date */
                    validFrom: string;
                    /** Format: date */
                    validTo?: string;
                    /** @enum {string} */
                    kind: 'cap';
                    category?: string;
                    perDayFen: number;
                    subsidyPercent: number;
                  }
                | {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    /** Format: date */
                    validFrom: string;
                    /** Format: date */
                    validTo?: string;
                    /** @enum {string} */
                    kind: 'pass';
                    code: string;
                    days: number;
                    rides?: number;
                    priceFen: number;
                  }
              )[];
              ended?: {
                for:
                  | {
                      participant: string;
                    }
                  | {
                      industry: string;
                    };
                kind: 'fare' | 'transfer' | 'cap' | 'pass';
                category?: string;
              }[];
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/concession-rules/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every document of concessions proposed, the newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              versions: {
                version: number;
                validFrom: string;
                /** @enum {unknown} */
                state: 'approved' | 'proposed' | 'returned' | 'withdrawn';
                approvalId: number;
                returned?: {
                  by: string;
                  reason: string;
                };
                proposedBy: string;
                approvedBy?: string;
                document: {
                  rules: (
                    | {
                        for:
                          | {
                              participant: string;
                            }
                          | {
                              industry: string;
                            };
                        /** Format: date */
                        validFrom: string;
                        /** Format: date */
                        validTo?: string;
                        /** @enum {string} */
                        kind: 'fare';
                        category: string;
                        paysPercent: number;
                        ridesPerDay?: number;
                        ridesPerMonth?: number;
                        thenPaysPercent?: number;
                        maxFullFareFen: number;
                        improbableRidesPerDay?: number;
                        improbableMinutes?: number;
                        subsidyPercent: number;
                      }
                    | {
                        for:
                          | {
                              participant: string;
                            }
                          | {
                              industry: string;
                            };
                        /** Format: date */
                        validFrom: string;
                        /** Format: date */
                        validTo?: string;
                        /** @enum {string} */
                        kind: 'transfer';
                        category?: string;
                        withinMinutes: number;
                        discountFen: number;
                        transfers: number;
                        subsidyPercent: number;
                      }
                    | {
                        for:
                          | {
                              participant: string;
                            }
                          | {
                              industry: string;
                            };
                        /** Format: date */
                        validFrom: string;
                        /** Format: date */
                        validTo?: string;
                        /** @enum {string} */
                        kind: 'cap';
                        category?: string;
                        perDayFen: number;
                        subsidyPercent: number;
                      }
                    | {
                        for:
                          | {
                              participant: string;
                            }
                          | {
                              industry: string;
                            };
                        /** Format: date */
                        validFrom: string;
                        /** Format: date */
                        validTo?: string;
                        /** @enum {string} */
                        kind: 'pass';
                        code: string;
                        days: number;
                        rides?: number;
                        priceFen: number;
                      }
                  )[];
                  ended?: {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        };
                    kind: 'fare' | 'transfer' | 'cap' | 'pass';
                    category?: string;
                  }[];
                };
                documentSha256: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/concession-rules/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Withdraw proposed concessions */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/concession-rules/{version}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put proposed concessions in force */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/counter-sams': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Order the SAM of a counter, played by the HSM */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            counter: string;
            participantNo: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/counter/issue-now': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Personalise the blank in the reader and hand it over, in one go */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
            product: string;
            residentId: number;
            depositFen: number;
            shiftId: number;
            stock?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
              state: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/counter/issue-now/{key}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far the card of a request has come: blank, writing, written, read back */
    get: {
      parameters: {
        query: {
          reader: string;
        };
        header?: never;
        path: {
          key: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              step: 'unknown' | 'blank' | 'writing' | 'written' | 'read-back' | 'set-aside' | 'issued';
              chipSerial?: string;
              cardNo?: string;
              commands?: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/counter/terms': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Products, passes and fees of today, and where blanks lie */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              products: {
                product: string;
                title: string;
                /** @description fen */
                depositFen: number;
                hasPin: boolean;
              }[];
              passes: {
                code: string;
                /** @description fen */
                priceFen: number;
                days: number;
                rides?: number;
              }[];
              /** @description fen */
              replacementFeeFen: number;
              lossReportDays: number;
              renewalDays: number;
              places: {
                place: string;
                chipKind: string;
                blanks: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/credit-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose credits to many cards, paid by an employer or an office */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            payer: string;
            account: string;
            bankReference: string;
            reason: string;
            lines: {
              key: string;
              cardNo: string;
              amountFen: number;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/credit-files/{fileId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What became of a file of credits */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          fileId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/credit-files/{fileId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Book the credits: the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          fileId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/credit-files/{fileId}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give a proposed file up */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          fileId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/data-dictionary': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/day-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Day files, the newest first; partners see their own */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              files: {
                participantNo: string;
                name: string;
                date: string;
                channel: string;
                receivedAt: string;
                normal: {
                  count: number;
                  amountFen: number;
                };
                cancel: {
                  count: number;
                  amountFen: number;
                };
                refund: {
                  count: number;
                  amountFen: number;
                };
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Deliver a signed day file; it is compared line by line */
    post: {
      parameters: {
        query: {
          name: string;
        };
        header: {
          'x-signature': string;
        };
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              name: string;
              date: string;
              lines: number;
              amountFen: number;
              /** @description Lines of the day that both sides do not have alike, now */
              open: number;
              /** @description The same file was taken before */
              repeated: boolean;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/day-files/{participantNo}/{name}/lines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lines of a day file with what became of each, and what is done about it, as CSV */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          name: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/days/{date}/summary': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened on a day */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              businessDate: string;
              /** @enum {unknown} */
              state:
                | 'open'
                | 'cut-off'
                | 'validated'
                | 'priced'
                | 'netted'
                | 'approved'
                | 'instructed'
                | 'settled'
                | 'closed';
              purchases: {
                rejected: {
                  reasons: {
                    [key: string]: {
                      count: number;
                      amountFen: number;
                    };
                  };
                  count: number;
                  amountFen: number;
                };
                accepted: {
                  reasons: {
                    [key: string]: {
                      count: number;
                      amountFen: number;
                    };
                  };
                  count: number;
                  amountFen: number;
                };
                duplicate: {
                  reasons: {
                    [key: string]: {
                      count: number;
                      amountFen: number;
                    };
                  };
                  count: number;
                  amountFen: number;
                };
                suspicious: {
                  reasons: {
                    [key: string]: {
                      count: number;
                      amountFen: number;
                    };
                  };
                  count: number;
                  amountFen: number;
                };
                routed: {
                  reasons: {
                    [key: string]: {
                      count: number;
                      amountFen: number;
                    };
                  };
                  count: number;
                  amountFen: number;
                };
                received: {
                  reasons: {
                    [key: string]: {
                      count: number;
                      amountFen: number;
                    };
                  };
                  count: number;
                  amountFen: number;
                };
              };
              paidFromEarlierDays: {
                count: number;
                amountFen: number;
              };
              loads: {
                posted: {
                  count: number;
                  amountFen: number;
                };
                pending: {
                  count: number;
                  amountFen: number;
                };
                void: {
                  count: number;
                  amountFen: number;
                };
              };
              net: {
                party: string;
                receivesFen: number;
                givesFen: number;
                netFen: number;
              }[];
              sheets: {
                sheetNo: string;
                participantNo: string;
                name: string;
                salesCount: number;
                salesFen: number;
                refundFen: number;
                feeFen: number;
                otherFen: number;
                carriedInFen: number;
                payableFen: number;
                /** @enum {unknown} */
                disposition: 'pay' | 'carry';
                carryReason?: string;
                state: string;
              }[];
              industries: {
                code: string;
                name: string;
                pattern: string;
                purchaseCount: number;
                purchaseFen: number;
                refundFen: number;
                feeFen: number;
                netFen: number;
                elsewhereFen: number;
                visitCount: number;
                fundFen: number;
                findingCount: number;
              }[];
              concessions: {
                category: string;
                rideCount: number;
                fullFen: number;
                paidFen: number;
                backFen: number;
                subsidyFen: number;
              }[];
              checks: {
                ledger: {
                  ok: boolean;
                  sumFen: number;
                };
                netting: {
                  ok: boolean;
                  sumFen: number;
                };
                float: {
                  ok: boolean;
                  differenceFen: number;
                  depositsDifferenceFen: number;
                };
                stages: (
                  | 'open'
                  | 'cut-off'
                  | 'validated'
                  | 'priced'
                  | 'netted'
                  | 'approved'
                  | 'instructed'
                  | 'settled'
                  | 'closed'
                )[];
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Departments and what each may have */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              departments: {
                department: string;
                name: string;
                certificateCn: string;
                queriesPerMinute: number;
                oldestPeriodDays: number;
                statistics: boolean;
                entitlements: {
                  [key: string]: string[];
                };
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give a department, or one of its systems, a credential; shown once */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            system: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/decisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/entitlements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            purpose: string;
            items: string[];
            /** @description Number of the document it is decided under; another occasion has another document */
            reference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/entitlements/revocation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            purpose: string;
            items?: string[];
            /** @description Number of the document it is decided under; another occasion has another document */
            reference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/entitlements/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            purpose: string;
            items: string[];
            /** @description Number of the document it is decided under; another occasion has another document */
            reference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/population-acknowledgements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            manifest: string;
            content: string;
            signature: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/population-exports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/population-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            manifest: string;
            content: string;
            signature: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/terms': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            name: string;
            certificateCn: string;
            queriesPerMinute: number;
            oldestPeriodDays: number;
            statistics: boolean;
            /** @description Number of the document it is decided under; another occasion has another document */
            reference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/departments/{department}/terms/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          department: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            name: string;
            certificateCn: string;
            queriesPerMinute: number;
            oldestPeriodDays: number;
            statistics: boolean;
            /** @description Number of the document it is decided under; another occasion has another document */
            reference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/difference-rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Owner, due days and tolerance of differences */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              counterpartKinds: ('city' | 'bank' | 'operator' | 'agent' | 'biller' | 'card')[];
              ownerRoles: ('finance-maker' | 'finance-checker' | 'platform' | 'clerk')[];
              rules: {
                ruleNo: number;
                counterpartKind: string;
                kind: string;
                ownerRole: string;
                dueDays: number;
                tolerateFen: number;
                setBy: null | string;
                approvedBy: null | string;
                setAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose a rule */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            counterpartKind: 'city' | 'bank' | 'operator' | 'agent' | 'biller' | 'card';
            kind: string | '*';
            ownerRole: 'finance-maker' | 'finance-checker' | 'platform' | 'clerk';
            dueDays: number;
            tolerateFen: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/difference-rules/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve it, with the same body */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            counterpartKind: 'city' | 'bank' | 'operator' | 'agent' | 'biller' | 'card';
            kind: string | '*';
            ownerRole: 'finance-maker' | 'finance-checker' | 'platform' | 'clerk';
            dueDays: number;
            tolerateFen: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Differences by number, 200 at once; partners see their own */
    get: {
      parameters: {
        query?: {
          counterpartKind?: 'city' | 'bank' | 'operator' | 'agent' | 'biller' | 'card';
          counterpart?: string;
          kind?: string;
          state?: 'open' | 'ended';
          from?: string;
          to?: string;
          owner?: string;
          overdue?: boolean;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              differences: {
                differenceNo: number;
                counterpartKind: string;
                counterpart: string;
                businessDay: string;
                subjectKey: string;
                kind: string;
                occurrence: number;
                oursFen?: number;
                theirsFen?: number;
                adjustedFen?: number;
                evidence: {
                  [key: string]: unknown;
                };
                foundOn: string;
                dueOn: string;
                ownerRole?: string;
                owner?: string;
                version: number;
                /** @enum {unknown} */
                state: 'open' | 'ended';
                endedOn?: string;
                /** @enum {unknown} */
                endedBy?: 'match' | 'rule' | 'people';
                reason?: string;
                postingKey?: string;
                decidedBy?: string;
                approvedBy?: string;
                ageDays?: number;
                overdue?: boolean;
              }[];
              next?: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences/closing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Closing report */
    get: {
      parameters: {
        query: {
          from: string;
          to: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              lines: {
                counterpartKind: string;
                counterpart: string;
                kind: string;
                openBefore: number;
                found: number;
                endedByMatch: number;
                endedByRule: number;
                endedByPeople: number;
                booked: number;
                adjustedFen: number;
                openAfter: number;
              }[];
              ended: {
                differenceNo: number;
                counterpartKind: string;
                counterpart: string;
                businessDay: string;
                subjectKey: string;
                kind: string;
                endedOn: string;
                endedBy: string;
                reason: string;
                postingKey: string;
                adjustedFen: number;
                decidedBy: string;
                approvedBy: string;
              }[];
              endedInAll: number;
              from: string;
              to: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences/summary': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Open differences by age */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              today: string;
              lines: {
                counterpartKind: string;
                counterpart: string;
                kind: string;
                open: number;
                toTwoDays: number;
                toWeek: number;
                toMonth: number;
                older: number;
                overdue: number;
                oldest: string;
                oursFen: number;
                theirsFen: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences/{differenceNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A difference, its evidence and all that happened to it */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          differenceNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              differenceNo: number;
              counterpartKind: string;
              counterpart: string;
              businessDay: string;
              subjectKey: string;
              kind: string;
              occurrence: number;
              oursFen?: number;
              theirsFen?: number;
              adjustedFen?: number;
              evidence: {
                [key: string]: unknown;
              };
              foundOn: string;
              dueOn: string;
              ownerRole?: string;
              owner?: string;
              version: number;
              /** @enum {unknown} */
              state: 'open' | 'ended';
              endedOn?: string;
              /** @enum {unknown} */
              endedBy?: 'match' | 'rule' | 'people';
              reason?: string;
              postingKey?: string;
              decidedBy?: string;
              approvedBy?: string;
              ageDays?: number;
              overdue?: boolean;
              events: {
                at: string;
                actor: string;
                event: string;
                words: string;
                detail: unknown;
                approvalId: number | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences/{differenceNo}/comments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say what is known of it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          differenceNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences/{differenceNo}/decision': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose how it ends */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          differenceNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
            booking?: {
              debit: string;
              credit: string;
              amountFen: number;
              cardNo?: string;
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences/{differenceNo}/decision/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End it as the second person; the adjustment is posted */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          differenceNo: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/differences/{differenceNo}/owner': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Give it to a person */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          differenceNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            owner: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/disclosures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query: {
          reader: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/disclosures/search': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            idNumber: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/disclosures/verification': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dispute-reasons': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reasons to dispute a refusal, and against which outcomes */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/duties': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who is on duty, and by which channels they are reached */
    get: {
      parameters: {
        query?: {
          from?: string;
          to?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              duties: {
                shiftNo: number;
                level: number;
                principalId: string;
                beginsAt: string;
                endsAt: string;
                channels: string[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Put somebody on duty */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            level: number;
            principalId: string;
            /** Format: date-time */
            beginsAt: string;
            /** Format: date-time */
            endsAt: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/duties/{shiftNo}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End a duty now */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/duty-contacts/{principalId}/{channel}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Say how somebody on duty is reached; the address is sealed and never shown again */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          principalId: string;
          channel: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            address: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/export-notes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say that a list is taken out, before it is: logged, and so much a day */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            list: string;
            rows: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              exportNo: number;
              leftRows: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fee-tables': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Fees in force on a day (the open one) */
    get: {
      parameters: {
        query?: {
          date?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              date: string;
              rules: {
                for:
                  | {
                      participant: string;
                    }
                  | {
                      industry: string;
                    }
                  | {
                      /** @enum {boolean} */
                      everybody: true;
                    };
                product?: string;
                deal?: 'purchase' | 'load' | 'bill';
                recordIndustry?: string;
                direction?: 'in' | 'out';
                kind: 'per-count' | 'by-amount' | 'fixed';
                rate?: string;
                ladder?: {
                  from?: string;
                  upTo: string | null;
                  rate: string;
                }[];
                minFen?: number;
                maxFen?: number;
                feeReturned?: boolean;
                rounding?: 'line' | 'transaction';
                period?: 'day' | 'month';
                shares?: {
                  to: string;
                  percent?: string;
                  fixedFen?: number;
                }[];
                /** Format: date */
                validFrom: string;
                /** Format: date */
                validTo?: string;
                version?: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose fees from a day on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** Format: date */
            validFrom: string;
            /** @description docs/fees.md */
            document: {
              note?: string;
              rules: {
                for:
                  | {
                      participant: string;
                    }
                  | {
                      industry: string;
                    }
                  | {
                      /** @enum {boolean} */
                      everybody: true;
                    };
                product?: string;
                deal?: 'purchase' | 'load' | 'bill';
                recordIndustry?: string;
                direction?: 'in' | 'out';
                kind: 'per-count' | 'by-amount' | 'fixed';
                rate?: string;
                ladder?: {
                  from?: string;
                  upTo: string | null;
                  rate: string;
                }[];
                minFen?: number;
                maxFen?: number;
                feeReturned?: boolean;
                rounding?: 'line' | 'transaction';
                period?: 'day' | 'month';
                shares?: {
                  to: string;
                  percent?: string;
                  fixedFen?: number;
                }[];
                /** Format: date */
                validFrom: string;
                /** Format: date */
                validTo?: string;
              }[];
              ended?: {
                for:
                  | {
                      participant: string;
                    }
                  | {
                      industry: string;
                    }
                  | {
                      /** @enum {boolean} */
                      everybody: true;
                    };
                product?: string;
                deal?: 'purchase' | 'load' | 'bill';
                recordIndustry?: string;
              }[];
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: number;
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fee-tables/example': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What a fee rule would charge for so many sales of an amount */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            rule: {
              for:
                | {
                    participant: string;
                  }
                | {
                    industry: string;
                  }
                | {
                    /** @enum {boolean} */
                    everybody: true;
                  };
              product?: string;
              deal?: 'purchase' | 'load' | 'bill';
              recordIndustry?: string;
              direction?: 'in' | 'out';
              kind: 'per-count' | 'by-amount' | 'fixed';
              rate?: string;
              ladder?: {
                from?: string;
                upTo: string | null;
                rate: string;
              }[];
              minFen?: number;
              maxFen?: number;
              feeReturned?: boolean;
              rounding?: 'line' | 'transaction';
              period?: 'day' | 'month';
              shares?: {
                to: string;
                percent?: string;
                fixedFen?: number;
              }[];
              /** Format: date */
              validFrom: string;
              /** Format: date */
              validTo?: string;
            };
            count: number;
            amountFen: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              salesFen: number;
              sections?: {
                part: number;
                rate: string;
              }[];
              feeOfOneFen?: number;
              feeFen: number;
              shares: {
                institution: string;
                amountFen: number;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fee-tables/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every fee table proposed, the newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              versions: {
                version: number;
                validFrom: string;
                /** @enum {unknown} */
                state: 'approved' | 'proposed' | 'returned' | 'withdrawn';
                approvalId: number;
                returned?: {
                  by: string;
                  reason: string;
                };
                proposedBy: string;
                approvedBy?: string;
                /** @description docs/fees.md */
                document: {
                  note?: string;
                  rules: {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        }
                      | {
                          /** @enum {boolean} */
                          everybody: true;
                        };
                    product?: string;
                    deal?: 'purchase' | 'load' | 'bill';
                    recordIndustry?: string;
                    direction?: 'in' | 'out';
                    kind: 'per-count' | 'by-amount' | 'fixed';
                    rate?: string;
                    ladder?: {
                      from?: string;
                      upTo: string | null;
                      rate: string;
                    }[];
                    minFen?: number;
                    maxFen?: number;
                    feeReturned?: boolean;
                    rounding?: 'line' | 'transaction';
                    period?: 'day' | 'month';
                    shares?: {
                      to: string;
                      percent?: string;
                      fixedFen?: number;
                    }[];
                    /** Format: date */
                    validFrom: string;
                    /** Format: date */
                    validTo?: string;
                  }[];
                  ended?: {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        }
                      | {
                          /** @enum {boolean} */
                          everybody: true;
                        };
                    product?: string;
                    deal?: 'purchase' | 'load' | 'bill';
                    recordIndustry?: string;
                  }[];
                };
                documentSha256: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fee-tables/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Withdraw proposed fees */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fee-tables/{version}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put proposed fees in force */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: number;
              validFrom: string;
              /** @enum {unknown} */
              state: 'approved' | 'proposed' | 'returned' | 'withdrawn';
              approvalId: number;
              returned?: {
                by: string;
                reason: string;
              };
              proposedBy: string;
              approvedBy?: string;
              /** @description docs/fees.md */
              document: {
                note?: string;
                rules: {
                  for:
                    | {
                        participant: string;
                      }
                    | {
                        industry: string;
                      }
                    | {
                        /** @enum {boolean} */
                        everybody: true;
                      };
                  product?: string;
                  deal?: 'purchase' | 'load' | 'bill';
                  recordIndustry?: string;
                  direction?: 'in' | 'out';
                  kind: 'per-count' | 'by-amount' | 'fixed';
                  rate?: string;
                  ladder?: {
                    from?: string;
                    upTo: string | null;
                    rate: string;
                  }[];
                  minFen?: number;
                  maxFen?: number;
                  feeReturned?: boolean;
                  rounding?: 'line' | 'transaction';
                  period?: 'day' | 'month';
                  shares?: {
                    to: string;
                    percent?: string;
                    fixedFen?: number;
                  }[];
                  /** Format: date */
                  validFrom: string;
                  /** Format: date */
                  validTo?: string;
                }[];
                ended?: {
                  for:
                    | {
                        participant: string;
                      }
                    | {
                        industry: string;
                      }
                    | {
                        /** @enum {boolean} */
                        everybody: true;
                      };
                  product?: string;
                  deal?: 'purchase' | 'load' | 'bill';
                  recordIndustry?: string;
                }[];
              };
              documentSha256: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fee-withdrawals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Fees the company drew, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              withdrawals: {
                withdrawalNo: number;
                amountFen: number;
                from: string;
                to: string;
                /** @enum {unknown} */
                state: 'posted' | 'proposed';
                proposedBy: string;
                approvedBy?: string;
                postedDate?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose to draw confirmed fees */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            amountFen: number;
            from: string;
            to: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              withdrawalNo: number;
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fee-withdrawals/{withdrawalNo}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person approves: the money moves unless fees are on hold */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          withdrawalNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/float/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The float identity at the end of a day */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              date: string;
              owed: {
                purse: number;
                online: number;
                'pending-credit': number;
                'migrated-balance': number;
                'agent-prefund': number;
                'operator-pending': number;
                'operator-payable': number;
                'biller-payable': number;
                'city-payable': number;
                suspense: number;
                'unclaimed-refund': number;
                'pass-unearned': number;
                'subsidy-payable': number;
                rounding: number;
                'fee-income-not-withdrawn': number;
              };
              owedFen: number;
              receivable: {
                'city-receivable': number;
                'concession-receivable': number;
                'write-off': number;
              };
              receivableFen: number;
              reserve: {
                'bank-custody': number;
                'bank-receiving': number;
                'bank-paying': number;
                'settlement-in-transit': number;
              };
              reserveFen: number;
              uncoveredMigrations: {
                [key: string]: number;
              };
              uncoveredMigrationsFen: number;
              cashFen: number;
              differenceFen: number;
              unexplainedFen: number;
              deposits: {
                owedFen: number;
                bankFen: number;
                cashFen: number;
                differenceFen: number;
              };
              ownFundsFen: number;
              bankAccounts: {
                account: string;
                ledgerFen: number;
                statementFen?: number;
                differenceFen?: number;
              }[];
              ok: boolean;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/former-issuer-transfers/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Book it: the second person has seen the entry of the bank */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/former-issuers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What former issuers have paid for and what stands uncovered, by age */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/former-issuers/{participantNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Open a participant as former issuer of migrated cards */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/former-issuers/{participantNo}/transfers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to book a payment of a former issuer */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            account: string;
            bankReference: string;
            amountFen: number;
            /** Format: date */
            bookedOn: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fund-credits/{listNo}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Book the list */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          listNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/fund-payments/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Book it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/gateway/traffic': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Messages by second of the last five minutes, by kind and outcome, with their times and the links */
    get: {
      parameters: {
        query?: {
          since?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              serving: boolean;
              seconds: {
                at: string;
                messages: {
                  message: string;
                  code: string;
                  count: number;
                }[];
                medianMs: number | null;
                p95Ms: number | null;
                slowestMs: number | null;
                links: number;
                inFlight: number;
              }[];
              words: {
                messages: {
                  [key: string]: string;
                };
                codes: {
                  [key: string]: string;
                };
              };
              listeners: {
                listener: string;
                connections: number;
                inFlight: number;
                accepted: number;
                refused: number;
                frames: number;
                answers: number;
                malformed: number;
                badFrames: number;
                failures: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Open the application of a school or an employer */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            kind: 'school' | 'employer';
            name: string;
            product: string;
            contact?: string;
            collectDays?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where a group stands, uncollected cards with their age */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/bad-rows.csv': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The rows that go back: row, column, reason */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/hand-out': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give finished cards to people, 500 at once; repeat until nobody waits */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/hand-out-list.csv': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The list to sign, for a spreadsheet */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/hand-out-list.html': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The list to sign, for the printer */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Hand in a table of people, XLSX or CSV; bad rows come back */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/orders': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Order the cards that are missing as a batch */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/photos': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Hand in one photo; its name stands in x-photo-name, percent-encoded */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/receipts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Signed for: these cards work from now on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            cardNos: string[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/uncollected/destruction': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Destroy what was not collected in time */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/group-applications/{groupId}/uncollected/take-back': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** These cards are back at the counter */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          groupId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            cardNos: string[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/heir-payments/{approvalId}/payment': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Pay the heirs in cash what can be paid now; again when the waiting period is over */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            shiftId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/held-purchases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Records that are held or wait for another city, oldest first, a page at a time */
    get: {
      parameters: {
        query?: {
          reasonCode?: string;
          participantNo?: string;
          until?: string;
          after?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              records: {
                participantNo: string;
                issuerCity: string;
                amountFen: number;
                /** @enum {unknown} */
                state: 'suspicious' | 'routed' | 'received';
                reasonCode:
                  | (
                      | '01'
                      | '02'
                      | '03'
                      | '04'
                      | '05'
                      | '06'
                      | '07'
                      | '08'
                      | '09'
                      | '0A'
                      | '0B'
                      | '0C'
                      | '0D'
                      | '0E'
                      | '0F'
                      | '10'
                    )
                  | null;
                detail: null | string;
                cardNo: string;
                businessDate: string;
                intakeId: number;
                index: number;
              }[];
              next: null | string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/held-purchases/{cardNo}/{businessDate}/{intakeId}/{index}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A judged record, its history and what stands beside it */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          businessDate: string;
          intakeId: string;
          index: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              record: {
                ref: {
                  cardNo: string;
                  businessDate: string;
                  intakeId: number;
                  index: number;
                };
                participantNo: string;
                /** @enum {unknown} */
                state: 'rejected' | 'accepted' | 'duplicate' | 'suspicious' | 'routed' | 'received';
                reasonCode: null | string;
                detail: null | string;
                offlineCounter: number;
                balanceBeforeFen: number;
                amountFen: number;
                samNo: string;
                samTransactionNo: number;
                tappedAt?: string;
                flag: number;
                postedDate: null | string;
              };
              history: {
                changedAt: string;
                state: string;
                reasonCode: string | null;
                detail: string | null;
                decidedBy: string;
              }[];
              beside: {
                ref: {
                  cardNo: string;
                  businessDate: string;
                  intakeId: number;
                  index: number;
                };
                participantNo: string;
                /** @enum {unknown} */
                state: 'rejected' | 'accepted' | 'duplicate' | 'suspicious' | 'routed' | 'received';
                reasonCode: null | string;
                detail: null | string;
                offlineCounter: number;
                balanceBeforeFen: number;
                amountFen: number;
                samNo: string;
                samTransactionNo: number;
                tappedAt?: string;
                flag: number;
                postedDate: null | string;
              }[];
              loads: {
                loadId: number;
                onlineCounter: number;
                balanceBeforeFen: number;
                amountFen: number;
                state: string;
                openedAt: string;
              }[];
              decisions: {
                approvalId: number;
                outcome: string;
                reasonCode: string | null;
                payer: string | null;
                evidence: string;
                proposedBy: string;
                proposedAt: string;
                approvedBy: string | null;
                decidedAt: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/held-purchases/{cardNo}/{businessDate}/{intakeId}/{index}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person says the same: the record is paid or refused */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          businessDate: string;
          intakeId: string;
          index: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            outcome: 'accept' | 'refuse';
            payer?: 'purse' | 'company';
            /** @enum {boolean} */
            althoughCardPaid?: true;
            reasonCode?: string;
            evidence: string;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/held-purchases/{cardNo}/{businessDate}/{intakeId}/{index}/decision': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose what becomes of a held record */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          businessDate: string;
          intakeId: string;
          index: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            outcome: 'accept' | 'refuse';
            payer?: 'purse' | 'company';
            /** @enum {boolean} */
            althoughCardPaid?: true;
            reasonCode?: string;
            evidence: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/holiday-years': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Bank holidays put in force here, by year, and every proposal */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              years: {
                year: number;
                holidays: [string, string][];
                madeUp: string[];
              }[];
              versions: {
                version: number;
                validFrom: string;
                /** @enum {unknown} */
                state: 'approved' | 'proposed' | 'returned' | 'withdrawn';
                approvalId: number;
                returned?: {
                  by: string;
                  reason: string;
                };
                proposedBy: string;
                approvedBy?: string;
                /** @description docs/clearing-day.md */
                document: {
                  year: number;
                  notice: string;
                  holidays: [string, string][];
                  madeUp: string[];
                };
                documentSha256: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose the bank holidays of a year */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** Format: date */
            validFrom: string;
            /** @description docs/clearing-day.md */
            document: {
              year: number;
              notice: string;
              holidays: [string, string][];
              madeUp: string[];
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: number;
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/holiday-years/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Withdraw proposed holidays */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/holiday-years/{version}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put proposed holidays in force */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: number;
              validFrom: string;
              /** @enum {unknown} */
              state: 'approved' | 'proposed' | 'returned' | 'withdrawn';
              approvalId: number;
              returned?: {
                by: string;
                reason: string;
              };
              proposedBy: string;
              approvedBy?: string;
              /** @description docs/clearing-day.md */
              document: {
                year: number;
                notice: string;
                holidays: [string, string][];
                madeUp: string[];
              };
              documentSha256: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotline-orders/{orderNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far an order is, and what to tell the caller */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    /** The 12345 hotline dispatches an order; it becomes a case */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            kind: 'charged-twice' | 'wrong-fare' | 'load-missing' | 'bill-missing';
            cardNo: string;
            /** Format: date */
            occurredOn: string;
            amountFen?: number;
            participantNo?: string;
            words?: string;
            contact?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotlist': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Entries after a version, page by page */
    get: {
      parameters: {
        query?: {
          versionHeld?: number;
          index?: number;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotlist-entries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put a card that is not ours on the hotlist */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            applicationSerial: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotlist-removals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to take such a card off the hotlist */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            applicationSerial: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotlist-removals/{removalNo}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take it off, as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          removalNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotlist/ages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How old the hotlists of active terminals are */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotlist/cards/{cardNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the hotlist has of a card: entries, who put them there, locks by terminals */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/hotlist/retelling': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Have every terminal told the whole log at its next download, after the database was restored */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Industries in force on a day (today) */
    get: {
      parameters: {
        query?: {
          date?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              industries: {
                code: string;
                version: number;
                document:
                  | {
                      nameChinese: string;
                      nameEnglish: string;
                      participants: {
                        kinds: ('operator' | 'agent' | 'biller')[];
                      };
                      fee?: {
                        kind: 'per-count' | 'by-amount' | 'fixed';
                        rate?: string;
                        ladder?: {
                          upTo: string | null;
                          rate: string;
                        }[];
                        minFen?: number;
                        maxFen?: number;
                        feeReturned?: boolean;
                      };
                      data: {
                        name: string;
                        bytes: number;
                        form: 'bcd' | 'number' | 'text';
                        meaning: string;
                      }[];
                      receipt: {
                        title: string;
                        lines: string[];
                      };
                      /** @enum {string} */
                      pattern: 'offline-purchase';
                    }
                  | {
                      nameChinese: string;
                      nameEnglish: string;
                      participants: {
                        kinds: ('operator' | 'agent' | 'biller')[];
                      };
                      fee?: {
                        kind: 'per-count' | 'by-amount' | 'fixed';
                        rate?: string;
                        ladder?: {
                          upTo: string | null;
                          rate: string;
                        }[];
                        minFen?: number;
                        maxFen?: number;
                        feeReturned?: boolean;
                      };
                      data: {
                        name: string;
                        bytes: number;
                        form: 'bcd' | 'number' | 'text';
                        meaning: string;
                      }[];
                      receipt: {
                        title: string;
                        lines: string[];
                      };
                      /** @enum {string} */
                      pattern: 'distance';
                      stations: {
                        station: string;
                        nameChinese: string;
                        metres: number;
                      }[];
                      vehicleClasses: {
                        vehicleClass: number;
                        fenPerKilometre: string;
                        minFen: number;
                      }[];
                      roundedToFen: number;
                      longestTripHours: number;
                    }
                  | {
                      nameChinese: string;
                      nameEnglish: string;
                      participants: {
                        kinds: ('operator' | 'agent' | 'biller')[];
                      };
                      fee?: {
                        kind: 'per-count' | 'by-amount' | 'fixed';
                        rate?: string;
                        ladder?: {
                          upTo: string | null;
                          rate: string;
                        }[];
                        minFen?: number;
                        maxFen?: number;
                        feeReturned?: boolean;
                      };
                      data: {
                        name: string;
                        bytes: number;
                        form: 'bcd' | 'number' | 'text';
                        meaning: string;
                      }[];
                      receipt: {
                        title: string;
                        lines: string[];
                      };
                      customer: {
                        nameChinese: string;
                        nameEnglish: string;
                        characters: 'digits' | 'letters-and-digits' | 'printable';
                        shortest: number;
                        longest: number;
                      };
                      reference: {
                        nameChinese: string;
                        nameEnglish: string;
                        characters: 'digits' | 'letters-and-digits' | 'printable';
                        shortest: number;
                        longest: number;
                      };
                      lateFee?: {
                        graceDays: number;
                        partsPerMillionPerDay: number;
                        capPartsPerMillion: number;
                      };
                      cancellation: {
                        allowed: boolean;
                        withinDays: number;
                      };
                      biller: {
                        exchange: 'http' | 'file';
                        timeoutMs: number;
                      };
                      /** @enum {string} */
                      pattern: 'bill';
                    }
                  | {
                      nameChinese: string;
                      nameEnglish: string;
                      participants: {
                        kinds: ('operator' | 'agent' | 'biller')[];
                      };
                      fee?: {
                        kind: 'per-count' | 'by-amount' | 'fixed';
                        rate?: string;
                        ladder?: {
                          upTo: string | null;
                          rate: string;
                        }[];
                        minFen?: number;
                        maxFen?: number;
                        feeReturned?: boolean;
                      };
                      data: {
                        name: string;
                        bytes: number;
                        form: 'bcd' | 'number' | 'text';
                        meaning: string;
                      }[];
                      receipt: {
                        title: string;
                        lines: string[];
                      };
                      customer: {
                        nameChinese: string;
                        nameEnglish: string;
                        characters: 'digits' | 'letters-and-digits' | 'printable';
                        shortest: number;
                        longest: number;
                      };
                      reference: {
                        nameChinese: string;
                        nameEnglish: string;
                        characters: 'digits' | 'letters-and-digits' | 'printable';
                        shortest: number;
                        longest: number;
                      };
                      lateFee?: {
                        graceDays: number;
                        partsPerMillionPerDay: number;
                        capPartsPerMillion: number;
                      };
                      cancellation: {
                        allowed: boolean;
                        withinDays: number;
                      };
                      biller: {
                        exchange: 'http' | 'file';
                        timeoutMs: number;
                      };
                      /** @enum {string} */
                      pattern: 'meter';
                      meter: {
                        by: 'token' | 'card';
                        reportedWithinHours: number;
                      };
                    }
                  | {
                      nameChinese: string;
                      nameEnglish: string;
                      participants: {
                        kinds: ('operator' | 'agent' | 'biller')[];
                      };
                      fee?: {
                        kind: 'per-count' | 'by-amount' | 'fixed';
                        rate?: string;
                        ladder?: {
                          upTo: string | null;
                          rate: string;
                        }[];
                        minFen?: number;
                        maxFen?: number;
                        feeReturned?: boolean;
                      };
                      data: {
                        name: string;
                        bytes: number;
                        form: 'bcd' | 'number' | 'text';
                        meaning: string;
                      }[];
                      receipt: {
                        title: string;
                        lines: string[];
                      };
                      /** @enum {string} */
                      pattern: 'entitlement';
                    }
                  | {
                      nameChinese: string;
                      nameEnglish: string;
                      participants: {
                        kinds: ('operator' | 'agent' | 'biller')[];
                      };
                      fee?: {
                        kind: 'per-count' | 'by-amount' | 'fixed';
                        rate?: string;
                        ladder?: {
                          upTo: string | null;
                          rate: string;
                        }[];
                        minFen?: number;
                        maxFen?: number;
                        feeReturned?: boolean;
                      };
                      data: {
                        name: string;
                        bytes: number;
                        form: 'bcd' | 'number' | 'text';
                        meaning: string;
                      }[];
                      receipt: {
                        title: string;
                        lines: string[];
                      };
                      /** @enum {string} */
                      pattern: 'fund';
                      fund: {
                        nameChinese: string;
                        nameEnglish: string;
                      };
                    };
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/findings': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Purchases of a business day that are not as their industry says */
    get: {
      parameters: {
        query: {
          date: string;
        };
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/fund': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a fund holds for people and what it owes */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/fund-credits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Hand in what a fund credits to cards */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reference: string;
            lines: {
              cardNo: string;
              amountFen: number;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/fund-payments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to book that a fund has paid what it owes */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            participantNo: string;
            reference: string;
            amountFen: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/open-trips': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Entries without an exit, longer ago than a trip takes */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All versions of an industry, the newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Propose a version of an industry */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      /** @description docs/industries.md */
      requestBody: {
        content: {
          'application/json': {
            /** Format: date */
            validFrom: string;
            document:
              | {
                  nameChinese: string;
                  nameEnglish: string;
                  participants: {
                    kinds: ('operator' | 'agent' | 'biller')[];
                  };
                  fee?: {
                    kind: 'per-count' | 'by-amount' | 'fixed';
                    rate?: string;
                    ladder?: {
                      upTo: string | null;
                      rate: string;
                    }[];
                    minFen?: number;
                    maxFen?: number;
                    feeReturned?: boolean;
                  };
                  data: {
                    name: string;
                    bytes: number;
                    form: 'bcd' | 'number' | 'text';
                    meaning: string;
                  }[];
                  receipt: {
                    title: string;
                    lines: string[];
                  };
                  /** @enum {string} */
                  pattern: 'offline-purchase';
                }
              | {
                  nameChinese: string;
                  nameEnglish: string;
                  participants: {
                    kinds: ('operator' | 'agent' | 'biller')[];
                  };
                  fee?: {
                    kind: 'per-count' | 'by-amount' | 'fixed';
                    rate?: string;
                    ladder?: {
                      upTo: string | null;
                      rate: string;
                    }[];
                    minFen?: number;
                    maxFen?: number;
                    feeReturned?: boolean;
                  };
                  data: {
                    name: string;
                    bytes: number;
                    form: 'bcd' | 'number' | 'text';
                    meaning: string;
                  }[];
                  receipt: {
                    title: string;
                    lines: string[];
                  };
                  /** @enum {string} */
                  pattern: 'distance';
                  stations: {
                    station: string;
                    nameChinese: string;
                    metres: number;
                  }[];
                  vehicleClasses: {
                    vehicleClass: number;
                    fenPerKilometre: string;
                    minFen: number;
                  }[];
                  roundedToFen: number;
                  longestTripHours: number;
                }
              | {
                  nameChinese: string;
                  nameEnglish: string;
                  participants: {
                    kinds: ('operator' | 'agent' | 'biller')[];
                  };
                  fee?: {
                    kind: 'per-count' | 'by-amount' | 'fixed';
                    rate?: string;
                    ladder?: {
                      upTo: string | null;
                      rate: string;
                    }[];
                    minFen?: number;
                    maxFen?: number;
                    feeReturned?: boolean;
                  };
                  data: {
                    name: string;
                    bytes: number;
                    form: 'bcd' | 'number' | 'text';
                    meaning: string;
                  }[];
                  receipt: {
                    title: string;
                    lines: string[];
                  };
                  customer: {
                    nameChinese: string;
                    nameEnglish: string;
                    characters: 'digits' | 'letters-and-digits' | 'printable';
                    shortest: number;
                    longest: number;
                  };
                  reference: {
                    nameChinese: string;
                    nameEnglish: string;
                    characters: 'digits' | 'letters-and-digits' | 'printable';
                    shortest: number;
                    longest: number;
                  };
                  lateFee?: {
                    graceDays: number;
                    partsPerMillionPerDay: number;
                    capPartsPerMillion: number;
                  };
                  cancellation: {
                    allowed: boolean;
                    withinDays: number;
                  };
                  biller: {
                    exchange: 'http' | 'file';
                    timeoutMs: number;
                  };
                  /** @enum {string} */
                  pattern: 'bill';
                }
              | {
                  nameChinese: string;
                  nameEnglish: string;
                  participants: {
                    kinds: ('operator' | 'agent' | 'biller')[];
                  };
                  fee?: {
                    kind: 'per-count' | 'by-amount' | 'fixed';
                    rate?: string;
                    ladder?: {
                      upTo: string | null;
                      rate: string;
                    }[];
                    minFen?: number;
                    maxFen?: number;
                    feeReturned?: boolean;
                  };
                  data: {
                    name: string;
                    bytes: number;
                    form: 'bcd' | 'number' | 'text';
                    meaning: string;
                  }[];
                  receipt: {
                    title: string;
                    lines: string[];
                  };
                  customer: {
                    nameChinese: string;
                    nameEnglish: string;
                    characters: 'digits' | 'letters-and-digits' | 'printable';
                    shortest: number;
                    longest: number;
                  };
                  reference: {
                    nameChinese: string;
                    nameEnglish: string;
                    characters: 'digits' | 'letters-and-digits' | 'printable';
                    shortest: number;
                    longest: number;
                  };
                  lateFee?: {
                    graceDays: number;
                    partsPerMillionPerDay: number;
                    capPartsPerMillion: number;
                  };
                  cancellation: {
                    allowed: boolean;
                    withinDays: number;
                  };
                  biller: {
                    exchange: 'http' | 'file';
                    timeoutMs: number;
                  };
                  /** @enum {string} */
                  pattern: 'meter';
                  meter: {
                    by: 'token' | 'card';
                    reportedWithinHours: number;
                  };
                }
              | {
                  nameChinese: string;
                  nameEnglish: string;
                  participants: {
                    kinds: ('operator' | 'agent' | 'biller')[];
                  };
                  fee?: {
                    kind: 'per-count' | 'by-amount' | 'fixed';
                    rate?: string;
                    ladder?: {
                      upTo: string | null;
                      rate: string;
                    }[];
                    minFen?: number;
                    maxFen?: number;
                    feeReturned?: boolean;
                  };
                  data: {
                    name: string;
                    bytes: number;
                    form: 'bcd' | 'number' | 'text';
                    meaning: string;
                  }[];
                  receipt: {
                    title: string;
                    lines: string[];
                  };
                  /** @enum {string} */
                  pattern: 'entitlement';
                }
              | {
                  nameChinese: string;
                  nameEnglish: string;
                  participants: {
                    kinds: ('operator' | 'agent' | 'biller')[];
                  };
                  fee?: {
                    kind: 'per-count' | 'by-amount' | 'fixed';
                    rate?: string;
                    ladder?: {
                      upTo: string | null;
                      rate: string;
                    }[];
                    minFen?: number;
                    maxFen?: number;
                    feeReturned?: boolean;
                  };
                  data: {
                    name: string;
                    bytes: number;
                    form: 'bcd' | 'number' | 'text';
                    meaning: string;
                  }[];
                  receipt: {
                    title: string;
                    lines: string[];
                  };
                  /** @enum {string} */
                  pattern: 'fund';
                  fund: {
                    nameChinese: string;
                    nameEnglish: string;
                  };
                };
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One version of an industry */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    /** Withdraw a proposal */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/industries/{code}/versions/{version}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put a version in force from its day on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/late-taps': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Purchases of replaced or returned cards that nobody has decided on */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              lateTaps: {
                cardNo: string;
                businessDate: string;
                intakeId: number;
                index: number;
                amountFen: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/late-taps/{cardNo}/{businessDate}/{intakeId}/{index}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person agrees; the operator is paid with the next pass of validation */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          businessDate: string;
          intakeId: string;
          index: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            approvalId: number;
            payer: 'company' | 'successor';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/late-taps/{cardNo}/{businessDate}/{intakeId}/{index}/decision': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose who pays */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          businessDate: string;
          intakeId: string;
          index: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            payer: 'company' | 'successor';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/accounts/{code}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The balance of an account */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          code: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              code: string;
              postedFen: number;
              availableFen: number;
              pendingDebitsFen: number;
              pendingCreditsFen: number;
              availableYuan: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/archives': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Years that were archived, with the digest of each file and the seal in the chain */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              archives: {
                year: number;
                transfers: number;
                chunks: number;
                fileSha256: string;
                seal: string;
                sealChunk: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/archives/{year}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Archive a closed year: export, carry forward, detach, seal */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          year: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/statement': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What moved on an account between two instants, with the balance before and after */
    get: {
      parameters: {
        query: {
          account: string;
          card?: string;
          from: string;
          to: string;
          after?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              account: string;
              card?: string;
              /** @enum {unknown} */
              normalSide: 'debit' | 'credit';
              openingFen: number;
              closingFen: number;
              lines: {
                at: string;
                businessDate: string;
                key: string;
                leg: number;
                counterAccount: string;
                card?: string;
                /** @enum {unknown} */
                side: 'debit' | 'credit';
                amountFen: number;
                /** @enum {unknown} */
                phase: 'post' | 'posted' | 'pending' | 'void';
                reason: string;
                balanceFen: number;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/trial-balance': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All accounts, now, at an instant or at the end of a business day; they sum to zero */
    get: {
      parameters: {
        query?: {
          at?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rows: {
                kind: string;
                code?: string;
                debitFen: number;
                creditFen: number;
                balanceFen: number;
              }[];
              sumFen: number;
              chunkNo: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/verification': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Recompute the chain and the balances and prove or disprove both */
    get: {
      parameters: {
        query?: {
          since?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              ok: boolean;
              chunks: number;
              transfers: number;
              firstFault?: {
                what: string;
                chunkNo?: number;
                position?: number;
                cardNo?: string;
                postingKey?: string;
                leg?: number;
                account?: string;
              };
              head: string;
            };
          };
        };
      };
    };
    put?: never;
    /** Prove the ledger, and that it is the one these receipts were given of */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            receipts: {
              content: string;
              signature: string;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/verifications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Proofs of the ledger that were ordered, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              verifications: {
                verificationNo: number;
                since?: string;
                orderedBy: string;
                orderedAt: string;
                /** @enum {unknown} */
                state: 'failed' | 'ordered' | 'running' | 'done' | 'withdrawn';
                chunksDone: number;
                chunksTotal?: number;
                finishedAt?: string;
                outcome?: {
                  ok: boolean;
                  chunks: number;
                  transfers: number;
                  firstFault?: {
                    what: string;
                    chunkNo?: number;
                    position?: number;
                    cardNo?: string;
                    postingKey?: string;
                    leg?: number;
                    account?: string;
                  };
                  head: string;
                };
                failure?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Order a proof of the chain and the balances, or of the chain from a day or a chunk on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            since?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              verificationNo: number;
              since?: string;
              orderedBy: string;
              orderedAt: string;
              /** @enum {unknown} */
              state: 'failed' | 'ordered' | 'running' | 'done' | 'withdrawn';
              chunksDone: number;
              chunksTotal?: number;
              finishedAt?: string;
              outcome?: {
                ok: boolean;
                chunks: number;
                transfers: number;
                firstFault?: {
                  what: string;
                  chunkNo?: number;
                  position?: number;
                  cardNo?: string;
                  postingKey?: string;
                  leg?: number;
                  account?: string;
                };
                head: string;
              };
              failure?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/verifications/{verificationNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A proof of the ledger: how far it is, what it found */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          verificationNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              verificationNo: number;
              since?: string;
              orderedBy: string;
              orderedAt: string;
              /** @enum {unknown} */
              state: 'failed' | 'ordered' | 'running' | 'done' | 'withdrawn';
              chunksDone: number;
              chunksTotal?: number;
              finishedAt?: string;
              outcome?: {
                ok: boolean;
                chunks: number;
                transfers: number;
                firstFault?: {
                  what: string;
                  chunkNo?: number;
                  position?: number;
                  cardNo?: string;
                  postingKey?: string;
                  leg?: number;
                  account?: string;
                };
                head: string;
              };
              failure?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/ledger/verifications/{verificationNo}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Withdraw a proof that waits or runs; it changes nothing and may be ordered again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          verificationNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              verificationNo: number;
              since?: string;
              orderedBy: string;
              orderedAt: string;
              /** @enum {unknown} */
              state: 'failed' | 'ordered' | 'running' | 'done' | 'withdrawn';
              chunksDone: number;
              chunksTotal?: number;
              finishedAt?: string;
              outcome?: {
                ok: boolean;
                chunks: number;
                transfers: number;
                firstFault?: {
                  what: string;
                  chunkNo?: number;
                  position?: number;
                  cardNo?: string;
                  postingKey?: string;
                  leg?: number;
                  account?: string;
                };
                head: string;
              };
              failure?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-conversions/matching': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Convert the old cards of residents who hold a card, where the former issuer agreed to it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-corrections/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-imports/{importId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-imports/{importId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-imports/{importId}/refusal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-imports/{importId}/returned-rows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The rows that go back, as a table */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-issuers/{participantNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Take over the old cards of a participant */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            firstUse: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-issuers/{participantNo}/cards/{legacyCardNo}/corrections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          legacyCardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            toFen: number;
            reference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-issuers/{participantNo}/cards/{legacyCardNo}/dispute': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          legacyCardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: 'balance-wrong' | 'holder-wrong' | 'said-by-former-issuer' | 'settled';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-issuers/{participantNo}/cards/{legacyCardNo}/dispute/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          legacyCardNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: 'balance-wrong' | 'holder-wrong' | 'said-by-former-issuer' | 'settled';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-issuers/{participantNo}/imports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Hand in a file; x-manifest and x-signature carry manifest and CMS in base64 */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-issuers/{participantNo}/report': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What became of the old cards, to the fen */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legacy-issuers/{participantNo}/report.csv': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legal-orders': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json':
            | {
                kind: 'inquiry' | 'freeze';
                authority: string;
                documentNo: string;
                target:
                  | {
                      idNumber: string;
                    }
                  | {
                      cardNo: string;
                    };
              }
            | {
                /** @enum {string} */
                kind: 'unfreeze';
                authority: string;
                documentNo: string;
                lifts: number;
              };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legal-orders/{orderId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legal-orders/{orderId}/collection': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/legal-orders/{orderId}/refusal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          orderId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/load-cancellations/open': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Debits nobody knows the end of: their cards have to be put into a reader again */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cancellations: {
                cardNo: string;
                loadId: number;
                /** @description fen */
                amountFen: number;
                state: string;
                proposedBy: string;
                approvedBy?: string;
                /** Format: date */
                postedDate?: string;
                /** Format: date-time */
                debitBegunAt?: string;
                counter?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/load-limits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Limits of loads by the day they begin */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              limits: {
                setBy?: string;
                approvedBy?: string;
                /** @enum {unknown} */
                limitName: 'single' | 'daily' | 'named-cap' | 'anonymous-cap';
                validFrom: string;
                amountFen?: number;
              }[];
              names: ('single' | 'daily' | 'named-cap' | 'anonymous-cap')[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose a limit of loads from a later day on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            limitName: 'single' | 'daily' | 'named-cap' | 'anonymous-cap';
            /** Format: date */
            validFrom: string;
            amountFen?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/load-limits/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Set a proposed limit: the second person says the same */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            limitName: 'single' | 'daily' | 'named-cap' | 'anonymous-cap';
            /** Format: date */
            validFrom: string;
            amountFen?: number;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/loss-reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close the card of a caller who does not know its number */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            name: string;
            birthDate: string;
            second:
              | {
                  phone: string;
                }
              | {
                  idNumber: string;
                };
            checked?: (
              | 'card-number'
              | 'name'
              | 'birth-date'
              | 'phone'
              | 'document'
              | 'address'
              | 'id-number-end'
              | 'last-load'
              | 'last-purchase'
            )[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              reports: {
                card: string;
                /** Format: date */
                lapsesOn: string;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/match-plans': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What can be matched, and by what terms */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/match-retention': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Days files sent for matches are kept; results stay for good */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Propose how long sent files are kept */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            what: 'sent-files' | 'sent-files-failed';
            keepDays: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/match-retention/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Set how long sent files are kept: the second person says the same */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            what: 'sent-files' | 'sent-files-failed';
            keepDays: number;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/matches': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Matches, the newest first, by plan, counterpart or day */
    get: {
      parameters: {
        query?: {
          plan?: string;
          counterpart?: string;
          businessDay?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Order a match; its files follow */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            plan: string;
            counterpartKind?: 'city' | 'bank' | 'operator' | 'agent' | 'biller' | 'card';
            counterpart: string;
            /** Format: date */
            businessDay: string;
            dryRun?: boolean;
            promised?: {
              ours?: {
                lines: number;
                amountFen: number;
              };
              theirs?: {
                lines: number;
                amountFen: number;
              };
            };
            toleranceFen?: number;
            daysBefore?: number;
            daysAfter?: number;
            passes?: {
              name: string;
              on: ('reference' | 'group' | 'card' | 'terminal')[];
              cardinality: '1-1' | '1-n' | 'n-1' | 'n-m';
              certain: boolean;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/matches/{runNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far a match is, and what came out */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          runNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/matches/{runNo}/lines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lines of a match and why they are so */
    get: {
      parameters: {
        query?: {
          state?: 'equal' | 'only-ours' | 'only-theirs' | 'amount' | 'duplicate' | 'late' | 'in-doubt';
          key?: string;
          ourLine?: string;
          theirLine?: string;
          breaks?: boolean;
          offset?: number;
          limit?: number;
        };
        header?: never;
        path: {
          runNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/matches/{runNo}/result/{file}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The result as it is kept, Parquet */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          runNo: string;
          file: 'main' | 'revised';
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/matches/{runNo}/start': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Let it run: all files are there */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          runNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/matches/{runNo}/{side}/{partNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Send a part of a file */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          runNo: string;
          side: 'ours' | 'theirs';
          partNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who asks, with which roles, in which session */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              id: string;
              name: string;
              kind: string;
              roles: string[];
              participantNo?: string;
              session?: {
                sessionNo: number;
                steppedUpUntil?: string;
                incomplete: boolean;
                idleMinutes: number;
                longestMinutes: number;
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/certificate-requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A certificate for a key made in this browser, to sign approvals with */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            csrPem: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              serial: string;
              certificatePem: string;
              caPem: string;
              notAfter: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/certificates': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Own certificates, the newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              certificates: {
                serial: string;
                notBefore: string;
                notAfter: string;
                revokedAt: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/certificates/{serial}/revocation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Revoke one of the own certificates: nothing more is signed with it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          serial: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              revoked: string[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Choose another password; other sessions end */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            current: string;
            next: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/second-factor': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A new secret for the authenticator app; in force when a code of it was confirmed */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              secret: string;
              uri: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/second-factor/confirmation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put the new secret in force by a code of it; other sessions end */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description code of the authenticator app */
            code: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Own open sessions */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sessions: {
                sessionNo: number;
                begunAt: string;
                seenAt: string;
                address: string;
                agent: string;
                current: boolean;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** Sign out everywhere, here too */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              ended: number;
            };
          };
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me/sessions/{sessionNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** End one of the own sessions */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          sessionNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/meter-writes/due': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Meters paid for whose write nobody has reported yet */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/missing-purchases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Purchases that cards have made and nobody has uploaded */
    get: {
      parameters: {
        query?: {
          cardNo?: string;
          after?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              missing: {
                cardNo: string;
                applicationSerial: string;
                fromCounter: number;
                toCounter: number;
                afterAt?: string;
                beforeAt?: string;
                spentFen?: number;
                noticedAt: string;
              }[];
              next: null | string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/missing-purchases/list': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The list operators get: what to look for in terminals and depots, CSV */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notice-channels': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Ways by which messages go out */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notice-channels/{channel}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Set a way up by which messages go out */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          channel: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            kind: 'webhook' | 'sms' | 'email';
            endpoint: string;
            sender?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was sent to whom, when, and read by whom */
    get: {
      parameters: {
        query?: {
          caseNo?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              notices: {
                noticeNo: number;
                caseNo: number;
                level: number;
                principalId: string;
                channel: string;
                words: string;
                /** @enum {unknown} */
                state: 'queued' | 'sent' | 'failed';
                attempts: number;
                queuedAt: string;
                sentAt: null | string;
                readAt: null | string;
                answer: null | string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notices/mine': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was sent to whoever asks */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              notices: {
                noticeNo: number;
                caseNo: number;
                level: number;
                principalId: string;
                channel: string;
                words: string;
                /** @enum {unknown} */
                state: 'queued' | 'sent' | 'failed';
                attempts: number;
                queuedAt: string;
                sentAt: null | string;
                readAt: null | string;
                answer: null | string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/notices/{noticeNo}/reading': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say that one has read a message */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          noticeNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Files of operators, billers, cities, the bank and departments, newest first, with what became of each */
    get: {
      parameters: {
        query?: {
          kind?: string;
          state?: string;
          party?: string;
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rows: {
                kind: string;
                id: string;
                at: string;
                name: string;
                party: string | null;
                state: string;
                direction: string;
                records: number | null;
                recordsDone: number | null;
                amountFen: number | null;
                detail: string | null;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/handovers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Hand-overs of shifts, newest first, and the points that are open */
    get: {
      parameters: {
        query?: {
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              handovers: {
                handoverNo: number;
                words: string;
                handedBy: string;
                handedAt: string;
                outcome: string | null;
                endWords: string | null;
                endedBy: string | null;
                endedAt: string | null;
                points: {
                  pointNo: number;
                  words: string;
                }[];
              }[];
              openPoints: {
                pointNo: number;
                words: string;
                openedBy: string;
                openedAt: string;
                endedBy: string | null;
                endedAt: string | null;
                endWords: string | null;
              }[];
              endedPoints: {
                pointNo: number;
                words: string;
                openedBy: string;
                openedAt: string;
                endedBy: string | null;
                endedAt: string | null;
                endWords: string | null;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    /** Give the shift away, with every open point */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              handoverNo: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/handovers/{handoverNo}/taking': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a shift over, as another person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          handoverNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              handoverNo: number;
              outcome: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/handovers/{handoverNo}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take one’s own hand-over back */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          handoverNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              handoverNo: number;
              outcome: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/hsm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the HSM answers, how fast, and what waits for it */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              reachable: boolean;
              silentSince: string | null;
              problem: string | null;
              version: string | null;
              keys: number | null;
              authorised: boolean | null;
              lmkCheck: string | null;
              links: number;
              inFlight: number;
              waiting: number;
              probes: {
                at: string;
                ms: number | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Keys in the HSM by their check values, and when each was last used */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              keys: {
                name: string;
                usage: string;
                algorithm: string;
                exportable: boolean;
                levels: number;
                kcv: string;
                lastUsedAt: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/night': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Days that are not closed, when tonight’s is expected to be instructed, and what is stuck */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              now: string;
              tonight: {
                date: string;
                state: string;
                records: number;
                undecided: number;
                stages: {
                  stage: string;
                  at: string | null;
                  expectedAt: string | null;
                  usualSeconds: number | null;
                }[];
                machinesEndAt: string | null;
                firstBusAt: string;
                beforeFirstBus: boolean | null;
                bankAt: string | null;
                bankCutOffAt: string | null;
                beforeBankCutOff: boolean | null;
                pastDays: number;
              } | null;
              days: {
                date: string;
                state: string;
                since: string;
                records: number;
                undecided: number;
                openPayments: number;
                refusedPayments: number;
              }[];
              stuck: {
                reason: string;
                subject: string;
                since?: string;
                role: string;
                page: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/queues': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Job queues of this process, and how many jobs each holds by state */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              queues: {
                queue: string;
                waiting: number;
                delayed: number;
                active: number;
                completed: number;
                failed: number;
                lastFailedJob?: string;
                lastFailure?: string;
                lastFailedAt?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/queues/{queue}/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Jobs of a queue in one state */
    get: {
      parameters: {
        query: {
          state: 'waiting' | 'delayed' | 'active' | 'completed' | 'failed';
          cursor?: string;
        };
        header?: never;
        path: {
          queue: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              jobs: {
                id: string;
                name: string;
                addedAt: string;
                startedAt?: string;
                finishedAt?: string;
                attempts: number;
                progress?: number;
                failure?: string;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/queues/{queue}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Try a failed job again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          queue: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            id: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              id: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/services': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Processes heard of within a day, what each does by itself and whether it is overdue, and the parts of this one as they answer */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: string;
              processes: {
                processId: string;
                name: string;
                host: string;
                pid: number;
                version: string;
                startedAt: string;
                heardAt: string;
                endedAt: string | null;
                state: string;
              }[];
              working: {
                key: string;
                part: string;
                processId: string;
                host: string;
                pid: number;
                state: 'at-work' | 'resting' | 'on-call' | 'failing' | 'overdue';
                doneAt: string | null;
                beganAt: string | null;
                doing: string | null;
                everySeconds: number | null;
                dueAt: string | null;
                rounds: number;
                failures: number;
                failure: string | null;
              }[];
              parts: {
                name: string;
                state: string;
                since: string;
                heardAt?: string;
                ms?: number;
                remark?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/shift-points': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Note a point that the next shifts have to look after */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              pointNo: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/shift-points/{pointNo}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say how a point ended */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          pointNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            words: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              pointNo: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operations/work': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Report sets, proofs, validation, matches, imports and batches, newest first, and how far each is */
    get: {
      parameters: {
        query?: {
          kind?: string;
          state?: string;
          party?: string;
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rows: {
                kind: string;
                id: string;
                at: string;
                name: string;
                party: string | null;
                state: string;
                done: number;
                total: number;
                by: string;
                finishedAt: string | null;
                failure: string | null;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator-answers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          participantNo?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              answers: {
                participantNo: string;
                fileName: string;
                /** @description SS, QS, NS, CD */
                kind: string;
                settleDate: string;
                madeAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operator-answers/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          name: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/operators/{participantNo}/file-lists/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say which files of a day were delivered; they are compared */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          date: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            files: {
              fileName: string;
              records: number;
              amountFen: number;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/bills': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Bills paid by card on a day, the newest first */
    get: {
      parameters: {
        query?: {
          date?: string;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              billers: {
                billerCode: string;
                /** @description It exchanges files; nobody asks it */
                byFile: boolean;
              }[];
              payments: {
                paymentId: string;
                billerCode: string;
                customer: string;
                reference: string;
                amountFen: number;
                lateFeeFen: number;
                state: string;
                receipt: string;
                meterToken: string;
                paidAt: string;
                cancelled: boolean;
              }[];
              next?: string;
              totals: {
                count: number;
                amountFen: number;
                undecided: number;
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/certificates': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Own certificates, in the order in which they end */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              certificates: {
                serial: string;
                kind: string;
                notBefore: string;
                notAfter: string;
                revokedAt: string | null;
                renewedBy: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/fees': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How the fee or commission of a priced day came about */
    get: {
      parameters: {
        query?: {
          date?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              date: string;
              grossFen: number;
              feeFen: number;
              netFen: number;
              parts: {
                salesCount: number;
                salesFen: number;
                refundCount: number;
                refundFen: number;
                feeFen: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/journal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Loads of a day by terminal and batch */
    get: {
      parameters: {
        query?: {
          date?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              lines: {
                terminalNo: string;
                batchNo: string;
                loads: number;
                loadedFen: number;
                pending: number;
                pendingFen: number;
                cancelled: number;
                cancelledFen: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/records': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Refused and held records with reason, deadline and objection, the newest first */
    get: {
      parameters: {
        query?: {
          from?: string;
          to?: string;
          state?: 'refused' | 'held';
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              records: {
                cardNo: string;
                businessDate: string;
                intakeId: number;
                index: number;
                state: string;
                reasonCode: string | null;
                reason: string;
                detail: string | null;
                amountFen: number;
                tappedAt: string | null;
                samNo: string;
                terminalNo: string | null;
                fileName: string | null;
                decidedAt: string | null;
                deadline: string | null;
                appealNo: number | null;
                appealState: string | null;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/sheets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Settlement sheets of a stretch of days, once approved */
    get: {
      parameters: {
        query?: {
          from?: string;
          to?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sheets: {
                sheetNo: string;
                businessDate: string;
                periodFrom: string;
                salesCount: number;
                salesFen: number;
                refundFen: number;
                feeFen: number;
                otherFen: number;
                carriedInFen: number;
                payableFen: number;
                paidFen: number;
                state: string;
                carryReason: string | null;
                settleDate: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/standing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Accounts, held and refused records, objections */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              participantNo: string;
              name: string;
              kind: string;
              status: string;
              openDay: string | null;
              balances: {
                kind: string;
                postedFen: number;
                availableFen: number;
              }[];
              held: {
                count: number;
                amountFen: number;
              };
              refused: {
                count: number;
                /** @description Of the last 30 days, while an objection can be made */
                amountFen: number;
              };
              openAppeals: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/statement': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What moved on an own account */
    get: {
      parameters: {
        query: {
          account: 'operator-pending' | 'operator-payable' | 'biller-payable' | 'agent-prefund';
          from?: string;
          to?: string;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              openingFen: number;
              closingFen: number;
              lines: {
                at: string;
                businessDate: string;
                side: string;
                amountFen: number;
                phase: string;
                reason: string;
                balanceFen: number;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/own/uploads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What came in on a business day and what did not, by file, line, vehicle and SAM */
    get: {
      parameters: {
        query?: {
          date?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              businessDate: string;
              files: {
                fileName: string;
                sequence: number | null;
                records: number;
                amountFen: number;
                receivedAt: string;
                undecided: number;
              }[];
              missingFiles: {
                from: number;
                to: number;
              }[];
              uploaded: {
                samNo: string;
                terminalNo: string | null;
                line: string | null;
                vehicle: string | null;
                records: number;
                amountFen: number;
                accepted: number;
                held: number;
                refused: number;
                lastTapAt: string | null;
              }[];
              notUploaded: {
                samNo: string;
                terminalNo: string | null;
                since: string;
                line: string | null;
                vehicle: string | null;
                lastTapAt: string | null;
              }[];
              outcomes: {
                state: string;
                reasonCode: string | null;
                count: number;
                amountFen: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/parameter-rollouts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Roll-outs, newest first, and how many terminals have adopted each */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rollouts: {
                rolloutNo: number;
                version: number;
                everybody: boolean;
                participants: string[];
                groups: string[];
                terminals: string[];
                reason: string;
                startedBy: string;
                startedAt: string;
                terminalsDue: number;
                terminalsDone: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Give a published set to some terminals, or to everybody */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            version: number;
            reason: string;
            everybody?: boolean;
            participants?: string[];
            groups?: string[];
            terminals?: string[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/parameter-sets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Parameter sets, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              parameterSets: {
                version: number;
                loadMaximumFen: number;
                purseCapFen: number;
                uploadIntervalSeconds: number;
                recordAgeLimitDays: number;
                hotlistIntervalSeconds: number;
                moreTags: {
                  tag: number;
                  value: string;
                }[];
                note: string | null;
                publishedBy: string;
                publishedAt: string;
                heldBy: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/parameter-sets/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A parameter set */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All participants */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              participants: {
                participantNo: string;
                name: string;
                /** @enum {unknown} */
                kind: 'company' | 'operator' | 'agent' | 'biller' | 'city' | 'bank';
                industry?: number;
                cityCode?: string;
                settlementAccount?: {
                  accountNo: string;
                  bankLineNo: string;
                  accountName: string;
                };
                /** @enum {unknown} */
                status: 'test' | 'production' | 'suspended' | 'leaving' | 'exited';
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Admit a participant and open its accounts */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            participantNo: string;
            name: string;
            kind: 'operator' | 'agent' | 'biller' | 'bank' | 'company' | 'city';
            industry?: number;
            cityCode?: string;
            settlementAccount?: {
              accountNo: string;
              bankLineNo: string;
              accountName: string;
            };
            status?: 'test' | 'production';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A participant with its whole file */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              accountChanges: {
                changeNo: number;
                participantNo: string;
                account: {
                  accountNo: string;
                  bankLineNo: string;
                  accountName: string;
                };
                previous: null | {
                  accountNo: string;
                  bankLineNo: string;
                  accountName: string;
                };
                documentNo: number;
                /** @enum {unknown} */
                state: 'approved' | 'proposed' | 'withdrawn' | 'noticed' | 'in-force';
                proposedBy: string;
                proposedAt: string;
                approvedBy: null | string;
                noticeNo: null | number;
                payableFrom: null | string;
                inForceAt: null | string;
                reason: null | string;
              }[];
              notices: {
                noticeNo: number;
                participantNo: string;
                office: string;
                email: string;
                phone: null | string;
                sentence: string;
                madeAt: string;
                sentAt: null | string;
                channel: ('email' | 'letter' | 'phone' | 'api') | null;
              }[];
              participantNo: string;
              name: string;
              /** @enum {unknown} */
              kind: 'company' | 'operator' | 'agent' | 'biller' | 'city' | 'bank';
              industry?: number;
              cityCode?: string;
              settlementAccount?: {
                accountNo: string;
                bankLineNo: string;
                accountName: string;
              };
              /** @enum {unknown} */
              status: 'test' | 'production' | 'suspended' | 'leaving' | 'exited';
              documents: {
                documentNo: number;
                kind: string;
                reference: string;
                sha256: string;
                validUntil: string | null;
                filedBy: string;
                filedAt: string;
              }[];
              contacts: {
                purpose: string;
                office: string;
                email: string;
                phone: string | null;
                filedAt: string;
                endedAt: string | null;
              }[];
              contracts: {
                contractNo: string;
                validFrom: string;
                validTo: string | null;
                noticeDays: number;
                documentNo: number;
                proposedBy: string;
                approvedBy: string;
              }[];
              statuses: {
                from: string | null;
                to: string;
                at: string;
              }[];
              missing: string[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/account-changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose another settlement account */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            account: {
              accountNo: string;
              bankLineNo: string;
              accountName: string;
            };
            documentNo: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              changeNo: number;
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/account-changes/{changeNo}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve the change as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          changeNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/account-changes/{changeNo}/notice': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The notice went out: the waiting period begins */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          changeNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            channel: 'letter' | 'email' | 'phone' | 'api';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/account-changes/{changeNo}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Withdraw a change, or object to it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          changeNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/activation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose that a participant in test goes into production */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reportNo?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/activation/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve the activation of a participant as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            approvalId: number;
            reportNo?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/contacts/{purpose}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** File where an office is reached */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          purpose: 'settlement' | 'operations' | 'security';
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            office: string;
            email: string;
            phone?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/contracts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose a contract */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            contractNo: string;
            /** Format: date */
            validFrom: string;
            /** Format: date */
            validTo?: string;
            noticeDays: number;
            documentNo: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/contracts/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve a contract as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            contractNo: string;
            /** Format: date */
            validFrom: string;
            /** Format: date */
            validTo?: string;
            noticeDays: number;
            documentNo: number;
            approvalId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/documents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** File a paper by its hash */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            kind: 'licence' | 'contract' | 'account-proof' | 'authority' | 'exit';
            reference: string;
            sha256: string;
            /** Format: date */
            validUntil?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/exit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose the exit of a participant that is settled */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/exit/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Approve the exit as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            approvalId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/leaving': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose that a participant leaves */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** Format: date */
            lastDay: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/leaving/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Let it leave, as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** Format: date */
            lastDay: string;
            reason: string;
            approvalId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/notices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a participant has to be told, or was */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              notices: {
                noticeNo: number;
                participantNo: string;
                office: string;
                email: string;
                phone: null | string;
                sentence: string;
                madeAt: string;
                sentAt: null | string;
                channel: ('email' | 'letter' | 'phone' | 'api') | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/notices/{noticeNo}/sent': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Record that a notice was sent */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          noticeNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            channel: 'letter' | 'email' | 'phone' | 'api';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/obligations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What is open between a participant and the city card */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              participantNo: string;
              accounts: {
                code: string;
                postedFen: number;
                pendingFen: number;
              }[];
              sheets: string[];
              records: number;
              open: string[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/prefund-return': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Return the prefund of an agent that leaves */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/resumption': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to end a suspension */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/resumption/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End a suspension as the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            approvalId: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/participants/{participantNo}/suspension': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Suspend a participant at once */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/partners/{participantNo}/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give a participant a credential */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            roles: ('operator-partner' | 'agent-partner' | 'biller-partner' | 'city-partner' | 'bank-partner')[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-apportionments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Divisions of the price of passes, the newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              apportionments: {
                number: number;
                approvalId: number;
                code: string;
                /** @description YYYY-MM */
                month: string;
                passCount: number;
                useCount: number;
                amountFen: number;
                proposedBy: string;
                approvedBy?: string;
                shares: {
                  /** @description Empty: the company, because nobody ever rode */
                  participantNo: string;
                  useCount: number;
                  amountFen: number;
                }[];
                postedDate?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose to give the price of passes that ended in a month to operators, by rides */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            code: string;
            month: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              number: number;
              approvalId: number;
              code: string;
              /** @description YYYY-MM */
              month: string;
              passCount: number;
              useCount: number;
              amountFen: number;
              proposedBy: string;
              approvedBy?: string;
              shares: {
                /** @description Empty: the company, because nobody ever rode */
                participantNo: string;
                useCount: number;
                amountFen: number;
              }[];
              postedDate?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-apportionments/{number}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who gets what of the price of passes */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              number: number;
              approvalId: number;
              code: string;
              /** @description YYYY-MM */
              month: string;
              passCount: number;
              useCount: number;
              amountFen: number;
              proposedBy: string;
              approvedBy?: string;
              shares: {
                /** @description Empty: the company, because nobody ever rode */
                participantNo: string;
                useCount: number;
                amountFen: number;
              }[];
              postedDate?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-apportionments/{number}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person agrees: operators are owed their parts */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          number: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              number: number;
              approvalId: number;
              code: string;
              /** @description YYYY-MM */
              month: string;
              passCount: number;
              useCount: number;
              amountFen: number;
              proposedBy: string;
              approvedBy?: string;
              shares: {
                /** @description Empty: the company, because nobody ever rode */
                participantNo: string;
                useCount: number;
                amountFen: number;
              }[];
              postedDate?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose passes for many cards, paid by an employer or a school */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            manifest: {
              payer: string;
              rows: number;
              totalFen: number;
              sha256: string;
            };
            csv: string;
            account: string;
            bankReference: string;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-files/{fileId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What became of a file of passes */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          fileId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-files/{fileId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sell the passes: the second person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          fileId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-files/{fileId}/lines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Its rows: the pass each sold, or why none */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          fileId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pass-files/{fileId}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give a proposed file of passes up */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          fileId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/personalisation/machines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/personalisation/read-back': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Read the written card in the reader back; it is personalised then, or set aside */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reader: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflict-rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            department: string;
            item: string;
            side: 'own-item' | 'other-item';
            decision: 'theirs' | 'ours' | 'person';
            /** Format: date */
            validFrom: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflict-rules/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            department: string;
            item: string;
            side: 'own-item' | 'other-item';
            decision: 'theirs' | 'ours' | 'person';
            /** Format: date */
            validFrom: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflicts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          state?: 'open' | 'theirs' | 'ours';
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflicts/{conflictId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          conflictId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflicts/{conflictId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          conflictId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            decision: 'theirs' | 'ours';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflicts/{conflictId}/proposal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          conflictId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            decision: 'theirs' | 'ours';
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflicts/{conflictId}/resolution': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          conflictId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            decision: 'theirs' | 'ours';
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/conflicts/{conflictId}/view': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          conflictId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            purpose: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/query': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ask about one person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json':
            | {
                idNumber: string;
                purpose: string;
                reference: string;
                items?: string[];
              }
            | {
                name: string;
                birthDate: string;
                purpose: string;
                reference: string;
                items?: string[];
              };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/sensitive-readers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            principal: string;
            group: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/sensitive-readers/revocation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            principal: string;
            group: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/sensitive-readers/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            principal: string;
            group: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/statistics/floating-by-district': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/population/statistics/permit-expiries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          months?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purchase-files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          participantNo?: string;
          before?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query: {
          name: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purchase-files/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          name: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purchase-files/{name}/outcomes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          only?: 'exceptions';
        };
        header?: never;
        path: {
          name: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purchase-uploads': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          participantNo?: string;
          state?: 'receiving' | 'taken' | 'repeat' | 'refused' | 'abandoned';
          before?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              uploads: {
                uploadId: number;
                participantNo: string;
                channel: string;
                fileName: string;
                bytes: number;
                /** @description The file goes on from this byte */
                offset: number;
                /** @description receiving, taken, repeat, refused, abandoned */
                state: string;
                refusal?: {
                  reason: string;
                  detail: string;
                };
                openedAt: string;
                endedAt?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Announce a file that is sent in parts; the same again answers the same upload and where it stands */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            fileName: string;
            bytes: number;
            signature: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json':
              | {
                  uploadId: number;
                  participantNo: string;
                  channel: string;
                  fileName: string;
                  bytes: number;
                  /** @description The file goes on from this byte */
                  offset: number;
                  /** @description receiving, taken, repeat, refused, abandoned */
                  state: string;
                  refusal?: {
                    reason: string;
                    detail: string;
                  };
                  openedAt: string;
                  endedAt?: string;
                  file?: {
                    fileName: string;
                    sequence?: number;
                    records: number;
                    amountFen: number;
                    businessDate: string;
                    receivedAt: string;
                  };
                }
              | {
                  /** @enum {string} */
                  state: 'repeat';
                  file: {
                    fileName: string;
                    sequence?: number;
                    records: number;
                    amountFen: number;
                    businessDate: string;
                    receivedAt: string;
                  };
                };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purchase-uploads/{uploadId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          uploadId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json':
              | {
                  uploadId: number;
                  participantNo: string;
                  channel: string;
                  fileName: string;
                  bytes: number;
                  /** @description The file goes on from this byte */
                  offset: number;
                  /** @description receiving, taken, repeat, refused, abandoned */
                  state: string;
                  refusal?: {
                    reason: string;
                    detail: string;
                  };
                  openedAt: string;
                  endedAt?: string;
                  file?: {
                    fileName: string;
                    sequence?: number;
                    records: number;
                    amountFen: number;
                    businessDate: string;
                    receivedAt: string;
                  };
                }
              | {
                  /** @enum {string} */
                  state: 'repeat';
                  file: {
                    fileName: string;
                    sequence?: number;
                    records: number;
                    amountFen: number;
                    businessDate: string;
                    receivedAt: string;
                  };
                };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purchase-uploads/{uploadId}/content': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put: {
      parameters: {
        query?: never;
        header: {
          'upload-offset': string;
        };
        path: {
          uploadId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json':
              | {
                  uploadId: number;
                  participantNo: string;
                  channel: string;
                  fileName: string;
                  bytes: number;
                  /** @description The file goes on from this byte */
                  offset: number;
                  /** @description receiving, taken, repeat, refused, abandoned */
                  state: string;
                  refusal?: {
                    reason: string;
                    detail: string;
                  };
                  openedAt: string;
                  endedAt?: string;
                  file?: {
                    fileName: string;
                    sequence?: number;
                    records: number;
                    amountFen: number;
                    businessDate: string;
                    receivedAt: string;
                  };
                }
              | {
                  /** @enum {string} */
                  state: 'repeat';
                  file: {
                    fileName: string;
                    sequence?: number;
                    records: number;
                    amountFen: number;
                    businessDate: string;
                    receivedAt: string;
                  };
                };
          };
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purses': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Purses in the order of card numbers, for comparing them with the cards */
    get: {
      parameters: {
        query?: {
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/purses/{cardNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A purse and its accounts */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/readers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Card readers of counters and bureau */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              attachPort: number;
              readers: {
                name: string;
                clerk: string;
                state: 'empty' | 'card' | 'working';
                /** Format: date-time */
                attachedAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/readers/{reader}/card': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What lies in an attached reader: a card of ours, a blank, or something else */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          reader: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              kind: 'card' | 'blank' | 'other';
              cardNo?: string;
              application?: string;
              /** @description fen */
              balanceFen?: number;
              validTo?: string;
              chipSerial?: string;
              answerToReset?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/readers/{reader}/tickets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A token for one minute, to attach this reader from the computer it is plugged into */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          reader: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              ticket: string;
              attachPort: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/receipts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Receipts of closed days, newest first, and to whom they went */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              receipts: {
                businessDate: string;
                sha256: string;
                madeAt: string;
                signedAt: string | null;
                deliveries: {
                  recipient: string;
                  way: string;
                  at: string;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/receipts/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A receipt with its signature; who fetched it first is noted */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              content: string;
              signature: string;
              certificatePem: string;
              caPem: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reconciliation/cards': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Per day: cards compared, equal, explained, unexplained */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reconciliation/cards/{cardNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a card said last beside its purse, and why they differ */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reconciliation/days': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The newest daily looks: state, differences found, opened, ended */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              looks: {
                /** @enum {unknown} */
                subject: 'bank' | 'operators' | 'cards' | 'agents' | 'billers';
                date: string;
                /** @enum {unknown} */
                state: 'failed' | 'ordered' | 'done';
                lookedAt?: string;
                found: number;
                opened: number;
                ended: number;
                orderedBy: string;
                failure?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reconciliation/days/{date}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The daily looks of one day */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Have a day looked at once more */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reconciliation/patience': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Days a side may be late before that is a difference, by subject */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Propose other days of patience */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            subject:
              | 'sam-hole'
              | 'sam-silent'
              | 'batch-totals'
              | 'payment'
              | 'payment-status'
              | 'cash-slip'
              | 'cash-supply'
              | 'agent-file'
              | 'statement'
              | 'bank-entry';
            days: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reconciliation/patience/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Set proposed days of patience: the second person says the same */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            subject:
              | 'sam-hole'
              | 'sam-silent'
              | 'batch-totals'
              | 'payment'
              | 'payment-status'
              | 'cash-slip'
              | 'cash-supply'
              | 'agent-file'
              | 'statement'
              | 'bank-entry';
            days: number;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/registrar/cases': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/registrar/cases/{caseId}/closing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          caseId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            outcome: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Sets of report files, newest first, and how far each is */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sets: {
                period: string;
                /** @enum {unknown} */
                state: 'ordered' | 'making' | 'made' | 'failed';
                filesDone: number;
                filesTotal: number;
                orderedBy: string;
                orderedAt: string;
                finishedAt: string | null;
                failure: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reports/cards': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Cards issued and returned, deposits taken and given back, by day */
    get: {
      parameters: {
        query: {
          from: string;
          to: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reports/{period}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The files of a set: hash, signer, size; for partners their own */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          period: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              period: string;
              /** @enum {unknown} */
              state: 'ordered' | 'making' | 'made' | 'failed';
              filesDone: number;
              filesTotal: number;
              failure?: string;
              files: {
                report: string;
                subject: string | null;
                /** @enum {unknown} */
                format: 'pdf' | 'xlsx' | 'csv' | 'json';
                sha256: string;
                dataSha256: string;
                bytes: number;
                certificateSerial: string;
                madeAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Order the report files of a closed day, month or quarter */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          period: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              period: string;
              /** @enum {unknown} */
              state: 'ordered' | 'making' | 'made' | 'failed';
              filesDone: number;
              filesTotal: number;
              failure?: string;
              files: {
                report: string;
                subject: string | null;
                /** @enum {unknown} */
                format: 'pdf' | 'xlsx' | 'csv' | 'json';
                sha256: string;
                dataSha256: string;
                bytes: number;
                certificateSerial: string;
                madeAt: string;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reports/{period}/{report}/{format}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A report file, byte for byte as it was signed */
    get: {
      parameters: {
        query?: {
          subject?: string;
        };
        header?: never;
        path: {
          period: string;
          report: string;
          format: 'pdf' | 'xlsx' | 'csv' | 'json';
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reports/{period}/{report}/{format}/signature': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The detached CMS signature of a report file */
    get: {
      parameters: {
        query?: {
          subject?: string;
        };
        header?: never;
        path: {
          period: string;
          report: string;
          format: 'pdf' | 'xlsx' | 'csv' | 'json';
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/representatives/{representativeId}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          representativeId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-desk/challenges': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Work a browser does before it asks; harder the more often its address was wrong */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            address: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              challenge: string;
              /** @description Leading zero bits of SHA-256 of challenge, colon, counter */
              difficulty: number;
              expiresAt: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-desk/look-ups': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A card by its number and a second fact, masked; with it a pass for ten minutes */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            address: string;
            place: 'web' | 'kiosk' | 'counter' | 'text';
            cardNo: string;
            fact: string;
            proof?: {
              challenge: string;
              counter: number;
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              pass: string;
              sheet: {
                /** @description First and last four digits */
                card: string;
                state: string;
                validTo: string;
                /** @description The instant the books were read */
                asOf: string;
                /** @description What the books say is on the card */
                balanceFen: number;
                /** @description Pending credit: waits to be written to the card at any load terminal */
                waitingFen: number;
                onlineFen: number;
                depositFen: number;
                /** @description Why the card itself may say another amount */
                onItsWay: {
                  /** @description Loads the card may have that nobody has confirmed yet */
                  loadsFen: number;
                  /** @description Purchases that came in and are not booked */
                  purchases: number;
                  purchasesFen: number;
                  /** @description Purchases the card made that nobody has uploaded yet, as far as counters tell */
                  missing: number;
                };
                lossLapsesOn?: string;
                /** @description When what the card held follows to the new card or the holder */
                balanceFollowsOn?: string;
                /** @description The card that takes its place, masked */
                newCard?: string;
                recent: {
                  at: string;
                  /** @description purchase, load, credit */
                  kind: string;
                  amountFen: number;
                  /** @description done, on-its-way, looked-into, not-charged */
                  standing: string;
                  with?: string;
                  industry?: number;
                }[];
                consent?: {
                  /** @description sms or paper */
                  channel: string;
                  kinds: string[];
                  language: string;
                  lowBalanceFen: number;
                  givenAt: string;
                  givenOver: string;
                };
                notices: {
                  noticeNo: number;
                  kind: string;
                  amountFen: number;
                  madeAt: string;
                }[];
              };
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-desk/loss-reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Close a lost card at once, as a report by phone does; said again it is the same report */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            pass: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              state: string;
              lapsesOn?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-desk/notice-withdrawals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Withdraw the consent; how the person is reached is emptied */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            pass: string;
            place: 'web' | 'kiosk' | 'counter' | 'text';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-desk/notices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Agree to notices: of loads, a low balance, a loss, money that waits */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            pass: string;
            place: 'web' | 'kiosk' | 'counter' | 'text';
            channel: 'sms' | 'paper';
            kinds: ('load' | 'low-balance' | 'loss' | 'refund-waiting')[];
            language: 'zh' | 'en';
            lowBalanceFen: number;
            phone?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-desk/notices-told': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** These notices on paper were printed or read */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            pass: string;
            noticeNos: number[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-desk/pass-checks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Which card a pass is for; for a case that is opened over the desk */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            pass: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cardNo: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-imports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            name: string;
            source?: 'public-security' | 'family-planning' | 'civil-affairs' | 'card-issuer';
            columns: string[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-imports/{importId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-imports/{importId}/admission': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-imports/{importId}/batches/{batchNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          importId: string;
          batchNo: number;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            rows: string[][];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-imports/{importId}/outcomes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          after?: string;
        };
        header?: never;
        path: {
          importId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-merges': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            survivor: number;
            merged: number;
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/resident-merges/{approvalId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            idNumber?: string;
            document?: {
              kind:
                | 'resident-id-card'
                | 'household-book'
                | 'temporary-residence-permit'
                | 'residence-permit'
                | 'passport'
                | 'hk-macao-permit'
                | 'taiwan-permit'
                | 'military-id';
              number: string;
            };
            name: string;
            population: 'permanent' | 'floating';
            residencePermitNo?: string;
            phone?: string;
            address?: string;
            items?: {
              /** @description 公民身份号码 */
              'id-number'?: string;
              /** @description 姓名 */
              name?: string;
              /** @description 曾用名 */
              'former-name'?: string;
              /** @description 性别 */
              sex?: string;
              /** @description 民族 */
              nation?: string;
              /** @description 出生日期 */
              'birth-date'?: string;
              /** @description 出生地 */
              'birth-place'?: string;
              /** @description 籍贯 */
              'native-place'?: string;
              /** @description 人口类别 */
              population?: string;
              /** @description 户口簿号 */
              'household-book-no'?: string;
              /** @description 暂住证号 */
              'temporary-permit-no'?: string;
              /** @description 居住证号 */
              'residence-permit-no'?: string;
              /** @description 护照号 */
              'passport-no'?: string;
              /** @description 港澳居民来往内地通行证号 */
              'hk-macao-permit-no'?: string;
              /** @description 台湾居民来往大陆通行证号 */
              'taiwan-permit-no'?: string;
              /** @description 军人证号 */
              'military-id-no'?: string;
              /** @description 文化程度 */
              education?: string;
              /** @description 婚姻状况 */
              marriage?: string;
              /** @description 结婚日期 */
              'marriage-date'?: string;
              /** @description 死亡日期 */
              'death-date'?: string;
              /** @description 联系电话 */
              phone?: string;
              /** @description 联系地址 */
              address?: string;
              /** @description 职业 */
              occupation?: string;
              /** @description 工作单位 */
              employer?: string;
              /** @description 户号 */
              'household-no'?: string;
              /** @description 与户主关系 */
              'household-relation'?: string;
              /** @description 户口性质 */
              'household-type'?: string;
              /** @description 户籍地行政区划 */
              'household-area'?: string;
              /** @description 户籍地址 */
              'household-address'?: string;
              /** @description 户籍登记机关 */
              'registration-office'?: string;
              /** @description 迁入日期 */
              'move-in-date'?: string;
              /** @description 迁入原因 */
              'move-in-reason'?: string;
              /** @description 迁出日期 */
              'move-out-date'?: string;
              /** @description 迁出原因 */
              'move-out-reason'?: string;
              /** @description 现住地行政区划 */
              'stay-area'?: string;
              /** @description 现住地址 */
              'stay-address'?: string;
              /** @description 来本地日期 */
              'arrival-date'?: string;
              /** @description 居住事由 */
              'stay-reason'?: string;
              /** @description 拟离开日期 */
              'planned-leave'?: string;
              /** @description 住所类别 */
              'house-kind'?: string;
              /** @description 房主姓名 */
              'landlord-name'?: string;
              /** @description 房主电话 */
              'landlord-phone'?: string;
              /** @description 同住人 */
              'co-residents'?: string;
              /** @description 居住证有效期起 */
              'permit-valid-from'?: string;
              /** @description 居住证有效期止 */
              'permit-valid-to'?: string;
              /** @description 照片版本 */
              'photo-version'?: string;
              /** @description 子女 */
              children?: string;
              /** @description 子女数 */
              'child-count'?: string;
              /** @description 流动人口婚育证明编号 */
              'marriage-bearing-certificate-no'?: string;
              /** @description 婚育证明有效期止 */
              'marriage-bearing-certificate-valid-to'?: string;
              /** @description 避孕情况 */
              contraception?: string;
              /** @description 查验记录 */
              'check-records'?: string;
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              residentId: number;
              possibleDuplicates: {
                residentId: number;
                /** @description masked */
                name: string;
                /** @description masked */
                idNumber?: string;
                birthYear?: string;
                /** @description masked */
                phone?: string;
                population: string;
                state: string;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/duplicates': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/duplicates/search': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/duplicates/two-people': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            residents: [number, number];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/search': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json':
            | {
                idNumber: string;
                /** @description Why; the resident can ask for it */
                purpose: string;
              }
            | {
                documentKind:
                  | 'resident-id-card'
                  | 'household-book'
                  | 'temporary-residence-permit'
                  | 'residence-permit'
                  | 'passport'
                  | 'hk-macao-permit'
                  | 'taiwan-permit'
                  | 'military-id';
                documentNo: string;
                /** @description Why; the resident can ask for it */
                purpose: string;
              }
            | {
                name: string;
                birthDate?: string;
                /** @description Why; the resident can ask for it */
                purpose: string;
              }
            | {
                phone: string;
                /** @description Why; the resident can ask for it */
                purpose: string;
              };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              residents: {
                residentId: number;
                /** @description masked */
                name: string;
                /** @description masked */
                idNumber?: string;
                birthYear?: string;
                /** @description masked */
                phone?: string;
                population: string;
                state: string;
              }[];
              complete: boolean;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              residentId: number;
              /** @description masked */
              name: string;
              /** @description masked */
              idNumber?: string;
              birthYear?: string;
              /** @description masked */
              phone?: string;
              population: string;
              state: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/cards': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Cards of a resident, newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              cards: {
                cardNo: string;
                state: string;
                product: string;
                /** Format: date */
                validTo: string;
                /** @description masked */
                holder?: string;
                residentId?: number;
                /** @description fen */
                depositFen: number;
                concession?: {
                  category: string;
                  /** Format: date */
                  validTo: string;
                };
                /** Format: date */
                lossLapsesOn?: string;
                blockedFor?: string[];
                lockedByTerminal?: {
                  /** Format: date-time */
                  at: string;
                  terminalNo?: string;
                };
                /** Format: date */
                balanceDueOn?: string;
                /** @description fen */
                purseFen?: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/concessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything a resident was ever granted */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              concessions: {
                category: string;
                evidence: string;
                method: string;
                verifiedBy: string;
                /** Format: date-time */
                verifiedAt: string;
                /** Format: date */
                validFrom: string;
                /** Format: date */
                validTo: string;
                /** Format: date */
                endedOn?: string;
                endReason?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Grant a concession, or verify it again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            category: 'senior' | 'student' | 'disabled';
            evidence:
              | 'identity-document'
              | 'student-card'
              | 'school-list'
              | 'disability-certificate'
              | 'community-visit'
              | 'department-data';
            validTo?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** Format: date */
              validTo: string;
              cards: string[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/concessions/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End a concession before its day */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/corrections': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            changes: {
              item:
                | 'id-number'
                | 'name'
                | 'former-name'
                | 'sex'
                | 'nation'
                | 'birth-date'
                | 'birth-place'
                | 'native-place'
                | 'population'
                | 'household-book-no'
                | 'temporary-permit-no'
                | 'residence-permit-no'
                | 'passport-no'
                | 'hk-macao-permit-no'
                | 'taiwan-permit-no'
                | 'military-id-no'
                | 'education'
                | 'marriage'
                | 'marriage-date'
                | 'death-date'
                | 'phone'
                | 'address'
                | 'occupation'
                | 'employer'
                | 'household-no'
                | 'household-relation'
                | 'household-type'
                | 'household-area'
                | 'household-address'
                | 'registration-office'
                | 'move-in-date'
                | 'move-in-reason'
                | 'move-out-date'
                | 'move-out-reason'
                | 'stay-area'
                | 'stay-address'
                | 'arrival-date'
                | 'stay-reason'
                | 'planned-leave'
                | 'house-kind'
                | 'landlord-name'
                | 'landlord-phone'
                | 'co-residents'
                | 'permit-valid-from'
                | 'permit-valid-to'
                | 'photo-version'
                | 'children'
                | 'child-count'
                | 'marriage-bearing-certificate-no'
                | 'marriage-bearing-certificate-valid-to'
                | 'contraception'
                | 'check-records';
              value: string | null;
            }[];
            source?: 'public-security' | 'family-planning' | 'civil-affairs' | 'card-issuer';
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              applied: string[];
              unchanged: string[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/death': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            date: string;
            reason: string;
            source?: 'public-security' | 'family-planning' | 'civil-affairs' | 'card-issuer';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/death-correction': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            date: string;
            reason: string;
            source?: 'public-security' | 'family-planning' | 'civil-affairs' | 'card-issuer';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/disclosure': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description Why; the resident can ask for it */
            purpose: string;
            items: (
              | 'id-number'
              | 'name'
              | 'former-name'
              | 'sex'
              | 'nation'
              | 'birth-date'
              | 'birth-place'
              | 'native-place'
              | 'population'
              | 'household-book-no'
              | 'temporary-permit-no'
              | 'residence-permit-no'
              | 'passport-no'
              | 'hk-macao-permit-no'
              | 'taiwan-permit-no'
              | 'military-id-no'
              | 'education'
              | 'marriage'
              | 'marriage-date'
              | 'death-date'
              | 'phone'
              | 'address'
              | 'occupation'
              | 'employer'
              | 'household-no'
              | 'household-relation'
              | 'household-type'
              | 'household-area'
              | 'household-address'
              | 'registration-office'
              | 'move-in-date'
              | 'move-in-reason'
              | 'move-out-date'
              | 'move-out-reason'
              | 'stay-area'
              | 'stay-address'
              | 'arrival-date'
              | 'stay-reason'
              | 'planned-leave'
              | 'house-kind'
              | 'landlord-name'
              | 'landlord-phone'
              | 'co-residents'
              | 'permit-valid-from'
              | 'permit-valid-to'
              | 'photo-version'
              | 'children'
              | 'child-count'
              | 'marriage-bearing-certificate-no'
              | 'marriage-bearing-certificate-valid-to'
              | 'contraception'
              | 'check-records'
            )[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: {
                [key: string]: {
                  value: string;
                  producer: string;
                  source: string;
                  /** Format: date-time */
                  at: string;
                };
              };
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/disclosures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/identity-check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/moves': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            direction: 'out' | 'in';
            date: string;
            reason: string;
            source?: 'public-security' | 'family-planning' | 'civil-affairs' | 'card-issuer';
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/photo': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/photo-disclosure': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description Why; the resident can ask for it */
            purpose: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/residents/{residentId}/representatives': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Representatives of a resident, masked */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Enter who may act for a resident, for what and until when */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          residentId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            kind: 'guardian' | 'proxy';
            name: string;
            document: {
              kind:
                | 'resident-id-card'
                | 'household-book'
                | 'temporary-residence-permit'
                | 'residence-permit'
                | 'passport'
                | 'hk-macao-permit'
                | 'taiwan-permit'
                | 'military-id';
              number: string;
            };
            scope: ('loss-report' | 'found' | 'pick-up' | 'return')[];
            /** Format: date */
            validTo: string;
            paper:
              'household-book' | 'birth-certificate' | 'court-order' | 'letter-of-authority' | 'notarised-authority';
            paperReference: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/returned-proposals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Proposals that their second person returned and nobody proposed again, with the reason */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              returned: {
                approvalId: number;
                act: string;
                subject: string;
                maker: string;
                makerName: string;
                returnedBy: string;
                returnedAt: string;
                reason: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sam-assignments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** SAMs by number, and who holds each */
    get: {
      parameters: {
        query?: {
          participantNo?: string;
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sams: {
                samNo: string;
                participantNo: string;
                participantName: string;
                terminalNo: string | null;
                validFrom: string;
                validTo: string | null;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    /** Give a SAM to a participant for a time */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            samNo: string;
            participantNo: string;
            terminalNo?: string;
            /** Format: date-time */
            validFrom: string;
            /** Format: date-time */
            validTo?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sam-assignments/{samNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who holds a SAM now */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          samNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sam-assignments/{samNo}/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** End the assignment in force */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          samNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sams': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            participantNo: string;
            terminalNo?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sams/missing-numbers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Transaction numbers of SAMs that have not come; operators see their own */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sams/silent': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** SAMs in use whose records have stopped coming; operators see their own */
    get: {
      parameters: {
        query?: {
          since?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sandbox': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/service-points': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where residents load, collect what waits for them and are served */
    get: {
      parameters: {
        query?: {
          service?: string;
          district?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              points: {
                pointCode: string;
                nameZh: string;
                nameEn: string;
                addressZh: string;
                addressEn: string;
                district: string;
                hours: string;
                services: ('load' | 'collect' | 'counter' | 'kiosk')[];
                closed?: boolean;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/service-points/{pointCode}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Put a place on the list of service points, or change it */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          pointCode: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            nameZh: string;
            nameEn: string;
            addressZh: string;
            addressEn: string;
            district: string;
            hours: string;
            services: ('load' | 'collect' | 'counter' | 'kiosk')[];
            closed?: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settle-after-equal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose that a participant is settled only after both sides are equal, or no longer so */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            participantNo: string;
            afterEqual: boolean;
            /** Format: date */
            from: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settle-after-equal/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Agree that a participant is settled only after equal, or no longer so */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            participantNo: string;
            afterEqual: boolean;
            /** Format: date */
            from: string;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement-terms': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Settlement terms in force on a day (the open one) */
    get: {
      parameters: {
        query?: {
          date?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              date: string;
              rules: {
                for:
                  | {
                      participant: string;
                    }
                  | {
                      industry: string;
                    }
                  | {
                      /** @enum {boolean} */
                      everybody: true;
                    };
                mode: number;
                /** @enum {unknown} */
                netting: 'multilateral' | 'bilateral' | 'gross';
                rhythm:
                  | {
                      /** @enum {string} */
                      every: 'days';
                      days: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'amount';
                      limitFen: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'week';
                      weekdays: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'month';
                      days: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'quarter';
                    };
                refundRhythm?:
                  | {
                      /** @enum {string} */
                      every: 'days';
                      days: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'amount';
                      limitFen: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'week';
                      weekdays: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'month';
                      days: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'quarter';
                    };
                feeRhythm?:
                  | {
                      /** @enum {string} */
                      every: 'days';
                      days: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'amount';
                      limitFen: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'week';
                      weekdays: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'month';
                      days: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'quarter';
                    };
                thresholdFen: number;
                carryAtMostDays?: number;
                payAfterWorkingDays: number;
                validFrom: string;
                validTo?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose settlement terms */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** Format: date */
            validFrom: string;
            /** @description docs/clearing-day.md */
            document: {
              note?: string;
              rules: {
                for:
                  | {
                      participant: string;
                    }
                  | {
                      industry: string;
                    }
                  | {
                      /** @enum {boolean} */
                      everybody: true;
                    };
                mode?: number;
                netting?: 'multilateral' | 'bilateral' | 'gross';
                rhythm?:
                  | {
                      /** @enum {string} */
                      every: 'days';
                      days: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'amount';
                      limitFen: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'week';
                      weekdays: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'month';
                      days: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'quarter';
                    };
                refunds?:
                  | {
                      /** @enum {string} */
                      every: 'days';
                      days: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'amount';
                      limitFen: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'week';
                      weekdays: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'month';
                      days: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'quarter';
                    };
                fees?:
                  | {
                      /** @enum {string} */
                      every: 'days';
                      days: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'amount';
                      limitFen: number;
                      monthEnd?: boolean;
                    }
                  | {
                      /** @enum {string} */
                      every: 'week';
                      weekdays: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'month';
                      days: number[];
                    }
                  | {
                      /** @enum {string} */
                      every: 'quarter';
                    };
                thresholdFen?: number;
                carryAtMostDays?: number;
                payAfterWorkingDays?: number;
                /** Format: date */
                validFrom: string;
                /** Format: date */
                validTo?: string;
              }[];
              ended?: (
                | {
                    participant: string;
                  }
                | {
                    industry: string;
                  }
                | {
                    /** @enum {boolean} */
                    everybody: true;
                  }
              )[];
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: number;
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement-terms/example': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The first days on which a rhythm would settle */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            rhythm:
              | {
                  /** @enum {string} */
                  every: 'days';
                  days: number;
                  monthEnd?: boolean;
                }
              | {
                  /** @enum {string} */
                  every: 'amount';
                  limitFen: number;
                  monthEnd?: boolean;
                }
              | {
                  /** @enum {string} */
                  every: 'week';
                  weekdays: number[];
                }
              | {
                  /** @enum {string} */
                  every: 'month';
                  days: number[];
                }
              | {
                  /** @enum {string} */
                  every: 'quarter';
                };
            /** Format: date */
            since: string;
            unsettledFen?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              days: string[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement-terms/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every document of settlement terms, the newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              versions: {
                version: number;
                validFrom: string;
                /** @enum {unknown} */
                state: 'approved' | 'proposed' | 'returned' | 'withdrawn';
                approvalId: number;
                returned?: {
                  by: string;
                  reason: string;
                };
                proposedBy: string;
                approvedBy?: string;
                /** @description docs/clearing-day.md */
                document: {
                  note?: string;
                  rules: {
                    for:
                      | {
                          participant: string;
                        }
                      | {
                          industry: string;
                        }
                      | {
                          /** @enum {boolean} */
                          everybody: true;
                        };
                    mode?: number;
                    netting?: 'multilateral' | 'bilateral' | 'gross';
                    rhythm?:
                      | {
                          /** @enum {string} */
                          every: 'days';
                          days: number;
                          monthEnd?: boolean;
                        }
                      | {
                          /** @enum {string} */
                          every: 'amount';
                          limitFen: number;
                          monthEnd?: boolean;
                        }
                      | {
                          /** @enum {string} */
                          every: 'week';
                          weekdays: number[];
                        }
                      | {
                          /** @enum {string} */
                          every: 'month';
                          days: number[];
                        }
                      | {
                          /** @enum {string} */
                          every: 'quarter';
                        };
                    refunds?:
                      | {
                          /** @enum {string} */
                          every: 'days';
                          days: number;
                          monthEnd?: boolean;
                        }
                      | {
                          /** @enum {string} */
                          every: 'amount';
                          limitFen: number;
                          monthEnd?: boolean;
                        }
                      | {
                          /** @enum {string} */
                          every: 'week';
                          weekdays: number[];
                        }
                      | {
                          /** @enum {string} */
                          every: 'month';
                          days: number[];
                        }
                      | {
                          /** @enum {string} */
                          every: 'quarter';
                        };
                    fees?:
                      | {
                          /** @enum {string} */
                          every: 'days';
                          days: number;
                          monthEnd?: boolean;
                        }
                      | {
                          /** @enum {string} */
                          every: 'amount';
                          limitFen: number;
                          monthEnd?: boolean;
                        }
                      | {
                          /** @enum {string} */
                          every: 'week';
                          weekdays: number[];
                        }
                      | {
                          /** @enum {string} */
                          every: 'month';
                          days: number[];
                        }
                      | {
                          /** @enum {string} */
                          every: 'quarter';
                        };
                    thresholdFen?: number;
                    carryAtMostDays?: number;
                    payAfterWorkingDays?: number;
                    /** Format: date */
                    validFrom: string;
                    /** Format: date */
                    validTo?: string;
                  }[];
                  ended?: (
                    | {
                        participant: string;
                      }
                    | {
                        industry: string;
                      }
                    | {
                        /** @enum {boolean} */
                        everybody: true;
                      }
                  )[];
                };
                documentSha256: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement-terms/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Withdraw proposed settlement terms */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement-terms/{version}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put proposed settlement terms in force */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          version: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              version: number;
              validFrom: string;
              /** @enum {unknown} */
              state: 'approved' | 'proposed' | 'returned' | 'withdrawn';
              approvalId: number;
              returned?: {
                by: string;
                reason: string;
              };
              proposedBy: string;
              approvedBy?: string;
              /** @description docs/clearing-day.md */
              document: {
                note?: string;
                rules: {
                  for:
                    | {
                        participant: string;
                      }
                    | {
                        industry: string;
                      }
                    | {
                        /** @enum {boolean} */
                        everybody: true;
                      };
                  mode?: number;
                  netting?: 'multilateral' | 'bilateral' | 'gross';
                  rhythm?:
                    | {
                        /** @enum {string} */
                        every: 'days';
                        days: number;
                        monthEnd?: boolean;
                      }
                    | {
                        /** @enum {string} */
                        every: 'amount';
                        limitFen: number;
                        monthEnd?: boolean;
                      }
                    | {
                        /** @enum {string} */
                        every: 'week';
                        weekdays: number[];
                      }
                    | {
                        /** @enum {string} */
                        every: 'month';
                        days: number[];
                      }
                    | {
                        /** @enum {string} */
                        every: 'quarter';
                      };
                  refunds?:
                    | {
                        /** @enum {string} */
                        every: 'days';
                        days: number;
                        monthEnd?: boolean;
                      }
                    | {
                        /** @enum {string} */
                        every: 'amount';
                        limitFen: number;
                        monthEnd?: boolean;
                      }
                    | {
                        /** @enum {string} */
                        every: 'week';
                        weekdays: number[];
                      }
                    | {
                        /** @enum {string} */
                        every: 'month';
                        days: number[];
                      }
                    | {
                        /** @enum {string} */
                        every: 'quarter';
                      };
                  fees?:
                    | {
                        /** @enum {string} */
                        every: 'days';
                        days: number;
                        monthEnd?: boolean;
                      }
                    | {
                        /** @enum {string} */
                        every: 'amount';
                        limitFen: number;
                        monthEnd?: boolean;
                      }
                    | {
                        /** @enum {string} */
                        every: 'week';
                        weekdays: number[];
                      }
                    | {
                        /** @enum {string} */
                        every: 'month';
                        days: number[];
                      }
                    | {
                        /** @enum {string} */
                        every: 'quarter';
                      };
                  thresholdFen?: number;
                  carryAtMostDays?: number;
                  payAfterWorkingDays?: number;
                  /** Format: date */
                  validFrom: string;
                  /** Format: date */
                  validTo?: string;
                }[];
                ended?: (
                  | {
                      participant: string;
                    }
                  | {
                      industry: string;
                    }
                  | {
                      /** @enum {boolean} */
                      everybody: true;
                    }
                )[];
              };
              documentSha256: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/holds': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Participants that are not paid at the moment, and why */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              holds: {
                participantNo: string;
                since: string;
                causedBy?: string;
                reason: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/holds/{participantNo}/release': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to pay a participant again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/holds/{participantNo}/release/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirm that a participant is paid again */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          participantNo: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              participantNo: string;
              maker: string;
              checker: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/instructions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Payment messages with payments still out */
    get: {
      parameters: {
        query?: {
          status?: 'pending';
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/instructions/{messageId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The pain.001 */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          messageId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/obligations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Proof per participant: open + in transit + paid = what its sheets say */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              ok: boolean;
              obligations: {
                participantNo: string;
                sheetsFen: number;
                openFen: number;
                inTransitFen: number;
                paidFen: number;
                returnedFen: number;
                ledger: {
                  inTransitFen: number;
                  paidFen: number;
                  returnedFen: number;
                };
                ok: boolean;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/payments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Payments, the oldest first, with what the bank booked and what came back */
    get: {
      parameters: {
        query?: {
          date?: string;
          state?: 'pending' | 'posted' | 'short' | 'rejected';
          participantNo?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              payments: {
                endToEndId: string;
                sheetNo: string;
                participantNo: string;
                attempt: number;
                messageId: string;
                businessDate: string;
                requestedDate: string;
                /** @enum {unknown} */
                state: 'rejected' | 'posted' | 'pending' | 'short';
                amountFen: number;
                inTransitFen: number;
                paidFen: number;
                givenUpFen: number;
                returnedFen: number;
                reason?: string;
                bookings: {
                  bankReference: string;
                  part: number;
                  amountFen: number;
                  bookedAt: string;
                }[];
                returns: {
                  bankReference: string;
                  part: number;
                  amountFen: number;
                  bookedAt: string;
                  reason: string;
                  reasonCode?: string;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/payments/{endToEndId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One payment */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          endToEndId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              endToEndId: string;
              sheetNo: string;
              participantNo: string;
              attempt: number;
              messageId: string;
              businessDate: string;
              requestedDate: string;
              /** @enum {unknown} */
              state: 'rejected' | 'posted' | 'pending' | 'short';
              amountFen: number;
              inTransitFen: number;
              paidFen: number;
              givenUpFen: number;
              returnedFen: number;
              reason?: string;
              bookings: {
                bankReference: string;
                part: number;
                amountFen: number;
                bookedAt: string;
              }[];
              returns: {
                bankReference: string;
                part: number;
                amountFen: number;
                bookedAt: string;
                reason: string;
                reasonCode?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/payments/{endToEndId}/give-up': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose that a payment in transit will not come */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          endToEndId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/payments/{endToEndId}/give-up/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirm that a payment in transit will not come */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          endToEndId: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              endToEndId: string;
              /** @enum {unknown} */
              state: 'rejected' | 'posted' | 'pending' | 'short';
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/sheets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Sheets of any day, the newest first, a page at a time */
    get: {
      parameters: {
        query?: {
          participantNo?: string;
          state?: 'made' | 'approved' | 'carried' | 'instructed' | 'rejected' | 'paid';
          disposition?: 'pay' | 'carry';
          from?: string;
          to?: string;
          before?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sheets: {
                sheetNo: string;
                businessDate: string;
                participantNo: string;
                name: string;
                paysFrom: string;
                /** @enum {unknown} */
                part: '1' | '21' | '22' | '23' | '31' | '32' | '41' | '42' | '51' | '52' | '61' | '71' | '72';
                counterparty?: string;
                rhythm: string;
                periodFrom: string;
                salesCount: number;
                salesFen: number;
                refundCount: number;
                refundFen: number;
                feeFen: number;
                otherFen: number;
                carriedInFen: number;
                payableFen: number;
                paidFen: number;
                /** @enum {unknown} */
                disposition: 'pay' | 'carry';
                carryReason?: string;
                settlementAccount?: {
                  accountNo: string;
                  bankLineNo: string;
                  accountName: string;
                };
                settleDate: string;
                /** @enum {unknown} */
                state: 'approved' | 'instructed' | 'made' | 'carried' | 'rejected' | 'paid';
                carriedInto?: string;
                maker?: string;
                checker?: string;
              }[];
              next: null | string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/settlement/sheets/{sheetNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A sheet, what was carried into it and how it was paid */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          sheetNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sheetNo: string;
              businessDate: string;
              participantNo: string;
              name: string;
              paysFrom: string;
              /** @enum {unknown} */
              part: '1' | '21' | '22' | '23' | '31' | '32' | '41' | '42' | '51' | '52' | '61' | '71' | '72';
              counterparty?: string;
              rhythm: string;
              periodFrom: string;
              salesCount: number;
              salesFen: number;
              refundCount: number;
              refundFen: number;
              feeFen: number;
              otherFen: number;
              carriedInFen: number;
              payableFen: number;
              paidFen: number;
              /** @enum {unknown} */
              disposition: 'pay' | 'carry';
              carryReason?: string;
              settlementAccount?: {
                accountNo: string;
                bankLineNo: string;
                accountName: string;
              };
              settleDate: string;
              /** @enum {unknown} */
              state: 'approved' | 'instructed' | 'made' | 'carried' | 'rejected' | 'paid';
              carriedInto?: string;
              maker?: string;
              checker?: string;
              takenIn: {
                sheetNo: string;
                businessDate: string;
                payableFen: number;
                paidFen: number;
              }[];
              payments: {
                endToEndId: string;
                sheetNo: string;
                participantNo: string;
                attempt: number;
                messageId: string;
                businessDate: string;
                requestedDate: string;
                /** @enum {unknown} */
                state: 'rejected' | 'posted' | 'pending' | 'short';
                amountFen: number;
                inTransitFen: number;
                paidFen: number;
                givenUpFen: number;
                returnedFen: number;
                reason?: string;
                bookings: {
                  bankReference: string;
                  part: number;
                  amountFen: number;
                  bookedAt: string;
                }[];
                returns: {
                  bankReference: string;
                  part: number;
                  amountFen: number;
                  bookedAt: string;
                  reason: string;
                  reasonCode?: string;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shifts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The clerk’s own shifts, newest first, fifty at a time */
    get: {
      parameters: {
        query?: {
          before?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              shifts: {
                shiftId: number;
                clerk: string;
                /** Format: date-time */
                openedAt: string;
                /** Format: date-time */
                closedAt?: string;
                /** @description fen */
                countedFen?: number;
                /** @description fen */
                overShortFen?: number;
                payInSlip?: string;
                pieces?: {
                  [key: string]: number;
                };
              }[];
              next?: number;
            };
          };
        };
      };
    };
    put?: never;
    /** Open a shift with an account for its cash */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              shiftId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shifts/{shiftId}/cash-supplies': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Cash brought to a till */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              supplies: {
                supplyId: number;
                shiftId: number;
                /** @description fen */
                amountFen: number;
                from: string;
                state: string;
                clerk: string;
                proposedBy: string;
                approvedBy?: string;
                /** @description fen */
                countedFen?: number;
                slip: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Order cash for an open till */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            amountFen: number;
            from: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shifts/{shiftId}/cash-supplies/{supplyId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Let the cash go: it is in transit now */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftId: string;
          supplyId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shifts/{shiftId}/cash-supplies/{supplyId}/receipt': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The clerk has counted the cash and takes it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftId: string;
          supplyId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            countedFen: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              supplyId: number;
              shiftId: number;
              /** @description fen */
              amountFen: number;
              from: string;
              state: string;
              clerk: string;
              proposedBy: string;
              approvedBy?: string;
              /** @description fen */
              countedFen?: number;
              slip: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shifts/{shiftId}/cash-supplies/{supplyId}/refusal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The clerk sends all of it back */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftId: string;
          supplyId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            countedFen: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              supplyId: number;
              shiftId: number;
              /** @description fen */
              amountFen: number;
              from: string;
              state: string;
              clerk: string;
              proposedBy: string;
              approvedBy?: string;
              /** @description fen */
              countedFen?: number;
              slip: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shifts/{shiftId}/closing': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Count the till and close the shift; what is over or short is booked */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            countedFen: number;
            pieces?: {
              [key: string]: number;
            };
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description fen */
              overShortFen: number;
              payInSlip?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/shifts/{shiftId}/receipts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What went through the till of an own shift */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          shiftId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              receipts: {
                receiptNo: number;
                cardNo: string;
                act: string;
                shiftId?: number;
                by: string;
                /** Format: date-time */
                at: string;
                lines: {
                  what: string;
                  /** @description fen */
                  amountFen: number;
                  way: 'in' | 'out' | 'card';
                }[];
                notes: {
                  [key: string]: string;
                };
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sign-in': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begin a session with name, password and one-time code */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            name: string;
            password: string;
            /** @description code of the authenticator app */
            code?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description kept by the portal; the browser never sees it */
              token?: string;
              principal: {
                id: string;
                name: string;
                kind: string;
                roles: string[];
                participantNo?: string;
              };
              mustChangePassword: boolean;
              mustEnrol: boolean;
              endedOthers: number;
            };
          };
        };
      };
    };
    /** Sign out */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sign-in-rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Numbers of the sign-in in force, and between what each may be */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rules: {
                rule: string;
                value: number;
                least: number;
                most: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sign-in-rules/{rule}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose another value for a number of the sign-in */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          rule: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            value: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sign-in-rules/{rule}/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put the same value in force, as another person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          rule: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            value: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rule: string;
              value: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/sign-in/step-up': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give a fresh code: it covers dangerous acts for some minutes */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            /** @description code of the authenticator app */
            code: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              until: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/signatures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Signatures of approvals, the newest first, with the lines of the act log written under them */
    get: {
      parameters: {
        query?: {
          principal?: string;
          before?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              signatures: {
                signatureNo: number;
                principal: string;
                method: string;
                route: string;
                certificate: string;
                signedAt: string;
                receivedAt: string;
                acts: {
                  sequence: number;
                  act: string;
                  subject: string;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/signatures/verification': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Check every signature kept */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              checked: number;
              broken: {
                signatureNo: number;
                complaints: string[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/signatures/{signatureNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What was signed, and whether the signature holds */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          signatureNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              signatureNo: number;
              principal: string;
              method: string;
              route: string;
              certificate: string;
              signedAt: string;
              receivedAt: string;
              acts: {
                sequence: number;
                act: string;
                subject: string;
              }[];
              statement: {
                method: string;
                path: string;
                body: unknown;
                lines: {
                  label: string;
                  value: string;
                }[];
                principal: string;
                nonce: string;
                time: string;
              };
              complaints: string[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/staff': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Persons with roles and numbers of the staff register */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/staff/register': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose the numbers of a whole staff register, a CSV with the columns id and personNo */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/staff/register/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put the same register in force, as another person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/staff/{id}/person-number': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose by which number of the staff register a person is known */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            personNo: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/staff/{id}/person-number/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put it in force, as another person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            personNo: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stock': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stock/places': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            location: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stock/proof': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stock/transfers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: {
      parameters: {
        query?: {
          open?: boolean;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              transferId: number;
              documentNo: string;
              chipKind: string;
              from: string;
              to: string;
              quantity: number;
              reason?: string;
              state: string;
              handedBy: string;
              /** Format: date-time */
              handedAt: string;
              counted?: number;
              receivedBy?: string;
              /** Format: date-time */
              receivedAt?: string;
            }[];
          };
        };
      };
    };
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            documentNo: string;
            chipKind: string;
            from: string;
            to: string;
            quantity: number;
            reason?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              transferId: number;
              documentNo: string;
              chipKind: string;
              from: string;
              to: string;
              quantity: number;
              reason?: string;
              state: string;
              handedBy: string;
              /** Format: date-time */
              handedAt: string;
              counted?: number;
              receivedBy?: string;
              /** Format: date-time */
              receivedAt?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stock/transfers/{transferId}/receipt': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          transferId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            counted: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              transferId: number;
              documentNo: string;
              chipKind: string;
              from: string;
              to: string;
              quantity: number;
              reason?: string;
              state: string;
              handedBy: string;
              /** Format: date-time */
              handedAt: string;
              counted?: number;
              receivedBy?: string;
              /** Format: date-time */
              receivedAt?: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stock/transfers/{transferId}/taking-back': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          transferId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subsidy-claims': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Claims on the finance bureau, the newest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              claims: {
                claimNo: number;
                /** @description YYYY-MM */
                month: string;
                category: string;
                /** @enum {unknown} */
                state: 'proposed' | 'approved' | 'paid' | 'withdrawn';
                rideCount: number;
                amountFen: number;
                excludedCount: number;
                excludedFen: number;
                improbableCount: number;
                improbableFen: number;
                reclaimedCount: number;
                reclaimedFen: number;
                linesSha256: string;
                approvalId: number;
                proposedBy: string;
                approvedBy?: string;
                postedDate?: string;
                paidFen: number;
                shares: {
                  participantNo: string;
                  rideCount: number;
                  amountFen: number;
                  paidFen: number;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Make the claim of a month and category */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            month: string;
            category: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              claimNo: number;
              /** @description YYYY-MM */
              month: string;
              category: string;
              /** @enum {unknown} */
              state: 'proposed' | 'approved' | 'paid' | 'withdrawn';
              rideCount: number;
              amountFen: number;
              excludedCount: number;
              excludedFen: number;
              improbableCount: number;
              improbableFen: number;
              reclaimedCount: number;
              reclaimedFen: number;
              linesSha256: string;
              approvalId: number;
              proposedBy: string;
              approvedBy?: string;
              postedDate?: string;
              paidFen: number;
              shares: {
                participantNo: string;
                rideCount: number;
                amountFen: number;
                paidFen: number;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subsidy-claims/{claimNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One claim with the shares of operators */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          claimNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              claimNo: number;
              /** @description YYYY-MM */
              month: string;
              category: string;
              /** @enum {unknown} */
              state: 'proposed' | 'approved' | 'paid' | 'withdrawn';
              rideCount: number;
              amountFen: number;
              excludedCount: number;
              excludedFen: number;
              improbableCount: number;
              improbableFen: number;
              reclaimedCount: number;
              reclaimedFen: number;
              linesSha256: string;
              approvalId: number;
              proposedBy: string;
              approvedBy?: string;
              postedDate?: string;
              paidFen: number;
              shares: {
                participantNo: string;
                rideCount: number;
                amountFen: number;
                paidFen: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** Withdraw a proposed claim */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          claimNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subsidy-claims/{claimNo}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second person agrees: the bureau owes the claim */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          claimNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              claimNo: number;
              /** @description YYYY-MM */
              month: string;
              category: string;
              /** @enum {unknown} */
              state: 'proposed' | 'approved' | 'paid' | 'withdrawn';
              rideCount: number;
              amountFen: number;
              excludedCount: number;
              excludedFen: number;
              improbableCount: number;
              improbableFen: number;
              reclaimedCount: number;
              reclaimedFen: number;
              linesSha256: string;
              approvalId: number;
              proposedBy: string;
              approvedBy?: string;
              postedDate?: string;
              paidFen: number;
              shares: {
                participantNo: string;
                rideCount: number;
                amountFen: number;
                paidFen: number;
              }[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subsidy-claims/{claimNo}/lines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Its rides, a page at a time; of `flagged` those left out, improbable or taken back */
    get: {
      parameters: {
        query?: {
          flagged?: boolean;
          after?: string;
        };
        header?: never;
        path: {
          claimNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              lines: {
                cardNo: string;
                businessDate: string;
                intakeId: number;
                index: number;
                participantNo: string;
                tappedAt: string;
                fullFen: number;
                paidFen: number;
                subsidyFen: number;
                /** @enum {unknown} */
                excluded?: 'not-entitled' | 'fare-too-high';
                /** @enum {unknown} */
                improbable?: 'rides-per-day' | 'two-at-once';
                /** @description The claim a ride is taken off for */
                reclaims?: number;
              }[];
              next?: string;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subsidy-claims/{claimNo}/rides': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The claim file: every ride, as CSV */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          claimNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/subsidy-claims/{claimNo}/verification': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Work every ride of a claim out again */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          claimNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              ok: boolean;
              differingRides: {
                cardNo: string;
                businessDate: string;
                intakeId: number;
                recordIndex: number;
              }[];
              changedLines: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/differences': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Bank accounts of closed days that are not proved, the oldest first */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              differences: {
                date: string;
                account: string;
                ledgerFen: number;
                statementFen?: number;
                differenceFen?: number;
                ageDays: number;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/differences/{date}/{account}/explanation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Write down why a bank account of a closed day is not proved */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          date: string;
          account: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            explanation: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Figures of closed days as columns, for charts */
    get: {
      parameters: {
        query: {
          from: string;
          to: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              days: string[];
              float: {
                [key: string]: number[];
              };
              participants: {
                [key: string]: {
                  [key: string]: (null | number)[];
                };
              };
              dormancy: {
                [key: string]: {
                  cards: (null | number)[];
                  balanceFen: (null | number)[];
                };
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The figures of supervision and how old they are */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              takenAt: string;
              ageMs: number;
              figures: {
                date: string;
                chunkNo: string;
                position: {
                  owed: {
                    [key: string]: string;
                  };
                  owedFen: string;
                  receivable: {
                    [key: string]: string;
                  };
                  receivableFen: string;
                  reserve: {
                    [key: string]: string;
                  };
                  reserveFen: string;
                  uncoveredMigrations: {
                    [key: string]: string;
                  };
                  uncoveredMigrationsFen: string;
                  cashFen: string;
                  differenceFen: string;
                  unexplainedFen: string;
                  deposits: {
                    owedFen: string;
                    bankFen: string;
                    cashFen: string;
                    differenceFen: string;
                  };
                  ownFundsFen: string;
                  ok: boolean;
                };
                bankAccounts: {
                  account: string;
                  ledgerFen: string;
                }[];
                agents: {
                  participantNo: string;
                  prefundFen: string;
                  netDebitCapFen: string;
                  coverFen: string;
                  roomFen: string;
                }[];
                cities: {
                  city: string;
                  receivableFen: string;
                  payableFen: string;
                  netFen: string;
                }[];
                suspenseFen: string;
                inTransitFen: string;
                undecidedFen: string;
                dormancy?: {
                  date: string;
                  years: {
                    years: number;
                    cards: string;
                    balanceFen: string;
                  }[];
                };
                proofs: {
                  date: string;
                  account: string;
                  ledgerFen: string;
                  statementFen?: string;
                  differenceFen?: string;
                  ageDays: number;
                }[];
                feeHolds: string[];
              };
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/movements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What bank money, cash and income may be used for */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              movements: {
                to: string;
                from: string;
                use: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Rules in force, their thresholds and the bounds of those */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rules: {
                bounds:
                  | {
                      [key: string]: {
                        /** @enum {unknown} */
                        unit: 'days' | 'loads' | 'fen' | 'minutes' | 'hours' | 'seconds' | 'records';
                        otherwise: number;
                        least: number;
                        most: number;
                        meaning: string;
                      };
                    }
                  | {
                      aboveFen: {
                        /** @enum {unknown} */
                        unit: 'days' | 'loads' | 'fen' | 'minutes' | 'hours' | 'seconds' | 'records';
                        otherwise: number;
                        least: number;
                        most: number;
                        meaning: string;
                      };
                    }
                  | {
                      terminalFen: {
                        /** @enum {unknown} */
                        unit: 'days' | 'loads' | 'fen' | 'minutes' | 'hours' | 'seconds' | 'records';
                        otherwise: number;
                        least: number;
                        most: number;
                        meaning: string;
                      };
                      cardLoads: {
                        /** @enum {string} */
                        unit: 'loads';
                        /** @enum {number} */
                        otherwise: 4;
                        /** @enum {number} */
                        least: 2;
                        /** @enum {number} */
                        most: 20;
                        /** @enum {string} */
                        meaning: 'loads of one card within five minutes';
                      };
                    }
                  | {
                      roomFen: {
                        /** @enum {unknown} */
                        unit: 'days' | 'loads' | 'fen' | 'minutes' | 'hours' | 'seconds' | 'records';
                        otherwise: number;
                        least: number;
                        most: number;
                        meaning: string;
                      };
                    }
                  | {
                      afterDays: {
                        /** @enum {string} */
                        unit: 'days';
                        /** @enum {number} */
                        otherwise: 1;
                        /** @enum {number} */
                        least: 0;
                        /** @enum {number} */
                        most: 5;
                        /** @enum {string} */
                        meaning: 'nobody recognised it';
                      };
                    }
                  | {
                      afterDays: {
                        /** @enum {string} */
                        unit: 'days';
                        /** @enum {number} */
                        otherwise: 0;
                        /** @enum {number} */
                        least: 0;
                        /** @enum {number} */
                        most: 30;
                        /** @enum {string} */
                        meaning: 'open after its due date';
                      };
                    }
                  | {
                      afterHours: {
                        /** @enum {string} */
                        unit: 'hours';
                        /** @enum {number} */
                        otherwise: 30;
                        /** @enum {number} */
                        least: 6;
                        /** @enum {number} */
                        most: 96;
                        /** @enum {string} */
                        meaning: 'without a purchase record';
                      };
                    }
                  | {
                      records: {
                        /** @enum {string} */
                        unit: 'records';
                        /** @enum {number} */
                        otherwise: 3;
                        /** @enum {number} */
                        least: 2;
                        /** @enum {number} */
                        most: 20;
                        /** @enum {string} */
                        meaning: 'with a wrong TAC from one SAM in two days';
                      };
                    }
                  | {
                      afterHours: {
                        /** @enum {string} */
                        unit: 'hours';
                        /** @enum {number} */
                        otherwise: 24;
                        /** @enum {number} */
                        least: 1;
                        /** @enum {number} */
                        most: 168;
                        /** @enum {string} */
                        meaning: 'since it was last heard';
                      };
                    }
                  | {
                      clashes: {
                        /** @enum {string} */
                        unit: 'records';
                        /** @enum {number} */
                        otherwise: 1;
                        /** @enum {number} */
                        least: 1;
                        /** @enum {number} */
                        most: 5;
                        /** @enum {string} */
                        meaning: 'of one card in seven days, each contradicting another';
                      };
                    }
                  | {
                      afterSeconds: {
                        /** @enum {string} */
                        unit: 'seconds';
                        /** @enum {number} */
                        otherwise: 15;
                        /** @enum {number} */
                        least: 2;
                        /** @enum {number} */
                        most: 300;
                        /** @enum {string} */
                        meaning: 'without an answer';
                      };
                    }
                  | {
                      fromFen: {
                        /** @enum {unknown} */
                        unit: 'days' | 'loads' | 'fen' | 'minutes' | 'hours' | 'seconds' | 'records';
                        otherwise: number;
                        least: number;
                        most: number;
                        meaning: string;
                      };
                    };
                /** @enum {unknown} */
                rule:
                  | 'float-shortfall'
                  | 'unusual-load-pattern'
                  | 'purse-far-from-card'
                  | 'agent-near-cap'
                  | 'unmatched-bank-entry'
                  | 'overdue-difference'
                  | 'late-operator-upload'
                  | 'forged-tac-cluster'
                  | 'terminal-silent'
                  | 'cloned-card'
                  | 'hsm-away'
                  | 'large-movement'
                  | 'other-critical'
                  | 'other-warning'
                  | 'other-notice';
                version: number;
                /** @enum {unknown} */
                severity: 'warning' | 'notice' | 'critical';
                thresholds: {
                  [key: string]: number;
                };
                escalateMinutes: number;
                repeatMinutes: number;
                meaning: string;
                setBy?: string;
                approvedBy?: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/rules/{rule}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose to change a rule */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          rule: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            severity?: 'notice' | 'warning' | 'critical';
            thresholds?: {
              [key: string]: number;
            };
            escalateMinutes?: number;
            repeatMinutes?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        202: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/supervision/rules/{rule}/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The second supervisor says the same: it holds at once */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          rule: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            severity?: 'notice' | 'warning' | 'critical';
            thresholds?: {
              [key: string]: number;
            };
            escalateMinutes?: number;
            repeatMinutes?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminal-changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Changes, newest first */
    get: {
      parameters: {
        query?: {
          state?: 'proposed' | 'approved' | 'withdrawn';
          cursor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              changes: {
                changeNo: number;
                kind: string;
                subject: string;
                state: string;
                content: unknown;
                reason: string;
                proposedBy: string;
                proposedAt: string;
                decidedBy: string | null;
                decidedAt: string | null;
              }[];
              cursor?: string;
            };
          };
        };
      };
    };
    put?: never;
    /** Propose a change that a second person carries out */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json':
            | {
                /** @enum {string} */
                kind: 'hand-over-keys';
                content: {
                  terminals: string[];
                  transport: string;
                  replace?: boolean;
                };
                reason: string;
              }
            | {
                /** @enum {string} */
                kind: 'adopt-key';
                content: {
                  terminalNo: string;
                  key: string;
                  replace?: boolean;
                };
                reason: string;
              }
            | {
                /** @enum {string} */
                kind: 'move';
                content: {
                  terminalNo: string;
                  participantNo: string;
                  industry: number;
                };
                reason: string;
              }
            | {
                /** @enum {string} */
                kind: 'provision';
                content: {
                  terminalNo: string;
                  functions: ('load' | 'load-bound' | 'purchase-upload' | 'bill' | 'enquiry')[];
                  macAlgorithm: 'ecb' | 'x9.19';
                  tlsOnly?: boolean;
                };
                reason: string;
              }
            | {
                /** @enum {string} */
                kind: 'resume';
                content: {
                  terminalNo: string;
                };
                reason: string;
              }
            | {
                /** @enum {string} */
                kind: 'activate-model';
                content: {
                  model: string;
                  softwareVersion: string;
                };
                reason: string;
              }
            | {
                /** @enum {string} */
                kind: 'publish-parameters';
                content: {
                  loadMaximumFen: number;
                  purseCapFen: number;
                  uploadIntervalSeconds: number;
                  recordAgeLimitDays: number;
                  hotlistIntervalSeconds: number;
                  moreTags?: {
                    tag: number;
                    value: string;
                  }[];
                  note?: string;
                };
                reason: string;
              };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminal-changes/{changeNo}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Carry it out as the second person; keys are answered this once */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          changeNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminal-changes/{changeNo}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a proposal back */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          changeNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminal-models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Models, versions of their software, and how many terminals say they run each */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    put?: never;
    /** Register a version of a model's software, in test */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            model: string;
            softwareVersion: string;
            maker: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminal-models/{model}/versions/{softwareVersion}/withdrawal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take software out of use; terminals that run it stand out in the list */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          model: string;
          softwareVersion: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminal-registrations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Register many terminals; rows that cannot be are answered with what is wrong with each */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            allOrNothing: boolean;
            rows: {
              [key: string]: unknown;
            }[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Terminals, by number; partners see their own */
    get: {
      parameters: {
        query?: {
          participantNo?: string;
          status?: 'active' | 'suspended' | 'retired';
          industry?: number;
          model?: string;
          groupName?: string;
          silentHours?: number;
          hotlistOlderThanHours?: number;
          parametersOtherThan?: number;
          softwareNotAccepted?: boolean;
          withoutKey?: boolean;
          cursor?: string;
          limit?: number;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              terminals: {
                terminalNo: string;
                participantNo: string;
                industry: number;
                samNo: string | null;
                model: string | null;
                groupName: string | null;
                functions: string[];
                macAlgorithm: string;
                tlsOnly: boolean;
                status: string;
                statusReason: string | null;
                statusAt: string | null;
                replacedBy: string | null;
                registeredAt: string;
                tmkKcv: string | null;
                nextTmkKcv: string | null;
                lastSeenAt: string | null;
                lastSettledBatch: string | null;
                software: string | null;
                softwareState: string | null;
                parametersVersion: number | null;
                parametersConfirmedAt: string | null;
                hotlistVersion: number | null;
                hotlistConfirmedAt: string | null;
                hotlistLackingSince: string | null;
                certificateEndsAt: string | null;
                revision: number;
              }[];
              cursor?: string;
            };
          };
        };
      };
    };
    put?: never;
    /** Register a terminal */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            terminalNo: string;
            participantNo: string;
            industry: number;
            samNo?: string;
            functions: ('load' | 'load-bound' | 'purchase-upload' | 'bill' | 'enquiry')[];
            macAlgorithm: 'ecb' | 'x9.19';
            model?: string;
            groupName?: string;
            tlsOnly?: boolean;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A terminal */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              terminalNo: string;
              participantNo: string;
              industry: number;
              samNo: string | null;
              model: string | null;
              groupName: string | null;
              functions: string[];
              macAlgorithm: string;
              tlsOnly: boolean;
              status: string;
              statusReason: string | null;
              statusAt: string | null;
              replacedBy: string | null;
              registeredAt: string;
              tmkKcv: string | null;
              nextTmkKcv: string | null;
              lastSeenAt: string | null;
              lastSettledBatch: string | null;
              software: string | null;
              softwareState: string | null;
              parametersVersion: number | null;
              parametersConfirmedAt: string | null;
              hotlistVersion: number | null;
              hotlistConfirmedAt: string | null;
              hotlistLackingSince: string | null;
              certificateEndsAt: string | null;
              revision: number;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened to a terminal: acts, owners, SAMs, parameters */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              terminalNo: string;
              events: {
                at: string;
                event: string;
                doneBy: string;
                detail: unknown;
              }[];
              assignments: {
                participantNo: string;
                industry: number;
                validFrom: string;
                validTo: string | null;
              }[];
              sams: {
                samNo: string;
                validFrom: string;
                validTo?: string;
              }[];
              parameters: {
                version: number;
                confirmedAt: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/key-confirmation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Say that the new master key is in the terminal; it comes into force */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            kcv: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/labels': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Model and group of a terminal */
    put: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            model?: string;
            groupName?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/retirement': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a terminal out of service for good, its keys with it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
            replacedBy?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/sam': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Note which SAM was put into a terminal, and when */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            samNo: string;
            /** Format: date-time */
            from?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/suspension': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a terminal out of service until two persons resume it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/traces': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The last messages of a terminal */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              messages: {
                receivedAt: string;
                terminalNo: string;
                traceNo: string;
                mti: string;
                message: string;
                code: string;
                meaning: string;
                operator: string | null;
                industry: number | null;
                batchNo: string | null;
                cardNo: string | null;
                amountFen: number | null;
                reference: string | null;
                remark: string | null;
                from: string | null;
                encrypted: boolean | null;
                gateway: string;
                totalMs: number;
                stages: {
                  name: string;
                  ms: number;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/terminals/{terminalNo}/traces/{traceNo}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What became of a message */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          terminalNo: string;
          traceNo: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              messages: {
                receivedAt: string;
                terminalNo: string;
                traceNo: string;
                mti: string;
                message: string;
                code: string;
                meaning: string;
                operator: string | null;
                industry: number | null;
                batchNo: string | null;
                cardNo: string | null;
                amountFen: number | null;
                reference: string | null;
                remark: string | null;
                from: string | null;
                encrypted: boolean | null;
                gateway: string;
                totalMs: number;
                stages: {
                  name: string;
                  ms: number;
                }[];
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/undecided-loads/{cardNo}/{loadId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose that this load is the one on the card */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            evidence: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/undecided-loads/{cardNo}/{loadId}/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Post the load; all others of its counter are void */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          cardNo: string;
          loadId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            approvalId: string;
            evidence: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everybody who signs in, with roles and state */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              users: {
                id: string;
                name: string;
                kind: string;
                roles: string[];
                participantNo: string | null;
                personNo: string | null;
                /** @description none, given, whole or suspended */
                signIn: string;
                enrolled: boolean;
                openSessions: number;
                lastSeen: string | null;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** A user who can do nothing yet; with a participant number one who acts for it */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            id: string;
            name: string;
            participantNo?: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              id: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/first-password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose a first password: for a new user, or when password or telephone are lost */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
              /** @description half of the password, shown this once; a hyphen joins the two */
              half: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/first-password/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put it in force as another person; password, second factor, certificates and sessions of before are gone */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              /** @description half of the password, shown this once; a hyphen joins the two */
              half: string;
              until: string;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Let somebody try again at once after too many attempts */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        204: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/roles': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Propose all the roles somebody is to have */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            roles: (
              | 'clerk'
              | 'bureau'
              | 'stock-keeper'
              | 'registrar'
              | 'finance-maker'
              | 'finance-checker'
              | 'supervisor'
              | 'auditor'
              | 'platform'
              | 'custodian'
              | 'operator-partner'
              | 'agent-partner'
              | 'biller-partner'
              | 'city-partner'
              | 'bank-partner'
            )[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/roles/approval/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Put the same roles in force, as another person */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            roles: (
              | 'clerk'
              | 'bureau'
              | 'stock-keeper'
              | 'registrar'
              | 'finance-maker'
              | 'finance-checker'
              | 'supervisor'
              | 'auditor'
              | 'platform'
              | 'custodian'
              | 'operator-partner'
              | 'agent-partner'
              | 'biller-partner'
              | 'city-partner'
              | 'bank-partner'
            )[];
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              id: string;
              roles: string[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Open sessions of somebody */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              sessions: {
                sessionNo: number;
                begunAt: string;
                seenAt: string;
                address: string;
                agent: string;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    /** End every session of somebody */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              ended: number;
            };
          };
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/users/{id}/suspension': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take every way in from somebody at once: sessions, password, token, certificates */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              id: string;
              revoked: string[];
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/validation-rules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The numbers validation goes by, each from a day on */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              rules: {
                setBy?: string;
                approvedBy?: string;
                /** @enum {unknown} */
                ruleName:
                  | 'clock-tolerance-minutes'
                  | 'record-age-days'
                  | 'hotlist-grace-hours'
                  | 'gray-wait-days'
                  | 'gray-refused-days'
                  | 'conflict-refused-days'
                  | 'inspection-refused-days'
                  | 'short-written-off-days'
                  | 'held-alarm-days'
                  | 'missing-listed-hours'
                  | 'city-alarm-days'
                  | 'city-held-days'
                  | 'city-refused-days';
                validFrom: string;
                value?: number;
              }[];
              names: {
                /** @enum {unknown} */
                ruleName:
                  | 'clock-tolerance-minutes'
                  | 'record-age-days'
                  | 'hotlist-grace-hours'
                  | 'gray-wait-days'
                  | 'gray-refused-days'
                  | 'conflict-refused-days'
                  | 'inspection-refused-days'
                  | 'short-written-off-days'
                  | 'held-alarm-days'
                  | 'missing-listed-hours'
                  | 'city-alarm-days'
                  | 'city-held-days'
                  | 'city-refused-days';
                optional: boolean;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    /** Propose a rule from a later day on */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            ruleName:
              | 'clock-tolerance-minutes'
              | 'record-age-days'
              | 'hotlist-grace-hours'
              | 'gray-wait-days'
              | 'gray-refused-days'
              | 'conflict-refused-days'
              | 'inspection-refused-days'
              | 'short-written-off-days'
              | 'held-alarm-days'
              | 'missing-listed-hours'
              | 'city-alarm-days'
              | 'city-held-days'
              | 'city-refused-days';
            /** Format: date */
            validFrom: string;
            value?: number;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/validation-rules/approval': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Set a proposed rule: the second person says the same */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            ruleName:
              | 'clock-tolerance-minutes'
              | 'record-age-days'
              | 'hotlist-grace-hours'
              | 'gray-wait-days'
              | 'gray-refused-days'
              | 'conflict-refused-days'
              | 'inspection-refused-days'
              | 'short-written-off-days'
              | 'held-alarm-days'
              | 'missing-listed-hours'
              | 'city-alarm-days'
              | 'city-held-days'
              | 'city-refused-days';
            /** Format: date */
            validFrom: string;
            value?: number;
            approvalId: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content?: never;
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/waiting': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Proposals that wait for a second person, as far as they concern whoever asks */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              waiting: {
                approvalId: number;
                act: string;
                subject: string;
                maker: string;
                makerName: string;
                since: string;
                approvers: string[];
                /** @description whoever asks may approve it */
                mine: boolean;
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/waiting/{approvalId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A proposal that waits, with what exactly was proposed */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
              act: string;
              subject: string;
              maker: string;
              makerName: string;
              since: string;
              approvers: string[];
              /** @description whoever asks may approve it */
              mine: boolean;
              /** @description what was proposed; absent where the act log does not hold it */
              content?: unknown;
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/waiting/{approvalId}/return': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Return a proposal to its maker with a reason, or take an own one back */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          approvalId: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': {
            reason: string;
          };
        };
      };
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              approvalId: number;
              /** @enum {boolean} */
              returned: true;
            };
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/working-days': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Which days banks work, weekends, holidays and days made up for */
    get: {
      parameters: {
        query: {
          from: string;
          to: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Default Response */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              announcedUntil: string;
              days: {
                date: string;
                /** @enum {unknown} */
                kind: 'working' | 'made-up' | 'weekend' | 'holiday' | 'unknown';
              }[];
            };
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: never;
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
