/** Refusals of messages of the bank, in Chinese. */
export const bank: Readonly<Record<string, string>> = {
  'bank.xml-unreadable': '报文不是可读的 XML：{reason}。',
  'bank.xml-too-large': '报文有 {bytes} 字节，一次最多 {limit} 字节。',
  'bank.xml-doctype': '报文声明了文档类型或实体，不予读取。',
  'bank.other-message': '报文为“{found}”，这里应为 {expected}。',
  'bank.element-missing': '缺少 {path}。',
  'bank.element-repeated': '{path} 应出现一次，实有 {count} 次。',
  'bank.value-bad': '{path} 为“{value}”，不是 {expected}。',
  'bank.currency-bad': '{path} 的币种为 {currency}；市民卡账户均为人民币。',
  'bank.account-unknown': '账户 {account} 不是市民卡的银行账户。',
  'bank.page-missing': '{path} 是第 {page} 页{last}；请在一个报文中以一页发送完整通知。',
  'bank.page-of-several': '{path} 是多页中的第 {page} 页，且含多份对账单；请逐页发送。',
  'bank.page-differs':
    '账户 {account} 对账单 {statement} 的第 {page} 页已来过（报文 {messageId}），内容不同。请作废该对账单各页，或发送对应的页。',
  'bank.pages-unknown': '没有账户 {account} 对账单 {statement} 的待齐页。',
  'bank.totals-differ': '{path} 为 {said}，对账单各笔合计为 {found}。缺少一笔或一页。',
  'bank.parts-differ': '{path} 内各笔付款合计 {parts:yuan}，而该笔为 {entry:yuan}。',
  'bank.reference-twice': '银行流水号 {reference} 在报文中出现不止一次。',
  'bank.statement-does-not-add':
    '{account} 在 {date} 的对账单不平：期初 {opening:yuan} + 发生额 {entries:yuan} ≠ 期末 {closing:yuan}。缺少一笔或一页。',
  'bank.statement-gap':
    '{account} 在 {date} 的对账单期初为 {opening:yuan}，而 {previousDate} 期末为 {previousClosing:yuan}。请先发送中间的对账单。',
  'bank.statement-missing':
    '{account} 在 {date} 的对账单编号为 {number}，而 {previousDate} 为 {previous}。请先发送中间的对账单。',
  'bank.statement-overlaps':
    '{account} 在 {date} 的对账单期末为 {closing:yuan}，而此前收到的 {nextDate} 期初为 {nextOpening:yuan}。',
  'bank.statement-differs': '{account} 在 {date} 的对账单已收到（报文 {messageId}），内容不同。',
  'bank.message-differs': '报文 {messageId} 已收到过，内容不同。',
  'bank.entry-differs': '账户 {account} 的流水 {reference} 此前报过，金额或方向不同（{kind} {messageId}）。',
  'bank.entry-in-two-statements': '账户 {account} 的流水 {reference} 已在 {date} 的对账单中。',
  'bank.payment-not-in-message': '状态报告提到付款 {endToEndId}，报文 {messageId} 中没有。',
  'bank.payment-twice': '状态报告不止一次提到付款 {endToEndId}。',
  'bank.status-contradicts': '状态报告整体拒绝 {whole}，却称付款 {endToEndId} 为 {status}。',
  'bank.original-differs': '{path} 为 {said}，而我方发出的报文 {messageId} 为 {sent}。',
  'bank.item-unknown': '账户 {account} 没有待认领的流水 {reference} 第 {part} 部分。',
  'bank.item-matched': '流水 {reference} 第 {part} 部分已有对应，不再待认领。',
  'bank.counter-refused':
    '银行款项不能手工记在 {account}：请选参与单位、银行或公司的已有账户；向银行查询期间可记暂挂或在途付款。',
  'bank.refusal-unknown': '没有被拒报文 {refusalNo}。',
  'bank.refusal-taken': '被拒报文 {refusalNo} 后来已接收，无须重试。',
  'bank.payments-unknown': '状态报告提到报文 {messageId}，我方从未发出。',
  'bank.rule-unfit': '规则 {name} 不成立：{reason}。',
  'bank.entry-unknown': '账户 {account} 没有流水 {reference}。',
  'bank.entry-in-statement': '账户 {account} 的流水 {reference} 已在 {date} 的对账单中，不能撤回。',
  'bank.entry-not-reversible': '流水 {reference} 第 {part} 部分已对应（{rule}）；其所结清的须另行更正，不能撤回流水。',
};
