"""DES and two-key triple DES from FIPS 46-3, written out because Python's standard library has neither.

Slow on purpose: a terminal under test needs a few hundred blocks, and the tables can be held against the standard.
"""

from __future__ import annotations

INITIAL = (
    58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4,
    62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
    57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3,
    61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
)
FINAL = (
    40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31,
    38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13, 53, 21, 61, 29,
    36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27,
    34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49, 17, 57, 25,
)
EXPANSION = (
    32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
    16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
)
PERMUTATION = (
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
    2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
)
CHOICE_1 = (
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
    63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
)
CHOICE_2 = (
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
    41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
)
SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
BOXES = (
    "E4D12FB83A6C5907" "0F74E2D1A6CB9538" "41E8D62BFC973A50" "FC8249175B3EA06D",
    "F18E6B34972DC05A" "3D47F28EC01A69B5" "0E7BA4D158C6932F" "D8A13F42B67C05E9",
    "A09E63F51DC7B428" "D709346A285ECBF1" "D6498F30B12C5AE7" "1AD069874FE3B52C",
    "7DE3069A1285BC4F" "D8B56F03472C1AE9" "A690CB7DF13E5284" "3F06A1D8945BC72E",
    "2C417AB6853FD0E9" "EB2C47D150FA3986" "421BAD78F9C5630E" "B8C71E2D6F09A453",
    "C1AF92680D34E75B" "AF427C9561DE0B38" "9EF528C3704A1DB6" "432C95FABE17608D",
    "4B2EF08D3C975A61" "D0B7491AE35C2F86" "14BDC37EAF680592" "6BD814A7950FE23C",
    "D2846FB1A93E50C7" "1FD8A374C56B0E92" "7B419CE206ADF358" "21E74A8DFC90356B",
)


def _permute(value: int, width: int, table: tuple) -> int:
    out = 0
    for position in table:
        out = (out << 1) | ((value >> (width - position)) & 1)
    return out


def _round_keys(key: bytes) -> list:
    chosen = _permute(int.from_bytes(key, "big"), 64, CHOICE_1)
    left, right = chosen >> 28, chosen & 0xFFFFFFF
    keys = []
    for shift in SHIFTS:
        left = ((left << shift) | (left >> (28 - shift))) & 0xFFFFFFF
        right = ((right << shift) | (right >> (28 - shift))) & 0xFFFFFFF
        keys.append(_permute((left << 28) | right, 56, CHOICE_2))
    return keys


def _block(block: bytes, keys: list) -> bytes:
    state = _permute(int.from_bytes(block, "big"), 64, INITIAL)
    left, right = state >> 32, state & 0xFFFFFFFF
    for key in keys:
        mixed = _permute(right, 32, EXPANSION) ^ key
        out = 0
        for number, box in enumerate(BOXES):
            six = (mixed >> (42 - 6 * number)) & 0x3F
            row = ((six >> 4) & 2) | (six & 1)
            out = (out << 4) | int(box[row * 16 + ((six >> 1) & 15)], 16)
        left, right = right, left ^ _permute(out, 32, PERMUTATION)
    return _permute((right << 32) | left, 64, FINAL).to_bytes(8, "big")


def encrypt_block(key: bytes, block: bytes) -> bytes:
    """One block under DES (8 bytes of key) or two-key triple DES (16 bytes)."""
    if len(key) == 8:
        return _block(block, _round_keys(key))
    left, right = _round_keys(key[:8]), _round_keys(key[8:])
    return _block(_block(_block(block, left), right[::-1]), left)


def decrypt_block(key: bytes, block: bytes) -> bytes:
    if len(key) == 8:
        return _block(block, _round_keys(key)[::-1])
    left, right = _round_keys(key[:8])[::-1], _round_keys(key[8:])
    return _block(_block(_block(block, left), right), left)


def encrypt_ecb(key: bytes, data: bytes) -> bytes:
    return b"".join(encrypt_block(key, data[at : at + 8]) for at in range(0, len(data), 8))


def decrypt_ecb(key: bytes, data: bytes) -> bytes:
    return b"".join(decrypt_block(key, data[at : at + 8]) for at in range(0, len(data), 8))


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other))


def check_value(key: bytes) -> bytes:
    """The first 4 bytes of E(key, 8 zero bytes) (terminal interface, section 2)."""
    return encrypt_block(key, bytes(8))[:4]
