export const signInMessages = {
  zh: {
    signIn: {
      face: '登录',
      name: '用户名',
      password: '口令',
      code: '动态码',
      enter: '登录',
      left: '您已退出。',
      again: '会话已结束，请重新登录。您填写的内容已保留。',
    },
  },
  en: {
    signIn: {
      face: 'Sign in',
      name: 'Name',
      password: 'Password',
      code: 'Code',
      enter: 'Sign in',
      left: 'You have signed out.',
      again: 'Your session has ended; sign in again. What you typed is kept.',
    },
  },
};
