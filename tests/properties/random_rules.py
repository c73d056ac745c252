"""Hypothesis strategies for small random rulebooks over `vocabulary.yaml`, as YAML text."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st
from random_books import SPAN_UNITS, VOCABULARY, days_around

CODES = ("high", "low", "other")


class Known(NamedTuple):
    """A fact that a test may name."""

    name: str
    type: str
    unit: str = ""
    codes: tuple[str, ...] = ()


FIELDS = (
    Known("segment", "code", codes=("retail", "private", "business")),
    Known("opened_at", "date"),
    Known("closed_at", "date"),
    Known("closing_reason", "code", codes=("moved", "fees")),
    Known("signed_at", "moment"),
    Known("next_review", "date"),
    Known("next_call", "moment"),
    Known("aum", "money", "CNY"),
    Known("risk", "count"),
    Known("rate", "percent"),
    Known("preferences", "codes", codes=("tea", "golf")),
    Known("do_not_contact", "yes_no"),
    Known("manager", "id", codes=("S1", "S2")),
    Known("staff.grade", "count"),
    Known("staff.joined_at", "date"),
)
INTERACTIONS = (
    Known("kind", "code", codes=("call", "visit", "inquiry")),
    Known("score", "count"),
    Known("amount", "money", "CNY"),
    Known("topics", "codes", codes=("tea", "golf")),
    Known("ended_at", "moment"),
)
COMPLAINTS = (
    Known("severity", "count"),
    Known("received_at", "moment"),
    Known("answered_at", "moment"),
    Known("customer.segment", "code", codes=("retail", "private")),
    Known("customer.calls", "count"),
    Known("customer.last_at", "moment"),
    Known("customer.aum_avg", "money", "CNY"),
    Known("customer.tier", "code", codes=CODES),
)


@st.composite
def windows(draw: st.DrawFn, *, hours: bool = True) -> str:
    """No window, one that ends now, one before another."""
    units = [*SPAN_UNITS, "hours"] if hours else list(SPAN_UNITS)
    unit = draw(st.sampled_from(units))
    size = draw(st.sampled_from([24, 48])) if unit == "hours" else draw(st.sampled_from([1, 2, 7, 30, 90]))
    match draw(st.integers(0, 3)):
        case 0:
            return ""
        case 1 | 2:
            return f" in the last {size} {unit}"
        case _:
            back = draw(st.sampled_from(SPAN_UNITS)) if unit != "hours" else "hours"
            return f" in the {size} {unit} before the last {draw(st.sampled_from([1, 3]))} {back}"


@st.composite
def where(draw: st.DrawFn, as_of: datetime) -> str:
    """A `where` over interactions, of one or two tests."""
    if draw(st.booleans()):
        return ""
    facts = draw(st.lists(st.sampled_from(INTERACTIONS), min_size=1, max_size=2, unique=True))
    return " where " + " and ".join(f"{fact.name} {draw(tests(fact, (), as_of))}" for fact in facts)


@st.composite
def measures(draw: st.DrawFn, as_of: datetime) -> dict[str, tuple[Known, str]]:
    """A fact of every kind of measure, over random windows, tests and numbers of months."""
    n = st.sampled_from([1, 2, 3])

    def rows() -> str:
        return f"interactions{draw(where(as_of))}{draw(windows())}"

    accounts = f"accounts{draw(windows(hours=False))}"
    most = f", at most {draw(n)} months" if draw(st.booleans()) else ""
    made = {
        Known("calls", "count"): f"count of {rows()}",
        Known("others", "count"): f"count of {rows()}",
        Known("spent", "money", "CNY"): f"sum of amount of {rows()}",
        Known("mean", "money", "CNY"): f"average of amount of {rows()}",
        Known("top", "count"): f"highest score of {rows()}",
        Known("bottom", "count"): f"lowest score of {rows()}",
        Known("last_at", "moment"): f"latest at of {rows()}",
        Known("first_at", "moment"): f"earliest at of {rows()}",
        Known("last_score", "count"): f"latest score of {rows()}",
        Known("first_amount", "money", "CNY"): f"earliest amount of {rows()}",
        Known("last_kind", "code", codes=("call", "visit")): f"latest kind of {rows()}",
        Known("held", "money", "CNY"): f"sum of balance of {accounts}",
        Known("last_balance", "money", "CNY"): f"latest balance of {accounts}",
        Known("aum_avg", "money", "CNY"): f"average of aum of balances over the last {draw(n)} months",
        Known("aum_change", "money", "CNY"): f"change of aum of balances over {draw(n)} months",
        Known("falling", "count", "months"): f"falling streak of aum of balances by month{most}",
        Known("rising", "count", "months"): f"rising streak of aum of balances by month{most}",
        Known("gold_since", "month"): "first month aum of balances reached gold",
        Known("most_alike", "count"): f"repeats of {draw(st.sampled_from(['kind', 'score', 'amount']))} of {rows()}",
        Known("second_at", "moment"): f"first at of {_reaching(rows())}",
        Known("again_at", "moment"): f"first at of {_reaching(rows(), draw(st.sampled_from(['kind', 'score'])))}",
        Known(
            "last_of", "moment"
        ): f"{draw(st.sampled_from(['latest', 'earliest']))} of signed_at, last_at and closed_at",
        Known("date_of", "date"): f"{draw(st.sampled_from(['latest', 'earliest']))} of next_review and closed_at",
        Known("since_choice", "count", "days"): "days since last_of",
        Known("passed", "number", "minutes"): "minutes from signed_at to last_at",
        Known("until_call", "number", "hours"): "hours from last_at to next_call",
        Known("age", "count", "years"): "years since opened_at",
        Known("tenure", "count", "months"): "months since signed_at",
        Known("silence", "count", "days"): "days since last_at",
        Known("ahead", "count", "weeks"): "weeks until next_review",
    }
    return {fact.name: (fact, text) for fact, text in made.items()}


def _reaching(rows: str, by: str = "") -> str:
    """The rows of a measure that reaches a limit, its words in their places."""
    table, space, rest = rows.partition(" ")
    at = rest.rfind("in the ")
    where, window = (rest, "") if at < 0 else (rest[:at].strip(), rest[at:])
    window = window.partition(" before the ")[0].replace("in the last ", "in the ").replace("in the ", "in the last ")
    words = [table, f"repeating {by}" if by else "", where if space else "", "reached many", window]
    return " ".join(word for word in words if word)


@st.composite
def tests(draw: st.DrawFn, fact: Known, others: tuple[Known, ...], as_of: datetime) -> Any:
    """A test of a fact in words, of any kind that its type allows."""
    if draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(["is known", "is missing"]))
    same = [o.name for o in others if (o.type, o.unit) == (fact.type, fact.unit) and o.name != fact.name]
    alike = [o.name for o in others if o.name in same and (fact.type != "code" or set(o.codes) & set(fact.codes))]
    if alike and fact.type != "codes" and draw(st.integers(0, 3)) == 0:
        return f"{draw(st.sampled_from(['same as', 'other than']))} {draw(st.sampled_from(alike))}"
    match fact.type:
        case "money" | "count" | "percent" | "number":
            return draw(_number_tests(fact, same))
        case "date" | "moment":
            return draw(_date_tests(fact, same, as_of))
        case "month":
            month = draw(st.sampled_from(days_around(as_of))).strftime("%Y-%m")
            return f"{draw(st.sampled_from(['before', 'after', 'on or before', 'on or after']))} {month}"
        case "codes":
            return f"includes {draw(st.sampled_from(fact.codes))}"
        case "yes_no":
            return draw(st.sampled_from(["yes", "no"]))
        case _:
            return draw(st.sampled_from(fact.codes))


@st.composite
def _number_tests(draw: st.DrawFn, fact: Known, same: list[str]) -> str:
    pool = {"money": [0, 100, 99.99, 200, 300, 400], "percent": [1, 2.5, 10]}.get(fact.type, [0, 1, 2, 3])
    number = draw(st.sampled_from(pool))
    if draw(st.integers(0, 5)) == 0:
        high = draw(st.sampled_from([n for n in pool if n >= number]))
        return f"between {number} and {high}"
    op = draw(st.sampled_from(["at least", "at most", "more than", "less than"]))
    if same and draw(st.booleans()):
        part = draw(st.sampled_from(["", "50% of ", "1.5 times "]))
        return f"{op} {part}{draw(st.sampled_from(same))}"
    if fact.type == "money" and draw(st.booleans()):
        return f"{op} floor"
    return f"{op} {number}"


@st.composite
def _date_tests(draw: st.DrawFn, fact: Known, same: list[str], as_of: datetime) -> str:
    if draw(st.booleans()):
        direction = draw(st.sampled_from(["last", "next"]))
        if fact.type == "moment" and draw(st.booleans()):
            return f"within {direction} {draw(st.sampled_from([1, 24, 48]))} hours"
        return f"within {direction} {draw(st.sampled_from([1, 2, 30, 90]))} {draw(st.sampled_from(SPAN_UNITS))}"
    op = draw(st.sampled_from(["before", "after", "on or before", "on or after"]))
    if same and draw(st.booleans()):
        return f"{op} {draw(st.sampled_from(same))}"
    if fact.type == "moment" and draw(st.booleans()):
        point = as_of + timedelta(hours=draw(st.sampled_from([-48, -24, -1])))
        return f"{op} {point.strftime('%Y-%m-%d %H:%M')}"
    return f"{op} {draw(st.sampled_from(days_around(as_of)))}"


@st.composite
def conditions(draw: st.DrawFn, facts: tuple[Known, ...], as_of: datetime, depth: int = 2) -> dict[str, Any]:
    """A condition with nesting."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        chosen = draw(st.lists(st.sampled_from(facts), min_size=1, max_size=2, unique=True))
        return {fact.name: draw(tests(fact, facts, as_of)) for fact in chosen}
    inner = st.lists(conditions(facts, as_of, depth - 1), min_size=1, max_size=3)
    return {draw(st.sampled_from(["all", "any", "none"])): draw(inner)}


