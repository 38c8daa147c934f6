"""Message MACs of field 64 and the MACs between card, SAM and host (domain facts A.4, A.5, A.6 and C.7)."""

from __future__ import annotations

from des import decrypt_block, encrypt_block, xor


def _blocks(data: bytes) -> list:
    return [data[at : at + 8] for at in range(0, len(data), 8)]


def _zero_fill(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def ecb_mac(key: bytes, data: bytes) -> bytes:
    """The bank-card ECB-MAC: the first 8 characters of a result written as upper-case hex."""
    folded = bytes(8)
    for block in _blocks(_zero_fill(data)):
        folded = xor(folded, block)
    text = folded.hex().upper().encode("ascii")
    first = encrypt_block(key, text[:8])
    return encrypt_block(key, xor(first, text[8:])).hex().upper().encode("ascii")[:8]


def x919_mac(key: bytes, data: bytes) -> bytes:
    """X9.19 with zero padding: CBC under the left half, the last block D(right) then E(left)."""
    left, right = key[:8], key[8:]
    chain = bytes(8)
    for block in _blocks(_zero_fill(data)):
        chain = encrypt_block(left, xor(chain, block))
    return encrypt_block(left, decrypt_block(right, chain))


def transaction_mac(key: bytes, data: bytes) -> bytes:
    """Single-DES CBC-MAC, zero IV, padded with 80 and zeros (always), the left 4 bytes."""
    padded = data + b"\x80"
    chain = bytes(8)
    for block in _blocks(_zero_fill(padded)):
        chain = encrypt_block(key, xor(chain, block))
    return chain[:4]


def derive(key: bytes, factor: bytes) -> bytes:
    return encrypt_block(key, factor) + encrypt_block(key, bytes(byte ^ 0xFF for byte in factor))


def card_key(root: bytes, card_no: str) -> bytes:
    """Root key, city key, card key as the card profile says (terminal interface, section 5)."""
    city_factor = bytes.fromhex(card_no[3:7]) + b"\xff" + bytes(5)
    return derive(derive(root, city_factor), bytes.fromhex(card_no[-16:]))


def tac(tac_key: bytes, data: bytes) -> bytes:
    return transaction_mac(xor(tac_key[:8], tac_key[8:]), data)
