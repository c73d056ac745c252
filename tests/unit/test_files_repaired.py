from __future__ import annotations

import duckdb
import pytest
from books import book
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relcare.files.open_book import repaired
from relcare.files.placing import place_cells
from relcare.files.rows import read_rows
from relcare.files.text import CHUNK, SAMPLE
from relcare.located import Place


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "book"
    path.mkdir()
    return path


def scanned(source):
    """The rows as the engine scans them."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(source.headers)))
    return duckdb.sql(
        f"SELECT * FROM read_csv('{source.scan}', header = false, skip = {source.skip}, auto_detect = false, "
        f"delim = '{source.delimiter}', quote = '\"', escape = '\"', strict_mode = true, nullstr = '', columns = {{{columns}}})"
    ).fetchall()


def source_of(folder, data, table="interactions"):
    opened = book(folder, {f"{table}.csv": data})
    assert opened.problems == ()
    return opened.sources[table]


MESSY = (
    "customer_id,topic,tags\n"
    "C1,one,a\n"
    "C2,two\n"  # line 3: too few
    "\n"
    'C3,"a, quoted\nline",b\n'
    "C4,x,y,z\n"  # line 7: too many
    'C5,"open,c\n'  # line 8: malformed
    'C6,"six",d,\n'  # a delimiter at the end
    "C\x007,nul,e\n"
)


def test_rows_that_can_not_be_used_are_set_aside_with_line_and_reason(folder):
    source = source_of(folder, MESSY)
    assert not source.clean
    fixed = repaired(source, folder.parent / "spill")
    assert [(row.line, row.reason) for row in fixed.set_aside] == [
        (3, "2 cells, but the header has 3"),
        (7, "4 cells, but the header has 3"),
        (8, "text follows a closing quote"),
    ]
    assert list(fixed.lines) == [2, 5, 9, 10]
    assert fixed.clean
    assert scanned(fixed) == [
        ("C1", "one", "a"),
        ("C3", "a, quoted\nline", "b"),
        ("C6", "six", "d"),
        ("C\x007", "nul", "e"),
    ]
    assert [row["customer_id"] for _, row in read_rows(fixed)] == ["C1", "C3", "C6", "C\x007"]
    assert list(read_rows(fixed)) == list(read_rows(source))
    assert fixed.set_aside[0].text == "C2,two"


def test_the_places_of_a_clean_copy_are_those_of_the_users_file(folder):
    fixed = repaired(source_of(folder, MESSY), folder.parent / "spill")
    shown = str(folder / "interactions.csv")
    assert place_cells(fixed, [(3, 2), (1, 1), (1, 2), (0, 0)]) == [
        (Place(shown, 10, 9), "C\x007,nul,e"),
        (Place(shown, 5, 4), 'C3,"a, quoted'),
        (Place(shown, 6, 7), 'line",b'),
        (Place(shown, 2, 1), "C1,one,a"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_count_characters_in_every_encoding(folder, encoding, end):
    text = 'topic,tags\n甲,"乙\n丙",\n丁,"戊,己"\n'.replace('",\n', '"\n').replace("\n", end)
    source = source_of(folder, text.encode(encoding))
    last = place_cells(source, [(1, 1), (0, 0), (1, 0)])
    shown = str(folder / "interactions.csv")
    assert [place for place, _ in last] == [Place(shown, 4, 3), Place(shown, 2, 1), Place(shown, 4, 1)]
    assert last[0][1] == '丁,"戊,己"'


def test_places_in_a_file_that_is_scanned_as_it_is(folder):
    text = 'topic,tags\n\n1,"x\n\ny"\n2,5" pipe\n\r\n3,z'
    source = source_of(folder, text)
    assert scanned(source) if "\r" not in text else True
    assert [(place.line, place.column) for place, _ in place_cells(source, [(0, 1), (1, 1), (2, 0)])] == [
        (3, 3),
        (6, 3),
        (8, 1),
    ]


def test_a_row_that_is_not_there_has_no_line(folder):
    source = source_of(folder, "topic,tags\n1,2\n")
    assert place_cells(source, [(7, 0)]) == [(Place(str(folder / "interactions.csv")), "")]
    assert place_cells(source, [(0, 9)]) == [(Place(str(folder / "interactions.csv"), 2), "")]


def test_places_in_a_table_in_yaml(folder):
    opened = book(folder, {"customers.yaml": "- customer_id: C1\n- customer_id: C2\n  name: 'Ann'\n"})
    source = opened.sources["customers"]
    shown = str(folder / "customers.yaml")
    assert place_cells(source, [(1, 1), (0, 1)]) == [
        (Place(shown, 3, 10), "  name: 'Ann'"),
        (Place(shown, 1), "- customer_id: C1"),
    ]


def test_places_in_a_large_file_do_not_depend_on_its_pieces(folder):
    row = "x" * 97
    count = 2 * CHUNK // 100
    middle = count // 2
    lines = [f"{i},{row}" for i in range(count)]
    lines[middle] = f'{middle},"quoted\n{row}"'
    source = source_of(folder, "topic,tags\n" + "\n".join(lines))
    wanted = [0, middle - 1, middle, middle + 1, count - 1]
    found = place_cells(source, [(ordinal, 0) for ordinal in wanted])
    assert [place.line for place, _ in found] == [ordinal + 2 + (ordinal > middle) for ordinal in wanted]
    assert [text.split(",")[0] for _, text in found] == [str(ordinal) for ordinal in wanted]


def test_bytes_that_are_wrong_after_the_sample_are_told_with_their_line(folder):
    good = "".join(f"{i},客户\n" for i in range(SAMPLE // 8))
    data = ("topic,tags\n" + good).encode() + b"bad,\xb0\xa1x\n" + "end,好\n".encode()
    source = source_of(folder, data)
    with pytest.raises(duckdb.Error):
        scanned(source)
    fixed = repaired(source, folder.parent / "spill")
    line = SAMPLE // 8 + 2
    assert [(problem.code, problem.place.line) for problem in fixed.problems] == [("FIL015", line)]
    assert scanned(fixed)[-1] == ("end", "好")
    assert "\ufffd" in scanned(fixed)[-2][1]


def test_gb18030_after_a_sample_of_ascii_is_found_out(folder):
    good = "".join(f"{i},abcdef\n" for i in range(SAMPLE // 8))
    data = ("topic,tags\n" + good + "end,客户\n").encode("gb18030")
    fixed = repaired(source_of(folder, data), folder.parent / "spill")
    assert fixed.problems == ()
    assert fixed.encoding == "gb18030"
    assert scanned(fixed)[-1] == ("end", "客户")


CELL = st.text(st.sampled_from('ab",\n 客0'), max_size=5).map(lambda text: text.strip(" "))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.just("k"), CELL), min_size=1, max_size=6), quoted=st.booleans())
def test_engine_python_and_clean_copy_agree(folder, rows, quoted):
    body = "".join(
        f'{first},"{cell.replace(chr(34), chr(34) * 2)}"\n'
        if quoted or set(cell) & set('",\n')
        else f"{first},{cell}\n"
        for first, cell in rows
    )
    source = source_of(folder, "topic,tags\n" + body)
    fixed = repaired(source, folder.parent / "spill")
    expected = [(first, cell or None) for first, cell in rows]
    assert scanned(source) == expected
    assert scanned(fixed) == expected
    assert [tuple(row.values()) for _, row in read_rows(source)] == [tuple(row) for row in rows]
    lines = [line for line, _ in read_rows(source)]
    assert list(fixed.lines) == lines
    assert [place.line for place, _ in place_cells(source, [(i, 0) for i in range(len(rows))])] == lines
