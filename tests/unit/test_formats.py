from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relcare.formats import FORMATS, SUFFIXES, TABLES, render
from relcare.formats.md import escaped
from relcare.formats.report import Column, ListedRows, Report
from relcare.formats.table import fitted
from relcare.formats.words import grouped, harmless, width_of

COLUMNS = (
    Column("customer_id", "Customer"),
    Column("name", "Name"),
    Column("tier", "Tier", "code", {"core_vip": "Core VIP", "growth": "潜力成长客户"}),
    Column("aum", "Assets", "number"),
    Column("because", "Because", wide=True),
)
ROWS = ListedRows(
    [
        ("C1", "李小明", "core_vip", "6000000.00", "assets, at least"),
        ("C2", 'a "b" | c', "growth", "", ""),
        ("C3", "two\nlines\r\nthree\rfour\tfive", "undetermined", "-12.5", "x" * 70),
    ]
)
REPORT = Report(
    "customers",
    "Customers",
    "2026-11-20",
    COLUMNS,
    ROWS,
    {"relcare": "0.1.0", "rulebook": {"name": "shipped", "hash": "0" * 64}},
    notes=("No balances.",),
    nothing="No customers.",
)
EMPTY = replace(REPORT, rows=ListedRows())


class FastRows(ListedRows):
    """Rows that can write themselves."""

    def delimited(self, delimiter: str) -> Iterable[bytes]:
        for row in self:
            yield b""
            yield (delimiter.join(row) + "\n").encode()


def rendered(name: str, report: Report = REPORT, **options: object) -> str:
    stream = io.BytesIO()
    found = render(name, report, stream, **options)
    assert found == bool(list(report.rows))
    return stream.getvalue().decode()


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "ics"])  # a calendar has CRLF
def test_every_format_writes_text_with_lf(name: str) -> None:
    text = rendered(name)
    if name not in {"tsv", "csv"}:  # there a cell keeps its own line breaks
        assert "\r" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "李小明" in text


def test_every_suffix_names_a_format() -> None:
    assert set(SUFFIXES.values()) == set(FORMATS)
    assert set(TABLES) == {
        "calendar add",
        "calendar between",
        "calendar show",
        "check",
        "explain",
        "phrases",
        "reply check",
        "rules check",
        "rules test",
        "timeline",
    }


# tsv, csv


def test_csv_quotes_only_what_needs_it() -> None:
    assert rendered("csv") == (
        "customer_id,name,tier,aum,because\n"
        'C1,李小明,core_vip,6000000.00,"assets, at least"\n'
        'C2,"a ""b"" | c",growth,,\n'
        f'C3,"two\nlines\r\nthree\rfour\tfive",undetermined,-12.5,{"x" * 70}\n'
    )


def test_tsv_quotes_tabs_but_no_commas() -> None:
    lines = rendered("tsv")
    assert "\tassets, at least\n" in lines
    assert '\t"two\nlines\r\nthree\rfour\tfive"\t' in lines


@pytest.mark.parametrize(("name", "delimiter"), [("tsv", "\t"), ("csv", ",")])
def test_rows_that_write_themselves_get_the_header_only(name: str, delimiter: str) -> None:
    report = replace(REPORT, columns=COLUMNS[:2], rows=FastRows([("C1", "x"), ("C2", "y")]))
    expected = f"customer_id{delimiter}name\nC1{delimiter}x\nC2{delimiter}y\n"
    assert rendered(name, report) == expected
    assert rendered(name, report, headers=False) == expected.partition("\n")[2]


@pytest.mark.parametrize("name", ["tsv", "csv", "jsonl"])
@pytest.mark.parametrize("rows", [ListedRows(), FastRows()])
def test_no_rows_no_bytes(name: str, rows: ListedRows) -> None:
    assert rendered(name, replace(REPORT, rows=rows)) == ""


@pytest.mark.parametrize(("name", "header"), [("tsv", "customer_id\tname\ttier\taum\tbecause\n"), ("jsonl", "")])
def test_a_file_gets_its_header_also_without_rows(name: str, header: str) -> None:
    assert rendered(name, EMPTY, always=True) == header
    assert rendered(name, EMPTY, always=True, headers=False) == ""


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.tuples(cells, cells.filter(bool)), max_size=4), st.sampled_from([("tsv", "\t"), ("csv", ",")]))
def test_delimited_reads_back(rows: list[tuple[str, str]], form: tuple[str, str]) -> None:
    report = replace(REPORT, columns=COLUMNS[:2], rows=ListedRows(rows))
    text = rendered(form[0], report, headers=False)
    assert [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=form[1], strict=True)] == rows


