"""A city with everything in it: a learner who took the course, and what a training office, an assessor and an analyst
left behind there; and what all of it is called in paths, queries and bodies.
"""

import csv
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from deploy.demo.load import CITY
from deploy.demo.origin import Visitor
from services.catalogue.archive import pack
from services.embedded import SERVICES
from shared.database import Database
from shared.plumbing import outbox
from tests.journeys.stage import City, city_on, eventually
from tests.journeys.suites import Suite

RULE_SET = "nasional-2019-01"
CSV = {"Content-Type": "text/csv"}
PDF = b"%PDF-1.7 "
LEAFLET_COURSE = b"""\
programme: {code: LEMBAR, title: Lembar}
code: LEMBAR
title: Lembar Informasi
summary: ""
language: id
form: C3
scope: domestic
outcomes: [{competency: PP, level: 1}]
lessons: [{code: L1, title: Lembar, minutes: 5, required: true, kind: file, file: leaflet.pdf}]
assessments: []
"""


@dataclass
class Insiders:
    """A city, a learner of it who took the course, and what its resources are called by."""

    city: City
    learner: Visitor
    named: Mapping[str, str]
    """Values for the parameters in paths and queries, by their names."""


@dataclass(frozen=True)
class Operation:
    """Something that a service can be asked, as its OpenAPI document says."""

    service: str
    method: str
    template: str
    said: Mapping[str, Any] = field(repr=False)

    def path(self, named: Mapping[str, str]) -> str:
        """Fill in the ids. Fails with KeyError where a new parameter has no example here yet."""
        return f"{self.service}{self.template}".format_map(named_for(self.service, named))

    def query(self, named: Mapping[str, str]) -> dict[str, str]:
        """Give the ids that narrow a list."""
        narrowing = [one for one in self.said.get("parameters", []) if one["in"] == "query"]
        return {one["name"]: named[one["name"]] for one in narrowing if one["schema"].get("format") == "uuid"}

    @cached_property
    def key(self) -> str:
        return f"{self.method} {self.service}{self.template}"


def named_for(service: str, named: Mapping[str, str]) -> dict[str, str]:
    """Give the values as one service means them: the figures are of another course than the file is in."""
    course = {"course_id": named["course"]} if service == "evaluation" else {}
    return {**named, **course, "event_id": named[f"{service} event"]}  # A service shows what it said itself.


def operations(suite: Suite, method: str) -> Iterator[Operation]:
    """Give every operation of every service by its method, in lower case."""
    for service in SERVICES:
        for template, item in document_of(suite, service.name)["paths"].items():
            if method in item:
                said = item[method] | {"parameters": [*item.get("parameters", []), *item[method].get("parameters", [])]}
                yield Operation(service.name, method.upper(), template, said)


def document_of(suite: Suite, service: str) -> dict[str, Any]:
    """Fetch the OpenAPI document of a service."""
    document: dict[str, Any] = suite.origin.http.get(f"/api/{service}/openapi.json").raise_for_status().json()
    return document


def insiders_of(suite: Suite, city: City) -> Insiders:
    """Let somebody take the course of a city, and leave one of everything there."""
    learner = city.newcomer()
    enrolment = city.learn(learner)
    machine, person = city.machine, learner.get("identity/me")
    named = {
        **_course_with_a_file(city),
        **_questions_of(machine),
        **_attempts_of(learner, enrolment),
        **_disputed_evidence(learner),
        **_activity_with_a_certificate(learner),
        "class_id": city.loaded.class_,
        "class": city.loaded.class_,
        "enrolment_id": enrolment["id"],
        "rule_set_code": RULE_SET,
        "person_id": person["id"],
        "person": person["id"],
        "version": "1",
        "course": city.loaded.course,
        "programme_id": enrolment["programme"],
        "tenant_id": enrolment["provider"],
        "unit": person["posts"][0]["unit"],
        "import_id": _complete_roster(city),
        "job_id": _job_that_is_done(city),
        **_events_said(suite, person["tenant"]),
    }
    return Insiders(city, learner, named)


def city_with_other_people(suite: Suite, code: str, name: str, *, numbers_below: int) -> City:
    """Load a city with the same units, jobs, posts and course as the sample one, held and taken by others."""
    folder = suite.folder / f"{code}-input"
    shutil.copytree(CITY, folder)
    with (CITY / "roster.csv").open(newline="") as file:
        _write_roster(folder / "roster.csv", list(csv.DictReader(file)), numbers_below)
    said = {"code": code, "name": name, "kind": "city", "zone": "Asia/Jakarta"}
    (folder / "city.yaml").write_text(yaml.safe_dump(said))
    return city_on(suite, folder)


