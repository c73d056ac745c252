"""The JSON Schema of rule files says what the decoders say: the same keys, in both languages, and the rulebook's words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rule_files import LATER

from relcare.cli import OK, USAGE, main
from relcare.files.modelines import modeline, write_modelines
from relcare.files.rulefiles import read_rule_files
from relcare.files.translated import translated
from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Node, Sequence
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.keys import KEYS
from relcare.rulebook.load import load
from relcare.rulebook.marks import Marks
from relcare.rulebook.reader import Reader
from relcare.rulebook.schema import schema_of

NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")
Texts = dict[str, str]


def as_an_editor_reads(node: Node) -> Any:
    """The values of YAML 1.2: numbers, `true` and `false`; `yes`, `no` and dates are texts."""
    if isinstance(node, Mapping):
        return {key.text: as_an_editor_reads(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [as_an_editor_reads(item) for item in node.items]
    if NUMBER.fullmatch(node.text):
        return float(node.text)
    return {"true": True, "false": False}.get(node.text, node.text)


def trees(texts: Texts) -> list[tuple[str, list[Node]]]:
    return [(path, read_documents(text.encode(), path)[0]) for path, text in texts.items()]


@pytest.fixture(scope="module")
def english(root: Path) -> Texts:
    """The shipped rules and those of the page on rules."""
    shipped = {
        str(path): path.read_text(encoding="utf-8")
        for path in sorted((root / "rules").rglob("*.yaml"))
        if ".tests." not in path.name
    }
    page = (root / "docs" / "rules.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in page.split("```yaml\n")[1:]]
    return shipped | {f"block-{number}": text for number, text in enumerate(blocks)} | {"later": LATER}


@pytest.fixture(scope="module")
def chinese(english: Texts) -> Texts:
    marks = Marks()
    load(trees(english), "", marks)
    return {path: translated(text, path, lambda s: marks.written(s, "zh")) for path, text in english.items()}


@pytest.fixture(scope="module")
def rulebook(english: Texts) -> Rulebook:
    return load(trees(english))[0]


@pytest.fixture(scope="module")
def schema(rulebook: Rulebook) -> dict[str, Any]:
    return schema_of(rulebook)


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_it_accepts_every_rule_file(
    validator: Draft202012Validator, language: str, request: pytest.FixtureRequest
) -> None:
    seen = 0
    for path, documents in trees(request.getfixturevalue(language)):
        for document in documents:
            assert [(path, e.message) for e in validator.iter_errors(as_an_editor_reads(document))] == []
            seen += 1
    assert seen > 20


RULE = {
    "id": "R",
    "label": "R",
    "cites": "1.1.1",
    "from": "2026-01-01",
    "when": {"aum": "at least vip_floor"},
    "then": "a",
}
DECISION = {"kind": "decision", "decides": "x", "for": "customer", "choose": "exactly one", "rules": [RULE]}
CARE = {
    "id": "R", "label": "R", "cites": "1.1.1", "from": "2026-01-01", "starts": "opened_at", "within": "5个工作日内",
    "done when": "interaction call", "by": "客户经理",
}  # fmt: skip
OBLIGATION = {"kind": "obligation", "for": "客户", "rules": [CARE]}


def changed(document: dict[str, Any], **lines: object) -> dict[str, Any]:
    return {**document, "rules": [{**document["rules"][0], **{key.replace("_", " "): v for key, v in lines.items()}}]}


def test_it_takes_what_the_mistakes_below_are_made_of(validator: Draft202012Validator) -> None:
    assert validator.is_valid(DECISION)
    assert validator.is_valid(OBLIGATION)


MISTAKES = [
    {**DECISION, "kind": "decison"},
    {**DECISION, "decids": "x"},
    {**DECISION, "for": "costumer"},
    {**DECISION, "choose": "first"},
    changed(DECISION, wen={}),
    changed(DECISION, when={"agm": "at least 5"}),
    changed(DECISION, when={"aum": "at lest 5"}),
    changed(DECISION, when={"segment": "privat"}),
    changed(DECISION, when={"客群": "私人银航"}),
    changed(DECISION, when={"任一": [{"do_not_contact": "perhaps"}]}),
    changed(DECISION, **{"from": "July"}),
    changed(DECISION, if_missing="yes"),
    changed(DECISION, cites="9.9.9"),
    changed(OBLIGATION, by="relation_manager"),
    changed(OBLIGATION, within="soon"),
    changed(OBLIGATION, lapses="30 days later"),
    changed(OBLIGATION, done_when={"every": ["interaction call"]}),
    changed(OBLIGATION, done_when="gossip"),
    changed(OBLIGATION, calendar="uk"),
    {"kind": "limits", "limits": {"x": [{"form": "2026-01-01", "is": 5}]}},
    {"kind": "limits", "种类": "限值", "limits": {}},
]


@pytest.mark.parametrize("document", MISTAKES, ids=lambda document: json.dumps(document, ensure_ascii=False)[-60:])
def test_it_catches_a_slip(validator: Draft202012Validator, document: dict[str, Any]) -> None:
    assert not validator.is_valid(document)


def both(known: tuple[str, ...]) -> set[str]:
    return {word for key in known for word in (key, *KEYS.get(key, key).split("|"))}


def name_of(what: str) -> list[str]:
    """The definitions of what the decoders call so, for customers where there is one a subject."""
    what = re.sub(r"^(field|fact) `.*`$", r"a \1", what)
    of_subject = {
        "a decision": ["a decision of customer"], "a document of facts": ["a document of facts of customer"],
        "a document of obligations": ["a document of obligations of customer"], "a fact": ["a fact of customer"],
        "what ends obligations": ["what ends obligations of customer"],
        "a rule": ["a rule of a decision of customer", "a rule of an obligation of customer"],
        "a document of controls": ["a document of controls of customer"], "a control": ["a control of customer"],
        "a document of scripts": ["a document of scripts of customer"], "a script": ["a script of customer"],
    }  # fmt: skip
    return of_subject.get(what, [what])


def test_schema_and_decoders_know_the_same_keys(
    schema: dict[str, Any], english: Texts, chinese: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, set[tuple[str, ...]]] = {}
    original = Reader.mapping

    def recorded(self: Reader, node: Node | None, what: str, known: tuple[str, ...]) -> object:
        if node is not None:
            asked.setdefault(what, set()).add(tuple(known))
        return original(self, node, what, known)

    monkeypatch.setattr(Reader, "mapping", recorded)
    load(trees(english))
    load(trees(chinese))
    used: set[str] = set()
    for what, tuples in asked.items():
        for known in tuples:
            if what == "evidence":
                properties = schema["$defs"]["evidence of customer"]["anyOf"][-1]["properties"]
                assert set(properties) == both(known)
                continue
            names = [name for name in name_of(what) if set(schema["$defs"][name]["properties"]) == both(known)]
            assert names, what
            used.update(names)
    others = ("a condition of", "evidence of", "examples of", "a test of")
    closed = {
        name
        for name, found in schema["$defs"].items()
        if "additionalProperties" in found and found["additionalProperties"] is False and not name.startswith(others)
        and not re.search(r"of (account|complaint|visit|suggestion|staff|branch|bank)$", name)
    }  # fmt: skip
    assert closed == used


def test_conditions_complete_facts_codes_and_limits(schema: dict[str, Any]) -> None:
    condition = schema["$defs"]["a condition of complaint"]["properties"]
    assert {"satisfaction", "满意度", "customer.tier", "客户.客户层级", "all", "全部"} <= set(condition)
    words = json.dumps(schema["$defs"], ensure_ascii=False)
    for word in ("at least vip_floor", "vip_floor以上", "core_vip", "核心贵宾客户", "relationship_manager", "客户经理", "spring_festival", "春节"):  # fmt: skip
        assert f'"{word}"' in words


def test_the_first_line_names_the_schema(tmp_path: Path) -> None:
    schema, below = tmp_path / "s.json", tmp_path / "a" / "b.yaml"
    below.parent.mkdir()
    plain, marked_file, windows = tmp_path / "x.yaml", tmp_path / "y.yaml", tmp_path / "z.yaml"
    plain.write_bytes(b"kind: limits\n")
    marked_file.write_bytes(b"\xef\xbb\xbf# yaml-language-server: $schema=old.json\nkind: limits\n")
    windows.write_bytes(b"kind: limits\r\n")
    below.write_bytes(b"")
    assert modeline(below, schema) == "# yaml-language-server: $schema=../s.json"
    assert write_modelines([plain, marked_file, windows, below], schema) == 4
    first = b"# yaml-language-server: $schema=s.json"
    assert plain.read_bytes() == first + b"\nkind: limits\n"
    assert marked_file.read_bytes() == b"\xef\xbb\xbf" + first + b"\nkind: limits\n"
    assert windows.read_bytes() == first + b"\r\nkind: limits\r\n"
    assert write_modelines([plain, marked_file, windows, below], schema) == 0


def test_the_command_writes_the_schema_and_the_lines(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "tier.yaml").write_text("kind: limits\nlimits: {}\n")
    out = tmp_path / "rules.schema.json"
    assert main(["rules", "schema", "--rules", str(rules), "-o", str(out), "--modelines"]) == OK
    assert json.loads(out.read_text(encoding="utf-8"))["title"] == "relcare rule file"
    assert (rules / "tier.yaml").read_text().startswith("# yaml-language-server: $schema=../rules.schema.json\n")
    assert read_rule_files(rules)[2] == []
    assert "in their first line: 1." in capsys.readouterr().err
    assert main(["rules", "schema", "--rules", str(rules), "--modelines"]) == USAGE
    assert main(["rules", "schema", "--book", str(root / "sample_data"), "-o", str(out), "--modelines"]) == USAGE
