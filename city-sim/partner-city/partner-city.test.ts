import forge from 'node-forge';
import { beforeEach, describe, expect, it } from 'vitest';
import { askCard } from '../day/card-state.ts';
import { readInterCityAnswer, readInterCityPurchases, writeInterCityPurchases } from '../purchase/inter-city-file.ts';
import { encodeRecord, INDUSTRY, type PurchaseRecord } from '../purchase/record.ts';
import { createCertificateRequest, signDetached } from '../purchase/signature.ts';
import { TapReader } from '../purchase/tap.ts';
import { personaliseSam } from '../sam/issue.ts';
import { VirtualSam } from '../sam/virtual-sam.ts';
import { PartnerCity } from './partner-city.ts';
import { verifyDetached } from './signed-file.ts';

const SHARED = Buffer.from('303132333435363738393A3B3C3D3E3F', 'hex');
const TRANSPORT = Buffer.from('544553542D5452414E53504F52542D31', 'hex');
const clock = () => new Date('2026-03-02T08:00:00+08:00');

function cityOf(city: string, partner: string) {
  return new PartnerCity({ city, partner, secret: `test ${city}`, rootPurchaseKey: SHARED, clock });
}

/** A bus somewhere, with a SAM that holds the shared root key. */
function bus(): TapReader {
  const sam = new VirtualSam({ transportKey: TRANSPORT });
  personaliseSam(sam, TRANSPORT, { samNo: '458001000001', rootPurchaseKey: SHARED });
  sam.powerOn();
  return new TapReader({ sam, industry: INDUSTRY.bus, clock });
}

const between = { from: '4580', to: '4520', businessDate: '20260302', sequence: 1 };
const created = { date: '20260302', time: '200000' };

describe('a partner city', () => {
  let neighbour: PartnerCity;
  beforeEach(() => {
    neighbour = cityOf('4520', '4580');
  });

  it('accepts its own cards with a right TAC once, and says why it refuses the rest', () => {
    const here = bus();
    const card = neighbour.issueCard(1, 5000);
    const tap = (from: typeof card, amountFen: number) => here.tap(from, { amountFen }).records[0]!;
    const [good, second] = [tap(card, 150), tap(card, 200)];
    const stranger = tap(cityOf('4520', '4580').issueCard(9, 5000), 100);
    const ours = tap(cityOf('4580', '4520').issueCard(1, 5000), 100);
    const forged: PurchaseRecord = { ...second, counter: 7, tac: Buffer.from('DEADBEEF', 'hex') };
    const records = [good, forged, good, stranger, ours, second].map(encodeRecord);
    const { bytes } = writeInterCityPurchases({ ...between, created }, records);

    const { file, rows } = neighbour.answerPurchases(bytes, '20260302');
    expect(rows.map(({ outcome }) => outcome)).toEqual([0x00, 0x01, 0x03, 0x02, 0x0a, 0x00]);
    expect(file.name).toBe('4520-4580-20260302-00000001.ccir');
    const answer = readInterCityAnswer(file.bytes);
    expect(answer.rows).toEqual(rows);
    expect(answer.totalFen).toBe(350n);
    expect(askCard(card)).toMatchObject({ balanceFen: 4650, offlineCounter: 2, onlineCounter: 1 });
  });

  it('sends what its buses took of the partner’s cards, each once', () => {
    const card = cityOf('4580', '4520').issueCard(3, 1000);
    expect(neighbour.tap(card, 120)).toMatchObject({ amountFen: 120, issuerCity: '4580' });
    expect(neighbour.tap(card, 1000)).toBeUndefined();
    const file = neighbour.writePurchases('20260302')!;
    expect(file.name).toBe('4520-4580-20260302-00000001.ccip');
    expect(readInterCityPurchases(file.bytes)).toMatchObject({ from: '4520', to: '4580', totalFen: 120n });
    expect(neighbour.writePurchases('20260302')).toBeUndefined();
  });

  it('believes a file only with the signature of the city it comes from', () => {
    const ca = authority();
    const home = ca.certify('4580');
    const content = Buffer.from('a file of the home city');
    const signature = signDetached(content, home);
    expect(() => verifyDetached(content, signature, '4580', ca.pem)).not.toThrow();
    expect(() => verifyDetached(Buffer.from('another file'), signature, '4580', ca.pem)).toThrow('not over this file');
    expect(() => verifyDetached(content, signature, '4520', ca.pem)).toThrow('expected CN=4520');
    expect(() => verifyDetached(content, signature, '4580', authority().pem)).toThrow('city CA');
    expect(() => verifyDetached(content, Buffer.from('no signature'), '4580', ca.pem)).toThrow('cannot be read');
  });
});

/** A certificate authority for one test. */
function authority() {
  const key = createCertificateRequest('Test CA');
  const caKey = forge.pki.privateKeyFromPem(key.privateKeyPem);
  const issuer = [{ name: 'commonName', value: 'Test CA' }];
  const issue = (publicKey: forge.pki.PublicKey, cn: string) => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    certificate.serialNumber = '01';
    certificate.validity.notAfter = new Date('2099-01-01');
    certificate.setSubject([{ name: 'commonName', value: cn }]);
    certificate.setIssuer(issuer);
    certificate.sign(caKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };
  const publicKeyOf = (requestPem: string) => forge.pki.certificationRequestFromPem(requestPem).publicKey!;
  return {
    pem: issue(publicKeyOf(key.requestPem), 'Test CA'),
    certify: (cn: string) => {
      const { privateKeyPem, requestPem } = createCertificateRequest(cn);
      return { privateKeyPem, certificatePem: issue(publicKeyOf(requestPem), cn) };
    },
  };
}
