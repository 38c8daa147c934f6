import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { alarmErrors } from './errors.ts';

export type ChannelKind = 'webhook' | 'sms' | 'email';

/** A way out. Secrets of gateways and mail servers stand in the configuration, by the name of the channel. */
export interface Channel {
  readonly channel: string;
  readonly kind: ChannelKind;
  readonly endpoint: string;
  readonly sender?: string;
}

/** Seals what reaches a person; the card issuer's protection does it. */
export interface AddressSeal {
  seal(context: string, clear: Buffer): Promise<Buffer>;
  open(context: string, sealed: Buffer): Promise<Buffer>;
}

const SCHEMES: Readonly<Record<ChannelKind, readonly string[]>> = {
  webhook: ['https:', 'http:'],
  sms: ['https:', 'http:'],
  email: ['smtps:', 'smtp:'],
};
const MAILBOX = /^[^\s@<>,;:"]{1,64}@[0-9A-Za-z.-]{1,190}$/;
/** A webhook has no address of its own: its endpoint is where it goes, the address says for which desk. */
const ADDRESS: Readonly<Record<ChannelKind, RegExp>> = {
  webhook: /^[0-9A-Za-z._-]{1,60}$/,
  sms: /^\+?[0-9]{5,15}$/,
  email: MAILBOX,
};

/**
 * Sets a channel up, or changes where it goes.
 *
 * @throws CityCardError `alarms.endpoint-wrong`, `.sender-missing`
 */
export async function setChannel(tx: Transaction, by: Principal, channel: Channel): Promise<void> {
  const { kind, endpoint, sender } = channel;
  const wrong = alarmErrors.endpointWrong({ kind, schemes: SCHEMES[kind].map((scheme) => `${scheme}//`).join(' or ') });
  if (!URL.canParse(endpoint)) throw wrong;
  const url = new URL(endpoint);
  if (!SCHEMES[kind].includes(url.protocol) || url.username !== '' || url.password !== '') throw wrong;
  if ((kind === 'email') !== (sender !== undefined) || (sender !== undefined && !MAILBOX.test(sender)))
    throw alarmErrors.senderMissing();
  await tx.query(
    `insert into clearing.notice_channel (channel, kind, endpoint, sender, set_by) values ($1, $2, $3, $4, $5)
     on conflict (channel) do update set kind = excluded.kind, endpoint = excluded.endpoint, sender = excluded.sender, set_by = excluded.set_by,
       set_at = clock_timestamp()`,
    [channel.channel, kind, endpoint, sender ?? null, by.id],
  );
  await recordAct(tx, by, { act: 'notice-channel.set', subject: channel.channel, detail: { kind, endpoint } });
}

/** All channels. */
export async function listChannels(db: Database | Transaction): Promise<Channel[]> {
  const { rows } = await (db as Database).query<Omit<Channel, 'sender'> & { sender: string | null }>(
    'select channel, kind, endpoint, sender from clearing.notice_channel order by channel',
  );
  return rows.map(({ sender, ...rest }) => ({ ...rest, ...(sender !== null && { sender }) }));
}

/** What an address is sealed for: moved to another person or channel it opens no more. */
export const addressContext = (principalId: string, channel: string): string =>
  `duty contact ${principalId} ${channel}`;

/**
 * Says how a person is reached. The address is sealed before it is stored and in no log.
 *
 * @throws CityCardError `alarms.channel-unknown`, `.person-unknown`, `.address-wrong`
 */
export async function setContact(
  tx: Transaction,
  by: Principal,
  contact: { readonly principalId: string; readonly channel: string; readonly address: string },
  seal: AddressSeal,
): Promise<void> {
  const { principalId, channel, address } = contact;
  const known = (await listChannels(tx)).find((each) => each.channel === channel);
  if (known === undefined) throw alarmErrors.channelUnknown({ channel });
  if (!ADDRESS[known.kind].test(address)) throw alarmErrors.addressWrong({ kind: known.kind });
  const person = await tx.query('select from platform.principal where id = $1', [principalId]);
  if (person.rowCount === 0) throw alarmErrors.personUnknown({ principalId });
  await tx.query(
    `insert into clearing.duty_contact (principal_id, channel, address_sealed, set_by) values ($1, $2, $3, $4)
     on conflict (principal_id, channel) do update set address_sealed = excluded.address_sealed, set_by = excluded.set_by, set_at = clock_timestamp()`,
    [principalId, channel, await seal.seal(addressContext(principalId, channel), Buffer.from(address)), by.id],
  );
  await recordAct(tx, by, { act: 'duty-contact.set', subject: principalId, detail: { channel } });
}
