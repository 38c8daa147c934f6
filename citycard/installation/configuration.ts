import { resolve } from 'node:path';
import { HOME_CITY } from '@citycard/clearing';
import { type CallerAccess, readCallerAccess } from '@citycard/hsm-sim';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { citycardErrors } from '../errors.ts';
import type { GatewayCertificateFiles } from './gateway-certificate.ts';

const port = (standard: number) => Type.Integer({ minimum: 0, maximum: 65_535, default: standard });

const TIME_OF_DAY = '^([01][0-9]|2[0-3]):[0-5][0-9]$';

/** Everything an installation reads from its environment; each with a default that works. */
const Environment = Type.Object({
  /** Folder for everything the product writes. */
  CITYCARD_VAR: Type.String({ default: 'var' }),
  /** Address the servers listen on. Loopback unless somebody decides otherwise. */
  CITYCARD_HOST: Type.String({ default: '127.0.0.1' }),
  /** National inter-city code of the city this installation is of. */
  CITYCARD_HOME_CITY: Type.String({ default: HOME_CITY, pattern: '^[0-9]{4}$' }),
  /** Bearer tokens we show to other cities and their centre: `CITY=token`, separated by commas. */
  CITYCARD_CITY_TOKENS: Type.String({ default: '', pattern: '^$|^[0-9]{4}=[^=,]+(,[0-9]{4}=[^=,]+)*$' }),
  CITYCARD_HTTP_PORT: port(8080),
  /** ISO 8583 over TCP: the port of the terminal interface. */
  CITYCARD_GATEWAY_PORT: port(8583),
  /** The same over mutual TLS. */
  CITYCARD_GATEWAY_TLS_PORT: port(8584),
  /** `off`: terminals are known by their certificates only, the port for plain TCP is not opened. */
  CITYCARD_GATEWAY_PLAIN: Type.Union([Type.Literal('on'), Type.Literal('off')], { default: 'on' }),
  /** Links of terminals, over both ports together; a connection beyond is closed at once. */
  CITYCARD_GATEWAY_CONNECTIONS: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 10_000 }),
  /** Host name or address that the gateway's own certificate bears; the address it listens on when absent. */
  CITYCARD_GATEWAY_NAME: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z:][0-9A-Za-z.:-]{0,63}$' })),
  /** Key and certificate of the gateway, PEM, in place of those it makes for itself. Both or none. */
  CITYCARD_GATEWAY_TLS_KEY: Type.Optional(Type.String({ minLength: 1 })),
  CITYCARD_GATEWAY_TLS_CERT: Type.Optional(Type.String({ minLength: 1 })),
  /** The customary port of payShield-style devices. */
  CITYCARD_HSM_PORT: port(1500),
  /** Where the HSM of a production installation is; a demo starts one of its own. */
  CITYCARD_HSM_HOST: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z:][0-9A-Za-z.:-]{0,252}$' })),
  /** Card readers of the counters attach here. 0: a free port, which `GET /v1/readers` tells; fix it where a firewall wants to know. */
  CITYCARD_READER_PORT: port(0),
  /** Whether the machine reads cards back in the session that writes them, or leaves that to another reader. */
  CITYCARD_READ_BACK: Type.Union([Type.Literal('at-once'), Type.Literal('elsewhere')], { default: 'at-once' }),
  /** Pages for staff, and the ones for residents. */
  CITYCARD_PORTAL_PORT: port(8088),
  CITYCARD_RESIDENT_PORT: port(8089),
  /** `demo` makes people, keys and a sandbox of its own from published components; `production` has none of that. */
  CITYCARD_MODE: Type.Union([Type.Literal('demo'), Type.Literal('production')], { default: 'demo' }),
  /** Where participants put purchase files and find answers, a folder each; `inbox` and `outbox` under CITYCARD_VAR when absent. */
  CITYCARD_INBOX: Type.Optional(Type.String({ minLength: 1 })),
  CITYCARD_OUTBOX: Type.Optional(Type.String({ minLength: 1 })),
  DATABASE_URL: Type.Optional(Type.String({ minLength: 1 })),
  REDIS_URL: Type.Optional(Type.String({ minLength: 1 })),
  /** Bearer tokens we show to billers: `CODE=token`, separated by commas. */
  CITYCARD_BILLER_TOKENS: Type.String({ default: '', pattern: '^$|^[^=,]{4}=[^=,]+(,[^=,]{4}=[^=,]+)*$' }),
  /** What SMS gateways, webhooks and mail servers ask for: `CHANNEL=token` or `CHANNEL=user:password`, separated by commas. */
  CITYCARD_NOTICE_TOKENS: Type.String({
    default: '',
    pattern: '^$|^[a-z][a-z0-9-]*=[^=,]+(,[a-z][a-z0-9-]*=[^=,]+)*$',
  }),
  /** Public Security's responder for identity checks, and the bearer token shown to it. */
  CITYCARD_IDENTITY_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  CITYCARD_IDENTITY_TOKEN: Type.String({ default: '' }),
  /** Until when the bank takes payments for a day, and when the first bus leaves: times of day of the city. */
  CITYCARD_BANK_CUT_OFF: Type.String({ default: '16:00', pattern: TIME_OF_DAY }),
  CITYCARD_FIRST_BUS: Type.String({ default: '05:30', pattern: TIME_OF_DAY }),
  CITYCARD_LOG_LEVEL: Type.Union(
    [
      Type.Literal('trace'),
      Type.Literal('debug'),
      Type.Literal('info'),
      Type.Literal('warn'),
      Type.Literal('error'),
      Type.Literal('fatal'),
    ],
    { default: 'info' },
  ),
});

