import { yuan } from './amounts.ts';
import { escapeXml } from './xml.ts';

/** One booked entry of an account, as the account's owner sees it: CRDT is money that came in. */
export interface BankEntry {
  /** The bank's own reference, unique. */
  readonly reference: string;
  readonly direction: 'CRDT' | 'DBIT';
  readonly amountFen: number;
  /** YYYY-MM-DD */
  readonly booked: string;
  readonly counterparty: string;
  readonly remittance: string;
  readonly endToEndId: string;
}

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:';

interface Report {
  readonly messageId: string;
  readonly createdAt: Date;
  readonly accountNo: string;
  readonly entries: readonly BankEntry[];
}

/** camt.054.001.10: entries of one account as they happen. */
export function notificationXml({ messageId, createdAt, accountNo, entries }: Report): string {
  return document(
    'camt.054.001.10',
    'BkToCstmrDbtCdtNtfctn',
    `<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${createdAt.toISOString()}</CreDtTm></GrpHdr>
<Ntfctn><Id>${messageId}-1</Id><CreDtTm>${createdAt.toISOString()}</CreDtTm>${account(accountNo)}
${entries.map(entryXml).join('\n')}
</Ntfctn>`,
  );
}

/** camt.053.001.10: what one account held and what happened to it on one day, complete. */
export function statementXml(
  statement: Report & { readonly date: string; readonly openingFen: number; readonly closingFen: number },
): string {
  const { messageId, createdAt, accountNo, entries, date, openingFen, closingFen } = statement;
  return document(
    'camt.053.001.10',
    'BkToCstmrStmt',
    `<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${createdAt.toISOString()}</CreDtTm></GrpHdr>
<Stmt><Id>${messageId}-1</Id><StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn><CreDtTm>${createdAt.toISOString()}</CreDtTm>${account(accountNo)}
${balance('OPBD', openingFen, date)}
${balance('CLBD', closingFen, date)}
${entries.map(entryXml).join('\n')}
</Stmt>`,
  );
}

/** What the bank says of one payment: ACSC settled, RJCT refused (with an ISO reason code). */
export interface PaymentAnswer {
  readonly endToEndId: string;
  readonly status: 'ACSC' | 'RJCT';
  readonly reason?: string;
}

/** pain.002.001.10: the status of every payment of one pain.001. */
export function paymentStatusXml(report: {
  readonly messageId: string;
  readonly createdAt: Date;
  readonly originalMessageId: string;
  readonly originalInformationId: string;
  readonly payments: readonly PaymentAnswer[];
}): string {
  const { messageId, createdAt, originalMessageId, originalInformationId, payments } = report;
  const rows = payments.map(
    ({ endToEndId, status, reason }) =>
      `<TxInfAndSts><OrgnlEndToEndId>${escapeXml(endToEndId)}</OrgnlEndToEndId><TxSts>${status}</TxSts>${
        reason === undefined ? '' : `<StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf>`
      }</TxInfAndSts>`,
  );
  return document(
    'pain.002.001.10',
    'CstmrPmtStsRpt',
    `<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${createdAt.toISOString()}</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>${escapeXml(originalMessageId)}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>${escapeXml(originalInformationId)}</OrgnlPmtInfId>
${rows.join('\n')}
</OrgnlPmtInfAndSts>`,
  );
}

function document(name: string, root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="${NAMESPACE}${name}"><${root}>
${content}
</${root}></Document>
`;
}

function account(accountNo: string): string {
  return `<Acct><Id><Othr><Id>${accountNo}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>`;
}

function balance(code: 'OPBD' | 'CLBD', fen: number, date: string): string {
  const direction = fen < 0 ? 'DBIT' : 'CRDT';
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">${yuan(Math.abs(fen))}</Amt><CdtDbtInd>${direction}</CdtDbtInd><Dt><Dt>${date}</Dt></Dt></Bal>`;
}

function entryXml(entry: BankEntry): string {
  const { reference, direction, amountFen, booked, counterparty, remittance, endToEndId } = entry;
  const amount = `<Amt Ccy="CNY">${yuan(amountFen)}</Amt><CdtDbtInd>${direction}</CdtDbtInd>`;
  const family = direction === 'CRDT' ? 'RCDT' : 'ICDT';
  const party = direction === 'CRDT' ? 'Dbtr' : 'Cdtr';
  return `<Ntry>${amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${booked}</Dt></BookgDt><ValDt><Dt>${booked}</Dt></ValDt><AcctSvcrRef>${reference}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${family}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>${escapeXml(endToEndId)}</EndToEndId></Refs>${amount}<RltdPties><${party}><Pty><Nm>${escapeXml(counterparty)}</Nm></Pty></${party}></RltdPties><RmtInf><Ustrd>${escapeXml(remittance)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
}
