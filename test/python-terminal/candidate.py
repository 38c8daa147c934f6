"""A candidate for the acceptance kit: does what hands and software of a terminal do when the kit asks for it.

    python3 test/python-terminal/candidate.py < lines

The first line of standard input describes the terminal (host, port, terminal, merchant, sam, tmk, dpkRoot, dlkRoot, dtkRoot,
cards, hotCard, timeout in seconds, tls when there is one, other = {port, terminal, sam, tls}); each further line is {"id": case, "turn": number}, turns counting from 0 within a case.
"""

from __future__ import annotations

import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import terminal as line
from card import Card, Sam
from money import city_time
from terminal import Answer, LinkClosed, Request, Terminal, WrongAnswer

BILLER, CUSTOMER, REFERENCE = "TEST", "ACCEPTANCE", "TEST-BILL-1"
UNDECIDED = ("68", "90", "96")
BROKEN = (OSError, LinkClosed, WrongAnswer)
AMOUNT = 1000
# Cases that ask for more than one thing.
BY_TURN = ("upload-after-restart", "tls-stranger")


class Candidate:
    def __init__(self, setting: dict) -> None:
        line.ANSWER_TIMEOUT_S = setting["timeout"]
        self.roots = {name: bytes.fromhex(setting[f"{name.lower()}Root"]) for name in ("DPK", "DLK", "DTK")}
        self.numbers = iter(setting["cards"])
        self.hot_card = setting["hotCard"]
        self.sam = Sam(setting["sam"], self.roots["DPK"])
        self.held = 0
        self.waiting = None
        self.terminal = self.set_to(setting, setting)
        self.other = self.set_to(setting, setting["other"])

    @staticmethod
    def set_to(setting: dict, side: dict) -> Terminal:
        return Terminal(
            host=setting["host"],
            port=int(side["port"]),
            terminal_no=side["terminal"],
            merchant_no=setting["merchant"],
            sam_no=side["sam"],
            master_key=bytes.fromhex(setting["tmk"]),
            mac_algorithm="x9.19",
            tls=side.get("tls"),
        )

    def card(self) -> Card:
        return Card(next(self.numbers), self.roots)

    # --- what a terminal does by itself -----------------------------------------------------------------------------

    def attempt(self, request: Request) -> Answer | None:
        """One attempt: None when no right answer came. A link without an answer is given up."""
        try:
            answer = self.terminal.exchange(request)
        except BROKEN:
            self.terminal.disconnect()
            return None
        return None if answer.code in UNDECIDED else answer

    def deliver(self, request: Request) -> Answer:
        """Store and forward: the same message until it is answered."""
        for _ in range(30):
            answer = self.attempt(request)
            if answer is not None:
                return answer
            time.sleep(0.02)
        raise WrongAnswer("nothing was answered 30 times")

    def opened(self, card: Card) -> tuple:
        """The request of a load and its answer; a load that stays without one is reversed."""
        request = self.terminal.load_request(card, AMOUNT)
        for _ in range(3):
            answer = self.attempt(request)
            if answer is not None:
                return request, answer
        self.deliver(self.terminal.reversal(request))
        return request, None

    def load(self) -> str | None:
        card = self.card()
        counter = card.online_counter
        request, answer = self.opened(card)
        if answer is None or answer.code != "00":
            return None if answer is None else answer.code
        tac = self.terminal.credit(card, answer)
        self.terminal.loads.append(AMOUNT)
        return self.deliver(self.terminal.load_result(request, answer, 0, tac, card, counter)).code

    def tap(self, card: Card | None = None, flag: int = 0) -> bytes:
        """A ride for nothing: fresh cards are empty, and a free ride has a TAC as any other."""
        record = bytearray(self.sam.pay(card or self.card(), 0, *city_time()))
        record[1] = flag
        record[51:55] = self.held.to_bytes(4, "big")
        if flag in (1, 3):
            record[47:51] = bytes(4)
        return bytes(record)

    def upload(self, *records: bytes) -> None:
        self.deliver(self.terminal.upload_request(list(records)))
        self.terminal.note_purchases(list(records))

    def fetch_hotlist(self) -> None:
        for _ in range(3):
            try:
                self.held = self.terminal.hotlist(self.held)["version"]
                return
            except BROKEN:
                self.terminal.disconnect()

    def next_batch(self) -> None:
        self.terminal.sign_on()
        self.terminal.batch += 1
        self.terminal.loads, self.terminal.purchases = [], []

    # --- what hands do, case by case --------------------------------------------------------------------------------

    def act(self, case: str, turn: int) -> None:
        getattr(self, "case_" + case.replace("-", "_"), self.load)(*([turn] if case in BY_TURN else []))

    def case_sign_on(self) -> None:
        self.terminal.sign_on()
        self.terminal.echo()

    def case_wrong_check_value(self) -> None:
        try:
            self.terminal.sign_on()
        except WrongAnswer:
            self.terminal.sign_on()
        self.terminal.echo()

    def case_key_change(self) -> None:
        self.terminal.echo()
        self.case_sign_on()

    def case_mac_refused(self) -> None:
        if self.terminal.echo().code == "A0":
            self.terminal.sign_on()
        self.terminal.echo()

    def case_torn_answers(self) -> None:
        for _ in range(3):
            self.terminal.echo()

    def case_sign_off(self) -> None:
        self.terminal.sign_off()

    def case_parameters(self) -> None:
        self.terminal.parameters()

    def case_hotlist(self) -> None:
        self.fetch_hotlist()

    case_hotlist_torn = case_hotlist

    def case_hotlisted_card(self) -> None:
        self.upload(self.tap(Card(self.hot_card, self.roots), flag=3))

    def case_load_torn_card(self) -> None:
        card = self.card()
        counter = card.online_counter
        request, answer = self.opened(card)
        self.deliver(self.terminal.load_result(request, answer, 2, bytes(4), card, counter))

    def case_load_recovered(self) -> None:
        card = self.card()
        counter = card.online_counter
        request, answer = self.opened(card)
        # The card was credited, its answer never came; it is asked when it is back.
        self.terminal.credit(card, answer)
        self.terminal.loads.append(AMOUNT)
        self.deliver(self.terminal.load_result(request, answer, 0, card.prove_load(), card, counter))

    def case_load_proof(self) -> None:
        card = self.card()
        counter = card.online_counter
        self.other.sign_on()
        load = self.other.load_request(card, AMOUNT)
        self.other.credit(card, self.other.exchange(load))
        # The other terminal went out before its result; its card is proved here.
        self.other.disconnect()
        self.deliver(self.terminal.load_proof(load, card.prove_load(), card, counter))

    def case_tls_stranger(self, turn: int) -> None:
        if turn > 0:
            self.terminal.echo()
            return
        # The link it had is closed; the next one is the stranger's.
        for _ in range(2):
            try:
                self.terminal.echo()
            except BROKEN:
                self.terminal.disconnect()

    def case_load_trace_used(self) -> None:
        self.load()
        self.load()

    def case_load_batch_behind(self) -> None:
        if self.load() == "77":
            self.next_batch()
        self.load()

    def case_upload(self) -> None:
        for _ in range(3):
            self.upload(self.tap())

    def case_upload_answer_lost(self) -> None:
        self.upload(self.tap())

    case_upload_undecided = case_upload_answer_lost

    def case_upload_after_restart(self, turn: int) -> None:
        if turn == 0:
            records = [self.tap()]
            self.waiting = (self.terminal.upload_request(records), records)
            self.terminal.connect().send(self.terminal.pack(self.waiting[0]))
            return
        request, records = self.waiting
        self.terminal.disconnect()
        self.terminal.sign_on()
        self.deliver(request)
        self.terminal.note_purchases(records)

    def case_torn_tap(self) -> None:
        self.upload(self.tap(flag=1))

    def case_recovered_tap(self) -> None:
        self.upload(self.tap(flag=2))

    def case_batch(self) -> None:
        self.terminal.settle_batch()
        self.upload(self.tap())

    case_batch_differs = case_batch

    def case_bill(self) -> None:
        self.terminal.bill_enquiry(BILLER, CUSTOMER)
        self.case_bill_answer_lost()

    def case_bill_answer_lost(self) -> None:
        record = self.tap()
        self.deliver(self.terminal.bill_payment(record, BILLER, CUSTOMER, REFERENCE))
        self.terminal.note_purchases([record])


def main() -> int:
    candidate = Candidate(json.loads(sys.stdin.readline()))
    for asked in iter(sys.stdin.readline, ""):
        wanted = json.loads(asked)
        try:
            candidate.act(wanted["id"], wanted["turn"])
        except Exception as problem:  # noqa: BLE001  what went wrong is the kit's to find; the tester reads why
            print(f"{wanted['id']}: {type(problem).__name__} {problem}", file=sys.stderr, flush=True)
            candidate.terminal.disconnect()
    candidate.terminal.disconnect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
