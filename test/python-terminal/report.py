"""What was tried and how it went, as JSON a test can read."""

from __future__ import annotations

import contextlib
import traceback


class Report:
    def __init__(self) -> None:
        self.checks: list = []
        self.facts: dict = {}

    def hold(self, name: str, seen, wanted) -> None:
        self.checks.append({"name": name, "ok": seen == wanted, "seen": repr(seen), "wanted": repr(wanted)})

    @contextlib.contextmanager
    def chapter(self, name: str):
        """What goes wrong unexpectedly is one failed check; the next chapter is tried all the same."""
        try:
            yield
        except Exception as problem:  # whatever it is, it belongs into the report
            where = traceback.extract_tb(problem.__traceback__)[-1]
            self.checks.append(
                {
                    "name": f"{name}: goes through",
                    "ok": False,
                    "seen": f"{type(problem).__name__}: {problem} ({where.name}, line {where.lineno})",
                    "wanted": "no problem",
                }
            )

    def as_json(self) -> dict:
        failed = [check for check in self.checks if not check["ok"]]
        return {"ok": not failed, "checks": len(self.checks), "failed": failed, "facts": self.facts}
