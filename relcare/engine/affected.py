"""Who is affected: two editions of the same lists, compared row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.session import Session

UNDETERMINED = "undetermined"


class Listing(NamedTuple):
    """A list in two editions: CSV files with the same columns, whose `key` columns name a row."""

    name: str
    before: Path
    after: Path
    key: tuple[str, ...]


class Affected:
    """Compares listings. It may read their files and nothing else."""

    def __init__(self, listings: Iterable[Listing], spill: Path, memory_limit: str = "") -> None:
        self.listings = {listing.name: listing for listing in listings}
        files = [path for listing in self.listings.values() for path in (listing.before, listing.after)]
        self.session = Session(files, spill, memory_limit)
        for listing in self.listings.values():
            for edition, path in (("before", listing.before), ("after", listing.after)):
                read = f"read_csv({sql.text(str(path))}, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
                self.session.run(f"CREATE TEMP TABLE {sql.name(f'{listing.name} {edition}')} AS SELECT * FROM {read}")

    def close(self) -> None:
        """Give the memory back."""
        self.session.close()

    def moves(
        self, name: str, decision: str, assets: str, editions: Collection[str] = ("before", "after")
    ) -> list[tuple[Any, ...]]:
        """The migration matrix of a decision: class before, class after, how many, their assets, the first of them, why.

        `assets` is a column of amounts, "" for none; an amount that is not known counts for nothing. `why` is the rule that
        decides afterwards and the facts that it names, of the subject named. What is undetermined on either side
        comes last. A subject of one edition alone is in the class "" of the other, and all are where only the other of `editions` has
        the decision.
        """
        listing, column = self.listings[name], sql.name(decision)
        key = sql.name(listing.key[0])
        money = f"CAST(sum(TRY_CAST(n.{sql.name(assets)} AS DECIMAL(30,2))) AS VARCHAR)" if assets else "''"
        was, now = (
            f"coalesce({row}.{column}, '')" if edition in editions else "''"
            for row, edition in (("o", "before"), ("n", "after"))
        )
        after = "after" in editions
        why = (
            "''"
            if not after
            else f"arg_min(concat_ws(': ', n.{sql.name(f'{decision}_rule')}, n.{sql.name(f'{decision}_because')}), {key})"
        )
        cells = self.session.rows(
            f"-- a row is one cell of the migration matrix of {decision}\n"
            f"SELECT {was}, {now}, count(*), coalesce({money}, ''), min({key}), {why}\n"
            f"FROM {sql.name(f'{name} before')} AS o FULL JOIN {sql.name(f'{name} after')} AS n USING ({key})\n"
            "GROUP BY 1, 2"
        )
        return sorted(cells, key=lambda cell: (UNDETERMINED in cell[:2], cell[0] == cell[1], cell[0], cell[1]))

    def owed(self, name: str) -> list[tuple[Any, ...]]:
        """What is owed under one edition alone, or by another deadline: rule, what, how many, the first, before, after.

        `what`: `gained`, `lost`, `earlier`, `later`, `status` where the deadline is the same, or `undetermined` where it is that in one
        edition only.
        """
        self._pair(name)
        what = (
            "CASE WHEN o.rule_id IS NULL THEN 'gained' WHEN n.rule_id IS NULL THEN 'lost' "
            f"WHEN (o.status = '{UNDETERMINED}') <> (n.status = '{UNDETERMINED}') THEN '{UNDETERMINED}' WHEN n.due_at < o.due_at THEN 'earlier' "
            "WHEN n.due_at > o.due_at THEN 'later' ELSE 'status' END"
        )
        return self.session.rows(
            "-- a row is one rule and what becomes of its occurrences\n"
            f"SELECT coalesce(n.rule_id, o.rule_id) AS rule, {what} AS what, count(*), "
            "min(concat(coalesce(n.subject, o.subject), ' ', coalesce(n.subject_id, o.subject_id))), "
            f"{_first('o')}, {_first('n')}, arg_min(coalesce(n.clause, o.clause), coalesce(n.subject_id, o.subject_id))\n"
            f"FROM {sql.name(f'{name} before paired')} AS o FULL JOIN {sql.name(f'{name} after paired')} AS n USING (pair)\n"
            "WHERE o.due_at IS DISTINCT FROM n.due_at OR o.status IS DISTINCT FROM n.status OR o.rule_id IS DISTINCT FROM n.rule_id\n"
            "GROUP BY ALL ORDER BY rule, what"
        )

    def _pair(self, name: str) -> None:
        """Give the same `pair` to the two rows of one occurrence.

        It is the same that opens at the same moment; of those without such a twin, the first of a rule and subject is the
        first, and so on: a clock that starts at the end of another moves with it.
        """
        listing = self.listings[name]
        *whose, opens = (sql.name(key) for key in listing.key)
        whole, of_whom = ", ".join([*whose, opens]), ", ".join(whose)
        for edition, other in (("before", "after"), ("after", "before")):
            twin = f"SELECT {whole} FROM {sql.name(f'{name} {other}')}"
            self.session.run(
                f"CREATE TEMP TABLE {sql.name(f'{name} {edition} paired')} AS\nSELECT *, concat_ws(chr(31), {of_whom}, CASE WHEN twin THEN {opens} "
                f"ELSE CAST(row_number() OVER (PARTITION BY {of_whom}, twin ORDER BY {opens}, due_at) AS VARCHAR) END) AS pair\n"
                f"FROM (SELECT *, ({whole}) IN ({twin}) AS twin FROM {sql.name(f'{name} {edition}')})"
            )

    def workload(self, name: str) -> list[tuple[Any, ...]]:
        """Per owner and month of `act_by` the open things to do before and after, where the two differ."""
        counted = " FULL JOIN ".join(
            f"(SELECT coalesce(owner, '') AS owner, coalesce(act_by[1:7], '') AS month, count(*) AS {edition} FROM {sql.name(f'{name} {edition}')} GROUP BY ALL)"
            for edition in ("before", "after")
        )
        return self.session.rows(
            f"SELECT owner, month, coalesce(before, 0), coalesce(after, 0)\nFROM {counted} USING (owner, month)\n"
            "WHERE before IS DISTINCT FROM after ORDER BY owner, month"
        )


def _first(edition: str) -> str:
    """Deadline and status in one edition, of the first subject by id."""
    told = f"concat_ws(' ', {edition}.due_at, {edition}.status)"
    return f"arg_min({told}, concat(coalesce(n.subject, o.subject), ' ', coalesce(n.subject_id, o.subject_id)))"