# json, jsonl


def test_json_is_one_object_with_its_head() -> None:
    text = rendered("json", replace(REPORT, facts={"undetermined": 2}))
    got = json.loads(text)
    head = ["schema_version", "report", "as_of", "made_from", "notes", "undetermined", "rows"]
    assert list(got) == head
    assert got["schema_version"] == 1
    assert got["notes"] == ["No balances."]
    assert got["made_from"]["rulebook"]["name"] == "shipped"
    assert got["rows"][1] == {"customer_id": "C2", "name": 'a "b" | c', "tier": "growth", "aum": None, "because": None}
    assert got["rows"][2]["name"] == "two\nlines\r\nthree\rfour\tfive"
    assert '"aum": 6000000.00,' in text  # as exact as the report has it


def test_json_takes_any_mapping_for_its_head() -> None:
    report = replace(REPORT, made_from=MappingProxyType({"book": MappingProxyType({"hash": "ab"})}))
    assert json.loads(rendered("json", report))["made_from"] == {"book": {"hash": "ab"}}


def test_json_without_rows_is_still_an_object() -> None:
    assert json.loads(rendered("json", EMPTY))["rows"] == []


@pytest.mark.parametrize("cell", ["007", "1e5", "NaN", "1,000", "1.", "-", "٣"])
def test_json_keeps_a_number_that_json_does_not_know_as_text(cell: str) -> None:
    report = replace(REPORT, columns=(COLUMNS[3],), rows=ListedRows([(cell,)]))
    assert json.loads(rendered("json", report))["rows"] == [{"aum": cell}]


def test_jsonl_is_a_row_a_line() -> None:
    lines = rendered("jsonl").splitlines()
    assert len(lines) == len(ROWS)
    assert [json.loads(line)["customer_id"] for line in lines] == ["C1", "C2", "C3"]


def test_many_rows_come_whole() -> None:
    rows = ListedRows((str(number), "x") for number in range(2500))
    report = replace(REPORT, columns=COLUMNS[:2], rows=rows)
    ids = [str(number) for number in range(2500)]
    assert [row["customer_id"] for row in json.loads(rendered("json", report))["rows"]] == ids
    assert [json.loads(line)["customer_id"] for line in rendered("jsonl", report).splitlines()] == ids
    assert [line.partition("\t")[0] for line in rendered("tsv", report, headers=False).splitlines()] == ids
    lines = rendered("table", report).splitlines()
    assert [line.split()[0] for line in lines if line.endswith(" x")] == ids
    assert "2,500 rows" in lines


# md


def test_markdown_shows_cells_as_they_are() -> None:
    text = rendered("md")
    lines = text.splitlines()
    assert lines[0] == "## Customers · as of 2026-11-20"
    assert "- No balances." in lines
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(ROWS)
    assert len({width_of(line) for line in table}) == 1
    assert "Core VIP" in table[2]
    assert "6,000,000.00" in table[2]
    assert r'a "b" \| c' in table[3]
    assert "two<br>lines<br>three<br>four five" in table[4]


def test_markdown_without_rows_says_so() -> None:
    assert "No customers." in rendered("md", EMPTY)


def test_markdown_leaves_ids_alone() -> None:
    report = replace(REPORT, columns=COLUMNS[:1], rows=ListedRows([("0012",), ("1e5",)]))
    assert "| 0012 " in rendered("md", report)
    assert "| 1e5 " in rendered("md", report)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("core_vip", "core_vip"),
        ("_x_", r"\_x\_"),
        ("a*b", r"a\*b"),
        ("<b>", r"\<b>"),
        ("a|b\\", r"a\|b" + "\\\\"),
        ("&amp;", "&amp;amp;"),
        ("[x](y)", r"\[x](y)"),
    ],
)
def test_markup_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown


# table


def test_table_fits_the_terminal_and_cuts_nothing() -> None:
    for width in (120, 80, 60, 45):
        lines = rendered("table", width=width).splitlines()
        assert max(map(width_of, lines)) <= width
        assert "".join("".join(lines).split()).count("x") >= 70
        assert not any(line.endswith(" ") for line in lines)


def test_table_wraps_free_text_only_while_that_is_enough() -> None:
    lines = rendered("table", width=100).splitlines()
    assert sum("undetermined" in line for line in lines) == 1
    start = lines[2].index("Because")
    assert all(line[start:].strip("x") == "" for line in lines if line.endswith("xxx"))


