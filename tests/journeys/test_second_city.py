"""A second city on the same suite sees nothing of the first one, and changes nothing there."""

import csv
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deploy.demo.load import CITY
from deploy.demo.origin import Visitor
from services.catalogue.archive import pack
from services.embedded import SERVICES
from shared.ids import NATIONAL
from tests.journeys.stage import City, city_on, eventually
from tests.journeys.suites import Suite

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
RULE_SET = "nasional-2019-01"
REFUSALS = {403, 404, 409}


@dataclass
class Insiders:
    """The first city, a learner of it who took the course, and what its resources are called by."""

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
        # A file is in one course, the figures are of the other one.
        course = {"course_id": named["course"]} if self.service == "evaluation" else {}
        return f"{self.service}{self.template}".format_map({**named, **course})

    def query(self, named: Mapping[str, str]) -> dict[str, str]:
        """Give the ids that narrow a list."""
        narrowing = [one for one in self.said.get("parameters", []) if one["in"] == "query"]
        return {one["name"]: named[one["name"]] for one in narrowing if one["schema"].get("format") == "uuid"}

    @cached_property
    def key(self) -> str:
        return f"{self.method} {self.service}{self.template}"


@pytest.fixture(scope="module")
def insiders(begun: Suite, city: City) -> Insiders:
    begun.start()
    learner = city.newcomer()
    enrolment = city.learn(learner)
    eventually(lambda: {row["enrolment"] for row in city.rows()}, lambda known: enrolment["id"] in known)
    attempts = [one.path.split("/")[-2] for one in begun.front.exchanges if one.path.endswith("/hand-in")]
    machine, person = city.machine, learner.get("identity/me")
    bank = machine.all_of("assessment/banks")[0]["id"]
    question = machine.all_of(f"assessment/banks/{bank}/questions")[0]["id"]
    named = {
        **_course_with_a_file(city),
        "class_id": city.loaded.class_,
        "enrolment_id": enrolment["id"],
        "attempt_id": attempts[-1],
        **_disputed_evidence(learner),
        "rule_set_code": RULE_SET,
        "bank_id": bank,
        "question": question,
        "question_id": question,
        "assessment_id": enrolment["assessments"][0]["id"],
        "person_id": person["id"],
        "version": "1",
        "course": city.loaded.course,
        "programme_id": enrolment["programme"],
        "unit": machine.all_of("identity/units")[0]["id"],
        "import_id": _complete_roster(city),
    }
    return Insiders(city, learner, named)


@pytest.fixture(scope="module")
def outsiders(begun: Suite, insiders: Insiders) -> list[Visitor]:
    """The machine (administrator, trainer, analyst) of the second city, and a learner there who took its own course."""
    folder = begun.folder / "second"
    shutil.copytree(CITY, folder)
    _write_roster(folder / "roster.csv", insiders.city.roster)
    (folder / "city.yaml").write_text(
        yaml.safe_dump({"code": "tegal", "name": "Kota Tegal", "kind": "city", "zone": "Asia/Jakarta"})
    )
    second = city_on(begun, folder)
    learner = second.newcomer()
    second.learn(learner)
    eventually(second.figures, lambda seen: seen["completed"] == 1)
    return [second.machine, learner]


def test_a_second_city_reads_nothing_of_the_first(suite: Suite, insiders: Insiders, outsiders: list[Visitor]) -> None:
    hidden = _known_to(suite, insiders)
    seen = 0
    for operation in _operations(suite, "get"):
        path, narrowed = operation.path(insiders.named), operation.query(insiders.named)
        for outsider, query in product(outsiders, [{}, narrowed] if narrowed else [{}]):
            answer = outsider.ask("GET", path, params=query)
            leaked = {word for word in hidden if word in answer.text} - {*path.split("/"), *query.values()}
            assert not leaked, operation.key
            if UUID.search(path):
                assert answer.status_code in REFUSALS, operation.key
            elif query:
                assert answer.status_code in REFUSALS or answer.json()["items"] == [], operation.key
            seen += answer.status_code == 200
    assert seen > len(SERVICES), "The second city sees what is its own."


