"""What DuckDB spells in its own way: quoting, literals, date arithmetic, and the functions that read a cell.

Nothing of a user's ever enters SQL but through `name` and `text` here.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from relcare.rulebook.cells import form_pattern
from relcare.rulebook.conditions import Span
from relcare.rulebook.values import Moment, Month, Value

SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "code": "VARCHAR",
    "codes": "VARCHAR[]",
    "yes_no": "VARCHAR",
    "money": "DECIMAL(18,2)",
    "number": "DECIMAL(18,6)",
    "percent": "DECIMAL(18,6)",
    "count": "BIGINT",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "month": "INTEGER",  # months since year 0
}

# Pieces of patterns: blanks around a cell, a date in each of its forms, a time of day, one that is midnight.
BLANK = r"[ \t\n\v\f\r\x{a0}\x{3000}]*"
DATE_FORM = "(19|2[01])[0-9]{2}(-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2}|[.][0-9]{1,2}[.][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4})"
TIME = "[ T]([01]?[0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
MIDNIGHT = "[ T]0?0:00(:00([.]0{1,6})?)?"

# One function a way of reading or showing a cell; a statement is given those that it names.
MACROS = {
    # a healthy cell is not touched: trimming costs more than all the rest. Its first and last letters are ASCII but no
    # blank or control, or stand behind the ideographic space
    "cell": """(x) AS CASE
      WHEN (x BETWEEN '!' AND '\x7f' OR x > '\u3001') AND (x[-1] BETWEEN '!' AND '~' OR x[-1] > '\u3001') THEN x
      ELSE nullif(trim(x, ' \t\n\v\f\r\u00a0\u3000'), '') END""",
    # whether a cell is not empty; never NULL
    "is_written": rf"""(x) AS coalesce(NOT regexp_full_match(x, '{BLANK}'), FALSE)""",
    # `2026/9/30`, `20260930` and the like as `2026-9-30`, without the blanks around and a time of day that is midnight
    "is_day": rf"""(x) AS regexp_full_match(x, '{BLANK}{DATE_FORM}({MIDNIGHT})?{BLANK}')""",
    "plain_day": rf"""(x) AS regexp_replace(x, '^{BLANK}([0-9]{{4}})[^0-9]?([0-9]{{1,2}})[^0-9]?([0-9]{{1,2}})日?(?:{MIDNIGHT})?{BLANK}$', '\1-\2-\3')""",
    "read_date": r"""(x) AS CASE
      WHEN x LIKE '____-__-__' AND x BETWEEN '1900' AND '2200' THEN TRY_CAST(x AS DATE)
      WHEN is_day(x) THEN TRY_CAST(plain_day(x) AS DATE) END""",
    # a date that was exported as a moment: its day
    "before_midnight": rf"""(x) AS regexp_replace(cell(x), '{MIDNIGHT}$', '')""",
    "month_index": "(d) AS CAST(year(d) * 12 + month(d) - 1 AS INTEGER)",
    "read_month": rf"""(x) AS coalesce(
      month_index(CASE WHEN strlen(x) = 7 AND x BETWEEN '1900' AND '2200' THEN try_strptime(x, '%Y-%m') END),
      CASE WHEN regexp_full_match(x, '{BLANK}(19|2[01])[0-9]{{2}}([-/.]?[0-9]{{2}}|[-/.][0-9]|年[0-9]{{1,2}}月){BLANK}')
      THEN month_index(TRY_CAST(regexp_replace(x, '^{BLANK}([0-9]{{4}})[^0-9]?([0-9]{{1,2}})月?{BLANK}$', '\1-\2-01') AS DATE))
      WHEN is_plain_day(x) THEN month_index(TRY_CAST(plain_day(x) AS DATE)) END)""",
    "is_plain_day": rf"""(x) AS regexp_full_match(x, '{BLANK}{DATE_FORM}{BLANK}')""",
    "show_month": "(m) AS printf('%04d-%02d', m // 12, m % 12 + 1)",
    "read_moment": rf"""(x, zone) AS CASE
      WHEN x BETWEEN '1900' AND '2200'
        AND regexp_full_match(x, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T]([01][0-9]|2[0-3]):[0-9]{{2}}(:[0-9]{{2}})?)?')
      THEN TRY_CAST(x AS TIMESTAMP)
      WHEN regexp_full_match(x, '{BLANK}{DATE_FORM}({TIME})?{BLANK}') THEN TRY_CAST(plain_moment(x) AS TIMESTAMP)
      WHEN regexp_full_match(x, '{BLANK}{DATE_FORM}{TIME} ?(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9]){BLANK}')
      THEN timezone(zone, TRY_CAST(regexp_replace(plain_moment(x), ' ?([+-][0-9]{{2}}):?([0-9]{{2}})$', '\1:\2') AS TIMESTAMPTZ)) END""",
    # what follows the day is kept
    "plain_moment": rf"""(x) AS regexp_replace(x, '^{BLANK}([0-9]{{4}})[^0-9]?([0-9]{{1,2}})[^0-9]?([0-9]{{1,2}})日?(.*?){BLANK}$', '\1-\2-\3\4')""",
    "moment_end": r"""(start, x) AS CASE WHEN NOT contains(x, ':') THEN start + INTERVAL 86399999999 MICROSECONDS
      WHEN x LIKE '%:__:__%' THEN start + INTERVAL 999999 MICROSECONDS
      ELSE start + INTERVAL 59999999 MICROSECONDS END""",
    "plain_number": rf"""(x) AS replace(regexp_replace(x, '^{BLANK}([+-]?)(?:[¥￥]|CNY ?|RMB ?)?([0-9.,]+)(?: ?元| ?CNY)?{BLANK}$', '\1\2'), ',', '')""",
    "read_money": rf"""(x) AS CASE
      WHEN CAST(TRY_CAST(x AS DECIMAL(18,2)) AS VARCHAR) = x THEN TRY_CAST(x AS DECIMAL(18,2))
      WHEN regexp_full_match(x,
        '{BLANK}[+-]?(?:[¥￥]|CNY ?|RMB ?)?([0-9]+|[0-9]{{1,3}}(,[0-9]{{3}})+)([.][0-9]{{1,2}}0*)?(?: ?元| ?CNY)?{BLANK}')
      THEN TRY_CAST(plain_number(x) AS DECIMAL(18,2)) END""",
    "read_number": rf"""(x) AS CASE
      WHEN regexp_full_match(x, '-?[0-9]{{1,12}}([.][0-9]{{1,6}})?') THEN TRY_CAST(x AS DECIMAL(18,6))
      WHEN regexp_full_match(x, '{BLANK}[+-]?([0-9]+|[0-9]{{1,3}}(,[0-9]{{3}})+)([.][0-9]{{1,6}}0*)?{BLANK}')
      THEN TRY_CAST(plain_number(x) AS DECIMAL(18,6)) END""",
    "read_percent": rf"""(x) AS read_number(regexp_replace(x, ' ?%{BLANK}$', ''))""",
    "read_count": rf"""(x) AS CASE
      WHEN regexp_full_match(x, '-?[0-9]{{1,15}}') THEN TRY_CAST(x AS BIGINT)
      WHEN regexp_full_match(x, '{BLANK}[+-]?([0-9]+|[0-9]{{1,3}}(,[0-9]{{3}})+){BLANK}') THEN TRY_CAST(plain_number(x) AS BIGINT) END""",
    "read_yes_no": r"""(x) AS MAP {'yes': 'yes', 'y': 'yes', 'true': 'yes', '1': 'yes', '是': 'yes',
      'no': 'no', 'n': 'no', 'false': 'no', '0': 'no', '否': 'no'}[lower(cell(x))]""",
    "months_since": r"""(d, today) AS (year(today) * 12 + month(today) - year(d) * 12 - month(d))
      - CASE WHEN CAST(d + to_months(CAST(year(today) * 12 + month(today) - year(d) * 12 - month(d) AS INTEGER)) AS DATE)
          > today THEN 1 ELSE 0 END""",
    "years_since": r"""(d, today) AS (year(today) - year(d))
      - CASE WHEN CAST(d + to_years(CAST(year(today) - year(d) AS INTEGER)) AS DATE) > today THEN 1 ELSE 0 END""",
    "show_money": "(x) AS CASE WHEN abs(x) < 10000000000000 THEN format('{:,.2f}', CAST(x AS DOUBLE)) ELSE CAST(x AS VARCHAR) END",
    "show_number": "(x) AS CASE WHEN contains(CAST(x AS VARCHAR), '.') THEN rtrim(rtrim(CAST(x AS VARCHAR), '0'), '.') ELSE CAST(x AS VARCHAR) END",
    "cents_of": "(total, n) AS CAST((CASE WHEN total < 0 THEN -1 ELSE 1 END) * (CAST(abs(total) * 200 + n AS HUGEINT) // CAST(2 * n AS HUGEINT)) AS BIGINT)",
    "plain_cents": "(c) AS CAST(CAST(c AS DECIMAL(18,0)) * 0.01 AS VARCHAR)",
    "quoted": r"""(x, delimiter) AS CASE WHEN contains(x, delimiter) OR contains(x, '"') OR contains(x, chr(10)) OR contains(x, chr(13))
      THEN '"' || replace(x, '"', '""') || '"' ELSE x END""",
}


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted text literal."""
    return "'" + value.replace("'", "''") + "'"


