"""The services at work for several tenants: their real apps, databases and event log, stepped by `settle()`.

Only identity has no visitors here: what it would say about tenants and people is put into its outbox.
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from services.catalogue.archive import pack
from services.embedded import SERVICES
from shared.events import Event
from shared.events.identity import PersonAssigned, Post, TenantDefined
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.embedded import EmbeddedLog
from shared.testing import Running, Suite
from shared.web.app import App, create_app
from shared.web.auth import Role
from shared.web.keys import KeyRing
from tests.api import serving
from tests.api.tokens import ORIGIN, bearer, key_set
from tests.contracts.homes import Home

Said = TypeVar("Said", bound=Event)

COURSE = """\
programme: {code: INTEGRITAS, title: Integritas}
code: GRATIFIKASI
title: Pengendalian Gratifikasi
summary: Ringkasan.
language: id
form: C3
scope: domestic
outcomes: [{competency: INT, level: 2}]
lessons:
- {code: L1, title: Dasar, minutes: 30, required: true, kind: text, body_file: lessons/L1.md}
- {code: L2, title: Lembar, minutes: 15, required: true, kind: file, file: bahan/leaflet.pdf}
assessments:
- {code: PRE, role: pre, must_pass: false, minimum_bp: 0}
- {code: POST, role: post, must_pass: true, minimum_bp: 7000}
"""
FILES: Mapping[str, bytes] = {"lessons/L1.md": b"# Dasar\n\nIsi *pelajaran*.\n", "bahan/leaflet.pdf": b"%PDF-1.7 "}
GIFT = """// [tag:kompetensi:INT] [tag:tingkat:2]
::Lapor::Gratifikasi dilaporkan paling lambat dalam berapa hari kerja?{=30 ~60 ~90}

// [tag:kompetensi:INT] [tag:tingkat:2]
::Kepada::Kepada siapa gratifikasi dilaporkan?{=KPK ~Ombudsman}

// [tag:kompetensi:INT] [tag:tingkat:2]
::Wajib::Gratifikasi yang dianggap suap wajib dilaporkan.{T}
"""
RIGHT = {"30", "KPK", "Benar"}


@dataclass
class House:
    """The services, served and stepped by hand."""

    home: Home
    suite: Suite
    apps: Mapping[str, App]

    def tell(self, *events: Event) -> None:
        """Let identity say something."""
        with self.suite["identity"].database.writing() as session:
            outbox.append(session, *events)

    def settle(self) -> None:
        """Let everything that was said be heard, and all that follows from it."""
        self.suite.settle()

    def tenant(self, kind: str = "city") -> "Tenant":
        """Found a tenant that every service knows."""
        founded = Tenant(self)
        self.tell(TenantDefined(tenant=founded.id, kind="city" if kind == "city" else "provider", zone="Asia/Jakarta"))
        self.settle()
        return founded


@contextmanager
def housed(home: Home) -> Iterator[House]:
    """Run every service in a home whose databases are empty."""
    home.settings = replace(home.settings, public_url=ORIGIN)
    home.migrate(SERVICES)
    log = EmbeddedLog(home.settings.folder / "events.sqlite")
    apps = {}
    for service in SERVICES:
        web = home.database(service.name, "web")
        keys = KeyRing(web, home.settings, key_set)
        keys.refresh()
        apps[service.name] = create_app(service, home.settings, web, keys, schema_is_current=lambda _: True)
    suite = Suite([Running(service, home.database(service.name, "worker"), log) for service in SERVICES])
    try:
        yield House(home, suite, apps)
    finally:
        for running in suite.running:
            running.consumer.close()
        log.close()


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def problem(self) -> str:
        """The type of the problem, or "" where there was none."""
        return str(self.json["type"]) if self.status >= 400 else ""


@dataclass
class Tenant:
    """A city or a provider, whose people visit the services."""

    house: House
    id: UUID = field(default_factory=new_id)
    unit: UUID = field(default_factory=new_id)

    def person(self) -> UUID:
        """Assign somebody to a post."""
        person = new_id()
        post = Post(id=new_id(), unit=self.unit, job="J1", primary=True, valid_from=date(2020, 1, 1), valid_to=None)
        self.house.tell(
            PersonAssigned(tenant=self.id, person=person, employment_type="PNS", contract_start=None, posts=(post,))
        )
        self.house.settle()
        return person

    @cached_property
    def staff(self) -> UUID:
        """Who does what is no learner's."""
        return self.person()

    def ask(self, method: str, path: str, *roles: Role, person: UUID | None = None, **rest: Any) -> Answer:
        """Ask a service, as `PUT catalogue/courses/…`; give the answer after everything that follows from it."""
        answer = self.ask_only(method, path, *roles, person=person, **rest)
        self.house.settle()
        return answer

    def ask_only(self, method: str, path: str, *roles: Role, person: UUID | None = None, **rest: Any) -> Answer:
        """Ask a service, and leave for later what follows from it."""
        service, _, below = path.partition("/")
        headers = {**bearer(self.id, person or self.staff, *roles), **rest.pop("headers", {})}
        client = self.house.apps[service].test_client()
        given = client.open(f"/{below}", method=method, headers=headers, buffered=True, **rest)
        return Answer(given.status_code, given.get_data(as_text=True), dict(given.headers))

    def do(self, method: str, path: str, *roles: Role, **rest: Any) -> Any:
        """Ask for something that must succeed; give what the answer holds."""
        answer = self.ask(method, path, *roles, **rest)
        assert answer.status < 300, answer.text
        return answer.json if answer.text else None

    def said(self, service: str, kind: type[Said]) -> list[Said]:
        """Give what a service said about this tenant."""
        return serving.said(self.house.suite[service].database, self.id, kind)

    def publish_framework(self, *codes: str) -> None:
        """Put a framework with these competencies in force."""
        rows = "".join(f"{code},Kompetensi {code}\n" for code in codes)
        content = {"data": f"kode_kompetensi,nama\n{rows}", "content_type": "text/csv"}
        self.do("POST", "evaluation/frameworks?valid_from=2020-01-01", "analyst", **content)

    def publish_assessment(self, bank: str, code: str, role: str) -> str:
        """Make an assessment from a bank and publish it; give its id."""
        wanted = {"code": code, "title": code, "role": role, "bank": bank, "attempts_allowed": 2}
        made = str(self.do("POST", "assessment/assessments", "administrator", json=wanted)["id"])
        self.do("PUT", f"assessment/assessments/{made}/publication", "administrator")
        return made

    def import_course(self, manifest: str = COURSE) -> str:
        """Import a course; give its id."""
        sent = {"file": (io.BytesIO(pack({"course.yaml": manifest.encode(), **FILES})), "course.zip")}
        return str(self.do("POST", "catalogue/course-imports", "administrator", data=sent)["course"])

    def change_course(self, course: str, what: str) -> Answer:
        """Publish or withdraw a course as it stands."""
        tag = self.ask("GET", f"catalogue/courses/{course}", "administrator").headers["ETag"]
        return self.ask("PUT", f"catalogue/courses/{course}/{what}", "administrator", headers={"If-Match": tag})


