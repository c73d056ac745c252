"""Examples as trials, the changes by one step that they notice, and the examples that would notice the others."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from relcare.files.rulefiles import folder_bytes, separate_files
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.conditions import Condition
from relcare.rulebook.controls import with_controls
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.trials.mutants import Target, mutants
from relcare.rulebook.trials.noticing import noticing
from relcare.rulebook.trials.said import WHAT, Said
from relcare.rulebook.trials.trial import Bench, Trial, written_trials
from relcare.rulebook.trials.variants import stepped, variants
from relcare.rulebook.trials.written import read_tests
from relcare.rulebook.trials.yaml_line import example_line, written
from relcare.rulebook.values import Moment, Month, Value
from relcare.runs.opening import read_rulebook
from relcare.runs.rules_test import everything_tried
from relcare.timing.calendars import Calendar
from tests.unit.rule_files import VOCABULARY, condition, loaded

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 24)
MINUTE = Moment(datetime.fromisoformat("2026-01-31T23:59"), "minute")


@pytest.mark.parametrize(
    ("value", "kind", "up", "down"),
    [
        (Decimal(500000), "money", Decimal("500000.01"), Decimal("499999.99")),
        (3, "count", 4, 2),
        (Decimal("12.5"), "percent", Decimal("12.6"), Decimal("12.4")),
        (Decimal(12), "number", Decimal(13), Decimal(11)),
        (date(2026, 12, 31), "date", date(2027, 1, 1), date(2026, 12, 30)),
        (Month(2026, 12), "month", Month(2027, 1), Month(2026, 11)),
        (
            MINUTE,
            "moment",
            Moment(datetime.fromisoformat("2026-02-01"), "minute"),
            Moment(datetime.fromisoformat("2026-01-31T23:58"), "minute"),
        ),
    ],
)
def test_a_step_is_the_smallest_of_its_type(value: Value, kind: str, up: Value, down: Value) -> None:
    assert stepped(value, kind, 1) == up
    assert stepped(value, kind, -1) == down


def _beside(when: str, kind: str = "money") -> set[Condition | None]:
    return {variant.condition for variant in variants(condition(when), lambda _: kind)}


@pytest.mark.parametrize(
    ("when", "beside"),
    [
        ("{aum: at least 500}", ["{aum: more than 500}", "{aum: at least 500.01}", "{aum: at least 499.99}"]),
        (
            "{debt: less than 50% of aum}",
            ["{debt: at most 50% of aum}", "{debt: less than 51% of aum}", "{debt: less than 49% of aum}"],
        ),
        (
            "{opened_at: within the last 3 days}",
            ["{opened_at: within the last 4 days}", "{opened_at: within the last 2 days}"],
        ),
        ("{segment: [retail, private]}", ["{segment: retail}", "{segment: private}"]),
        ("{likes: 'includes [golf, tea]'}", ["{likes: includes golf}", "{likes: includes tea}"]),
        ("{any: [{vip: yes}, {segment: retail}]}", ["{vip: yes}", "{segment: retail}"]),
        ("{vip: yes, segment: retail}", ["{vip: yes}", "{segment: retail}"]),
        ("{segment: retail}", []),
        ("{closed_at: is known}", []),
    ],
)
def test_what_lies_one_step_beside_a_condition(when: str, beside: list[str]) -> None:
    assert _beside(when) == {condition(each) for each in beside}


RULES = """\
---
kind: decision
decides: level
for: customer
choose: first that matches
limits:
  floor: [{from: 2026-01-01, is: "500"}]
rules:
  - id: HIGH
    label: {en: High, zh: 高}
    cites: "1"
    from: 2026-01-01
    when: {any: [{aum: at least floor}, {segment: private}]}
    then: high
    examples:
      - {as of: 2026-08-01, aum: 500, segment: retail, gives: high}
  - {id: OTHER, label: {en: Other, zh: 其他}, cites: "1", from: 2026-01-01, otherwise: other}
