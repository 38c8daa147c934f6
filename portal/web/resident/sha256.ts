/**
 * SHA-256 (FIPS 180-4) for the proof of work: browsers offer their own only over https, and by promises, which for short texts cost more
 * than the hash. What all texts begin with is hashed once.
 */
const K = new Uint32Array(64);
const START = new Uint32Array(8);
(() => {
  // The first 32 bits of the fractional parts of the roots of the first primes.
  let found = 0;
  for (let n = 2; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    const bits = (root: number): number => Math.floor((root - Math.floor(root)) * 4294967296);
    if (found < 8) START[found] = bits(Math.pow(n, 1 / 2));
    K[found] = bits(Math.pow(n, 1 / 3));
    found += 1;
  }
})();

const BLOCK = 64;
const schedule = new Int32Array(64);

function compress(state: Int32Array, bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i += 1) {
    const p = at + i * 4;
    w[i] =
      ((bytes[p] as number) << 24) |
      ((bytes[p + 1] as number) << 16) |
      ((bytes[p + 2] as number) << 8) |
      (bytes[p + 3] as number);
  }
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15] as number;
    const y = w[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const sums = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i += 1) state[i] = ((state[i] as number) + (sums[i] as number)) | 0;
}

const ascii = (text: string): Uint8Array => Uint8Array.from(Array.from(text, (each) => each.charCodeAt(0)));

/** A hasher of ASCII texts that all begin alike; answers eight words of 32 bits. */
export function hasherOf(prefix: string): (rest: string) => Int32Array {
  const head = ascii(prefix);
  const whole = Math.floor(head.length / BLOCK) * BLOCK;
  const middle = Int32Array.from(START);
  for (let at = 0; at < whole; at += BLOCK) compress(middle, head, at);
  const left = head.slice(whole);
  return (rest) => {
    const length = left.length + rest.length;
    const tail = new Uint8Array(Math.ceil((length + 9) / BLOCK) * BLOCK);
    tail.set(left);
    for (let i = 0; i < rest.length; i += 1) tail[left.length + i] = rest.charCodeAt(i);
    tail[length] = 0x80;
    const bits = (whole + length) * 8;
    for (let i = 0; i < 4; i += 1) tail[tail.length - 1 - i] = (bits >>> (8 * i)) & 0xff;
    const state = Int32Array.from(middle);
    for (let at = 0; at < tail.length; at += BLOCK) compress(state, tail, at);
    return state;
  };
}

/** The first counter with which SHA-256 of `challenge:counter` begins with so many zero bits (32 at most). */
export function solve(challenge: string, difficulty: number): number {
  const hash = hasherOf(`${challenge}:`);
  for (let counter = 0; ; counter += 1) {
    const first = hash(String(counter))[0] as number;
    if (Math.clz32(first) >= difficulty) return counter;
  }
}
