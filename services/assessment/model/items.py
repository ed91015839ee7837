"""A question as an immutable value: what a learner is shown, and how an answer to it is marked."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar
from uuid import UUID

QuestionKind = Literal["single_choice", "true_false"]

FULL_SCORE = 10_000
"""The score of a right answer, and of a faultless attempt, in basis points."""

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Option:
    """An option. Its id (from 1) is drawn by lot when the question is taken, and tells nothing about its place."""

    id: int
    text: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """Discrimination `a`, difficulty `b` and chance `c` of an item on the logistic scale with D = 1."""

    a: float
    b: float
    c: float


@dataclass(frozen=True, slots=True)
class Item:
    """One revision of a question."""

    id: UUID
    kind: QuestionKind
    text: str
    text_format: str
    options: tuple[Option, ...]
    correct: int
    feedback: str
    competency: str
    level: int
    calibration: Calibration | None = None

    @property
    def chance(self) -> float:
        """Give the probability of guessing right: as calibrated, else one in the number of options."""
        return self.calibration.c if self.calibration else 1 / len(self.options)

    def score(self, option: int | None) -> int:
        """Give the score of an answer in basis points; no answer is a wrong one."""
        return FULL_SCORE if option == self.correct else 0

    def offers(self, option: int | None) -> bool:
        """Tell whether this is one of its options; None (nothing chosen) always is."""
        return option is None or any(one.id == option for one in self.options)

    def options_for(self, attempt: UUID) -> list[Option]:
        """Give the options in the order of one attempt, the same on every device.

        The order comes from public ids, so it must not start from the author's: authors like to write the right
        option first. Ids drawn by lot, sorted by a hash, lead nowhere.
        """
        return shuffled(self.options, seed=f"{attempt}/{self.id}", name=lambda option: str(option.id))

    def feedback_on(self, option: int | None) -> str:
        """Give what its author says about this answer, then about the question."""
        chosen = next((one.feedback for one in self.options if one.id == option), "")
        return "\n\n".join(said for said in (chosen, self.feedback) if said)


def shuffled(ones: Iterable[One], *, seed: str, name: Callable[[One], str] = str) -> list[One]:
    """Give them in an order that only the seed and their names decide, on every machine and version of Python."""
    return sorted(ones, key=lambda one: hashlib.blake2b(f"{seed}/{name(one)}".encode(), digest_size=16).digest())
