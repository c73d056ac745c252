"""How often `reply check` is right on the labelled drafts in `benchmarks/replies`: precision and recall, by language and rule.

`python -m benchmarks.reply` prints them for the drafts that the wordlists were made with and, apart, for those held out;
`--wrong` lists every wrong verdict of the first, `--all` also those of the others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.phrases import Wording
from relcare.rulebook.replies import findings, language_of
from relcare.runs.opening import read_rulebook

ROOT = Path(__file__).parent
DAY = date(2026, 11, 20)
EVERY = 3  # of so many drafts the last is held out


class Labelled(NamedTuple):
    """A draft with the ids of the rules that it breaks."""

    name: str
    language: str
    held_out: bool
    text: str
    expect: frozenset[str]


class Verdict(NamedTuple):
    """What the check says of a draft."""

    draft: Labelled
    found: frozenset[str]
    language: str  # as it was found out


class Score(NamedTuple):
    """Right findings, false ones and missed ones."""

    right: int
    false: int
    missed: int

    @property
    def precision(self) -> str:
        """`95 %` of what is found is right; `–` where nothing is found."""
        return _share(self.right, self.right + self.false)

    @property
    def recall(self) -> str:
        """`90 %` of what is there is found; `–` where nothing is there."""
        return _share(self.right, self.right + self.missed)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def labelled() -> list[Labelled]:
    """All drafts, in the order of the files."""
    drafts = []
    for language in ("en", "zh"):
        path = ROOT / "replies" / f"{language}.yaml"
        documents, problems = read_documents(path.read_bytes(), str(path))
        if problems:
            raise ValueError("; ".join(map(str, problems)))
        items = [item for listed in documents if isinstance(listed, Sequence) for item in listed.items]
        for number, item in enumerate(items, 1):
            text, codes = _draft(item)
            drafts.append(Labelled(f"{language}-{number:02}", language, number % EVERY == 0, text, codes))
    return drafts


def _draft(item: Node) -> tuple[str, frozenset[str]]:
    text, expect = (item.get("text"), item.get("expect")) if isinstance(item, Mapping) else (None, None)
    if not isinstance(text, Scalar) or not isinstance(expect, Sequence):
        raise TypeError(f"{item.place}: a draft is {{expect: [rules], text: …}}")
    return text.text, frozenset(code.text for code in expect.items if isinstance(code, Scalar))


def verdicts(drafts: Iterable[Labelled], wordings: tuple[Wording, ...]) -> Iterator[Verdict]:
    """The check of each draft in the language that is found out for it."""
    for draft in drafts:
        language = language_of(draft.text)
        found = frozenset(one.wording.id for one in findings(draft.text, wordings, language, DAY))
        yield Verdict(draft, found, language)


def score(found: Iterable[Verdict], rule: str = "") -> Score:
    """The counts over these verdicts, of one rule or of all."""
    right = false = missed = 0
    for verdict in found:
        said, meant = verdict.found, verdict.draft.expect
        if rule:
            said, meant = said & {rule}, meant & {rule}
        right += len(said & meant)
        false += len(said - meant)
        missed += len(meant - said)
    return Score(right, false, missed)


def lines(found: list[Verdict]) -> Iterator[str]:
    """The tables of docs/replies.md."""
    rules = sorted({rule for verdict in found for rule in verdict.draft.expect | verdict.found})
    for held_out in (False, True):
        chosen = [verdict for verdict in found if verdict.draft.held_out == held_out]
        yield f"| {'held out' if held_out else 'made with'} | en: drafts | precision | recall | zh: drafts | precision | recall |"
        yield "|---|---:|---:|---:|---:|---:|---:|"
        for rule in ("", *rules):
            cells = [f"`{rule}`" if rule else "all"]
            for language in ("en", "zh"):
                own = [verdict for verdict in chosen if verdict.draft.language == language]
                counts = score(own, rule)
                with_it = sum(rule in verdict.draft.expect for verdict in own) if rule else len(own)
                cells += [str(with_it), counts.precision, counts.recall]
            yield f"| {' | '.join(cells)} |"
        yield ""


def wrong(found: Iterable[Verdict]) -> Iterator[str]:
    """A line for each wrong verdict."""
    for verdict in found:
        false, missed = verdict.found - verdict.draft.expect, verdict.draft.expect - verdict.found
        if false or missed:
            told = [f"false {', '.join(sorted(false))}"] * bool(false) + [f"missed {', '.join(sorted(missed))}"] * bool(
                missed
            )
            yield f"- {verdict.draft.name}: {'; '.join(told)}"


def measured() -> list[Verdict]:
    """The verdicts of the shipped rulebook on all drafts."""
    rulebook, problems = read_rulebook(ROOT.parent / "rules")
    if problems:
        raise ValueError("; ".join(map(str, problems)))
    return list(verdicts(labelled(), rulebook.wordings))


def main(arguments: list[str]) -> None:
    """Print the tables, and what was asked for."""
    found = measured()
    print("\n".join(lines(found)))
    if arguments:
        print("\n".join(wrong(v for v in found if "--all" in arguments or not v.draft.held_out)))


if __name__ == "__main__":
    main(sys.argv[1:])
