"""What a list of what is owed says of itself: which rules were not judged and why, and what it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relcare.engine.needs import silent_column
from relcare.rulebook.obligations import STATUSES
from relcare.rulebook.owed_wording import sentence, status_words
from relcare.runs.notes import fingerprints, reason_words
from relcare.runs.opening import Lazily

if TYPE_CHECKING:
    from relcare.runs.owing import Lists

SILENT = {"en": "Not judged: {rules} ({why}).", "zh": "未判定：{rules}（{why}）。"}
PARTLY = {"en": "Not judged for {count} {subject}: {rules} (it hangs on {facts}, which the book does not supply).",
          "zh": "{count} 个对象未判定：{rules}（取决于数据未提供的 {facts}）。"}  # fmt: skip
EARLIER = {"en": "{} from before {} are counted, not listed.", "zh": "{1} 之前的 {0} 项只计数，不列出。"}
PAST = {"en": "Periods that are over are judged as of their end{}.", "zh": "已结束的周期以其结束时的数据判定{}。"}
PAST_UNDATED = {"en": "; undated, taken as of today: {}", "zh": "；无日期，按当日数据：{}"}
SUSPENDED = {"en": "{} suspended: relcare due --show-suspended.", "zh": "{} 项暂缓：relcare due --show-suspended。"}
UNRECORDED = {"en": "No record of what was done: {rules} ({why}).", "zh": "无完成记录：{rules}（{why}）。"}


def unjudged(found: Lists) -> list[str]:
    """A line for each reason for which rules are silent, or can't tell what was done."""
    language = found.opened.language
    comma = "、" if language == "zh" else ", "
    by_reason: dict[tuple[str, str], dict[str, None]] = {}
    lines = []
    for owed in found.owing.owed.values():
        for rule_id, why in owed.silent.items():
            by_reason.setdefault(("silent", _briefly(why)), {})[rule_id] = None
        for number, parts in owed.unrecorded.items():
            for why in found.owing.records.lacking(owed.rules[number], parts):
                by_reason.setdefault(("unrecorded", _briefly(why)), {})[owed.rules[number].id] = None
    for (kind, why), rules in by_reason.items():
        template = SILENT if kind == "silent" else UNRECORDED
        lines.append(template[language].format(rules=comma.join(rules), why=reason_words(why, language)))
    for owed in found.owing.owed.values():
        for number in owed.muted:
            base = owed.base
            count = found.engine.session.rows(f"SELECT count(*) FROM {base} WHERE {silent_column(number)}")[0][0]
            if count:
                facts = comma.join(found.owing.unsupplied(owed, number)) or "?"
                subject = f"{owed.subject}{'' if count == 1 else 's'}"
                lines.append(
                    PARTLY[language].format(
                        count=f"{count:,}", subject=subject, rules=owed.rules[number].id, facts=facts
                    )
                )
    lines += _past(found, comma)
    earlier = found.owing.before()
    if earlier:
        lines.append(EARLIER[language].format(f"{earlier:,}", found.owing.go_live))
    return lines


def _past(found: Lists, comma: str) -> list[str]:
    """As of when periods are judged that are over, and what is taken as it stands now since nothing dates it."""
    language = found.opened.language
    looking = [owed for owed in found.owing.owed.values() if owed.looked_back]
    undated = dict.fromkeys(label.in_(language) for owed in looking for label in owed.undated)
    if not looking:
        return []
    more = PAST_UNDATED[language].format(comma.join(undated)) if undated else ""
    return [PAST[language].format(more)]


def counted(found: Lists, where: str = "") -> list[str]:
    """How many rows have which status, in the order in which they matter; no line where there is nothing to add up."""
    from relcare.engine import dialect as sql
    from relcare.engine.owed_list import LIST

    language = found.opened.language
    held = [SUSPENDED[language].format(f"{found.listed.suspended:,}")] if found.listed.suspended else []
    if not found.count:
        return held
    condition = f" WHERE {where}" if where else ""
    counts = dict(
        found.engine.session.rows(f"SELECT status, count(*) FROM {sql.name(LIST)}{condition} GROUP BY status")
    )
    told = [
        sentence("count", language).format(f"{counts[s]:,}", status_words(s, language)) for s in STATUSES if s in counts
    ]
    return [*([sentence("counts", language).format(sentence("and", language).join(told))] if told else []), *held]


def _briefly(why: str) -> str:
    """A reason with the file's name alone."""
    path, lacks, rest = why.partition(" has no ")
    return f"{path.replace(chr(92), '/').rpartition('/')[2]}{lacks}{rest}"


def made_from(found: Lists) -> Lazily:
    """What a list was made from; of the calendar its name, until when it is known, and a hash of its days."""

    def calendar() -> dict[str, str]:
        from relcare.runs.calculating import fingerprint

        return fingerprint(found.owing.calendar)

    plain = fingerprints(found.engine, found.opened)
    parts = {key: (lambda key=key: plain[key]) for key in plain}
    return Lazily(parts, calendar=calendar)
