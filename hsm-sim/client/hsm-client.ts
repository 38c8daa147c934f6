import type { Logger } from '@citycard/common';
import type { CallerAccess } from '../callers/access.ts';
import type { CardAlgorithm, KeyAlgorithm, SecretAlgorithm } from '../keys/key-algorithm.ts';
import type { KeyUsage, SignatureUsage, SymmetricUsage } from '../keys/key-usage.ts';

/** `name:DLK` for a key in the HSM's store, `block:<key block>` for a key the caller keeps under the LMK. */
export type KeyRef = string;

/** Bank-card ECB-MAC (8 hexadecimal characters as ASCII) or X9.19 (8 binary bytes); domain.md C.7. */
export type TerminalMacAlgorithm = 'ecb' | 'x9.19';

/** A message a terminal key makes a MAC of. */
export interface TerminalMacItem {
  readonly mak: KeyRef;
  readonly algorithm: TerminalMacAlgorithm;
  readonly data: Buffer;
}

/** A message and the MAC it came with. */
export interface TerminalMacCheck extends TerminalMacItem {
  readonly mac: Buffer;
}

export interface HsmClientOptions {
  readonly host: string;
  readonly port: number;
  /** Links held open in parallel; default 2. */
  readonly connections?: number;
  /** How long one call may take, waiting for a link included; default 5 000 ms. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
  /** As whom it speaks, when the HSM asks: over TLS with a certificate, with the secret, or both. */
  readonly caller?: Pick<CallerAccess, 'tls' | 'secret'> | undefined;
}

/** Key, derivation factors (all applied in order: city, then card) and the card's algorithm. */
export interface DerivedKeyRef {
  readonly factors: readonly Buffer[];
  readonly algorithm: CardAlgorithm;
}

export interface LoadAuthorisation extends DerivedKeyRef {
  readonly dlk: KeyRef;
  readonly cardRandom: Buffer;
  /** Online counter before the load, as INITIALIZE FOR LOAD answered it. */
  readonly onlineCounter: number;
  /** Fen. */
  readonly balanceBefore: number;
  /** Fen. */
  readonly amount: number;
  readonly type: number;
  readonly samNo: Buffer;
  readonly mac1: Buffer;
  /** Host date, BCD YYYYMMDD, 4 bytes. */
  readonly date: Buffer;
  /** Host time, BCD HHMMSS, 3 bytes. */
  readonly time: Buffer;
}

/** MAC2 when the card's MAC1 was right. */
export type Authorisation = { readonly ok: true; readonly mac2: Buffer } | { readonly ok: false };

/** A purchase as a SAM takes part in it (domain.md A.4, A.8). */
export interface SamPurchase extends DerivedKeyRef {
  readonly dpk: KeyRef;
  readonly cardRandom: Buffer;
  /** Offline counter before the purchase, as INITIALIZE FOR PURCHASE answered it. */
  readonly offlineCounter: number;
  /** The terminal's own number of the transaction, counted by whoever plays the SAM; never twice for one `samNo`. */
  readonly transactionNo: number;
  /** Fen. */
  readonly amount: number;
  /** 06 purchase, 09 compound purchase. */
  readonly type: number;
  readonly samNo: Buffer;
  /** BCD YYYYMMDD, 4 bytes. */
  readonly date: Buffer;
  /** BCD HHMMSS, 3 bytes. */
  readonly time: Buffer;
}

/** An unload: the card's MAC1 of INITIALIZE FOR UNLOAD against a DULK, as a load's against a DLK. */
export type UnloadAuthorisation = Omit<LoadAuthorisation, 'dlk'> & { readonly dulk: KeyRef };

/** A new overdraft limit of the deposit purse (domain.md A.4, type 07). */
export interface OverdraftAuthorisation extends DerivedKeyRef {
  readonly duk: KeyRef;
  readonly cardRandom: Buffer;
  /** Online counter before the update. */
  readonly onlineCounter: number;
  /** Fen, overdraft included, as INITIALIZE FOR UPDATE answered it. */
  readonly balance: number;
  /** Fen. */
  readonly oldLimit: number;
  /** Fen. */
  readonly newLimit: number;
  readonly samNo: Buffer;
  readonly mac1: Buffer;
  readonly date: Buffer;
  readonly time: Buffer;
}

