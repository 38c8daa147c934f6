/** Words on what custodians do at the console of the HSM. */
export const ceremonyZh = {
  title: '密钥仪式',
  about: '密钥由三位保管人在加密机控制台前建立，不经浏览器。下面是现状、该做哪一件、以及在控制台输入的命令。',
  whatFor: '密钥',
  state: '现状',
  command: '控制台命令',
  none: '读不到密钥清单，无法判断哪些仪式该做。请先恢复加密机。',
  present: '已有，KCV {kcv}',
  due: '还没有：该做仪式',
  optional: '尚未启用',
  authorised: '加密机现处于授权状态。仪式之外应当关闭：citycard hsm cancel',
  lmk: 'LMK 校验值 {kcv}：与信封上的核对后再开始。',
  made: '仪式记录保存为文件，由在场人签字；组件从不显示、从不写入记录。',
};
