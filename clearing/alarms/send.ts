import { createTransport } from 'nodemailer';
import type { Channel } from './channels.ts';

/** A message about to go out. */
export interface OutgoingNotice {
  /** The same for every try, so that whoever gets it twice can tell. */
  readonly reference: string;
  readonly address: string;
  readonly words: string;
  readonly caseNo: bigint;
}

/** What gateways and mail servers ask for, by channel: a bearer token, or `user:password` of a mail server. */
export type ChannelSecrets = ReadonlyMap<string, string>;

/** Long enough for a slow gateway, short enough that one that hangs holds nobody up for long. */
const TIMEOUT_MS = 10_000;
/** Of what a gateway answers, enough to recognise it by. */
const ANSWER_LENGTH = 100;

/**
 * Sends one message and resolves to the channel's own reference for it, which may be empty.
 *
 * @throws Error saying why the channel did not take it
 */
export async function sendNotice(
  channel: Channel,
  notice: OutgoingNotice,
  secrets: ChannelSecrets,
  timeoutMs = TIMEOUT_MS,
): Promise<string> {
  const send = channel.kind === 'email' ? mail : post;
  const answer = await send(channel, notice, secrets.get(channel.channel), timeoutMs);
  // Answers are kept; the address that some of them repeat is not.
  return answer.replaceAll(notice.address, '…').slice(0, ANSWER_LENGTH);
}

async function post(
  channel: Channel,
  notice: OutgoingNotice,
  token: string | undefined,
  timeoutMs: number,
): Promise<string> {
  const { reference, address, words, caseNo } = notice;
  const body =
    channel.kind === 'sms'
      ? { reference, to: address, text: words }
      : { reference, desk: address, caseNo: caseNo.toString(), text: words };
  const response = await fetch(channel.endpoint, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      'content-type': 'application/json',
      'idempotency-key': reference,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`);
  return answer;
}

async function mail(
  channel: Channel,
  notice: OutgoingNotice,
  login: string | undefined,
  timeoutMs: number,
): Promise<string> {
  const url = new URL(channel.endpoint);
  const secure = url.protocol === 'smtps:';
  const [user = '', pass = ''] = login === undefined ? [] : splitOnce(login);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 25) : Number(url.port),
    secure,
    // A password never travels in clear.
    requireTLS: !secure && login !== undefined,
    ...(login !== undefined && { auth: { user, pass } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await transport.sendMail({
      from: channel.sender,
      to: notice.address,
      subject: `City card: alarm case ${notice.caseNo}`,
      text: notice.words,
      messageId: `<${notice.reference}@citycard>`,
    });
    return sent.response;
  } finally {
    transport.close();
  }
}

function splitOnce(login: string): [string, string] {
  const at = login.indexOf(':');
  return at < 0 ? [login, ''] : [login.slice(0, at), login.slice(at + 1)];
}