/** What MAC3 of DEBIT FOR UNLOAD proves (domain.md A.4). */
export interface UnloadProof extends DerivedKeyRef {
  readonly dulk: KeyRef;
  readonly cardRandom: Buffer;
  /** Online counter before the unload. */
  readonly onlineCounter: number;
  /** Fen. */
  readonly balanceAfter: number;
  /** Fen. */
  readonly amount: number;
  readonly type: number;
  readonly samNo: Buffer;
  readonly date: Buffer;
  readonly time: Buffer;
  readonly mac3: Buffer;
}

/** Subject of a certificate request; ASCII, each part 1 to 64 characters. */
export interface RequestSubject {
  readonly commonName: string;
  readonly organisation?: string;
  readonly organisationalUnit?: string;
  readonly locality?: string;
  readonly province?: string;
  /** Two letters. */
  readonly country?: string;
}

/** The keys of one card, each derived from a root and enciphered for WRITE KEY under the chip's transport key. */
export interface CardKeysToWrap extends DerivedKeyRef {
  readonly roots: readonly KeyRef[];
  readonly transport: KeyRef;
}

/** A command of a card script, as its MAC is made (domain.md A.5). */
export interface CardCommand extends DerivedKeyRef {
  readonly root: KeyRef;
  readonly challenge: Buffer;
  /** CLA INS P1 P2 Lc ‖ data, Lc counting the MAC. */
  readonly data: Buffer;
}

export interface LoadTac extends DerivedKeyRef {
  readonly dtk: KeyRef;
  /** Fen, the balance after the load: the load TAC has the new balance and the old counter. */
  readonly balanceAfter: number;
  readonly onlineCounterBefore: number;
  readonly amount: number;
  readonly type: number;
  readonly samNo: Buffer;
  readonly date: Buffer;
  readonly time: Buffer;
  readonly tac: Buffer;
}

export interface TacItem extends DerivedKeyRef {
  readonly dtk: KeyRef;
  /** TAC input without padding (domain.md A.4). */
  readonly data: Buffer;
  readonly tac: Buffer;
}

export interface WorkingKeys {
  readonly pik: KeyRef;
  readonly mak: KeyRef;
  readonly pikUnderTmk: Buffer;
  readonly pikKcv: Buffer;
  readonly makUnderTmk: Buffer;
  readonly makKcv: Buffer;
}

export interface KeyDescription {
  readonly name: string;
  readonly usage: KeyUsage;
  readonly algorithm: KeyAlgorithm;
  readonly exportable: boolean;
  /** Derivation factors the key must be used with. */
  readonly levels: number;
  /** First 3 bytes of E(key, zeros) in upper-case hexadecimal; of SHA-256 over the public key for RSA. */
  readonly kcv: string;
}

export interface HsmStatus {
  readonly version: string;
  readonly keys: number;
  readonly authorised: boolean;
  readonly lmkCheck: string;
}

/**
 * Any HSM as the product sees it. Every call may throw `HsmUnavailable` (unreachable, too slow, device fault: try
 * later, nothing is known to have happened) or `HsmRefused` (the HSM answered with an error; its `code` says which).
 * A MAC or TAC that does not match is an answer, not an exception.
 */
export interface HsmClient {
  /** Checks MAC1 of INITIALIZE FOR LOAD and, when right, makes MAC2 (domain.md A.4). */
  loadAuthorise(item: LoadAuthorisation): Promise<Authorisation>;
  /** Any number of loads, in order; an item whose key or factors the HSM refuses rejects the whole call. */
  loadAuthoriseAll(items: readonly LoadAuthorisation[]): Promise<Authorisation[]>;
  /** Checks MAC1 of INITIALIZE FOR UNLOAD and, when right, makes MAC2 (domain.md A.4). */
  unloadAuthorise(item: UnloadAuthorisation): Promise<Authorisation>;
  /** Whether MAC3 proves that the card has paid the unload out. */
  verifyUnloadMac3(item: UnloadProof): Promise<boolean>;
  /** Checks MAC1 of INITIALIZE FOR UPDATE and, when right, makes MAC2 for UPDATE OVERDRAW LIMIT. */
  overdraftAuthorise(item: OverdraftAuthorisation): Promise<Authorisation>;
  /** MAC1 for DEBIT FOR PURCHASE, 4 bytes: the HSM in the place of a purchase SAM. */
  samPurchaseMac1(item: SamPurchase): Promise<Buffer>;
  /** `samPurchaseMac1` of any number of purchases, in order; one the HSM refuses rejects the whole call. */
  samPurchaseMac1All(items: readonly SamPurchase[]): Promise<Buffer[]>;
  /** Whether MAC2 in the card's answer to DEBIT FOR PURCHASE is right. */
  samVerifyMac2(item: SamPurchase & { readonly mac2: Buffer }): Promise<boolean>;
  verifyLoadTac(item: LoadTac): Promise<boolean>;
  /** Any number of TACs; an item whose key or factors the HSM refuses rejects the whole call. */
  verifyTacs(items: readonly TacItem[]): Promise<boolean[]>;

