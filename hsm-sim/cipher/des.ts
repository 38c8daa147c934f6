/**
 * DES on 32-bit words with tables made once at start. A cipher object of node:crypto costs about 20 µs to set up,
 * more than a whole TAC costs here; cards need thousands of keys used for two or three blocks each.
 *
 * The eight S-boxes and the permutation P are folded into eight tables of 64 words. Subkeys are kept as two words per
 * round: the 6-bit inputs of boxes 1, 3, 5, 7 and of boxes 2, 4, 6, 8, each at bits 26, 18, 10, 2, so that the
 * expansion E is two rotations of the right half. Source of the tables: FIPS 46-3.
 */

const SUBSTITUTION = [
  'E4D12FB83A6C5907 0F74E2D1A6CB9538 41E8D62BFC973A50 FC8249175B3EA06D',
  'F18E6B34972DC05A 3D47F28EC01A69B5 0E7BA4D158C6932F D8A13F42B67C05E9',
  'A09E63F51DC7B428 D709346A285ECBF1 D6498F30B12C5AE7 1AD069874FE3B52C',
  '7DE3069A1285BC4F D8B56F03472C1AE9 A690CB7DF13E5284 3F06A1D8945BC72E',
  '2C417AB6853FD0E9 EB2C47D150FA3986 421BAD78F9C5630E B8C71E2D6F09A453',
  'C1AF92680D34E75B AF427C9561DE0B38 9EF528C3704A1DB6 432C95FABE17608D',
  '4B2EF08D3C975A61 D0B7491AE35C2F86 14BDC37EAF680592 6BD814A7950FE23C',
  'D2846FB1A93E50C7 1FD8A374C56B0E92 7B419CE206ADF358 21E74A8DFC90356B',
] as const;

// prettier-ignore
const PERMUTATION = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
  2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];

// prettier-ignore
const PERMUTED_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];

// prettier-ignore
const PERMUTED_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

/** Whether round n rotates the key halves by two places; else by one. */
const ROTATE_BY_TWO = [0, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0];

/**
 * Where the table rows of C and D keep the inputs of boxes 1–8. C feeds boxes 1–4 only and D boxes 5–8: one word each
 * holds the odd boxes in its upper half and the even ones in its lower half.
 */
const ROW_SHIFT = [26, 10, 18, 2, 26, 10, 18, 2];

const box1 = substitutionTable(0);
const box2 = substitutionTable(1);
const box3 = substitutionTable(2);
const box4 = substitutionTable(3);
const box5 = substitutionTable(4);
const box6 = substitutionTable(5);
const box7 = substitutionTable(6);
const box8 = substitutionTable(7);

/** Key halves C and D, one table row of 128 per key byte (its parity bit is dropped). */
const choiceC = new Int32Array(8 * 128);
const choiceD = new Int32Array(8 * 128);
/** Box inputs from C and D, one table row of 128 per 7 bits of C (4 rows), then of D (4 rows). */
const boxInputs = new Int32Array(8 * 128);
fillKeyTables();

/** Words of one key schedule: two per round. */
export const DES_SCHEDULE_WORDS = 32;

/**
 * Writes the schedule of one 8-byte key, given as two big-endian words. Parity bits are ignored.
 * @param schedule receives `DES_SCHEDULE_WORDS` words
 */
export function scheduleDes(left: number, right: number, schedule: Int32Array): void {
  let c =
    (choiceC[left >>> 25] as number) |
    (choiceC[128 + ((left >>> 17) & 127)] as number) |
    (choiceC[256 + ((left >>> 9) & 127)] as number) |
    (choiceC[384 + ((left >>> 1) & 127)] as number) |
    (choiceC[512 + (right >>> 25)] as number) |
    (choiceC[640 + ((right >>> 17) & 127)] as number) |
    (choiceC[768 + ((right >>> 9) & 127)] as number) |
    (choiceC[896 + ((right >>> 1) & 127)] as number);
  let d =
    (choiceD[left >>> 25] as number) |
    (choiceD[128 + ((left >>> 17) & 127)] as number) |
    (choiceD[256 + ((left >>> 9) & 127)] as number) |
    (choiceD[384 + ((left >>> 1) & 127)] as number) |
    (choiceD[512 + (right >>> 25)] as number) |
    (choiceD[640 + ((right >>> 17) & 127)] as number) |
    (choiceD[768 + ((right >>> 9) & 127)] as number) |
    (choiceD[896 + ((right >>> 1) & 127)] as number);
  for (let round = 0; round < 16; round++) {
    const places = 1 + (ROTATE_BY_TWO[round] as number);
    c = ((c << places) | (c >>> (28 - places))) & 0x0fffffff;
    d = ((d << places) | (d >>> (28 - places))) & 0x0fffffff;
    const upper =
      (boxInputs[c >>> 21] as number) |
      (boxInputs[128 + ((c >>> 14) & 127)] as number) |
      (boxInputs[256 + ((c >>> 7) & 127)] as number) |
      (boxInputs[384 + (c & 127)] as number);
    const lower =
      (boxInputs[512 + (d >>> 21)] as number) |
      (boxInputs[640 + ((d >>> 14) & 127)] as number) |
      (boxInputs[768 + ((d >>> 7) & 127)] as number) |
      (boxInputs[896 + (d & 127)] as number);
    schedule[2 * round] = (upper & 0xffff0000) | (lower >>> 16);
    schedule[2 * round + 1] = (upper << 16) | (lower & 0xffff);
  }
}

/**
 * One DES block in place. The two words hold the block, left half first.
 * @param schedule as `scheduleDes` wrote it
 */
export function desBlock(schedule: Int32Array, block: Int32Array, decipher: boolean): void {
  permuteIn(block);
  sixteenRounds(schedule, block, decipher);
  permuteOut(block);
}

