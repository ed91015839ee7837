"""A city whose people learn: the facts that enrolment hears, and callers with tokens of their own."""

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.enrolment.app import service
from shared import clock
from shared.database import Database
from shared.events import Event
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.base import ENVELOPE
from shared.events.catalogue import CourseLesson, CoursePublished, Outcome, PinnedAssessment, TestRole
from shared.events.enrolment import EnrolmentFact
from shared.events.identity import PersonAssigned, PersonErased, Post, TenantDefined
from shared.ids import new_id
from shared.messaging.handling import handle
from shared.service import Timer
from shared.web.app import App
from shared.web.auth import Role
from tests.api import serving
from tests.api.serving import Said, Visitor
from tests.api.tokens import KEY as KEY
from tests.api.tokens import ORIGIN as ORIGIN
from tests.api.tokens import bearer

START = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
TODAY = date(2026, 11, 3)
"""The local day of `START` in Jakarta, where it is three in the morning already."""


@dataclass
class Watch:
    """The time of a test, which goes on only when told."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Course:
    """A course of two required lessons and an optional one, with a pre-test and a post-test to pass."""

    id: UUID = field(default_factory=new_id)
    lessons: tuple[UUID, UUID, UUID] = field(default_factory=lambda: (new_id(), new_id(), new_id()))
    pre: UUID = field(default_factory=new_id)
    post: UUID = field(default_factory=new_id)
    trainer: UUID = field(default_factory=new_id)
    programme: UUID = field(default_factory=new_id)


@dataclass
class City:
    """One tenant of the service under test."""

    app: App
    database: Database
    id: UUID = field(default_factory=new_id)
    unit: UUID = field(default_factory=new_id)

    def begin(self) -> "City":
        self.hear(TenantDefined(tenant=self.id, kind="city", zone="Asia/Jakarta", sequence=1))
        return self

    def hear(self, *events: Event) -> None:
        """Let the service handle events, as its consumer does."""
        with self.database.writing() as session:
            handle(service, session, events)

    def person(self, unit: UUID | None = None, id_: UUID | None = None) -> UUID:
        person = id_ or new_id()
        post = Post(
            id=new_id(), unit=unit or self.unit, job="J1", primary=True, valid_from=date(2020, 1, 1), valid_to=None
        )
        self.hear(
            PersonAssigned(
                tenant=self.id, person=person, employment_type="PNS", contract_start=None, posts=(post,), sequence=1
            )
        )
        return person

    def publish(self, course: Course | None = None, version: int = 1) -> Course:
        """Publish a version of a course; each version is four minutes longer than the one before."""
        course = course or Course()
        first, second, extra = course.lessons
        self.hear(
            CoursePublished(
                tenant=self.id,
                course=course.id,
                version=version,
                programme=course.programme,
                provider=self.id,
                title="Pelayanan publik",
                trainers=(course.trainer,),
                form="C3",
                scope="domestic",
                outcomes=(Outcome(competency="PP", level=3),),
                lessons=(
                    CourseLesson(id=first, minutes=40 + 4 * (version - 1), required=True),
                    CourseLesson(id=second, minutes=50, required=True),
                    CourseLesson(id=extra, minutes=30, required=False),
                ),
                assessments=(
                    PinnedAssessment(id=course.pre, version=1, role="pre", must_pass=False, minimum=0),
                    PinnedAssessment(id=course.post, version=2, role="post", must_pass=True, minimum=7000),
                ),
                sequence=version,
            )
        )
        return course

    def visitor(self, person: UUID | None = None, *roles: Role, machine: bool = False) -> Visitor:
        """Give a caller of this city; without roles, one that may do nothing."""
        return Visitor(self.app, bearer(self.id, person or new_id(), *roles, machine=machine))

    def learner(self, person: UUID | None = None) -> Visitor:
        return self.visitor(person or self.person(), "learner")

    @property
    def administrator(self) -> Visitor:
        return self.visitor(None, "administrator")

    def plan(self, course: Course, **changes: Any) -> str:
        """Plan a class; give its id."""
        wanted = {"code": f"A-{new_id()}", "course": str(course.id), "kind": "self_paced", **changes}
        answer = self.administrator.post("/classes", wanted)
        assert answer.status_code == 201, answer.json
        return str(answer.json["id"])

    def enrol(self, person: UUID, course: Course) -> dict[str, Any]:
        """Enrol a person in a fresh class; give the answer."""
        answer = self.learner(person).post(f"/classes/{self.plan(course)}/enrolments")
        assert answer.status_code == 201, answer.json
        return dict(answer.json)

    def grade(self, enrolment: dict[str, Any], assessment: UUID, score: int, **changes: Any) -> AttemptGraded:
        """Let the service hear that an attempt, handed in now, was marked."""
        graded = graded_in(enrolment, self.id, assessment, score, **changes)
        self.hear(graded)
        return graded

    def shown(self, enrolment: dict[str, Any]) -> dict[str, Any]:
        """Give an enrolment as it is now."""
        return dict(self.administrator.get(f"/enrolments/{enrolment['id']}").json)

    def mark(self, enrolment: dict[str, Any], *lessons: UUID) -> None:
        learner = self.learner(UUID(enrolment["person"]))
        for lesson in lessons:
            answer = learner.put(f"/enrolments/{enrolment['id']}/lessons/{lesson}")
            assert answer.status_code == 200, answer.json

    def complete(self, course: Course, enrolment: dict[str, Any]) -> UUID:
        """Mark the required lessons and pass the post-test with 8,000; give the attempt."""
        self.mark(enrolment, *course.lessons[:2])
        return self.grade(enrolment, course.post, 8000).attempt

    def annul(self, enrolment: dict[str, Any], attempt: UUID) -> None:
        """Let the service hear that an attempt counts for nothing."""
        fact = graded_in(enrolment, self.id, attempt, 0, attempt=attempt)
        dimensions = {one.name: getattr(fact, one.name) for one in fields(EnrolmentFact) if one.name not in ENVELOPE}
        self.hear(AttemptAnnulled(tenant=self.id, attempt=attempt, reason="irregularity", sequence=9, **dimensions))

    def erase(self, person: UUID) -> None:
        self.hear(PersonErased(tenant=self.id, person=person, sequence=9))

    def tick(self, *timers: Timer) -> None:
        """Call timers once, each in a transaction of its own, as the relay does."""
        for timer in timers:
            with self.database.writing() as session:
                timer(session)

    def manager(self, unit: UUID | None = None) -> Visitor:
        """Give a manager of a unit and below, by default that in which people of this city work."""
        return Visitor(self.app, bearer(self.id, new_id(), "manager", unit=unit or self.unit))

    def said(self, kind: type[Said]) -> list[Said]:
        """Give what the service said in this city, in the order of saying."""
        return serving.said(self.database, self.id, kind)


def graded_in(
    enrolment: dict[str, Any],
    tenant: UUID,
    assessment: UUID,
    score: int,
    *,
    role: TestRole = "post",
    attempt: UUID | None = None,
    revision: int = 1,
    at: datetime | None = None,
) -> AttemptGraded:
    """Make the event that an attempt of an enrolment was marked."""
    at = at or clock.now()
    return AttemptGraded(
        tenant=tenant,
        enrolment=UUID(enrolment["id"]),
        person=UUID(enrolment["person"]),
        course=UUID(enrolment["course"]),
        version=enrolment["version"],
        class_=UUID(enrolment["class"]),
        programme=UUID(enrolment["programme"]),
        provider=UUID(enrolment["provider"]),
        unit=enrolment["unit"] and UUID(enrolment["unit"]),
        attempt=attempt or new_id(),
        revision=revision,
        assessment=assessment,
        assessment_version=1,
        role=role,
        score=score,
        handed_in_at=at,
        handed_in_on=clock.local_day(at, "Asia/Jakarta"),
        items=(),
        sequence=revision,
    )
