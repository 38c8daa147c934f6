"""Frames and messages of the terminal interface: the one dialect of its section 1 over the field table of domain
facts C.3."""

from __future__ import annotations

# field: (how, length). fixed BCD "n", BCD with a digit count "nLL"/"nLLL", fixed text "a", counted text "aLL"/"aLLL",
# counted bytes "bLLL", fixed bytes "b".
FIELDS = {
    2: ("nLL", 19), 3: ("n", 6), 4: ("n", 12), 11: ("n", 6), 12: ("n", 6), 13: ("n", 4), 14: ("n", 4), 15: ("n", 4),
    22: ("n-left", 3), 23: ("n", 3), 25: ("n", 2), 26: ("n", 2), 32: ("nLL", 11), 35: ("nLL", 37), 36: ("nLLL", 104),
    37: ("a", 12), 38: ("a", 6), 39: ("a", 2), 41: ("a", 8), 42: ("a", 15), 44: ("aLL", 25), 48: ("bLLL", 999),
    49: ("a", 3), 52: ("b", 8), 53: ("n", 16), 54: ("aLLL", 40), 55: ("bLLL", 255), 58: ("bLLL", 999),
    59: ("bLLL", 999), 60: ("nLLL", 17), 61: ("nLLL", 29), 62: ("bLLL", 999), 63: ("bLLL", 163), 64: ("b", 8),
}


class Malformed(Exception):
    """Bytes that are no message of the table."""


def _pack_left(digits: str) -> bytes:
    return bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "0")


def _prefix(form: str, count: int) -> bytes:
    return bytes.fromhex(str(count).zfill(4 if form.endswith("LLL") else 2))


def _encode(number: int, value) -> bytes:
    form, length = FIELDS[number]
    if form == "n":
        return bytes.fromhex(str(value).zfill(length + length % 2))
    if form == "n-left":
        return _pack_left(str(value).zfill(length))
    if form.startswith("n"):
        return _prefix(form, len(value)) + _pack_left(value)
    if form == "a":
        return str(value).encode("ascii").ljust(length)
    content = value.encode("gb18030") if isinstance(value, str) else value
    return content if form == "b" else _prefix(form, len(content)) + content


def encode_message(mti: str, fields: dict) -> bytes:
    bitmap = 0
    for number in fields:
        bitmap |= 1 << (64 - number)
    body = b"".join(_encode(number, fields[number]) for number in sorted(fields))
    return bytes.fromhex(mti) + bitmap.to_bytes(8, "big") + body


def decode_message(data: bytes) -> tuple:
    """MTI, fields, and the number of bytes before field 64 (what a MAC covers)."""
    if len(data) < 10:
        raise Malformed("shorter than MTI and bitmap")
    bitmap = int.from_bytes(data[2:10], "big")
    fields, at, covered = {}, 10, len(data)
    for number in range(1, 65):
        if not bitmap >> (64 - number) & 1:
            continue
        if number not in FIELDS:
            raise Malformed(f"field {number} is not in the table")
        if number == 64:
            covered = at
        form, length = FIELDS[number]
        if form.endswith("LL"):
            width = 2 if form.endswith("LLL") else 1
            length = int(data[at : at + width].hex())
            at += width
        size = (length + 1) // 2 if form.startswith("n") else length
        raw = data[at : at + size]
        if len(raw) < size:
            raise Malformed(f"field {number} runs past the end")
        at += size
        if form == "n" and length % 2:
            fields[number] = raw.hex()[1:]
        elif form.startswith("n"):
            fields[number] = raw.hex()[:length]
        elif form.startswith("a"):
            fields[number] = raw.decode("ascii")
        else:
            fields[number] = raw
    if at != len(data):
        raise Malformed(f"{len(data) - at} bytes after the last field")
    return data[:2].hex(), fields, covered


def frame(message: bytes, tpdu: bytes, header: bytes) -> bytes:
    body = tpdu + header + message
    return len(body).to_bytes(2, "big") + body
