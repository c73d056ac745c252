"""`rules schema`: a JSON Schema by which an editor completes and checks rule files while they are written."""

from __future__ import annotations

import json
from pathlib import Path

from relcare.files.modelines import write_modelines
from relcare.files.rulefiles import folder_bytes
from relcare.files.settings import rules_folder
from relcare.runs.opening import read_rulebook, rules_of
from relcare.runs.request import Request
from relcare.runs.result import Result

COMMENT = "Begin each rule file with: # yaml-language-server: $schema=PATH-OF-THIS-FILE"


def rules_schema(request: Request) -> Result:
    """The schema as text: the keys in both languages, and the facts, codes, limits and roles of the rulebook."""
    from relcare.rulebook.schema import schema_of

    rulebook, problems = read_rulebook(rules_of(request))
    schema = {"$comment": COMMENT, **schema_of(rulebook)}
    return Result(text=json.dumps(schema, ensure_ascii=False, indent=1) + "\n", problems=tuple(problems))


def own_rules(request: Request) -> bool:
    """Whether the rule files are the user's, not the shipped ones."""
    return request.rules is not None or rules_folder(request.book) is not None


def add_modelines(request: Request, schema: Path) -> int:
    """Name the schema at the head of each rule file; gives how many files changed."""
    files, _, _ = folder_bytes(rules_of(request))
    return write_modelines([Path(shown) for shown, data in files if isinstance(data, bytes)], schema)
