import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';
import { afterAll, describe, expect, it } from 'vitest';
import { readFile } from './file-header.ts';
import {
  readInterCityAnswer,
  readInterCityPurchases,
  writeInterCityAnswer,
  writeInterCityPurchases,
} from './inter-city-file.ts';
import { writePurchaseFile } from './purchase-file.ts';
import { createCertificateRequest, signDetached } from './signature.ts';

/** A second opinion where the machine has one; the tests do not depend on it. */
const OPENSSL = 'openssl';
const created = { date: '20260301', time: '230000' };
const record = (amountFen: number) => {
  const bytes = Buffer.alloc(64, 0);
  bytes.writeUInt32BE(amountFen, 26);
  return bytes;
};

describe('files', () => {
  it('a purchase file has its header to the byte', () => {
    const file = writePurchaseFile({
      participant: '458000000000001',
      businessDate: '20260301',
      sequence: 7,
      created,
      records: [record(100), record(4_000_000_000)],
    });
    expect(file.name).toBe('458000000000001-20260301-00000007.ccpf');
    expect(file.bytes.subarray(0, 64).toString('hex').toUpperCase()).toBe(
      '434350460140000034353830303030303030303030303100202603010000000700000002' +
        `00000000EE6B2864${'20260301230000'}${'00'.repeat(13)}`,
    );
    expect(readFile(file.bytes, 'CCPF').header).toMatchObject({ recordCount: 2, totalFen: 4_000_000_100n });
    expect(() => readFile(file.bytes.subarray(0, 190), 'CCPF')).toThrow('says 2 records');
    expect(() => readFile(file.bytes, 'CCIP')).toThrow('not a CCIP');
  });

  it('inter-city purchases and their answer come back as written', () => {
    const sent = writeInterCityPurchases({ from: '4520', to: '4580', businessDate: '20260301', sequence: 3, created }, [
      record(200),
    ]);
    expect(sent.name).toBe('4520-4580-20260301-00000003.ccip');
    expect(readInterCityPurchases(sent.bytes)).toMatchObject({ from: '4520', to: '4580', sequence: 3, totalFen: 200n });
    const rows = [{ sequence: 3, index: 0, outcome: 0, acceptedFen: 200 }];
    const answer = writeInterCityAnswer(
      { from: '4580', to: '4520', businessDate: '20260302', sequence: 1, created },
      rows,
    );
    expect(answer.bytes).toHaveLength(80);
    expect(readInterCityAnswer(answer.bytes)).toMatchObject({ from: '4580', to: '4520', totalFen: 200n, rows });
  });
});

interface Captured {
  rawCapture: { authenticatedAttributes: forge.asn1.Asn1[]; signature: string };
}

/** Checks signature and message digest of a SignedData with one signer, by hand. */
function attributesVerify(der: Buffer, content: Buffer, certificatePem: string): boolean {
  const parsed = forge.asn1.fromDer(der.toString('binary'));
  const { rawCapture } = forge.pkcs7.messageFromAsn1(parsed) as unknown as Captured;
  const { Class, Type, create, toDer } = forge.asn1;
  const attributes = Buffer.from(
    toDer(create(Class.UNIVERSAL, Type.SET, true, rawCapture.authenticatedAttributes)).getBytes(),
    'binary',
  );
  const digest = createHash('sha256').update(content).digest();
  const signature = Buffer.from(rawCapture.signature, 'binary');
  return attributes.includes(digest) && verify('sha256', attributes, certificatePem, signature);
}

describe('signatures', () => {
  const folder = mkdtempSync(join(tmpdir(), 'city-sim-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('a detached signature verifies with openssl, and not over other bytes', () => {
    const { privateKeyPem, requestPem } = createCertificateRequest('458000000000001');
    const request = forge.pki.certificationRequestFromPem(requestPem);
    expect(request.verify()).toBe(true);
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = request.publicKey!;
    certificate.setSubject(request.subject.attributes);
    certificate.setIssuer(request.subject.attributes);
    certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
    certificate.sign(forge.pki.privateKeyFromPem(privateKeyPem), forge.md.sha256.create());
    const certificatePem = forge.pki.certificateToPem(certificate);
    expect(new X509Certificate(certificatePem).subject).toBe('CN=458000000000001');

    const content = Buffer.from([0, 13, 10, 255, 128, 1]);
    const path = (name: string) => join(folder, name);
    writeFileSync(path('file.p7s'), signDetached(content, { certificatePem, privateKeyPem }));
    writeFileSync(path('file'), content);
    writeFileSync(path('other'), Buffer.from([0, 13, 10, 255, 128, 2]));
    writeFileSync(path('ca.pem'), certificatePem);
    const opensslArguments = (name: string) => [
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      path('file.p7s'),
      '-content',
      path(name),
      '-CAfile',
      path('ca.pem'),
      '-purpose',
      'any',
      '-out',
      path('out'),
    ];
    expect(attributesVerify(signDetached(content, { certificatePem, privateKeyPem }), content, certificatePem)).toBe(
      true,
    );
    expect(
      attributesVerify(signDetached(content, { certificatePem, privateKeyPem }), Buffer.from('x'), certificatePem),
    ).toBe(false);
    if (spawnSync(OPENSSL, ['version']).status !== 0) return;
    execFileSync(OPENSSL, opensslArguments('file'), { stdio: 'ignore' });
    expect(spawnSync(OPENSSL, opensslArguments('other')).status).not.toBe(0);
  });
});
