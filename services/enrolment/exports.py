"""What enrolment keeps about a person, for `/me/data`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.enrolment.model import Enrolment, EnrolmentJob, LessonMark, Person, Post, RefusedLine, Result
from services.enrolment.model.facts import Annulment
from shared.exports import by_table, rows_behind
from shared.service import Export


def annulments(tenant: UUID, person: UUID) -> Select[Any]:
    """Give the annulments of attempts in the person's enrolments."""
    attempts = (
        select(Result.attempt)
        .join(Enrolment, (Enrolment.id == Result.enrolment) & (Enrolment.tenant == Result.tenant))
        .where(Enrolment.tenant == tenant, Enrolment.person == person)
    )
    return select(Annulment.attempt).where(Annulment.tenant == tenant, Annulment.attempt.in_(attempts))


EXPORTS: Mapping[str, Export] = {
    **by_table(Enrolment.person, Person.id, Post.person, EnrolmentJob.asked_by, RefusedLine.person),
    "annulments": annulments,
    "lesson_marks": rows_behind(LessonMark.enrolment, Enrolment.id, Enrolment.person),
    "results": rows_behind(Result.enrolment, Enrolment.id, Enrolment.person),
}
