/** Who takes part in the demo city. All numbers are made up for it. */
export const HOME_CITY = '4580';
export const NEIGHBOUR_CITY = '4520';

export interface Party {
  readonly participantNo: string;
  readonly name: string;
  readonly kind: 'operator' | 'agent' | 'biller' | 'city' | 'bank';
  readonly industry?: number;
  readonly cityCode?: string;
  /** Roles of the credential it gets. */
  readonly roles: readonly string[];
  /** Kind of the certificate it asks for, with its common name. */
  readonly certificate?: { readonly kind: 'operator' | 'city'; readonly cn: string } | undefined;
}

const operator = (participantNo: string, name: string, industry: number): Party => ({
  participantNo,
  name,
  kind: 'operator',
  industry,
  roles: ['operator-partner'],
  certificate: { kind: 'operator', cn: participantNo },
});

const agent = (participantNo: string, name: string): Party => ({
  participantNo,
  name,
  kind: 'agent',
  roles: ['agent-partner'],
});

const biller = (participantNo: string, name: string, industry: number): Party => ({
  participantNo,
  name,
  kind: 'biller',
  industry,
  roles: ['biller-partner'],
});

export const PARTIES = {
  busOne: operator('904458041110001', 'Test Bus Company One 测试公交一公司', 1),
  busTwo: operator('904458041110002', 'Test Bus Company Two 测试公交二公司', 1),
  taxi: operator('904458041210001', 'Test Taxi Company 测试出租公司', 2),
  water: biller('904458049000001', 'Test Water Works 测试自来水公司', 3),
  gas: biller('904458049000002', 'Test Gas Company 测试燃气公司', 4),
  cableTv: biller('904458049000003', 'Test Cable TV 测试有线电视', 7),
  telecom: biller('904458049000004', 'Test Telecom 测试电信', 8),
  /** Exchanges files, so it signs them. */
  electricity: {
    ...biller('904458049000005', 'Test Power Company 测试供电公司', 9),
    certificate: { kind: 'operator', cn: '904458049000005' },
  },
  trafficPolice: biller('904458049000006', 'Test Traffic Police 测试交警', 12),
  tourism: { ...operator('904458045110001', 'Test Scenic Sites 测试景区', 5), certificate: undefined },
  tollRoad: { ...operator('904458046110001', 'Test Toll Road 测试高速公路', 6), certificate: undefined },
  hospital: { ...operator('904458048110001', 'Test Hospital 测试医院', 10), certificate: undefined },
  socialSecurity: {
    ...operator('904458048110002', 'Test Social Security Office 测试社保中心', 11),
    certificate: undefined,
  },
  /** Takes bills of several companies. */
  kiosk: agent('904458060510003', 'Test Kiosk 测试自助终端'),
  agentOne: agent('904458060510001', 'Test Load Agent One 测试充值点一'),
  agentTwo: agent('904458060510002', 'Test Load Agent Two 测试充值点二'),
  /** Visitors' terminals load from this one's prefund and upload purchases under its number. */
  sandbox: { ...agent('904458041119999', 'Sandbox Merchant 沙箱商户'), industry: 1 },
  neighbour: {
    participantNo: 'city-4520',
    name: 'Test Neighbour City 4520 测试邻市',
    kind: 'city',
    cityCode: NEIGHBOUR_CITY,
    roles: ['city-partner'],
    certificate: { kind: 'city', cn: NEIGHBOUR_CITY },
  },
  bank: {
    participantNo: 'bank-custodian',
    name: 'Test Custodian Bank 测试存管银行',
    kind: 'bank',
    roles: ['bank-partner'],
  },
} as const satisfies Record<string, Party>;

export type PartyName = keyof typeof PARTIES;

/** Bank accounts of the company that runs the city card. */
export const BANK_ACCOUNTS = {
  custody: '6217000000000000001',
  cardDeposits: '6217000000000000002',
  ownFunds: '6217000000000000003',
} as const;

/** The four characters by which terminals name a biller. */
export const BILLER_CODES = {
  water: 'WATR',
  gas: 'GASS',
  cableTv: 'CATV',
  telecom: 'TELE',
  electricity: 'ELEC',
  trafficPolice: 'FINE',
} as const;
export type BillerName = keyof typeof BILLER_CODES;

/** Where each company's bills are paid: at its own counter, or at the kiosk. */
export const BILLS_AT = {
  water: 'water',
  gas: 'gas',
  cableTv: 'kiosk',
  telecom: 'kiosk',
  electricity: 'kiosk',
  trafficPolice: 'kiosk',
} as const satisfies Record<BillerName, 'water' | 'gas' | 'kiosk'>;

/** 10.00 yuan, taken in cash for every card. */
export const CARD_DEPOSIT_FEN = 1000;
/** Purse cap of the default card product. */
export const PURSE_CAP_FEN = 100_000;
