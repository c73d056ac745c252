"""What a list must never get wrong, on small books, through the real command."""

import json
import shutil
from pathlib import Path

import pytest

from relcare.cli import main


class Run:
    """A book in a folder, and what a command says of it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        folder.mkdir()

    def write(self, name: str, text: str) -> "Run":
        (self.folder / name).write_text(text, encoding="utf-8")
        return self

    def __call__(self, *arguments: str, as_of: str = "2026-11-20") -> tuple[int, dict[str, dict[str, str]], str]:
        code = main([arguments[0], "--book", str(self.folder), "--as-of", as_of, "-f", "json", *arguments[1:]])
        said = self._capsys.readouterr()
        rows = json.loads(said.out)["rows"] if said.out else []
        return code, {row.get("customer_id", str(i)): row for i, row in enumerate(rows)}, said.err


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path / "book", capsys)


CUSTOMERS = "customer_id,name,segment,opened_at,closed_at,deceased_at,aum\n"


def test_a_row_that_two_customers_may_own_leaves_both_open(run):
    run.write(
        "customers.csv",
        CUSTOMERS + "C2,a,retail,2020-01-01,,,100\nC3,b,retail,2020-01-01,,,100\nC4,c,retail,2020-01-01,,,1\n",
    )
    inquiries = ("I1,C2,2026-07-01", "I2,C2,2026-07-02", "I2,C3,2026-07-02", "I3,C4,2026-07-02")
    run.write("interactions.csv", "interaction_id,customer_id,at,kind\n" + "".join(f"{i},inquiry\n" for i in inquiries))
    code, rows, said = run("customers")
    assert code == 3
    assert [rows[c]["churn_warning"] for c in ("C2", "C3", "C4")] == ["undetermined", "undetermined", "none"]
    assert (
        "interactions.csv:3: ROW003 rows of interaction_id I2 contradict each other in customer_id (lines 3, 4)" in said
    )


def test_before_any_rule_is_in_force_nothing_is_decided(run):
    run.write("customers.csv", CUSTOMERS + "C1,a,private,2020-01-01,,,7000000\n")
    _, rows, _ = run("customers", as_of="2024-06-30")
    assert rows["C1"]["tier"] == rows["C1"]["stage"] == "undetermined"
    assert rows["C1"]["tier_because"] == "no rule of it is in force on this date"
    _, rows, _ = run("customers", as_of="2025-01-01")
    assert rows["C1"]["tier"] == "core_vip"


def test_rows_later_than_the_as_of_are_accounted_for(run):
    run.write("customers.csv", CUSTOMERS + "C1,a,retail,2199-12-31,,,7000000\nC2,b,retail,2020-12-31,,,1\n")
    _, rows, _ = run("customers")
    assert list(rows) == ["C2"]
    _, rows, _ = run("check")
    table = next(row for row in rows.values() if row["kind"] == "table")
    assert (table["rows_in"], table["rows_used"]) == (2, 2)
    assert "1 later than the as-of" in table["hint"]


def test_a_bad_cell_leaves_open_only_what_hangs_on_it(run):
    run.write(
        "customers.csv",
        CUSTOMERS
        + "C1,a,retail,2020-13-01,,,7000000\n"  # when was it opened?
        + "C2,b,retail,2020-01-01,,,7.000.000\n"  # how much?
        + "C3,c,private,2020-01-01,,,7.000.000\n"  # how much? no matter for the tier
        + "C4,d,retial,2020-01-01,,,7000000\n"  # which segment? no matter for the tier
        + "C5,e,retail,2020-01-01,soon,,1\n",  # has it left?
    )
    code, rows, said = run("customers")
    assert code == 3
    assert [(row["tier"], row["stage"], row["ladder_level"]) for row in rows.values()] == [
        ("core_vip", "undetermined", "platinum"),
        ("undetermined", "maturity", "undetermined"),
        ("core_vip", "maturity", "undetermined"),
        ("core_vip", "maturity", "platinum"),
        ("basic", "undetermined", "none"),
    ]
    for place in ("2:13", "3:26", "4:27", "5:6", "6:24"):
        assert f"customers.csv:{place}: CEL001" in said


def test_private_customers_are_core_vip_although_their_assets_are_unreadable(run):
    run.write("customers.csv", CUSTOMERS + "C3,c,private,2020-01-01,,,x\n")
    _, rows, _ = run("customers")
    assert (rows["C3"]["tier"], rows["C3"]["tier_rule"]) == ("core_vip", "TIER-PRIVATE")


def test_an_undetermined_warning_that_can_not_be_high_leaves_the_stage_decided(run):
    run.write("customers.csv", CUSTOMERS + "C1,a,retail,2020-01-01,,,100\n")
    months = [f"C1,2026-{m:02d},{50000 - m}\n" for m in range(4, 10)] + ["C1,2026-10,oops\n"]
    run.write("balances.csv", "customer_id,month,aum\n" + "".join(months))
    run.write("interactions.csv", "interaction_id,customer_id,at,kind\nI1,C1,2026-11-01,inquiry\n")
    _, rows, _ = run("customers")
    assert (rows["C1"]["churn_warning"], rows["C1"]["stage"]) == ("undetermined", "maturity")
    assert rows["C1"]["stage_because"] == "Months since opening 82 months"


def test_a_book_without_customers_is_no_quiet_day(run):
    run.write("complaints.csv", "complaint_id,received_at\nK1,2026-01-01\n")
    code, rows, said = run("customers")
    assert (code, rows) == (3, {})
    assert "BOK001 the book has no customers" in said


def test_an_expected_table_without_a_usable_row_is_no_quiet_day(run):
    run.write("customers.csv", CUSTOMERS + "C1,a,retail,2020-01-01,,,100\n")
    run.write("complaints.csv", "complaint_id,received_at\n,2026-01-01\n").write(
        "relcare.yaml", "expects: [complaints]\n"
    )
    code, rows, said = run("customers")
    assert code == 3
    assert list(rows) == ["C1"]
    assert "ROW006 complaints is expected and has no row that can be used" in said


def test_a_mistaken_mapping_gives_no_list(run):
    run.write("customers.csv", CUSTOMERS + "C1,a,retail,2020-01-01,,,100\n")
    run.write("relcare.yaml", "tables: {customers: {columns: {name: segmnet}}}\n")
    code, rows, said = run("customers")
    assert (code, rows) == (3, {})
    assert "did you mean" in said


def test_a_half_loaded_month_is_told(run):
    run.write("customers.csv", CUSTOMERS + "".join(f"C{n},a,retail,2020-01-01,,,1\n" for n in range(1, 6)))
    rows = [f"C{n},2026-{m:02d},100\n" for n in range(1, 6) for m in (8, 9)] + ["C1,2026-10,100\n"]
    run.write("balances.csv", "customer_id,month,aum\n" + "".join(rows))
    code, _, said = run("customers")
    assert code == 0
    assert "ROW005 warning: 2026-10 has 1 rows, 2026-09 had 5" in said
    run.write("balances.csv", "customer_id,month,aum\n" + "".join([*rows, "C2,2026-10,1\n", "C3,2026-10,1\n"]))
    assert "ROW005" not in run("customers")[2]


def test_two_files_are_enough(run, root):
    shutil.copy(root / "sample_data" / "customers.csv", run.folder)
    shutil.copy(root / "sample_data" / "complaints.yaml", run.folder)
    code = main(["customers", "--book", str(run.folder), "--as-of", "2026-11-20", "-f", "json"])
    said = json.loads(run._capsys.readouterr().out)
    assert code == 0
    tiers = [row["tier"] for row in said["rows"]]
    stages = [row["stage"] for row in said["rows"]]
    assert len(tiers) == 62
    assert tiers.count("undetermined") <= 2
    assert stages.count("undetermined") <= 2
    assert {"core_vip", "growth", "basic"} <= set(tiers)
    assert {"acquisition", "growth", "maturity", "decline"} <= set(stages)
    judged = [
        note for note in said["notes"] if note.startswith(("Not judged", "Not supplied")) or "is taken from" in note
    ]
    assert 2 <= len(judged) <= 3


def test_ten_mistakes_in_a_rule_file_are_ten_placed_errors(run, root, tmp_path):
    rules = tmp_path / "rules"
    shutil.copytree(root / "rules", rules)
    text = (rules / "tier.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("decides: tier", "decides: tier\nchose: x"),
        (
            "cites: 1.1.1\n    from: 2025-01-01\n    when:\n      any:",
            "cites: 9.9.9\n    from: 2025-01-01\n    when:\n      any:",
        ),
        ("- aum_avg_3m: at least vip_floor", "- aum_avg_3: at least vip_floor"),
        ("when: {segment: private}", "when: {segment: privat}"),
        ('is: "6,000,000"', 'is: "6,00,000"'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    text += "".join(
        f"\n  - {{id: X{n}, label: {{en: x, zh: x}}, cites: 1.1.3, from: 2025-01-01, when: {{{test}}}, then: basic}}"
        for n, test in enumerate(
            (
                "aum: includes gold",
                "opened_at: at least 5",
                "aum: at leest 5",
                "name: more than 3",
                "age: within last 3 days",
            )
        )
    )
    (rules / "tier.yaml").write_text(text, encoding="utf-8")
    run.write("customers.csv", CUSTOMERS + "C1,a,private,2020-01-01,,,100\n")
    code, rows, said = run("customers", "--rules", str(rules))
    assert code == 3
    places = [line for line in said.splitlines() if "tier.yaml:" in line]
    assert len(places) >= 10
    assert rows["C1"]["tier"] == "undetermined"  # no mistake in a file puts a customer in the next class
    assert rows["C1"]["stage"] == "maturity"
