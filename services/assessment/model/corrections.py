"""Corrections of keys: what is right after all, for those who were asked before it was known."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment import preview
from services.assessment.model.banks import Question
from services.assessment.model.base import Base
from services.assessment.model.offers import was_asked
from services.assessment.question_rules import Fault, Limits, checked
from shared.database import TenantOwned
from shared.errors import Conflict, Invalid


class KeyDoesNotFit(Invalid):
    """A key is of the kind of its question, and names only what the question offers."""


class QuestionIsSuperseded(Conflict):
    """Only the newest revision of a question is corrected."""


class Correction(TenantOwned, Base, kind="record"):
    """The key that is in force for a revision of a question, and how far attempts are marked again by it.

    A revision that was only calibrated has one too, with its own key: what is corrected later holds for it as well.

    `successor` is the revision in the bank that holds the key. `after` is the last attempt that was looked at, in the
    order of ids; `remarked` counts those whose marks changed; `finished_at` is None while there are more to look at.
    """

    __tablename__ = "corrections"

    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    successor: Mapped[UUID] = mapped_column(ForeignKey("questions.id"))
    right: Mapped[dict[str, Any]] = mapped_column(JSON)
    corrected_at: Mapped[datetime]
    after: Mapped[UUID | None]
    remarked: Mapped[int]
    finished_at: Mapped[datetime | None]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it whose learners were asked the question."""
        return was_asked(cls.question_id, tenant)

    @classmethod
    def follow(cls, question: Question, successor: Question, *, at: datetime) -> Self:
        """Let a later correction of the successor hold for those who were asked the question, whose key stays."""
        return cls(
            tenant=question.tenant,
            question_id=question.id,
            successor=successor.id,
            right=question.right,
            corrected_at=at,
            remarked=0,
            finished_at=at,
        )

    def lead_to(self, successor: Question, *, at: datetime) -> None:
        """Let the key of a revision be in force, and begin to mark again by it."""
        self.successor, self.right, self.corrected_at = successor.id, successor.right, at
        self.after, self.remarked, self.finished_at = None, 0, None


def with_key(question: Question, said: Mapping[str, Any]) -> preview.Question:
    """Give a question as a file would hold it with another key. Raises `KeyDoesNotFit`.

    `said` is one of `{"option": id}`, `{"options": [id]}`, `{"numbers": [{"value", "tolerance", "credit",
    "feedback"}]}`, `{"texts": [{"pattern", "credit", "feedback"}]}` and `{"pairs": [{"left", "right"}]}`.
    """
    (tag,) = question.right
    if set(said) != {tag}:
        raise KeyDoesNotFit(f"The key of this question stands under {tag!r}.", takes=tag)
    try:
        return checked(_turned(question, tag, said[tag]), Limits())
    except Fault as fault:
        raise KeyDoesNotFit(fault.detail, takes=tag) from fault


def _turned(question: Question, tag: str, value: Any) -> preview.Question:
    found = question.found()
    if tag in {"option", "options"}:
        rights = {value} if tag == "option" else set(value)
        known = {option["id"]: option["text"] for option in question.options}
        _require_known(rights - known.keys())
        words = {known[one] for one in rights}
        return replace(found, options=tuple(replace(one, correct=one.text in words) for one in found.options))
    if tag == "pairs":
        return replace(found, pairs=_paired(question, {one["left"]: one["right"] for one in value}))
    if tag == "numbers":
        exact = [one | {name: Decimal(str(one[name])) for name in ("value", "tolerance")} for one in value]
        return replace(found, numbers=tuple(preview.AcceptedNumber(**one) for one in exact))
    return replace(found, texts=tuple(preview.AcceptedText(**one) for one in value))


def _paired(question: Question, rights: Mapping[int, int]) -> tuple[preview.Pair, ...]:
    words = {option["id"]: option["text"] for option in question.options}
    prompts = {prompt["id"]: prompt["text"] for prompt in question.prompts}
    _require_known((rights.keys() ^ prompts.keys()) | (set(rights.values()) - words.keys()))
    idle = [text for id_, text in words.items() if id_ not in rights.values()]
    pairs = [preview.Pair(prompts[left], words[rights[left]]) for left in prompts]
    return (*pairs, *(preview.Pair("", text) for text in idle))


def _require_known(strange: set[int]) -> None:
    if strange:
        raise KeyDoesNotFit(
            "The key names each prompt once, and only options of the question.", strange=sorted(strange)
        )
