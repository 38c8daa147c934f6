/** Words of the page of long jobs. */
export const workZh = {
  title: '长时任务',
  about:
    '报表、勾对、账本与审计日志验证、各营业日的消费验证、居民导入、制卡批次及其进度。可以离开本页，回来时仍能找到。',
  none: '没有这样的任务。报表和勾对由财务下达，导入由登记员下达；也可清除筛选。',
  orderedAt: '下达',
  by: '下达人',
  progress: '进度',
  finishedAt: '完成',
  failure: '失败原因',
  stop: '能否中止',
  cancel: '撤销',
  stopping: {
    validation: '不能中止，也不必：它与收单并行，判过的记录不会重来。',
    'ledger-proof': '可以撤销：它只读账本，不改任何数据；需要时可重新下达。',
    'act-log-proof': '只读，每批 5000 行，打断后从断点继续；不必中止。',
    reports: '不能中止：文件做好之前不会发出，失败可重新下达。',
    match: '不能中止：勾对只记录差异，不动账；到期自行结束。',
    'resident-import': '由登记员处理：逐行导入，已导入的保留，断了从断点继续。',
    'card-batch': '由制卡部门暂停或取消；已做好的卡不受影响。',
  },
};