---
kind: table
table: events
key: event_id
dated by: at
evidence: {as: event, kind: kind}
pauses: {kind: kind, from: at, until: until}
fields:
  event_id: {type: id}
  customer_id: {type: id, refers: customer}
  at: {type: moment, time: happened}
  until: {type: moment, time: happened, empty: not yet}
  kind: {type: code, codes: [call, waiting]}
  how: {type: code, empty: none, codes: [phone, letter]}
---
kind: facts
for: customer
facts:
  age_days: {label: {en: Days, zh: 天数}, is: days since opened_at}
  calls: {label: {en: Calls, zh: 电话}, is: count of events where kind call in the last 30 days}
---
kind: obligation
for: customer
ceases when:
  - {label: {en: closed, zh: 销户}, when: {closed_at: is known}}
rules:
  - id: CALL
    label: {en: Call, zh: 电话}
    cites: "1"
    from: 2026-01-01
    when: {level: high}
    starts: opened_at
    within: 5 days
    warns: 2 days before
    pauses: waiting, at most 3 days
    lapses: 10 days after due
    done when: event call where how phone
    by: manager
    examples:
      - {as of: 2026-07-03, level: high, opened_at: 2026-07-01, gives: due 2026-07-06}
"""


def _rulebook() -> Rulebook:
    rulebook, problems = loaded(VOCABULARY + RULES)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return rulebook


def _bench() -> Bench:
    rulebook = _rulebook()
    return Bench(rulebook, Calendar("plain"), ZONE)


def _test(text: str) -> tuple[list[Trial], list[str]]:
    documents, problems = read_documents(text.encode(), "x.tests.yaml")
    assert problems == []
    trials, mistakes = read_tests([("x.tests.yaml", documents)], _rulebook(), ZONE, TODAY)
    return trials, [problem.code for problem in mistakes]


@pytest.mark.parametrize(
    ("given", "as_of", "gives"),
    [
        ("aum: 500", "2026-08-01", "level: high"),
        ("aum: 499.99, segment: retail", "2026-08-01", "level: other"),
        ("aum: 499.99", "2026-08-01", "level: undetermined"),
        # A decision that is not stated is worked out from what is.
        ("aum: 500, opened_at: 2026-07-01", "2026-07-03", "CALL: due 2026-07-06"),
        ("aum: 1, segment: retail, opened_at: 2026-07-01", "2026-07-03", "CALL: nothing"),
        ("level: other, aum: 500, opened_at: 2026-07-01", "2026-07-03", "CALL: nothing"),
        # Rows are of the subject, and count as they would in a book.
        ("level: high, opened_at: 2026-07-01, events: [{kind: call, how: phone, at: 2026-07-06 23:59}]", "2026-07-09", "CALL: met"),
        ("level: high, opened_at: 2026-07-01, events: [{kind: call, how: phone, at: 2026-07-07 00:00}]", "2026-07-09", "CALL: met late"),
        ("level: high, opened_at: 2026-07-01, events: [{kind: call, how: letter, at: 2026-07-06}]", "2026-07-09", "CALL: overdue"),
        ("level: high, opened_at: 2026-07-01, events: [{kind: call, how: phone, at: 2026-07-06, customer_id: other}]", "2026-07-09", "CALL: overdue"),
        ("level: high, opened_at: 2026-07-01, events: [{kind: waiting, at: 2026-07-02}]", "2026-07-05", "CALL: due 2026-07-09"),
        # A day means its end, a moment itself.
        ("level: high, opened_at: 2026-07-01", "2026-07-03", "CALL: running"),
        ("level: high, opened_at: 2026-07-01", "2026-07-04 00:00", "CALL: at risk"),
        ("level: high, opened_at: 2026-07-01", "2026-07-03 23:59", "CALL: running"),
    ],
)  # fmt: skip
def test_a_test_gives_what_the_rules_make_of_it(given: str, as_of: str, gives: str) -> None:
    trials, mistakes = _test(f"- {{title: T, as of: {as_of}, given: {{{given}}}, gives: {{{gives}}}}}")
    assert mistakes == []
    (trial,) = trials
    answer = _bench().answer(trial)
    assert (answer.gave, answer.right) == (trial.gives, True)


@pytest.mark.parametrize(
    ("gives", "meant"),
    [("CALL: 到期 2026-07-06", "due 2026-07-06"), ("CALL: 进行中", "running"), ("level: high", "high")],
)
def test_a_test_in_chinese(gives: str, meant: str) -> None:
    trials, mistakes = _test(
        f"- {{标题: T, 适用对象: customer, 基准日: 2026-07-03, 给定: {{level: high, aum: 500, opened_at: 2026-07-01}}, 得出: {{{gives}}}}}"
    )
    assert mistakes == []
    (trial,) = trials
    assert (trial.subject, trial.gives, trial.title) == ("customer", meant, "T")
    assert _bench().answer(trial).right


def test_a_result_in_chinese_that_there_is_not() -> None:
    assert _test("- {标题: T, 给定: {aum: 1}, 得出: {CALL: 已经没有}}")[1] == ["RUL082"]
    assert _test("- {标题: T, 给定: {aum: 1}, 得出: {level: 已经没有}}")[1] == ["RUL061"]


@pytest.mark.parametrize(
    ("test", "codes"),
    [
        ("- {title: T, given: {aum: 1}, gives: {levle: high}}", ["TST001"]),
        ("- {title: T, for: branch, given: {size: 1}, gives: {level: high}}", ["TST001"]),
        ("- {title: T, for: house, given: {aum: 1}, gives: {level: high}}", ["RUL005"]),
        ("- {title: T, given: {aum: 1}, gives: {level: hihg}}", ["RUL061"]),
        ("- {title: T, given: {aum: 1}, gives: {CALL: due tomorrow}}", ["RUL082"]),
        ("- {title: T, given: {amu: 1}, gives: {level: high}}", ["RUL060"]),
        ("- {title: T, given: {events: [{kid: call}]}, gives: {level: high}}", ["RUL002"]),
        ("- {given: {aum: 1}, gives: {level: high}}", ["RUL003"]),
        ("kind: decision", ["RUL004"]),
    ],
)
def test_a_mistake_in_a_test_is_told(test: str, codes: list[str]) -> None:
    assert _test(test)[1] == codes


def test_a_name_of_two_subjects_wants_to_know_whom_it_is_about(root: Path) -> None:
    rulebook, _ = read_rulebook(root / "rules")
    documents, _ = read_documents(b"- {title: T, given: {}, gives: {stage: closed}}", "x.tests.yaml")
    trials, mistakes = read_tests([("x.tests.yaml", documents)], rulebook, ZONE, TODAY)
    assert trials == []
    assert [(problem.code, problem.hint) for problem in mistakes] == [
        ("TST002", "write `for: complaint` or `for: customer`")
    ]


def test_the_example_that_would_notice_a_change_is_right_now_and_wrong_then() -> None:
    bench = _bench()
    trials = list(written_trials(bench.rulebook, ZONE, TODAY))
    by_target = {Target(trial.subject, trial.target, trial.decides): [trial] for trial in trials}
    found = [(mutant, noticing(bench, mutant, by_target)) for mutant in mutants(bench.rulebook)]
    assert {str(mutant.what) for mutant, example in found if example is None} == set()
    assert len(found) > 20
    for mutant, example in found:
        assert example is not None
        again = _written_again(example)
        assert bench.answer(again).right, str(mutant.what)
        assert not bench.instead(mutant.rulebook, same_facts=False).answer(again).right, str(mutant.what)


def _written_again(example: Trial) -> Trial:
    """The trial of an example as it is printed, read from a rule file."""
    name = "HIGH" if example.decides else "CALL"
    start = RULES.index(f"  - id: {name}")
    at = RULES.index("    examples:\n", start) + len("    examples:\n")
    text = RULES[:at] + f"      {example_line(example)}\n" + RULES[at:]
    rulebook, problems = loaded(VOCABULARY + text)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return next(trial for trial in written_trials(rulebook, ZONE, TODAY) if trial.rule_id == name)


def test_once_they_are_there_no_change_goes_unnoticed() -> None:
    bench = _bench()
    trials = list(written_trials(bench.rulebook, ZONE, TODAY))
    first = everything_tried(bench, trials, mutate=True)
    assert first.alive
    assert first.unreached
    more = [*trials, *(example for _, example in first.alive if example is not None)]
    second = everything_tried(bench, more, mutate=True)
    assert (second.failed, second.alive) == ([], [])


def test_no_change_is_tried_while_an_example_fails() -> None:
    bench = _bench()
    trials = list(written_trials(bench.rulebook, ZONE, TODAY))
    tested = everything_tried(bench, [*trials, trials[0]._replace(gives="overdue")], mutate=True)
    assert len(tested.failed) == 1
    assert tested.mutants is None


def test_the_shipped_rulebook_leaves_no_change_unnoticed_and_no_branch_unreached(root: Path) -> None:
    rulebook, problems = read_rulebook(root / "rules")
    rulebook = with_controls(rulebook)
    files = separate_files(root / "rules", ())
    trees = [(shown, read_documents(data, shown)[0]) for shown, data in files if isinstance(data, bytes)]
    separate, mistakes = read_tests(trees, rulebook, ZONE, TODAY)
    assert (problems, mistakes) == ([], [])
    assert len(files) > 3
    bench = Bench(rulebook, rulebook.calendars["cn"], ZONE)
    tested = everything_tried(bench, [*written_trials(rulebook, ZONE, TODAY), *separate], mutate=True)
    assert [(each.trial.place, each.answer.gave) for each in tested.failed] == []
    assert tested.unreached == []
    assert [(mutant.id, str(mutant.what)) for mutant, _ in tested.alive] == []
    # `churn_warning` is always worked out, so that the row never lacks it; two moments of one second are in no order.
    assert [(mutant.id, str(mutant.what).partition(" in ")[0]) for mutant in tested.same] == [
        ("STAGE-DECLINE", "without `if not supplied: no`"),
        *[("CTRL-BACKWARDS", "`at most` for `less than`")] * 7,
        *[("CTRL-VISIT-BACKWARDS", "`at most` for `less than`")] * 3,
    ]
    assert tested.mutants is not None
    assert tested.mutants > 390


def test_a_test_file_is_no_part_of_the_rulebook(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("kind: norm\n", encoding="utf-8")
    before = folder_bytes(tmp_path)
    (tmp_path / "rules.tests.yaml").write_text("- {title: T}\n", encoding="utf-8")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "more.tests.yaml").write_text("", encoding="utf-8")
    assert folder_bytes(tmp_path) == before
    assert [Path(shown).name for shown, _ in separate_files(tmp_path, ())] == ["rules.tests.yaml"]


@pytest.mark.parametrize(
    ("text", "as_written"),
    [("core_vip", "core_vip"), ("", '""'), ("due 2026-07-06", "due 2026-07-06"), ("2026-11-20 11:30:00", "2026-11-20 11:30:00"),
     ("a, b", '"a, b"'), ('say "no"', '"say \\"no\\""'), ("-1", '"-1"'), ("a: b", '"a: b"')],
)  # fmt: skip
def test_a_cell_is_put_in_quotes_where_it_must_be(text: str, as_written: str) -> None:
    assert written(text) == as_written
    (document,) = read_documents(f"{{cell: {as_written}}}".encode(), "x.yaml")[0]
    assert document.get("cell").text == text  # type: ignore[union-attr]


def test_every_change_can_be_said_in_chinese() -> None:
    for key, (en, zh) in WHAT.items():
        numbers = [text.count("{}") or len(set(re.findall(r"{\d}", text))) for text in (en, zh)]
        assert numbers[0] == numbers[1], key
    said = Said("for", ("4 days", "3 days"), "within")
    assert (str(said), said.in_("zh")) == ("4 days for 3 days in `within`", "`within` 中以 4 days 代替 3 days")
    assert Said("for from", ("2", "1", "2026-01-01")).in_("zh") == "自 2026-01-01 起以 2 代替 1"
