"""How long the analysis of one decision takes: `python -m benchmarks.analysis [RULES]`, in seconds of CPU.

`grid`: bands of assets, segments and visits that share no customer. `boxes`: random boxes over four facts, of which many overlap.
`stairs`: ever lower bounds, each row reached only through the strip that the rows above leave; `either` the same with `any`.
"""

from __future__ import annotations

import sys
from datetime import date
from random import Random
from time import process_time

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.analysis import analysed
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.load import load

VOCABULARY = """\
kind: table
table: customers
subject: customer
key: customer_id
fields:
  customer_id: {type: id}
  segment: {type: code, codes: [retail, private]}
  aum: {type: money, unit: CNY, range: [0, 1000000000]}
  debt: {type: money, unit: CNY}
  visits: {type: count}
  score: {type: count, range: [1, 5]}
  vip: {type: yes_no}
---
kind: decision
decides: tier
for: customer
choose: first that matches
rules:
"""
SEGMENTS = ("retail", "private")


def grid(number: int) -> str:
    """A cell of a grid of its own."""
    band = number // 2 * 10
    return (
        f"aum: between {band} and {band + 9.99:.2f}, segment: {SEGMENTS[number % 2]}, visits: at least {number % 2 + 1}"
    )


def boxes(number: int) -> str:
    """A box somewhere."""
    rnd = Random(number)
    low, owed, seen = rnd.randrange(900), rnd.randrange(900), rnd.randrange(9)
    return (
        f"aum: between {low} and {low + rnd.randrange(20, 300)}, debt: between {owed} and {owed + rnd.randrange(20, 400)}, "
        f"visits: between {seen} and {seen + rnd.randrange(4)}, score: at least {rnd.randrange(2, 5)}"
    )


def stairs(number: int) -> str:
    """A step below the one before it."""
    return f"aum: at least {90000 - number * 10}, segment: {SEGMENTS[number % 2]}"


def either(number: int) -> str:
    """Two steps, of which one suffices."""
    return f"any: [{{{stairs(number)}}}, {{debt: at least {90000 - number * 10}, vip: yes}}]"


SHAPES = {shape.__name__: shape for shape in (grid, boxes, stairs, either)}


def rulebook(shape: str, rules: int) -> Rulebook:
    """A decision of so many rules and an `otherwise`."""
    lines = [
        f"  - {{id: R{number}, label: R, cites: 1, from: 2026-01-01, when: {{{SHAPES[shape](number)}}}, then: c{number % 9}}}\n"
        for number in range(rules - 1)
    ]
    last = "  - {id: REST, label: R, cites: 1, from: 2026-01-01, otherwise: z}\n"
    documents, _ = read_documents((VOCABULARY + "".join(lines) + last).encode(), "rules.yaml")
    made, problems = load([("rules.yaml", documents)])
    if problems:
        raise ValueError(problems[0])
    return made


def main(rules: int) -> None:
    """Print a line for each shape."""
    for shape in SHAPES:
        made = rulebook(shape, rules)
        begun = process_time()
        found = analysed(made, date(2026, 1, 1))
        taken = process_time() - begun
        skipped = "  not analysed" if any(problem.code == "RUL109" for problem in found) else ""
        print(f"{shape:8}{rules:6} rules{taken:7.2f} s{len(found):5} findings{skipped}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
