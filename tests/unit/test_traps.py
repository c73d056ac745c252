"""What YAML, keyboards and hostile files do to rules: refused in its place, with what to write instead, soon and in little memory."""

from __future__ import annotations

import tracemalloc

import pytest
from rule_files import VOCABULARY, decision, loaded, marked

from relcare.files.rulefiles import LARGEST, read_rule_files
from relcare.files.settings import read_settings
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load


def hints(when):
    return [problem.hint for problem in loaded(decision(when))[1]]


@pytest.mark.parametrize(
    ("when", "code", "meant"),
    [
        ("segment: NO", "RUL035", "NO"),
        ("vip: NO", "RUL035", "NO"),
        ("visits: at least 17:30", "RUL033", "17:30"),
        ("visits: at least 0123", "RUL033", "0123"),
        ("aum: at least 00", "RUL033", "00"),
        ("aum: between 1 and 07.5", "RUL033", "07.5"),
        ("opened_at: within the last 090 days", "RUL038", "090 days"),
        ("opened_at: on or after 2026-02-30", "RUL033", "2026-02-30"),
        ("aum: at least NaN", "RUL033", "NaN"),
        ("aum: at least inf", "RUL033", "inf"),
        ("aum: at least 1e400", "RUL033", "1e400"),
        ("ratio: at least " + "9" * 5000, "RUL033", "9" * 5000),
        ("score: at least 6", "RUL034", "6"),
        ("aum: [1,200]", "RUL033", "1"),
        ("aum: ＞5000", "RUL031", "＞5000"),
        ("aum: at least ５０００", "RUL033", "５０００"),
        ("aum: at least 5，000", "RUL033", "5，000"),
        ("aum： at least 5", "RUL004", "aum： at least 5"),
        ("segment: “private”", "RUL035", "“private”"),
        ('aum: ">= 5000"', "RUL033", ">= 5000"),
        ("visits: at least aum", "RUL037", "aum"),
        ("segmnt: private", "RUL030", "segmnt"),
        ("branh.size: at least 3", "RUL030", "branh.size"),
    ],
)
def test_each_is_refused_where_it_stands(when, code, meant):
    assert marked(when) == [(code, meant)]


@pytest.mark.parametrize(
    "when", ["ratio: at least 0.5", "visits: at least 0", "visits: at least 100", "aum: [1, 200]", "aum: [10,20]"]
)
def test_numbers_that_are_none_of_these(when):
    assert marked(when) == []


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("vip: NO", "did you mean `no`?"),
        ("visits: at least 0123", "write the number as 123"),
        ("aum: ＞5000", "`＞` is not a word of rules: write `more than`"),
        ('aum: ">= 5000"', "`>` is not a word of rules: write `more than` or `at least`"),
        ("aum: at least ５０００", "`５` is full-width: write `5`"),
        ("aum： at least 5", "`：` is full-width: write `: `, a colon and a space"),
        ("aum: at least 5，000", "`，` is full-width: write a plain `,`"),
    ],
)
def test_each_says_what_to_write(when, hint):
    [found] = hints(when)
    assert found.startswith(hint)


def test_a_placeholder_that_one_language_lacks():
    text = VOCABULARY.replace("{type: text}", "{type: text, label: {en: 'Call {name} on {day}', zh: '致电{name}'}}", 1)
    [problem] = loaded(text)[1]
    assert (problem.code, problem.message, problem.width) == ("RUL014", "`{day}` stands in one language only", 5)
    assert loaded(text.replace("'致电{name}'", "'{day}致电{name}'"))[1] == []


def test_a_bomb_of_aliases_takes_little_memory():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(20))
    tracemalloc.start()
    documents, problems = read_documents(bomb.encode(), "bomb.yaml")
    rulebook, more = load([("bomb.yaml", documents)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    assert {problem.code for problem in [*problems, *more]} == {"YML003", "YML004", "RUL001"}
    assert rulebook.decisions == ()


@pytest.mark.parametrize("text", ["[" * 10_000, "a: " + "{a: " * 10_000, "- " * 10_000, "[" * 10_000 + "]" * 10_000])
def test_ten_thousand_levels_of_nesting(text):
    documents, problems = read_documents(text.encode(), "deep.yaml")
    problems += load([("deep.yaml", documents)])[1]
    assert {problem.code for problem in problems} <= {"YML001", "YML009", "RUL001"}
    assert all(problem.place.line == 1 for problem in problems)
    assert any("nest" in problem.message for problem in problems)


@pytest.mark.parametrize("text", ["kind: no\0rm\n", "kind: norm\nnorm: a\x01\n", "\0" * 1000])
def test_control_characters(text):
    _, problems = read_documents(text.encode(), "nul.yaml")
    assert [problem.code for problem in problems] == ["YML001"]
    assert problems[0].place.line


@pytest.mark.parametrize(("size", "found"), [(LARGEST, []), (LARGEST + 1, ["FIL018"]), (50_000_000, ["FIL018"])])
def test_a_file_that_is_too_large_is_not_read(tmp_path, size, found):
    for name in ("rules.yaml", "relcare.yaml"):
        with (tmp_path / name).open("wb") as stream:
            stream.write(b"# ")
            stream.truncate(size)
            stream.seek(2)
            stream.write(b"x" * (min(size, LARGEST + 1) - 2))
    _, _, problems = read_rule_files(tmp_path)
    assert [problem.code for problem in problems] == found * 2
    vocabulary = load([])[0].vocabulary
    assert [problem.code for problem in read_settings(tmp_path, vocabulary)[1]] == found
