"""Chapters on loads, purchases, batches and bills (terminal interface, section 3)."""

from __future__ import annotations

import time

from card import Card, Sam, purchase_record
from report import Report
from terminal import Request, Terminal


def city_time() -> tuple:
    """Date and time of the city (UTC+8) as a terminal's clock says, in BCD."""
    now = time.gmtime(time.time() + 8 * 3600)
    return bytes.fromhex(time.strftime("%Y%m%d", now)), bytes.fromhex(time.strftime("%H%M%S", now))


def balance_becomes(terminal: Terminal, card_no: str, wanted: int) -> int:
    """The ledger balance once validation has been by, asked for a while."""
    seen = -1
    for _ in range(100):
        seen = terminal.balance(card_no)[1]
        if seen == wanted:
            break
        time.sleep(0.1)
    return seen


def with_change(terminal: Terminal, request: Request, **fields) -> Request:
    """The request again under a trace number of its own, some fields otherwise."""
    own = {11: terminal.next_trace(), **{int(name[1:]): value for name, value in fields.items()}}
    return Request(request.mti, {**request.fields, **own})


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def loads(report: Report, terminal: Terminal, fresh) -> None:
    with report.chapter("balance"):
        card = fresh()
        report.hold("a new card has nothing", terminal.balance(card.card_no), ("00", 0, 0))
        report.hold("a card of nobody is answered 14", terminal.balance("3104580990999999991")[0], "14")
    with report.chapter("load"):
        card = fresh()
        report.hold("a load is credited and its result taken", terminal.load(card, 5000), "00")
        report.hold("the books have it", terminal.balance(card.card_no), ("00", 5000, 5000))
        report.hold("a second load follows", terminal.load(card, 2500), "00")
        report.hold("the books have both", terminal.balance(card.card_no), ("00", 7500, 7500))
    with report.chapter("lost answer"):
        card = fresh()
        counter = card.online_counter
        request = terminal.load_request(card, 3000)
        first = terminal.exchange(request)
        terminal.disconnect()
        second = terminal.exchange(request)
        report.hold("a repeat on a new link has the same answer", second.fields[58], first.fields[58])
        kept = [(number, second.fields[number]) for number in (12, 13, 37, 39)]
        report.hold("with the same time and reference", kept, [(number, first.fields[number]) for number in (12, 13, 37, 39)])
        changed = Request(request.mti, {**request.fields, 4: "3001"})
        report.hold("the same trace number with another amount is answered 94", terminal.exchange(changed).code, "94")
        report.hold("a pending load is not spendable", terminal.balance(card.card_no), ("00", 0, 0))
        tac = terminal.credit(card, second)
        terminal.loads.append(3000)
        result = terminal.load_result(request, second, 0, tac, card, counter)
        forged = with_change(terminal, result, f58=flipped(result.fields[58], 2))
        report.hold("a result with a wrong TAC is answered A1", terminal.exchange(forged).code, "A1")
        report.hold("and changes nothing", terminal.balance(card.card_no), ("00", 0, 0))
        report.hold("the right result posts the load", terminal.exchange(result).code, "00")
        report.hold("its repeat is answered 00", terminal.exchange(result).code, "00")
        report.hold("and counts once", terminal.balance(card.card_no), ("00", 3000, 3000))
        report.hold("a reversal of it is answered 12", terminal.exchange(terminal.reversal(request, second)).code, "12")
        report.hold("and takes nothing back", terminal.balance(card.card_no), ("00", 3000, 3000))
    with report.chapter("reversal"):
        card = fresh()
        request = terminal.load_request(card, 3000)
        answer = terminal.exchange(request)
        reversal = terminal.reversal(request, answer)
        report.hold("a reversal voids a pending load", terminal.exchange(reversal).code, "00")
        report.hold("its repeat is answered 00", terminal.exchange(reversal).code, "00")
        repeat = terminal.exchange(request)
        report.hold("the voided load's repeat is answered 25 without field 58", (repeat.code, 58 in repeat.fields), ("25", False))
        early = terminal.load_request(card, 1000)
        report.hold("a reversal before its load is answered 25", terminal.exchange(terminal.reversal(early)).code, "25")
        report.hold("and the load then opens nothing", terminal.exchange(early).code, "25")
        counter = card.online_counter
        late = terminal.load_request(card, 700)
        late_answer = terminal.exchange(late)
        tac = terminal.credit(card, late_answer)
        report.hold("a load is voided whose card was credited", terminal.exchange(terminal.reversal(late, late_answer)).code, "00")
        proof = terminal.load_result(late, late_answer, 0, tac, card, counter)
        report.hold("its result posts it after all", terminal.exchange(proof).code, "00")
        terminal.loads.append(700)
        report.hold("so the books follow the card", terminal.balance(card.card_no), ("00", 700, 700))
    with report.chapter("unknown outcome"):
        card = fresh()
        counter = card.online_counter
        request = terminal.load_request(card, 4000)
        answer = terminal.exchange(request)
        terminal.credit(card, answer)
        # No result 00 is ever sent for it, so it is in nobody's totals, though it was credited.
        unknown = terminal.load_result(request, answer, 2, bytes(4), card, counter)
        report.hold("outcome unknown is answered 00", terminal.exchange(unknown).code, "00")
        report.hold("and the load stays pending", terminal.balance(card.card_no), ("00", 0, 0))
        report.hold("the next load proves it", terminal.load(card, 1000), "00")
        report.hold("and both are in the books", terminal.balance(card.card_no), ("00", 5000, 5000))
    with report.chapter("not credited"):
        card = fresh()
        counter = card.online_counter
        request = terminal.load_request(card, 4000)
        answer = terminal.exchange(request)
        result = terminal.load_result(request, answer, 1, bytes(4), card, counter)
        report.hold("outcome not credited voids the load", terminal.exchange(result).code, "00")
        again = with_change(terminal, result, f61="000099" + "000099" + "0000")
        report.hold("a result of a load that never was is answered 25", terminal.exchange(again).code, "25")
        report.hold("a card loads after that as before", terminal.load(card, 100), "00")
    with report.chapter("refusals of loads"):
        card = fresh()
        request = terminal.load_request(card, 3000)
        said = request.fields[58]
        report.hold("field 25 other than 91 is answered 12", terminal.exchange(with_change(terminal, request, f25="00")).code, "12")
        report.hold("a strange application serial is answered 30", terminal.exchange(with_change(terminal, request, f58=flipped(said, 10))).code, "30")
        report.hold("a SAM that is not the terminal's is answered 58", terminal.exchange(with_change(terminal, request, f58=flipped(said, 38))).code, "58")
        report.hold("a wrong MAC1 is answered A1", terminal.exchange(with_change(terminal, request, f58=flipped(said, 42))).code, "A1")
        report.hold("a load above the cap is answered 61", terminal.load(card, 100_001), "61")
        report.hold("a bound account without money is answered 51", terminal.load(card, 1000, bound=True), "51")
        report.hold("nothing came of any of them", terminal.balance(card.card_no), ("00", 0, 0))


