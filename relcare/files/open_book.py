"""Open a book: find each table's file, see how it is laid out, and make ready what the engine will scan."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from relcare.files.book import Book, Source
from relcare.files.headers import folded, known_names, match_columns, settings_of, textual_fields
from relcare.files.records import Record, joined, split_record
from relcare.files.rulefiles import unreadable
from relcare.files.settings import Settings, TableSettings, encoding_of
from relcare.files.text import sniff
from relcare.located import Place, Problem
from relcare.rulebook.vocabulary import Table, Vocabulary

ENDINGS = (".csv", ".tsv", ".yaml", ".yml")
FOREIGN_ENDINGS = (".xlsx", ".xls", ".parquet", ".json", ".txt")
DELIMITERS = ",\t;|"  # of equally good ones the first is taken
LONGEST_HEADER = 100_000  # characters; an odd quote in a header is not looked for further


def open_book(folder: Path, vocabulary: Vocabulary, settings: Settings, spill: Path, encoding: str = "") -> Book:
    """The files of a book. A table's file is `TABLE.csv`, `.tsv`, `.yaml` or `.yml`, or what the settings say.

    A file that can be scanned as it is (UTF-8, a header of one line, more than one column) is left where it is; of any
    other a clean copy is made in `spill`. `encoding` is that of all delimited files, "" to find it out for each.
    """
    problems: list[Problem] = []
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError as error:
        what = "there is no such folder" if not folder.exists() else f"it can't be read: {error.strerror}"
        hint = "`--book` names the folder that holds customers.csv, complaints.csv and the others"
        return Book(folder, settings, {}, (Problem(Place(str(folder)), "FIL004", what, hint),))
    usual = encoding_of(encoding) if encoding else ""
    if encoding and not usual:
        message = f"`{encoding}` is not an encoding; it is found out by itself"
        problems.append(Problem(Place(str(folder)), "FIL017", message, "such as utf-8, gb18030, utf-16 or latin-1"))
    opening = _Opening(vocabulary, spill, usual, problems)
    sources: dict[str, Source] = {}
    rowless: set[str] = set()
    named = False
    for table in vocabulary.tables.values():
        path = _file_of(table, folder, names, settings_of(settings, table.name), problems)
        if path is None:
            continue
        named = True
        try:
            source, rows = opening.table(table, path, settings_of(settings, table.name))
        except OSError as error:
            problems.append(unreadable(str(path), error))
            continue
        if not rows:
            rowless.add(table.name)
        if source is not None:
            sources[table.name] = source
    for table in vocabulary.tables.values():
        if table.instead and table.name not in sources and _stands_in(table, sources):
            from relcare.files.clean_copy import one_row

            sources[table.name] = one_row(table, spill)
    if not named and not problems:
        problems.append(_no_table(folder, vocabulary, names))
    problems += _unmet(settings, sources, rowless)
    return Book(folder, settings, sources, tuple(problems))


def _stands_in(table: Table, sources: dict[str, Source]) -> bool:
    """Whether the rows of some table of the book are of the one subject that needs no file."""
    return any(
        field.refers == table.subject and field.instead == table.instead and name in source.supplied
        for source in sources.values()
        for name, field in source.table.fields.items()
    )


def _constants(table: Table, fields: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The fields that a file has no column for and that have the same cell in every row."""
    given = set(fields)
    return tuple((f.name, f.instead) for f in table.fields.values() if f.instead and f.name not in given)


def _file_of(table: Table, folder: Path, names: list[str], said: TableSettings, problems: list[Problem]) -> Path | None:
    """The file of a table, None where it has none."""
    if said.file:
        path = folder / said.file
        if path.is_file():
            return path
        from relcare.rulebook.suggest import did_you_mean

        hint = did_you_mean(said.file, names) or "the path begins at the folder of relcare.yaml"
        problems.append(
            Problem(said.place, "FIL005", f"there is no file `{said.file}`", hint, "error", "", len(said.file))
        )
        return None
    found = [name for name in names if name.lower().startswith(table.name + ".")]
    ours = [name for name in found if name.lower() in {table.name + ending for ending in ENDINGS}]
    if len(ours) > 1:
        hint = "keep one, or name it in relcare.yaml under `tables`"
        message = f"{table.name} has several files: {', '.join(ours)}; none is used"
        problems.append(Problem(Place(str(folder / ours[0])), "FIL006", message, hint))
        return None
    if not ours:
        other = next((name for name in found if name.lower() in {table.name + end for end in FOREIGN_ENDINGS}), None)
        if other is not None:
            place = Place(str(folder / other))
            hint = f"export it as {table.name}.csv"
            problems.append(Problem(place, "FIL007", "a file of this kind is not read", hint))
        return None
    path = folder / ours[0]
    if not path.is_file():
        problems.append(Problem(Place(str(path)), "FIL003", "it can't be read: it is not a file"))
        return None
    return path