/** Variables that are not repeated in messages: they hold passwords and tokens. */
const secrets = [
  'DATABASE_URL',
  'REDIS_URL',
  'CITYCARD_BILLER_TOKENS',
  'CITYCARD_CITY_TOKENS',
  'CITYCARD_NOTICE_TOKENS',
  'CITYCARD_IDENTITY_TOKEN',
];

export interface Configuration {
  readonly mode: 'demo' | 'production';
  readonly varDirectory: string;
  readonly host: string;
  readonly httpPort: number;
  readonly gatewayPort: number;
  readonly secureGatewayPort: number;
  readonly plainTerminals: boolean;
  readonly terminalConnections: number;
  readonly gatewayName: string;
  readonly gatewayCertificate?: GatewayCertificateFiles;
  readonly hsmPort: number;
  /** The HSM that is there already, and as whom we speak to it; we start one of our own when absent. */
  readonly hsmDevice?: { readonly host: string; readonly caller: CallerAccess };
  readonly readerPort: number;
  readonly portalPort: number;
  readonly residentPort: number;
  readonly readBack: 'at-once' | 'elsewhere';
  readonly inboxDirectory?: string;
  readonly outboxDirectory?: string;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** By biller code. */
  readonly billerTokens: ReadonlyMap<string, string>;
  /** By inter-city code; the centre between cities has one too. */
  readonly cityTokens: ReadonlyMap<string, string>;
  /** By channel of messages about alarms. */
  readonly noticeTokens: ReadonlyMap<string, string>;
  /** The line to Public Security, where there is one. */
  readonly identityLine?: { readonly url: string; readonly token: string };
  readonly logLevel: string;
  /** Times of day of the city, HH:MM. */
  readonly bankCutOff: string;
  readonly firstBus: string;
}

