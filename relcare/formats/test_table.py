"""The terminal form of `rules test`: the counts, what failed, what no example reaches, what none would notice.

It reads the rows by their columns' keys: `kind` is `failed`, `not reached`, `not noticed` or `no difference`. A report that lacks one of
the columns is set as any other table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from relcare.formats import Setting, table
from relcare.formats.messages import message
from relcare.formats.report import Report
from relcare.formats.words import harmless, word

Row = dict[str, str]
_needed = frozenset(("kind", "place", "rule_id", "what", "given", "expected", "got", "because", "example"))
_parts = (
    ("not reached", "No example reaches"),
    ("not noticed", "No example notices"),
    ("no difference", "These make no difference"),
)


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """Each example that failed with what was given, then each part by its rules; nothing is cut."""
    keys = [column.key for column in report.columns]
    if not _needed <= set(keys):
        return table.render(report, stream, setting)
    rows: list[Row] = [dict(zip(keys, row, strict=True)) for row in report.rows]
    table.write(stream, setting, table.heading(report))
    table.write(stream, setting, table.footing(replace(report, made_from={}), setting))
    lines = [*_mistakes(report, setting), *_failed(rows, report, setting)]
    for kind, title in _parts:
        found = [row for row in rows if row["kind"] == kind]
        if found:
            lines += ["", _bold(f"{word(title, report.language)}:", setting), *_listed(found, setting)]
    stream.write("".join(f"{line}\n" for line in lines).encode(errors="replace"))
    table.write(stream, setting, table.footing(replace(report, notes=()), setting))
    return bool(rows)


def _mistakes(report: Report, setting: Setting) -> Iterator[str]:
    """What is wrong with the files themselves: failed examples stand among the rows."""
    for problem in report.problems:
        if problem.code != "RUL090":
            yield ""
            yield from message(problem, color=setting.color, language=report.language)


def _failed(rows: list[Row], report: Report, setting: Setting) -> Iterator[str]:
    for row in rows:
        if row["kind"] != "failed":
            continue
        yield ""
        yield _bold(f"{harmless(row['place'])}: {harmless(row['rule_id'])}", setting) + (
            f"  {harmless(row['what'])}" if row["what"] else ""
        )
        given, expected, got = (word(text, report.language) for text in ("given", "should give", "gives"))
        width = max(len(given), len(expected), len(got))
        yield f"  {given:<{width}}  {harmless(row['given'])}"
        yield f"  {expected:<{width}}  {_colored(row['expected'], 32, setting)}"
        yield f"  {got:<{width}}  {_colored(row['got'], 31, setting)}" + (
            f"  ({harmless(row['because'])})" if row["because"] else ""
        )


def _listed(rows: list[Row], setting: Setting) -> Iterator[str]:
    rule = ""
    for row in rows:
        if row["rule_id"] != rule:
            rule = row["rule_id"]
            yield f"  {_bold(rule, setting)}  {_dim(row['place'], setting)}"
        text = row["what"] or row["rule_id"]
        yield f"    {harmless(text)}" + (f": {harmless(row['because'])}" if row["because"] else "")
        if row["example"]:
            yield f"      {harmless(row['example'])}"


def _bold(text: str, setting: Setting) -> str:
    return f"\x1b[1m{harmless(text)}\x1b[0m" if setting.color else harmless(text)


def _dim(text: str, setting: Setting) -> str:
    return f"\x1b[2m{harmless(text)}\x1b[0m" if setting.color else harmless(text)


def _colored(text: str, color: int, setting: Setting) -> str:
    return f"\x1b[{color}m{harmless(text)}\x1b[0m" if setting.color else harmless(text)