def _no_table(folder: Path, vocabulary: Vocabulary, names: list[str]) -> Problem:
    from relcare.rulebook.suggest import did_you_mean

    expected = [f"{table}.csv" for table in vocabulary.tables]
    hints = (did_you_mean(name, expected).replace("did you", f"{name}: did you") for name in names)
    hint = next(
        filter(None, hints), "a book holds customers.csv, complaints.csv and others; relcare.yaml may name other files"
    )
    return Problem(Place(str(folder)), "FIL008", "the folder holds no table of a book", hint)


def _unmet(settings: Settings, sources: dict[str, Source], rowless: set[str]) -> list[Problem]:
    """Tables that relcare.yaml expects and that are absent or have no row."""
    problems = []
    for table in settings.expects:
        what = "is absent" if table not in sources else "has no rows" if table in rowless else ""
        if what:
            place = settings.places.get(table, Place(settings.path))
            message = f"the book expects {table}, which {what}"
            problems.append(
                Problem(
                    place, "FIL009", message, "export it again, or take it out of `expects`", "error", "", len(table)
                )
            )
    return problems


class _Opening:
    """Opens the tables of one book."""

    def __init__(self, vocabulary: Vocabulary, spill: Path, encoding: str, problems: list[Problem]) -> None:
        self.vocabulary = vocabulary
        self.spill = spill
        self.encoding = encoding
        self.problems = problems

    def table(self, table: Table, path: Path, said: TableSettings) -> tuple[Source | None, bool]:
        """A table's source, None where its file can't be used, and whether it has a row. Raises OSError."""
        if path.suffix.lower() in (".yaml", ".yml"):
            return self._yaml(table, path, said)
        look = sniff(path, self.encoding or said.encoding)
        header, skipped = _header(look.text, look.terminator)
        if header is None:
            message = "the file is empty: it has not even a header"
            self.problems.append(Problem(Place(str(path)), "FIL013", message, "export it again, or remove it"))
            return None, False
        names = known_names(table, self.vocabulary)
        delimiter = said.delimiter or _delimiter(header.text, (*names, *said.columns), path)
        cells = split_record(header.text, delimiter)
        headers = tuple(cell.strip("\ufeff\xa0\u3000 \t\r\n") for cell in cells.cells)

        def at(column: int) -> Place:
            return place_in(str(path), header.line, header.text, cells.starts[column])

        matched = match_columns(headers, table, names, said, header.text, at)
        self.problems += matched.problems
        source = Source(
            table=table,
            path=str(path),
            scan=path,
            delimiter=delimiter,
            skip=1,
            headers=headers,
            fields=matched.fields,
            encoding=look.encoding,
            date_format=said.dates,
            codes=said.codes,
            terminator=look.terminator,
            doubles=matched.doubles(textual_fields(table, self.vocabulary)),
            constants=_constants(table, matched.fields),
        )
        rows = bool(look.text[skipped:].strip()) or not look.whole
        if not self._usable(source, header, delimiter):
            return None, rows
        direct = look.encoding == "utf-8" and look.fits and look.terminator == "\n"
        direct = direct and not source.doubles and not source.constants
        if direct and header.line == 1 and "\n" not in header.text and len(headers) > 1:
            return source, rows
        from relcare.files.clean_copy import copy_delimited

        source = copy_delimited(source, self.spill, look)
        self.problems += source.problems
        return source, bool(source.lines)

    def _usable(self, source: Source, header: Record | None, delimiter: str = "") -> bool:
        """Whether the table's columns suffice; if not, that is a problem."""
        table = source.table
        place = Place(source.path, header.line if header else 0)
        line = header.text.split("\n")[0].rstrip("\r") if header else ""
        columns = joined(source.headers, ", ")
        if table.subject and table.key[0] not in source.supplied:
            label = table.fields[table.key[0]].label
            hint = f"its columns are {columns}; name one {table.key[0]} or {label.zh}, or map it in relcare.yaml"
            message = f"{table.name} has no column {table.key[0]}; the table is not used"
        elif not source.supplied:
            several = len(source.headers) > 1 or not delimiter
            hint = (
                f"its columns are {columns}" if several else "is the delimiter none of comma, tab, semicolon and `|`?"
            )
            message = f"no column of {table.name} is known; the table is not used"
        else:
            return True
        self.problems.append(Problem(place, "FIL014", message, hint, "error", line, max(1, len(line))))
        return False

    def _yaml(self, table: Table, path: Path, said: TableSettings) -> tuple[Source | None, bool]:
        from relcare.files.clean_copy import copy_yaml
        from relcare.files.yaml_rows import read_yaml_rows

        rows, problems = read_yaml_rows(path)
        self.problems += problems
        headers = tuple(rows.keys)
        if not headers:
            if not problems:
                message = "the file holds no rows: it is a list of mappings, `- customer_id: …`"
                self.problems.append(Problem(Place(str(path)), "FIL013", message, "export it again, or remove it"))
            return None, False
        names = known_names(table, self.vocabulary)
        matched = match_columns(headers, table, names, said, "", lambda column: rows.keys[headers[column]])
        warned = {problem.place for problem in matched.problems}
        self.problems += matched.problems
        for header, field in zip(headers, matched.fields, strict=True):
            if not field and rows.keys[header] not in warned:
                message = f"`{header}` is not a field of {table.name}"
                self.problems.append(Problem(rows.keys[header], "FIL012", message, "", "warning", "", len(header)))
        empty = self.spill / f"{table.name}.csv"
        textual = textual_fields(table, self.vocabulary)
        source = Source(
            table, str(path), empty, ",", 0, headers, matched.fields, date_format=said.dates, codes=said.codes,
            doubles=matched.doubles(textual), constants=_constants(table, matched.fields),
        )  # fmt: skip
        if not self._usable(source, None):
            return None, True
        source = copy_yaml(source, self.spill, rows, textual)
        self.problems += source.problems
        return source, bool(source.lines)


