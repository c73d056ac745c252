"""A small file is looked through before it is read: what is scanned is the same as without the look."""

from datetime import datetime
from decimal import Decimal

import pytest

from relcare.engine import scan as scanning
from relcare.engine.dialect import macros_for
from relcare.engine.scan import Scan, scan
from relcare.engine.session import Session
from relcare.files import small
from relcare.files.open_book import open_book
from relcare.files.settings import Settings
from relcare.rulebook.vocabulary import Code, Field, Label, Table, Vocabulary

AS_OF = datetime.fromisoformat("2026-11-20 23:59:59.999999")
SAME = Label("x", "x")
CODES = (Code("retail", Label("Retail", "零售")), Code("private", Label("Private", "私人银行")))
THINGS = Table(
    "things",
    SAME,
    {
        field.name: field
        for field in (
            Field("thing_id", "id", SAME),
            Field("at", "moment", SAME, time="happened"),
            Field("day", "date", SAME, time="happened"),
            Field("month", "month", SAME),
            Field("amount", "money", SAME, low=Decimal(0), high=Decimal(1000)),
            Field("rate", "percent", SAME),
            Field("count", "count", SAME, low=Decimal(1), high=Decimal(5), known_with="day"),
            Field("agreed", "yes_no", SAME),
            Field("segment", "code", SAME, codes=CODES),
            Field("segments", "codes", SAME, codes=CODES),
            Field("note", "text", SAME, empty="none"),
        )
    },
    key=("thing_id",),
    dated_by="at",
)
VOCABULARY = Vocabulary({"things": THINGS}, {}, {})
PLAIN = {
    "thing_id": "T1", "at": "2026-11-20 10:00", "day": "2026-11-01", "month": "2026-10", "amount": "12.50", "rate": "3.5",
    "count": "4", "agreed": "yes", "segment": "retail", "segments": "private;retail", "note": "a note",
}  # fmt: skip
OTHERS = {
    "thing_id": ["", " T2", "T1"],
    "at": ["", "2026-11-21 00:00", "2026-11-20", "2026-11-20 10:00:59", "2026/11/20 10:00", "2026-11-20T10:00Z", "2026-02-30 10:00", "2026-11-20 24:00"],
    "day": ["", "2026-11-21", "2026/11/01", "2026/1/9", "2026-13-01", "20261101", "1899-01-01", "2026-11/01"],
    "month": ["", "2026-11", "2027-01", "2026/10", "2026-13", "2026年10月"],
    "amount": ["", "0", "-0.01", "1000", "1000.01", "12.5", "¥12.50", '"1,000.00"', "1e2", "12.345", "007", "+5", "."],
    "rate": ["", "3.5%", "-1", "0.1234567", "x"],
    "count": ["", "1", "0", "5", "6", "3.0", "１"],
    "agreed": ["", "no", "是", "Yes", "maybe"],
    "segment": ["", "零售", "Retail", "private ", "other", "私人银行"],
    "segments": ["", "retail", "retail;private", "零售", "private|retail", "private;private", ";", "private;other"],
    "note": ["", " ", "'", "两 字", "　缩进", "tab\there", "NULL", "a\xa0"],
}  # fmt: skip


