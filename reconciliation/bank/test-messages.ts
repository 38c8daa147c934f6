/** Messages as a bank writes them, for tests: only what a caller names differs between them. */

export interface TestEntry {
  readonly reference: string;
  /** Decimal text as it stands in the message. */
  readonly amount: string;
  readonly direction?: 'CRDT' | 'DBIT';
  readonly remittance?: string;
  readonly endToEndId?: string;
  readonly date?: string;
  readonly status?: string;
  readonly reversal?: boolean;
  /** Marks a payment that came back: `AC04` gives RtrInf with that reason. */
  readonly returned?: string;
  readonly currency?: string;
  /** Several payments in one entry. */
  readonly batch?: readonly { readonly amount: string; readonly endToEndId: string }[];
}

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:';
export const TEST_ACCOUNT = '9999000011112222';
const CREATED = '2026-11-20T18:00:00+08:00';

function entryXml(entry: TestEntry): string {
  const { direction = 'CRDT', currency = 'CNY', date = '2026-11-20', status = 'BOOK', remittance = '' } = entry;
  const details = entry.batch ?? [{ amount: entry.amount, endToEndId: entry.endToEndId ?? 'NOTPROVIDED' }];
  return `<Ntry><Amt Ccy="${currency}">${entry.amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>
    ${entry.reversal === true ? '<RvslInd>true</RvslInd>' : ''}<Sts><Cd>${status}</Cd></Sts>
    <BookgDt><Dt>${date}</Dt></BookgDt><ValDt><Dt>${date}</Dt></ValDt><AcctSvcrRef>${entry.reference}</AcctSvcrRef>
    <BkTxCd><Prtry><Cd>TEST</Cd></Prtry></BkTxCd>
    <NtryDtls>${details
      .map(
        (detail) => `<TxDtls><Refs><EndToEndId>${detail.endToEndId}</EndToEndId></Refs>
      <Amt Ccy="${currency}">${detail.amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>
      <RltdPties><Dbtr><Pty><Nm>生成的付款人</Nm></Pty></Dbtr></RltdPties>
      ${remittance === '' ? '' : `<RmtInf><Ustrd>${remittance}</Ustrd></RmtInf>`}
      ${entry.returned === undefined ? '' : `<RtrInf><Rsn><Cd>${entry.returned}</Cd></Rsn><AddtlInf>account closed</AddtlInf></RtrInf>`}</TxDtls>`,
      )
      .join('')}</NtryDtls></Ntry>`;
}

function accountXml(account: string, currency = 'CNY'): string {
  return `<Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>${currency}</Ccy></Acct>`;
}

/** A camt.054.001.10. */
export function notification(
  messageId: string,
  entries: readonly TestEntry[],
  over: { account?: string; pages?: string } = {},
): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="${NAMESPACE}camt.054.001.10"><BkToCstmrDbtCdtNtfctn>
  <GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${CREATED}</CreDtTm>${over.pages ?? ''}</GrpHdr>
  <Ntfctn><Id>N-${messageId}</Id><CreDtTm>${CREATED}</CreDtTm>${accountXml(over.account ?? TEST_ACCOUNT)}
    ${entries.map(entryXml).join('')}</Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>`);
}

/** A camt.053.001.10 of one account and day. */
export function statement(
  messageId: string,
  day: { date?: string; opening: string; closing: string },
  entries: readonly TestEntry[],
  over: { account?: string; currency?: string; pages?: string; sequence?: number; id?: string; totals?: string } = {},
): Buffer {
  const { date = '2026-11-20' } = day;
  const balance = (code: string, amount: string) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">${amount.replace('-', '')}</Amt>
      <CdtDbtInd>${amount.startsWith('-') ? 'DBIT' : 'CRDT'}</CdtDbtInd><Dt><Dt>${date}</Dt></Dt></Bal>`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="${NAMESPACE}camt.053.001.10"><BkToCstmrStmt>
  <GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${CREATED}</CreDtTm></GrpHdr>
  <Stmt><Id>${over.id ?? `S-${messageId}`}</Id>${over.pages ?? ''}
    ${over.sequence === undefined ? '' : `<ElctrncSeqNb>${over.sequence}</ElctrncSeqNb>`}<CreDtTm>${CREATED}</CreDtTm>
    ${accountXml(over.account ?? TEST_ACCOUNT, over.currency)}
    ${balance('OPBD', day.opening)}${balance('CLBD', day.closing)}${over.totals ?? ''}${entries.map(entryXml).join('')}</Stmt>
</BkToCstmrStmt></Document>`);
}

/** A pain.002.001.10. */
export function statusReport(
  messageId: string,
  original: string,
  payments: readonly { readonly endToEndId: string; readonly status: string; readonly reason?: string }[],
  groupStatus?: string,
  over: { count?: number; sum?: string; block?: string; blockStatus?: string } = {},
): Buffer {
  const reason = (code: string | undefined) =>
    code === undefined ? '' : `<StsRsnInf><Rsn><Cd>${code}</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf>`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="${NAMESPACE}pain.002.001.10"><CstmrPmtStsRpt>
  <GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${CREATED}</CreDtTm></GrpHdr>
  <OrgnlGrpInfAndSts><OrgnlMsgId>${original}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
    ${over.count === undefined ? '' : `<OrgnlNbOfTxs>${over.count}</OrgnlNbOfTxs>`}
    ${over.sum === undefined ? '' : `<OrgnlCtrlSum>${over.sum}</OrgnlCtrlSum>`}
    ${groupStatus === undefined ? '' : `<GrpSts>${groupStatus}</GrpSts>`}</OrgnlGrpInfAndSts>
  ${
    payments.length === 0 && over.blockStatus === undefined
      ? ''
      : `<OrgnlPmtInfAndSts><OrgnlPmtInfId>${over.block ?? original}</OrgnlPmtInfId>
      ${over.blockStatus === undefined ? '' : `<PmtInfSts>${over.blockStatus}</PmtInfSts>`}${payments
        .map(
          (payment) => `<TxInfAndSts><OrgnlEndToEndId>${payment.endToEndId}</OrgnlEndToEndId>
      <TxSts>${payment.status}</TxSts>${reason(payment.reason)}</TxInfAndSts>`,
        )
        .join('')}</OrgnlPmtInfAndSts>`
  }
</CstmrPmtStsRpt></Document>`);
}
