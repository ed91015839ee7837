"""Question banks, and their questions in immutable revisions."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment import preview
from services.assessment.model.base import Base
from services.assessment.model.items import Calibration, Item, Option, QuestionKind
from shared.database import TenantOwned
from shared.ids import new_id

Lot = Callable[[list[int]], None]
"""Brings a list into a random order, in place."""

_KINDS: dict[preview.Kind, QuestionKind] = {"single": "single_choice", "true_false": "true_false"}


class Bank(TenantOwned, Base, kind="record"):
    """A collection of questions from which assessments are made."""

    __tablename__ = "banks"
    __table_args__ = (UniqueConstraint("tenant", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))

    def take(
        self, found: Iterable[preview.Question], active: Sequence["Question"], *, at: datetime, draw_lots: Lot
    ) -> "Intake":
        """Sort questions of a file into the bank, beside those that are active in it.

        A question that is there already, word for word, stays. One with the title of a question that the file does
        not hold as it stands is its next revision. Any other is added at the end. Nothing changes before the intake
        is settled.
        """
        wanted = {_fingerprint(one): one for one in found}
        kept = {one.fingerprint for one in active} & wanted.keys()
        changed = defaultdict(list)
        for old in active:
            if old.fingerprint not in kept:
                changed[old.title].append(old)
        intake = Intake(unchanged=len(kept))
        number = max((old.number for old in active), default=0)
        for fresh in (
            Question.taken(self, one, at=at, draw_lots=draw_lots) for name, one in wanted.items() if name not in kept
        ):
            if changed[fresh.title]:
                intake.retired.append(fresh.supersede(changed[fresh.title].pop(0)))
                intake.revised.append(fresh)
            else:
                number += 1
                fresh.number = number
                intake.added.append(fresh)
        return intake


@dataclass(kw_only=True)
class Intake:
    """What a file brings into a bank: new questions, and new revisions with the ones that they retire."""

    unchanged: int
    added: list["Question"] = field(default_factory=list)
    revised: list["Question"] = field(default_factory=list)
    retired: list["Question"] = field(default_factory=list)


class Question(TenantOwned, Base, kind="record"):
    """One revision of a question. It never changes; a better wording is a new row that retires this one.

    `origin` is the id of its first revision, `number` its place in the bank, kept through its revisions.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("tenant", "origin", "revision"),
        Index(
            "uq_questions_active_number",
            "tenant",
            "bank_id",
            "number",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
            sqlite_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("banks.id"))
    origin: Mapped[UUID]
    revision: Mapped[int]
    number: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    text_format: Mapped[str] = mapped_column(String(10))
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    correct: Mapped[int] = mapped_column(SmallInteger)
    feedback: Mapped[str] = mapped_column(Text)
    competency: Mapped[str] = mapped_column(String(80))
    level: Mapped[int] = mapped_column(SmallInteger)
    a: Mapped[float | None]
    b: Mapped[float | None]
    c: Mapped[float | None]
    fingerprint: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @classmethod
    def taken(cls, bank: Bank, found: preview.Question, *, at: datetime, draw_lots: Lot) -> Self:
        """Make the first revision of a question of a file; its place in the bank is still to be given."""
        ids = list(range(1, len(found.options) + 1))
        draw_lots(ids)
        fresh = new_id()
        return cls(
            id=fresh,
            tenant=bank.tenant,
            bank_id=bank.id,
            origin=fresh,
            revision=1,
            number=0,
            kind=_KINDS[found.kind],
            title=found.title,
            text=found.text,
            text_format=found.text_format,
            options=[
                {"id": id_, "text": option.text, "feedback": option.feedback}
                for id_, option in zip(ids, found.options, strict=True)
            ],
            correct=next(id_ for id_, option in zip(ids, found.options, strict=True) if option.correct),
            feedback=found.feedback,
            competency=found.competency,
            level=found.level,
            fingerprint=_fingerprint(found),
            added_at=at,
        )

    def supersede(self, older: "Question") -> "Question":
        """Become the next revision of a question, and give the old one, whose calibration is not taken over."""
        self.origin, self.revision, self.number = older.origin, older.revision + 1, older.number
        return older

    def retire(self, at: datetime) -> None:
        """Leave the bank; the versions that ask it go on asking it."""
        self.retired_at = at

    def item(self) -> Item:
        """Give it as a value that outlives its session."""
        return Item(
            id=self.id,
            kind=self.kind,
            text=self.text,
            text_format=self.text_format,
            options=tuple(Option(**option) for option in self.options),
            correct=self.correct,
            feedback=self.feedback,
            competency=self.competency,
            level=self.level,
            calibration=self.calibration,
        )

    @property
    def calibration(self) -> Calibration | None:
        """Give its calibration, if it has one."""
        if self.a is None or self.b is None or self.c is None:
            return None
        return Calibration(self.a, self.b, self.c)


def _fingerprint(question: preview.Question) -> str:
    """Tell two wordings apart: SHA-256 of everything that a learner sees or a marker needs, in hexadecimal."""
    content = [
        _KINDS[question.kind],
        question.text,
        question.text_format,
        [[option.text, option.correct, option.feedback] for option in question.options],
        question.feedback,
        question.competency,
        question.level,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