def place_in(shown: str, line: int, text: str, offset: int) -> Place:
    """The place of a character of a record that begins at physical line `line`."""
    start = text.rfind("\n", 0, offset) + 1
    return Place(shown, line + text.count("\n", 0, offset), offset - start + 1)


def _header(text: str, terminator: str) -> tuple[Record | None, int]:
    """The first record that is not blank, and how many characters of the text it and what stands before it take."""
    position, number = 0, 1
    while position < len(text):
        end = text.find(terminator, position) + 1 or len(text)
        if text[position:end].strip():
            break
        position, number = end, number + 1
    else:
        return None, len(text)
    one_line = end
    while text.count('"', position, end) % 2 and end < len(text) and end - position < LONGEST_HEADER:
        end = text.find(terminator, end) + 1 or len(text)
    if text.count('"', position, end) % 2:
        end = one_line
    return Record(number, text[position:end].rstrip("\r\n"), []), end


def _delimiter(header: str, names: Iterable[str], path: Path) -> str:
    """The delimiter that gives the most columns with a known name, then the most columns."""
    default = "\t" if path.suffix.lower() == ".tsv" else ","
    present = [delimiter for delimiter in (default, *DELIMITERS.replace(default, "")) if delimiter in header]
    if len(present) < 2:
        return present[0] if present else default
    known = {folded(name) for name in names}

    def worth(delimiter: str) -> tuple[int, int]:
        cells = split_record(header, delimiter).cells
        return sum(folded(cell) in known for cell in cells), len(cells)

    best: str = max(present, key=worth)
    return best


def repaired(source: Source, spill: Path) -> Source:
    """The source as a clean copy in `spill`, after strict scanning of the user's file has failed.

    Rows with the wrong number of cells or with malformed quotes are set aside with physical line and reason; what is
    not of the file's encoding becomes U+FFFD, with a problem. Blank lines are no rows.
    """
    from relcare.files.clean_copy import copy_delimited

    look = sniff(Path(source.path), "" if source.encoding == "utf-8" else source.encoding)
    return copy_delimited(source, spill, look)
