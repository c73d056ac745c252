"""The reason of each row of a list of what is owed, as SQL: what it counts from, what is missing, what stands against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relcare.engine import dialect as sql
from relcare.engine.days import moved
from relcare.rulebook.conditions import TIME_UNITS
from relcare.rulebook.obligations import LATE, Obligation, Point, parts_of
from relcare.rulebook.owed_wording import events_label, joint, pieces_words, sentence, span_text
from relcare.rulebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from relcare.engine.owed import Owing

DAY = "strftime({}, '%Y-%m-%d')"


def because(owing: Owing, vocabulary: Vocabulary, language: str) -> str:
    """The sentence of a row: by its rule, then by its status."""
    begins: dict[str, list[int]] = {}
    missing: dict[str, list[int]] = {}
    causes: dict[str, list[int]] = {}
    held: dict[str, list[int]] = {}
    lost: dict[str, list[int]] = {}
    for owed in owing.owed.values():
        for number, rule in owed.rules.items():
            begins.setdefault(_begins(rule, vocabulary, language), []).append(number)
            missing.setdefault(_missing(rule, vocabulary, language), []).append(number)
            if rule.ceases:
                cases = " ".join(
                    f"WHEN {i} THEN {sql.text(cause.label.in_(language))}" for i, cause in enumerate(rule.ceases)
                )
                causes.setdefault(f"CASE cause {cases} END", []).append(number)
            if rule.suspends:
                cases = " ".join(
                    f"WHEN {i} THEN {sql.text(c.label.in_(language))}" for i, c in enumerate(rule.suspends)
                )
                held.setdefault(f"CASE held {cases} END", []).append(number)
            pieces = pieces_words(rule, vocabulary, language)
            gone = joint(rule.done, language).join(pieces[i] for i in sorted(owed.unrecorded[number]))
            if gone:
                lost.setdefault(sql.text(sentence("no record", language).format(gone)), []).append(number)
    anew = _anew(owing, language)
    told = [
        f"CASE status WHEN 'suspended' THEN {_around(sentence('suspended', language), _case(held))} END"
        if held
        else "NULL",
        f"CASE WHEN restarted THEN {anew} ELSE {_case(begins)} END" if anew else _case(begins),
        _extended(owing, vocabulary, language),
        f"CASE WHEN done IS NULL AND status <> 'no record' THEN {_case(missing)} END",
        *_stand(_case(causes), _case(lost), language),
    ]
    wants = _around(sentence("wants", language), "wants")
    return f"CASE WHEN together IS NOT NULL THEN {wants} ELSE concat_ws({sql.text(sentence('joint', language))}, {', '.join(told)}) END"


def _anew(owing: Owing, language: str) -> str:
    """From what a clock counts anew; "" where none does."""
    told: dict[str, list[int]] = {}
    for owed in owing.owed.values():
        for number, rule in owed.rules.items():
            if rule.restarts:
                day = f"CASE WHEN start_until > start + INTERVAL 86398 SECONDS THEN {DAY.format('start')} ELSE strftime(start, '%Y-%m-%d %H:%M') END"
                span = sql.text(span_text(rule.due.span, language))
                told.setdefault(_filled("restarted", language, day, span), []).append(number)
    return _case(told) if told else ""


def _extended(owing: Owing, vocabulary: Vocabulary, language: str) -> str:
    """What is on record of an extension: to how long, or what it lacks."""
    rules = {n: r for owed in owing.owed.values() for n, r in owed.rules.items() if r.extends is not None}
    told: dict[str, list[int]] = {}
    for number, rule in rules.items():
        needs = rule.extends.needs if rule.extends is not None else ()
        labels = {name: events_label(rule, name, vocabulary, language) for name in needs}
        labels[LATE] = sentence("extension late", language)
        parts = ", ".join(
            f"CASE WHEN list_contains(lacks, {sql.text(name)}) THEN {sql.text(label)} END"
            for name, label in labels.items()
        )
        listed, day = f"concat_ws({sql.text(sentence('and', language))}, {parts})", DAY.format("extended_on")
        span = sql.text(span_text(rule.extends.to, language) if rule.extends is not None else "")
        granted = _filled("extended", language, day, span)
        lacking = _filled("extension lacks", language, day, listed)
        case = f"CASE WHEN len(lacks) = 0 THEN {granted} WHEN extended_on IS NOT NULL THEN {lacking} END"
        told.setdefault(case, []).append(number)
    return _case(told)


def _stand(causes: str, lost: str, language: str) -> list[str]:
    """What the status adds."""
    date_only = sql.text(sentence("date only", language))
    overtaken = sql.text(sentence("next round", language))
    ceased = f"CASE WHEN cause IS NULL THEN {overtaken} ELSE {_around(sentence('ceased', language), causes)} END"
    waived = sentence("waived", language).split("{}")
    by = f"concat({sql.text(waived[0])}, coalesce(waived_by, '?'), {sql.text(waived[1])}, strftime(waived_at, '%Y-%m-%d'), {sql.text(waived[2])}, coalesce(waived_why, '?'))"
    done = _around(sentence("done", language), "strftime(done, '%Y-%m-%d %H:%M')")
    stands = (
        f"CASE status WHEN 'ceased' THEN {ceased} WHEN 'waived' THEN {by} WHEN 'no record' THEN {lost} "
        f"WHEN 'undetermined' THEN {date_only} END"
    )
    return [f"CASE WHEN done IS NOT NULL THEN {done} END", stands]


def _around(template: str, expression: str) -> str:
    before, _, after = template.partition("{}")
    return f"concat({sql.text(before)}, {expression}, {sql.text(after)})"


def _case(texts: dict[str, list[int]]) -> str:
    """A CASE over the rules' numbers; what most of them share stands last."""
    if not texts:
        return "CAST(NULL AS VARCHAR)"
    cases = " ".join(f"WHEN rule IN ({', '.join(map(str, numbers))}) THEN {text}" for text, numbers in texts.items())
    return f"CASE {cases} END"


