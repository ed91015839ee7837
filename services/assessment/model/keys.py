"""What is right: the key of a question by its kind, and the marking of a response against it.

A response is a value under the tag of its kind, such as `{"option": 3}` or `{"text": "Semarang"}`; None under the tag
means that nothing is answered. A key is kept and shown in the same manner.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal, Protocol

QuestionKind = Literal["single_choice", "true_false", "multiple_choice", "matching", "numeric", "short_answer"]

FULL_SCORE = 10_000
"""The score of a right answer, and of a faultless attempt, in basis points."""

Response = Mapping[str, Any]


class Key(Protocol):
    """What is right as an answer to one question."""

    @property
    def tag(self) -> str:
        """The tag of the responses that it marks."""

    def fits(self, value: Any, *, options: frozenset[int]) -> bool:
        """Tell whether a value is of its kind and names only what the question offers."""

    def score(self, value: Any) -> int:
        """Give the score of a value that fits, in basis points."""

    def feedback(self, value: Any) -> str:
        """Give what its author says about this very answer, beside what is said about options."""


@dataclass(frozen=True)
class OneOption:
    """One option is right."""

    option: int
    tag: ClassVar[str] = "option"

    def fits(self, value: Any, *, options: frozenset[int]) -> bool:
        """Tell whether it is an option of the question."""
        return value in options

    def score(self, value: Any) -> int:
        """Give all or nothing."""
        return FULL_SCORE if value == self.option else 0

    def feedback(self, _value: Any) -> str:
        """Say nothing; options have their own."""
        return ""


@dataclass(frozen=True)
class SeveralOptions:
    """Each of some options is right."""

    options: frozenset[int]
    tag: ClassVar[str] = "options"

    def fits(self, value: Any, *, options: frozenset[int]) -> bool:
        """Tell whether all are options of the question."""
        return options.issuperset(value)

    def score(self, value: Any) -> int:
        """Give 10,000 × max(0, right − wrong) / (number of right options), rounded half up.

        So who chooses everything gains nothing, and a wrong choice undoes a right one.
        """
        chosen = frozenset(value)
        return share(max(0, len(chosen & self.options) - len(chosen - self.options)), len(self.options))

    def feedback(self, _value: Any) -> str:
        """Say nothing; options have their own."""
        return ""


@dataclass(frozen=True)
class AcceptedNumber:
    """Numbers from `value - tolerance` to `value + tolerance`, both included, and the score that they earn."""

    value: Decimal
    tolerance: Decimal
    credit: int
    feedback: str

    def matches(self, answer: float) -> bool:
        """Compare as decimals, so that 3.1 lies within 0.1 of 3."""
        return abs(Decimal(str(answer)) - self.value) <= self.tolerance


@dataclass(frozen=True)
class Numbers:
    """Numbers near one of some values are accepted."""

    accepted: tuple[AcceptedNumber, ...]
    tag: ClassVar[str] = "number"

    def fits(self, _value: Any, *, options: frozenset[int]) -> bool:  # noqa: ARG002  # Numeric questions have none.
        """Take any number."""
        return True

    def score(self, value: Any) -> int:
        """Give the best credit of those that the number comes near."""
        return max((one.credit for one in self.accepted if one.matches(value)), default=0)

    def feedback(self, value: Any) -> str:
        """Give what is said of the best of those."""
        near = [one for one in self.accepted if one.matches(value)]
        return max(near, key=lambda one: one.credit).feedback if near else ""


@dataclass(frozen=True)
class AcceptedText:
    r"""Texts of a pattern, in which `*` stands for any run of signs and `\*` for an asterisk, and their score."""

    pattern: str
    credit: int
    feedback: str

    def matches(self, answer: str) -> bool:
        """Compare without regard to case, runs of space and the way in which accents are written (NFC)."""
        text, start = plain(answer), 0
        first, *rest = self._pieces
        if not rest:
            return text == first
        *middle, last = rest
        if not text.startswith(first):
            return False
        start = len(first)
        for piece in middle:  # The earliest place leaves most for those that follow, so that none is tried twice.
            found = text.find(piece, start)
            if found < 0:
                return False
            start = found + len(piece)
        return len(text) - len(last) >= start and text.endswith(last)

    @cached_property
    def _pieces(self) -> tuple[str, ...]:
        pieces = re.split(r"(?<!\\)\*", plain(self.pattern))
        return tuple(piece.replace(r"\*", "*") for piece in pieces)


@dataclass(frozen=True)
class Texts:
    """Texts of some patterns are accepted."""

    accepted: tuple[AcceptedText, ...]
    tag: ClassVar[str] = "text"

    def fits(self, _value: Any, *, options: frozenset[int]) -> bool:  # noqa: ARG002  # Short answers have none.
        """Take any text."""
        return True

    def score(self, value: Any) -> int:
        """Give the best credit of the patterns that it matches."""
        return max((one.credit for one in self.accepted if one.matches(value)), default=0)

    def feedback(self, value: Any) -> str:
        """Give what is said of the best of those."""
        found = [one for one in self.accepted if one.matches(value)]
        return max(found, key=lambda one: one.credit).feedback if found else ""


@dataclass(frozen=True)
class Pairs:
    """Each prompt belongs to one option: `rights` has the option by the prompt."""

    rights: Mapping[int, int]
    tag: ClassVar[str] = "pairs"

    def fits(self, value: Any, *, options: frozenset[int]) -> bool:
        """Tell whether all are prompts and options of the question."""
        return all(one["left"] in self.rights and one["right"] in options for one in value)

    def score(self, value: Any) -> int:
        """Give the share of the prompts that are matched rightly, rounded half up."""
        return share(sum(self.rights[one["left"]] == one["right"] for one in value), len(self.rights))

    def feedback(self, _value: Any) -> str:
        """Say nothing; the question has its own."""
        return ""


def share(part: int, whole: int) -> int:
    """Give part / whole in basis points, rounded half up to an integer: 2 of 3 give 6,667."""
    return (2 * FULL_SCORE * part + whole) // (2 * whole)


def plain(text: str) -> str:
    """Give a text as it is compared: NFC, case folded, runs of space as one, none around it."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.split())


def read_key(kind: QuestionKind, kept: Mapping[str, Any]) -> Key:
    """Give the key of a question from how it is kept."""
    return _READERS[kind](kept)


def _numbers(accepted: Sequence[Mapping[str, Any]]) -> Numbers:
    return Numbers(
        tuple(
            AcceptedNumber(Decimal(one["value"]), Decimal(one["tolerance"]), one["credit"], one["feedback"])
            for one in accepted
        )
    )


_READERS: Mapping[QuestionKind, Callable[[Mapping[str, Any]], Key]] = {
    "single_choice": lambda kept: OneOption(kept["option"]),
    "true_false": lambda kept: OneOption(kept["option"]),
    "multiple_choice": lambda kept: SeveralOptions(frozenset(kept["options"])),
    "matching": lambda kept: Pairs({one["left"]: one["right"] for one in kept["pairs"]}),
    "numeric": lambda kept: _numbers(kept["numbers"]),
    "short_answer": lambda kept: Texts(tuple(AcceptedText(**one) for one in kept["texts"])),
}
