/**
 * The data dictionary of residents (requirement R20): every item has one name, one form and ONE producing department, which
 * alone may change what it has once said. Names follow GA 214, GA 324, GA/T 1223 and DB37/T 4221–4224.
 */
export const producers = ['public-security', 'family-planning', 'civil-affairs', 'card-issuer'] as const;
export type Producer = (typeof producers)[number];

/** Who may read an item is decided by its group, see `disclose.ts`. */
export const itemGroups = ['basic', 'contact', 'household', 'floating', 'card', 'family-planning'] as const;
export type ItemGroup = (typeof itemGroups)[number];

export interface ItemDefinition {
  /** The name in the standards and on forms. */
  readonly title: string;
  readonly group: ItemGroup;
  readonly producer: Producer;
  /** `code`: one of `codes`; `date`: YYYY-MM-DD; `number`: whole number; everything is kept as text. */
  readonly type: 'text' | 'code' | 'date' | 'number';
  /** Characters at most. */
  readonly length: number;
  /** The standard whose table or form the values follow. */
  readonly standard?: string;
  /** Regular expression of the whole value. */
  readonly pattern?: string;
  /** Code → meaning. */
  readonly codes?: Readonly<Record<string, string>>;
}

const AREA = '[0-9]{6}([0-9]{3}){0,2}';
const PHONE = '[0-9+ -]{5,20}';
const NATION = '0[1-9]|[1-4][0-9]|5[0-6]|9[78]';

const sexes = { '0': 'unknown', '1': 'male', '2': 'female', '9': 'unstated' };
const marriages = { '10': 'single', '20': 'married', '30': 'widowed', '40': 'divorced', '90': 'unstated' };
const populations = { permanent: 'registered in this city', floating: 'registered elsewhere, staying here' };
const householdTypes = { farm: 'agricultural', 'non-farm': 'non-agricultural', unified: 'no longer told apart' };
const stayReasons = {
  work: 'work or business',
  study: 'study or training',
  family: 'follows or joins family',
  marriage: 'marriage',
  care: 'medical care or old age',
  other: 'other',
};
const houseKinds = {
  rented: 'rented dwelling',
  own: 'own dwelling',
  employer: "employer's dormitory",
  site: 'building site',
  relative: "relative's home",
  hotel: 'hotel or hostel',
  other: 'other',
};