@st.composite
def decisions(
    draw: st.DrawFn,
    name: str,
    facts: tuple[Known, ...],
    as_of: datetime,
    subject: str = "customer",
    dated: str = "",
    depth: int = 2,
) -> dict[str, Any]:
    """A decision of up to four rules, some of them not in force, most with an `otherwise`."""
    today = as_of.date()
    rules = []
    for i in range(draw(st.integers(1, 4))):
        rule: dict[str, Any] = {"id": f"{name.upper()}-{i}", "label": {"en": f"{name} {i}", "zh": f"{name} {i}"}}
        rule["cites"] = "1.1.1"
        rule["from"] = str(
            draw(st.sampled_from([today - timedelta(days=2000)] * 4 + [today, today + timedelta(days=1)]))
        )
        if draw(st.integers(0, 6)) == 0:
            rule["until"] = str(draw(st.sampled_from([today + timedelta(days=2), today + timedelta(days=3)])))
        rule["when"] = draw(conditions(facts, as_of, depth))
        rule["then"] = draw(st.sampled_from(CODES))
        for word in ("if missing", "if not supplied"):
            if draw(st.integers(0, 3)) == 0:
                rule[word] = "no"
        rules.append(rule)
    if draw(st.integers(0, 3)):
        label = {"en": "Other", "zh": "其他"}
        start = str(today - timedelta(days=2000))
        rules.append({"id": f"{name.upper()}-X", "label": label, "cites": "1.1.1", "from": start, "otherwise": "other"})
    choose = draw(st.sampled_from(["first that matches", "first that matches", "exactly one"]))
    head = {"kind": "decision", "decides": name, "for": subject, "label": {"en": name, "zh": name}, "choose": choose}
    outcomes = {code: {"en": code, "zh": code} for code in CODES}
    by = {"dated by": dated} if dated and draw(st.integers(0, 3)) == 0 else {}
    return {**head, **by, "outcomes": outcomes, "rules": rules}


