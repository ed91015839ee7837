"""The fold of the ledger into the levels that completed enrolments gained."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, tuple_
from sqlalchemy.orm import Session

from services.evaluation.model.lines import SOURCE_OF_COMPLETIONS, Line, month_of
from services.evaluation.model.profiles import levels_gained
from services.evaluation.model.tables import LevelsGained
from services.evaluation.model.tables.ledger import line_of
from services.evaluation.reference import national_rule_sets
from shared.database import put

Row = dict[str, Any]
Subject = tuple[UUID, UUID, str]
"""A tenant, a person and a competency."""


def record_levels_gained(session: Session, lines: Sequence[Row], changed: Sequence[Row]) -> None:
    """Measure anew what completions gained on which a change of the ledger bears: those of its month and later.

    `lines` are all lines of the people concerned as they stand now; `changed` are those that came, went or changed,
    in their old form and in their new one.
    """
    since: dict[Subject, int] = {}
    for row in changed:
        since[_subject(row)] = min(_month(row), since.get(_subject(row), _month(row)))
    done = [row for row in lines if _counts(row) and _subject(row) in since and _month(row) >= since[_subject(row)]]
    held: defaultdict[Subject, list[Line]] = defaultdict(list)
    if done:
        concerned = {_subject(row) for row in done}
        for row in lines:
            if _subject(row) in concerned:
                held[_subject(row)].append(line_of(row))
    put(session, LevelsGained, [_measured(row, held[_subject(row)]) for row in done])
    gone = {_key(row) for row in changed if _is_completion(row)} - {_key(row) for row in done}
    if gone:
        key = tuple_(LevelsGained.tenant, LevelsGained.enrolment, LevelsGained.competency)
        session.execute(delete(LevelsGained).where(key.in_(sorted(gone))))


def _measured(row: Row, lines: Sequence[Line]) -> Row:
    """Measure one completion by all lines of its person and competency."""
    enrolment, completed_on = row["enrolment"], row["dated_on"]
    gained = levels_gained(lines, national_rule_sets(), enrolment=enrolment, completed_on=completed_on)
    return {name: row[name] for name in ("tenant", "enrolment", "competency", "person")} | {"gained": gained}


def _counts(row: Row) -> bool:
    """Tell a completion in force. Its line may be withdrawn: then it says nothing, but the training was completed."""
    return _is_completion(row) and row["revoked_by"] is None


def _is_completion(row: Row) -> bool:
    return bool(row["source"] == SOURCE_OF_COMPLETIONS)


def _month(row: Row) -> int:
    return month_of(row["dated_on"])


def _subject(row: Row) -> Subject:
    return row["tenant"], row["person"], row["competency"]


def _key(row: Row) -> tuple[UUID, UUID, str]:
    return row["tenant"], row["enrolment"], row["competency"]
