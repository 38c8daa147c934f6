"""The cryptography of this terminal against published values, before anything is sent."""

from __future__ import annotations

import json

from des import check_value, decrypt_ecb, encrypt_block, encrypt_ecb
from macs import derive, ecb_mac, tac, transaction_mac, x919_mac
from message import decode_message
from report import Report


def hold_vectors(report: Report, path: str) -> None:
    with open(path, encoding="utf-8") as file:
        known = {vector["id"]: vector for vector in json.load(file)["vectors"]}

    def of(text: str) -> bytes:
        return bytes.fromhex(text)

    with report.chapter("published values"):
        one = known["CUP-B"]
        report.hold("ECB-MAC", ecb_mac(of("0723C80DB5F4CD3D") * 2, of(one["mab"])), of(one["field64"]))
        mti, fields, covered = decode_message(of(one["frame"])[13:])
        report.hold("a frame of somebody else", (mti, fields[4], fields[41], covered), ("0200", "000000001234", "00000001", 108))
        one = known["ISO9797-24-P1"]
        report.hold("X9.19", x919_mac(of(one["key"] + one["key2"]), one["messageAscii"].encode()), of(one["algorithm3_retail_x919"]))
        one = known["CUP-KEY-1"]
        clear = decrypt_ecb(of(one["tmk"]), of(one["encrypted"]))
        report.hold("working key", (clear, check_value(clear)), (of(one["clear"]), of(one["kcv"])))
        one = known["CUP-F62-S1"]
        report.hold("working keys of field 62", encrypt_ecb(of(one["tmk"]), of(one["pik"])).hex().upper(), one["field62"][:32])
        one = known["DIV-2L"]
        for name in ("MPK", "MLK", "MTK"):
            tree = one["keys"][name]
            city = derive(of(tree["root"]), of(one["cityFactor"]))
            report.hold(f"keys of {name}", (city, derive(city, of(one["serialFactor"]))), (of(tree["cityKey"]), of(tree["cardKey"])))
        one = known["PBOC-V1"]
        given = {name: of(value) for name, value in one["input"].items()}
        session = encrypt_block(of(one["keys"]["DLK"]), given["rnd"] + given["ctr"] + b"\x80\x00")
        mac1 = transaction_mac(session, given["bal"] + given["amt"] + given["type"] + given["term"])
        mac2 = transaction_mac(session, given["amt"] + given["type"] + given["term"] + given["date"] + given["time"])
        report.hold("load", (session, mac1, mac2), tuple(of(one["output"][name]) for name in ("SESLK", "MAC1", "MAC2")))
        moment = given["date"] + given["time"]
        code = tac(given["dtk"], of(one["selfComputed"]["newBalance"]) + given["ctr"] + given["amt"] + given["type"] + given["term"] + moment)
        report.hold("TAC of a load", code, of(one["selfComputed"]["TAC"]))