@dataclass
class Provider:
    """A tenant with a published course, its assessments and the bank that they were made from."""

    tenant: Tenant
    bank: str
    pre: str
    post: str
    course: str

    @classmethod
    def found(cls, house: House) -> "Provider":
        """Author and publish everything through the doors."""
        tenant = house.tenant("provider")
        tenant.publish_framework("INT")
        bank = str(tenant.do("POST", "assessment/banks", "administrator", json={"code": "B", "title": "Bank"})["id"])
        gift = {"data": GIFT.encode(), "content_type": "text/plain"}
        tenant.do("POST", f"assessment/banks/{bank}/gift-imports", "administrator", **gift)
        pre = tenant.publish_assessment(bank, "PRE", "pre")
        post = tenant.publish_assessment(bank, "POST", "post")
        course = tenant.import_course()
        published = tenant.change_course(course, "publication")
        assert published.status == 200, published.text
        return cls(tenant, bank, pre, post, course)

    def offer(self, to: Tenant) -> Answer:
        """Offer the course to a tenant."""
        return self.tenant.ask("PUT", f"catalogue/courses/{self.course}/offers/{to.id}", "administrator")

    def end_offer(self, to: Tenant) -> Answer:
        """End an offer."""
        return self.tenant.ask("DELETE", f"catalogue/courses/{self.course}/offers/{to.id}", "administrator")


@dataclass
class Learner:
    """Somebody of a city who takes a course."""

    city: Tenant
    id: UUID
    enrolment: Mapping[str, Any]

    @classmethod
    def enrol(cls, city: Tenant, class_: str) -> "Learner":
        """Enrol a new person of a city in a class."""
        person = city.person()
        path = f"enrolment/classes/{class_}/enrolments"
        return cls(city, person, city.do("POST", path, "learner", person=person, json={}))

    def do(self, method: str, path: str, **rest: Any) -> Any:
        """Ask for something that must succeed."""
        return self.city.do(method, path, "learner", person=self.id, **rest)

    def sit(self, assessment: str, *, right: Iterable[str] = RIGHT) -> dict[str, Any]:
        """Sit an assessment, choosing what is right; give the result."""
        path = f"assessment/enrolments/{self.enrolment['id']}/attempts"
        attempt = self.do("POST", path, json={"assessment": assessment})
        answers = [
            {"question": question["id"], "option": option["id"], "sequence": 1}
            for question in attempt["questions"]
            for option in question["options"]
            if option["text"] in right
        ]
        place = f"assessment/attempts/{attempt['id']}"
        self.do("PUT", f"{place}/answers", json={"answers": answers})
        return dict(self.do("PUT", f"{place}/hand-in"))

    def view_lessons(self) -> None:
        """Mark every lesson as done."""
        for lesson in self.enrolment["lessons"]:
            self.do("PUT", f"enrolment/enrolments/{self.enrolment['id']}/lessons/{lesson['id']}")

    @property
    def state(self) -> str:
        """The state of the enrolment."""
        return str(self.do("GET", f"enrolment/enrolments/{self.enrolment['id']}")["state"])
