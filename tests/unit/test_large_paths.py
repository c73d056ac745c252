"""Large books take other ways through the engine: they must lead to the same place."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from relcare.cli import main
from relcare.engine import decide, rows, scan
from relcare.engine import dialect as sql
from relcare.engine.session import Session
from relcare.files import small

AS_OF = "2026-11-20"


@pytest.fixture
def book(root, tmp_path) -> Path:
    folder = tmp_path / "book"
    shutil.copytree(root / "sample_data", folder)
    return folder


def listed(book: Path, out: Path, *options: str) -> bytes:
    code = main(["customers", "--book", str(book), "--as-of", AS_OF, "-q", "-o", str(out), *options])
    assert code in (0, 3)
    return out.read_bytes()


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_lines_made_in_stretches_are_those_made_at_once(book, tmp_path, monkeypatch, suffix):
    plain = listed(book, tmp_path / f"a.{suffix}")
    monkeypatch.setattr(rows, "MANY", 1)
    assert listed(book, tmp_path / f"b.{suffix}") == plain
    assert plain.count(b"\n") == 63


def test_filters_hold_where_the_lines_are_made_in_stretches(book, tmp_path, monkeypatch):
    plain = listed(book, tmp_path / "a.csv", "--tier", "core_vip", "--owner", "S102")
    monkeypatch.setattr(rows, "MANY", 1)
    assert listed(book, tmp_path / "b.csv", "--tier", "core_vip", "--owner", "S102") == plain
    assert plain.count(b"\n") > 1


def test_delimited_rows_of_the_engine_are_those_that_a_format_would_write(book, tmp_path):
    customers = book / "customers.csv"
    lines = customers.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    name = header.index("name")
    cells = lines[1].split(",")
    cells[name] = '"Quo""te, tab\t; and\nline"'
    customers.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    for suffix, delimiter in (("csv", ","), ("tsv", "\t")):
        listed(book, tmp_path / f"a.{suffix}")
        with (tmp_path / f"a.{suffix}").open(encoding="utf-8", newline="") as file:
            read = list(csv.DictReader(file, delimiter=delimiter))
        listed(book, tmp_path / "a.jsonl")
        told = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [{k: v or None for k, v in row.items()} for row in read] == told
        assert read[0]["name"] == 'Quo"te, tab\t; and\nline'


def many_interactions(book: Path, *odd: str) -> None:
    """Keys of a prefix and digits, then the odd rows."""
    header = "interaction_id,customer_id,at,kind,channel,outcome\n"
    plain = [f"I{n:07d},C0010,2026-10-{n % 20 + 1:02d} 10:00,call,phone,reached" for n in range(1, 60)]
    (book / "interactions.csv").write_text(header + "\n".join([*plain, *odd]) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    "odd",
    [
        (),
        ("I0000001,C0010,2026-10-02 10:00,call,phone,reached",),  # the same row twice, of no matter
        ("I0000070,C0010,2026-10-02 10:00,inquiry,phone,reached",) * 2,  # the same row twice, counted once
        (
            "I0000070,C0010,2026-10-02 10:00,inquiry,phone,reached",
            "I0000070,C0010,2026-10-02 10:00,call,phone,reached",
        ),  # one matters, the other does not: the kind is unreadable
        ("I0000001,C0010,2026-10-02 10:00,inquiry,phone,reached",),
        ("I00001.2,C0010,2026-10-02 10:00,inquiry,phone,reached",),
        (
            "I0000_99,C0010,2026-10-02 10:00,inquiry,phone,reached",
            "I0000099,C0010,2026-10-03 10:00,inquiry,phone,reached",
        ),
        (
            "I 000099,C0010,2026-10-02 10:00,inquiry,phone,reached",
            "I0000099,C0010,2026-10-03 10:00,inquiry,phone,reached",
        ),
        (
            "I0009e01,C0010,2026-10-02 10:00,inquiry,phone,reached",
            "I0000090,C0010,2026-10-03 10:00,inquiry,phone,reached",
        ),
        (
            " I0000070,C0010,2026-10-02 10:00,inquiry,phone,reached",
            "I0000070,C0010,2026-10-02 10:00,inquiry,phone,reached",
        ),
        ("X-70,C0010,2026-10-02 10:00,inquiry,phone,reached",),
        (",C0010,2026-10-02 10:00,inquiry,phone,reached",),
        (
            "I0000071,C0010,2027-10-02 10:00,inquiry,phone,reached",
            "I0000071,C0010,2026-10-02 10:00,inquiry,phone,reached",
        ),
        ("I0000072,C0010,someday,inquiry,phone,reached",),
        ("I0000073,C0010,2026-10-02 10:00,telepathy,phone,reached",),
    ],
)
def test_keys_of_a_large_file_are_told_apart_as_in_a_small_one(book, tmp_path, monkeypatch, odd):
    many_interactions(book, *odd)
    columns = ("--columns", "customer_id,inquiries_90d,inquiries_prev_90d,churn_warning,churn_warning_rule,stage")
    small = listed(book, tmp_path / "small.csv", *columns)
    monkeypatch.setattr(scan, "LARGE", 0)
    assert listed(book, tmp_path / "large.csv", *columns) == small


def account(book: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    main(
        [
            "check",
            "--book",
            str(book),
            "--as-of",
            AS_OF,
            "-f",
            "csv",
            "--columns",
            "code,rows_in,rows_used,collapsed,set_aside",
        ]
    )
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("interactions,"))
    return [int(figure) for figure in row.split(",")[1:]]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ((), [59, 59, 0, 0]),
        (("I0000001,C0010,2026-10-02 10:00,call,phone,reached",), [60, 59, 1, 0]),
        ((",C0010,2026-10-02 10:00,call,phone,reached",), [60, 59, 0, 1]),
        (("I0000099,C0010",), [60, 59, 0, 1]),
        (
            (
                "I0000_99,C0010,2026-10-02 10:00,call,phone,reached",
                "I0000099,C0010,2026-10-02 10:00,call,phone,reached",
            ),
            [61, 61, 0, 0],
        ),
        (("I0000099,C0010,2027-10-02 10:00,call,phone,reached",), [60, 60, 0, 0]),
    ],
)
def test_rows_in_are_rows_used_collapsed_and_set_aside(book, capsys, monkeypatch, large, odd, expected):
    many_interactions(book, *odd)
    if large:
        monkeypatch.setattr(scan, "LARGE", 0)
    rows_in, used, collapsed, aside = account(book, capsys)
    assert [rows_in, used, collapsed, aside] == expected
    assert rows_in == used + collapsed + aside


@pytest.mark.parametrize("command", ["customers", "due", "overdue", "complaints"])
def test_the_plans_of_a_large_book_lead_to_the_list_of_a_small_one(book, tmp_path, monkeypatch, command):
    def written(name: str) -> bytes:
        main([command, "--book", str(book), "--as-of", AS_OF, "-q", "-o", str(tmp_path / name)])
        return (tmp_path / name).read_bytes()

    brief = written("brief.json")
    monkeypatch.setattr(decide, "BRIEF", 0)
    monkeypatch.setattr(small, "SMALL", 0)
    assert written("whole.json") == brief
    assert json.loads(brief)["rows"]


WRITTEN = (
    "2026-11-20", "2026-11-21", "2026/11/21", "2026.11.21", "20261121", "2026年11月21日", "2026-11-2", "2026-12-1", "2026-1-31",
    " 2026-11-21 ", "2026-11-20 23:59", "2026-11-21T00:00", "2026-11-20 23:59 -12:00", "20261118 23:59-2359", "2026-11-19 23:59:59-23:59",
    "2027-02-30", "2025-12-31", "2025-12-31 24:00", "1899-01-01", "2200-01-01", "someday", "",
)  # fmt: skip


@pytest.mark.parametrize("as_of", ["2026-11-20", "2026-11-21", "2026-11-22", "2026-12-02", "2027-01-03"])
def test_rows_that_are_not_read_twice_are_hidden_as_if_they_were(book, tmp_path, monkeypatch, capsys, as_of):
    header, *_ = (book / "customers.csv").read_text(encoding="utf-8").splitlines()
    fields = header.split(",")
    rows = [
        ",".join({"customer_id": f"X{n:03d}", "opened_at": cell}.get(field, "") for field in fields)
        for n, cell in enumerate(WRITTEN)
    ]
    (book / "customers.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")

    def told(name: str) -> tuple[bytes, str]:
        main(["customers", "--book", str(book), "--as-of", as_of, "-o", str(tmp_path / name)])
        return (tmp_path / name).read_bytes(), capsys.readouterr().err.replace(name, "")

    read = told("small.csv")
    monkeypatch.setattr(scan, "LARGE", 0)
    assert told("large.csv") == read
    assert read[0].count(b"\n") > 1


EARLIEST = [  # the day on which the oldest occurrence opened that is open on 20 November, and the day before
    ("CARE-MILESTONE", ("milestone_benefit",), "2026-08-08", "2026-08-07"),
    ("CARE-REPRICE", ("repricing_call", "hedging_proposal"), "2026-09-21", "2026-09-20"),
]


@pytest.mark.parametrize(("rule", "kinds", "opens", "before"), EARLIEST)
def test_evidence_counts_that_is_as_old_as_what_is_open(tmp_path, rule, kinds, opens, before):
    (tmp_path / "customers.csv").write_text("customer_id,opened_at,segment,aum\nC1,2025-08-15,retail,10.00\n")
    (tmp_path / "accounts.csv").write_text(
        "account_id,customer_id,product,opened_at,next_repricing_date\nA1,C1,mortgage,2025-08-15,2026-11-20\n"
    )
    (tmp_path / "balances.csv").write_text("customer_id,month,aum\n")

    def owed(day: str) -> bool:
        rows = [f"I{n},C1,{day} 10:00,{kind},phone,reached\n" for n, kind in enumerate(kinds)]
        (tmp_path / "interactions.csv").write_text(
            "interaction_id,customer_id,at,kind,channel,outcome\n" + "".join(rows)
        )
        main(["due", "--book", str(tmp_path), "--as-of", AS_OF, "-q", "-o", str(tmp_path / "due.csv")])
        with (tmp_path / "due.csv").open(encoding="utf-8", newline="") as file:
            return any(row["rule_id"] == rule for row in csv.DictReader(file))

    assert (owed(before), owed(opens)) == (True, False)


@pytest.mark.parametrize(
    ("cell", "lasts"),
    [
        ("2026-09-30", 86_399_999_999),
        ("2026-09-30 10:00", 59_999_999),
        ("2026-09-30T10:00", 59_999_999),
        ("2026-9-3 1:00", 59_999_999),
        ("2026-09-30 10:00+08:00", 59_999_999),
        ("2026-09-30 10:00 -08:00", 59_999_999),
        ("2026-09-30 10:00:00", 999_999),
        ("2026/9/3 1:00:00", 999_999),
        ("2026-09-30 10:00:00.5+08:00", 999_999),
        ("2026-09-30 10:00:00Z", 999_999),
    ],
)
def test_a_moment_lasts_as_long_as_it_is_written_precisely(tmp_path, cell, lasts):
    session = Session([], tmp_path)
    start = "TIMESTAMP '2026-09-30 00:00:00'"
    query = f"SELECT epoch_us(moment_end({start}, {sql.text(cell)})) - epoch_us({start})"
    assert session.rows(query) == [(lasts,)]
    session.close()
