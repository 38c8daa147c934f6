"""Chapters on links, sign-on, keys, MACs, parameters and the hotlist (terminal interface, sections 1 to 3)."""

from __future__ import annotations

from dataclasses import replace

from message import frame
from report import Report
from terminal import HEADER, HOST_ADDRESS, OWN_ADDRESS, Link, Request, Terminal

TPDU = b"\x60" + HOST_ADDRESS + OWN_ADDRESS
ALWAYS = [11, 12, 13, 37, 39, 41, 42, 60]


def stranger(terminal: Terminal) -> Terminal:
    """The same terminal on another link, with a memory of its own."""
    return replace(terminal, link=None, mac_key=None, trace=terminal.trace + 5000, loads=[], purchases=[])


def keys(report: Report, terminal: Terminal) -> None:
    with report.chapter("sign-on"):
        answer = terminal.sign_on()
        report.hold("sign-on is answered 00", answer.code, "00")
        report.hold("the sign-on answer has its fields and no MAC", sorted(answer.fields), sorted(ALWAYS + [62]))
        echo = terminal.echo()
        report.hold("echo under the new key is answered 00", echo.code, "00")
        report.hold("an echo answer has exactly its fields", sorted(echo.fields), sorted(ALWAYS + [64]))
    with report.chapter("change of keys"):
        other = stranger(terminal)
        report.hold("a second sign-on is answered 00", other.sign_on().code, "00")
        report.hold("the old key stays in force after it", terminal.echo().code, "00")
        report.hold("the new key comes into force with its first message", other.echo().code, "00")
        report.hold("then the old key is wrong", terminal.echo().code, "A0")
        other.disconnect()
        report.hold("and a sign-on helps", terminal.sign_on().code, "00")
        report.hold("so that the next message is taken", terminal.echo().code, "00")
    with report.chapter("wrong MAC"):
        report.hold("a wrong MAC is answered A0", terminal.echo(spoil=True).code, "A0")
        report.hold("a missing MAC is answered A0", terminal.echo(with_mac=False).code, "A0")
        report.hold("and nothing has changed", terminal.echo().code, "00")
    with report.chapter("identity"):
        unknown = replace(stranger(terminal), terminal_no="NOBODY77")
        answer = unknown.sign_on()
        report.hold("an unknown terminal is answered 97", answer.code, "97")
        report.hold("an answer 97 has no MAC", 64 in answer.fields, False)
        unknown.disconnect()
        merchant = replace(stranger(terminal), merchant_no="999999999999999")
        report.hold("an unknown merchant is answered 03", merchant.sign_on().code, "03")
        merchant.disconnect()


def frames(report: Report, terminal: Terminal) -> None:
    with report.chapter("several requests in flight"):
        requests = {}
        wire = b""
        for _ in range(5):
            request = terminal.echo_request()
            requests[request.fields[11]] = request
            wire += terminal.pack(request)
        link = terminal.connect()
        for byte in wire[:40]:
            link.send(bytes([byte]))
        link.send(wire[40:])
        matched = []
        for _ in range(5):
            body = link.receive()
            trace = body[21:24].hex()
            matched.append(terminal.unpack(requests.pop(trace), body).code)
        report.hold("each of five echoes in one flight has its answer", matched, ["00"] * 5)
        report.hold("and none is left over", requests, {})
    with report.chapter("bad frames"):
        for name, wire in (
            ("length 20", b"\x00\x14" + bytes(20)),
            ("length 4097", b"\x10\x01" + bytes(64)),
            ("no valid MTI", frame(b"\x9a\xbc" + bytes(8), TPDU, HEADER)),
        ):
            link = Link(terminal.host, terminal.port)
            link.send(wire)
            report.hold(f"the link is closed for: {name}", link.closed_by_host(), True)
            link.close()
        broken = terminal.echo_request()
        broken.extra = b"\x00\x00"
        report.hold("bytes after the last field are answered 30", terminal.exchange(broken).code, "30")
    with report.chapter("requests that are not supported"):
        unsupported = terminal.compose("0200", "22", "000", f2="0" * 19, f3="000000", f4="100")
        report.hold("a sale is answered 12", terminal.exchange(unsupported).code, "12")
        incomplete = terminal.compose("0200", "01", "000", f3="310000")
        report.hold("a balance enquiry without field 2 is answered 30", terminal.exchange(incomplete).code, "30")
        message_type = Request("0600", dict(terminal.echo_request().fields))
        report.hold("a message type of nobody is answered 12", terminal.exchange(message_type).code, "12")


def lists(report: Report, terminal: Terminal, hot_card: str) -> None:
    with report.chapter("parameters"):
        seen = terminal.parameters()
        report.hold("parameters come with the five tags of the page", sorted(tag for tag in seen["tags"] if tag < 6), [1, 2, 3, 4, 5])
        report.hold("their confirmation is answered 00", seen["confirmed"], "00")
        report.facts["parameters"] = seen
    with report.chapter("hotlist"):
        whole = terminal.hotlist()
        report.hold("the hotlist comes from the start", whole["code"], "00")
        report.hold("its confirmation is answered 00", whole["confirmed"], "00")
        if hot_card:
            report.hold("a card reported lost is on it", "0" + hot_card in whole["listed"], True)
        delta = terminal.hotlist(whole["version"])
        report.hold("after the version held nothing is new", (delta["version"], delta["entries"]), (whole["version"], 0))
        report.hold("a version that never was is answered 30", terminal.hotlist(0xFFFFFF00)["code"], "30")
        report.facts["hotlist"] = {"version": whole["version"], "entries": whole["entries"], "pages": whole["pages"]}
