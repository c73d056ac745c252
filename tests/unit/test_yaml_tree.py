from __future__ import annotations

import pytest

from relcare.files.rulefiles import read_rule_files
from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Place, Scalar, Sequence


def read(text):
    return read_documents(text.encode(), "r.yaml")


def places(text):
    return [(p.place.line, p.place.column, p.code) for p in read(text)[1]]


def plain(node):
    match node:
        case Scalar(text, _):
            return text
        case Sequence(items, _):
            return [plain(item) for item in items]
        case Mapping(entries, _):
            return {key.text: plain(value) for key, value in entries}


@pytest.mark.parametrize(
    "text", ["NO", "17:30", "0123", "1e3", "~", "null", "2026-01-01", "0x1F", "1_000", "yes", ".inf", "=", "6,000,000"]
)
def test_a_scalar_keeps_what_was_typed(text):
    documents, problems = read(f"a: {text}\n")
    assert problems == []
    assert plain(documents[0]) == {"a": text}


def test_every_node_has_its_place():
    [document], _ = read("a: [x, 'y']\nb:\n  - c: \"z\"\n")
    assert document.place == Place("r.yaml", 1, 1)
    assert document.get("a").place == Place("r.yaml", 1, 4)
    assert [item.place.column for item in document.get("a").items] == [5, 9]  # after the quote
    [item] = document.get("b").items
    assert item.get("c") == Scalar("z", Place("r.yaml", 3, 9))


def test_columns_count_characters():
    [document], _ = read("{客户: 张三, b: c}")
    assert document.get("客户").place.column == 6
    assert document.get("b").place.column == 13


def test_a_block_scalar_stands_where_its_text_begins():
    [document], _ = read("a: >-\n   one\n   two\nb: |\n  x\n")
    assert document.get("a") == Scalar("one two", Place("r.yaml", 2, 4))
    assert document.get("b") == Scalar("x\n", Place("r.yaml", 5, 3))


def test_an_empty_value_is_an_empty_text():
    documents, problems = read("a:\nb: ''\n")
    assert problems == []
    assert plain(documents[0]) == {"a": "", "b": ""}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n---\n", "\ufeff", "--- \n# x\n---\na: b\n---\n"])
def test_empty_documents_are_left_out(text):
    documents, problems = read(text)
    assert problems == []
    assert [plain(document) for document in documents] == ([{"a": "b"}] if "a" in text else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", [(3, 1, "YML002")]),
        ("x: {a: 1, a: 2}\n", [(1, 11, "YML002")]),
        ("a: &x 1\n", [(1, 4, "YML003")]),
        ("a: &x\n  b: 1\n", [(1, 4, "YML003")]),
        ("a: &x 1\nb: *x\n", [(1, 4, "YML003"), (2, 4, "YML004")]),
        ("a: !!int 1\n", [(1, 4, "YML005")]),
        ("a: ! 1\n", [(1, 4, "YML005")]),
        ("a: !x [1]\n", [(1, 4, "YML005")]),
        ("a: !!python/object/apply:os.system [ls]\n", [(1, 4, "YML005")]),
        ("%TAG ! x:\n---\na: 1\n", [(1, 1, "YML005")]),
        ("<<: {a: 1}\n", [(1, 1, "YML006")]),
        ("? [a]\n: 1\n", [(1, 3, "YML007")]),
        ("{a: 1}: 2\n", [(1, 1, "YML007")]),
        ("a: [1, 2\n", [(1, 4, "YML001")]),
        ("a: 'x\n", [(1, 4, "YML001")]),
        ("a: b: c\n", [(1, 5, "YML001")]),
        ("a: b\n\tc: d\n", [(2, 1, "YML001")]),
        ("a: @b\n", [(1, 4, "YML001")]),
        ("- a\nb: c\n", [(2, 1, "YML001")]),
        ("a: x\x01y\n", [(1, 5, "YML001")]),
        ("{a: 5,000}\n", [(1, 5, "YML008")]),
        ("{a: at least 5,000,000, b: c}\n", [(1, 14, "YML008")]),
        ("{a: between 5,000 and 6,000}\n", [(1, 13, "YML008"), (1, 23, "YML008")]),
        ("a: [5,000]\n", [(1, 5, "YML008")]),
        ("a： b\nc: d\n", [(2, 2, "YML001")]),
        ("[" * 101 + "]" * 101, [(1, 101, "YML009")]),
    ],
)
def test_what_is_refused_and_where(text, expected):
    assert places(text) == expected


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("{a: at least 5,000,000, b: c}", {"a": "at least 5,000,000", "b": "c"}),
        ("{a: between 5,000 and 6,000}", {"a": "between 5,000 and 6,000"}),
        ("{a: [5,000]}", {"a": ["5,000"]}),
    ],
)
def test_a_number_that_its_comma_cuts_in_two_is_put_together_for_what_follows(text, whole):
    [document], problems = read(text)
    assert plain(document) == whole
    assert {problem.code for problem in problems} == {"YML008"}


