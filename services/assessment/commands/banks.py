"""Makes question banks, and takes files of questions into them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.assessment.model import Bank, Intake
from services.assessment.preview import Preview
from services.assessment.queries import NoSuchBank, active_questions
from shared import clock
from shared.errors import Conflict, Invalid
from shared.ids import new_id

Reader = Callable[[bytes], Preview]
"""Says what an import of a file would take; it never raises."""

_lots = SystemRandom().shuffle


class BankCodeIsTaken(Conflict):
    """The code of a bank is unique in its tenant."""


class QuestionsHaveErrors(Invalid):
    """A file of questions is taken whole, unless the good questions alone were asked for."""


@dataclass(frozen=True, kw_only=True)
class QuestionImport:
    """What an import did, or in a dry run would do; the numbers count questions."""

    dry_run: bool
    added: int
    revised: int
    unchanged: int
    preview: Preview


def create_bank(session: Session, tenant: UUID, *, code: str, title: str) -> Bank:
    """Make an empty bank. Raises `BankCodeIsTaken`."""
    taken = session.scalar(select(Bank.id).where(Bank.tenant == tenant, Bank.code == code))
    if taken is not None:
        raise BankCodeIsTaken(f"There is a bank with the code {code} already.", code=code, bank=str(taken))
    bank = Bank(id=new_id(), tenant=tenant, code=code, title=title)
    session.add(bank)
    session.flush()
    return bank


def import_questions(
    session: Session,
    tenant: UUID,
    bank_id: UUID,
    content: bytes,
    *,
    read: Reader,
    dry_run: bool = False,
    good_questions: bool = False,
) -> QuestionImport:
    """Take a file of questions into a bank, whole or not at all; with `good_questions` what is free of errors.

    A file taken twice adds nothing the second time. Raises `NoSuchBank` or `QuestionsHaveErrors`; a dry run changes
    nothing and gives the errors instead.
    """
    # Two imports into one bank take turns, because each decides from the questions that it finds.
    bank = session.scalar(select(Bank).where(Bank.tenant == tenant, Bank.id == bank_id).with_for_update(key_share=True))
    if bank is None:
        raise NoSuchBank("There is no such bank here.")
    found = read(content)
    _refuse_errors(found, dry_run=dry_run, good_questions=good_questions)
    at = clock.now()
    active = session.scalars(active_questions(tenant, bank.id)).all()
    intake = bank.take(found.questions, active, at=at, draw_lots=_lots)
    if not dry_run:
        _settle(session, intake, at=at)
    return QuestionImport(
        dry_run=dry_run,
        added=len(intake.added),
        revised=len(intake.revised),
        unchanged=intake.unchanged,
        preview=found,
    )


def _refuse_errors(found: Preview, *, dry_run: bool, good_questions: bool) -> None:
    unreadable = any(error.question == 0 for error in found.errors)
    if not found.errors or dry_run or (good_questions and not unreadable):
        return
    by_question: dict[str, list[dict[str, object]]] = {}
    for error in found.errors:
        said = {"line": error.line, "title": error.title, "code": error.code, "detail": error.detail}
        by_question.setdefault(str(error.question), []).append(said)
    raise QuestionsHaveErrors(
        f"Nothing was taken: {len(by_question)} questions have errors. Mend them, or take the good questions.",
        errors=by_question,
        questions=len(found.questions),
    )


def _settle(session: Session, intake: Intake, *, at: datetime) -> None:
    for old in intake.retired:
        old.retire(at)
    session.flush()  # A retired revision leaves its number before the next one takes it.
    session.add_all([*intake.added, *intake.revised])
    session.flush()
