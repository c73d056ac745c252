"""A rule names facts and words, and nothing else: whatever a user's text looks like, it is text, to the engine as well.

Each text stands in one rulebook as header, label, code spelling, id, clause, value of a test and cell of the book, and the
decisions come out by the letter. Where a name is asked for it is refused.
"""

from __future__ import annotations

import csv
import io
import json

import pytest
from rule_files import VOCABULARY, check, decision, loaded, meant

from relcare.cli import main

TEXTS = (
    "'", "''", '"', '""', "';", "'; --", "' OR '1'='1", "' OR 1=1 --", "x' UNION SELECT * FROM duckdb_settings() --", '"; DROP TABLE customers; --',
    "'); COPY (SELECT 1) TO 'canary.txt'; --", "' || read_text('secret.txt') || '", "read_csv('secret.txt')", "(SELECT content FROM read_text('secret.txt'))",
    "'; SET memory_limit='1B'; --", "'; SET enable_external_access=true; --", "'; INSTALL httpfs; --", "'; LOAD httpfs; --", "'; ATTACH 'x.db'; --",
    "'; PRAGMA database_list; --", "'; CALL pragma_version(); --", "'; EXPORT DATABASE 'out'; --", "getenv('HOME')", "$1", "$name", "?", ":name", "%s", "{0}", "{x.__class__}",
    "${HOME}", "$(touch canary.txt)", "`touch canary.txt`", "| touch canary.txt", "&& touch canary.txt", "../../secret.txt", "/etc/passwd", "C:\\con", "\\", "\\'", "\\x27", "chr(39)",
    "E'\\047'", "$$ x $$", "/* x */", "-- x", "x--", "*/", "current_setting('x')", "__import__('os')", "!!python/object", "0x27", "＇", "’", "\u02bc", "\u202eabc", "<script>", "=cmd|'/c calc'!A0",
    "NULL", "null", "true", "a''b", 'col"umn', "row_number() OVER ()", "error('x')", "sleep(9)", "macro(x) AS x",
)  # fmt: skip


def quoted(text: str) -> str:
    """The text as YAML, letter by letter."""
    return json.dumps(text, ensure_ascii=True)


def rulebook() -> str:
    fields, codes, rules, clauses = [], [], [], []
    for number, text in enumerate(TEXTS):
        key = quoted(text)
        label = f"{{en: {key}, zh: {key}}}"
        fields.append(
            f"  f{number}: {{type: text, empty: none, headers: [{quoted(f'{number} {text}')}], label: {quoted(f'{number}! {text}')}}}"
        )
        codes.append(
            f"c{number}: {{en: {quoted(f'{number}? {text}')}, zh: {quoted(f'{number}？ {text}')}, also: [{quoted(f'{number} {text}')}]}}"
        )
        clauses.append(f"  {quoted(f'{number}{text}')}: {{label: {label}, text: {label}}}")
        rules.append(
            f"  - {{id: {quoted(f'{number}{text}')}, label: {label}, cites: {quoted(f'{number}{text}')}, from: 2026-01-01, "
            f"when: {{f{number}: [{key}], kind: c{number}}}, then: o{number}}}"
        )
    return "\n".join(
        [
            "kind: norm", "norm: N", "clauses:", *clauses, "---",
            "kind: table", "table: customers", "subject: customer", "key: customer_id", "fields:", "  customer_id: {type: id}", "  name: {type: text, empty: none}",
            f"  kind: {{type: code, codes: {{{', '.join(codes)}}}}}", *fields, "---",
            "kind: decision", "decides: picked", "for: customer", "choose: first that matches", "rules:", *rules, "",
        ]
    )  # fmt: skip


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book with a customer for each text, beside a file that nobody may read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "all.yaml").write_text(rulebook(), encoding="utf-8")
    (tmp_path / "secret.txt").write_text("the canary sings", encoding="utf-8")
    cells = io.StringIO()
    table = csv.writer(cells, lineterminator="\n")
    table.writerow(["customer_id", "name", "kind", *(f"{number} {text}" for number, text in enumerate(TEXTS))])
    for number, text in enumerate(TEXTS):
        table.writerow(
            [f"{number}{text}", text, f"{number} {text}", *(text if n == number else "" for n in range(len(TEXTS)))]
        )
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "customers.csv").write_text(cells.getvalue(), encoding="utf-8")
    return tmp_path


