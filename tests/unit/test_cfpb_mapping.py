"""The mapping of docs/cfpb.md reads the CFPB's export as it is, in both ways in which its dates are written."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from relcare.files.open_book import open_book
from relcare.files.rows import read_rows
from relcare.files.rulefiles import read_rule_files
from relcare.files.settings import read_settings
from relcare.rulebook.cells import read_cell
from relcare.rulebook.load import load
from relcare.rulebook.values import FactValue, Moment, State

HEADER = (
    "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,"
    "State,ZIP code,Tags,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,"
    "Timely response?,Consumer disputed?,Complaint ID\n"
)
ROWS = (
    '{received},Checking or savings account,Checking account,Managing an account,Fee problem,"They said ""no fee"".\n'
    'Then, a month later,\n\ncame the fee.",,"EXAMPLE BANK, INC.",OH,440XX,Older American,Consent provided,Web,{sent},'
    "Closed with monetary relief,Yes,N/A,9000001\n"
    "{received},Mortgage,FHA mortgage,Trouble during payment process,,,,EXAMPLE TRUST,TX,,,N/A,Referral,{sent},"
    "In progress,Yes,N/A,9000002\n"
    '{received},Credit card or prepaid card,Store credit card,"Fees, interest",Charged too much,,,EXAMPLE CARD,CA,900XX,,'
    "N/A,Postal mail,{sent},Untimely response,No,N/A,9000003\n"
)
ISO = {"received": "2019-09-24", "sent": "2019-10-02"}
US = {"received": "09/24/2019", "sent": "10/02/2019"}


def mapping(root: Path) -> str:
    """The relcare.yaml that the page shows."""
    page = (root / "docs" / "cfpb.md").read_text(encoding="utf-8")
    return page.split("```yaml\n")[1].split("```")[0]


def read(root: Path, folder: Path, dates: dict[str, str], settings: str) -> list[dict[str, FactValue]]:
    """The complaints of a book with an excerpt of the export and these settings."""
    home = folder / "book"
    home.mkdir()
    (home / "complaints-export.csv").write_text(HEADER + ROWS.format(**dates), encoding="utf-8")
    (home / "relcare.yaml").write_text(settings, encoding="utf-8")
    trees, digest, _ = read_rule_files(root / "rules")
    vocabulary = load(trees, digest)[0].vocabulary
    said, problems = read_settings(home, vocabulary)
    assert not problems
    book = open_book(home, vocabulary, said, folder)
    assert not book.problems
    source = book.sources["complaints"]
    return [
        {
            name: read_cell(
                source.table.fields[name],
                text,
                date_format=source.date_format,
                codes=source.codes.get(name),
                zone=said.time_zone,
            )
            for name, text in cells.items()
        }
        for _, cells in read_rows(source)
    ]


@pytest.mark.parametrize(("dates", "added"), [(ISO, ""), (US, "    dates: MM/DD/YYYY\n")], ids=["ISO", "US"])
def test_the_export_is_read_without_preparation(root: Path, tmp_path: Path, dates: dict[str, str], added: str) -> None:
    settings = mapping(root)
    file = "    file: complaints-export.csv\n"
    assert file in settings
    rows = read(root, tmp_path, dates, settings.replace(file, file + added))
    assert [row["complaint_id"].value for row in rows] == ["9000001", "9000002", "9000003"]
    assert {cell.state for row in rows for cell in row.values()} == {State.VALUE, State.ABSENT, State.EMPTY}
    first = rows[0]
    received = first["received_at"].value
    assert isinstance(received, Moment)
    assert (received.at, received.precision) == (datetime(2019, 9, 24), "day")  # noqa: DTZ001
    sent = first["ticket_at"].value
    assert isinstance(sent, Moment)
    assert sent.date == date(2019, 10, 2)
    assert first["narrative"].value == 'They said "no fee".\nThen, a month later,\n\ncame the fee.'
    assert [row["channel"].value for row in rows] == ["web", "regulator", "letter"]
    assert [row["status"].value for row in rows] == ["closed", "investigating", "closed"]
    assert rows[2]["core_conflict"].value == "Fees, interest"
    assert rows[1]["demand"].state is State.EMPTY


def test_us_dates_without_the_setting_are_unreadable(root: Path, tmp_path: Path) -> None:
    rows = read(root, tmp_path, US, mapping(root))
    assert {row["received_at"].state for row in rows} == {State.UNREADABLE}
