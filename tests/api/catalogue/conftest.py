"""The catalogue's real web app on a real SQLite database; every test has cities of its own in it."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.catalogue.app import service
from services.catalogue.archive import pack
from services.catalogue.model import Course
from shared.database import Database
from shared.events import Event
from shared.events.assessment import AssessmentPublished
from shared.events.catalogue import Outcome, TestRole
from shared.events.evaluation import Competency, FrameworkPublished
from shared.events.identity import PersonAssigned, TenantDefined
from shared.ids import new_id
from shared.messaging.handling import fold
from shared.plumbing import outbox
from shared.settings import Settings
from shared.web.auth import Role
from tests.api.serving import database_of, serve
from tests.api.tokens import bearer

LEAFLET = b"%PDF-1.7 " + bytes(range(256)) * 4
COURSE = """\
programme: {code: LAYANAN, title: Pelayanan Publik}
code: SPP
title: Standar Pelayanan
summary: Ringkasan.
language: id
form: C3
scope: domestic
outcomes:
- {competency: PP, level: 3}
lessons:
- {code: L1, title: Dasar, minutes: 30, required: true, kind: text, body_file: lessons/L1.md}
- {code: L2, title: Lembar, minutes: 5, required: false, kind: file, file: bahan/leaflet.pdf}
- {code: L3, title: Tautan, minutes: 10, required: true, kind: link, url: "https://www.lapor.go.id/"}
assessments:
- {code: PRE, role: pre, must_pass: false, minimum_bp: 0}
- {code: POST, role: post, must_pass: true, minimum_bp: 7000}
"""
FILES: Mapping[str, bytes] = {"lessons/L1.md": b"# Dasar\n\nIsi *pelajaran*.\n", "bahan/leaflet.pdf": LEAFLET}


def manifest(course: str = COURSE, files: Mapping[str, bytes] = FILES) -> bytes:
    """A manifest zip."""
    return pack({"course.yaml": course.encode(), **files})


@dataclass
class City:
    """A tenant, and how its people call the catalogue."""

    client: FlaskClient
    worker: Database
    settings: Settings
    id: UUID = field(default_factory=new_id)
    assessments: dict[str, UUID] = field(default_factory=lambda: {"PRE": new_id(), "POST": new_id()})
    framework: UUID = field(default_factory=new_id)
    administrator: UUID = field(default_factory=new_id)
    trainer: UUID = field(default_factory=new_id)
    other_trainer: UUID = field(default_factory=new_id)
    learner: UUID = field(default_factory=new_id)

    def ask(self, method: str, path: str, role: Role = "administrator", **rest: Any) -> TestResponse:
        """Send a request as the person who has a role; `headers` are added to the token."""
        person = rest.pop("person", None) or getattr(self, role, self.learner)
        headers = {**bearer(self.id, person, role, machine=rest.pop("machine", False)), **rest.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, buffered=True, **rest)

    def get(self, path: str, role: Role = "administrator", **rest: Any) -> TestResponse:
        """Ask for something."""
        return self.ask("GET", path, role, **rest)

    def import_course(
        self, content: bytes | None = None, role: Role = "trainer", query: str = "", **rest: Any
    ) -> TestResponse:
        """Send a manifest."""
        sent = {"file": (io.BytesIO(manifest() if content is None else content), "course.zip")}
        return self.ask("POST", f"/course-imports{query}", role, data=sent, **rest)

    def publish(self, course: str, role: Role = "trainer", etag: str | None = None, **rest: Any) -> TestResponse:
        """Publish a course as it stands, or as an editor read it."""
        seen = etag or self.etag(course)
        return self.ask("PUT", f"/courses/{course}/publication", role, headers={"If-Match": seen}, **rest)

    def etag(self, course: str) -> str:
        """Give the version of a course, as its editors read it."""
        with self.worker.reading() as session:
            return f'"{session.scalars(select(Course.revision).where(Course.id == UUID(course))).one()}"'

    def published_course(self) -> str:
        """Import the course and publish it; give its id."""
        course = str(self.import_course().get_json()["course"])
        assert self.publish(course).status_code == 200
        return course

    def hear(self, *events: Event) -> None:
        """Fold events as the consumer does."""
        with self.worker.writing() as session:
            fold(service, session, events)

    def hear_of_zone(self) -> None:
        """Let it be known in which zone the city lies."""
        self.hear(TenantDefined(tenant=self.id, kind="city", zone="Asia/Jakarta", sequence=1))

    def hear_of_framework(self, *codes: str, version: int = 1, valid_from: date = date(2026, 1, 1)) -> None:
        """Let a framework with these competencies be known."""
        named = tuple(Competency(code=code, name=f"Kompetensi {code}") for code in codes)
        self.hear(
            FrameworkPublished(
                tenant=self.id,
                framework=self.framework,
                version=version,
                valid_from=valid_from,
                competencies=named,
                sequence=version,
            )
        )

    def hear_of_assessment(self, code: str, role: TestRole, version: int = 1) -> None:
        """Let a version of an assessment be known."""
        self.hear(
            AssessmentPublished(
                tenant=self.id,
                assessment=self.assessments.setdefault(code, new_id()),
                version=version,
                code=code,
                role=role,
                competencies=(Outcome(competency="PP", level=3),),
                maximum=20,
                sequence=version,
            )
        )

    def hear_of_person(self, person: UUID) -> None:
        """Let a person be known."""
        assigned = PersonAssigned(
            tenant=self.id, person=person, employment_type="PNS", contract_start=None, posts=(), sequence=1
        )
        self.hear(assigned)

    def event_ids(self) -> list[UUID]:
        """Give the ids of what was said, oldest first."""
        with self.worker.reading() as session:
            said = select(outbox.c.id).where(outbox.c.tenant == self.id)
            return list(session.scalars(said.order_by(outbox.c.position)))

    def said(self) -> list[dict[str, Any]]:
        """Give what was said to the outbox, as it goes on the wire, oldest first."""
        with self.worker.reading() as session:
            bodies = session.scalars(
                select(outbox.c.body).where(outbox.c.tenant == self.id).order_by(outbox.c.position)
            ).all()
        return [json.loads(body)["data"] for body in bodies]


@dataclass
class House:
    """The catalogue, served."""

    client: FlaskClient
    worker: Database
    settings: Settings

    def city(self) -> City:
        """Found a city of which nothing is known yet."""
        return City(self.client, self.worker, self.settings)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = serve(service, tmp_path_factory.mktemp("catalogue"), upload_limit=100_000)
    yield House(app.test_client(), database_of(app), app.extensions["wiyata"].settings)
    database_of(app).close()


@pytest.fixture
def city(house: House) -> City:
    """A city whose framework and assessments are known."""
    founded = house.city()
    founded.hear_of_zone()
    founded.hear_of_framework("PP", "KOM")
    founded.hear_of_assessment("PRE", "pre")
    founded.hear_of_assessment("POST", "post")
    return founded
