import { randomBytes } from 'node:crypto';
import { createCertificateRequest, signDetached, type Signer } from '../purchase/signature.ts';
import { openBiller, type Biller } from '../biller/biller.ts';
import { BILLER_CODES, type BillerName, PARTIES, type Party, type PartyName } from './city.ts';
import { DayFailed } from './errors.ts';
import type { DayEvents } from './events.ts';
import type { Office } from './office.ts';
import type { BillStep, DayPlan } from './plan.ts';

/** Those who take part, admitted and equipped with what they need to speak for themselves. */
export interface FoundedCity {
  /** Signers by participant number. */
  readonly signers: ReadonlyMap<string, Signer>;
  readonly caPem: string;
  /** Companies that are asked over HTTP, by name. */
  readonly billers: Readonly<Record<string, Biller>>;
}

/** Admits everybody: participants, credentials (the token goes to the office under the party's name), certificates, billers. */
export async function foundCity(office: Office, plan: DayPlan, events: DayEvents): Promise<FoundedCity> {
  const parties = Object.entries(PARTIES) as [PartyName, Party][];
  events.phase('founding the city', parties.length);
  const signers = new Map<string, Signer>();
  let caPem = '';
  for (const [name, party] of parties) {
    await admit(office, name, party);
    if (party.certificate) {
      const { signer, ca } = await certify(office, party.certificate);
      signers.set(party.participantNo, signer);
      caPem = ca;
    }
    events.step();
  }
  const billers: Record<string, Biller> = {};
  for (const name of ['water', 'gas', 'cableTv', 'telecom', 'trafficPolice'] as const)
    billers[name] = await connectBiller(office, plan, name);
  await deliverBills(office, plan, signers);
  return { signers, caPem, billers };
}

async function admit(office: Office, name: PartyName, party: Party): Promise<void> {
  const { participantNo, kind, industry, cityCode } = party;
  const ownAccount = kind !== 'bank';
  await office.post('platform', '/v1/participants', {
    json: {
      participantNo,
      name: party.name,
      kind,
      ...(industry !== undefined && { industry }),
      ...(cityCode !== undefined && { cityCode }),
      ...(ownAccount && { settlementAccount: accountOf(party) }),
    },
  });
  const path = `/v1/partners/${participantNo}/credentials`;
  const { token } = await office.post<{ token: string }>('platform', path, { json: { roles: party.roles } });
  office.admit(name, token);
}

/** Where the party wants its money: an account number made from its own number. */
function accountOf({ participantNo, name }: Party) {
  const digits = participantNo.replaceAll(/\D/g, '');
  return { accountNo: `6222${digits.padStart(15, '0')}`, bankLineNo: '105458000018', accountName: name };
}

async function certify(
  office: Office,
  { kind, cn }: { kind: string; cn: string },
): Promise<{ signer: Signer; ca: string }> {
  const { privateKeyPem, requestPem } = createCertificateRequest(cn);
  const issued = await office.post<{ certificatePem: string; caPem: string }>('platform', '/v1/certificates', {
    json: { csrPem: requestPem, cn, kind },
  });
  return { signer: { certificatePem: issued.certificatePem, privateKeyPem }, ca: issued.caPem };
}

const IN_TIME = '20991231';
/** So long ago that its late fee has reached the most it can be. */
const LONG_OVERDUE = '20200101';

const billsOf = (plan: DayPlan, which: BillerName): BillStep[] =>
  plan.cards.flatMap(({ steps }) =>
    steps.filter((step): step is BillStep => step.kind === 'bill' && step.biller === which),
  );

async function connectBiller(office: Office, plan: DayPlan, which: BillerName): Promise<Biller> {
  const biller = await openBiller({
    name: BILLER_CODES[which],
    secret: `test-${which}-${randomBytes(8).toString('hex')}`,
    dueDate: IN_TIME,
    bills: billsOf(plan, which).map(({ customer, reference, amountFen, lateFeeFen, refused }) => ({
      customer,
      reference,
      amountFen: amountFen - lateFeeFen,
      lateFeeFen,
      ...(lateFeeFen > 0 && { dueDate: LONG_OVERDUE }),
      ...(refused && { refusal: 'the account is closed (test)' }),
    })),
    ...(which === 'water' && { prepaid: true }),
  });
  await office.put('platform', `/v1/billers/${BILLER_CODES[which]}`, {
    json: { participantNo: PARTIES[which].participantNo, baseUrl: biller.baseUrl },
  });
  return biller;
}

/** The power company has no system that could be asked: it delivers its open bills as a signed file. */
async function deliverBills(office: Office, plan: DayPlan, signers: ReadonlyMap<string, Signer>): Promise<void> {
  const { participantNo } = PARTIES.electricity;
  const code = BILLER_CODES.electricity;
  const signer = signers.get(participantNo);
  if (!signer) throw new DayFailed('The power company has no certificate to sign its bills with.');
  await office.put('platform', `/v1/billers/${code}`, { json: { participantNo } });
  const lines = billsOf(plan, 'electricity').map(
    ({ customer, reference, amountFen }) => `${customer},${reference},${amountFen},2099-12-31,测试电费`,
  );
  const content = Buffer.from(['customer,reference,dueFen,dueDate,text', ...lines, ''].join('\r\n'));
  await office.post('electricity', `/v1/billers/${code}/bill-files?name=${code}-20260101-00000001.bills.csv`, {
    bytes: { content, type: 'application/octet-stream' },
    headers: { 'x-signature': signDetached(content, signer).toString('base64') },
  });
}