/**
 * Reads the configuration.
 *
 * @throws citycard.bad-option naming the variable, what it holds and what it should hold
 */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const given: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(Environment.properties)) {
    const text = environment[name];
    if (text === undefined || text === '') continue;
    // Only what is written as a whole number is one: no "80.5" cut to 80, no "true" read as 1.
    const isNumber = 'type' in schema && schema.type === 'integer';
    given[name] = isNumber && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  }
  const value: unknown = Value.Default(Environment, given);
  if (!Value.Check(Environment, value)) {
    const [first] = Value.Errors(Environment, value);
    const name = first?.instancePath.slice(1) ?? 'environment';
    const held = secrets.includes(name) ? '…' : String(given[name]);
    throw citycardErrors.badOption(`${name}=${held}: ${first?.message ?? 'not valid'}`);
  }
  const read: Static<typeof Environment> = value;
  if (read.CITYCARD_HSM_HOST !== undefined && read.CITYCARD_MODE === 'demo')
    throw citycardErrors.badOption('CITYCARD_HSM_HOST is for production: a demo makes its keys in an HSM of its own');
  return {
    mode: read.CITYCARD_MODE,
    varDirectory: resolve(read.CITYCARD_VAR),
    host: read.CITYCARD_HOST,
    httpPort: read.CITYCARD_HTTP_PORT,
    gatewayPort: read.CITYCARD_GATEWAY_PORT,
    secureGatewayPort: read.CITYCARD_GATEWAY_TLS_PORT,
    plainTerminals: read.CITYCARD_GATEWAY_PLAIN === 'on',
    terminalConnections: read.CITYCARD_GATEWAY_CONNECTIONS,
    gatewayName: read.CITYCARD_GATEWAY_NAME ?? read.CITYCARD_HOST,
    ...gatewayCertificateOf(read.CITYCARD_GATEWAY_TLS_KEY, read.CITYCARD_GATEWAY_TLS_CERT),
    hsmPort: read.CITYCARD_HSM_PORT,
    ...(read.CITYCARD_HSM_HOST === undefined
      ? {}
      : { hsmDevice: { host: read.CITYCARD_HSM_HOST, caller: callerAccess(environment) } }),
    readerPort: read.CITYCARD_READER_PORT,
    portalPort: read.CITYCARD_PORTAL_PORT,
    residentPort: read.CITYCARD_RESIDENT_PORT,
    readBack: read.CITYCARD_READ_BACK,
    ...(read.CITYCARD_IDENTITY_URL === undefined
      ? {}
      : { identityLine: { url: read.CITYCARD_IDENTITY_URL, token: read.CITYCARD_IDENTITY_TOKEN } }),
    billerTokens: readTokens(read.CITYCARD_BILLER_TOKENS),
    cityTokens: readTokens(read.CITYCARD_CITY_TOKENS),
    noticeTokens: readTokens(read.CITYCARD_NOTICE_TOKENS),
    logLevel: read.CITYCARD_LOG_LEVEL,
    bankCutOff: read.CITYCARD_BANK_CUT_OFF,
    firstBus: read.CITYCARD_FIRST_BUS,
    ...(read.CITYCARD_INBOX === undefined ? {} : { inboxDirectory: resolve(read.CITYCARD_INBOX) }),
    ...(read.CITYCARD_OUTBOX === undefined ? {} : { outboxDirectory: resolve(read.CITYCARD_OUTBOX) }),
    ...(read.DATABASE_URL === undefined ? {} : { databaseUrl: read.DATABASE_URL }),
    ...(read.REDIS_URL === undefined ? {} : { redisUrl: read.REDIS_URL }),
  };
}

/** As the HSM's own tools read it: HSM_CALLER_SECRET_FILE, HSM_TLS_KEY, HSM_TLS_CERT, HSM_TLS_CA. */
function callerAccess(environment: NodeJS.ProcessEnv): CallerAccess {
  try {
    return readCallerAccess(environment);
  } catch (error) {
    throw citycardErrors.badOption((error as Error).message, error);
  }
}

function gatewayCertificateOf(
  keyFile: string | undefined,
  certificateFile: string | undefined,
): { gatewayCertificate?: GatewayCertificateFiles } {
  if (keyFile === undefined && certificateFile === undefined) return {};
  if (keyFile === undefined || certificateFile === undefined)
    throw citycardErrors.badOption(
      'CITYCARD_GATEWAY_TLS_KEY and CITYCARD_GATEWAY_TLS_CERT belong together: set both or none',
    );
  return { gatewayCertificate: { keyFile, certificateFile } };
}

function readTokens(text: string): Map<string, string> {
  const pairs =
    text === '' ? [] : text.split(',').map((pair) => [nameOf(pair), pair.slice(nameOf(pair).length + 1)] as const);
  return new Map(pairs);
}

const nameOf = (pair: string): string => pair.slice(0, pair.indexOf('='));
