"""A small vocabulary, and books of it, for the tests of files."""

from __future__ import annotations

from relcare.files.open_book import open_book
from relcare.files.settings import Settings, read_settings
from relcare.rulebook.vocabulary import Code, Fact, Field, Label, Table, Vocabulary

SEGMENTS = (Code("retail", Label("Retail", "零售")), Code("private", Label("Private", "私人银行")))


def _table(name, zh, fields, **more):
    return Table(name, Label(name.capitalize(), zh), {field.name: field for field in fields}, **more)


CUSTOMERS = _table(
    "customers",
    "客户",
    [
        Field("customer_id", "id", Label("Customer ID", "客户编号"), headers=("cust_no",)),
        Field("name", "text", Label("Name", "姓名"), empty="none"),
        Field("segment", "code", Label("Segment", "客群"), codes=SEGMENTS),
        Field("opened_at", "date", Label("Opened on", "开户日期")),
        Field("aum", "money", Label("Assets", "资产")),
    ],
    subject="customer",
    key=("customer_id",),
)
INTERACTIONS = _table(
    "interactions",
    "互动",
    [
        Field("interaction_id", "id", Label("Interaction", "互动编号")),
        Field("customer_id", "id", Label("Customer ID", "客户编号"), refers="customer"),
        Field("topic", "text", Label("Topic", "主题"), empty="none"),
        Field("tags", "text", Label("Tags", "标签"), empty="none"),
    ],
    key=("interaction_id",),
)
TIER = Fact(
    "tier", "customer", "code", Label("Tier", "客户层级"), "decision", codes=(Code("vip", Label("VIP", "贵宾")),)
)
AVERAGE = Fact("aum_avg_3m", "customer", "money", Label("Average assets", "近三月日均资产"), "measure")
VOCABULARY = Vocabulary(
    {"customers": CUSTOMERS, "interactions": INTERACTIONS},
    {"customer": {"tier": TIER, "aum_avg_3m": AVERAGE}},
    {},
)


def book(folder, files, encoding="", settings=None):
    """Write the files (bytes, or text as UTF-8) to the folder and open it as a book."""
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
    if settings is None:
        settings, problems = read_settings(folder, VOCABULARY)
        assert problems == []
    return open_book(folder, VOCABULARY, settings or Settings(), folder.parent / "spill", encoding)


def codes(opened):
    """The codes of the book's problems."""
    return [problem.code for problem in opened.problems]
