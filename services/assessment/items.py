"""Questions as values, kept in this process's memory: an exam asks the same few of thousands of learners."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assessment.model import Item, Question

MOST = 5_000
"""How many questions are kept; at about 2 kB each some ten megabytes."""

_kept: OrderedDict[UUID, Item] = OrderedDict()
_turn = threading.Lock()


def items_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, Item]:
    """Give questions by id, in the order of `ids`. They must come from an attempt or version that the caller may see.

    A revision of a question never changes, so that what is kept is never old.
    """
    wanted = list(ids)
    found = _recall(wanted)
    missing = [one for one in wanted if one not in found]
    if missing:
        fresh = [question.item() for question in session.scalars(select(Question).where(Question.id.in_(missing)))]
        found.update((item.id, item) for item in fresh)
        _keep(fresh)
    return {one: found[one] for one in wanted}


def _recall(wanted: Iterable[UUID]) -> dict[UUID, Item]:
    with _turn:
        found = {one: _kept[one] for one in wanted if one in _kept}
        for one in found:
            _kept.move_to_end(one)
    return found


def _keep(fresh: Iterable[Item]) -> None:
    with _turn:
        _kept.update((item.id, item) for item in fresh)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
