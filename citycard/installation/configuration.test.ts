import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readConfiguration } from './configuration.ts';

test('everything has a default that works', () => {
  expect(readConfiguration({})).toEqual({
    mode: 'demo',
    varDirectory: resolve('var'),
    host: '127.0.0.1',
    httpPort: 8080,
    gatewayPort: 8583,
    secureGatewayPort: 8584,
    plainTerminals: true,
    terminalConnections: 10_000,
    gatewayName: '127.0.0.1',
    hsmPort: 1500,
    portalPort: 8088,
    residentPort: 8089,
    readerPort: 0,
    readBack: 'at-once',
    billerTokens: new Map(),
    cityTokens: new Map(),
    noticeTokens: new Map(),
    logLevel: 'info',
    bankCutOff: '16:00',
    firstBus: '05:30',
  });
});

test('what is set is used; what is set to nothing is not set; what is somebody else’s is left alone', () => {
  const configuration = readConfiguration({
    CITYCARD_VAR: '/test/var',
    CITYCARD_HTTP_PORT: '0',
    CITYCARD_GATEWAY_PORT: '',
    DATABASE_URL: 'postgres://test',
    REDIS_URL: '',
    CITYCARD_BILLER_TOKENS: 'WATR=one,GAS1=t-w.o',
    HOME: '/test',
  });
  expect(configuration).toMatchObject({ varDirectory: '/test/var', httpPort: 0, gatewayPort: 8583 });
  expect(configuration.databaseUrl).toBe('postgres://test');
  expect(configuration).not.toHaveProperty('redisUrl');
  expect([...configuration.billerTokens]).toEqual([
    ['WATR', 'one'],
    ['GAS1', 't-w.o'],
  ]);
});

test.each([
  ['CITYCARD_HTTP_PORT', 'abc', 'CITYCARD_HTTP_PORT=abc: must be integer'],
  ['CITYCARD_HTTP_PORT', '80.5', 'CITYCARD_HTTP_PORT=80.5: must be integer'],
  ['CITYCARD_HTTP_PORT', 'true', 'CITYCARD_HTTP_PORT=true: must be integer'],
  ['CITYCARD_GATEWAY_PORT', '65536', 'CITYCARD_GATEWAY_PORT=65536: must be <= 65535'],
  ['CITYCARD_GATEWAY_TLS_KEY', 'a.key', 'belong together'],
  ['CITYCARD_GATEWAY_PLAIN', 'no', 'CITYCARD_GATEWAY_PLAIN=no: '],
  ['CITYCARD_HSM_PORT', '-1', 'CITYCARD_HSM_PORT=-1: must be >= 0'],
  ['CITYCARD_MODE', 'prod', 'CITYCARD_MODE=prod: '],
  ['CITYCARD_LOG_LEVEL', 'loud', 'CITYCARD_LOG_LEVEL=loud: '],
  ['CITYCARD_HOME_CITY', 'Qingdao', 'CITYCARD_HOME_CITY=Qingdao: '],
  ['CITYCARD_CITY_TOKENS', 'Qingdao=test-secret', 'CITYCARD_CITY_TOKENS=…: '],
  ['CITYCARD_BILLER_TOKENS', 'WATER=test-secret', 'CITYCARD_BILLER_TOKENS=…: '],
])('%s=%s is refused by name, without telling secrets', (name, value, message) => {
  const read = () => readConfiguration({ [name]: value });
  expect(read).toThrow(expect.objectContaining({ code: 'citycard.bad-option' }));
  expect(read).toThrow(message);
  expect(read).not.toThrow(/test-secret/);
});

test('the HSM of a production installation is another’s, and a demo has its own', () => {
  const production = { CITYCARD_MODE: 'production', CITYCARD_HSM_HOST: 'hsm.example' };
  expect(readConfiguration(production).hsmDevice).toEqual({ host: 'hsm.example', caller: {} });
  expect(() => readConfiguration({ CITYCARD_HSM_HOST: 'hsm.example' })).toThrow(/is for production/);
  expect(() => readConfiguration({ ...production, CITYCARD_HSM_HOST: 'two words' })).toThrow(/CITYCARD_HSM_HOST/);
  expect(() => readConfiguration({ ...production, HSM_TLS_KEY: '/no/key.pem' })).toThrow(/belong together/);
});
