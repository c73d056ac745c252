"""`rules show`: rule files, or single rules, in the language asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from relcare.files.in_force import is_in_force, text_in_force
from relcare.files.rulefiles import folder_bytes, parsed
from relcare.files.settings import read_settings
from relcare.files.translated import rule_text, translated
from relcare.located import Mapping, Node, Problem, Scalar, Sequence, by_place
from relcare.rulebook.keys import entry
from relcare.rulebook.load import load
from relcare.rulebook.marks import Marks
from relcare.rulebook.suggest import did_you_mean
from relcare.runs.opening import WrongRequestError, rules_of, with_lines
from relcare.runs.request import Request
from relcare.runs.result import Result
from relcare.timing.moments import read_day

Trees = list[tuple[str, list[Node]]]
IN_FORCE = {"en": "# In force on {}.", "zh": "# {} 有效。"}
APPROVED = {"en": "# approved by {} on {}, {}", "zh": "# 由 {} 于 {} 批准，{}"}


def rules_show(request: Request, names: tuple[str, ...]) -> Result:
    """The text of these files and rules of the rulebook, all files where none is named, and the rulebook's problems.

    Reading the text back gives the same rules. A file that is no valid YAML is left out. With the filter `at`, a date, only what
    was in force on that day is there.
    """
    try:
        day = _day(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    folder = rules_of(request)
    files, fingerprint, problems = folder_bytes(folder)
    trees = parsed(files, problems)
    marks = Marks()
    rulebook, mistakes = load(trees, fingerprint, marks)
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    language = request.lang or settings.language or "en"
    broken = {problem.place.path for problem in problems}
    texts = {shown: _text(data) for shown, data in files if isinstance(data, bytes) and shown not in broken}
    written = {
        shown: translated(text, shown, lambda scalar: marks.written(scalar, language)) for shown, text in texts.items()
    }
    again = _trees(written)
    if not mistakes and load(again, fingerprint)[0] != rulebook:  # a label that reads as a word of the grammar
        written = {
            shown: translated(text, shown, lambda scalar: marks.written(scalar, language, labels=False))
            for shown, text in texts.items()
        }
        again = _trees(written)
        if load(again, fingerprint)[0] != rulebook:
            raise RuntimeError("the rules in the other language do not read back the same")
    told = tuple(with_lines(by_place([*problems, *mistakes])))
    try:
        if day is None:
            return Result(text=_chosen(names, folder, written, again), problems=told)
        return Result(text=_in_force(names, folder, written, again, day, language), problems=told)
    except LookupError as unknown:
        return Result(usage=str(unknown.args[0]), problems=told)


def _text(data: bytes) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def _trees(written: dict[str, str]) -> Trees:
    problems: list[Problem] = []
    return parsed([(shown, text.encode()) for shown, text in written.items()], problems)


def _chosen(names: tuple[str, ...], folder: Path, written: dict[str, str], trees: Trees) -> str:
    """The files and rules that are named; raises LookupError where there is none of a name."""
    parts: list[tuple[str, str]] = []
    for name in names or tuple(written):
        path = next((shown for shown in written if _is_file(name, shown, folder)), "")
        if path:
            parts.append((path, written[path]))
            continue
        found = [(shown, line) for shown, line, rule in _rules(trees) if rule == name]
        if not found:
            known = [*(Path(shown).name for shown in written), *dict.fromkeys(rule for _, _, rule in _rules(trees))]
            hint = did_you_mean(name, known) or f"name a file of {folder} or the id of a rule"
            raise LookupError(f"{name!r} is no rule file and no rule: {hint.replace('`', '')}")
        parts += [(f"{shown}:{line}", rule_text(written[shown], line)) for shown, line in found]
    if len(parts) == 1 and parts[0][0] in written:
        return parts[0][1]
    whole = any(where in written for where, _ in parts)
    return ("---\n" if whole else "\n").join(f"# {where}\n{text.rstrip()}\n" for where, text in parts)


def _is_file(name: str, shown: str, folder: Path) -> bool:
    relative = Path(shown).relative_to(folder)
    return name in (shown, relative.as_posix(), relative.with_suffix("").as_posix()) or (
        Path(name).exists() and Path(name).samefile(shown)
    )


def _day(request: Request) -> date | None:
    """The day asked for; raises WrongRequestError for what is none."""
    typed = request.filters.get("at", ("",))[0]
    if not typed:
        return None
    day = read_day(typed)
    if day is None:
        raise WrongRequestError(f"--at: {typed!r} is no date: write 2026-11-20")
    return day


def _in_force(
    names: tuple[str, ...], folder: Path, written: dict[str, str], trees: Trees, day: date, language: str
) -> str:
    """The files and rules that are named, as they were in force on a day; raises LookupError where one was not."""
    head = IN_FORCE[language].format(day) + "\n"
    stood = {shown: told for shown, text in written.items() if (told := text_in_force(text, day)).strip()}
    whole = not names
    parts = [f"# {shown}\n{text.rstrip()}\n" for shown, text in stood.items()] if not names else []
    for name in names:
        path = next((shown for shown in written if _is_file(name, shown, folder)), "")
        if path:
            whole = True
            parts += [f"# {path}\n{stood[path].rstrip()}\n"] if path in stood else []
            continue
        _chosen((name,), folder, written, trees)  # says so where there is no such rule
        found = [(shown, document, rule) for shown, document, rule in _nodes(trees) if _said(rule, "id") == name]
        held = [one for one in found if is_in_force(_said(one[2], "from"), _said(one[2], "until"), day)]
        if not held:
            spans = ", ".join(_span(rule) for _, _, rule in found)
            raise LookupError(f"{name!r} was not in force on {day}: it is {spans}")
        for shown, document, rule in held:
            line = rule.place.line
            approved = _approved(document, language)
            parts.append(f"# {shown}:{line}\n{approved}{rule_text(written[shown], line).rstrip()}\n")
    return head + ("---\n" if whole else "\n").join(parts)


def _span(rule: Mapping) -> str:
    until = _said(rule, "until")
    return f"in force from {_said(rule, 'from')}" + (f" until {until}" if until else "")


def _approved(document: Mapping, language: str) -> str:
    """A comment that says who approved the document in which a rule stands; "" where nobody did."""
    approved = entry(document, "approved")
    if not isinstance(approved, Mapping):
        return ""
    return APPROVED[language].format(*(_said(approved, key) for key in ("by", "on", "document"))) + "\n"


def _said(node: Mapping, key: str) -> str:
    found = entry(node, key)
    return found.text if isinstance(found, Scalar) else ""


def _nodes(trees: Trees) -> Iterator[tuple[str, Mapping, Mapping]]:
    """Each rule: its file, the document in which it stands, itself."""
    for shown, documents in trees:
        for document in documents:
            rules = entry(document, "rules") if isinstance(document, Mapping) else None
            for rule in rules.items if isinstance(rules, Sequence) else ():
                if isinstance(document, Mapping) and isinstance(rule, Mapping):
                    yield shown, document, rule


def _rules(trees: Trees) -> Iterator[tuple[str, int, str]]:
    """Each rule: its file, the line in which it begins, its id."""
    for shown, _, rule in _nodes(trees):
        rule_id = entry(rule, "id")
        if isinstance(rule_id, Scalar):
            yield shown, rule.place.line, rule_id.text