def _label(rule: Obligation, name: str, vocabulary: Vocabulary, language: str) -> str:
    fact = vocabulary.fact(rule.subject, name)
    return fact.label.in_(language) if fact is not None else name


def _begins(rule: Obligation, vocabulary: Vocabulary, language: str) -> str:
    """What the deadline is counted from."""
    start, due = rule.starts, rule.due
    span = span_text(due.span, language)
    elapsed = due.span is not None and due.span.unit in TIME_UNITS
    start_type = vocabulary.fact(rule.subject, start.fact) if start.fact else None
    precise = start_type is not None and start_type.type == "moment"
    form = (
        "%Y-%m-%d %H:%M:%S"
        if due.span is not None and due.span.unit == "seconds"
        else "%Y-%m-%d %H:%M"
        if precise or (elapsed and start_type is None)
        else "%Y-%m-%d"
    )
    shown = f"strftime(start, '{form}')"
    if precise:  # a moment of which only the date is known
        shown = f"CASE WHEN start_until > start + INTERVAL 86398 SECONDS THEN {DAY.format('start')} ELSE {shown} END"
    if start.rule:  # the end of a day is that day
        shown = f"CASE WHEN start = CAST(start AS DATE) + INTERVAL 86399999999 MICROSECONDS THEN {DAY.format('start')} ELSE {shown} END"
    if rule.every is not None and rule.every.on:
        return _filled(
            "anniversary",
            language,
            DAY.format("start"),
            sql.text(_label(rule, rule.every.on, vocabulary, language)),
            sql.text(span),
        )
    if rule.every is not None and rule.every.festivals is not None:
        return _filled("period", language, DAY.format("opens"))
    if rule.every is not None:
        return _filled("period", language, DAY.format("opens"))
    if start.kind == "ahead":
        label = sql.text(_label(rule, due.fact, vocabulary, language))
        if due.span is None:
            return _filled("on", language, label, DAY.format("due"))
        return _filled("before" if due.before else "after date", language, sql.text(span), label, _anchor(due))
    if start.rule:
        ended = _filled("end of", language, sql.text(start.rule), shown, sql.text(span))
        ended = f"concat({ended}, CASE WHEN assumed THEN {sql.text(sentence('assumed', language))} ELSE '' END)"
        if not start.fact:
            return ended
        plain = _filled(
            "after", language, sql.text(_label(rule, start.fact, vocabulary, language)), shown, sql.text(span)
        )
        return f"CASE WHEN assumed THEN {ended} ELSE {plain} END"
    return _filled("after", language, sql.text(_label(rule, start.fact, vocabulary, language)), shown, sql.text(span))


def _anchor(due: Point) -> str:
    """The date that a deadline is counted from, worked out from the deadline; "" where months make that ambiguous."""
    if due.span is None or due.span.unit not in ("days", "weeks"):
        return "''"
    return DAY.format(moved("CAST(due AS DATE)", due.span, back=not due.before))


def _filled(key: str, language: str, *values: str) -> str:
    """A template with expressions in its places."""
    template = sentence(key, language)
    pieces: list[str] = []
    at = 0
    while template:
        before, brace, rest = template.partition("{")
        if before:
            pieces.append(sql.text(before))
        if not brace:
            break
        number, _, template = rest.partition("}")
        pieces.append(values[int(number) if number else at])
        at += 1
    return f"concat({', '.join(pieces)})"


def _missing(rule: Obligation, vocabulary: Vocabulary, language: str) -> str:
    """The pieces of evidence that are not there."""
    pieces = pieces_words(rule, vocabulary, language)
    cases = ", ".join(f"CASE WHEN NOT has{i} THEN {sql.text(piece)} END" for i, piece in enumerate(pieces))
    listed = f"concat_ws({sql.text(joint(rule.done, language))}, {cases})" if len(parts_of(rule.done)) > 1 else cases
    before, _, after = sentence("missing", language).partition("{}")
    return f"concat({sql.text(before)}, {listed}, {sql.text(after)})"
