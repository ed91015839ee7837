"""How many enrolments stand where, and what they delivered: whole numbers that are added up in any order."""

from dataclasses import dataclass, fields
from operator import add, attrgetter, sub
from typing import Literal

State = Literal["open", "completed", "closed"]
"""Where an enrolment stands by the newest of its facts: a closing, a completion, or the revocation of one."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Enrolments counted by what became of them; `minutes` were delivered by those completed, in whole minutes.

    `active` ones have begun to learn and have neither completed nor been closed. The last three are closed, by reason.
    """

    enrolled: int = 0
    active: int = 0
    completed: int = 0
    withdrawn: int = 0
    not_completed: int = 0
    erased: int = 0
    minutes: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(add, _values(self), _values(other)))

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*map(sub, _values(self), _values(other)))

    @property
    def closed(self) -> int:
        """Give how many were closed, for whatever reason."""
        return self.withdrawn + self.not_completed + self.erased

    @property
    def ended(self) -> int:
        """Give how many ended as a matter of learning: completed, withdrawn or not completed.

        An erased person's enrolment was cut short by the erasure, which says nothing of the course.
        """
        return self.completed + self.withdrawn + self.not_completed


_values = attrgetter(*(one.name for one in fields(Counts)))