def test_table_speaks_the_reader_s_words() -> None:
    text = rendered("table", replace(REPORT, title="客户", language="zh"), width=100)
    assert text.startswith("客户 · 截至 2026-11-20\n")
    assert "Core VIP" in text
    assert "潜力成长客户" in text
    assert "3 条" in text
    assert "core_vip" not in text


def test_table_columns_stay_aligned_with_wide_characters() -> None:
    lines = rendered("table", width=200).splitlines()
    ends = [
        width_of(line[: line.index(figure)]) + len(figure)
        for line in lines
        for figure in ("6,000,000.00", "-12.5")
        if figure in line
    ]
    assert len(ends) == 2
    assert len(set(ends)) == 1


def test_table_shows_the_columns_that_the_report_prefers() -> None:
    text = rendered("table", replace(REPORT, shown=("name", "customer_id")))
    assert text.splitlines()[2].split() == ["Name", "Customer"]


def test_table_without_rows_says_so() -> None:
    assert rendered("table", EMPTY).splitlines()[:2] == ["Customers · as of 2026-11-20", "No customers."]


def test_table_colours_only_when_asked() -> None:
    assert "\x1b[" not in rendered("table")
    assert "\x1b[1m" in rendered("table", color=True)


def test_what_is_undetermined_stands_out_in_colour() -> None:
    assert "\x1b[33mundetermined" in rendered("table", color=True)
    named = replace(COLUMNS[2], labels={"undetermined": "无法判定"})
    report = replace(REPORT, columns=(named,), rows=ListedRows([("undetermined",), ("growth",)]))
    assert "\x1b[33m无法判定" in rendered("table", report, color=True)


def test_a_cell_can_not_steer_the_terminal() -> None:
    report = replace(REPORT, columns=COLUMNS[:1], rows=ListedRows([("\x1b[2Ja\u202eb[red]c",)]))
    assert "\ufffd[2Ja\ufffdb[red]c" in rendered("table", report)


def test_table_without_headers_has_no_titles() -> None:
    text = rendered("table", headers=False)
    assert "Because" not in text
    assert "─" not in text


def test_figures_keep_together_when_names_give_way() -> None:
    rows = [["北" * 30, "1,234,567"], ["x" * 60, "1"]]
    assert fitted([Column("a", "A"), Column("b", "B", "number")], rows, 30, headers=True) == [19, 9]


# words


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("6000000.00", "6,000,000.00"),
        ("-1234", "-1,234"),
        ("999", "999"),
        ("1000", "1,000"),
        ("", ""),
        ("none", "none"),
        ("12e5", "12e5"),
    ],
)
def test_digits_are_grouped(number: str, shown: str) -> None:
    assert grouped(number) == shown


def test_harmless_text_is_on_one_line() -> None:
    assert harmless("a\r\nb\tc\x07") == "a b c\ufffd"
    assert harmless("李，。") == "李，。"


def test_width_counts_terminal_columns() -> None:
    assert width_of("a李e\u0301") == 4


@pytest.mark.parametrize("name", ["table", "md"])
def test_a_divided_report_has_the_notes_first_and_a_table_for_each_part(name) -> None:
    columns = (Column("part", "Part", "code", {"b": "Second"}), Column("who", "Who"), Column("why", "Why"))
    rows = ListedRows([("a", "Ann", ""), ("b", "", "late"), ("a", "Ben", "")])
    report = Report("r", "R", "", columns, rows, {}, notes=("Two parts.",), divided="part")
    stream = io.BytesIO()
    assert render(name, report, stream)
    lines = [line for line in stream.getvalue().decode().splitlines() if line.strip(" ─|:-")]
    said = [
        " ".join(word for word in line.replace("|", " ").replace("#", " ").split() if word not in "·-")
        for line in lines
    ]
    assert said == ["R", "Two parts.", "a", "Who", "Ann", "Ben", "Second", "Why", "late"]


def test_a_divided_report_stays_one_list_in_a_pipe() -> None:
    columns = (Column("part", "Part"), Column("who", "Who"))
    report = Report("r", "R", "", columns, ListedRows([("a", "Ann"), ("b", "")]), {}, divided="part")
    stream = io.BytesIO()
    assert render("tsv", report, stream)
    assert stream.getvalue() == b"part\twho\na\tAnn\nb\t\n"
