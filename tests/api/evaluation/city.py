"""A city whose people are evaluated: what it hears, and callers with tokens of their own."""

from dataclasses import dataclass, field
from uuid import UUID

from services.evaluation.app import service
from shared.database import Database
from shared.events import Event
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.ids import new_id
from shared.messaging.handling import handle
from shared.web.app import App
from shared.web.auth import Role
from tests.api import serving
from tests.api.evaluation.facts import Study, assigned, job_defined, post, tenant_defined, unit_defined
from tests.api.serving import Said, Visitor
from tests.api.tokens import bearer


@dataclass
class City:
    """One tenant of the service under test."""

    app: App
    database: Database
    id: UUID = field(default_factory=new_id)
    office: UUID = field(default_factory=new_id)
    unit: UUID = field(default_factory=new_id)

    def begin(self) -> "City":
        self.hear(
            tenant_defined(self.id),
            unit_defined(self.id, self.office),
            unit_defined(self.id, self.unit, self.office),
            job_defined(self.id, "J1"),
        )
        return self

    def hear(self, *events: Event) -> None:
        """Let the service handle events, as its consumer does."""
        with self.database.writing() as session:
            handle(service, session, events)

    def hear_itself(self) -> None:
        """Let the service hear what it said of evidence, as it does through the log."""
        self.hear(*self.said(EvidenceRecorded), *self.said(EvidenceWithdrawn))

    def person(self) -> UUID:
        """Let the service hear of somebody who works in the unit."""
        person = new_id()
        self.hear(assigned(self.id, person, post(self.unit)))
        return person

    def study(self, person: UUID | None = None, course: UUID | None = None, competency: str = "PP") -> Study:
        return Study(self.id, person or new_id(), course or new_id(), competency=competency)

    def trained(self) -> Study:
        """Let the service hear all about somebody who passed a course."""
        study = self.study(self.person())
        self.hear(*study.whole())
        return study

    def visitor(self, *roles: Role, person: UUID | None = None, unit: UUID | None = None) -> Visitor:
        """Give a caller of this city; without roles, one that may do nothing."""
        return Visitor(self.app, bearer(self.id, person or new_id(), *roles, unit=unit))

    @property
    def machine(self) -> Visitor:
        return Visitor(self.app, bearer(self.id, new_id(), "analyst", machine=True))

    def learner(self, person: UUID | None = None) -> Visitor:
        return self.visitor("learner", person=person)

    def manager(self, unit: UUID) -> Visitor:
        return self.visitor("manager", unit=unit)

    @property
    def analyst(self) -> Visitor:
        return self.visitor("analyst")

    @property
    def administrator(self) -> Visitor:
        return self.visitor("administrator")

    def said(self, kind: type[Said]) -> list[Said]:
        """Give what the service said in this city, in the order of saying."""
        return serving.said(self.database, self.id, kind)