def test_there_are_enough_of_them():
    assert len(set(TEXTS)) == len(TEXTS) >= 40


def test_every_text_is_a_text_wherever_it_stands(book, capsys):
    before = sorted(path.name for path in book.rglob("*"))
    code = main(["customers", "--book", "book", "--rules", "rules", "--as-of", "2026-06-01", "-f", "json"])
    told = capsys.readouterr()
    rows = json.loads(told.out)["rows"]
    assert code == 0, told.err
    assert {row["customer_id"]: (row["name"], row["picked"]) for row in rows} == {
        f"{number}{text}": (text, f"o{number}") for number, text in enumerate(TEXTS)
    }
    assert "canary sings" not in told.out + told.err
    assert sorted(path.name for path in book.rglob("*")) == before


@pytest.mark.parametrize(
    "command",
    [["check"], ["explain", f"4{TEXTS[4]}"], ["customers", "--show-sql"], ["customers", "--owner", "' OR 1=1 --"]],
)
@pytest.mark.parametrize("form", ["table", "tsv", "md"])
def test_no_command_is_led_astray(book, capsys, command, form):
    before = sorted(path.name for path in book.rglob("*"))
    code = main([*command, "--book", "book", "--rules", "rules", "--as-of", "2026-06-01", "-f", form])
    told = capsys.readouterr()
    assert code in (0, 2, 3)
    assert "canary sings" not in told.out + told.err
    assert sorted(path.name for path in book.rglob("*")) == before


NAMED = [
    (
        "fields:\n  customer_id: {type: id}\n",
        "fields:\n  customer_id: {type: id}\n  @: {type: text}\n",
        "RUL006",
    ),  # a field
    ("table: notices", "table: @", "RUL006"),
    ("subject: branch", "subject: @", "RUL006"),
    ("dated by: at", "dated by: @", "VOC006"),
    ("type: yes_no", "type: @", "VOC001"),
    ("refers: branch", "refers: @", "VOC007"),
]


@pytest.mark.parametrize(("old", "new", "code"), NAMED)
def test_where_a_name_is_asked_for_it_is_refused(old, new, code):
    assert old in VOCABULARY
    for text in TEXTS:
        found = check(VOCABULARY.replace(old, new.replace("@", quoted(text)), 1))
        assert code in [each for _, _, each in found] or text.isidentifier(), text


@pytest.mark.parametrize(
    "when",
    [
        "@: yes",
        "aum: @",
        "aum: at least @",
        "aum: at most 50% of @",
        "visits: [@]",
        "segment: @",
        "likes: includes @",
        "opened_at: within the last @",
        "vip: @",
    ],
)
def test_where_a_word_of_rules_is_asked_for_it_is_refused(when):
    for text in TEXTS:
        written = when.replace("@", text)
        key, _, value = written.partition(": ") if not when.startswith("@") else (text, "", "yes")
        line = f"{quoted(key)}: [{quoted(text)}]" if "[@]" in when else f"{quoted(key)}: {quoted(value)}"
        assert meant(decision(line)), text


def test_a_decision_limit_or_fact_can_have_no_such_name():
    for text in TEXTS:
        names = decision("vip: yes").replace("decides: tier", f"decides: {quoted(text)}")
        facts = VOCABULARY + f"---\nkind: facts\nfor: customer\nfacts:\n  {quoted(text)}: {{is: count of notices}}\n"
        limits = VOCABULARY + f"---\nkind: limits\nlimits:\n  {quoted(text)}: [{{from: 2026-01-01, is: 5}}]\n"
        for written in (names, facts, limits):
            found = {problem.code for problem in loaded(written)[1]}
            assert "RUL006" in found or text.isidentifier(), text
