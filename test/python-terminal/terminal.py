"""A terminal of the city: link, identity, keys and the fifteen messages (terminal interface, sections 1 to 3)."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from typing import Optional

from des import check_value, decrypt_ecb
from macs import ecb_mac, x919_mac
from message import Malformed, decode_message, encode_message, frame

HOST_ADDRESS, OWN_ADDRESS = b"\x00\x01", b"\x00\x7f"
HEADER = bytes.fromhex("620001000000")
ANSWER_TIMEOUT_S = 30.0


class LinkClosed(Exception):
    """The host closed the link."""


class WrongAnswer(Exception):
    """An answer that the page does not allow."""


@dataclass
class Answer:
    mti: str
    fields: dict
    mac_right: Optional[bool]

    @property
    def code(self) -> str:
        return self.fields[39]


class Link:
    def __init__(self, host: str, port: int, tls: Optional[dict] = None) -> None:
        """Over TLS with tls = {"ca": file, "certificate": file, "key": file}: the host is trusted by its CA, not by its name."""
        self._socket = socket.create_connection((host, port), timeout=ANSWER_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.load_verify_locations(tls["ca"])
            context.load_cert_chain(tls["certificate"], tls["key"])
            try:
                self._socket = context.wrap_socket(self._socket)
            except OSError:
                self._socket.close()
                raise
        self._rest = b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self) -> bytes:
        """The next frame without its length."""
        while True:
            if len(self._rest) >= 2:
                length = int.from_bytes(self._rest[:2], "big")
                if len(self._rest) >= 2 + length:
                    body, self._rest = self._rest[2 : 2 + length], self._rest[2 + length :]
                    return body
            try:
                chunk = self._socket.recv(65536)
            except ConnectionError:
                chunk = b""
            if not chunk:
                raise LinkClosed()
            self._rest += chunk

    def closed_by_host(self) -> bool:
        """Waits for the end of the link; False when the host sends something instead."""
        try:
            self.receive()
        except LinkClosed:
            return True
        return False

    def close(self) -> None:
        self._socket.close()


@dataclass
class Request:
    """A request as it was sent: a repeat sends the same fields again."""

    mti: str
    fields: dict
    extra: bytes = b""


@dataclass
class Terminal:
    host: str
    port: int
    terminal_no: str
    merchant_no: str
    sam_no: str
    master_key: bytes
    mac_algorithm: str
    batch: int = 1
    trace: int = 0
    mac_key: Optional[bytes] = None
    link: Optional[Link] = None
    loads: list = field(default_factory=list)
    purchases: list = field(default_factory=list)
    tls: Optional[dict] = None

    # --- the line -------------------------------------------------------------------------------------------------

    def connect(self) -> Link:
        if self.link is None:
            self.link = Link(self.host, self.port, self.tls)
        return self.link

    def disconnect(self) -> None:
        if self.link is not None:
            self.link.close()
            self.link = None

    def next_trace(self) -> str:
        self.trace += 1
        return f"{self.trace:06d}"

    def compose(self, mti: str, kind: str, network: str, **fields) -> Request:
        """A request with fields 11, 41, 42 and 60 of this terminal; others as f2=…, f4=…"""
        own = {11: self.next_trace(), 41: self.terminal_no, 42: self.merchant_no}
        own[60] = f"{kind}{self.batch:06d}{network}"
        own.update({int(name[1:]): value for name, value in fields.items() if value is not None})
        return Request(mti, own)

    def mac(self, covered: bytes) -> bytes:
        key = self.mac_key or bytes(16)
        return x919_mac(key, covered) if self.mac_algorithm == "x9.19" else ecb_mac(key, covered)

    def pack(self, request: Request, with_mac: bool = True, spoil: bool = False) -> bytes:
        fields = dict(request.fields)
        if with_mac:
            fields[64] = bytes(8)
            code = self.mac(encode_message(request.mti, fields)[:-8])
            fields[64] = bytes([code[0] ^ 1]) + code[1:] if spoil else code
        message = encode_message(request.mti, fields) + request.extra
        return frame(message, b"\x60" + HOST_ADDRESS + OWN_ADDRESS, HEADER)

    def unpack(self, request: Request, body: bytes) -> Answer:
        """Holds an answer to everything section 3 says of all of them."""
        if body[:5] != b"\x60" + OWN_ADDRESS + HOST_ADDRESS:
            raise WrongAnswer(f"TPDU {body[:5].hex()} does not swap the addresses")
        if body[5:11] != HEADER:
            raise WrongAnswer(f"header {body[5:11].hex()} does not repeat the request's")
        mti, fields, covered = decode_message(body[11:])
        if int(mti) != int(request.mti) + 10:
            raise WrongAnswer(f"MTI {mti} answers {request.mti}")
        for number in (11, 41, 42, 60):
            if fields.get(number) != request.fields[number]:
                raise WrongAnswer(f"field {number} came back as {fields.get(number)!r}")
        for number in (12, 13, 37, 39):
            if number not in fields:
                raise WrongAnswer(f"field {number} is missing")
        right = None if 64 not in fields else fields[64] == self.mac(body[11 : 11 + covered])
        return Answer(mti, fields, right)

    def exchange(self, request: Request, **how) -> Answer:
        """Sends and waits for the answer; its MAC has to be there and right unless the page says otherwise."""
        link = self.connect()
        link.send(self.pack(request, **how))
        answer = self.unpack(request, link.receive())
        if answer.mac_right is False and answer.code != "A0":
            raise WrongAnswer(f"the MAC of answer {answer.mti} {answer.code} is wrong")
        if answer.mac_right is None and answer.code != "97" and self.mac_key is not None and request.fields[60][-3:] != "003":
            raise WrongAnswer(f"answer {answer.mti} {answer.code} has no field 64")
        return answer

    # --- the messages ---------------------------------------------------------------------------------------------

    def sign_on(self) -> Answer:
        """Message 1; takes the working keys into use when both check values are right."""
        request = self.compose("0800", "00", "003", f62="Python terminal", f63="001")
        answer = self.exchange(request, with_mac=False)
        if answer.code == "00":
            keys = answer.fields[62]
            if len(keys) != 40:
                raise WrongAnswer(f"working keys of {len(keys)} bytes")
            pin_key, mac_key = (decrypt_ecb(self.master_key, keys[at : at + 16]) for at in (0, 20))
            for key, kcv in ((pin_key, keys[16:20]), (mac_key, keys[36:40])):
                if check_value(key) != kcv:
                    raise WrongAnswer("the check value of a working key is wrong")
            self.mac_key = mac_key
        return answer

    def sign_off(self) -> Answer:
        return self.exchange(self.compose("0820", "00", "002"))

    def echo_request(self) -> Request:
        return self.compose("0820", "00", "301")

    def echo(self, **how) -> Answer:
        return self.exchange(self.echo_request(), **how)

    def parameters(self) -> dict:
        """Message 4: all blocks, then the confirmation."""
        version, block, tags = 0, 0, {}
        while True:
            wanted = version.to_bytes(4, "big") + block.to_bytes(2, "big")
            answer = self.exchange(self.compose("0800", "00", "360", f62=wanted))
            if answer.code != "00":
                raise WrongAnswer(f"parameters answered {answer.code}")
            content = answer.fields[62]
            version, last, at = int.from_bytes(content[:4], "big"), content[6], 7
            if int.from_bytes(content[4:6], "big") != block:
                raise WrongAnswer("another block than asked for")
            while at < len(content):
                tag, length = content[at], content[at + 1]
                tags[tag] = int.from_bytes(content[at + 2 : at + 2 + length], "big")
                at += 2 + length
            if last:
                break
            block += 1
        done = self.exchange(self.compose("0800", "00", "361", f62=version.to_bytes(4, "big")))
        return {"version": version, "tags": tags, "confirmed": done.code}

    def hotlist(self, held: int = 0) -> dict:
        """Message 5: pages until more = 0, then the confirmation of the version of that page."""
        index, pages, listed = 0, 0, set()
        while True:
            wanted = held.to_bytes(4, "big") + index.to_bytes(4, "big")
            answer = self.exchange(self.compose("0800", "00", "390", f62=wanted))
            if answer.code != "00":
                return {"code": answer.code}
            content = answer.fields[62]
            version, following = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big")
            more, count = content[8], content[9]
            if len(content) != 10 + 11 * count or following != index + count:
                raise WrongAnswer(f"hotlist page of {len(content)} bytes with {count} entries, next {following}")
            for at in range(10, len(content), 11):
                serial = content[at + 1 : at + 11].hex()
                if content[at] == 1:
                    listed.add(serial)
                elif content[at] == 2:
                    listed.discard(serial)
                else:
                    raise WrongAnswer(f"hotlist action {content[at]}")
            index, pages = following, pages + 1
            if not more:
                break
        done = self.exchange(self.compose("0800", "00", "391", f62=version.to_bytes(4, "big")))
        return {"code": "00", "version": version, "entries": index, "pages": pages, "listed": listed, "confirmed": done.code}

    def balance(self, card_no: str) -> tuple:
        """Message 6: (code, ledger balance, available balance)."""
        answer = self.exchange(self.compose("0200", "01", "000", f2=card_no, f3="310000"))
        if answer.code != "00":
            return answer.code, None, None
        content = answer.fields[54]
        if len(content) != 40 or content[:8] != "0201156C" or content[20:28] != "1001156C":
            raise WrongAnswer(f"field 54 is {content!r}")
        return "00", int(content[8:20]), int(content[28:40])

    def load_request(self, card, amount: int, bound: bool = False) -> Request:
        """Messages 7 and 8, from what the card says to INITIALIZE FOR LOAD."""
        opened = card.initialize_for_load(amount, bytes.fromhex(self.sam_no))
        content = (
            b"\x01" + card.serial + card.issuer + b"\x02" + b"\x01\x01\x00"
            + opened.balance.to_bytes(4, "big") + opened.counter.to_bytes(2, "big") + opened.random
            + bytes.fromhex(self.sam_no) + opened.mac1
        )
        assert len(content) == 43
        processing, kind = ("600000", "40") if bound else ("630000", "41")
        return self.compose(
            "0200", kind, "000", f2=card.card_no, f3=processing, f4=str(amount), f25="91", f58=content
        )

    def load_result(self, request: Request, answer: Optional[Answer], outcome: int, tac: bytes, card, counter: int) -> Request:
        content = bytes([1, outcome]) + tac + card.balance.to_bytes(4, "big") + counter.to_bytes(2, "big")
        return self._about(request, answer, "0220", f58=content)

    def load_proof(self, load: Request, tac: bytes, card, counter: int) -> Request:
        """The result of a load that another terminal asked for: field 61 is zeros."""
        proof = self.load_result(load, None, 0, tac, card, counter)
        proof.fields[61] = "0" * 16
        return proof

    def reversal(self, request: Request, answer: Optional[Answer] = None) -> Request:
        following = self._about(request, answer, "0400", f39="98")
        following.fields[11] = request.fields[11]
        return following

    def _about(self, request: Request, answer: Optional[Answer], mti: str, **fields) -> Request:
        original = request.fields[60][2:8] + request.fields[11] + ("0000" if answer is None else answer.fields[13])
        return self.compose(
            mti, request.fields[60][:2], "000", f2=request.fields[2], f3=request.fields[3], f4=request.fields[4],
            f61=original, **fields,
        )

    def load(self, card, amount: int, bound: bool = False) -> str:
        """A whole load: the code of the answer, or of the result when the card was credited."""
        counter = card.online_counter
        request = self.load_request(card, amount, bound)
        answer = self.exchange(request)
        if answer.code != "00":
            return answer.code
        if len(answer.fields[58]) != 12 or answer.fields[58][0] != 1:
            raise WrongAnswer(f"load answer {answer.fields[58].hex()}")
        tac = self.credit(card, answer)
        self.loads.append(amount)
        return self.exchange(self.load_result(request, answer, 0, tac, card, counter)).code

    @staticmethod
    def credit(card, answer: Answer) -> bytes:
        content = answer.fields[58]
        return card.credit_for_load(content[1:5], content[5:8], content[8:12])

    def upload_request(self, records: list) -> Request:
        total = sum(int.from_bytes(record[26:30], "big") for record in records)
        totals = len(records).to_bytes(2, "big") + total.to_bytes(8, "big")
        return self.compose("0320", "36", "201", f3="000000", f48=totals, f62=b"".join(records))

    def note_purchases(self, records: list) -> None:
        self.purchases.extend(int.from_bytes(record[26:30], "big") for record in records if record[1] & 15 != 3)

    def upload(self, records: list) -> Answer:
        answer = self.exchange(self.upload_request(records))
        if answer.code == "00":
            self.note_purchases(records)
        return answer

    def bill_enquiry(self, biller: str, customer: str) -> tuple:
        asked = (biller.ljust(4) + customer.ljust(20)).encode("gb18030")
        answer = self.exchange(self.compose("0100", "01", "000", f3="330000", f62=asked))
        bills = []
        content = answer.fields.get(62, b"")
        for at in range(0, len(content), 56):
            row = content[at : at + 56]
            bills.append((row[:16].decode("gb18030").strip(), int(row[16:28]), row[28:36].decode("ascii")))
        return answer, bills

    def bill_payment(self, record: bytes, biller: str, customer: str, reference: str, amount: Optional[int] = None) -> Request:
        content = record + (biller.ljust(4) + customer.ljust(20) + reference.ljust(16)).encode("gb18030")
        paid = int.from_bytes(record[26:30], "big") if amount is None else amount
        return self.compose("0220", "36", "000", f3="500000", f4=str(paid), f62=content)

    def totals_request(self, wrong_by: int = 0) -> Request:
        content = b"".join(
            amount.to_bytes(8, "big") + count.to_bytes(4, "big")
            for amount, count in (
                (sum(self.loads) + wrong_by, len(self.loads)),
                (sum(self.purchases), len(self.purchases)),
            )
        )
        return self.compose("0500", "00", "201", f48=content)

    def settle_batch(self, wrong_by: int = 0) -> tuple:
        """Message 14: (result, the host's totals); the batch number moves on after it."""
        answer = self.exchange(self.totals_request(wrong_by))
        content = answer.fields.get(48, b"")
        if answer.code != "00" or len(content) != 25:
            raise WrongAnswer(f"batch totals answered {answer.code} with {len(content)} bytes")
        self.batch += 1
        self.loads, self.purchases = [], []
        return content[24], content[:24].hex()

    def end_upload(self, count: int) -> Answer:
        return self.exchange(self.compose("0320", "00", "207", f48=count.to_bytes(4, "big")))
