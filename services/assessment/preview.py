"""What an import of questions would do, whatever the file format: taken, faulty, left behind."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["single", "multiple", "true_false", "matching", "numeric", "short_answer"]


@dataclass(frozen=True)
class Option:
    """One option: its text, whether it is the right one, and what to say to who chose it ("" for nothing)."""

    text: str
    correct: bool
    feedback: str


@dataclass(frozen=True)
class AcceptedNumber:
    """A number that is accepted, give or take a tolerance, and what it earns in basis points."""

    value: Decimal
    tolerance: Decimal
    credit: int
    feedback: str


@dataclass(frozen=True)
class AcceptedText:
    r"""A pattern of texts that are accepted (`*` for any signs, `\*` for an asterisk), and what it earns likewise."""

    pattern: str
    credit: int
    feedback: str


@dataclass(frozen=True)
class Pair:
    """A prompt and the text that belongs to it; without a prompt, a text that belongs to none."""

    prompt: str
    match: str


@dataclass(frozen=True)
class Question:
    """A question that is carried over; `line` is where it begins in the file, `text_format` Moodle's format name.

    Choices have `options`; the other kinds have `numbers`, `texts` or `pairs`.
    """

    title: str
    text: str
    options: tuple[Option, ...]
    kind: Kind
    competency: str
    level: int
    feedback: str = ""
    text_format: str = "moodle"
    line: int = 0
    numbers: tuple[AcceptedNumber, ...] = ()
    texts: tuple[AcceptedText, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class QuestionError:
    """A fault to mend before the question can be taken; `question` is 0 where the whole file is meant."""

    question: int
    line: int
    title: str
    code: str
    detail: str


@dataclass(frozen=True)
class NotCarriedOver:
    """A sound question that is not supported (`kind` is its kind), or a setting of one that is taken (its name)."""

    question: int
    line: int
    title: str
    kind: str
    reason: str

    @property
    def sentence(self) -> str:
        """Say it in one line for a report."""
        return f"Not carried over: {self.kind}, question {self.question} (line {self.line}), because {self.reason}."


@dataclass(frozen=True)
class Preview:
    """What an import would do: the questions it would take, the faults, and what stays behind."""

    questions: tuple[Question, ...] = ()
    errors: tuple[QuestionError, ...] = ()
    not_carried_over: tuple[NotCarriedOver, ...] = ()
