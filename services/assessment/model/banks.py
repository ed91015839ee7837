"""Question banks, and their questions in immutable revisions."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment import preview
from services.assessment.model.base import Base
from services.assessment.model.items import Calibration, Item, Option, Prompt
from services.assessment.model.keys import QuestionKind
from services.assessment.model.offers import was_asked
from shared.database import TenantOwned
from shared.ids import new_id

Lot = Callable[[list[int]], None]
"""Brings a list into a random order, in place."""

_KINDS: dict[preview.Kind, QuestionKind] = {
    "single": "single_choice",
    "true_false": "true_false",
    "multiple": "multiple_choice",
    "matching": "matching",
    "numeric": "numeric",
    "short_answer": "short_answer",
}
_KEPT = (
    *("tenant", "bank_id", "origin", "number", "kind", "title", "text", "text_format", "options", "prompts"),
    *("feedback", "competency", "level"),
)
"""What the next revision of the same wording keeps; a calibration was made with the old key."""


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

    `origin` is the id of its first revision, `number` its place in the bank, kept through its revisions. One that is a
    `correction` differs in its key alone, which holds for those who were asked the revision before, too.
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
    prompts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    right: Mapped[dict[str, Any]] = mapped_column(JSON)
    feedback: Mapped[str] = mapped_column(Text)
    competency: Mapped[str] = mapped_column(String(80))
    level: Mapped[int] = mapped_column(SmallInteger)
    a: Mapped[float | None]
    b: Mapped[float | None]
    c: Mapped[float | None]
    correction: Mapped[bool]
    fingerprint: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @classmethod
    def also_readable_by(cls, tenant: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Let those read it whose learners were asked it."""
        return was_asked(cls.id, tenant)

    @classmethod
    def taken(cls, bank: Bank, found: preview.Question, *, at: datetime, draw_lots: Lot) -> Self:
        """Make the first revision of a question of a file; its place in the bank is still to be given."""
        options = _options(found, draw_lots)
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
            options=options,
            prompts=[{"id": id_, "text": one.prompt} for id_, one in enumerate(_asked(found.pairs), start=1)],
            right=_right(found, {option["text"]: option["id"] for option in options}),
            feedback=found.feedback,
            competency=found.competency,
            level=found.level,
            correction=False,
            fingerprint=_fingerprint(found),
            added_at=at,
        )

    def supersede(self, older: "Question") -> "Question":
        """Become the next revision of a question, and give the old one, whose calibration is not taken over."""
        self.origin, self.revision, self.number = older.origin, older.revision + 1, older.number
        return older

    def corrected(self, found: preview.Question, *, at: datetime) -> "Question":
        """Give the next revision, which has the key of `found`, and the options of this one under the same ids."""
        return Question(
            **{name: getattr(self, name) for name in _KEPT},
            id=new_id(),
            revision=self.revision + 1,
            right=_right(found, {option["text"]: option["id"] for option in self.options}),
            correction=True,
            fingerprint=_fingerprint(found),
            added_at=at,
        )

    def calibrated(self, calibration: Calibration | None, *, at: datetime) -> "Question":
        """Give the next revision, which differs in its calibration alone."""
        return Question(
            **{name: getattr(self, name) for name in _KEPT},
            **(asdict(calibration) if calibration else {}),
            id=new_id(),
            revision=self.revision + 1,
            right=self.right,
            correction=False,
            fingerprint=self.fingerprint,
            added_at=at,
        )

    def found(self) -> preview.Question:
        """Give the options and prompts as a file would hold them, with no key."""
        kinds = {kind: name for name, kind in _KINDS.items()}
        chosen = () if self.prompts else self.options
        return preview.Question(
            title=self.title,
            text=self.text,
            options=tuple(preview.Option(one["text"], False, one["feedback"]) for one in chosen),
            kind=kinds[self.kind],
            competency=self.competency,
            level=self.level,
            feedback=self.feedback,
            text_format=self.text_format,
        )

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
            prompts=tuple(Prompt(**prompt) for prompt in self.prompts),
            right=self.right,
            feedback=self.feedback,
            competency=self.competency,
            level=self.level,
            calibration=self.calibration,
        )

    @property
    def correct(self) -> int | None:
        """Give the right option where exactly one option is the answer."""
        return self.right.get("option")

    @property
    def calibration(self) -> Calibration | None:
        """Give its calibration, if it has one."""
        if self.a is None or self.b is None or self.c is None:
            return None
        return Calibration(self.a, self.b, self.c)


def _options(found: preview.Question, draw_lots: Lot) -> list[dict[str, Any]]:
    """Give what can be chosen, each text once: the options, or the matches of the pairs."""
    said = {option.text: option.feedback for option in found.options} or dict.fromkeys(
        (pair.match for pair in found.pairs), ""
    )
    ids = list(range(1, len(said) + 1))
    draw_lots(ids)
    return [
        {"id": id_, "text": text_, "feedback": feedback}
        for id_, (text_, feedback) in zip(ids, said.items(), strict=True)
    ]


def _asked(pairs: Iterable[preview.Pair]) -> list[preview.Pair]:
    return [pair for pair in pairs if pair.prompt]


def _right(found: preview.Question, ids: Mapping[str, int]) -> dict[str, Any]:
    """Give the key as it is kept; `ids` are those of the options by their texts."""
    rights = sorted(ids[option.text] for option in found.options if option.correct)
    if found.kind == "numeric":
        return {
            "numbers": [
                asdict(one) | {"value": _exact(one.value), "tolerance": _exact(one.tolerance)} for one in found.numbers
            ]
        }
    if found.kind == "short_answer":
        return {"texts": [asdict(one) for one in found.texts]}
    if found.kind == "matching":
        matches = enumerate(_asked(found.pairs), start=1)
        return {"pairs": [{"left": left, "right": ids[pair.match]} for left, pair in matches]}
    return {"options": rights} if found.kind == "multiple" else {"option": rights[0]}


def _exact(number: Decimal) -> str:
    """Write a number in one way: 2009.0 as 2009."""
    return f"{number.normalize():f}"


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
        [[_exact(one.value), _exact(one.tolerance), one.credit, one.feedback] for one in question.numbers],
        [[one.pattern, one.credit, one.feedback] for one in question.texts],
        [[one.prompt, one.match] for one in question.pairs],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