@pytest.mark.parametrize(
    "text", ["{a: 5, 000}", "{a: '5,000'}", "a: [0,100]", "a: [5, 000]", "a: 5,000", "{a: 5,0000}", "{a: x,000}"]
)
def test_what_is_no_number_that_a_comma_cuts_in_two(text):
    assert "YML008" not in [code for _, _, code in places(text)]


@pytest.mark.parametrize("text", ["a: " + "[" * 99 + "]" * 99, "a: '&x *y !z <<'", "a: b*c & d!", "'<': 1"])
def test_what_is_not_refused(text):
    assert places(text) == []


def test_all_mistakes_at_once_and_the_other_documents_stay():
    documents, problems = read("a: 1\na: 2\n---\nb: [1\n---\nc: &x d\n---\ne: f: g\n---\nh: i\n")
    assert [plain(document) for document in documents] == [{"a": "1"}, {"c": "d"}, {"h": "i"}]
    assert [(p.place.line, p.code) for p in problems] == [(2, "YML002"), (4, "YML001"), (6, "YML003"), (8, "YML001")]


def test_a_problem_shows_its_line_and_what_to_do():
    [problem] = read("kind: x\nlimits: &base {}\n")[1]
    assert problem.source == "limits: &base {}"
    assert problem.width == len("&base")
    assert problem.hint


def test_an_alias_that_multiplies_costs_nothing():
    bomb = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
    documents, problems = read(bomb)
    assert sum(problem.code == "YML004" for problem in problems) == 72
    assert len(str(documents)) < 5000


def test_line_ends_make_no_difference():
    [crlf], none = read("a: b\r\nc: |\r\n  d\r\n")
    assert none == []
    assert plain(crlf) == {"a": "b", "c": "d\n"}


def test_bytes_that_are_not_utf_8_are_placed():
    documents, [problem] = read_documents(b"a: b\nc: \xb0\xa1\n", "r.yaml")
    assert documents == []
    assert problem.place == Place("r.yaml", 2)
    assert "UTF-8" in problem.message


def test_utf_16_with_its_mark_is_read():
    documents, problems = read_documents("a: 客户".encode("utf-16"), "r.yaml")
    assert problems == []
    assert plain(documents[0]) == {"a": "客户"}


def test_rule_files_come_by_name_with_a_hash_of_names_and_bytes(tmp_path):
    for root in (tmp_path / "one", tmp_path / "two"):
        (root / "sub").mkdir(parents=True)
        (root / "sub" / "b.yml").write_text("b: 1\n", encoding="utf-8")
        (root / "a.yaml").write_text("a: 1\n", encoding="utf-8")
        (root / ".hidden.yaml").write_text("x: 1\n", encoding="utf-8")
        (root / "notes.txt").write_text("x", encoding="utf-8")
    trees, digest, problems = read_rule_files(tmp_path / "one")
    assert problems == []
    assert [path for path, _ in trees] == [str(tmp_path / "one" / "a.yaml"), str(tmp_path / "one" / "sub" / "b.yml")]
    assert digest == read_rule_files(tmp_path / "two")[1]
    (tmp_path / "two" / "sub" / "b.yml").rename(tmp_path / "two" / "b.yml")
    assert digest != read_rule_files(tmp_path / "two")[1]


def test_a_broken_rule_file_does_not_hide_the_others(tmp_path):
    (tmp_path / "a.yaml").write_text("a: [\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("b: 1\nb: 2\n", encoding="utf-8")
    trees, _, problems = read_rule_files(tmp_path)
    assert [len(documents) for _, documents in trees] == [0, 1]
    assert [problem.code for problem in problems] == ["YML001", "YML002"]


def test_a_folder_without_rules_is_a_problem(tmp_path):
    assert [p.code for p in read_rule_files(tmp_path / "absent")[2]] == ["FIL001"]
    assert [p.code for p in read_rule_files(tmp_path)[2]] == ["FIL002"]
    (tmp_path / "a.yaml").mkdir()
    assert [p.code for p in read_rule_files(tmp_path)[2]] == ["FIL002"]
