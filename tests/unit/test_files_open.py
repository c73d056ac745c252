from __future__ import annotations

import pytest
from books import VOCABULARY, book, codes

from relcare.files.open_book import open_book
from relcare.files.placing import place_cells
from relcare.files.rows import read_rows
from relcare.files.settings import Settings
from relcare.files.yaml_tree import read_documents
from relcare.located import Place
from relcare.rulebook.load import load

PLAIN = "customer_id,name\nC1,Ann\nC2,Bob\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "book"
    path.mkdir()
    return path


def rows(opened, table="customers"):
    return [cells for _, cells in read_rows(opened.sources[table])]


TWO = [{"customer_id": "C1", "name": "张三"}, {"customer_id": "C2", "name": "李四"}]
TEXT = "customer_id,name\nC1,张三\nC2,李四\n"


def test_a_plain_file_is_scanned_as_it_is(folder):
    opened = book(folder, {"customers.csv": PLAIN})
    source = opened.sources["customers"]
    assert opened.problems == ()
    assert (source.scan, source.skip, source.delimiter, source.clean) == (folder / "customers.csv", 1, ",", False)
    assert source.fields == ("customer_id", "name")
    assert list(read_rows(source)) == [
        (2, {"customer_id": "C1", "name": "Ann"}),
        (3, {"customer_id": "C2", "name": "Bob"}),
    ]


@pytest.mark.parametrize(
    ("data", "encoding", "direct"),
    [
        (TEXT.encode(), "utf-8", True),
        (TEXT.encode("utf-8-sig"), "utf-8", True),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8", True),
        (TEXT.replace("\n", "\r").encode(), "utf-8", False),
        (TEXT.encode("gb18030"), "gb18030", False),
        (TEXT.encode("utf-16"), "utf-16", False),
        (TEXT.encode("utf-16-le"), "utf-16-le", False),
        (("\n\n" + TEXT).encode(), "utf-8", False),
        (TEXT.replace("customer_id", '"customer\n_id"').encode(), "utf-8", False),
    ],
)
def test_encodings_and_line_ends(folder, data, encoding, direct):
    opened = book(folder, {"customers.csv": data})
    source = opened.sources["customers"]
    assert opened.problems == ()
    assert source.encoding == encoding
    assert (source.scan == folder / "customers.csv") == direct
    assert source.clean == (not direct)
    assert rows(opened) == TWO
    assert source.scan.read_bytes().decode()  # UTF-8


def test_a_named_encoding_overrides_what_the_bytes_look_like(folder):
    data = "customer_id,name\nC1,é\n".encode("latin-1")
    opened = book(folder, {"customers.csv": data}, encoding="latin-1")
    assert opened.problems == ()
    assert rows(opened) == [{"customer_id": "C1", "name": "é"}]


def test_an_encoding_that_does_not_exist_is_told(folder):
    opened = book(folder, {"customers.csv": TEXT}, encoding="klingon")
    assert codes(opened) == ["FIL017"]
    assert rows(opened) == TWO


