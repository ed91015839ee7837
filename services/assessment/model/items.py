"""A question as an immutable value: what a learner is shown, and how a response to it is marked."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from services.assessment.model.keys import Key, QuestionKind, Response, read_key

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Option:
    """An option. Its id (from 1) is drawn by lot when the question is taken, and tells nothing about its place."""

    id: int
    text: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a matching question wants an option for."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """Discrimination `a`, difficulty `b` and chance `c` of an item on the logistic scale with D = 1."""

    a: float
    b: float
    c: float


@dataclass(frozen=True, slots=True)
class Item:
    """One revision of a question. `right` is its key as it is kept and, after handing in, shown.

    It is `corrected` where the key in force is not the one that it was published with.
    """

    id: UUID
    kind: QuestionKind
    text: str
    text_format: str
    options: tuple[Option, ...]
    right: Mapping[str, Any]
    feedback: str
    competency: str
    level: int
    prompts: tuple[Prompt, ...] = ()
    calibration: Calibration | None = None
    corrected: bool = False

    @property
    def key(self) -> Key:
        """Give what marks its responses."""
        return read_key(self.kind, self.right)

    @property
    def chance(self) -> float:
        """Give the probability of guessing right: as calibrated, else 1/k for one of k options, and 0 for the rest."""
        if self.calibration:
            return self.calibration.c
        return 1 / len(self.options) if self.kind in {"single_choice", "true_false"} else 0.0

    def score(self, response: Response | None) -> int:
        """Give the score of a response in basis points; no answer is a wrong one."""
        key = self.key
        value = (response or {}).get(key.tag)
        return 0 if value is None else key.score(value)

    def takes(self, response: Response) -> bool:
        """Tell whether a response is of its kind and within what it offers; None (nothing any more) always is."""
        key = self.key
        if set(response) != {key.tag}:
            return False
        value = response[key.tag]
        return value is None or key.fits(value, options=frozenset(option.id for option in self.options))

    def options_for(self, attempt: UUID) -> list[Option]:
        """Give the options in the order of one attempt, the same on every device.

        The order comes from public ids, so it must not start from the author's: authors like to write the right
        option first. Ids drawn by lot, sorted by a hash, lead nowhere.
        """
        return shuffled(self.options, seed=f"{attempt}/{self.id}", name=lambda option: str(option.id))

    def feedback_on(self, response: Response | None) -> str:
        """Give what its author says about this answer, then about the question."""
        key = self.key
        value = (response or {}).get(key.tag)
        chosen = {value} if isinstance(value, int) else set(value or ()) if key.tag == "options" else set()
        said = [option.feedback for option in self.options if option.id in chosen]
        said += ["" if value is None else key.feedback(value), self.feedback]
        return "\n\n".join(one for one in said if one)


def shuffled(ones: Iterable[One], *, seed: str, name: Callable[[One], str] = str) -> list[One]:
    """Give them in an order that only the seed and their names decide, on every machine and version of Python."""
    return sorted(ones, key=lambda one: hashlib.blake2b(f"{seed}/{name(one)}".encode(), digest_size=16).digest())