def day(value: date) -> str:
    """A date literal."""
    return f"DATE '{value.isoformat()}'"


def moment(value: datetime) -> str:
    """A timestamp literal, to the microsecond."""
    return f"TIMESTAMP '{value.isoformat(sep=' ')}'"


def literal(value: Value) -> str:
    """The literal of a fact's value (not of a Fraction: averages are never written down)."""
    match value:
        case bool():
            return text("yes" if value else "no")
        case Moment():
            return moment(value.at)
        case Month():
            return str(value.index)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case tuple():
            return "[" + ", ".join(text(str(part)) for part in value) + "]"
        case str():
            return text(value)
        case _:
            raise TypeError(value)


def read(kind: str, raw: str, codes: dict[str, str], zone: str, date_format: str) -> str:
    """The expression that reads the cell `raw` as a field type; NULL where it is empty or can't be read.

    `codes` are the accepted spellings, case-folded, with their codes, `date_format` a strptime form or "".
    """
    match kind:
        case "code":
            return code_of(raw, codes)
        case "codes":
            return f"CASE WHEN len(list_filter({split_codes(raw)}, lambda c: {code_of('c', codes)} IS NULL)) = 0 THEN list_sort(list_distinct(list_transform({split_codes(raw)}, lambda c: {code_of('c', codes)}))) END"
        case "date" if date_format:
            return f"CAST({_as_formed(f'before_midnight({raw})', date_format)} AS DATE)"
        case "moment" if date_format:
            return f"coalesce({_as_formed(raw, date_format)}, read_moment({raw}, {text(zone)}))"
        case "moment":
            return f"read_moment({raw}, {text(zone)})"
        case "id" | "text":
            return f"cell({raw})"
        case _:
            return f"read_{kind}({raw})"