def test_text_in_no_known_encoding_is_read_as_latin_1_and_told(folder):
    opened = book(folder, {"customers.csv": b"customer_id,name\nC1,Ren\xe9\n"})
    assert codes(opened) == ["FIL015"]
    assert rows(opened) == [{"customer_id": "C1", "name": "René"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(folder, delimiter):
    opened = book(folder, {"customers.csv": PLAIN.replace(",", delimiter)})
    assert opened.problems == ()
    assert opened.sources["customers"].delimiter == delimiter
    assert rows(opened)[0] == {"customer_id": "C1", "name": "Ann"}


def test_the_delimiter_that_gives_known_columns_wins(folder):
    opened = book(folder, {"customers.csv": 'customer_id;"name, first, or last, or both";name\nC1;x;Ann\n'})
    assert opened.sources["customers"].delimiter == ";"
    assert rows(opened) == [{"customer_id": "C1", "name": "Ann"}]


@pytest.mark.parametrize(
    "header",
    [
        "customer_id,name",
        "Customer ID,NAME",
        "客户编号,姓名",
        "CUST-NO, Name ",
        "\u3000客户 编号,姓名",
        '"customer_id","name"',
    ],
)
def test_columns_by_key_label_and_other_names(folder, header):
    opened = book(folder, {"customers.csv": header + "\nC1,Ann\n"})
    assert opened.problems == ()
    assert rows(opened) == [{"customer_id": "C1", "name": "Ann"}]


def test_a_column_with_the_name_of_a_measure_or_decision_supplies_it(folder):
    opened = book(folder, {"customers.csv": "customer_id,客户层级,aum_avg_3m,whatever\nC1,vip,5,x\n"})
    assert opened.problems == ()
    assert opened.sources["customers"].fields == ("customer_id", "tier", "aum_avg_3m", "")


def test_two_columns_for_one_field_are_a_mistake(folder):
    opened = book(folder, {"customers.csv": "customer_id,name,姓名\nC1,Ann,Bob\n"})
    path = str(folder / "customers.csv")
    assert [(p.code, p.place) for p in opened.problems] == [
        ("FIL010", Place(path, 1, 18)),
        ("CEL001", Place(path, 2, 4)),
    ]
    assert opened.problems[0].hint == "a cell counts only where they agree; remove or rename one of the columns"
    assert opened.problems[1].message == "name 'Ann ≠ Bob' can't be read: its columns differ"
    assert opened.problems[1].source == "C1,Ann,Bob"
    assert rows(opened) == [{"customer_id": "C1", "name": ""}]


def test_a_cell_of_two_columns_counts_where_they_agree(folder):
    opened = book(folder, {"customers.csv": "customer_id,aum,aum,name,姓名\nC1,7000000,1,A,A\nC2,5, 5,,\nC3,1\n"})
    assert codes(opened) == ["FIL010", "FIL010"]
    source = opened.sources["customers"]
    assert source.clean
    assert rows(opened) == [
        {"customer_id": "C1", "aum": "7000000 ≠ 1", "name": "A"},
        {"customer_id": "C2", "aum": "5", "name": ""},
    ]
    assert [row.line for row in source.set_aside] == [4]
    assert place_cells(source, [(0, 1)]) == [(Place(source.path, 2, 4), "C1,7000000,1,A,A")]


def test_two_keys_of_yaml_for_one_field(folder):
    text = "- {customer_id: C1, aum: 7, 资产: 1}\n- {customer_id: C2, 资产: 5}\n- {customer_id: C3, name: A, 姓名: B}\n"
    opened = book(folder, {"customers.yaml": text})
    assert codes(opened) == ["FIL010", "FIL010", "CEL001"]
    assert opened.problems[2].place == Place(str(folder / "customers.yaml"), 3, 27)
    assert [row["aum"] for row in rows(opened)] == ["7 ≠ 1", "5", ""]
    assert [row["name"] for row in rows(opened)] == ["", "", ""]


def test_a_column_that_is_nearly_a_field_is_warned_of(folder):
    opened = book(folder, {"customers.csv": "customer_id,segmnt,colour\nC1,retail,red\n"})
    [problem] = opened.problems
    assert (problem.code, problem.severity, problem.place.column) == ("FIL012", "warning", 13)
    assert problem.hint == "did you mean `segment`?"


def test_a_table_without_its_key_is_not_used(folder):
    opened = book(folder, {"customers.csv": "name,aum\nAnn,5\n", "interactions.csv": "topic,customer_id\nx,C1\n"})
    assert codes(opened) == ["FIL014"]
    assert list(opened.sources) == ["interactions"]


def test_a_file_without_any_known_column_is_not_used(folder):
    opened = book(folder, {"customers.csv": PLAIN, "interactions.csv": "x,y\n1,2\n"})
    assert codes(opened) == ["FIL014"]
    assert list(opened.sources) == ["customers"]


def test_a_file_of_one_column_goes_through_a_clean_copy(folder):
    opened = book(folder, {"customers.csv": 'customer_id\nC1\n\n""\nC2\n'})
    assert opened.sources["customers"].clean
    assert list(read_rows(opened.sources["customers"])) == [
        (2, {"customer_id": "C1"}),
        (4, {"customer_id": ""}),
        (5, {"customer_id": "C2"}),
    ]


def test_an_empty_file_is_a_problem_and_a_header_alone_is_not(folder):
    assert codes(book(folder, {"customers.csv": b""})) == ["FIL013"]
    assert codes(book(folder, {"customers.csv": "customer_id,name\n"})) == []
    assert codes(book(folder, {"customers.csv": "customer_id,name"})) == []


def test_a_folder_that_is_no_book(folder):
    nowhere = open_book(folder / "x", VOCABULARY, Settings(), folder)
    assert codes(nowhere) == ["FIL004"]
    assert codes(book(folder, {"custmers.csv": PLAIN})) == ["FIL008"]
    assert "did you mean `customers.csv`?" in book(folder, {}).problems[0].hint


def test_two_files_for_one_table_are_a_mistake(folder):
    opened = book(folder, {"customers.csv": PLAIN, "Customers.TSV": PLAIN})
    assert codes(opened) == ["FIL006"]
    assert opened.sources == {}


def test_a_file_of_another_kind_is_told(folder):
    assert codes(book(folder, {"customers.xlsx": b"PK"})) == ["FIL007"]


def test_what_the_book_expects_must_be_there_and_have_rows(folder):
    expects = "expects: [customers, interactions]\n"
    assert codes(book(folder, {"customers.csv": PLAIN, "relcare.yaml": expects})) == ["FIL009"]
    both = {"customers.csv": "customer_id,name\n", "interactions.csv": "topic,tags\nx,y\n", "relcare.yaml": expects}
    [problem] = book(folder, both).problems
    assert problem.message == "the book expects customers, which has no rows"
    assert problem.place == Place(str(folder / "relcare.yaml"), 1, 11)


def test_the_settings_name_file_columns_dates_and_codes(folder):
    (folder / "export").mkdir()
    opened = book(
        folder,
        {
            "export/kunden.txt": "Nr;opened_at;Segment;name\n7;3.9.2026;PB;Ann\n",
            "relcare.yaml": "tables:\n  customers:\n    file: export/kunden.txt\n    columns: {NR: customer_id}\n"
            "    dates: D.M.YYYY\n    codes: {segment: {PB: private}}\n",
        },
    )
    source = opened.sources["customers"]
    assert opened.problems == ()
    assert source.fields == ("customer_id", "opened_at", "segment", "name")
    assert (source.date_format, source.codes) == ("%d.%m.%Y", {"segment": {"pb": "private"}})


def test_a_mapped_column_stands_before_one_with_the_fields_name(folder):
    settings = "tables: {customers: {columns: {Kunde: customer_id}}}\n"
    opened = book(folder, {"customers.csv": "customer_id,Kunde\nx,C1\n", "relcare.yaml": settings})
    assert opened.problems == ()
    assert rows(opened) == [{"customer_id": "C1"}]


def test_a_mapped_column_that_the_file_has_not_is_placed_in_the_settings(folder):
    settings = "tables: {customers: {columns: {Kunden: name}}}\n"
    opened = book(folder, {"customers.csv": "customer_id,Kunde\nC1,Ann\n", "relcare.yaml": settings})
    problem = next(problem for problem in opened.problems if problem.code == "FIL011")
    assert problem.place == Place(str(folder / "relcare.yaml"), 1, 32)
    assert problem.hint == "did you mean `Kunde`?"


def test_a_file_that_the_settings_name_must_exist(folder):
    settings = "tables:\n  customers: {file: kunden.csv}\n"
    opened = book(folder, {"relcare.yaml": settings, "kunde.csv": PLAIN})
    [problem] = opened.problems
    assert (problem.code, problem.place.line, problem.hint) == ("FIL005", 2, "did you mean `kunde.csv`?")


def test_a_table_in_yaml(folder):
    text = "- customer_id: 007\n  name: NO\n- customer_id: C2\n  segment: [a, b]\n  opened_at: 2026-09-03\n"
    opened = book(folder, {"customers.yaml": text})
    assert opened.problems == ()
    assert list(read_rows(opened.sources["customers"])) == [
        (1, {"customer_id": "007", "name": "NO", "segment": "", "opened_at": ""}),
        (3, {"customer_id": "C2", "name": "", "segment": "a;b", "opened_at": "2026-09-03"}),
    ]


def test_mistakes_in_a_table_in_yaml(folder):
    text = "- customer_id: C1\n  nmae: Ann\n  zzzz: 1\n- C2\n- customer_id: C3\n  name: {first: Ann}\n"
    opened = book(folder, {"customers.yaml": text})
    found = [(problem.code, problem.place.line, problem.severity) for problem in opened.problems]
    assert found == [("FIL012", 2, "warning"), ("FIL012", 3, "warning"), ("CEL001", 6, "error")]
    [row] = opened.sources["customers"].set_aside
    assert (row.line, row.reason) == (4, "the row is not a mapping")
    assert row.hint == "a row is a mapping, as `- customer_id: C1`"
    assert rows(opened) == [{"customer_id": "C1", "name": ""}, {"customer_id": "C3", "name": ""}]


def test_a_nested_cell_in_yaml_is_unreadable_and_its_row_stays(folder):
    text = "- {customer_id: C1, aum: {x: 1, y: [2]}}\n- customer_id: C2\n  name: [[a]]\n  aum: [[1]]\n"
    opened = book(folder, {"customers.yaml": text})
    source = opened.sources["customers"]
    [problem] = opened.problems
    assert (problem.code, problem.place) == ("CEL001", Place(source.path, 3, 9))
    assert (problem.message, problem.source) == ("name can't be read: it is not one text", "  name: [[a]]")
    assert source.set_aside == ()
    assert [(row["name"], row["aum"]) for row in rows(opened)] == [("", "{x: 1, y: [2]}"), ("", "[[1]]")]
    assert place_cells(source, [(0, source.headers.index("aum"))])[0][0] == Place(source.path, 1, 26)


@pytest.mark.parametrize(("characters", "longest"), [(1_000_000, 0), (2_100_000, 2_100_004), (700_000, 0)])
@pytest.mark.parametrize("ending", ["csv", "yaml"])
def test_a_clean_copy_says_how_long_its_longest_record_is(folder, characters, longest, ending):
    name = "x" * characters
    text = f"- {{customer_id: C1, name: {name}}}\n" if ending == "yaml" else f"customer_id\tname\r\nC1\t{name}\r"
    opened = book(folder, {f"customers.{ending}": text if ending == "yaml" else text.replace("\r\n", "\r")})
    assert opened.sources["customers"].longest == longest
    assert opened.sources["customers"].set_aside == ()


def test_a_yaml_file_that_is_no_list_is_told(folder):
    opened = book(folder, {"customers.yaml": "customer_id: C1\n"})
    assert codes(opened) == ["FIL016"]
    assert opened.sources == {}


HOUSE = """\
kind: table
table: house
label: {en: House, zh: 本店}
subject: house
key: house_id
if not supplied: ours
fields: {house_id: {type: id, label: {en: House ID, zh: 本店编号}}}
---
kind: table
table: works
label: {en: Works, zh: 事务}
key: work_id
fields:
  work_id: {type: id, label: {en: Work, zh: 事务编号}}
  house_id: {type: id, refers: house, if not supplied: ours, label: {en: House ID, zh: 本店编号}}
"""


def house_book(tmp_path, **files):
    trees = [("rules", read_documents(HOUSE.encode(), "rules")[0])]
    rulebook, problems = load(trees, "")
    assert not problems
    home = tmp_path / "book"
    home.mkdir()
    for name, text in files.items():
        (home / name.replace("_", ".")).write_text(text, encoding="utf-8")
    opened = open_book(home, rulebook.vocabulary, Settings(), tmp_path / "spill")
    return {name: [cells for _, cells in read_rows(source)] for name, source in opened.sources.items()}


@pytest.mark.parametrize("files", [{"works_csv": "work_id,note\nW1,a\n"}, {"works_yaml": "- {work_id: W1}\n"}])
def test_each_row_of_a_file_without_such_a_column_is_of_the_house_and_the_house_needs_no_file(tmp_path, files):
    assert house_book(tmp_path, **files) == {
        "works": [{"work_id": "W1", "house_id": "ours"}],
        "house": [{"house_id": "ours"}],
    }


def test_a_column_or_file_of_the_book_goes_before_what_stands_in(tmp_path):
    found = house_book(tmp_path, works_csv="work_id,house_id\nW1,theirs\n", house_csv="house_id\ntheirs\n")
    assert found == {"works": [{"work_id": "W1", "house_id": "theirs"}], "house": [{"house_id": "theirs"}]}


def test_without_a_row_that_could_be_of_it_there_is_no_house(tmp_path):
    assert house_book(tmp_path, other_csv="work_id\nW1\n") == {}