  /** A new terminal master key, exportable, as a key block the caller keeps. */
  createTerminalMasterKey(): Promise<{ tmk: KeyRef; kcv: string }>;
  /** An exportable terminal master key enciphered (ECB) under a key whose usage is `key-transport`. */
  exportUnderTransport(key: KeyRef, transport: KeyRef): Promise<{ encrypted: Buffer; kcv: string }>;
  createWorkingKeys(tmk: KeyRef): Promise<WorkingKeys>;
  /** 8 bytes; concurrent calls travel together. */
  terminalMac(mak: KeyRef, algorithm: TerminalMacAlgorithm, data: Buffer): Promise<Buffer>;
  /** `terminalMac` of any number of messages, in order; one the HSM refuses rejects the whole call. */
  terminalMacs(items: readonly TerminalMacItem[]): Promise<Buffer[]>;
  verifyTerminalMac(mak: KeyRef, algorithm: TerminalMacAlgorithm, data: Buffer, mac: Buffer): Promise<boolean>;
  /** `verifyTerminalMac` of any number of messages, in order; one the HSM refuses rejects the whole call. */
  verifyTerminalMacs(items: readonly TerminalMacCheck[]): Promise<boolean[]>;

  /** The card key of the given root and factors, enciphered for WRITE KEY under the chip's transport key. */
  wrapCardKey(
    item: DerivedKeyRef & { readonly root: KeyRef; readonly transport: KeyRef },
  ): Promise<{ encrypted: Buffer; kcv: string }>;
  /** All keys of one card in one call, in the order of their roots; cards asked for at the same time travel together. */
  wrapCardKeys(item: CardKeysToWrap): Promise<Buffer[]>;
  /** `wrapCardKeys` of any number of cards, in order; one the HSM refuses rejects the whole call. */
  wrapCardKeysAll(items: readonly CardKeysToWrap[]): Promise<Buffer[][]>;
  /**
   * A random PIN of 12 digits that nobody knows, filled with F to 8 bytes and enciphered for WRITE KEY under the chip's
   * transport key (3DES).
   */
  wrapInitialPin(item: { readonly transport: KeyRef }): Promise<{ encrypted: Buffer }>;
  /** Secure-messaging MAC, 4 bytes; `data` = CLA INS P1 P2 Lc ‖ data with Lc counting the MAC (domain.md A.5). */
  cardCommandMac(item: CardCommand): Promise<Buffer>;
  /** `cardCommandMac` of any number of commands, in order; one the HSM refuses rejects the whole call. */
  cardCommandMacs(items: readonly CardCommand[]): Promise<Buffer[]>;
  /** Data of a command script enciphered: length 1 ‖ plaintext, padded with 80 only when not aligned, ECB (domain.md A.5). */
  cardCommandEncrypt(item: DerivedKeyRef & { readonly root: KeyRef; readonly plaintext: Buffer }): Promise<Buffer>;
  /** MAC of RELOAD PIN, 4 bytes, over the PIN as the command carries it (2 to 8 bytes); root usage pin-reload. */
  pinReloadMac(item: DerivedKeyRef & { readonly root: KeyRef; readonly pin: Buffer }): Promise<Buffer>;
  /** The 8-byte answer to a challenge of 4 or 8 bytes, for EXTERNAL AUTHENTICATE. */
  externalAuthenticate(item: DerivedKeyRef & { readonly root: KeyRef; readonly challenge: Buffer }): Promise<Buffer>;

