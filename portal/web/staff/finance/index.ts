import type { RouteRecordRaw } from 'vue-router';
import type { Face, Messages } from '../face.ts';
import { auditMessages } from './messages/audit.ts';
import { booksMessages } from './messages/books.ts';
import { bankMessages } from './messages/bank.ts';
import { claimsMessages } from './messages/claims.ts';
import { codesMessages } from './messages/codes.ts';
import { daysMessages } from './messages/days.ts';
import { kindsMessages } from './messages/kinds.ts';
import { participantsMessages } from './messages/participants.ts';
import { settlementMessages } from './messages/settlement.ts';
import { termsChinese } from './messages/terms-zh.ts';
import { termsEnglish } from './messages/terms-en.ts';
import { workMessages } from './messages/work.ts';

const parts = [
  daysMessages,
  settlementMessages,
  participantsMessages,
  bankMessages,
  claimsMessages,
  workMessages,
  booksMessages,
  auditMessages,
  codesMessages,
  kindsMessages,
  { zh: termsChinese, en: termsEnglish },
];
const words = (language: 'zh' | 'en'): Messages => ({
  finance: Object.assign({}, ...parts.map((part) => part[language])) as Messages,
});

const routes: readonly RouteRecordRaw[] = [
  { path: '/finance', component: () => import('./today/TodayPage.vue') },
  { path: '/finance/days', component: () => import('./days/DayList.vue') },
  { path: '/finance/days/:date', component: () => import('./days/DayPage.vue') },
  { path: '/finance/days/:date/records', component: () => import('./purchases/RecordList.vue') },
  {
    path: '/finance/records/:cardNo/:businessDate/:intakeId/:index',
    component: () => import('./purchases/RecordPage.vue'),
  },
  { path: '/finance/participants', component: () => import('./participants/ParticipantList.vue') },
  { path: '/finance/participants/:participantNo', component: () => import('./participants/ParticipantPage.vue') },
  { path: '/finance/sheets', component: () => import('./settlement/SheetSearch.vue') },
  { path: '/finance/sheets/:sheetNo', component: () => import('./settlement/SheetPage.vue') },
  { path: '/finance/settlement', component: () => import('./settlement/SettlementPage.vue') },
  { path: '/finance/payments/:endToEndId', component: () => import('./settlement/PaymentPage.vue') },
  { path: '/finance/bank/:account/:reference/:part', component: () => import('./bank/BankItem.vue') },
  { path: '/finance/bank/:account/:reference', component: () => import('./bank/BankEntry.vue') },
  { path: '/finance/objections', component: () => import('./objections/ObjectionList.vue') },
  { path: '/finance/objections/:appealNo', component: () => import('./objections/ObjectionPage.vue') },
  { path: '/finance/subsidies', component: () => import('./claims/ClaimList.vue') },
  { path: '/finance/subsidies/:claimNo', component: () => import('./claims/ClaimPage.vue') },
  { path: '/finance/cards/:cardNo/rides', component: () => import('./claims/CardRides.vue') },
  { path: '/finance/passes', component: () => import('./claims/PassShares.vue') },
  { path: '/finance/purchases', component: () => import('./purchases/PurchasesPage.vue') },
  { path: '/finance/differences', component: () => import('./differences/DifferenceList.vue') },
  { path: '/finance/differences/:differenceNo', component: () => import('./differences/DifferencePage.vue') },
  { path: '/finance/cases', component: () => import('./cases/CaseList.vue') },
  { path: '/finance/cases/:caseNo', component: () => import('./cases/CasePage.vue') },
  { path: '/finance/alarms', component: () => import('./alarms/AlarmList.vue') },
  { path: '/finance/alarms/:caseNo', component: () => import('./alarms/AlarmPage.vue') },
  { path: '/finance/supervision', component: () => import('./supervision/SupervisionPage.vue') },
  { path: '/finance/terms', component: () => import('./terms/TermsPage.vue') },
  { path: '/finance/calendar', component: () => import('./calendar/CalendarPage.vue') },
  { path: '/finance/reports', component: () => import('./reports/ReportList.vue') },
  { path: '/finance/reports/:period', component: () => import('./reports/ReportPage.vue') },
  { path: '/finance/ledger', component: () => import('./ledger/LedgerPage.vue') },
  { path: '/finance/ledger/statement', component: () => import('./ledger/StatementPage.vue') },
  { path: '/finance/audit', component: () => import('./audit/AuditPage.vue') },
  { path: '/finance/audit/samples/:number', component: () => import('./audit/SamplePage.vue') },
];

const MENU = [
  'days',
  'participants',
  'sheets',
  'settlement',
  'purchases',
  'objections',
  'differences',
  'cases',
  'alarms',
  'supervision',
  'subsidies',
  'passes',
  'terms',
  'calendar',
  'reports',
  'ledger',
  'audit',
] as const;

/** Finance and supervision: the same pages for both; what somebody may do follows from the roles (docs/portal.md). */
export const financeFace: Face = {
  name: 'finance',
  roles: ['finance-maker', 'finance-checker', 'supervisor', 'auditor'],
  routes,
  menu: [
    { to: '/finance', title: 'finance.menu.today' },
    ...MENU.map((name) => ({ to: `/finance/${name}`, title: `finance.menu.${name}` })),
  ],
  messages: { zh: words('zh'), en: words('en') },
};
