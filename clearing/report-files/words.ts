/** What the codes in columns of the kind `word` are called where people read them; in CSV and JSON the codes stand as they are. */
const WORDS: Readonly<Record<string, string>> = {
  // States of cards
  inactive: '未启用',
  active: '在用',
  'lost-reported': '挂失',
  blocked: '止用',
  expired: '过期',
  replaced: '已换卡',
  returned: '已退卡',
  // What became of records
  purchases: '消费',
  accepted: '成功',
  duplicate: '重复',
  suspicious: '可疑',
  rejected: '拒绝',
  routed: '转他城',
  received: '待处理',
  'paid from earlier days': '前日转入',
  // Sheets and payments
  pay: '付款',
  carry: '结转',
  made: '已制单',
  approved: '已复核',
  carried: '已结转',
  instructed: '已发付款',
  paid: '已付',
  pending: '待入账',
  posted: '已入账',
  short: '部分付款',
  // The float
  owed: '应付',
  receivable: '应收',
  reserve: '备付金',
  difference: '差额',
  'cash on its way': '在途现金',
  'card deposits (no float)': '押金(非沉淀资金)',
  'own funds (no float)': '自有资金(非沉淀资金)',
  'bank account, ledger': '银行账户,账面',
  purse: '电子钱包',
  online: '联机账户',
  'pending-credit': '待补登',
  'migrated-balance': '迁入余额',
  'agent-prefund': '代理预存',
  'operator-pending': '商户待清算',
  'operator-payable': '应付商户',
  'biller-payable': '应付缴费单位',
  'city-payable': '应付他城',
  'city-receivable': '应收他城',
  suspense: '待处理款',
  'unclaimed-refund': '未领退款',
  'pass-unearned': '月票未摊销',
  'subsidy-payable': '应付补贴',
  rounding: '尾差',
  'fee-income-not-withdrawn': '未提手续费',
  'concession-receivable': '应收优惠补贴',
  'write-off': '核销',
  'bank-custody': '存管户',
  'bank-receiving': '收款户',
  'bank-paying': '付款户',
  'settlement-in-transit': '在途结算款',
};

/** A code with its Chinese name before it; one that has none, or with something behind a colon (`carry: no account`), keeps its text. */
export function spoken(code: string): string {
  const [head = '', ...rest] = code.split(': ');
  const word = WORDS[head];
  return word === undefined ? code : [`${word} ${head}`, ...rest].join(': ');
}
