"""The stable codes of the problems of files, with their meaning in a line.

YML0… is about YAML of any kind, FIL0… about folders, files and columns, SET0… about `relcare.yaml`.
"""

from __future__ import annotations

CODES = {
    "YML001": "The text is not UTF-8 or not valid YAML.",
    "YML002": "A key stands twice in one mapping.",
    "YML003": "Anchors are not read.",
    "YML004": "Aliases are not read.",
    "YML005": "Tags are not read.",
    "YML006": "Merge keys are not read.",
    "YML007": "A key is not a text.",
    "YML008": "A number with a comma inside brackets is two values.",
    "YML009": "Lists and mappings are nested too deep.",
    "FIL001": "There is no such rules folder.",
    "FIL002": "The rules folder has no rule files.",
    "FIL003": "The file or folder can't be read.",
    "FIL004": "There is no such book.",
    "FIL005": "There is no file of the name that `relcare.yaml` gives.",
    "FIL006": "A table has several files.",
    "FIL007": "The file has the name of a table, but is of a kind that is not read.",
    "FIL008": "The folder holds no table of a book.",
    "FIL009": "A table that the book expects is absent or has no rows.",
    "FIL010": "Two columns are the column of one field.",
    "FIL011": "The file lacks a column that `relcare.yaml` names.",
    "FIL012": "A column is not known (a warning).",
    "FIL013": "The file is empty.",
    "FIL014": "The table lacks its key, or no column of it is known; it is not used.",
    "FIL015": "The text is not in its encoding throughout.",
    "FIL016": "The YAML of a table is not a list of rows.",
    "FIL017": "There is no such encoding.",
    "FIL018": "The file is larger than 5 MB, too large for rules or settings.",
    "SET001": "`relcare.yaml` is one document.",
    "SET002": "The word is not one of those that can stand here.",
    "SET003": "The value has the wrong shape: a text or lines of `name: value` are expected.",
    "SET004": "There is no folder of this name.",
    "SET005": "The text is not a date, or the period ends before it begins.",
    "SET006": "Two columns are mapped to one field.",
    "SET007": "The field has no codes.",
    "SET008": "The text is not the shape of a date.",
    "SET009": "There is no such encoding.",
    "SET010": "The text is not a closing time.",
    "SET011": "A day stands in the book's calendar twice.",
}
