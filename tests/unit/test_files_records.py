from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relcare.files.records import Unfit, fitted, joined, records, split_record


def lines_of(text):
    return io.StringIO(text, newline="\n")


def cells(text, delimiter=","):
    return [record.cells for record in records(lines_of(text), delimiter)]


SPECTRUM = {
    "a delimiter in quotes": ('first,city\nJohn,"Anytown, WW"', [["first", "city"], ["John", "Anytown, WW"]]),
    "empty cells": ('a,b,c\n1,"",""\n2,3,4', [["a", "b", "c"], ["1", "", ""], ["2", "3", "4"]]),
    "empty cells, CRLF": ('a,b\r\n1,""\r\n2,3', [["a", "b"], ["1", ""], ["2", "3"]]),
    "doubled quotes": ('a,b\n1,"ha ""ha"" ha"\n3,4\n', [["a", "b"], ["1", 'ha "ha" ha'], ["3", "4"]]),
    "JSON in a cell": ('k,v\n1,"{""t"": ""P"", ""c"": [1, 0.5]}"\n', [["k", "v"], ["1", '{"t": "P", "c": [1, 0.5]}']]),
    "a bare quote": ("a,b\n1,36'37.8\"N 121°W\n", [["a", "b"], ["1", "36'37.8\"N 121°W"]]),
    "a line end in quotes": (
        'a,b\n"Once upon \na time",5\n7,8\n',
        [["a", "b"], ["Once upon \na time", "5"], ["7", "8"]],
    ),
    "CRLF in quotes": ('a,b\r\n"Once \r\nupon",5\r\n', [["a", "b"], ["Once \r\nupon", "5"]]),
    "quotes and line ends": ('a,b\n1,"ha \n""ha"" \nha"\n3,4\n', [["a", "b"], ["1", 'ha \n"ha" \nha'], ["3", "4"]]),
    "simple": ("a,b,c\n1,2,3\n", [["a", "b", "c"], ["1", "2", "3"]]),
    "other letters": ("a,b\n4,ʤ\n", [["a", "b"], ["4", "ʤ"]]),
}


@pytest.mark.parametrize("case", SPECTRUM)
def test_the_edge_cases_of_delimited_text(case):
    text, expected = SPECTRUM[case]
    assert cells(text) == expected


def test_spaces_around_quotes_are_not_part_of_the_cell():
    assert cells('1, "q,r" ,3\n') == [["1", "q,r", "3"]]


@pytest.mark.parametrize("text", ["\n\na,b\n\n   \n1,2\n\n", "a,b\r\n\r\n1,2\r\n"])
def test_blank_lines_are_no_records(text):
    assert cells(text) == [["a", "b"], ["1", "2"]]


def test_a_record_knows_its_first_physical_line():
    text = 'a,b\n\n1,"x\ny\nz"\n2,3\n'
    assert [record.line for record in records(lines_of(text), ",")] == [1, 3, 6]


def test_a_stray_quote_costs_one_line():
    text = '1,"open\n2,b\n3,"c"\n4,d\n'
    found = list(records(lines_of(text), ","))
    assert [(record.line, record.cells) for record in found] == [
        (1, None),
        (2, ["2", "b"]),
        (3, ["3", "c"]),
        (4, ["4", "d"]),
    ]
    assert found[0].reason == "text follows a closing quote"
    assert found[0].text == '1,"open'


def test_a_quote_that_is_never_closed_costs_one_line():
    text = '1,a\n2,"b\n' + "".join(f"{i},x\n" for i in range(3, 2000))
    found = list(records(lines_of(text), ","))
    assert [record.line for record in found] == list(range(1, 2000))
    assert [record.reason for record in found if record.cells is None] == ["a quote is opened and not closed"]


def test_cells_are_placed_in_their_record():
    assert split_record('ab, "c,d",,"e\nf",g', ",").starts == [0, 3, 10, 11, 17]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2", ["1", "2"]),
        ("1,2,", ["1", "2"]),
        ("1", "1 cell, but the header has 2"),
        ("1,2,3", "3 cells, but the header has 2"),
        ("1,2,,", "4 cells, but the header has 2"),
        ('1,"2"x', "text follows a closing quote"),
    ],
)
def test_a_row_fits_its_header_or_says_why_not(text, expected):
    [record] = records([text], ",")
    found = fitted(record, 2)
    assert (found.reason if isinstance(found, Unfit) else found) == expected


@pytest.mark.parametrize(
    ("text", "advice"), [("1", "one cell for each column"), ('1,"2"x', "written twice"), ('1,"2', "close the quote")]
)
def test_a_row_that_does_not_fit_says_what_to_do_about_its_reason(text, advice):
    [record] = records([text], ",")
    assert advice in fitted(record, 2).hint


CELLS = st.text(st.sampled_from('ab",;\n\r \t客'), max_size=6)


@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from(",;\t|"))
def test_what_is_joined_is_split_again(row, delimiter):
    text = joined(row, delimiter) + "\n"
    found = cells(text, delimiter)
    assert [[cell.strip(" ") for cell in record] for record in found] == [[cell.strip(" ") for cell in row]]


@given(st.lists(st.lists(st.text(st.sampled_from('ab",\n 客'), max_size=5), min_size=2, max_size=3), max_size=5))
def test_it_reads_what_the_standard_library_writes(rows):
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    assert cells(file.getvalue()) == rows
