import type { IndustryDocument } from './document.ts';

const general = {
  participants: { kinds: ['operator' as const, 'agent' as const] },
  data: [],
  receipt: { title: '测试收据', lines: ['{amount}'] },
};

export const TOLL: IndustryDocument = {
  ...general,
  pattern: 'distance',
  nameChinese: '测试高速',
  nameEnglish: 'Toll road (test)',
  fee: { kind: 'by-amount', rate: '4000' },
  data: [
    { name: 'act', bytes: 1, form: 'number', meaning: '1 entry, 2 exit' },
    { name: 'entryStation', bytes: 2, form: 'bcd', meaning: 'station entered' },
    { name: 'exitStation', bytes: 2, form: 'bcd', meaning: 'station left' },
    { name: 'vehicleClass', bytes: 1, form: 'number', meaning: 'class of the vehicle' },
  ],
  stations: [
    { station: '0101', nameChinese: '测试东', metres: 0 },
    { station: '0102', nameChinese: '测试中', metres: 12_500 },
    { station: '0103', nameChinese: '测试西', metres: 40_040 },
  ],
  vehicleClasses: [
    { vehicleClass: 1, fenPerKilometre: '40', minFen: 500 },
    { vehicleClass: 2, fenPerKilometre: '62.5', minFen: 1000 },
  ],
  roundedToFen: 50,
  longestTripHours: 24,
};

export const YEAR_CARD: IndustryDocument = {
  ...general,
  pattern: 'entitlement',
  nameChinese: '测试年卡',
  nameEnglish: 'Year card (test)',
};

export const MEDICAL: IndustryDocument = {
  ...general,
  pattern: 'fund',
  nameChinese: '测试医疗',
  nameEnglish: 'Medical (test)',
  fund: { nameChinese: '测试医保基金', nameEnglish: 'Medical fund (test)' },
  data: [
    { name: 'totalFen', bytes: 4, form: 'number', meaning: 'what the treatment cost' },
    { name: 'fundFen', bytes: 4, form: 'number', meaning: 'what the fund pays of it' },
  ],
};

export const BUS_RIDES: IndustryDocument = {
  ...general,
  pattern: 'offline-purchase',
  nameChinese: '测试公交',
  nameEnglish: 'Bus (test)',
};
