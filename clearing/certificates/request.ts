import forge from 'node-forge';
import { derBytes } from './certificate.ts';
import { certificateErrors } from './errors.ts';

/** A request for a 4096-bit key is about 2 kB of PEM. */
const MAX_CSR_LENGTH = 16_384;
/** Small exponents make forgeries cheap where somebody checks padding carelessly. */
const SMALLEST_EXPONENT = new forge.jsbn.BigInteger('65537');

const NAME_RULES = {
  operator: {
    form: /^(?![0-9]{4}$)[0-9A-Za-z]{4,15}$/,
    rule: 'it must be the participant number, 4 to 15 letters and digits, and not look like a city code',
  },
  city: { form: /^[0-9]{4}$/, rule: 'it must be the 4-digit city code' },
  bank: {
    form: /^(?![0-9]{4}$)[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/,
    rule: 'it must be letters, digits, dots and hyphens, and not look like a city code',
  },
  partner: {
    form: /^(?![0-9]{4}$)[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/,
    rule: 'it must be letters, digits, dots and hyphens, and not look like a city code',
  },
  server: {
    form: /^(?![0-9]{4}$)[0-9A-Za-z:][0-9A-Za-z.:-]{0,63}$/,
    rule: 'it must be a host name or an address, and not look like a city code',
  },
  terminal: { form: /^[0-9A-Za-z]{8}$/, rule: 'it must be the 8-character terminal number' },
  person: {
    form: /^(?![0-9]{4}$)[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/,
    rule: 'it must be the id of a user, letters, digits, dots and hyphens, and not look like a city code',
  },
  own: { form: /^[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/, rule: 'it must be letters, digits, dots and hyphens' },
} as const;

/** @throws CityCardError `certificates.cn-not-allowed` */
export function checkName(kind: keyof typeof NAME_RULES, cn: string): void {
  const { form, rule } = NAME_RULES[kind];
  if (!form.test(cn)) throw certificateErrors.cnNotAllowed({ kind, cn, rule });
}

/**
 * The public key (SubjectPublicKeyInfo, DER) of a PKCS#10 request that proves possession of it.
 *
 * @throws CityCardError `certificates.csr-unreadable`, `.csr-unsigned`, `.key-not-allowed`, `.cn-differs`
 */
export function readRequest(csrPem: string, cn: string): Buffer {
  if (csrPem.length > MAX_CSR_LENGTH) throw certificateErrors.csrUnreadable({ reason: 'it is too long' });
  const request = parseRequest(csrPem);
  const key = request.publicKey as forge.pki.rsa.PublicKey | null;
  const bits = key?.n.bitLength() ?? 0;
  if (key === null || bits < 2048 || bits > 4096)
    throw certificateErrors.keyNotAllowed({ reason: `it has ${bits} bits` });
  if (key.e.compareTo(SMALLEST_EXPONENT) < 0)
    throw certificateErrors.keyNotAllowed({ reason: `its public exponent is ${key.e.toString()}, not 65537 or more` });
  if (!provesPossession(request)) throw certificateErrors.csrUnsigned();
  const named: unknown = request.subject.getField('CN')?.value;
  if (named !== undefined && named !== cn) throw certificateErrors.cnDiffers({ found: named, asked: cn });
  return derBytes(forge.pki.publicKeyToAsn1(key));
}

function parseRequest(csrPem: string): forge.pki.CertificateSigningRequest {
  try {
    return forge.pki.certificationRequestFromPem(csrPem);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (reason.includes('OID is not RSA'))
      throw certificateErrors.keyNotAllowed({ reason: 'it has another kind' }, cause);
    throw certificateErrors.csrUnreadable({ reason: reason.replace(/\.$/, '') }, cause);
  }
}

function provesPossession(request: forge.pki.CertificateSigningRequest): boolean {
  try {
    return request.verify();
  } catch {
    return false;
  }
}
