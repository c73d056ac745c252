"""Options → request → result → output and exit code, with runs that answer what a test wants."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from relcare.cli import main
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Place, Problem
from relcare.runs.request import Request
from relcare.runs.result import Result

REPORT = Report(
    "customers",
    "Customers",
    "2026-11-20",
    (Column("customer_id", "Customer"), Column("name", "Name")),
    ListedRows([("C1", "李小明"), ("C2", "Ann")]),
    {"relcare": "0"},
    notes=("No balances.",),
    nothing="No customers.",
)
EMPTY = replace(REPORT, rows=ListedRows())
TSV = "customer_id\tname\nC1\t李小明\nC2\tAnn\n"
ERROR = Problem(Place("c.csv", 2, 1), "CELL", "bad", "mend it", source="x")
WARNING = Problem(Place("c.csv", 3), "OLD", "old", severity="warning")

Answer = Callable[..., Result]


class Asked(list[Request]):
    """The requests that reached the run."""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer | Result], Asked]:
    def install(answer: Answer | Result) -> Asked:
        asked = Asked()

        def run(request: Request, *rest: str) -> Result:
            asked.append(request)
            return answer if isinstance(answer, Result) else answer(request, *rest)

        for name in ("customers", "check", "explain"):
            module = ModuleType(f"relcare.runs.{name}")
            setattr(module, name, run)
            monkeypatch.setitem(sys.modules, module.__name__, module)
        return asked

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("RELCARE_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return install


@pytest.fixture
def printed(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[[], tuple[str, str]]:
    def read() -> tuple[str, str]:
        out, err = capfdbinary.readouterr()
        return out.decode(), err.decode()

    return read


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


# What a run is asked


def test_options_reach_the_run_as_typed(answers, printed, tmp_path) -> None:
    asked = answers(Result(REPORT))
    options = (
        "--book b --rules r --as-of 2026-11-20T09:30 --lang zh --tier growth --tier core_vip --owner S1 "
        "--columns name,customer_id --strict --memory-limit 2GB --spill s --encoding gb18030 -f csv"
    )
    assert main(["customers", *options.split()]) == 0
    [request] = asked
    assert request.now.tzinfo is not None
    assert request == Request(
        book=Path("b"),
        now=request.now,
        rules=Path("r"),
        as_of="2026-11-20T09:30",
        lang="zh",
        encoding="gb18030",
        memory_limit="2GB",
        spill=Path("s"),
        columns=("name", "customer_id"),
        filters={"tier": ("growth", "core_vip"), "owner": ("S1",)},
        strict=True,
        made_for="pipe",
    )


def test_without_options_the_book_is_here_and_now(answers, printed) -> None:
    asked = answers(Result(REPORT))
    assert main(["customers"]) == 0
    assert asked == [Request(book=Path(), now=asked[0].now, made_for="pipe")]


def test_the_sample_book_has_a_name(answers, printed, root) -> None:
    asked = answers(Result(REPORT))
    main(["customers", "--book", ":sample:"])
    assert asked[0].book.resolve() == root / "sample_data"


@pytest.mark.parametrize(
    ("options", "made_for"),
    [([], "pipe"), (["-f", "table"], "terminal"), (["-o", "x.csv"], "file"), (["-o", "-"], "pipe")],
)
def test_a_run_knows_what_its_list_is_for(answers, printed, tmp_path, monkeypatch, options, made_for) -> None:
    monkeypatch.chdir(tmp_path)
    asked = answers(Result(REPORT))
    assert main(["customers", *options]) == 0
    assert asked[0].made_for == made_for


def test_explain_names_a_subject_and_perhaps_a_rule(answers, printed) -> None:
    seen = []

    def run(request: Request, *rest: str) -> Result:
        seen.append(rest)
        return Result(REPORT)

    answers(run)
    assert main(["explain", "C1"]) == main(["explain", "C1", "TIER-VIP"]) == 0
    assert seen == [("C1", ""), ("C1", "TIER-VIP")]


# What is printed


def test_a_pipe_gets_tsv_and_nothing_else(answers, printed) -> None:
    answers(Result(REPORT))
    assert main(["customers"]) == 0
    assert printed() == (TSV, "")


def test_formats_and_headers_can_be_chosen(answers, printed) -> None:
    answers(Result(REPORT))
    main(["customers", "-f", "csv", "--no-headers"])
    assert printed()[0] == "C1,李小明\nC2,Ann\n"


def test_no_rows_are_silence_in_a_pipe(answers, printed) -> None:
    answers(Result(EMPTY))
    assert main(["customers", "--fail-if-any"]) == 0
    assert printed() == ("", "")


def test_colours_and_notes_can_be_left_out(answers, printed) -> None:
    answers(Result(REPORT))
    main(["customers", "-f", "table", "--color", "always"])
    assert "\x1b[1mCustomers" in printed()[0]
    main(["customers", "-f", "table"])
    out = printed()[0]
    assert "\x1b" not in out
    assert "No balances." in out
    main(["customers", "-f", "table", "-q"])
    assert "No balances." not in printed()[0]


def test_a_terminal_shows_all_the_columns_that_were_named(answers, printed) -> None:
    answers(Result(replace(REPORT, shown=("name",))))
    main(["customers", "-f", "table"])
    assert "C1" not in printed()[0]
    main(["customers", "-f", "table", "--columns", "customer_id,name"])
    assert "C1" in printed()[0]


def test_sql_is_printed_instead_of_the_list(answers, printed) -> None:
    asked = answers(Result(sql="SELECT 1;\n"))
    assert main(["customers", "--show-sql"]) == 0
    assert asked[0].show_sql
    assert printed() == ("SELECT 1;\n", "")


# A file


def test_a_file_gets_its_format_from_its_suffix(answers, printed, tmp_path) -> None:
    answers(Result(REPORT))
    path = tmp_path / "list.csv"
    path.write_text("old")
    path.chmod(0o640)
    assert main(["customers", "-o", str(path)]) == 0
    assert path.read_bytes() == TSV.replace("\t", ",").encode()
    assert printed() == ("", "")
    assert names(tmp_path) == ["list.csv"]
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o640


def test_a_file_is_written_also_without_rows(answers, printed, tmp_path) -> None:
    answers(Result(EMPTY))
    main(["customers", "-o", str(tmp_path / "list.tsv")])
    assert (tmp_path / "list.tsv").read_bytes() == b"customer_id\tname\n"


def test_a_format_wins_over_the_suffix(answers, printed, tmp_path) -> None:
    answers(Result(REPORT))
    main(["customers", "-o", str(tmp_path / "list.csv"), "-f", "tsv"])
    assert (tmp_path / "list.csv").read_bytes() == TSV.encode()


def test_a_file_stays_as_it_was_where_the_run_breaks(answers, printed, tmp_path) -> None:
    class Breaking(ListedRows):
        def __iter__(self):
            yield ("C1", "x")
            raise RuntimeError("broken")

    answers(Result(replace(REPORT, rows=Breaking())))
    (tmp_path / "list.tsv").write_text("old")
    assert main(["customers", "-o", str(tmp_path / "list.tsv")]) == 70
    assert (tmp_path / "list.tsv").read_text() == "old"
    assert names(tmp_path) == ["list.tsv"]


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="symbolic links")
def test_a_link_stays_a_link(answers, printed, tmp_path) -> None:
    answers(Result(REPORT))
    (tmp_path / "link.tsv").symlink_to("real.tsv")
    main(["customers", "-o", str(tmp_path / "link.tsv")])
    assert (tmp_path / "link.tsv").is_symlink()
    assert (tmp_path / "real.tsv").read_bytes() == TSV.encode()


@pytest.mark.parametrize(
    ("name", "said"),
    [("list.docx", "names no format"), ("folder.csv", "is a folder"), ("none/list.csv", "there is no folder")],
)
def test_a_file_that_can_not_be(answers, printed, tmp_path, name, said) -> None:
    asked = answers(Result(REPORT))
    (tmp_path / "folder.csv").mkdir()
    assert main(["customers", "-o", str(tmp_path / name)]) == 2
    assert said in printed()[1]
    assert not asked


# Exit codes and messages


def test_rows_fail_only_when_asked(answers, printed) -> None:
    answers(Result(REPORT))
    assert main(["customers"]) == 0
    assert main(["customers", "--fail-if-any"]) == 1


def test_a_run_can_say_itself_what_counts_as_found(answers, printed) -> None:
    answers(Result(REPORT, found=False))
    assert main(["check", "--fail-if-any"]) == 0
    answers(Result(EMPTY, found=True))
    assert main(["check", "--fail-if-any"]) == 1


def test_problems_win_and_the_list_is_still_printed(answers, printed) -> None:
    answers(Result(REPORT, problems=(WARNING, ERROR)))
    assert main(["customers", "--fail-if-any"]) == 3
    assert printed() == (TSV, "c.csv:2:1: CELL bad\n  x\n  ^\n  hint: mend it\nc.csv:3: OLD warning: old\n")


def test_strict_prints_no_list(answers, printed, tmp_path) -> None:
    answers(Result(REPORT, problems=(ERROR,)))
    assert main(["customers", "--strict", "-o", str(tmp_path / "list.csv")]) == 3
    assert names(tmp_path) == []
    assert main(["customers", "--strict"]) == 3
    assert printed()[0] == ""


def test_strict_minds_errors_only(answers, printed) -> None:
    answers(Result(REPORT, problems=(WARNING,)))
    assert main(["customers", "--strict"]) == 0
    assert printed()[0] == TSV


def test_quiet_leaves_errors(answers, printed) -> None:
    answers(Result(REPORT, problems=(WARNING, ERROR)))
    assert main(["customers", "-q"]) == 3
    assert "OLD" not in (err := printed()[1])
    assert "CELL" in err


def test_without_a_report_there_are_the_problems(answers, printed) -> None:
    for command in ("customers", "check"):
        answers(Result(None, problems=(ERROR,)))
        assert main([command]) == 3
        out, err = printed()
        assert out == ""
        assert err.startswith("c.csv:2:1: CELL bad\n")


def test_check_does_not_tell_its_problems_twice(answers, printed) -> None:
    answers(Result(REPORT, problems=(ERROR,)))
    assert main(["check", "--strict"]) == 3
    assert printed() == (TSV, "")


def test_a_run_can_refuse_its_options(answers, printed) -> None:
    closed = []
    answers(Result(usage="no tier 'growht': did you mean 'growth'?", on_close=lambda: closed.append(1)))
    assert main(["customers", "--tier", "growht"]) == 2
    out, err = printed()
    assert out == ""
    assert err.endswith("\nError: no tier 'growht': did you mean 'growth'?\n")
    assert closed == [1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["custmers"], "Did you mean 'customers'?"),
        (["customers", "--bok", "x"], "--book"),
        (["customers", "-f", "jsn"], "did you mean 'json'?"),
        (["customers", "--lang", "fr"], "one of en, zh"),
        (["customers", "--color", "allways"], "did you mean 'always'?"),
        (["explain"], "ID"),
        ([], "Usage: relcare"),
    ],
)
def test_wrong_usage(answers, printed, arguments, said) -> None:
    answers(Result(REPORT))
    assert main(arguments) == 2
    out, err = printed()
    assert out == ""
    assert said in err


def test_rows_are_read_before_the_run_is_closed(answers, printed) -> None:
    order = []

    class Telling(ListedRows):
        def __iter__(self):
            order.append("read")
            return super().__iter__()

    rows = Telling([("C1", "x")])
    answers(Result(replace(REPORT, rows=rows), on_close=lambda: order.append("closed")))
    main(["customers"])
    assert order == ["read", "closed"]


# Mistakes of ours, ^C, closed pipes


def broken(request: Request, *rest: str) -> Result:
    raise ValueError("no\nidea")


def test_a_mistake_of_ours_is_short(answers, printed) -> None:
    answers(broken)
    assert main(["customers"]) == 70
    out, err = printed()
    assert out == ""
    assert "ValueError: no idea" in err
    assert "Traceback" not in err


def test_a_mistake_of_ours_can_be_looked_into(answers, monkeypatch) -> None:
    monkeypatch.setenv("RELCARE_DEBUG", "1")
    answers(broken)
    with pytest.raises(ValueError, match="no"):
        main(["customers"])


def interrupted(request: Request, *rest: str) -> Result:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    return Result(REPORT)


def test_an_interrupt_is_quiet(answers, printed) -> None:
    answers(interrupted)
    assert main(["customers"]) == 130
    assert printed() == ("", "")


def test_an_interrupted_statement_is_an_interrupt(answers, printed) -> None:
    class InterruptException(Exception):  # noqa: N818  (as the engine names it)
        pass

    def run(request: Request, *rest: str) -> Result:
        raise InterruptException

    answers(run)
    assert main(["customers"]) == 130
    assert printed() == ("", "")


DRIVER = """
import sys
from types import ModuleType
from relcare.cli import command
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Place, Problem
from relcare.runs.result import Result