def _as_formed(raw: str, date_format: str) -> str:
    """The timestamp of a cell in a strptime form, which alone would take `infinity` and any year as well."""
    pattern, form = text(form_pattern(date_format)), text(date_format)
    return f"CASE WHEN regexp_full_match(cell({raw}), {pattern}) THEN try_strptime(cell({raw}), {form}) END"


def split_codes(raw: str) -> str:
    """The list of the parts of a cell that holds several codes."""
    return f"list_filter(list_transform(regexp_split_to_array(cell({raw}), '[;|、]'), lambda c: cell(c)), lambda c: c IS NOT NULL)"


def code_of(raw: str, spellings: dict[str, str]) -> str:
    """The expression that turns the spelling `raw` (case-folded keys of `spellings`) into its code."""
    plain = sorted({code for code in spellings.values() if spellings.get(code) == code})
    fast = f"WHEN {raw} IN ({', '.join(map(text, plain))}) THEN {raw} " if plain else ""
    others = ", ".join(f"{text(word)}: {text(code)}" for word, code in sorted(spellings.items()))
    return f"CASE {fast}ELSE MAP {{{others}}}[lower(cell({raw}))] END"


def interval(span: Span) -> str:
    """The interval of an elapsed span."""
    return f"INTERVAL {span.amount} {span.unit.upper()}"


def macros_for(statement: str) -> list[str]:
    """The functions that a statement names, and those that they name, in an order in which they can be made."""
    wanted: dict[str, None] = {}

    def want(body: str) -> None:
        for macro, definition in MACROS.items():
            if macro not in wanted and f"{macro}(" in body:
                want(definition)
                wanted[macro] = None

    want(statement)
    return list(wanted)