const dictionary = {
  'id-number': item('公民身份号码', 'basic', 'public-security', 'text', 18, { standard: 'GB 11643' }),
  name: item('姓名', 'basic', 'public-security', 'text', 60),
  'former-name': item('曾用名', 'basic', 'public-security', 'text', 60),
  sex: item('性别', 'basic', 'public-security', 'code', 1, { standard: 'GB/T 2261.1', codes: sexes }),
  nation: item('民族', 'basic', 'public-security', 'text', 2, { standard: 'GB/T 3304', pattern: NATION }),
  'birth-date': item('出生日期', 'basic', 'public-security', 'date', 10),
  'birth-place': item('出生地', 'basic', 'public-security', 'text', 100),
  'native-place': item('籍贯', 'basic', 'public-security', 'text', 100),
  population: item('人口类别', 'basic', 'public-security', 'code', 9, { codes: populations }),
  'household-book-no': item('户口簿号', 'basic', 'public-security', 'text', 18),
  'temporary-permit-no': item('暂住证号', 'basic', 'public-security', 'text', 20),
  'residence-permit-no': item('居住证号', 'basic', 'public-security', 'text', 32),
  'passport-no': item('护照号', 'basic', 'public-security', 'text', 17),
  'hk-macao-permit-no': item('港澳居民来往内地通行证号', 'basic', 'public-security', 'text', 11),
  'taiwan-permit-no': item('台湾居民来往大陆通行证号', 'basic', 'public-security', 'text', 13),
  'military-id-no': item('军人证号', 'basic', 'public-security', 'text', 20),
  education: item('文化程度', 'basic', 'card-issuer', 'text', 2, { standard: 'GB/T 4658', pattern: '[1-9][0-9]' }),
  marriage: item('婚姻状况', 'basic', 'civil-affairs', 'code', 2, { standard: 'GB/T 2261.2', codes: marriages }),
  'marriage-date': item('结婚日期', 'basic', 'civil-affairs', 'date', 10),
  'death-date': item('死亡日期', 'basic', 'public-security', 'date', 10),

  phone: item('联系电话', 'contact', 'card-issuer', 'text', 20, { pattern: PHONE }),
  address: item('联系地址', 'contact', 'card-issuer', 'text', 200),
  occupation: item('职业', 'contact', 'card-issuer', 'text', 60),
  employer: item('工作单位', 'contact', 'card-issuer', 'text', 100),

  'household-no': item('户号', 'household', 'public-security', 'text', 18, { pattern: '[0-9A-Za-z]{1,18}' }),
  'household-relation': item('与户主关系', 'household', 'public-security', 'text', 2, {
    standard: 'GB/T 4761',
    pattern: '[0-9]{2}',
  }),
  'household-type': item('户口性质', 'household', 'public-security', 'code', 8, { codes: householdTypes }),
  'household-area': item('户籍地行政区划', 'household', 'public-security', 'text', 12, {
    standard: 'GB/T 2260, GB/T 10114',
    pattern: AREA,
  }),
  'household-address': item('户籍地址', 'household', 'public-security', 'text', 200),
  'registration-office': item('户籍登记机关', 'household', 'public-security', 'text', 100),
  'move-in-date': item('迁入日期', 'household', 'public-security', 'date', 10),
  'move-in-reason': item('迁入原因', 'household', 'public-security', 'text', 60),
  'move-out-date': item('迁出日期', 'household', 'public-security', 'date', 10),
  'move-out-reason': item('迁出原因', 'household', 'public-security', 'text', 60),

  'stay-area': item('现住地行政区划', 'floating', 'public-security', 'text', 12, {
    standard: 'GB/T 2260, GB/T 10114',
    pattern: AREA,
  }),
  'stay-address': item('现住地址', 'floating', 'public-security', 'text', 200),
  'arrival-date': item('来本地日期', 'floating', 'public-security', 'date', 10),
  'stay-reason': item('居住事由', 'floating', 'public-security', 'code', 8, { codes: stayReasons }),
  'planned-leave': item('拟离开日期', 'floating', 'public-security', 'date', 10),
  'house-kind': item('住所类别', 'floating', 'public-security', 'code', 8, { codes: houseKinds }),
  'landlord-name': item('房主姓名', 'floating', 'public-security', 'text', 60),
  'landlord-phone': item('房主电话', 'floating', 'public-security', 'text', 20, { pattern: PHONE }),
  'co-residents': item('同住人', 'floating', 'public-security', 'text', 500),
  'permit-valid-from': item('居住证有效期起', 'floating', 'public-security', 'date', 10),
  'permit-valid-to': item('居住证有效期止', 'floating', 'public-security', 'date', 10),

  'photo-version': item('照片版本', 'card', 'card-issuer', 'number', 9),

  children: item('子女', 'family-planning', 'family-planning', 'text', 1000),
  'child-count': item('子女数', 'family-planning', 'family-planning', 'number', 2),
  'marriage-bearing-certificate-no': item('流动人口婚育证明编号', 'family-planning', 'family-planning', 'text', 32),
  'marriage-bearing-certificate-valid-to': item('婚育证明有效期止', 'family-planning', 'family-planning', 'date', 10),
  contraception: item('避孕情况', 'family-planning', 'family-planning', 'text', 100),
  'check-records': item('查验记录', 'family-planning', 'family-planning', 'text', 1000),
} as const satisfies Record<string, ItemDefinition>;

export type ItemName = keyof typeof dictionary;

/** Every item by its name. */
export const items: Readonly<Record<ItemName, ItemDefinition>> = dictionary;
export const itemNames = Object.keys(dictionary) as ItemName[];

export function isItemName(text: string): text is ItemName {
  return Object.hasOwn(dictionary, text);
}

function item(
  title: string,
  group: ItemGroup,
  producer: Producer,
  type: ItemDefinition['type'],
  length: number,
  more: Pick<ItemDefinition, 'standard' | 'pattern' | 'codes'> = {},
): ItemDefinition {
  return { title, group, producer, type, length, ...more };
}
