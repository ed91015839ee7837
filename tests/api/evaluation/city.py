"""A city whose people are evaluated: what it hears, and callers with tokens of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.evaluation.app import service
from shared import clock
from shared.database import Database
from shared.events import Event, decode
from shared.ids import new_id
from shared.messaging.handling import handle
from shared.plumbing import outbox
from shared.web.app import App
from shared.web.auth import Role
from tests.api.evaluation.facts import Study, assigned, job_defined, post, tenant_defined, unit_defined

ORIGIN = "https://learn.example"
KEY = ECKey.generate_key("P-256", {"kid": "test", "use": "sig"})

Said = TypeVar("Said", bound=Event)


@dataclass(frozen=True)
class Answer:
    """What a visitor gets; `json` is None where the body is not JSON."""

    status_code: int
    json: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Visitor:
    """Somebody with an access token."""

    app: App
    headers: dict[str, str]

    def get(self, path: str) -> Answer:
        return _answer(self.app.test_client().get(path, headers=self.headers))

    def send(self, path: str, content: str | bytes, kind: str = "text/csv") -> Answer:
        return _answer(self.app.test_client().post(path, data=content, content_type=kind, headers=self.headers))


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
        at = int(clock.now().timestamp())
        claims = {
            "iss": f"{ORIGIN}/api/identity",
            "aud": "wiyata",
            "sub": str(person or new_id()),
            "tenant": str(self.id),
            "iat": at,
            "exp": at + 600,
            "roles": [{"role": role, **({"unit": str(unit)} if unit else {})} for role in roles],
        }
        token = jwt.encode({"alg": "ES256", "kid": "test"}, claims, KEY, algorithms=["ES256"])
        return Visitor(self.app, {"Authorization": f"Bearer {token}"})

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
        wanted = select(outbox.c.body).where(outbox.c.tenant == self.id, outbox.c.type == kind.type)
        with self.database.reading() as session:
            bodies: Sequence[str] = session.scalars(wanted.order_by(outbox.c.position)).all()
        return [one for one in map(decode, bodies) if isinstance(one, kind)]


def _answer(given: TestResponse) -> Answer:
    return Answer(given.status_code, given.get_json(silent=True), dict(given.headers))