def customers(request):
    rows = ListedRows([("x" * 100,)] * {rows})
    problems = (Problem(Place("c.csv", 2), "CELL", "bad"),) * {problems}
    return Result(Report("customers", "C", "", (Column("id", "Id"),), rows, {{}}), problems)

module = ModuleType("relcare.runs.customers")
module.customers = customers
sys.modules[module.__name__] = module
sys.argv = ["relcare", "customers", *sys.argv[1:]]
command()
"""


@pytest.mark.parametrize("rows", [1, 100_000])
@pytest.mark.parametrize(("problems", "code", "said"), [(0, 0, b""), (1, 3, b"c.csv:2: CELL bad")])
@pytest.mark.parametrize("options", [[], ["-f", "json"]])
def test_a_reader_that_has_enough_ends_it_quietly(root, rows, problems, code, said, options) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    driver = DRIVER.format(rows=rows, problems=problems)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", driver, *options], cwd=root, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert ran.returncode == code
    assert ran.stderr.strip() == said


def test_help_into_a_closed_pipe_is_quiet(root) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "relcare", "--help"], cwd=root, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert ran.returncode == 0
    assert ran.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is full")
def test_a_full_disk_is_told(root) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-c", DRIVER.format(rows=1, problems=0)],
            cwd=root,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[-1].startswith(b"Error: stdout can't be written: ")


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals")
@pytest.mark.parametrize(("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_a_table(root, environment, colored) -> None:
    import pty  # noqa: PLC0415  (not on every system)

    reading, writing = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    ran = subprocess.run(
        [sys.executable, "-c", DRIVER.format(rows=1, problems=0)],
        cwd=root,
        env={**kept, "TERM": "xterm", "COLUMNS": "80", **environment},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    out = os.read(reading, 100_000).decode()
    os.close(reading)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ("\x1b[1m" in out) == colored
    assert "─" in out
    assert out.count("x" * 80) == 1  # wrapped, not cut
    assert "1 row" in out