/** One block of two-key triple DES in place: E(K1) D(K2) E(K1), or its inverse. */
export function tripleDesBlock(first: Int32Array, second: Int32Array, block: Int32Array, decipher: boolean): void {
  // The final permutation of one DES and the initial one of the next cancel out.
  permuteIn(block);
  sixteenRounds(first, block, decipher);
  sixteenRounds(second, block, !decipher);
  sixteenRounds(first, block, decipher);
  permuteOut(block);
}

/** Initial permutation, as five exchanges of bit groups between the halves. */
export function permuteIn(block: Int32Array): void {
  let left = block[0] as number;
  let right = block[1] as number;
  let moved = ((left >>> 4) ^ right) & 0x0f0f0f0f;
  right ^= moved;
  left ^= moved << 4;
  moved = ((left >>> 16) ^ right) & 0x0000ffff;
  right ^= moved;
  left ^= moved << 16;
  moved = ((right >>> 2) ^ left) & 0x33333333;
  left ^= moved;
  right ^= moved << 2;
  moved = ((right >>> 8) ^ left) & 0x00ff00ff;
  left ^= moved;
  right ^= moved << 8;
  moved = ((left >>> 1) ^ right) & 0x55555555;
  right ^= moved;
  left ^= moved << 1;
  block[0] = left;
  block[1] = right;
}

/** The same exchanges backwards. */
export function permuteOut(block: Int32Array): void {
  let left = block[0] as number;
  let right = block[1] as number;
  let moved = ((left >>> 1) ^ right) & 0x55555555;
  right ^= moved;
  left ^= moved << 1;
  moved = ((right >>> 8) ^ left) & 0x00ff00ff;
  left ^= moved;
  right ^= moved << 8;
  moved = ((right >>> 2) ^ left) & 0x33333333;
  left ^= moved;
  right ^= moved << 2;
  moved = ((left >>> 16) ^ right) & 0x0000ffff;
  right ^= moved;
  left ^= moved << 16;
  moved = ((left >>> 4) ^ right) & 0x0f0f0f0f;
  right ^= moved;
  left ^= moved << 4;
  block[0] = left;
  block[1] = right;
}

/** Sixteen rounds and the exchange of halves, two rounds per step so that no halves need to move. */
export function sixteenRounds(schedule: Int32Array, block: Int32Array, decipher: boolean): void {
  let left = block[0] as number;
  let right = block[1] as number;
  // Two loops of constant step: one with a variable step takes a third longer.
  if (decipher)
    for (let at = DES_SCHEDULE_WORDS - 4; at >= 0; at -= 4) {
      left ^= substitute(right, schedule[at + 2] as number, schedule[at + 3] as number);
      right ^= substitute(left, schedule[at] as number, schedule[at + 1] as number);
    }
  else
    for (let at = 0; at < DES_SCHEDULE_WORDS; at += 4) {
      left ^= substitute(right, schedule[at] as number, schedule[at + 1] as number);
      right ^= substitute(left, schedule[at + 2] as number, schedule[at + 3] as number);
    }
  block[0] = right;
  block[1] = left;
}

/** What a round adds to the other half: expansion, subkey, S-boxes and P. */
function substitute(half: number, oddKey: number, evenKey: number): number {
  const odd = ((half >>> 1) | (half << 31)) ^ oddKey;
  const even = ((half << 3) | (half >>> 29)) ^ evenKey;
  return (
    (box1[odd >>> 26] as number) ^
    (box3[(odd >>> 18) & 63] as number) ^
    (box5[(odd >>> 10) & 63] as number) ^
    (box7[(odd >>> 2) & 63] as number) ^
    (box2[even >>> 26] as number) ^
    (box4[(even >>> 18) & 63] as number) ^
    (box6[(even >>> 10) & 63] as number) ^
    (box8[(even >>> 2) & 63] as number)
  );
}

/** S-box `box` followed by the permutation P, indexed by the 6 input bits. */
function substitutionTable(box: number): Int32Array {
  const rows = (SUBSTITUTION[box] ?? '').split(' ');
  const table = new Int32Array(64);
  for (let input = 0; input < 64; input++) {
    const row = ((input >>> 4) & 2) | (input & 1);
    const column = (input >>> 1) & 15;
    const output = Number.parseInt((rows[row] ?? '').charAt(column), 16);
    const placed = output << (28 - 4 * box);
    let word = 0;
    PERMUTATION.forEach((from, to) => {
      if (((placed >>> (32 - from)) & 1) === 1) word |= 1 << (31 - to);
    });
    table[input] = word;
  }
  return table;
}

function fillKeyTables(): void {
  PERMUTED_CHOICE_1.forEach((from, to) => {
    const row = (from - 1) >>> 3;
    const bit = 6 - ((from - 1) & 7);
    const half = to < 28 ? choiceC : choiceD;
    orWhereSet(half, row, bit, 1 << (27 - (to % 28)));
  });
  PERMUTED_CHOICE_2.forEach((from, to) => {
    const row = Math.floor((from - 1) / 7);
    const bit = 6 - ((from - 1) % 7);
    const box = Math.floor(to / 6);
    orWhereSet(boxInputs, row, bit, 1 << ((ROW_SHIFT[box] ?? 0) + 5 - (to % 6)));
  });
}

/** Sets `mask` in every entry of a 128-entry row whose index has `bit` set. */
function orWhereSet(table: Int32Array, row: number, bit: number, mask: number): void {
  for (let index = 0; index < 128; index++) {
    if (((index >>> bit) & 1) === 1) table[128 * row + index] = (table[128 * row + index] ?? 0) | mask;
  }
}
