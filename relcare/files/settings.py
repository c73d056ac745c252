"""`relcare.yaml`: what a book says of itself.

```yaml
time zone: Asia/Shanghai
language: zh                       # en or zh
rules: ../rulebook                 # a folder, from here
expects: [customers, complaints]   # an absent or empty one is an error
covers:
  interactions: {from: 2026-01-01, to: 2026-06-30}
go_live: 2026-01-01                # what was owed from an earlier day on is counted, not listed
calendar:                          # or the name of one of the rule files' calendars
  base: cn
  closes: 17:30
  closed: {2026-11-23: {en: Moving day, zh: 搬迁}}   # or a list; also 2026-11-23..2026-11-25
  open: [2026-11-28]
tables:
  complaints:
    file: export/cfpb.csv
    columns: {Date received: received_at, Complaint ID: complaint_id}
    codes: {channel: {Web: online, Phone: telephone}}
    dates: MM/DD/YYYY              # or with a time of day: DD.MM.YYYY hh:mm
    delimiter: ";"                 # or comma, semicolon, tab, pipe
    encoding: gb18030
```
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from relcare.files.book_calendar import NAMES, BookCalendar, read_calendar
from relcare.located import Mapping, Node, Place, Problem, Scalar, Sequence
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.vocabulary import Fact, Field, Table, Vocabulary

KEYS = ("tables", "time zone", "language", "rules", "expects", "covers", "calendar", "go_live")
TABLE_KEYS = ("file", "columns", "codes", "dates", "delimiter", "encoding")
LANGUAGES = ("en", "zh")
DELIMITERS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "pipe": "|",
    ",": ",",
    ";": ";",
    "\t": "\t",
    "\\t": "\t",
    "|": "|",
}
NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class TableSettings:
    """What `relcare.yaml` says of one table's file."""

    file: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # foreign header -> field, measure or decision
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # field -> foreign code (lower-cased) -> our code
    dates: str = ""  # strptime form, from e.g. `MM/DD/YYYY`
    delimiter: str = ""
    encoding: str = ""
    place: Place = NOWHERE
    places: dict[str, Place] = field(default_factory=dict)  # foreign header -> where it stands


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a book; the defaults are those of a folder without `relcare.yaml`.

    `places` says where a table is named under `expects`.
    """

    path: str = ""
    time_zone: str = "Asia/Shanghai"
    language: str = ""
    rules: Path | None = None
    tables: dict[str, TableSettings] = field(default_factory=dict)
    expects: tuple[str, ...] = ()
    covers: dict[str, tuple[str, str]] = field(default_factory=dict)
    calendar: BookCalendar = field(default_factory=BookCalendar)
    go_live: date | None = None  # the first day whose occurrences are listed
    places: dict[str, Place] = field(default_factory=dict)


def read_settings(
    folder: Path, vocabulary: Vocabulary, calendars: Collection[str] | None = None, only: Collection[str] = KEYS
) -> tuple[Settings, list[Problem]]:
    """The `relcare.yaml` of a book, and its mistakes; what is mistaken is as if it were not said.

    `calendars` are the names of the rule files' calendars, None where any name will do. With `only` these settings alone are
    read, of which none needs the vocabulary.
    """
    path = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if path is None:
        return Settings(), []
    from relcare.files.rulefiles import limited_bytes
    from relcare.files.yaml_tree import read_documents

    shown = str(path)
    data = limited_bytes(shown)
    if isinstance(data, Problem):
        return Settings(shown), [data]
    documents, problems = read_documents(data, shown)
    reading = _Reading(folder, vocabulary, problems, calendars, only)
    if len(documents) > 1:
        reading.note(documents[1], "SET001", "relcare.yaml is one document", "remove the line `---`")
    settings = reading.settings(documents[0], shown) if documents else Settings(shown)
    lines = data.decode("utf-8", "replace").splitlines()
    told = [
        problem
        if problem.source or not 0 < problem.place.line <= len(lines)
        else problem._replace(source=lines[problem.place.line - 1])
        for problem in problems
    ]
    return settings, sorted(told, key=lambda problem: problem.place[1:])


def rules_folder(folder: Path) -> Path | None:
    """The folder of rule files that the book's `relcare.yaml` names; None where it names none.

    Its mistakes are left to `read_settings`, which needs the rulebook's vocabulary for the rest of the file.
    """
    path = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if path is None:
        return None
    from relcare.files.yaml_tree import read_documents

    try:
        documents, _ = read_documents(path.read_bytes(), str(path))
    except OSError:
        return None
    named = documents[0].get("rules") if documents and isinstance(documents[0], Mapping) else None
    rules = folder / named.text if isinstance(named, Scalar) and named.text else None
    return rules if rules is not None and rules.is_dir() else None


class _Reading:
    """Reads the tree of a `relcare.yaml`, collecting its mistakes."""

    def __init__(
        self,
        folder: Path,
        vocabulary: Vocabulary,
        problems: list[Problem],
        calendars: Collection[str] | None,
        only: Collection[str],
    ) -> None:
        self.folder = folder
        self.only = only
        self.calendars = calendars
        self.vocabulary = vocabulary
        self.problems = problems

    def note(self, at: Node, code: str, message: str, hint: str = "") -> None:
        """Note a mistake."""
        width = len(at.text) if isinstance(at, Scalar) and "\n" not in at.text else 1
        self.problems.append(Problem(at.place, code, message, hint, "error", "", max(1, width)))

    def unknown(self, at: Scalar, what: str, known: Collection[str]) -> None:
        """Note a word that is not one of the known ones, with the nearest of them."""
        from relcare.rulebook.suggest import did_you_mean

        hint = did_you_mean(at.text, known) or (f"known are {', '.join(known)}" if len(known) <= 40 else "")
        self.note(at, "SET002", f"`{at.text}` is not {what}", hint)

    def entries(self, node: Node | None, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """The entries of a mapping; an empty value is an empty mapping."""
        if isinstance(node, Mapping):
            return node.entries
        if node is not None and not (isinstance(node, Scalar) and not node.text):
            self.note(node, "SET003", f"{what} is written as lines of `name: value`")
        return ()

    def text(self, node: Node | None, what: str) -> Scalar | None:
        """One text that is not empty."""
        if isinstance(node, Scalar) and node.text.strip():
            return node
        if node is not None:
            self.note(node, "SET003", f"{what} is one text")
        return None

    def word(self, node: Node | None, what: str, known: Collection[str]) -> str:
        """One of the known words, "" if it is none."""
        scalar = self.text(node, what)
        if scalar is None or scalar.text in known:
            return scalar.text if scalar else ""
        self.unknown(scalar, what, known)
        return ""

    def known_keys(self, node: Node, what: str, keys: tuple[str, ...]) -> dict[str, Node]:
        """The values of the known keys of a mapping."""
        found = {}
        for key, value in self.entries(node, what):
            if key.text in keys:
                found[key.text] = value
            else:
                self.unknown(key, f"a setting of {what}", keys)
        return found

    def settings(self, node: Node, shown: str) -> Settings:
        """The whole file."""
        said = self.known_keys(node, "a book", KEYS)
        found = {key: value for key, value in said.items() if key in self.only}
        tables: dict[str, TableSettings] = {}
        for name, value in self.entries(found.get("tables"), "`tables`"):
            table = self._table(name)
            if table is not None:
                tables[table.name] = self._table_settings(name, table, value)
        covers = {}
        for name, value in self.entries(found.get("covers"), "`covers`"):
            table = self._table(name)
            if table is not None:
                covers[table.name] = self._period(value)
        expected = [name for name in self._expected(found.get("expects")) if self._table(name)]
        calendar = read_calendar(self, found.get("calendar"), self.calendars)
        zone = self._zone(found.get("time zone"))
        self._same_zone(found.get("calendar"), calendar, zone)
        return Settings(
            path=shown,
            time_zone=zone,
            language=self.word(found.get("language"), "a language of display", LANGUAGES),
            rules=self._rules(found.get("rules")),
            tables=tables,
            expects=tuple(dict.fromkeys(name.text for name in expected)),
            covers=covers,
            calendar=calendar,
            go_live=self._day(found.get("go_live"), "`go_live`"),
            places={name.text: name.place for name in expected},
        )

    def _same_zone(self, node: Node | None, calendar: BookCalendar, zone: str) -> None:
        """Note a calendar that counts its days in another time zone than the book."""
        known = self.calendars if isinstance(self.calendars, dict) else {}
        own = known[calendar.base].zone if calendar.base in known else ""
        if node is not None and own not in ("", zone):
            message = f"calendar `{calendar.base}` is of the time zone {own}, the book of {zone}"
            self.note(node, "SET013", message, f"write `time zone: {own}`, or name another calendar")

    def _table(self, name: Scalar) -> Table | None:
        table = self.vocabulary.tables.get(name.text)
        if table is None:
            self.unknown(name, "a table", self.vocabulary.tables)
        return table

    def _expected(self, node: Node | None) -> list[Scalar]:
        items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
        return [text for item in items if (text := self.text(item, "a table of `expects`")) is not None]

    def _zone(self, node: Node | None) -> str:
        default = Settings().time_zone
        scalar = self.text(node, "`time zone`")
        if scalar is None or scalar.text == default:
            return default
        from zoneinfo import ZoneInfo, available_timezones

        try:
            ZoneInfo(scalar.text)
        except (OSError, ValueError, LookupError):
            self.unknown(scalar, "a time zone", available_timezones())
            return default
        return scalar.text

    def _rules(self, node: Node | None) -> Path | None:
        scalar = self.text(node, "`rules`")
        if scalar is None:
            return None
        path = self.folder / scalar.text
        if not path.is_dir():
            self.note(
                scalar, "SET004", f"there is no folder `{scalar.text}`", "the path begins at the folder of relcare.yaml"
            )
            return None
        return path

    def _day(self, node: Node | None, what: str) -> date | None:
        from relcare.timing.moments import read_day

        scalar = self.text(node, what)
        day = read_day(scalar.text) if scalar else None
        if scalar and day is None:
            self.note(scalar, "SET005", f"`{scalar.text}` is not a date", "write a date that exists, as 2026-07-01")
        return day

    def _period(self, node: Node) -> tuple[str, str]:
        found = self.known_keys(node, "`covers`", ("from", "to"))
        first, last = (self._day(found.get(key), f"`{key}`") for key in ("from", "to"))
        if first and last and last < first:
            self.note(found["to"], "SET005", "`to` lies before `from`", "both days belong to what is covered")
            return "", ""
        return first.isoformat() if first else "", last.isoformat() if last else ""

    def _table_settings(self, name: Scalar, table: Table, node: Node) -> TableSettings:
        found = self.known_keys(node, "a table", TABLE_KEYS)
        facts: dict[str, Field | Fact] = dict(table.fields)
        for fact in self.vocabulary.facts.get(table.subject, {}).values():
            facts.setdefault(fact.name, fact)
        columns: dict[str, str] = {}
        places: dict[str, Place] = {}
        for header, value in self.entries(found.get("columns"), "`columns`"):
            target = self.word(value, f"a field of {table.name}", facts)
            if target in columns.values():
                self.note(value, "SET006", f"two columns are mapped to {target}", "a field has one column")
            elif target:
                columns[header.text] = target
                places[header.text] = header.place
        codes = {}
        for key, value in self.entries(found.get("codes"), "`codes`"):
            if key.text in facts:
                codes[key.text] = self._codes(key, facts[key.text], value)
            else:
                self.unknown(key, f"a field of {table.name}", facts)
        file = self.text(found.get("file"), "`file`")
        return TableSettings(
            file=file.text if file else "",
            columns=columns,
            codes=codes,
            dates=self._dates(found.get("dates")),
            delimiter=DELIMITERS.get(self.word(found.get("delimiter"), "a delimiter", DELIMITERS), ""),
            encoding=self._encoding(found.get("encoding")),
            place=file.place if file else name.place,
            places=places,
        )

    def _codes(self, name: Scalar, target: Field | Fact, node: Node) -> dict[str, str]:
        if not target.codes:
            self.note(name, "SET007", f"{name.text} has no codes (it is of type {target.type})", "remove it")
            return {}
        keys = [code.key for code in target.codes]
        found = {}
        for foreign, value in self.entries(node, "the codes of a field"):
            ours = self.word(value, f"a code of {name.text}", keys)
            if ours:
                found[foreign.text.strip().lower()] = ours
        return found

    def _dates(self, node: Node | None) -> str:
        from relcare.rulebook.cells import date_format_of

        scalar = self.text(node, "`dates`")
        if scalar is None:
            return ""
        form = date_format_of(scalar.text)
        if not form:
            hint = "write it with YYYY, MM and DD, as MM/DD/YYYY or DD.MM.YYYY hh:mm"
            self.note(scalar, "SET008", f"`{scalar.text}` is not the shape of a date", hint)
        return form

    def _encoding(self, node: Node | None) -> str:
        scalar = self.text(node, "`encoding`")
        if scalar is None:
            return ""
        name = encoding_of(scalar.text)
        if not name:
            self.note(
                scalar, "SET009", f"`{scalar.text}` is not an encoding", "such as utf-8, gb18030, utf-16 or latin-1"
            )
        return name


def encoding_of(name: str) -> str:
    """The usual name of a text encoding, "" if there is none of that name; GBK and GB2312 are read as GB18030."""
    from codecs import lookup

    try:
        found = lookup(name.strip())
    except LookupError:
        return ""
    usual = {"gbk": "gb18030", "gb2312": "gb18030", "utf-8-sig": "utf-8", "ascii": "utf-8", "iso8859-1": "latin-1"}
    return usual.get(found.name, found.name) if found._is_text_encoding else ""  # noqa: SLF001  # no other way to ask
