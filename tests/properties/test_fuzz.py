"""Whatever stands in rule files: no traceback, but a rulebook or placed problems. RELCARE_LONG=1 makes it 20,000 cases and more."""

from __future__ import annotations

import json
import os
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relcare.files.codes import CODES as OF_FILES
from relcare.files.rulefiles import folder_bytes
from relcare.files.settings import Settings
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.analysis import analysed
from relcare.rulebook.codes import CODES as OF_RULES
from relcare.rulebook.load import KINDS, load
from relcare.rulebook.norms import missing_rules
from relcare.runs.codes import CODES as OF_ROWS
from relcare.runs.examples import examples

LONG = bool(os.environ.get("RELCARE_LONG"))
BATCHES, CASES = (400, 50) if LONG else (2, 30)
EXAMPLES = 5000 if LONG else 60
CODES = OF_FILES | OF_RULES | OF_ROWS
TODAY = date(2026, 11, 20)
RULES = Path(__file__).parents[2] / "rules"
TOKENS = (
    "0", "-1", "5,000", "{", "}", "[", "]", ":", "- ", "&a", "*a", "!x", "<<", "---", "...", "?", "|", ">", "\t", "\0", "\ufeff", "\u2028",
    "at least", "less than 50% of", "2 times", "is missing", "within the last", "none", "any", "all", "otherwise", "undetermined", "''",
    "2026-02-30", "9999-12-31", "0001-01-01", "99999 years", "1e400", "NaN", "1/3", "🙂", "：", "’", "customer.", ".tier", "''", "end of",
)  # fmt: skip


@cache
def shipped():
    files, _, problems = folder_bytes(RULES)
    assert problems == []
    trees = [(shown, read_documents(data, shown)[0]) for shown, data in files]
    words = sorted({word for _, data in files for word in data.decode().replace(",", " ").split()})
    return files, trees, words


def mutated(data: bytes, rnd: Random) -> bytes:
    """The file with one to four changes."""
    lines = data.decode().split("\n")
    words = shipped()[2]
    for _ in range(rnd.choice([1, 1, 2, 4])):
        at, other = rnd.randrange(len(lines)), rnd.randrange(len(lines))
        parts = lines[at].split(" ")
        place = rnd.randrange(len(parts))
        match rnd.randrange(11):
            case 0:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = " " * rnd.randrange(9) + lines[at].lstrip()
            case 4:
                parts[place] = rnd.choice(words)
                lines[at] = " ".join(parts)
            case 5:
                parts[place] = rnd.choice(TOKENS)
                lines[at] = " ".join(parts)
            case 6:
                parts.insert(place, rnd.choice([*TOKENS, *words[:: len(words) // 40]]))
                lines[at] = " ".join(parts)
            case 7:
                lines[at] = lines[at][: rnd.randrange(len(lines[at]) + 1)]
            case 8:
                column = rnd.randrange(len(lines[at]) + 1)
                lines[at] = (
                    lines[at][:column]
                    + chr(rnd.choice([*range(32, 127), 0x3002, 0xFF1A, 0x7F]))
                    + lines[at][column + 1 :]
                )
            case 9:
                del parts[place]
                lines[at] = " ".join(parts)
            case _:
                del lines[at : at + rnd.randrange(1, 6)]
        lines = lines or [""]
    text = bytearray("\n".join(lines).encode())
    if rnd.random() < 0.05:
        text[rnd.randrange(len(text) or 1) :][:1] = bytes([rnd.randrange(256)])
        text = text[: rnd.randrange(len(text) + 1)]
    return bytes(text)


def looked_at(trees, mistakes, *, tried=True):
    """Everything that `rules check` does (`tried`: the examples, too, which take longest); each problem has a known code, a place and something to say."""
    rulebook, problems = load(trees)
    problems = [*mistakes, *problems, *analysed(rulebook, TODAY), *missing_rules(rulebook, TODAY)]
    problems += examples(rulebook, Settings(), TODAY) if tried else []
    for problem in problems:
        assert problem.code in CODES
        assert problem.message
        assert problem.place.path
        assert problem.place.line > 0
        assert problem.width > 0
    return rulebook, problems


@pytest.mark.parametrize("batch", range(BATCHES))
def test_shipped_files_with_changes(batch):
    files, trees, _ = shipped()
    for case in range(CASES):
        rnd = Random(batch * 1000 + case)
        number = rnd.randrange(len(files))
        shown, data = files[number]
        documents, mistakes = read_documents(mutated(data, rnd), shown)
        rulebook, problems = looked_at(
            [*trees[:number], (shown, documents), *trees[number + 1 :]], mistakes, tried=case % 10 == 0
        )
        assert rulebook.decisions or any(problem.severity == "error" for problem in problems)


KEYS = (
    "kind", "table", "subject", "key", "fields", "type", "codes", "range", "empty", "time", "refers", "evidence", "facts", "for", "is", "limits",
    "from", "until", "cites", "decides", "choose", "outcomes", "rules", "id", "label", "en", "zh", "when", "then", "otherwise", "if missing",
    "examples", "gives", "as of", "starts", "within", "every", "due", "done when", "by", "lapses", "pauses", "clauses", "norm", "calendar",
    "holidays", "closed", "festivals", "orders", "any", "all", "none", "customers", "customer_id", "aum", "tier", "segment", "opened_at",
)  # fmt: skip
WORDS = st.one_of(
    st.sampled_from(
        [
            *KEYS,
            *KINDS,
            *TOKENS,
            "first that matches",
            "exactly one",
            "customer",
            "money",
            "code",
            "date",
            "moment",
            "months since aum",
        ]
    ),
    st.text(max_size=8),
    st.dates().map(str),
    st.decimals(allow_nan=True).map(str),
)
NODES = st.recursive(
    WORDS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)),
    max_leaves=30,
)
DOCUMENTS = st.builds(
    lambda kind, rest: {"kind": kind, **rest},
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from(KEYS), NODES, max_size=8),
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(DOCUMENTS, min_size=1, max_size=4))
def test_documents_of_any_shape(documents):
    text = "\n---\n".join(json.dumps(document, ensure_ascii=False) for document in documents)
    read, mistakes = read_documents(text.encode("utf-8", "surrogatepass"), "any.yaml")
    looked_at([("any.yaml", read)], mistakes)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from([*TOKENS, *KEYS, "\n", " ", "  "]), max_size=30).map(lambda p: "".join(p).encode())
)
def test_bytes_of_any_kind(data):
    read, mistakes = read_documents(data, "any.yaml")
    looked_at([("any.yaml", read)], mistakes)