def scanned(folder, lines, *, look, monkeypatch):
    folder.mkdir(exist_ok=True)
    (folder / "things.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    book = open_book(folder, VOCABULARY, Settings(), folder / "spill")
    monkeypatch.setattr(small, "SMALL", small_size if look else 0)
    session = Session([book.sources["things"].scan], folder)
    try:
        what = Scan(
            book.sources["things"],
            THINGS,
            tuple(THINGS.fields),
            frozenset({"at"}),
            None,
            "Asia/Shanghai",
            AS_OF,
        )
        found = scan(session, what, {})
        described = session.rows(f"DESCRIBE {found.relation}")
        names = ", ".join(f'"{row[0]}"' for row in sorted(described))
        rows = session.rows(f"SELECT {names} FROM {found.relation} ORDER BY ALL")
        told = (found.rows, found.duplicates, found.no_key, found.wrong, found.latest, found.conflicts)
        certain = {name: (c.certain, c.absent, c.empty) for name, c in found.columns.items()}
        return sorted((row[0], row[1]) for row in described), rows, told, certain
    finally:
        session.close()


small_size = small.SMALL
HEADER = ",".join(PLAIN)


def agree(tmp_path, monkeypatch, *rows):
    lines = [HEADER, *(",".join(row.values()) for row in rows)]
    looked = scanned(tmp_path, lines, look=True, monkeypatch=monkeypatch)
    assert looked == scanned(tmp_path, lines, look=False, monkeypatch=monkeypatch)
    return looked[1]


def test_a_file_written_plainly_is_scanned_as_it_is_read(tmp_path, monkeypatch):
    rows = agree(tmp_path, monkeypatch, PLAIN, PLAIN | {"thing_id": "T2", "at": "2026-11-19 09:30"})
    assert len(rows) == 2


HIDING = ("thing_id", "at", "day")  # what is written there can hide the other cells
REST = {field: cells for field, cells in OTHERS.items() if field not in HIDING}


@pytest.mark.parametrize(("field", "cell"), [(field, cell) for field in HIDING for cell in OTHERS[field]])
def test_a_key_or_date_written_in_another_way_is_read_as_it_would_be_without_the_look(
    tmp_path, monkeypatch, field, cell
):
    agree(tmp_path, monkeypatch, PLAIN, PLAIN | {"thing_id": "T2", field: cell})


@pytest.mark.parametrize("n", range(max(map(len, REST.values()))))
def test_cells_written_in_another_way_are_read_as_they_would_be_without_the_look(tmp_path, monkeypatch, n):
    agree(
        tmp_path,
        monkeypatch,
        PLAIN,
        PLAIN | {"thing_id": "T2"} | {f: cells[n % len(cells)] for f, cells in REST.items()},
    )


@pytest.mark.parametrize("fields", [HIDING[:1], HIDING[1:2], HIDING[2:], tuple(REST)])
def test_a_column_of_empty_cells_is_read_as_it_would_be_without_the_look(tmp_path, monkeypatch, fields):
    agree(tmp_path, monkeypatch, PLAIN | dict.fromkeys(fields, ""))


def test_moments_of_one_precision_are_scanned_with_their_latest_points(tmp_path, monkeypatch):
    for moments in (("2026-11-01", "2026-11-02"), ("2026-11-01 10:00:01", "2026-11-02T10:00:59")):
        agree(tmp_path, monkeypatch, PLAIN | {"at": moments[0]}, PLAIN | {"thing_id": "T2", "at": moments[1]})


def test_a_quoted_cell_is_read_as_it_would_be_without_the_look(tmp_path, monkeypatch):
    for note in ('"a, b"', '"say ""yes"""', '""'):
        agree(tmp_path, monkeypatch, PLAIN, PLAIN | {"thing_id": "T2", "note": note})


def test_a_plain_file_is_read_without_any_function_for_cells(tmp_path, monkeypatch):
    made = []
    prepare = Session.prepare
    monkeypatch.setattr(Session, "prepare", lambda self, statement: made.append(statement) or prepare(self, statement))
    scanned(tmp_path, [HEADER, ",".join(PLAIN.values())], look=True, monkeypatch=monkeypatch)
    created = next(statement for statement in made if statement.startswith("CREATE"))
    assert macros_for(created) == []


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n3\n", 'a,b\n1,"2\n', "a,b\n1,2\r\n", "a,b\n1,2\n\n", 'a,b\n1,""\n', "a,b\n"]
)
def test_a_file_that_is_not_simply_laid_out_is_not_looked_through(tmp_path, text):
    (tmp_path / "things.csv").write_bytes(text.encode())
    source = scanning.Source(THINGS, "things.csv", tmp_path / "things.csv", ",", 1, ("a", "b"), ("thing_id", "note"))
    assert small.small_columns(source) is None


def test_a_file_that_is_no_utf_8_is_not_looked_through(tmp_path):
    (tmp_path / "things.csv").write_bytes(b"a,b\n1,\xff\n")
    source = scanning.Source(THINGS, "things.csv", tmp_path / "things.csv", ",", 1, ("a", "b"), ("thing_id", "note"))
    assert small.small_columns(source) is None


def test_a_file_above_the_size_is_not_looked_through(tmp_path, monkeypatch):
    path = tmp_path / "things.csv"
    path.write_bytes(b"a,b\n1,2\n")
    source = scanning.Source(THINGS, "things.csv", path, ",", 1, ("a", "b"), ("thing_id", "note"))
    monkeypatch.setattr(small, "SMALL", 8)
    assert small.small_columns(source) == [("1",), ("2",)]
    monkeypatch.setattr(small, "SMALL", 7)
    assert small.small_columns(source) is None