def purchases(report: Report, terminal: Terminal, sam: Sam, fresh) -> None:
    date, now = city_time()
    with report.chapter("purchases"):
        card = fresh()
        terminal.load(card, 5000)
        records = [sam.pay(card, amount, date, now) for amount in (200, 0, 300, *([10] * 12))]
        request = terminal.upload_request(records)
        report.hold("fifteen records in one message are answered 00", terminal.exchange(request).code, "00")
        terminal.note_purchases(records)
        terminal.disconnect()
        report.hold("the repeat is answered 00", terminal.exchange(request).code, "00")
        other = Request(request.mti, dict(request.fields))
        other.fields[62] = flipped(other.fields[62], 55)
        report.hold("the same trace number with other content is answered 94", terminal.exchange(other).code, "94")
        report.hold("the purse goes down by what was paid, once", balance_becomes(terminal, card.card_no, card.balance), 4380)
    with report.chapter("purchases that do not add up"):
        record = sam.pay(card, 100, date, now)

        def send(count: int, amount: int, content: bytes) -> str:
            totals = count.to_bytes(2, "big") + amount.to_bytes(8, "big")
            return terminal.exchange(terminal.compose("0320", "36", "201", f3="000000", f48=totals, f62=content)).code

        report.hold("an amount that is not the sum is answered 13", send(1, 101, record), "13")
        report.hold("a count that is not the records' is answered 30", send(2, 100, record), "30")
        report.hold("half a record is answered 30", send(1, 100, record[:63]), "30")
        report.hold("no record is answered 30", send(0, 0, b""), "30")
        forged = flipped(record, 47)
        report.hold("a record with a wrong TAC is taken", terminal.upload([forged]).code, "00")
        report.hold("and the true one after it", terminal.upload([record]).code, "00")
        report.hold("which alone is paid", balance_becomes(terminal, card.card_no, card.balance), 4280)
        torn = purchase_record(card, card.offline_counter, card.balance, 50, sam.number, 0xFFFFFF00, date, now, bytes(4))
        gray = torn[:1] + b"\x01" + torn[2:]
        locked = torn[:1] + b"\x03" + torn[2:26] + bytes(4) + torn[30:]
        # Another transaction number: were it the gray one's, both would be one purchase told twice.
        strange = b"\x7f" + torn[1:36] + bytes.fromhex("FFFFFF01") + torn[40:]
        report.hold("a gray record is taken", terminal.upload([gray]).code, "00")
        report.hold("a card locked by the terminal is taken", terminal.upload([locked]).code, "00")
        report.hold("a record of a version nobody knows is taken", terminal.upload([strange]).code, "00")


