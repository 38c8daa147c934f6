import { api, newKey, take } from '../../parts/api.ts';

/** What the pages of the counter ask of the services, each call once. */

const card = (cardNo: string) => ({ path: { cardNo } });
/** Answers as the service describes them. */
export type Answer<Call extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<Call>>;

/** A request with the key under which it is done once, and the state it rests on. */
export interface Sending {
  readonly key?: string;
  /** The ETag of the card as it was seen. */
  readonly seen?: string | undefined;
}

const sending = ({ key = newKey(), seen }: Sending = {}) => ({
  headers: { 'idempotency-key': key, ...(seen !== undefined && { 'if-match': seen }) },
});
/** Asked by the page itself, not by a person: it does not keep a session alive. */
const inBackground = { headers: { 'x-citycard-background': '1' } };

export const readTerms = () => take(api.GET('/v1/counter/terms'));
export const readReaders = () => take(api.GET('/v1/readers', inBackground));
export const lookInReader = (reader: string) =>
  take(api.GET('/v1/readers/{reader}/card', { params: { path: { reader } } }));
export const readerTicket = (reader: string) =>
  take(api.POST('/v1/readers/{reader}/tickets', { params: { path: { reader } } }));

export type Found = Answer<typeof searchResidents>;
export type Masked = Found['residents'][number];
export type Criterion =
  | { readonly idNumber: string }
  | { readonly phone: string }
  | { readonly name: string; readonly birthDate?: string }
  | { readonly documentKind: DocumentKind; readonly documentNo: string };
export const documentKinds = [
  'residence-permit',
  'temporary-residence-permit',
  'passport',
  'hk-macao-permit',
  'taiwan-permit',
  'military-id',
  'household-book',
] as const;
export type DocumentKind = (typeof documentKinds)[number];

export const searchResidents = (criterion: Criterion, purpose: string) =>
  take(api.POST('/v1/residents/search', { body: { ...criterion, purpose } }));
export const showResident = (residentId: string) =>
  take(api.GET('/v1/residents/{residentId}', { params: { path: { residentId } } }));
export const cardsOfResident = (residentId: string) =>
  take(api.GET('/v1/residents/{residentId}/cards', { params: { path: { residentId } } }));

/** The card as it is now, with the mark to send along with an act on it. */
export async function seeCard(cardNo: string) {
  const answer = await api.GET('/v1/cards/{cardNo}', { params: card(cardNo) });
  const seen = await take(Promise.resolve(answer));
  return { card: seen, tag: answer.response.headers.get('etag') ?? undefined };
}
export type Card = Answer<typeof seeCard>['card'];
export const readHistory = (cardNo: string) => take(api.GET('/v1/cards/{cardNo}/history', { params: card(cardNo) }));
export const readBalance = (cardNo: string) => take(api.GET('/v1/cards/{cardNo}/balance', { params: card(cardNo) }));
export type Balance = Answer<typeof readBalance>;
export const readReceipts = (cardNo: string) => take(api.GET('/v1/cards/{cardNo}/receipts', { params: card(cardNo) }));
export const readReceipt = (cardNo: string, receiptNo: string) =>
  take(api.GET('/v1/cards/{cardNo}/receipts/{receiptNo}', { params: { path: { cardNo, receiptNo } } }));
export type Receipt = Answer<typeof readReceipt>;

export const issueNow = (
  body: {
    reader: string;
    product: string;
    residentId: number;
    depositFen: number;
    shiftId: number;
    stock?: string;
  },
  how: Sending,
) => take(api.POST('/v1/counter/issue-now', { body, ...sending(how) }));
export const issueProgress = (key: string, reader: string) =>
  take(api.GET('/v1/counter/issue-now/{key}', { params: { path: { key }, query: { reader } }, ...inBackground }));

export const makeNextCard = (
  cardNo: string,
  body: { reader: string; shiftId: number; step: 'replacement' | 'renewal'; product: string; stock?: string },
  how: Sending,
) => take(api.POST('/v1/cards/{cardNo}/next-card', { params: card(cardNo), body, ...sending(how) }));
export const noticeKinds = ['load', 'low-balance', 'loss', 'refund-waiting'] as const;
export const noticeChannels = ['sms', 'paper'] as const;
export const consentToNotices = (
  cardNo: string,
  body: {
    kinds: (typeof noticeKinds)[number][];
    channel: (typeof noticeChannels)[number];
    language: 'zh' | 'en';
    lowBalanceFen: number;
    phone?: string;
  },
) => take(api.POST('/v1/cards/{cardNo}/notices', { params: card(cardNo), body }));
export const withdrawNotices = (cardNo: string) =>
  take(api.POST('/v1/cards/{cardNo}/notice-withdrawals', { params: card(cardNo) }));
