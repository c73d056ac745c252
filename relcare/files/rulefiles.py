"""The rule files of a folder: their trees, and one hash that names exactly this rulebook."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from relcare.located import Node, Place, Problem

ENDINGS = (".yaml", ".yml")
TESTS = (".tests.yaml", ".tests.yml")  # beside the rules, and no part of them
LARGEST = 5_000_000  # bytes of a file of rules or settings; the shipped ones have a few thousand


def read_rule_files(folder: Path) -> tuple[list[tuple[str, list[Node]]], str, list[Problem]]:
    """The rule files of `folder_bytes` as (path as shown, documents); their SHA-256; what can't be read."""
    files, fingerprint, problems = folder_bytes(folder)
    return parsed(files, problems), fingerprint, problems


def parsed(files: list[tuple[str, bytes | Problem]], problems: list[Problem]) -> list[tuple[str, list[Node]]]:
    """The documents of each file that could be read; of each what is wrong is added to the problems."""
    from relcare.files.yaml_tree import read_documents

    trees = []
    for shown, data in files:
        if isinstance(data, Problem):
            problems.append(data)
            continue
        documents, found = read_documents(data, shown)
        trees.append((shown, documents))
        problems += found
    return trees


def folder_bytes(folder: Path) -> tuple[list[tuple[str, bytes | Problem]], str, list[Problem]]:
    """All `*.yaml` and `*.yml` below `folder`, but no test files, by name, as (path as shown, bytes, or why they can't be read).

    Then their SHA-256, and what is wrong with the folder.

    The hash is over the names (relative, with `/`) and the bytes of the files, so that it is the same on every machine.
    Names that begin with a dot are left out. A folder that does not exist or has no rule file is a problem.
    """
    from hashlib import sha256

    root = os.fspath(folder)
    if not os.path.isdir(root):  # noqa: PTH112  # this and the walk are on the way of every command
        message = "the rulebook is a folder of YAML files" if os.path.exists(root) else "there is no such folder"  # noqa: PTH110
        return [], "", [Problem(Place(root), "FIL001", message, "`--rules` names the folder of the rule files")]
    problems: list[Problem] = []
    names = sorted(_names(root, problems))
    if not names and not problems:
        hint = "rule files end with .yaml or .yml"
        problems.append(Problem(Place(root), "FIL002", "the folder has no rule files", hint))
    digest = sha256()
    files: list[tuple[str, bytes | Problem]] = []
    for name in names:
        shown = os.path.join(root, *name.split("/"))  # noqa: PTH118
        data = limited_bytes(shown)
        if isinstance(data, Problem):
            files.append((shown, data))
            continue
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
        files.append((shown, data))
    return files, digest.hexdigest(), problems


def limited_bytes(shown: str) -> bytes | Problem:
    """The bytes of a file of at most LARGEST; else why they are not read."""
    try:
        with open(shown, "rb") as stream:  # noqa: PTH123  # on the way of every command
            data = stream.read(LARGEST + 1)
    except OSError as error:
        return unreadable(shown, error)
    if len(data) <= LARGEST:
        return data
    message = f"the file is larger than {LARGEST // 1_000_000} MB"
    return Problem(Place(shown), "FIL018", message, "split it, or check its name: rules and settings are small")


def _names(root: str, problems: list[Problem]) -> list[str]:
    """The rule files below `root`, relative, with `/`."""
    found = []

    def refused(error: OSError) -> None:
        problems.append(unreadable(str(error.filename), error))

    for path, folders, files in os.walk(root, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = os.path.relpath(path, root).replace(os.sep, "/")
        prefix = "" if below == "." else below + "/"
        found += [
            prefix + name
            for name in files
            if name.lower().endswith(ENDINGS) and not name.startswith(".") and not name.lower().endswith(TESTS)
        ]
    return found


def unreadable(shown: str, error: OSError) -> Problem:
    """A file or folder that the system does not let us read."""
    return Problem(
        Place(shown), "FIL003", f"it can't be read: {error.strerror or error}", "check its name and permissions"
    )


def separate_files(folder: Path, others: Iterable[Path]) -> list[tuple[str, bytes | Problem]]:
    """All `*.tests.yaml` below `folder`, by name, then the others, as (path as shown, bytes, or why they can't be read)."""
    found = [
        path for path in sorted(folder.rglob("*")) if path.name.lower().endswith(TESTS) and not _hidden(path, folder)
    ]
    files: list[tuple[str, bytes | Problem]] = []
    for path in dict.fromkeys([*found, *others]):
        shown = os.fspath(path)
        try:
            files.append((shown, path.read_bytes()))
        except OSError as error:
            files.append((shown, unreadable(shown, error)))
    return files


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
