import { api, take } from '../../../parts/api.ts';

/** A version of a document that two persons put in force. */
export interface Version {
  readonly version: number;
  readonly validFrom: string;
  readonly state: string;
  readonly approvalId: number;
  readonly returned?: { readonly by: string; readonly reason: string } | undefined;
  readonly proposedBy: string;
  readonly approvedBy?: string | undefined;
  readonly document: unknown;
  readonly documentSha256: string;
}

/** How documents of one kind are read, proposed, approved and withdrawn. */
export interface DocumentKind {
  readonly path: string;
  readonly inForce: (
    date: string | undefined,
  ) => Promise<{ readonly date: string; readonly rules: readonly unknown[] }>;
  readonly versions: () => Promise<readonly Version[]>;
  readonly propose: (validFrom: string, document: unknown) => Promise<unknown>;
  readonly approve: (version: string, headers: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly withdraw: (version: string) => Promise<unknown>;
}

const onDate = (date: string | undefined) => ({ query: date === undefined ? {} : { date } });
const path = (version: string) => ({ path: { version } });

// What somebody typed is described by the service, which says what is wrong with it; here it is JSON of any shape.
const typed = <Body>(validFrom: string, document: unknown): Body => ({ validFrom, document }) as Body;

const fees: DocumentKind = {
  path: '/v1/fee-tables',
  inForce: (date) => take(api.GET('/v1/fee-tables', { params: onDate(date) })),
  versions: async () => (await take(api.GET('/v1/fee-tables/versions'))).versions,
  propose: (validFrom, document) => take(api.POST('/v1/fee-tables', { body: typed(validFrom, document) })),
  approve: (version, headers) =>
    take(api.POST('/v1/fee-tables/{version}/approval', { params: path(version), headers })),
  withdraw: (version) => take(api.DELETE('/v1/fee-tables/{version}', { params: path(version) })),
};

const settlement: DocumentKind = {
  path: '/v1/settlement-terms',
  inForce: (date) => take(api.GET('/v1/settlement-terms', { params: onDate(date) })),
  versions: async () => (await take(api.GET('/v1/settlement-terms/versions'))).versions,
  propose: (validFrom, document) => take(api.POST('/v1/settlement-terms', { body: typed(validFrom, document) })),
  approve: (version, headers) =>
    take(api.POST('/v1/settlement-terms/{version}/approval', { params: path(version), headers })),
  withdraw: (version) => take(api.DELETE('/v1/settlement-terms/{version}', { params: path(version) })),
};

const concessions: DocumentKind = {
  path: '/v1/concession-rules',
  inForce: (date) => take(api.GET('/v1/concession-rules', { params: onDate(date) })),
  versions: async () => (await take(api.GET('/v1/concession-rules/versions'))).versions,
  propose: (validFrom, document) => take(api.POST('/v1/concession-rules', { body: typed(validFrom, document) })),
  approve: (version, headers) =>
    take(api.POST('/v1/concession-rules/{version}/approval', { params: path(version), headers })),
  withdraw: (version) => take(api.DELETE('/v1/concession-rules/{version}', { params: path(version) })),
};

const holidays: DocumentKind = {
  path: '/v1/holiday-years',
  inForce: async () => {
    const { years } = await take(api.GET('/v1/holiday-years'));
    return { date: '', rules: years };
  },
  versions: async () => (await take(api.GET('/v1/holiday-years'))).versions,
  propose: (validFrom, document) => take(api.POST('/v1/holiday-years', { body: typed(validFrom, document) })),
  approve: (version, headers) =>
    take(api.POST('/v1/holiday-years/{version}/approval', { params: path(version), headers })),
  withdraw: (version) => take(api.DELETE('/v1/holiday-years/{version}', { params: path(version) })),
};

export const DOCUMENTS = { fees, settlement, concessions, holidays } as const;
