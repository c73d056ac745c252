from __future__ import annotations

import pytest
from books import VOCABULARY

from relcare.files.settings import Settings, encoding_of, read_settings, rules_folder
from relcare.located import Place


def read(folder, text):
    (folder / "relcare.yaml").write_text(text, encoding="utf-8")
    return read_settings(folder, VOCABULARY)


def test_a_book_without_settings_has_the_defaults(tmp_path):
    assert read_settings(tmp_path, VOCABULARY) == (Settings(), [])
    assert Settings().time_zone == "Asia/Shanghai"


def test_everything_that_can_be_said(tmp_path):
    (tmp_path / "rulebook").mkdir()
    settings, problems = read(
        tmp_path,
        "time zone: Europe/Berlin\n"
        "language: zh\n"
        "rules: rulebook\n"
        "expects: [customers, interactions]\n"
        "covers:\n"
        "  interactions: {from: 2026-01-01, to: 2026/6/30}\n"
        "tables:\n"
        "  customers:\n"
        "    file: export/kunden.txt\n"
        "    columns: {Kunde Nr: customer_id, Stufe: tier}\n"
        "    codes: {segment: {PB: private}, tier: {A: vip}}\n"
        "    dates: DD.MM.YYYY\n"
        "    delimiter: semicolon\n"
        "    encoding: GBK\n",
    )
    assert problems == []
    assert settings.time_zone == "Europe/Berlin"
    assert settings.language == "zh"
    assert settings.rules == tmp_path / "rulebook"
    assert settings.expects == ("customers", "interactions")
    assert settings.covers == {"interactions": ("2026-01-01", "2026-06-30")}
    customers = settings.tables["customers"]
    assert customers.file == "export/kunden.txt"
    assert customers.columns == {"Kunde Nr": "customer_id", "Stufe": "tier"}
    assert customers.codes == {"segment": {"pb": "private"}, "tier": {"a": "vip"}}
    assert customers.dates == "%d.%m.%Y"
    assert customers.delimiter == ";"
    assert customers.encoding == "gb18030"
    assert customers.places["Stufe"].line == 10


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("time_zone: UTC", (1, 1), "`time_zone` is not a setting of a book", "did you mean `time zone`?"),
        ("tables:\n  custmers: {}", (2, 3), "`custmers` is not a table", "did you mean `customers`?"),
        ("tables: {customers: {column: {}}}", (1, 22), "`column` is not a setting of a table", "did you mean `columns`?"),
        ("tables: {customers: {columns: {X: segmnt}}}", (1, 35), "`segmnt` is not a field of customers", "did you mean `segment`?"),
        ("tables: {customers: {codes: {segmnt: {}}}}", (1, 30), "`segmnt` is not a field of customers", "did you mean `segment`?"),
        ("tables: {customers: {codes: {segment: {X: privat}}}}", (1, 43), "`privat` is not a code of segment", "did you mean `private`?"),
        ("time zone: Asia/Shangai", (1, 12), "`Asia/Shangai` is not a time zone", "did you mean `Asia/Shanghai`?"),
        ("time zone: ../etc", (1, 12), "`../etc` is not a time zone", ""),
        ("language: de", (1, 11), "`de` is not a language of display", "known are en, zh"),
        ("rules: nowhere", (1, 8), "there is no folder `nowhere`", "the path begins at the folder of relcare.yaml"),
        ("expects: [custmers]", (1, 11), "`custmers` is not a table", "did you mean `customers`?"),
        ("covers: {customers: {from: 2026-02-30}}", (1, 28), "`2026-02-30` is not a date", "write a date that exists, as 2026-07-01"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_and_a_suggestion(tmp_path, text, place, message, hint):
    _, [problem] = read(tmp_path, text)
    assert problem.place == Place(str(tmp_path / "relcare.yaml"), *place)
    assert problem.message == message
    assert problem.hint == hint
    assert problem.source == text.split("\n")[place[0] - 1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[a]", "SET003"),
        ("a: b\n---\nb: c", "SET001"),
        ("tables: [customers]", "SET003"),
        ("tables: {customers: {columns: {A: name, B: name}}}", "SET006"),
        ("tables: {customers: {codes: {name: {A: b}}}}", "SET007"),
        ("tables: {customers: {dates: MM/DD/YY}}", "SET008"),
        ("tables: {customers: {encoding: klingon}}", "SET009"),
        ("tables: {customers: {encoding: base64}}", "SET009"),
        ("tables: {customers: {delimiter: x}}", "SET002"),
        ("covers: {customers: {from: 2026-02-02, to: 2026-02-01}}", "SET005"),
        ("language: [en]", "SET003"),
        ("language: en\nlanguage: zh", "YML002"),
    ],
)
def test_further_mistakes(tmp_path, text, code):
    assert code in [problem.code for problem in read(tmp_path, text)[1]]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    settings, problems = read(tmp_path, "language: xx\nexpects: [nobody, customers]\ntables: {who: {}}\nlanguage: zh\n")
    assert [problem.place.line for problem in problems] == [1, 2, 3, 4]
    assert settings.expects == ("customers",)


def test_an_empty_file_says_nothing(tmp_path):
    settings, problems = read(tmp_path, "# nothing yet\ntables:\n")
    assert problems == []
    assert settings.tables == {}


def test_names_of_encodings():
    assert encoding_of("GB2312") == "gb18030"
    assert encoding_of("UTF8") == "utf-8"
    assert encoding_of("Latin1") == "latin-1"
    assert encoding_of("rot13") == ""


def test_the_rules_folder_alone(tmp_path):
    assert rules_folder(tmp_path) is None
    read(tmp_path, "rules: mine\nnonsense: [\n")
    assert rules_folder(tmp_path) is None
    read(tmp_path, "rules: mine\nnonsense: x\n")
    assert rules_folder(tmp_path) is None  # there is no such folder
    (tmp_path / "mine").mkdir()
    assert rules_folder(tmp_path) == tmp_path / "mine"
