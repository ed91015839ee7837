"""Versions of what several people may edit: an `ETag` on the way out, `If-Match` on the way in.

The tag is the row's version number, so that nothing has to be dumped twice to be compared.
"""

import re
from typing import TypeVar

from flask import request

from shared.errors import Stale
from shared.web.marks import marked, marks_at_hand
from shared.web.refusals import IfMatchMissing

T = TypeVar("T")

versioned = marked(versioned=True)
"""Mark a view of something versioned: a GET answers `tagged(…)`, a PUT, PATCH or DELETE must come with `If-Match`."""


def tagged(answer: T, version: int) -> tuple[T, dict[str, str]]:
    """Give what a view returns, with the version as its `ETag`."""
    return answer, {"ETag": f'"{version}"'}


def if_match() -> int:
    """Give the version that a change was made from. Raises `IfMatchMissing`, and `Stale` for what is no version."""
    said = request.headers.get("If-Match", "").strip()
    if said in {"", "*"}:
        raise IfMatchMissing("Send If-Match with the ETag that was read before the change.")
    version = re.fullmatch(r'"(\d{1,18})"', said)
    if not version:
        raise Stale("If-Match does not hold an ETag of this. Read it again.")
    return int(version[1])


def check_version(current: int) -> None:
    """Raise `Stale` unless the change at hand was made from the current version."""
    if if_match() != current:
        raise Stale("Somebody else changed this since you read it. Read it again.", version=current)


def demand_version() -> None:
    """Hold a view marked `versioned` to its `If-Match` before it runs."""
    if marks_at_hand().get("versioned") and request.method in {"PUT", "PATCH", "DELETE"}:
        if_match()
