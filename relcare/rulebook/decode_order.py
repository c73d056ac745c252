"""Documents of kind `order`: by what lists are sorted, and from when on."""

from __future__ import annotations

from datetime import date

from relcare.located import Mapping, Node, Scalar
from relcare.rulebook.ordering import CUSTOMER, SORTABLE, Order, SortKey
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Vocabulary
from relcare.rulebook.words import ORDERED, find_in

ORDER_KEYS = ("kind", "orders")
PERIOD_KEYS = ("from", "by", "cites")


def decode_order(
    reader: Reader, document: Mapping, orders: dict[date, tuple[Order, Node]], vocabulary: Vocabulary
) -> None:
    """Add the orders of an `order` document to those of other documents, by their first day."""
    found = reader.mapping(document, "an order", ORDER_KEYS)
    if found is None:
        return
    for node in reader.items(reader.need(found, "orders", document, "the document"), "orders"):
        period = reader.mapping(node, "an order's period", PERIOD_KEYS)
        if period is None:
            continue
        start = reader.day(reader.need(period, "from", node, "the order"), "`from`")
        listed = reader.need(period, "by", node, "the order")
        reader.cites(period.get("cites"))
        items = (listed,) if isinstance(listed, Scalar) else reader.items(listed, "the keys of an order")
        keys = [key for item in items if (key := _key(reader, item, vocabulary)) is not None]
        if start is None or len(keys) < len(items) or listed is None:
            continue
        if not keys:
            reader.note(listed, "RUL039", "an order without a key sorts nothing", "name a column, as `act_by`")
        elif start in orders:
            hint = f"also at {orders[start][1].place}"
            reader.note(period["from"], "RUL084", f"two orders begin on {start}", hint)
        else:
            orders[start] = Order(start, tuple(keys)), period["from"]


def _key(reader: Reader, node: Node, vocabulary: Vocabulary) -> SortKey | None:
    """`act_by`, `due_at descending` or `{tier: [core_vip, growth]}`."""
    if not isinstance(node, Mapping):
        text = reader.text(node, "a key of an order")
        if text is None:
            return None
        spelling, slots = find_in(ORDERED, text.text.strip()) or (ORDERED[-1], [(0, len(text.text))])
        name = text.text.strip()[slots[0][0] : slots[0][1]]
        mark_pattern(reader, Spot(text, 0, text.text.strip()), spelling, slots)
        known = _is_known(reader, Scalar(name, text.place), vocabulary)
        return SortKey(name, (), spelling.primitive == "descending") if known else None
    if len(node.entries) != 1:
        reader.note(node, "RUL004", "a key with a ranking is one line: `column: [first, second]`")
        return None
    ((column, listed),) = node.entries
    ranking = reader.texts(listed, f"the ranking of `{column.text}`")
    if not _is_known(reader, column, vocabulary) or not ranking:
        return None
    return SortKey(column.text, tuple(dict.fromkeys(value.text for value in ranking)))


def _is_known(reader: Reader, column: Scalar, vocabulary: Vocabulary) -> bool:
    facts = [CUSTOMER + name for name in vocabulary.facts.get(CUSTOMER.removesuffix("."), {})]
    if column.text in SORTABLE or column.text in facts:
        return True
    hint = did_you_mean(column.text, [*SORTABLE, *facts]) or "one of: " + ", ".join(SORTABLE)
    reader.note(column, "RUL083", f"lists have no column `{column.text}` to be sorted by", hint)
    return False
