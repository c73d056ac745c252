"""Tables, fields and norms: what a rule file says of them, and every mistake in them with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rule_files import VOCABULARY, check, loaded, meant

from relcare.rulebook.vocabulary import Clause, Code, Label

TABLE = """\
kind: table
table: visits
label: {en: Visits, zh: 网点到访}
subject: visit
key: visit_id
dated by: arrived_at
fields:
  visit_id: {type: id, label: {en: Visit, zh: 到访编号}, headers: [流水号, No.]}
  arrived_at: {type: moment, time: happened}
  served_at: {type: moment, time: happened, empty: not yet}
  rating: {type: count, time: known with served_at, range: [1, 5]}
  slot: {type: date, time: planned}
  purpose: {type: code, codes: {cash: {en: Cash, zh: 现金, also: [csh]}, none: {en: None, zh: 无}}}
  fee: {type: money, unit: CNY, range: [0, none], empty: none}
"""


def test_a_table():
    rulebook, problems = loaded(TABLE)
    assert problems == []
    table = rulebook.vocabulary.tables["visits"]
    assert (table.subject, table.key, table.dated_by) == ("visit", ("visit_id",), "arrived_at")
    assert table.label == Label("Visits", "网点到访")
    assert list(table.fields) == ["visit_id", "arrived_at", "served_at", "rating", "slot", "purpose", "fee"]
    assert table.place[1:] == (2, 8)


def test_fields():
    fields = loaded(TABLE)[0].vocabulary.tables["visits"].fields
    assert fields["visit_id"].headers == ("流水号", "No.")
    assert fields["visit_id"].time == "snapshot"
    assert fields["arrived_at"].label == Label("Arrived at", "Arrived at")
    assert (fields["arrived_at"].time, fields["arrived_at"].empty) == ("happened", "unknown")
    assert fields["served_at"].empty == "not yet"
    assert (fields["rating"].time, fields["rating"].known_with) == ("known with", "served_at")
    assert (fields["rating"].low, fields["rating"].high) == (Decimal(1), Decimal(5))
    assert fields["slot"].time == "planned"
    assert fields["purpose"].codes[0] == Code("cash", Label("Cash", "现金"), ("csh",))
    assert fields["purpose"].codes[1].key == "none"
    assert (fields["fee"].low, fields["fee"].high, fields["fee"].unit, fields["fee"].empty) == (0, None, "CNY", "none")
    assert fields["fee"].place[1:] == (14, 3)


def test_the_fields_of_the_subjects_table_are_facts():
    facts = loaded(TABLE)[0].vocabulary.facts["visit"]
    assert facts["fee"].source == "field"
    assert (facts["fee"].type, facts["fee"].unit, facts["fee"].low, facts["fee"].empty) == ("money", "CNY", 0, "none")


def test_a_table_of_events_has_no_facts():
    vocabulary = loaded(VOCABULARY)[0].vocabulary
    assert set(vocabulary.facts) == {"customer", "branch"}
    assert vocabulary.tables["balances"].key == ("customer_id", "month")
    assert vocabulary.fact("customer", "branch.size") == vocabulary.facts["branch"]["size"]
    assert vocabulary.fact("branch", "customer.aum") is None


def test_norm():
    rulebook, problems = loaded(
        "kind: norm\nnorm: {en: Norm, zh: 规范}\nclauses:\n"
        "  1.1.1: {label: {en: Core VIP, zh: 核心贵宾客户}, text: {en: A named adviser., zh: 专属顾问。}}\n"
    )
    assert problems == []
    label, text = Label("Core VIP", "核心贵宾客户"), Label("A named adviser.", "专属顾问。")
    assert rulebook.vocabulary.clauses == {"1.1.1": Clause("1.1.1", label, text, Label("Norm", "规范"))}


def field(line: str) -> str:
    return f"kind: table\ntable: t\nfields:\n  a: {{type: date}}\n  x: {line}\n"


@pytest.mark.parametrize(
    ("line", "place", "code"),
    [
        ("{type: monney}", (5, 13), "VOC001"),
        ("{label: X}", (5, 3), "RUL003"),
        ("text", (5, 6), "RUL004"),
        ("{typ: text, type: text}", (5, 7), "RUL002"),
        ("{type: code}", (5, 3), "VOC002"),
        ("{type: text, codes: [a]}", (5, 26), "VOC002"),
        ("{type: count, range: [1]}", (5, 27), "VOC003"),
        ("{type: count, range: [5, 1]}", (5, 27), "VOC003"),
        ("{type: count, range: [a, 1]}", (5, 28), "VOC003"),
        ("{type: count, range: 1 to 5}", (5, 27), "RUL004"),
        ("{type: text, range: [1, 5]}", (5, 26), "VOC003"),
        ("{type: date, empty: never}", (5, 26), "VOC004"),
        ("{type: date, time: hapened}", (5, 25), "VOC005"),
        ("{type: text, time: happened}", (5, 25), "VOC005"),
        ("{type: text, time: known with b}", (5, 25), "VOC005"),
        ("{type: id, refers: customer}", (5, 25), "VOC007"),
        ("{type: text, headers: [A]}", (5, 3), "VOC010"),
        ("{type: code, codes: {m: {en: M, zh: 男}, f: {en: F, zh: 男}}}", (5, 46), "VOC010"),
        ("{type: text, label: {en: X}}", (5, 26), "RUL009"),
        ("{type: text, label: {en: X, zn: 甲}}", (5, 34), "RUL002"),
        ("{type: text, label: [X]}", (5, 26), "RUL004"),
        ("{type: text, headers: []}", (5, 28), "RUL039"),
        ("{type: code, codes: [1a]}", (5, 27), "RUL006"),
    ],
)
def test_mistake_in_a_field(line, place, code):
    assert check(field(line)) == [(*place, code)]


@pytest.mark.parametrize(
    ("lines", "marks"),
    [
        ("table: t x\nfields: {a: {type: id}}", [("RUL006", "t x")]),
        ("fields: {a: {type: id}}", [("RUL003", "k")]),
        ("table: t", [("RUL003", "k")]),
        ("table: t\nfields: {none: {type: id}}", [("RUL006", "none")]),
        ("table: t\nfields: [a]", [("RUL004", "[")]),
        ("table: t\nkey: b\nfields: {a: {type: id}}", [("VOC006", "b")]),
        ("table: t\ndated by: aa\nfields: {a: {type: date}}", [("VOC006", "aa")]),
        ("table: t\ndated by: a\nfields: {a: {type: id}}", [("VOC006", "a")]),
        ("table: t\nsubject: it\nfields: {a: {type: id}}", [("RUL003", "it")]),
        ("table: t\nsubject: it\nkey: [a, b]\nfields: {a: {type: id}, b: {type: id}}", [("VOC011", "[")]),
        ("table: branches\nfields: {a: {type: id}}", [("VOC008", "branches")]),
        ("table: t\nsubject: branch\nkey: a\nfields: {a: {type: id}}", [("VOC009", "branch")]),
        ("table: t\nfeilds: {a: {type: id}}\nfields: {a: {type: id}}", [("RUL002", "feilds")]),
    ],
)
def test_mistake_in_a_table(lines, marks):
    assert meant(VOCABULARY + "---\nkind: table\n" + lines) == marks


def test_mistakes_in_a_norm():
    text = "kind: norm\nclauses:\n  1.1: {label: A}\n  1.2: {labl: B}\n"
    assert meant(text) == [("RUL002", "labl")]
    assert meant(text + "---\nkind: norm\nclauses: {1.1: {label: A}}\n---\nkind: norm\n") == [
        ("RUL002", "labl"),
        ("RUL012", "1.1"),
        ("RUL003", "k"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("kind: tabel\ntable: t\nfields: {a: {type: id}}", "RUL001", "did you mean `table`?"),
        (
            "kind: wish",
            "RUL001",
            "one of: norm, table, facts, limits, decision, obligation, control, phrase, calendar, order, regime",
        ),
        (
            "kind: [table]",
            "RUL001",
            "one of: norm, table, facts, limits, decision, obligation, control, phrase, calendar, order, regime",
        ),
        (
            "table: t",
            "RUL001",
            "begin it with `kind:` and one of norm, table, facts, limits, decision, obligation, control, phrase, calendar, order, regime",
        ),
        ("- kind: table", "RUL001", ""),
    ],
)
def test_kind_of_document(text, code, hint):
    problems = loaded(text)[1]
    assert [(problem.code, problem.hint) for problem in problems] == [(code, hint)]


def test_what_a_document_of_a_misspelt_kind_declares_is_known():
    text = VOCABULARY.replace("kind: table\ntable: customers", "kind: tabel\ntable: customers")
    assert meant(text) == [("RUL001", "tabel")]


def test_a_field_with_a_mistake_is_left_out_and_the_others_are_there():
    rulebook, problems = loaded(field("{type: monney}"))
    assert len(problems) == 1
    assert list(rulebook.vocabulary.tables["t"].fields) == ["a"]
