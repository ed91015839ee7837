"""The fold of post-tests: how each attempt was marked last, and which are annulled."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, case
from sqlalchemy.orm import Session

from services.evaluation.model.tables import PostTest
from shared.database import insert_new
from shared.events.assessment import AttemptAnnulled, AttemptGraded

Row = dict[str, Any]


def record_post_tests(session: Session, events: Sequence[AttemptGraded]) -> None:
    """Keep the newest mark of each attempt at a post-test, annulled or not."""
    rows = [
        _attempt(event) | {"assessment": event.assessment, "score": event.score, "revision": event.revision}
        for event in events
        if event.role == "post"
    ]
    _put(session, rows, newer=("assessment", "score", "revision"))


def annul_post_tests(session: Session, events: Sequence[AttemptAnnulled]) -> None:
    """Let attempts count for nothing, also those that are marked, or marked anew, later."""
    nothing = {"assessment": None, "score": None, "revision": 0, "annulled": True}
    _put(session, [_attempt(event) | nothing for event in events], newer=())


def _attempt(event: AttemptGraded | AttemptAnnulled) -> Row:
    return {
        "tenant": event.tenant,
        "attempt": event.attempt,
        "enrolment": event.enrolment,
        "annulled": False,
        "as_of": event.time,
    }


def _put(session: Session, rows: Sequence[Row], *, newer: Sequence[str]) -> None:
    """Store rows in the order of their keys; of a known one, some columns change only for a higher revision."""
    if not rows:
        return
    kept, start = cast("Table", PostTest.__table__).c, insert_new(PostTest, session)
    told = start.excluded

    def later(name: str, is_later: ColumnElement[bool]) -> ColumnElement[Any]:
        return case((is_later, told[name]), else_=kept[name])

    changed = {name: later(name, kept.revision < told.revision) for name in newer}
    changed |= {"annulled": kept.annulled | told.annulled, "as_of": later("as_of", kept.as_of < told.as_of)}
    act = start.on_conflict_do_update(index_elements=["tenant", "attempt"], set_=changed)
    session.execute(act, sorted(rows, key=lambda row: (row["tenant"], row["attempt"], row["revision"])))
