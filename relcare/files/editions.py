"""Editions of a rulebook: a folder, or a revision of one that is kept in git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

GIT = "git:"


class NoEditionError(Exception):
    """There is no such edition; the message is for the user."""


def edition(spec: str, beside: Path, into: Path) -> Path:
    """The folder of rule files that `spec` names: a folder, or `git:REV`, that revision of the folder `beside`.

    `git:REV:PATH` is another folder of the same repository. The files of a revision are written below `into`. Raises
    NoEditionError where there is nothing of that name.
    """
    if not spec.startswith(GIT):
        return Path(spec)
    revision, _, inner = spec.removeprefix(GIT).partition(":")
    if not revision or revision.startswith("-"):
        raise NoEditionError(f"{spec!r} names no revision: write git:HEAD, git:v1.2 or git:HEAD:rules")
    if not beside.is_dir():
        raise NoEditionError(f"{spec!r}: there is no folder {beside} whose revision it could be")
    top = Path(_git(beside, spec, "rev-parse", "--show-toplevel").decode().strip())
    path = inner or beside.resolve().relative_to(top.resolve()).as_posix()
    packed = _git(top, spec, "archive", "--format=tar", revision, "--", path)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(into, filter="data")
    return into / path


def _git(folder: Path, spec: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise NoEditionError(f"{spec!r}: git can't be run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise NoEditionError(f"{spec!r}: {said.removeprefix('fatal: ')}")
    return done.stdout
