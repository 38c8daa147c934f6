/** Refusals of the portal's own back ends, in Chinese. */
export const portal: Readonly<Record<string, string>> = {
  'portal.no-answer': '服务没有应答。',
  'portal.service-slow': '服务应答过慢。操作可能已完成，也可能没有；请先查看再重试。',
  'portal.service-away': '连接不到服务。页面内容没有丢失，请稍后重试。',
  'portal.other-origin': '请求不是从本平台页面发出的。',
  'portal.no-such-path': '没有 {path} 这个地址。',
  'portal.too-many': '来自此处的请求过多，请等待 {retryAfterSeconds} 秒。',
  'portal.pages-missing': '页面尚未生成；请生成后重新启动门户。',
  'portal.key-unreadable': '门户密钥 {file} 不能使用：{reason}。删除后会重新生成，所有人须重新登录。',
  'portal.bad-service-url': '服务地址应为 http://host:port，而不是“{url}”。',
  'portal.resident-desk.too-many': '来自此处的请求过多，请等待 {retryAfterSeconds} 秒。',
  'portal.resident-desk.foreign-page': '请求不是从居民查询页面发出的。',
  'portal.resident-desk.gateway-unknown': '消息网关没有出示其令牌。',
  'portal.resident-desk.service-away': '连接不到服务。没有任何改动；请稍后重试，或到柜台询问。',
  'portal.resident-desk.bad-service-url': '服务地址应为 http://host:port，而不是“{url}”。',
  'portal.resident-desk.credential-missing': '文件 {file} 中没有居民查询的凭据：{reason}。',
};
