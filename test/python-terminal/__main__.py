"""Plays a terminal of the city against a running host and reports as JSON what held.

    python3 test/python-terminal --vectors test/vectors.json < terminal.json

Standard input describes the terminal: host, port, terminal, merchant, sam, tmk, dpkRoot, dlkRoot, dtkRoot, cards (as
POST /v1/sandbox gives them), and optionally hotCard and billTerminal (terminal, sam, tmkUnderTransport, transportKey,
kcv, biller, customer, reference, amountFen), a terminal of the same merchant with X9.19. Exit code 0 when everything held, 1 when not.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import money
import sessions
from card import Card, Sam
from des import check_value, decrypt_ecb
from report import Report
from terminal import Terminal
from vectors import hold_vectors


def master_key_of(setting: dict) -> bytes:
    """The terminal master key, clear or as it is handed over under the transport key."""
    if "tmkUnderTransport" not in setting:
        return bytes.fromhex(setting["tmk"])
    key = decrypt_ecb(bytes.fromhex(setting["transportKey"]), bytes.fromhex(setting["tmkUnderTransport"]))
    if not check_value(key).hex().startswith(setting["kcv"].lower()[:8]):
        raise ValueError("the terminal master key does not have the check value that came with it")
    return key


def terminal_of(setting: dict, algorithm: str, batch: int) -> Terminal:
    return Terminal(
        host=setting["host"],
        port=int(setting["port"]),
        terminal_no=setting["terminal"],
        merchant_no=setting["merchant"],
        sam_no=setting["sam"],
        master_key=master_key_of(setting),
        mac_algorithm=algorithm,
        batch=batch,
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--vectors", help="published values to hold the cryptography against")
    chosen = arguments.parse_args()
    setting = json.load(sys.stdin)
    report = Report()
    started = time.monotonic()
    if chosen.vectors:
        hold_vectors(report, chosen.vectors)
    roots = {name: bytes.fromhex(setting[f"{name.lower()}Root"]) for name in ("DPK", "DLK", "DTK")}
    numbers = iter(setting["cards"])

    def fresh() -> Card:
        return Card(next(numbers), roots)

    terminal = terminal_of(setting, "ecb", batch=1)
    sam = Sam(setting["sam"], roots["DPK"])
    sessions.keys(report, terminal)
    sessions.frames(report, terminal)
    sessions.lists(report, terminal, setting.get("hotCard", ""))
    money.loads(report, terminal, fresh)
    money.purchases(report, terminal, sam, fresh)
    money.batches(report, terminal, sam, fresh)
    if "billTerminal" in setting:
        other = {**setting, **setting["billTerminal"]}
        biller = terminal_of(other, "x9.19", batch=7)
        with report.chapter("the X9.19 terminal"):
            report.hold("the X9.19 terminal signs on", biller.sign_on().code, "00")
            report.hold("its echo has a right X9.19 MAC", biller.echo().code, "00")
            report.hold("a wrong X9.19 MAC is answered A0", biller.echo(spoil=True).code, "A0")
            biller.sign_on()
        money.bills(report, biller, Sam(other["sam"], roots["DPK"]), fresh, other)
        with report.chapter("its batch"):
            report.hold("loads and bills are in the totals", biller.settle_batch()[0], 1)
        biller.disconnect()
    with report.chapter("sign-off"):
        report.hold("sign-off is answered 00", terminal.sign_off().code, "00")
    terminal.disconnect()
    report.facts["seconds"] = round(time.monotonic() - started, 2)
    json.dump(report.as_json(), sys.stdout, indent=1, default=str, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0 if report.as_json()["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