def test_a_second_city_changes_nothing_of_the_first(suite: Suite, insiders: Insiders, outsiders: list[Visitor]) -> None:
    attempts = _attempts_at_others(insiders)
    wanted = {one.key for method in ("post", "put", "patch", "delete") for one in _operations(suite, method)}
    assert wanted == attempts.keys() | NAMES_NOTHING_OF_OTHERS
    before = _told(suite, insiders)
    for key, options in attempts.items():
        method, template = key.split(" ")
        answers = [one.ask(method, template.format_map(insiders.named), **options) for one in outsiders]
        if key in LOOK_UPS:
            assert all(_found_nobody(answer) for answer in answers), key
            continue
        assert all(_is_refused(answer) for answer in answers), (key, [one.text for one in answers])
        # One of the two holds the role that this needs, so that the refusal is for the city's sake.
        assert any("/problems/forbidden" not in answer.text for answer in answers), key
    assert _told(suite, insiders) == before


NAMES_NOTHING_OF_OTHERS = {
    "POST assessment/banks",
    "POST catalogue/course-imports",
    "POST evaluation/frameworks",
    "POST evaluation/job-standards",
    "POST identity/roster-imports",
}
LOOK_UPS = {"POST identity/people/lookups", "POST identity/people/nip-lookups"}


def _attempts_at_others(insiders: Insiders) -> dict[str, dict[str, Any]]:
    """Give what the second city sends, by operation: every request is right but for the city."""
    named, nip = insiders.named, insiders.city.roster[0]["nip"]
    return {
        "PUT assessment/banks/{bank_id}/questions/{question_id}/key": {"json": {"option": 1}},
        "POST assessment/assessments": {
            "json": {"code": "X", "title": "X", "role": "quiz", "bank": named["bank_id"], "attempts_allowed": 1}
        },
        "POST assessment/banks/{bank_id}/gift-imports": {
            "content": "::Q:: Satu? {=Ya ~Tidak}",
            "headers": {"Content-Type": "text/plain"},
        },
        "POST assessment/banks/{bank_id}/moodle-xml-imports": {
            "content": "<quiz/>",
            "headers": {"Content-Type": "application/xml"},
        },
        "PUT assessment/assessments/{assessment_id}/publication": {},
        "POST assessment/enrolments/{enrolment_id}/attempts": {"json": {"assessment": named["assessment_id"]}},
        "PUT assessment/attempts/{attempt_id}/answers": {
            "json": {"answers": [{"question": named["question"], "option": 1, "sequence": 99}]}
        },
        "PUT assessment/attempts/{attempt_id}/hand-in": {},
        "PUT catalogue/courses/{course_id}/publication": {"headers": {"If-Match": '"1"'}},
        "POST enrolment/classes": {"json": {"code": "X", "course": named["course"], "kind": "self_paced"}},
        "POST enrolment/classes/{class_id}/enrolments": {"json": {"person": named["person_id"]}},
        "PUT enrolment/enrolments/{enrolment_id}/lessons/{lesson_id}": {},
        "POST evaluation/assessment-results": {
            "content": f"person,kode_kompetensi,tingkat,peran,tanggal\n{named['person_id']},PP,3,peer,2026-01-05\n",
            "headers": {"Content-Type": "text/csv"},
        },
        "POST evaluation/evidence/{piece_id}/disputes": {"json": {"competency": "PP", "text": "Tidak benar."}},
        "PUT evaluation/disputes/{dispute_id}/decision": {"json": {"decision": "upheld"}},
        "PUT evaluation/evidence/{piece_id}/withdrawal": {"json": {"reason": "unreliable"}},
        "PUT identity/people/{person_id}/roles": {"json": {"roles": []}},
        "POST identity/people/{person_id}/one-time-code": {},
        "DELETE identity/people/{person_id}/sign-in-lock": {},
        "POST identity/one-time-code-sheets": {"json": {"people": [named["person_id"]]}},
        "POST identity/roster-imports/{import_id}/departures": {"json": {"people": [named["person_id"]]}},
        "POST identity/people/lookups": {"json": {"ids": [named["person_id"]]}},
        "POST identity/people/nip-lookups": {"json": {"nips": [nip]}},
    }


