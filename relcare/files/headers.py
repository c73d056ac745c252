"""Which column of a bank's file is which field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from relcare.files.book import Double
from relcare.files.settings import Settings, TableSettings
from relcare.located import Place, Problem
from relcare.rulebook.vocabulary import Fact, Field, Table, Vocabulary

DROPPED = {ord(character): None for character in " \t\r\n\v\f_-\xa0\u3000\ufeff\u200b"}

At = Callable[[int], Place]  # the place of a column's name


class Columns(NamedTuple):
    """The columns of a table's file: `fields[i]` is what column i supplies, "" where it is none of ours.

    `others` are the further columns of a field that has several, by the first.
    """

    fields: tuple[str, ...]
    problems: tuple[Problem, ...]
    others: Mapping[int, tuple[int, ...]]

    def doubles(self, textual: Collection[str]) -> tuple[Double, ...]:
        """The fields that have several columns; `textual` are those of which any text is a value."""
        return tuple(Double(first, more, self.fields[first] in textual) for first, more in self.others.items())


def folded(name: str) -> str:
    """A column's name without letter case, spaces, hyphens and underscores."""
    return name.casefold().translate(DROPPED)


def known_names(table: Table, vocabulary: Vocabulary) -> dict[str, str]:
    """What a column may be called (folded) -> the field, measure or decision that it supplies; fields come first."""
    names: dict[str, str] = {}
    for field in table.fields.values():
        names.setdefault(folded(field.name), field.name)
    for field in table.fields.values():
        for word in (field.label.en, field.label.zh, *field.headers):
            names.setdefault(folded(word), field.name)
    for fact in vocabulary.facts.get(table.subject, {}).values():
        if fact.source != "field":
            for word in (fact.name, fact.label.en, fact.label.zh):
                names.setdefault(folded(word), fact.name)
    return names


def textual_fields(table: Table, vocabulary: Vocabulary) -> frozenset[str]:
    """The fields, measures and decisions that a table may supply of which any text is a value."""
    supplied: list[Field | Fact] = [*table.fields.values(), *vocabulary.facts.get(table.subject, {}).values()]
    return frozenset(column.name for column in supplied if column.type in {"id", "text"})


def match_columns(
    headers: Sequence[str], table: Table, names: Mapping[str, str], settings: TableSettings, source: str, at: At
) -> Columns:
    """Match the columns of a file by the settings, then by name. `source` is the header's line as it stands.

    A column that the settings map stands before one that has the field's name. Two columns for one field are a
    mistake: where their cells differ none counts. A column that is nearly called like a field without a column is warned of.
    """
    problems: list[Problem] = []
    mapped = {folded(header): field for header, field in settings.columns.items()}
    by_settings = set(mapped.values())
    fields: list[str] = []
    taken: dict[str, str] = {}
    others: dict[int, tuple[int, ...]] = {}
    for i, header in enumerate(headers):
        word = folded(header)
        field = mapped.get(word, "")
        if not field:
            field = names.get(word, "")
            if field in by_settings:
                field = ""
        if field and field in taken:
            hint = "a cell counts only where they agree; remove or rename one of the columns"
            message = f"`{taken[field]}` and `{header}` are both the column of {field}"
            first = fields.index(field)
            others[first] = (*others.get(first, ()), i)
            problems.append(Problem(at(i), "FIL010", message, hint, "error", source, len(header)))
            field = ""
        elif field:
            taken[field] = header
        fields.append(field)
    problems += _absent_columns(headers, settings)
    problems += _near_columns(headers, fields, table, names, taken, source, at)
    return Columns(tuple(fields), tuple(problems), others)


def _absent_columns(headers: Sequence[str], settings: TableSettings) -> list[Problem]:
    """Columns that the settings name and the file has not."""
    present = {folded(header) for header in headers}
    problems = []
    for header in settings.columns:
        if folded(header) not in present:
            from relcare.rulebook.suggest import did_you_mean

            place = settings.places.get(header, settings.place)
            hint = did_you_mean(header, headers) or f"its columns are {', '.join(headers)}"
            problems.append(
                Problem(place, "FIL011", f"the file has no column `{header}`", hint, "error", "", len(header))
            )
    return problems


def _near_columns(
    headers: Sequence[str],
    fields: Sequence[str],
    table: Table,
    names: Mapping[str, str],
    taken: Mapping[str, str],
    source: str,
    at: At,
) -> list[Problem]:
    """Columns with a name that is nearly that of a field which has none."""
    open_names = [(word, field) for word, field in names.items() if field in table.fields and field not in taken]
    problems = []
    for i, header in enumerate(headers):
        if fields[i]:
            continue
        word = folded(header)
        near = next((field for known, field in open_names if is_near(word, known)), "")
        if near:
            message = f"the column `{header}` is not known; {near} has no column"
            problems.append(
                Problem(at(i), "FIL012", message, f"did you mean `{near}`?", "warning", source, len(header))
            )
    return problems


def is_near(word: str, known: str) -> bool:
    """Whether two names differ in one place, by at most two letters (one, where they have fewer than six)."""
    shorter = min(len(word), len(known))
    if shorter < 4 or abs(len(word) - len(known)) > 2 or word == known:
        return False
    start = 0
    while start < shorter and word[start] == known[start]:
        start += 1
    end = 0
    while end < shorter - start and word[-1 - end] == known[-1 - end]:
        end += 1
    differ = max(len(word), len(known)) - start - end
    return differ <= (2 if shorter >= 6 else 1)


def settings_of(settings: Settings, table: str) -> TableSettings:
    """What relcare.yaml says of a table; nothing by default."""
    return settings.tables.get(table, TableSettings(place=Place(settings.path)))