def batches(report: Report, terminal: Terminal, sam: Sam, fresh) -> None:
    with report.chapter("batches"):
        ours = terminal.totals_request().fields[48].hex()
        report.hold("totals that are right are equal", terminal.settle_batch(), (1, ours))
        card = fresh()
        report.hold("a load in the new batch", terminal.load(card, 2000), "00")
        request = terminal.totals_request(wrong_by=1)
        answer = terminal.exchange(request)
        report.hold("totals that are wrong differ", answer.fields[48][24], 2)
        wanted = (2000).to_bytes(8, "big") + (1).to_bytes(4, "big") + bytes(12)
        report.hold("and the host says its own", answer.fields[48][:24].hex(), wanted.hex())
        repeat = terminal.exchange(request)
        report.hold("a repeat has the same answer", repeat.fields[48], answer.fields[48])
        report.hold("the end of the upload is answered 00", terminal.end_upload(0).code, "00")
        settled, terminal.batch = terminal.batch, terminal.batch + 1
        terminal.loads = []
        report.hold("nothing in the batch after it", terminal.settle_batch()[0], 1)
        newest, terminal.batch = terminal.batch, settled
        report.hold("a load in a batch of the past is answered 77", terminal.load(card, 100), "77")
        date, now = city_time()
        late = sam.pay(card, 100, date, now)
        report.hold("a purchase in a batch of the past is taken", terminal.upload([late]).code, "00")
        terminal.batch = newest
        terminal.purchases = []


def bills(report: Report, terminal: Terminal, sam: Sam, fresh, order: dict) -> None:
    biller, customer, reference = order["biller"], order["customer"], order["reference"]
    date, now = city_time()
    with report.chapter("bills"):
        card = fresh()
        report.hold("the X9.19 terminal loads", terminal.load(card, 10000), "00")
        answer, due = terminal.bill_enquiry(biller, customer)
        report.hold("a bill enquiry is answered 00", answer.code, "00")
        report.hold("with the bill and its amount", [(one[0], one[1]) for one in due], [(reference, order["amountFen"])])
        report.hold("and the sum in field 4", int(answer.fields[4]), order["amountFen"])
        record = sam.pay(card, order["amountFen"], date, now)
        wrong = terminal.bill_payment(record, biller, customer, reference, amount=order["amountFen"] + 1)
        report.hold("an amount other than the record's is answered 13", terminal.exchange(wrong).code, "13")
        forged = terminal.bill_payment(flipped(record, 47), biller, customer, reference)
        report.hold("a wrong TAC is answered A1 and pays no bill", terminal.exchange(forged).code, "A1")
        payment = terminal.bill_payment(record, biller, customer, reference)
        paid = ask_until_decided(terminal, payment)
        terminal.note_purchases([record])
        report.hold("the payment is answered 00", paid.code, "00")
        receipt, token = paid.fields[62][:16].decode().strip(), paid.fields[62][16:36].decode().strip()
        report.hold("with a receipt", receipt != "", True)
        report.hold("and the meter's token", (len(token), token.isdigit()), (20, True))
        report.hold("its repeat has the same receipt", terminal.exchange(payment).fields[62], paid.fields[62])
        report.hold("the purse has paid", balance_becomes(terminal, card.card_no, card.balance), 10000 - order["amountFen"])
        report.facts["receipt"] = receipt
    with report.chapter("a bill the biller refuses"):
        record = sam.pay(card, 150, date, now)
        payment = terminal.bill_payment(record, biller, customer, "NO SUCH BILL")
        refused = ask_until_decided(terminal, payment)
        terminal.note_purchases([record])
        report.hold("a refused bill is answered 00 with a blank receipt", (refused.code, refused.fields[62][:16]), ("00", b" " * 16))
        report.hold("its money comes back by message 8", load_back(terminal, card, 150), "00")
        report.hold("once", terminal.load(card, 150, bound=True), "51")
        report.hold("and is on the card and in the books", balance_becomes(terminal, card.card_no, card.balance), 10000 - order["amountFen"])


def ask_until_decided(terminal: Terminal, request: Request):
    for _ in range(100):
        answer = terminal.exchange(request)
        if answer.code != "68":
            return answer
        time.sleep(0.1)
    return answer


def load_back(terminal: Terminal, card: Card, amount: int) -> str:
    """The pending credit follows the refusal when the record has been validated."""
    code = "51"
    for _ in range(100):
        code = terminal.load(card, amount, bound=True)
        if code != "51":
            break
        time.sleep(0.1)
    return code
