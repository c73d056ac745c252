"""The JSON Schema of rule files: the keys that the decoders know, in both languages, with the words of one rulebook.

Each kind of mapping is a definition under the name by which the decoders tell of it. The schema completes and catches
slips while somebody types; what a text means is judged by the decoders alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from relcare.rulebook import decode_calendars as calendars
from relcare.rulebook import decode_controls as controls
from relcare.rulebook import decode_decisions as decisions
from relcare.rulebook import decode_evidence as evidence
from relcare.rulebook import decode_extends, decode_levels, decode_rules, keys, limits, load
from relcare.rulebook import decode_hours as hours
from relcare.rulebook import decode_measures as measures
from relcare.rulebook import decode_obligations as obligations
from relcare.rulebook import decode_order as order
from relcare.rulebook import decode_phrases as phrases
from relcare.rulebook import decode_regimes as regimes
from relcare.rulebook import decode_vocabulary as tables
from relcare.rulebook.controls import SEVERITIES
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.decode_where import labelled_fields
from relcare.rulebook.operands import Typed
from relcare.rulebook.ordering import SORTABLE
from relcare.rulebook.owed_wording import STATUSES
from relcare.rulebook.reader import CORRECTION_KEYS
from relcare.rulebook.schema_texts import (
    DAY,
    LABEL,
    NUMBER,
    SCALAR,
    TEXT,
    Schema,
    any_of,
    choice,
    code_words,
    kind_of,
    names_of,
    one_or_more,
    pattern_of,
    test_schema,
    written,
)
from relcare.rulebook.vocabulary import NUMERIC, TEMPORAL, TYPES, Table
from relcare.rulebook.words import DONE, EVERY, GIVES, KNOWN_WITH, LAPSES, LEVELS, MEASURES, POINTS, WARNS, ZH_PERIODS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SHORT = 90  # characters of a schema that is written out where it stands
MOMENTS = frozenset({"date", "moment"})


def schema_of(rulebook: Rulebook) -> dict[str, Any]:
    """The schema of the files of a rulebook."""
    return _Schema(rulebook).whole()


class _Schema:
    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._defs: dict[str, Schema] = {}
        self._named: dict[str, str] = {}  # of long schemas, as text
        self._subjects = {
            subject: [subject, *([table.label.zh] if (table := rulebook.vocabulary.table_of(subject)) else [])]
            for subject in rulebook.vocabulary.facts
        }
        clauses = list(rulebook.vocabulary.clauses)
        self._cites = one_or_more(any_of(choice(clauses), {"type": "number"})) if clauses else one_or_more(SCALAR)

    def whole(self) -> dict[str, Any]:
        """The schema of a document of any kind."""
        kinds = {
            "norm": self._norm(), "table": self._table(), "limits": self._limits(), "calendar": self._calendar(),
            "order": self._order(), "regime": self._regime(),
        }  # fmt: skip
        cases = [_case("kind", written([kind], keys.KIND_WORDS), {"$ref": ref}) for kind, ref in kinds.items()]
        about = {
            "facts": self._facts,
            "decision": self._decision,
            "obligation": self._obligation,
            "control": self._control,
        }
        for kind, make in about.items():
            inner = [_case("for", names, {"$ref": make(subject)}) for subject, names in self._subjects.items()]
            named = {"properties": _both("for", choice([n for names in self._subjects.values() for n in names]))}
            cases.append(_case("kind", written([kind], keys.KIND_WORDS), {**named, "allOf": inner}))
        cases.append(_case("kind", written(["phrase"], keys.KIND_WORDS), self._phrases()))
        return {
            "$schema": DRAFT,
            "title": "relcare rule file",
            "type": "object",
            "properties": _both("kind", choice(written(load.KINDS, keys.KIND_WORDS))),
            "oneOf": [{"required": [key]} for key in written(["kind"], keys.KEYS)],
            "allOf": cases,
            "$defs": self._defs,
        }

    def _mapping(self, name: str, known: Collection[str], /, **values: Schema) -> str:
        """Define a mapping of these keys; a key without a schema of its own takes any value. Its reference."""
        given = {key.replace("_", " "): value for key, value in values.items()}
        unknown = given.keys() - set(known)
        assert not unknown, (name, unknown)  # noqa: S101  # a key that the decoder does not know
        properties: dict[str, Schema] = {}
        for key in known:
            properties |= _both(key, self._shared(f"{key} of {name}", given.get(key, {})))
        self._defs[name] = {"type": "object", "properties": properties, "additionalProperties": False}
        return str(_reference(name)["$ref"])

    def _shared(self, name: str, schema: Schema) -> Schema:
        """The schema, as a definition where it is long; the same one is defined once."""
        text = repr(schema)
        if len(text) < SHORT:
            return schema
        if text not in self._named:
            self._named[text] = name
            self._defs[name] = schema
        return _reference(self._named[text])

    def _ref(self, name: str, known: Collection[str], /, **values: Schema) -> Schema:
        return {"$ref": self._mapping(name, known, **values)}

    def _norm(self) -> str:
        dated: dict[str, Schema] = {"edition": LABEL, "from": DAY, "until": DAY}
        clause = self._ref("a clause", tables.CLAUSE_KEYS, label=LABEL, text=LABEL, house_practice=LABEL, **dated)
        house = choice([*written(keys.YES_NO_WORDS, keys.YES_NO_WORDS), True, False])
        return self._mapping(
            "a norm", tables.NORM_KEYS, norm=LABEL, clauses=_each(clause), house_practice=house, **dated
        )

    def _table(self) -> str:
        names = [name for table in self._rulebook.vocabulary.tables.values() for name in table.fields]
        field = any_of(choice(names), TEXT)
        bound = any_of({"type": "number"}, choice(written(["none"], keys.NO_BOUND_WORDS)))
        each = self._ref(
            "a field", tables.FIELD_KEYS, type=choice(written(TYPES, keys.TYPE_WORDS)), label=LABEL,
            headers=one_or_more(SCALAR), unit=TEXT, codes={"type": ["object", "array"]},
            range={"type": "array", "items": bound, "minItems": 2, "maxItems": 2}, empty=self._empty(),
            time=any_of(choice(written(tables.TIMES, keys.TIME_WORDS)), pattern_of(KNOWN_WITH)),
            refers=choice(self._subjects) if self._subjects else TEXT, if_not_supplied=TEXT,
        )  # fmt: skip
        condition = {"type": "object"}
        return self._mapping(
            "a table", tables.TABLE_KEYS, table=TEXT, label=LABEL, subject=TEXT, key=one_or_more(field), dated_by=field,
            if_not_supplied=TEXT,
            fields=_each(each),
            evidence=self._ref("`evidence`", evidence.EVIDENCE_KEYS, **{"as": TEXT, "counts when": condition}),
            pauses=self._ref("`pauses`", evidence.PAUSES_KEYS), waives=self._ref("`waives`", evidence.WAIVES_KEYS),
            corrects=self._correction(),
        )  # fmt: skip

    def _empty(self) -> Schema:
        return choice(written(tables.EMPTY_MEANS, keys.EMPTY_WORDS))

    def _periods(self) -> Schema:
        period = self._ref(
            "a limit's period",
            limits.PERIOD_KEYS,
            **{"from": DAY},
            until=DAY,
            cites=self._cites,
            corrects=self._correction(),
        )
        return _each(any_of(period, {"type": "array", "items": period, "minItems": 1}))

    def _limits(self) -> str:
        return self._mapping("a document of limits", load.LIMITS_KEYS, limits=self._periods())

    def _calendar(self) -> str:
        days = one_or_more(TEXT)
        holiday = self._ref(
            "a holiday", calendars.HOLIDAY_KEYS, name=LABEL, announced=DAY, closed=days, open=days,
            other_hours={"type": "object"},
        )  # fmt: skip
        festival = self._ref("a festival", calendars.FESTIVAL_KEYS, name=LABEL, days=one_or_more(DAY))
        return self._mapping(
            "a calendar", calendars.KEYS, calendar=TEXT,
            week=one_or_more(choice(written(hours.DAYS_OF_WEEK, keys.WEEK_WORDS))),
            known=self._ref("`known`", calendars.KNOWN_KEYS, **{"from": DAY}, to=DAY), closed_every_year=days,
            closes=SCALAR, base=TEXT, time_zone=TEXT, hours=any_of(one_or_more(TEXT), {"type": "object"}), **{
                "make-up days": choice([*written(keys.YES_NO_WORDS, keys.YES_NO_WORDS), True, False])
            }, holidays={"type": "array", "items": holiday}, festivals=_each(festival),
        )  # fmt: skip

    def _order(self) -> str:
        column = any_of(choice(SORTABLE), TEXT, {"type": "object"})
        period = self._ref(
            "an order's period", order.PERIOD_KEYS, **{"from": DAY}, by=one_or_more(column), cites=self._cites
        )
        return self._mapping("an order", order.ORDER_KEYS, orders={"type": "array", "items": period})

    def _regime(self) -> str:
        house = choice([*written(keys.YES_NO_WORDS, keys.YES_NO_WORDS), True, False])
        regime = self._ref("a regime", regimes.REGIME_KEYS, label=LABEL, supervisor=house)
        step = self._ref("a step", regimes.STEP_KEYS, label=LABEL)
        return self._mapping("a register of regimes", regimes.REGISTER_KEYS, regimes=_each(regime), steps=_each(step))

    def _approval(self) -> Schema:
        return self._ref("an approval", decode_rules.APPROVAL_KEYS, by=SCALAR, on=DAY, document=SCALAR)

    def _correction(self) -> Schema:
        return self._ref("a correction", CORRECTION_KEYS, reason=SCALAR, by=SCALAR, on=DAY, document=SCALAR)

    def _condition(self, subject: str) -> Schema:
        """A condition on the facts of a subject, nested."""
        name = f"a condition of {subject}"
        ref = _reference(name)
        if name not in self._defs:
            named = names_of(self._rulebook, subject)
            nested = any_of(ref, {"type": "array", "items": ref, "minItems": 1})
            tests = {word: self._test(subject, fact, named) for word, fact in named.items()}
            words = dict.fromkeys(written(decode_rules.CONDITION_KEYS, keys.KEYS), nested)
            self._defs[name] = {
                "type": "object", "properties": tests | words, "additionalProperties": False, "minProperties": 1,
            }  # fmt: skip
        return ref

    def _test(self, subject: str, fact: Typed, named: dict[str, Typed]) -> Schema:
        """The tests of a fact, those of facts of one kind once."""
        kind = kind_of(fact)
        name = f"a test of {subject} {kind}"
        if name not in self._defs:
            alike = [
                word for word, other in named.items() if kind_of(other) == kind and other.type in NUMERIC | TEMPORAL
            ]
            self._defs[name] = test_schema(fact, self._rulebook, alike)
        return _reference(name)

    def _examples(self, subject: str, gives: Schema) -> Schema:
        cell = self._shared("a cell", any_of(SCALAR, {"type": "array", "items": SCALAR}, {"type": "null"}))
        properties = dict.fromkeys(names_of(self._rulebook, subject), cell)
        for table in self._rulebook.vocabulary.tables.values():
            rows = self._shared(f"rows of {table.name} in an example", self._rows(table))
            properties |= {name: any_of(rows, cell) for name in (table.name, table.label.zh)}
        properties |= _both("as of", any_of(DAY, SCALAR)) | _both("gives", gives)
        example = {"type": "object", "properties": properties, "additionalProperties": False}
        return {"type": "array", "items": example}

    def _rows(self, table: Table) -> Schema:
        """Rows of a table in an example, their fields by key, Chinese label or Chinese header."""
        names = {name for each in labelled_fields(table) for name in (each.key, each.zh, *each.also)}
        row = {"type": "object", "properties": dict.fromkeys(sorted(names), SCALAR), "additionalProperties": False}
        return {"type": "array", "items": row}

    def _facts(self, subject: str) -> str:
        fields = self._rulebook.vocabulary.table_of(subject)
        own = [
            name for name, fact in names_of(self._rulebook, subject).items() if fields and fact.name in fields.fields
        ]
        fact = self._ref(
            f"a fact of {subject}", measures.FACT_KEYS, label=LABEL, empty=self._empty(), unit=TEXT, instead=choice(own),
            range={"type": "array"}, corrects=self._correction(), **{"is": pattern_of(MEASURES, tail="(，.+)?")},
        )  # fmt: skip
        return self._mapping(f"a document of facts of {subject}", measures.DOCUMENT_KEYS, facts=_each(fact))

    def _no(self) -> Schema:
        return choice([*written(["no"], keys.NO_WORDS), False])

    def _decision(self, subject: str) -> str:
        condition, days = self._condition(subject), any_of(choice(names_of(self._rulebook, subject, MOMENTS)), TEXT)
        rule = self._ref(
            f"a rule of a decision of {subject}", decisions.RULE_KEYS, id=SCALAR, label=LABEL, cites=self._cites, until=DAY,
            when=condition, then=SCALAR, otherwise=SCALAR, if_missing=self._no(), if_not_supplied=self._no(),
            examples=self._examples(subject, SCALAR), corrects=self._correction(), **{"from": DAY},
        )  # fmt: skip
        return self._mapping(
            f"a decision of {subject}", decisions.DECISION_KEYS, decides=TEXT, label=LABEL, dated_by=days,
            choose=choice(written(decisions.CHOICES, keys.CHOICE_WORDS)), approved=self._approval(),
            outcomes={"type": ["object", "array"]}, limits=self._periods(), rules={"type": "array", "items": rule},
        )  # fmt: skip

    def _obligation(self, subject: str) -> str:
        condition = self._condition(subject)
        days = list(names_of(self._rulebook, subject, MOMENTS))
        dates = list(names_of(self._rulebook, subject, TEMPORAL))
        ends = [rule.id for rule in self._rulebook.obligations if rule.subject == subject]
        starts = [*dates, *(f"end of {rule}" for rule in ends), *(f"{rule}结束时" for rule in ends)]
        known = self._rulebook.calendars
        coded = names_of(self._rulebook, subject, frozenset(("code",)))
        names_calendars = [n for n, fact in coded.items() if fact.codes and {c.key for c in fact.codes} <= known.keys()]
        span = {"type": "string", "pattern": "^.*[0-9一二两三四五六七八九十].*$"}
        point = pattern_of(POINTS)
        cause = self._ref(f"what ends obligations of {subject}", obligations.CAUSE_KEYS, label=LABEL, when=condition)
        gives = any_of(choice(written([*STATUSES, "nothing"], STATUSES | keys.NOTHING_WORDS)), pattern_of(GIVES[:1]))
        level = self._ref(
            "a level", decode_levels.LEVEL_KEYS, at=pattern_of(LEVELS[:3], "[1-9][0-9]? ?%"), tell=self._roles()
        )
        regime = choice(self._rulebook.regimes) if self._rulebook.regimes else TEXT
        step = choice(self._rulebook.steps) if self._rulebook.steps else TEXT
        extends = self._ref("`extends`", decode_extends.EXTENDS_KEYS, to=span, event=TEXT, needs=one_or_more(TEXT))
        rule = self._ref(
            f"a rule of an obligation of {subject}", obligations.RULE_KEYS, id=SCALAR, label=LABEL, cites=self._cites,
            until=DAY, when=condition, judged=choice(written(["at start"], keys.JUDGED_WORDS)), if_missing=self._no(),
            if_not_supplied=self._no(), starts=any_of(choice(starts), TEXT), within=span, every=self._every(days), due=point,
            once_per=any_of(choice(days), TEXT), opens=point, rolls=choice(written(["next open day"], keys.ROLL_WORDS)),
            ceases_when={"type": "array", "items": cause}, warns=any_of(pattern_of(WARNS), {"type": "array", "items": level, "minItems": 1}), pauses=one_or_more(any_of(choice(self._pauses()), TEXT)), extends=extends,
            restarts=one_or_more(any_of(choice(self._pauses()), TEXT)), lapses=pattern_of(LAPSES),
            suspended_while={"type": "array", "items": cause},
            done_when=self._done(subject, days), by=self._roles(), channel=any_of(choice(self._channels()), TEXT),
            calendar=choice([*known, *names_calendars]) if known else TEXT,
            examples=self._examples(subject, gives), corrects=self._correction(), regime=regime, step=step,
            **{"from": DAY},
        )  # fmt: skip
        return self._mapping(
            f"a document of obligations of {subject}", obligations.OBLIGATION_KEYS, label=LABEL,
            dated_by=any_of(choice(days), TEXT), approved=self._approval(), ceases_when={"type": "array", "items": cause},
            limits=self._periods(), regime=regime, rules={"type": "array", "items": rule},
        )  # fmt: skip

    def _control(self, subject: str) -> str:
        gives = choice(written(controls.GIVES, keys.GIVES_WORDS))
        rule = self._ref(
            f"a control of {subject}", controls.RULE_KEYS, id=SCALAR, label=LABEL, cites=self._cites, until=DAY,
            severity=choice(written(SEVERITIES, keys.SEVERITY_WORDS)), never=self._condition(subject), if_missing=self._no(),
            if_not_supplied=self._no(), by=self._roles(), examples=self._examples(subject, gives),
            corrects=self._correction(), **{"from": DAY},
        )  # fmt: skip
        return self._mapping(
            f"a document of controls of {subject}", controls.CONTROL_KEYS, label=LABEL, approved=self._approval(),
            limits=self._periods(), rules={"type": "array", "items": rule},
        )  # fmt: skip

    def _phrases(self) -> Schema:
        """Scripts where the document is `for` a subject, else wordings."""
        scripts = [_case("for", names, {"$ref": self._scripts(subject)}) for subject, names in self._subjects.items()]
        named = {"properties": _both("for", choice([n for names in self._subjects.values() for n in names]))}
        has_subject = {"anyOf": [{"required": [key]} for key in written(["for"], keys.KEYS)]}
        return {"if": has_subject, "then": {**named, "allOf": scripts}, "else": {"$ref": self._wordings()}}

    def _scripts(self, subject: str) -> str:
        actions = [rule.id for rule in self._rulebook.obligations if rule.subject == subject]
        rule = self._ref(
            f"a script of {subject}", phrases.SCRIPT_RULE_KEYS, id=SCALAR, label=LABEL, cites=self._cites, until=DAY,
            action=one_or_more(choice(actions) if actions else SCALAR), opening=LABEL, explanation=LABEL, gain=LABEL,
            corrects=self._correction(), **{"from": DAY},
        )  # fmt: skip
        return self._mapping(
            f"a document of scripts of {subject}", phrases.SCRIPT_KEYS, label=LABEL, approved=self._approval(),
            amounts=_each(SCALAR), rules={"type": "array", "items": rule},
        )  # fmt: skip

    def _wordings(self) -> str:
        listed = one_or_more(SCALAR)
        texts = self._ref("patterns of wording", phrases.LANGUAGE_KEYS, en=listed, zh=listed)
        families = self._ref("families of words", phrases.LANGUAGE_KEYS, en=_each(listed), zh=_each(listed))
        avoided = self._ref("an entry of `avoid`", phrases.AVOIDED_KEYS, en=listed, zh=listed, instead=LABEL)
        rule = self._ref(
            "a wording", phrases.WORDING_RULE_KEYS, id=SCALAR, label=LABEL, cites=self._cites, until=DAY,
            avoid={"type": "array", "items": avoided}, needs=texts, where=texts, unless=texts, instead=LABEL,
            corrects=self._correction(), **{"from": DAY, "unless anywhere": texts},
        )  # fmt: skip
        return self._mapping(
            "a document of wordings", phrases.WORDING_KEYS, label=LABEL, approved=self._approval(), families=families,
            quoting=texts, rules={"type": "array", "items": rule},
        )  # fmt: skip

    def _every(self, days: list[str]) -> Schema:
        festivals = [
            word
            for one in self._rulebook.calendars.values()
            for key, each in one.festivals.items()
            for word in (key, each.zh)
        ]
        periods = ["month", "quarter", "year", *(f"每{word}" for word in ZH_PERIODS)]
        again = [f"year on {day}" for day in days if day.isascii()] + [f"{d}起每年" for d in days if not d.isascii()]
        words = choice([*periods, "festival", *EVERY[0].zh.split("|"), *again, *festivals])
        return any_of(words, {"type": "array", "items": choice(festivals)}, pattern_of(EVERY[1:2], "每.+", f"{NUMBER}"))

    def _pauses(self) -> list[str]:
        tables_ = [table for table in self._rulebook.vocabulary.tables.values() if table.pauses is not None]
        return [word for t in tables_ if t.pauses is not None for word in code_words(t.fields[t.pauses.kind].codes)]

    def _done(self, subject: str, days: list[str]) -> Schema:
        """Rows of evidence and dates that are known, nested."""
        words = []
        for table in self._rulebook.vocabulary.tables.values():
            kind = table.fields.get(table.evidence.kind) if table.evidence is not None else None
            if table.evidence is None:
                continue
            words += [table.evidence.word, table.label.zh]
            words += [f"{table.evidence.word} {code.key}" for code in kind.codes] if kind is not None else []
            words += [f"{table.label.zh} {code.label.zh}" for code in kind.codes] if kind is not None else []
        words += [f"{day} is known" for day in days if day.isascii()] + [f"{d}已知" for d in days if not d.isascii()]
        name = f"evidence of {subject}"
        ref = _reference(name)
        begins = dict.fromkeys(word.split(" ")[0] for word in words)
        inner = {"type": "array", "items": ref, "minItems": 1}
        nested = {key: inner for word in evidence.NESTING for key in written([word], keys.KEYS)}
        self._defs[name] = any_of(
            choice(words), pattern_of(DONE, *(f"{begin}.*" for begin in begins)),
            {"type": "object", "properties": nested, "additionalProperties": False, "minProperties": 1, "maxProperties": 1},
        )  # fmt: skip
        return ref

    def _roles(self) -> Schema:
        words = decode_rules.known_roles(self._rulebook.vocabulary)
        return choice([*words, *(each.zh for each in words.values())]) if words else TEXT

    def _channels(self) -> list[str]:
        words = obligations.known_channels(self._rulebook.vocabulary)
        return [*words, *(each.zh for each in words.values())]


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{quote(name)}"}


def _both(key: str, schema: Schema) -> dict[str, Schema]:
    """A property under its English key and all its Chinese ones."""
    return dict.fromkeys(written([key], keys.KEYS), schema)


def _each(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def _case(key: str, words: list[str], then: Schema) -> Schema:
    """`then`, where a key has one of these words."""
    spelled = written([key], keys.KEYS)
    one = [{"properties": {each: choice(words)}, "required": [each]} for each in spelled]
    return {"if": {"anyOf": one}, "then": then}