def seminar(certificate: str) -> dict[str, Any]:
    """Give what somebody says of a seminar that they attended."""
    days = [{"day": "2026-01-05"}]
    said = {"form": "B6", "scope": "domestic", "title": "Seminar", "organiser": "LAN", "days": days}
    return {**said, "certificate": certificate}


def _write_roster(path: Path, rows: list[dict[str, str]], below: int) -> None:
    """Write a roster whose people differ from the sample's in the last digits of their numbers, and in their names."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        for row in rows:
            number = f"{int(row['nip'][-3:]) - below:03}"
            other = {"nip": row["nip"][:-3] + number, "nama": f"Warga {number} {row['nip'][:4]}", "email": ""}
            writer.writerow(row | other)


def _evidence_of(learner: Visitor) -> list[dict[str, Any]]:
    """Give the lines of evidence that a course left, once it has been counted as a completed one."""
    eventually(lambda: learner.get("evaluation/me/learning-hours")["entries"], bool)
    return learner.all_of("evaluation/me/evidence")


def _questions_of(machine: Visitor) -> dict[str, str]:
    """Name a bank and a question of it as paths and bodies do."""
    bank = machine.all_of("assessment/banks")[0]["id"]
    question = machine.all_of(f"assessment/banks/{bank}/questions")[0]["id"]
    return {"bank_id": bank, "bank": bank, "question_id": question, "question": question}


def _attempts_of(learner: Visitor, enrolment: Mapping[str, Any]) -> dict[str, str]:
    """Name an assessment of an enrolment, and the last attempt there."""
    assessment = enrolment["assessments"][0]["id"]
    attempt = learner.all_of(f"assessment/enrolments/{enrolment['id']}/attempts")[-1]["id"]
    return {"assessment_id": assessment, "assessment": assessment, "attempt_id": attempt}


def _job_that_is_done(city: City) -> str:
    """Send a list of a person who does not exist."""
    path = f"enrolment/classes/{city.loaded.class_}/enrolment-jobs"
    job: str = city.machine.post(path, content=str(uuid.uuid4()), headers=CSV)["id"]
    eventually(lambda: city.machine.get(f"enrolment/enrolment-jobs/{job}")["state"], lambda state: state == "done")
    return job


def _events_said(suite: Suite, tenant: str) -> dict[str, str]:
    """Name the newest event that each service has said of a city."""
    named = {}
    for service in SERVICES:
        database = Database(suite.database(service.name))
        with database.reading() as session:
            of_city = select(outbox.c.id).where(outbox.c.tenant == uuid.UUID(tenant))
            named[f"{service.name} event"] = str(session.scalars(of_city.order_by(outbox.c.position.desc())).first())
        database.close()
    return named


def _complete_roster(city: City) -> str:
    """Import the city's roster once more, as a complete one; give its id."""
    content = (city.folder / "roster.csv").read_bytes()
    taken = city.machine.post("identity/roster-imports?complete=true", content=content, headers=CSV)
    return str(taken["id"])


def _disputed_evidence(learner: Visitor) -> dict[str, str]:
    """Let a learner disagree with a line of evidence; name both as paths do."""
    line = _evidence_of(learner)[0]
    wanted = {"competency": line["competency"], "text": "Saya tidak setuju."}
    dispute = learner.post(f"evaluation/evidence/{line['piece']}/disputes", json=wanted)
    return {"piece_id": line["piece"], "dispute_id": dispute["id"]}


def _activity_with_a_certificate(learner: Visitor) -> dict[str, str]:
    """Let a learner record a seminar; name it as paths do, and its certificate."""
    sent = {"Content-Type": "application/pdf"}
    certificate = learner.post("evaluation/me/certificates", content=PDF, headers=sent)["id"]
    activity = learner.post("evaluation/me/activities", json=seminar(certificate))
    return {"activity_id": activity["id"], "certificate": certificate}


def _course_with_a_file(city: City) -> dict[str, str]:
    """Publish a course whose lesson is a file and begin its next version; name what is in it as paths do."""
    packed = pack({"course.yaml": LEAFLET_COURSE, "leaflet.pdf": PDF})
    course = city.machine.post("catalogue/course-imports", files={"file": ("course.zip", packed)})["course"]
    place = f"catalogue/courses/{course}"
    city.machine.put(f"{place}/publication", headers={"If-Match": city.machine.tag_of(place)})
    city.machine.put(f"{place}/draft", headers={"If-Match": city.machine.tag_of(place)})
    (lesson,) = city.machine.get(f"{place}/versions/1")["lessons"]
    material = city.machine.get(f"{place}/versions/1/lessons/{lesson['id']}")["material"]
    return {"course_id": course, "number": "1", "lesson_id": lesson["id"], "material_id": material["id"]}
