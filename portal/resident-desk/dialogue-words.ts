export type Language = 'zh' | 'en';

/** Fen as yuan, by cutting digits: no arithmetic near money. */
export function money(fen: number): string {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** How a card stands, as said in a message. */
export const standings: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  zh: {
    active: '正常',
    issued: '待领取',
    'lost-reported': '已挂失',
    'lost-confirmed': '已正式挂失',
    blocked: '已停用',
    expired: '已到期',
    replaced: '已换卡',
    returned: '已退卡',
  },
  en: {
    active: 'in order',
    issued: 'not yet received',
    'lost-reported': 'reported lost',
    'lost-confirmed': 'lost',
    blocked: 'closed',
    expired: 'expired',
    replaced: 'replaced',
    returned: 'returned',
  },
};

/** Every sentence of the dialogue; characters of GB 2312 alone, so that the oldest handset shows them. */
export const said = {
  zh: {
    unknown: '没有看懂。回复“帮助”查看可用命令；HELP for English。',
    help: [
      '余额 卡号 后四位：查余额。',
      '挂失 卡号 后四位：立即停用。',
      '充值点：查网点。',
      '后四位是证件号或预留手机号的末四位。请勿把证件号全部发给任何人。',
    ],
    howTo: {
      balance: '请发送：余额 19位卡号 证件号或手机号后四位。',
      loss: '请发送：挂失 19位卡号 证件号或手机号后四位。',
    },
    tooMany: '尝试次数过多，请稍后再试，或到服务点、拨打热线办理。',
    away: '系统暂时连接不上，请稍后再发一次。急需挂失请拨打热线或到服务点办理。',
    notKnown: '卡号与后四位不符，请对照卡面后重试，或到服务点办理。',
    balance: (card: string, yuan: string, state: string): string => `尾号${card}余额${yuan}元，${state}。`,
    waiting: (yuan: string): string => `另有${yuan}元待领，可在任一充值点写入卡内。`,
    loads: (yuan: string): string => `充值${yuan}元待确认。`,
    purchases: (yuan: string): string => `消费${yuan}元在途。`,
    closed: (card: string, lapsesOn: string | undefined): string[] => [
      `尾号${card}的卡已挂失，立即停用。`,
      ...(lapsesOn === undefined ? [] : [`请在${lapsesOn}前持证件到服务点正式挂失，逾期自动恢复。`]),
    ],
    notClosed: (card: string): string => `尾号${card}的卡现在不能挂失，请到服务点办理。`,
    noPoints: '暂无网点信息，请拨打热线。',
    point: (name: string, address: string, hours: string): string => `${name}，${address}，${hours}`,
  },
  en: {
    unknown: 'Not understood. Answer HELP for the commands.',
    help: [
      'BALANCE card last-four: what is on it.',
      'LOSS card last-four: close it now.',
      'POINTS: where to load.',
      'Last four of your ID or phone.',
    ],
    howTo: {
      balance: 'Send: BALANCE, 19-digit card number, last four of ID or phone.',
      loss: 'Send: LOSS, 19-digit card number, last four of ID or phone.',
    },
    tooMany: 'Too many attempts. Try later, or ask at a counter.',
    away: 'The system cannot be reached now. Send it again soon; for a loss call the hotline.',
    notKnown: 'Number and last four do not fit. Check the card, or ask a counter.',
    balance: (card: string, yuan: string, state: string): string => `Card ${card}: ${yuan} yuan, ${state}.`,
    waiting: (yuan: string): string => `${yuan} yuan wait for you at any load point.`,
    loads: (yuan: string): string => `Load of ${yuan} to be confirmed.`,
    purchases: (yuan: string): string => `Purchases of ${yuan} on their way.`,
    closed: (card: string, lapsesOn: string | undefined): string[] => [
      `Card ${card} is closed.`,
      ...(lapsesOn === undefined ? [] : [`Confirm it at a counter by ${lapsesOn}, else it opens again.`]),
    ],
    notClosed: (card: string): string => `Card ${card} cannot be reported now. Ask at a counter.`,
    noPoints: 'No points are known. Please ring the hotline.',
    point: (name: string, address: string, hours: string): string => `${name}, ${address}, ${hours}`,
  },
} as const;
