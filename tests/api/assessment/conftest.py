"""Assessment's real web app on a real database, made once; every test has a city of its own in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.datastructures import Headers

from services.assessment.app import service
from services.assessment.commands.corrections import mark_corrected_attempts_again
from services.assessment.model import Correction
from shared.database import Database
from shared.events import Event
from shared.events.catalogue import CoursePublished, PinnedAssessment
from shared.events.enrolment import LearnerEnrolled
from shared.events.evaluation import Competency, FrameworkPublished
from shared.events.identity import TenantDefined
from shared.ids import new_id
from shared.messaging.handling import handle
from shared.settings import Settings
from shared.web.auth import Role
from tests.api import serving
from tests.api.serving import Said, database_of, serve
from tests.api.tokens import KEY as KEY
from tests.api.tokens import bearer

DAY = date(2026, 3, 2)

GIFT = """// [tag:kompetensi:PP] [tag:tingkat:3]
::Standar::Siapa menetapkan standar pelayanan?{
=Penyelenggara #Betul sekali.
~Masyarakat #Masyarakat ikut menyusun.
~Ombudsman
####Lihat Pasal 20.}

// [tag:kompetensi:PP] [tag:tingkat:2]
::Keluhan::Keluhan dijawab dalam berapa hari?{~30 ~90 =14}

// [tag:kompetensi:INT] [tag:tingkat:2]
::Gratifikasi::Gratifikasi wajib dilaporkan.{T}
"""
KINDS = """$CATEGORY: kompetensi/PP/tingkat/3

::Sifat::Pelayanan yang baik itu{~%50%Cepat ~%50%Mudah ~%-50%Mahal#Jangan. ~%-50%Rumit}

::Tahun::Tahun berapa UU 25?{#=2009:0 =%50%2010:0.5#Hampir.}

::Ibu kota::Ibu kota Jawa Tengah?{=Semarang =%50%Kota S*}

::Pasangan::Pasangkan.{=Jateng -> Semarang =Kepri -> Tanjungpinang = -> Serang}
"""
RIGHT = {"Siapa menetapkan standar pelayanan?": "Penyelenggara", "Keluhan dijawab dalam berapa hari?": "14"}
RIGHT["Gratifikasi wajib dilaporkan."] = "Benar"


@dataclass
class House:
    """The app with its database."""

    app: Flask
    database: Database
    worker: Database
    settings: Settings

    def hear(self, *events: Event) -> None:
        """Handle events as the consumer does, outside any tenant."""
        with self.worker.writing() as session:
            handle(service, session, [replace(event, sequence=event.sequence or 1) for event in events])


@dataclass
class Reply:
    """An answer of the API."""

    status_code: int
    headers: Headers
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Person:
    """Somebody who calls the API with a token."""

    house: House
    tenant: UUID
    roles: tuple[Role, ...]
    id: UUID = field(default_factory=new_id)

    def call(self, method: str, path: str, **rest: Any) -> Reply:
        headers = {**bearer(self.tenant, self.id, *self.roles), **rest.pop("headers", {})}
        answer = self.house.app.test_client().open(f"/api/assessment{path}", method=method, headers=headers, **rest)
        return Reply(answer.status_code, answer.headers, answer.text)

    def get(self, path: str, **rest: Any) -> Reply:
        return self.call("GET", path, **rest)

    def post(self, path: str, **rest: Any) -> Reply:
        return self.call("POST", path, **rest)

    def put(self, path: str, **rest: Any) -> Reply:
        return self.call("PUT", path, **rest)


@dataclass
class City:
    """A tenant of its own, known to assessment by events."""

    house: House
    id: UUID = field(default_factory=new_id)
    course: UUID = field(default_factory=new_id)
    trainer: Person = field(init=False)

    def __post_init__(self) -> None:
        self.trainer = self.person("learner", "trainer")

    def person(self, *roles: Role) -> Person:
        return Person(self.house, self.id, roles or ("learner",))

    def settle(self, *codes: str) -> "City":
        """Let the city and a framework with these competencies be known."""
        self.house.hear(
            TenantDefined(tenant=self.id, kind="city", zone="Asia/Jakarta"),
            FrameworkPublished(
                tenant=self.id,
                framework=new_id(),
                version=1,
                valid_from=date(2026, 1, 1),
                competencies=tuple(Competency(code=code, name=code) for code in codes or ("PP", "INT")),
            ),
        )
        return self

    def bank(self, *, gift: str = GIFT, code: str = "bank") -> str:
        """Make a bank with questions; give its id."""
        made = self.trainer.post("/banks", json={"code": code, "title": "Bank"})
        assert made.status_code == 201, made.text
        bank = str(made.json["id"])
        if gift:
            taken = self.import_gift(bank, gift)
            assert taken.status_code == 200, taken.text
        return bank

    def import_gift(self, bank: str, gift: str, query: str = "") -> Reply:
        path = f"/banks/{bank}/gift-imports{query}"
        return self.trainer.post(path, data=gift.encode(), content_type="text/plain; charset=utf-8")

    def import_moodle_xml(self, bank: str, xml: str, query: str = "", *, content_type: str = "text/xml") -> Reply:
        path = f"/banks/{bank}/moodle-xml-imports{query}"
        return self.trainer.post(path, data=xml.encode(), content_type=content_type)

    def assessment(self, bank: str, *, code: str = "post", role: str = "post", **rest: Any) -> str:
        """Make an assessment; give its id."""
        wanted = {"code": code, "title": "Tes akhir", "role": role, "bank": bank, **rest}
        made = self.trainer.post("/assessments", json=wanted)
        assert made.status_code == 201, made.text
        return str(made.json["id"])

    def publish(self, assessment: str) -> Reply:
        return self.trainer.put(f"/assessments/{assessment}/publication")

    def pin(self, assessment: str, *, version: int = 1, course_version: int = 1) -> None:
        """Let a version of the course be published that pins an assessment."""
        pinned = PinnedAssessment(id=UUID(assessment), version=version, role="post", must_pass=True, minimum=7_000)
        self.house.hear(
            CoursePublished(
                tenant=self.id,
                sequence=course_version,
                course=self.course,
                version=course_version,
                programme=self.course,
                provider=self.id,
                title="Pelayanan Publik",
                trainers=(),
                form="C3",
                scope="domestic",
                outcomes=(),
                lessons=(),
                assessments=(pinned,),
            )
        )

    def enrol(self, person: Person, *, closes: date | None = None, course_version: int = 1) -> UUID:
        """Let a person be enrolled in the course; give the enrolment."""
        enrolment = new_id()
        self.house.hear(
            LearnerEnrolled(
                tenant=self.id,
                enrolment=enrolment,
                person=person.id,
                course=self.course,
                version=course_version,
                class_=new_id(),
                programme=self.course,
                provider=self.id,
                unit=None,
                opens=DAY,
                closes=closes,
            )
        )
        return enrolment

    def said(self, kind: type[Said]) -> list[Said]:
        """Give the events of a type that assessment said about this city, in order."""
        return serving.said(self.house.worker, self.id, kind)


@dataclass
class Sitting:
    """A learner who is enrolled in a course with an assessment of three questions."""

    city: City
    learner: Person
    enrolment: UUID
    assessment: str

    def start(self, learner: Person | None = None) -> Reply:
        path = f"/enrolments/{self.enrolment}/attempts"
        return (learner or self.learner).post(path, json={"assessment": self.assessment})

    def begin(self) -> dict[str, Any]:
        """Start an attempt and give it."""
        answer = self.start()
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    def save(self, attempt: dict[str, Any], *choices: dict[str, Any]) -> Reply:
        return self.learner.put(f"/attempts/{attempt['id']}/answers", json={"answers": list(choices)})

    def hand_in(self, attempt: dict[str, Any]) -> Reply:
        return self.learner.put(f"/attempts/{attempt['id']}/hand-in")


def choose(question: dict[str, Any], *, right: bool, sequence: int = 1) -> dict[str, Any]:
    """Choose the right option of a question, or the first wrong one."""
    wanted = next(one for one in question["options"] if (one["text"] == RIGHT[question["text"]]) == right)
    return {"question": question["id"], "option": wanted["id"], "sequence": sequence}


@dataclass
class Exam:
    """An assessment whose first question says Penyelenggara where Masyarakat is right."""

    sitting: Sitting
    bank: str

    @property
    def city(self) -> City:
        return self.sitting.city

    def question(self, kind: str = "", number: int = 1) -> dict[str, Any]:
        listed = self.city.trainer.get(f"/banks/{self.bank}/questions").json["items"]
        return next(one for one in listed if kind in ("", one["kind"]) and (kind or one["number"] == number))

    def correct(self, question: dict[str, Any], key: dict[str, Any]) -> Reply:
        return self.city.trainer.put(f"/banks/{self.bank}/questions/{question['id']}/key", json=key)

    def hand_in(self, *, right: bool) -> tuple[Sitting, dict[str, Any]]:
        """Let somebody new answer everything rightly by the old key, or nothing."""
        learner = self.city.person()
        sitting = Sitting(self.city, learner, self.city.enrol(learner), self.sitting.assessment)
        attempt = sitting.begin()
        if right:
            sitting.save(attempt, *(choose(one, right=True) for one in attempt["questions"]))
        sitting.hand_in(attempt)
        return sitting, attempt

    def work(self) -> None:
        """Call the timer as the relay does, outside any tenant."""
        with self.city.house.worker.writing() as session:
            mark_corrected_attempts_again(session)


def option(question: dict[str, Any], text: str) -> dict[str, int]:
    return {"option": next(one["id"] for one in question["options"] if one["text"] == text)}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    app = serve(service, tmp_path_factory.mktemp("assessment"))
    database = database_of(app)
    yield House(app, database, database, app.extensions["wiyata"].settings)
    database.close()


@pytest.fixture
def city(house: House) -> City:
    return City(house).settle()


def seat(city: City, *, gift: str = GIFT) -> Exam:
    """Let a learner be enrolled in a course with an assessment of these questions."""
    bank = city.bank(gift=gift)
    assessment = city.assessment(bank)
    assert city.publish(assessment).status_code == 200
    city.pin(assessment)
    learner = city.person()
    return Exam(Sitting(city, learner, city.enrol(learner), assessment), bank)


@pytest.fixture
def sitting(city: City) -> Sitting:
    return seat(city).sitting


@pytest.fixture
def exam(city: City) -> Exam:
    with city.house.worker.writing() as session:  # Those of other tests are finished, or none of ours.
        session.execute(delete(Correction))
    return seat(city)


@pytest.fixture(scope="module")
def untouched(house: House) -> Exam:
    """An exam for tests of what is refused: they leave everything as it was."""
    return seat(City(house).settle(), gift=f"{GIFT}\n{KINDS}")
