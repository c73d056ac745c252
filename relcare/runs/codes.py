"""The stable codes of what is found wrong when rules meet rows, with their meaning in a line.

BOK0… is about the book as a whole, ROW0… about rows, CEL0… about cells; RUL09… about rules that were tried.
"""

from __future__ import annotations

CODES = {
    "ROW001": "A row has the wrong number of cells; it is set aside.",
    "ROW002": "Rows have no key; they are set aside.",
    "ROW003": "Rows with the same key contradict each other.",
    "ROW004": "Rows refer to a subject that the book does not have (a warning).",
    "ROW005": "The newest month of a monthly series has far fewer rows than the month before (a warning).",
    "ROW006": "A table that `relcare.yaml` expects has no row that can be used.",
    "BOK001": "The book lacks the table that the command lists.",
    "CEL001": "The cell can't be read.",
    "CEL002": "More cells can't be read than are listed.",
    "CAL012": "A calendar does not know the days that are wanted by now (a warning).",
    "RUL090": "The example of a rule does not give what it says.",
}