def _write_roster(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a roster with the same units, jobs and posts, held by others."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        for row in rows:
            number = f"{int(row['nip'][-3:]) - 500:03}"
            other = {"nip": row["nip"][:-3] + number, "nama": f"Warga {number} {row['nip'][:4]}", "email": ""}
            writer.writerow(row | other)


def _operations(suite: Suite, method: str) -> Iterator[Operation]:
    for service in SERVICES:
        document = suite.origin.http.get(f"/api/{service.name}/openapi.json").raise_for_status().json()
        for template, item in document["paths"].items():
            if method in item:
                said = item[method] | {"parameters": [*item.get("parameters", []), *item[method].get("parameters", [])]}
                yield Operation(service.name, method.upper(), template, said)


def _told(suite: Suite, insiders: Insiders) -> dict[str, str]:
    """Give what the first city's machine, else its learner, is told by every operation that reads."""
    told = {}
    for operation in _operations(suite, "get"):
        path, query = operation.path(insiders.named), operation.query(insiders.named)
        answers = [who.ask("GET", path, params=query) for who in (insiders.city.machine, insiders.learner)]
        best = next((answer for answer in answers if answer.is_success), None)
        assert best is not None, (operation.key, [answer.text for answer in answers])
        told[operation.key] = best.text
    return told


def _known_to(suite: Suite, insiders: Insiders) -> set[str]:
    """Give every id that the first city is told, and every name and NIP of its roster."""
    ids = {found for text in _told(suite, insiders).values() for found in UUID.findall(text)}
    people = {row[column] for row in insiders.city.roster for column in ("nip", "nama", "email")}
    return (ids | people | set(insiders.named.values())) - {str(NATIONAL), RULE_SET, "", "1"}


def _is_refused(answer: httpx.Response) -> bool:
    """Whether the rules refuse it, and not only the form of the request."""
    if answer.status_code in REFUSALS or answer.json().get("type") == "/problems/bank-is-unknown":
        return True
    return "person_not_yet_known" in answer.text


def _found_nobody(answer: httpx.Response) -> bool:
    if answer.status_code == 403:
        return True
    return answer.json() in ({"people": []}, {"ids": {}, "nobody": 1})


def _complete_roster(city: City) -> str:
    """Import the city's roster once more, as a complete one; give its id."""
    content, csv_text = (city.folder / "roster.csv").read_bytes(), {"Content-Type": "text/csv"}
    taken = city.machine.post("identity/roster-imports?complete=true", content=content, headers=csv_text)
    return str(taken["id"])


def _disputed_evidence(learner: Visitor) -> dict[str, str]:
    """Let a learner disagree with a line of evidence; name both as paths do."""
    line = eventually(lambda: learner.all_of("evaluation/me/evidence"), bool)[0]
    wanted = {"competency": line["competency"], "text": "Saya tidak setuju."}
    dispute = learner.post(f"evaluation/evidence/{line['piece']}/disputes", json=wanted)
    return {"piece_id": line["piece"], "dispute_id": dispute["id"]}


def _course_with_a_file(city: City) -> dict[str, str]:
    """Import and publish a course whose lesson is a file; name course, version, lesson and file as paths do."""
    packed = pack({"course.yaml": LEAFLET_COURSE, "leaflet.pdf": b"%PDF-1.7 "})
    course = city.machine.post("catalogue/course-imports", files={"file": ("course.zip", packed)})["course"]
    place = f"catalogue/courses/{course}"
    city.machine.put(f"{place}/publication", headers={"If-Match": city.machine.tag_of(place)})
    (lesson,) = city.machine.get(f"{place}/versions/1")["lessons"]
    material = city.machine.get(f"{place}/versions/1/lessons/{lesson['id']}")["material"]
    return {"course_id": course, "number": "1", "lesson_id": lesson["id"], "material_id": material["id"]}