@st.composite
def rulebooks(draw: st.DrawFn, as_of: datetime) -> str:
    """The text of a rule file: vocabulary, measures, limits, three decisions of customers and one of complaints."""
    made = draw(measures(as_of))
    facts = {name: {"is": text} for name, (_, text) in made.items()}
    if draw(st.booleans()):
        facts["aum_avg"]["instead"] = "aum"
    start = (as_of - timedelta(days=3000)).date()
    limits: dict[str, Any] = {
        "gold": [{"from": str(start), "is": draw(st.sampled_from([100, 300]))}],
        "many": [{"from": str(start), "is": draw(st.sampled_from([1, 2, 3]))}],
        "floor": [
            {"from": str(start), "is": 200},
            {"from": str(as_of.date()), "is": draw(st.sampled_from([100, 300]))},
        ],
    }
    known = (*FIELDS, *(fact for fact, _ in made.values()))
    documents: list[dict[str, Any]] = [{"kind": "facts", "for": "customer", "facts": facts}]
    tier, stage = (Known(name, "code", codes=CODES) for name in ("tier", "stage"))
    measured = tuple(fact for fact, _ in made.values())
    # one plain test a rule, so that each measure comes to show
    documents += [draw(decisions(name, measured, as_of, depth=0)) for name in ("one", "two", "three")]
    documents.append(draw(decisions("tier", known, as_of, dated="opened_at")))
    documents.append(draw(decisions("stage", (*known, tier), as_of)))
    documents.append(draw(decisions("warning", (tier, stage, *known[:8]), as_of)))
    documents.append(draw(decisions("urgency", COMPLAINTS, as_of, "complaint", "received_at")))
    if " floor" not in json.dumps(documents):
        del limits["floor"]
    documents.append({"kind": "limits", "limits": limits})
    return VOCABULARY + "".join(f"---\n{json.dumps(d, ensure_ascii=False)}\n" for d in documents)