/** These were handed over on paper: they are not printed again. */
export const noticesTold = (cardNo: string, noticeNos: number[]) =>
  take(api.POST('/v1/cards/{cardNo}/notices-told', { params: card(cardNo), body: { noticeNos } }));
export const readSheet = (cardNo: string) => take(api.GET('/v1/cards/{cardNo}/sheet', { params: card(cardNo) }));

export const loadCard = (
  cardNo: string,
  body: { reader: string; shiftId: number; cashFen: number; collectFen: number },
  how: Sending,
) => take(api.POST('/v1/cards/{cardNo}/counter-loads', { params: card(cardNo), body, ...sending(how) }));
export const readCounterLoads = (cardNo: string) =>
  take(api.GET('/v1/cards/{cardNo}/counter-loads', { params: card(cardNo) }));
export const cashBack = (cardNo: string, counterLoadNo: number, shiftId: number, how: Sending = {}) =>
  take(
    api.POST('/v1/cards/{cardNo}/counter-loads/{counterLoadNo}/cash-back', {
      params: { path: { cardNo, counterLoadNo: String(counterLoadNo) } },
      body: { shiftId },
      ...sending(how),
    }),
  );

export const reportLoss = (cardNo: string, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/loss-report', { params: card(cardNo), body: { by: 'counter' }, ...sending(how) }));
export const reportLossByPhone = (cardNo: string, checked: CallerFact[], how: Sending) =>
  take(
    api.POST('/v1/cards/{cardNo}/loss-report', {
      params: card(cardNo),
      body: { by: 'phone', checked },
      ...sending(how),
    }),
  );
export const callerFacts = [
  'card-number',
  'name',
  'birth-date',
  'phone',
  'address',
  'id-number-end',
  'last-load',
  'last-purchase',
] as const;
export type CallerFact = (typeof callerFacts)[number];
export const reportFound = (cardNo: string, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/found', { params: card(cardNo), ...sending(how) }));
export const confirmReceipt = (cardNo: string, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/activation', { params: card(cardNo), ...sending(how) }));
export const blockCard = (cardNo: string, reason: string, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/block', { params: card(cardNo), body: { reason }, ...sending(how) }));
export const unblockCard = (cardNo: string, reason: string, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/unblock', { params: card(cardNo), body: { reason }, ...sending(how) }));
export const replaceCard = (
  cardNo: string,
  body: { newCardNo: string; shiftId: number; cardHandedIn: boolean; depositKept: boolean; reader?: string },
  how: Sending,
) => take(api.POST('/v1/cards/{cardNo}/replacement', { params: card(cardNo), body, ...sending(how) }));
export const renewCard = (
  cardNo: string,
  body: { newCardNo: string; shiftId: number; reader?: string },
  how: Sending,
) => take(api.POST('/v1/cards/{cardNo}/renewal', { params: card(cardNo), body, ...sending(how) }));
export const extendCard = (cardNo: string, reader: string, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/extension', { params: card(cardNo), body: { reader }, ...sending(how) }));
export const returnCard = (
  cardNo: string,
  body: { shiftId: number; cardHandedIn: boolean; damaged: boolean; reader?: string },
  how: Sending,
) => take(api.POST('/v1/cards/{cardNo}/return', { params: card(cardNo), body, ...sending(how) }));
export const payBalance = (cardNo: string, shiftId: number, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/balance-payment', { params: card(cardNo), body: { shiftId }, ...sending(how) }));

export type PinWish =
  | { act: 'set' | 'unblock'; reader: string; pin: string }
  | { act: 'change'; reader: string; oldPin: string; pin: string };
export const setPin = (cardNo: string, wish: PinWish) =>
  take(
    wish.act === 'change'
      ? api.POST('/v1/cards/{cardNo}/pin', { params: card(cardNo), body: { ...wish, act: 'change' } })
      : wish.act === 'set'
        ? api.POST('/v1/cards/{cardNo}/pin', { params: card(cardNo), body: { ...wish, act: 'set' } })
        : api.POST('/v1/cards/{cardNo}/pin', { params: card(cardNo), body: { ...wish, act: 'unblock' } }),
  );
export const unblockChip = (cardNo: string, reader: string) =>
  take(api.POST('/v1/cards/{cardNo}/chip-unblock', { params: card(cardNo), body: { reader } }));

export const readPasses = (cardNo: string) => take(api.GET('/v1/cards/{cardNo}/passes', { params: card(cardNo) }));
export const sellPass = (cardNo: string, body: { code: string; payFrom: string; reader?: string }, how: Sending) =>
  take(api.POST('/v1/cards/{cardNo}/passes', { params: card(cardNo), body, ...sending(how) }));
export const returnPass = (cardNo: string, passNo: number, body: { reason: string; reader?: string }, how: Sending) =>
  take(
    api.POST('/v1/cards/{cardNo}/passes/{passNo}/return', {
      params: { path: { cardNo, passNo: String(passNo) } },
      body,
      ...sending(how),
    }),
  );
export const writePasses = (cardNo: string, reader: string) =>
  take(api.POST('/v1/cards/{cardNo}/pass-script', { params: card(cardNo), body: { reader } }));
export const writeConcession = (cardNo: string, reader: string) =>
  take(api.POST('/v1/cards/{cardNo}/concession-script', { params: card(cardNo), body: { reader } }));

export const readOldCards = (cardNo: string) =>
  take(api.GET('/v1/cards/{cardNo}/legacy-balances', { params: card(cardNo) }));
export const convertOldCard = (
  cardNo: string,
  body: { participantNo: string; legacyCardNo: string; surrendered: boolean },
  how: Sending,
) => take(api.POST('/v1/cards/{cardNo}/legacy-conversions', { params: card(cardNo), body, ...sending(how) }));

const load = (cardNo: string, loadId: number) => ({ path: { cardNo, loadId: String(loadId) } });
export const readLoads = (cardNo: string) => take(api.GET('/v1/cards/{cardNo}/loads', { params: card(cardNo) }));
export const readCancellation = (cardNo: string, loadId: number) =>
  take(api.GET('/v1/cards/{cardNo}/loads/{loadId}/cancellation', { params: load(cardNo, loadId) }));
export const proposeCancellation = (cardNo: string, loadId: number, headers: Readonly<Record<string, string>>) =>
  take(api.POST('/v1/cards/{cardNo}/loads/{loadId}/cancellation', { params: load(cardNo, loadId), headers }));
export const approveCancellation = (cardNo: string, loadId: number, headers: Readonly<Record<string, string>>) =>
  take(api.POST('/v1/cards/{cardNo}/loads/{loadId}/cancellation/approval', { params: load(cardNo, loadId), headers }));
export const debitCancellation = (cardNo: string, loadId: number, reader: string) =>
  take(
    api.POST('/v1/cards/{cardNo}/loads/{loadId}/cancellation/debit', {
      params: load(cardNo, loadId),
      body: { reader },
    }),
  );

export const readShifts = (before?: string) =>
  take(api.GET('/v1/shifts', { params: { query: before === undefined ? {} : { before } } }));
export type Shift = Answer<typeof readShifts>['shifts'][number];
export const openShift = () => take(api.POST('/v1/shifts'));
export const receiptsOfShift = (shiftId: number) =>
  take(api.GET('/v1/shifts/{shiftId}/receipts', { params: { path: { shiftId: String(shiftId) } } }));
export const suppliesOf = (shiftId: number) =>
  take(api.GET('/v1/shifts/{shiftId}/cash-supplies', { params: { path: { shiftId: String(shiftId) } } }));
export const answerSupply = (
  shiftId: number,
  supplyId: number,
  countedFen: number,
  word: 'receipt' | 'refusal',
  headers: Readonly<Record<string, string>>,
) => {
  const params = { path: { shiftId: String(shiftId), supplyId: String(supplyId) } };
  return take(
    word === 'receipt'
      ? api.POST('/v1/shifts/{shiftId}/cash-supplies/{supplyId}/receipt', { params, body: { countedFen }, headers })
      : api.POST('/v1/shifts/{shiftId}/cash-supplies/{supplyId}/refusal', { params, body: { countedFen }, headers }),
  );
};
export const closeShift = (
  shiftId: number,
  body: { countedFen: number; pieces: Record<string, number> },
  headers: Readonly<Record<string, string>>,
) => take(api.POST('/v1/shifts/{shiftId}/closing', { params: { path: { shiftId: String(shiftId) } }, body, headers }));
export const openTransfers = () => take(api.GET('/v1/stock/transfers', { params: { query: { open: true } } }));
export const receiveTransfer = (transferId: number, counted: number) =>
  take(
    api.POST('/v1/stock/transfers/{transferId}/receipt', {
      params: { path: { transferId: String(transferId) } },
      body: { counted },
    }),
  );
