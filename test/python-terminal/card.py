"""A resident's card and the SAM of a terminal, reduced to the purse: what they would answer to the commands of
domain facts A.1, with the balance, the counters and the last transaction changing together or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass

from des import encrypt_block
from macs import card_key, tac, transaction_mac


@dataclass
class LoadOpened:
    balance: int
    counter: int
    random: bytes
    mac1: bytes


class CardRefuses(Exception):
    """A status word of the card other than 9000."""


class Card:
    def __init__(self, card_no: str, roots: dict) -> None:
        self.card_no = card_no
        self.serial = bytes.fromhex("0" + card_no)
        self.issuer = bytes.fromhex("0000") + bytes.fromhex(card_no[3:7]) + bytes(4)
        self.balance = 0
        self.online_counter = 0
        self.offline_counter = 0
        self._load_key = card_key(roots["DLK"], card_no)
        self._purchase_key = card_key(roots["DPK"], card_no)
        self._tac_key = card_key(roots["DTK"], card_no)
        self._opened: dict = {}
        self._proofs: dict = {}

    def initialize_for_load(self, amount: int, terminal: bytes) -> LoadOpened:
        random = os.urandom(4)
        session = encrypt_block(self._load_key, random + self.online_counter.to_bytes(2, "big") + b"\x80\x00")
        covered = self.balance.to_bytes(4, "big") + amount.to_bytes(4, "big") + b"\x02" + terminal
        mac1 = transaction_mac(session, covered)
        self._opened = {"kind": "load", "amount": amount, "terminal": terminal, "session": session}
        return LoadOpened(self.balance, self.online_counter, random, mac1)

    def credit_for_load(self, date: bytes, time: bytes, mac2: bytes) -> bytes:
        """CREDIT FOR LOAD: the TAC, over the new balance and the counter from before."""
        opened = self._opened
        if opened.get("kind") != "load":
            raise CardRefuses("6985")
        amount = opened["amount"].to_bytes(4, "big")
        terminal = opened["terminal"]
        if transaction_mac(opened["session"], amount + b"\x02" + terminal + date + time) != mac2:
            raise CardRefuses("9302")
        self._opened = {}
        after = self.balance + opened["amount"]
        counter = self.online_counter.to_bytes(2, "big")
        code = tac(self._tac_key, after.to_bytes(4, "big") + counter + amount + b"\x02" + terminal + date + time)
        self.balance, self.online_counter = after, self.online_counter + 1
        self._proofs["load"] = code
        return code

    def prove_load(self) -> bytes:
        """GET TRANSACTION PROVE for the load before: its TAC again."""
        return self._proofs["load"]

    def initialize_for_purchase(self, amount: int, terminal: bytes) -> tuple:
        if amount > self.balance:
            raise CardRefuses("9401")
        random = os.urandom(4)
        self._opened = {"kind": "purchase", "amount": amount, "terminal": terminal, "random": random}
        return self.balance, self.offline_counter, random

    def debit_for_purchase(self, number: int, date: bytes, time: bytes, mac1: bytes) -> tuple:
        """DEBIT FOR PURCHASE: the card answers TAC, then MAC2."""
        opened = self._opened
        if opened.get("kind") != "purchase":
            raise CardRefuses("6985")
        session = purchase_session(self._purchase_key, opened["random"], self.offline_counter, number)
        amount = opened["amount"].to_bytes(4, "big")
        covered = amount + b"\x06" + opened["terminal"] + date + time
        if transaction_mac(session, covered) != mac1:
            raise CardRefuses("9302")
        self._opened = {}
        proof = amount + b"\x06" + opened["terminal"] + number.to_bytes(4, "big") + date + time
        self.balance, self.offline_counter = self.balance - opened["amount"], self.offline_counter + 1
        return tac(self._tac_key, proof), transaction_mac(session, amount)


def purchase_session(key: bytes, random: bytes, counter: int, number: int) -> bytes:
    return encrypt_block(key, random + counter.to_bytes(2, "big") + (number & 0xFFFF).to_bytes(2, "big"))


class Sam:
    """Holds the root purchase key and the terminal transaction number, as a PSAM does (domain facts A.8)."""

    def __init__(self, number: str, root_purchase_key: bytes) -> None:
        self.number = bytes.fromhex(number)
        self._root = root_purchase_key
        self._next = int.from_bytes(os.urandom(3), "big") + 1

    def pay(self, card: Card, amount: int, date: bytes, time: bytes) -> bytes:
        """One purchase between this SAM and the card: the 64 bytes of its record (terminal interface, section 3)."""
        balance, counter, random = card.initialize_for_purchase(amount, self.number)
        number, self._next = self._next, self._next + 1
        session = purchase_session(card_key(self._root, card.card_no), random, counter, number)
        amount_bytes = amount.to_bytes(4, "big")
        mac1 = transaction_mac(session, amount_bytes + b"\x06" + self.number + date + time)
        code, mac2 = card.debit_for_purchase(number, date, time, mac1)
        if transaction_mac(session, amount_bytes) != mac2:
            raise CardRefuses("MAC2 of the card is wrong")
        return purchase_record(card, counter, balance, amount, self.number, number, date, time, code)


def purchase_record(
    card: Card, counter: int, balance: int, amount: int, sam: bytes, number: int, date: bytes, time: bytes, code: bytes
) -> bytes:
    record = (
        b"\x01"  # record version
        + b"\x00"  # complete, not a test card
        + bytes.fromhex(card.card_no[3:7])  # issuer city
        + card.serial
        + b"\x01\x00"  # main type, sub type
        + b"\x06"  # purchase
        + b"\x01\x01\x00"  # key index, key version, the card's algorithm byte
        + counter.to_bytes(2, "big")
        + balance.to_bytes(4, "big")
        + amount.to_bytes(4, "big")
        + sam
        + number.to_bytes(4, "big")
        + date
        + time
        + code
        + bytes(4)  # hotlist version held
        + b"\x01"  # bus
        + bytes(8)
    )
    assert len(record) == 64
    return record
