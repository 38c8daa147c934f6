import { type BusinessDate, type Fen, formatYuan, sumFen } from '@citycard/common';
import type { SettlementAccount } from '../participants/participant.ts';

export interface CreditTransfer {
  readonly endToEndId: string;
  readonly amountFen: Fen;
  readonly creditor: SettlementAccount;
  /** Unstructured remittance: the sheet this pays. */
  readonly remittance: string;
}

export interface CreditTransferMessage {
  readonly messageId: string;
  readonly createdAt: Date;
  readonly requestedDate: BusinessDate;
  readonly debtor: SettlementAccount;
  readonly transfers: readonly CreditTransfer[];
}

/**
 * A customer credit transfer initiation, pain.001.001.09: one payment information block, booked transfer by transfer so
 * that the statement carries each EndToEndId (domain.md F.7). The same message gives the same bytes.
 */
export function pain001(message: CreditTransferMessage): string {
  const { messageId, createdAt, requestedDate, debtor, transfers } = message;
  const count = transfers.length;
  const sum = formatYuan(sumFen(transfers.map((transfer) => transfer.amountFen)));
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>${xml(messageId)}</MsgId>
      <CreDtTm>${createdAt.toISOString()}</CreDtTm>
      <NbOfTxs>${count}</NbOfTxs>
      <CtrlSum>${sum}</CtrlSum>
      <InitgPty><Nm>${xml(debtor.accountName)}</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>${xml(messageId)}</PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <BtchBookg>false</BtchBookg>
      <NbOfTxs>${count}</NbOfTxs>
      <CtrlSum>${sum}</CtrlSum>
      <ReqdExctnDt><Dt>${requestedDate}</Dt></ReqdExctnDt>
      <Dbtr><Nm>${xml(debtor.accountName)}</Nm></Dbtr>
      <DbtrAcct>${account(debtor)}</DbtrAcct>
      <DbtrAgt>${agent(debtor)}</DbtrAgt>
      <ChrgBr>DEBT</ChrgBr>
${transfers.map(creditTransfer).join('\n')}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>
`;
}

function creditTransfer({ endToEndId, amountFen, creditor, remittance }: CreditTransfer): string {
  return `      <CdtTrfTxInf>
        <PmtId><InstrId>${xml(endToEndId)}</InstrId><EndToEndId>${xml(endToEndId)}</EndToEndId></PmtId>
        <Amt><InstdAmt Ccy="CNY">${formatYuan(amountFen)}</InstdAmt></Amt>
        <CdtrAgt>${agent(creditor)}</CdtrAgt>
        <Cdtr><Nm>${xml(creditor.accountName)}</Nm></Cdtr>
        <CdtrAcct>${account(creditor)}</CdtrAcct>
        <RmtInf><Ustrd>${xml(remittance)}</Ustrd></RmtInf>
      </CdtTrfTxInf>`;
}

const account = ({ accountNo }: SettlementAccount): string => `<Id><Othr><Id>${xml(accountNo)}</Id></Othr></Id>`;

/** Banks in China are named by their CNAPS line number. */
const agent = ({ bankLineNo }: SettlementAccount): string =>
  `<FinInstnId><ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>${xml(bankLineNo)}</MmbId></ClrSysMmbId></FinInstnId>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escaped for XML 1.0; characters that it cannot carry at all become spaces. */
export function xml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u001f\u007f\ufffe\uffff]|\p{Cs}/gu, ' ')
    .replaceAll(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}
