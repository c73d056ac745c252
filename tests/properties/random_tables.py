"""Random decisions over a small vocabulary, as the text of a rule file: every kind of test, nested, with missing facts."""

from __future__ import annotations

from random import Random

VOCABULARY = """\
kind: table
table: customers
subject: customer
key: customer_id
fields:
  customer_id: {type: id}
  aum: {type: money, unit: CNY, range: [0, 1000]}
  debt: {type: money, unit: CNY, empty: none}
  visits: {type: count}
  calls: {type: count, empty: none}
  rate: {type: percent}
  segment: {type: code, codes: [retail, private, business]}
  wanted: {type: code, empty: none, codes: [retail, private, business]}
  vip: {type: yes_no}
  likes: {type: codes, codes: [golf, tea, opera]}
  opened_at: {type: date, time: happened}
  closed_at: {type: date, empty: not yet}
  seen_at: {type: moment, time: happened}
  best: {type: month}
---
kind: limits
limits:
  floor: [{from: 2026-01-01, is: 300}]
"""
ORDER = ("at least", "at most", "more than", "less than")
TIMES = ("on or after", "on or before", "after", "before")


def _test(rnd: Random) -> str:
    match rnd.randrange(15):
        case 0:
            return f"aum: {rnd.choice(ORDER)} {rnd.choice(['100', '200', '200.01', 'floor', '1000'])}"
        case 1:
            return f"aum: {rnd.choice(ORDER)} {rnd.choice(['debt', '50% of debt', '2 times debt'])}"
        case 2:
            return f"debt: {rnd.choice(ORDER)} {rnd.choice(['0', '100', 'aum', '150'])}"
        case 3:
            return f"visits: {rnd.choice([*ORDER, ''])} {rnd.choice(['1', '2', '3', 'calls', '50% of calls'])}"
        case 4:
            return f"calls: between 1 and {rnd.choice(['1', '2', '3', 'visits'])}"
        case 5:
            return f"rate: {rnd.choice(ORDER)} {rnd.choice(['5%', '7.5%'])}"
        case 6:
            return f"segment: {rnd.choice(['retail', '[retail, private]', 'business', 'is missing', 'is known'])}"
        case 13:
            return f"segment: {rnd.choice(['same as', 'other than'])} wanted"
        case 14:
            return f"wanted: {rnd.choice(['other than segment', 'same as segment', 'business', 'is missing'])}"
        case 7:
            return f"vip: {rnd.choice(['yes', 'no'])}"
        case 8:
            return f'likes: "includes {rnd.choice(["golf", "[golf, tea]", "[tea, opera]", "[golf, tea, opera]"])}"'
        case 9:
            return f"opened_at: {rnd.choice([*(f'{word} 2026-06-0{rnd.randrange(1, 4)}' for word in TIMES), 'after closed_at'])}"
        case 10:
            name = rnd.choice(["opened_at", "closed_at"])
            return (
                f"{name}: {rnd.choice(['is known', 'is missing', 'on or before 2026-05-31', 'within the next 3 days'])}"
            )
        case 11:
            window = f"within the last {rnd.choice(['2 days', '48 hours', '1 month'])}"
            return f"seen_at: {rnd.choice([window, 'after 2026-06-01', 'on or before 2026-06-01 12:30', 'before opened_at'])}"
        case _:
            return f"best: {rnd.choice(TIMES)} 2026-0{rnd.randrange(1, 4)}"


def _condition(rnd: Random, depth: int) -> str:
    """A flow mapping."""
    if depth and rnd.random() < 0.4:
        word = rnd.choice(["any", "all", "none"])
        parts = ", ".join(_condition(rnd, depth - 1) for _ in range(rnd.randrange(1, 4)))
        return "{" + f"{word}: [{parts}]" + "}"
    tests = {test.split(":", 1)[0]: test for test in (_test(rnd) for _ in range(rnd.choice([1, 1, 2])))}
    return "{" + ", ".join(_quoted(test) for test in tests.values()) + "}"


def _quoted(test: str) -> str:
    name, _, words = test.partition(": ")
    words = " ".join(words.strip().split())
    return f"{name}: {words}" if words.startswith(('"', "[")) else f'{name}: "{words}"'


def table(seed: int) -> str:
    """A rule file with one decision."""
    rnd = Random(seed)
    choose = rnd.choice(["first that matches", "first that matches", "exactly one"])
    lines = [f"---\nkind: decision\ndecides: tier\nfor: customer\nchoose: {choose}\nrules:"]
    for number in range(rnd.randrange(2, 7)):
        flags = "".join(f", {flag}: no" for flag in ("if missing", "if not supplied") if rnd.random() < 0.3)
        when = _condition(rnd, 2)
        then = rnd.choice("abc")
        lines.append(f"  - {{id: R{number}, label: R, cites: 1, from: 2026-01-01, when: {when}, then: {then}{flags}}}")
    if rnd.random() < 0.4:
        lines.append("  - {id: REST, label: R, cites: 1, from: 2026-01-01, otherwise: z}")
    return VOCABULARY + "\n".join(lines) + "\n"
