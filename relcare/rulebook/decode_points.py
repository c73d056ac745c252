"""Points in time of obligations: dates of the subject, spans in working days as well, and what is counted from where."""

from __future__ import annotations

from relcare.located import Scalar
from relcare.rulebook.conditions import Span
from relcare.rulebook.decode_conditions import TIMED, ConditionReader
from relcare.rulebook.obligations import Cadence, Point
from relcare.rulebook.operands import Misread, read_span
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern, mark_span
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.words import ORDINALS, POINTS, UNITS, WEEKDAYS, ZH_PERIODS, ZH_WEEKDAYS, find_in, zh_words
from relcare.timing.spans import MONTHS

POINT_HINT = "write `30 days before FACT`, `on FACT`, `last working day of the quarter`, `5 working days before the festival` and the like"

POINT_HINT_ZH = "write `利率重定价日前30天`, `本季度最后一个工作日`, `节日前5个工作日`, `到期前10天` and the like"


def spot_of(text: Scalar) -> Spot:
    """The text of a scalar, its spaces made single."""
    return Spot(text, 0, " ".join(text.text.split()))


class PointReader:
    """Decodes points in time of the rules about one subject; `conditions` finds its facts."""

    def __init__(self, reader: Reader, conditions: ConditionReader) -> None:
        self._reader = reader
        self._conditions = conditions

    def timed(self, spot: Spot, *, month: bool = False) -> str | None:
        """The name of a date or moment of the subject, or of a month where one will do; None (noted) if it is no such fact."""
        fact = self._conditions.fact(spot)
        if fact is None:
            return None
        if fact.type in TIMED or (month and fact.type == "month"):
            return fact.name
        message = f"`{spot.text}` is of type {fact.type}, no date or moment"
        self._reader.note(spot.at, "RUL070", message, "clocks count from and to dates and moments", part=spot.part())
        return None

    def span(self, spot: Spot) -> Span | None:
        """`5 working days`, `72 hours`."""
        span = read_span(spot.text, working=True)
        if isinstance(span, Misread):
            self._reader.note(spot.at, span.code, span.message, span.hint, part=spot.part())
            return None
        mark_span(self._reader, spot, span)
        return span

    def point(self, spot: Spot, every: Cadence | None) -> Point | None:
        """A point in time, by the table of its spellings; None where it is none or can't stand beside `every`."""
        found = find_in(POINTS, spot.text)
        if found is None:
            if spot.text.isascii():
                near = did_you_mean(spot.text, [s.pattern for s in POINTS if "…" not in s.pattern]) or POINT_HINT
            else:
                near = did_you_mean(spot.text, zh_words(POINTS)) or POINT_HINT_ZH
            self._spot(spot, "RUL075", f"`{spot.text}` is no point in time", near)
            return None
        spelling = found[0]
        values = mark_pattern(self._reader, spot, *found)
        direction = spelling.detail
        span = self.span(values[0]) if direction in ("before", "after") else None
        if direction in ("before", "after") and span is None:
            return None
        nth, weekday = 0, 0
        if direction in ("weekday", "last weekday"):
            found_day = self._weekday(values[0], last=direction == "last weekday")
            if found_day is None:
                return None
            nth, weekday = found_day
        fact = ""
        match spelling.primitive:
            case "period end":
                if not self._is_period(values[-1], every):
                    return None
            case "festival":
                if every is None or every.festivals is None:
                    self._spot(spot, "RUL072", "the rule does not come at a festival", "write `every: festival`")
                    return None
            case "fact":
                name = self.timed(values[-1])
                if name is None:
                    return None
                fact = name
        return Point(
            spelling.primitive, fact, span, direction == "before", direction == "open day", nth=nth, weekday=weekday
        )

    def _weekday(self, spot: Spot, *, last: bool) -> tuple[int, int] | None:
        """`third friday`, `三个星期五`, or the day alone where it is the last one: which of them, and the day of the week."""
        text = spot.text.lower()
        which, _, day = ("last", "", text) if last else text.partition(" ")
        if not text.isascii():
            number, _, day = ("", "", text) if last else text.partition("个")
            which = dict(zip("一二三四", ORDINALS, strict=True)).get(number.strip(), "last" if last else "")
        weekday = ZH_WEEKDAYS.get(day.strip(), WEEKDAYS.index(day) if day in WEEKDAYS else -1)
        if weekday < 0 or which not in (*ORDINALS, "last"):
            hint = "write `first monday of the month`, `third friday of the month`, `last friday of the quarter`"
            if not text.isascii():
                hint = "write `本月第一个星期一`, `本月第三个星期五`, `本季度最后一个星期五`"
            self._spot(spot, "RUL075", f"`{spot.text}` is no day of the week of a period", hint)
            return None
        zh = list(ZH_WEEKDAYS)[weekday]
        nth = -1 if last else ORDINALS.index(which) + 1
        en = WEEKDAYS[weekday] if last else f"{which} {WEEKDAYS[weekday]}"
        self._reader.said(spot.at, spot.part(), en, zh if last else f"{'一二三四'[nth - 1]}个{zh}")
        return nth, weekday

    def _is_period(self, spot: Spot, every: Cadence | None) -> bool:
        """Whether the word is the one for the period of `every`."""
        if every is None or every.on or every.festivals is not None:
            self._spot(
                spot, "RUL072", "the rule has no periods", "write `every: month`, `every: quarter` or `every: year`"
            )
            return False
        period = ZH_PERIODS.get(spot.text, spot.text.lower())
        if period == "period" or MONTHS.get(UNITS.get(period, "")) == every.months:
            zh = next((word for word, unit in ZH_PERIODS.items() if unit == period), spot.text)
            self._reader.said(spot.at, spot.part(), period, zh)
            return True
        word = next((word[:-1] for word, months in MONTHS.items() if months == every.months), "period")
        self._spot(spot, "RUL072", f"the rule does not come every {spot.text}", f"write `the {word}`")
        return False

    def _spot(self, spot: Spot, code: str, message: str, hint: str = "") -> None:
        self._reader.note(spot.at, code, message, hint, part=spot.part())