  /** The first three custodians need no authorised state; every later one does. PIN: 6 to 12 digits. */
  createCustodian(custodian: { readonly name: string; readonly pin: string }): Promise<void>;
  /** Two different custodians open the named commands (names of methods of this interface) for 1 to 720 minutes. */
  authorise(
    custodianA: string,
    pinA: string,
    custodianB: string,
    pinB: string,
    commands: readonly string[],
    minutes: number,
  ): Promise<void>;
  cancelAuthorisation(): Promise<void>;
  /** One of the three components of a key; the check value is of the component itself (6 to 16 hex digits). */
  submitComponent(item: {
    readonly name: string;
    readonly usage: SymmetricUsage;
    readonly algorithm: SecretAlgorithm;
    readonly exportable: boolean;
    /** Derivation factors it must be used with, 1 to 4; a root of card keys has 2 (city, card) unless told otherwise. */
    readonly levels?: number;
    readonly custodian: string;
    readonly pin: string;
    readonly component: Buffer;
    readonly kcv: string;
  }): Promise<void>;
  /** XORs the three components inside and stores the key. Needs authorised state. */
  formKey(item: { readonly name: string }): Promise<{ kcv: string }>;
  /** Throws away the components collected for a name, if any. Needs authorised state. */
  discardComponents(item: { readonly name: string }): Promise<void>;
  /** Needs authorised state. */
  generateKey(item: {
    readonly name: string;
    readonly usage: SymmetricUsage;
    readonly algorithm: SecretAlgorithm;
    readonly exportable: boolean;
    /** Derivation factors it must be used with, 1 to 4; a root of card keys has 2 (city, card) unless told otherwise. */
    readonly levels?: number;
  }): Promise<{ kcv: string }>;
  listKeys(): Promise<KeyDescription[]>;
  /** When keys of the store were last used, by name; those not used since the HSM was started are not among them. */
  keyUses(): Promise<ReadonlyMap<string, Date>>;
  /** How busy this client is: links that are open, requests on their way, requests that wait for a link. */
  load(): { readonly links: number; readonly inFlight: number; readonly waiting: number };
  /** 1 to 16 384 random bytes. */
  randomBytes(count: number): Promise<Buffer>;

  /** Needs authorised state. */
  generateRsa(item: {
    readonly name: string;
    readonly usage: SignatureUsage;
    readonly bits: 2048 | 3072 | 4096;
  }): Promise<{ publicKeySpki: Buffer }>;
  /** PKCS#10 request for a certificate over a key pair of the HSM, DER; built and signed inside. */
  certificateRequest(item: { readonly name: string; readonly subject: RequestSubject }): Promise<Buffer>;

  /** A new 32-byte key for data: in clear for now, and wrapped (a key block of at most 200 characters) to be kept. */
  createDataKey(wrapping: KeyRef): Promise<{ wrapped: string; clear: Buffer }>;
  /** The 32-byte key that `createDataKey` wrapped under the same key; an altered text is refused with 13. */
  openDataKey(wrapping: KeyRef, wrapped: string): Promise<Buffer>;
  /** First 16 bytes of HMAC-SHA-256 over each item (at most 255 bytes), in order; any number of items. */
  blindIndexes(key: KeyRef, items: readonly Buffer[]): Promise<Buffer[]>;

  /** SubjectPublicKeyInfo, DER. */
  publicKey(name: string): Promise<Buffer>;
  /** RSASSA-PKCS1-v1_5 over a SHA-256 digest of 32 bytes. */
  sign(item: { readonly name: string; readonly digest: Buffer }): Promise<Buffer>;

  /** Makes the device slower or unreliable: `latency=20,jitter=5,errors=0.01,cuts=0.001,rate=500,seed=7`, empty for none. Needs authorised state. */
  injectFaults(plan: string): Promise<void>;
  /** The plan in force, empty for none. */
  faults(): Promise<string>;

  status(): Promise<HsmStatus>;
  echo(data: Buffer): Promise<Buffer>;
  /** Waits for nothing: calls in flight end with `HsmUnavailable`. */
  close(): Promise<void>;
}
