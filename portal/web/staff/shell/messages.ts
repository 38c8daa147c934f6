export const shellMessages = {
  zh: {
    shell: {
      title: '居民卡业务平台',
      skip: '跳到正文',
      menu: '菜单',
      faces: '工作台',
      other: 'English',
      signOut: '退出',
      account: '我的账户',
      nowhere: '没有这个页面。请从菜单重新选择。',
      nothingForYou: '您的岗位在这里没有页面。如有疑问请联系平台运维。',
    },
  },
  en: {
    shell: {
      title: 'City card',
      skip: 'Skip to content',
      menu: 'Menu',
      faces: 'Workplaces',
      other: '中文',
      signOut: 'Sign out',
      account: 'My account',
      nowhere: 'There is no such page. Choose one from the menu.',
      nothingForYou: 'There are no pages for your roles here. Ask a platform officer if you think there should be.',
    },
  },
};
