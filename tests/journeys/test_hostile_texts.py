"""SQL, script and templates in every text that a service takes: kept and given back as the text that it is."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import httpx
import pytest
import yaml

from deploy.demo.origin import Visitor
from services.catalogue.archive import pack
from services.embedded import SERVICES
from tests.journeys.insiders import CSV, LEAFLET_COURSE, PDF, Insiders, document_of, seminar
from tests.journeys.suites import Suite

HOSTILE = """<script>alert("x")</script> '); DROP TABLE people; -- {{7*7}} ${7*7} %s"""
_MASKED = HOSTILE.replace("{", r"\{").replace("}", r"\}").replace("=", r"\=")
QUESTIONS = f"""\
$CATEGORY: kompetensi/PP/tingkat/2

::{_MASKED}:: {_MASKED} {{=Satu =Dua}}

::Angka:: {_MASKED} {{#5}}
"""

CODES = {"form", "competency"}
"""Texts that are looked up, and never kept when nothing is found."""

REPLAYS = "/letters/replays"
"""Takes texts to find letters by, and keeps none of them."""

ELSEWHERE = {
    # Only a provider has staff, and the sample course asks no question that is answered by a text: both have an API
    # test with this text.
    "POST identity/staff: name",
    "POST identity/staff: email",
    "PUT identity/staff/{person_id}: name",
    "PUT identity/staff/{person_id}: email",
    "PUT assessment/attempts/{attempt_id}/answers: answers.text",
}


@dataclass
class Pen:
    """Writes the hostile text wherever somebody may write, and looks whether it is given back."""

    named: dict[str, str]
    written: set[str] = field(default_factory=set)

    def write(self, who: Visitor, operation: str, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """Send a body to an operation. Fails unless each hostile text in it comes back in the answer."""
        method, template = operation.split(" ")
        answer = who.ask(method, template.format_map(self.named), json=body, headers=headers)
        said = self.given_back(answer, times=_times(body))
        self.written |= {f"{operation}: {place}" for place, text in texts_of(body) if _is_hostile(text)}
        return said

    def given_back(self, answer: httpx.Response, *, times: int = 1) -> dict[str, Any]:
        """Give an answer. Fails unless it is JSON, taken by browsers as nothing else, that holds the text."""
        assert answer.is_success, (answer.request.url, answer.text)
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        said: dict[str, Any] = answer.json()
        assert _times(said) >= times, (answer.request.url, said)
        return said


@pytest.fixture(scope="module")
def pen(playground: Insiders) -> Pen:
    return Pen(dict(playground.named))


def test_texts_of_questions_and_assessments_stay_texts(suite: Suite, playground: Insiders, pen: Pen) -> None:
    trainer = playground.city.machine
    bank = pen.write(trainer, "POST assessment/banks", {"code": "HOSTILE", "title": HOSTILE})["id"]
    pen.named["bank_id"], place = bank, f"assessment/banks/{bank}"
    trainer.post(f"{place}/gift-imports", content=QUESTIONS, headers={"Content-Type": "text/plain"})
    xml = {"Content-Type": "application/xml"}
    trainer.post(f"{place}/moodle-xml-imports", content=moodle_of(escape(HOSTILE)), headers=xml)
    listed = pen.given_back(trainer.ask("GET", f"{place}/questions"), times=3)["items"]
    pattern = HOSTILE.replace("*", r"\*")  # A star would stand for any letters.
    for tag, accepted in (("texts", {"pattern": pattern}), ("numbers", {"value": 7})):
        pen.named["question_id"] = next(one["id"] for one in listed if one["right"].get(tag))
        key = {tag: [{**accepted, "feedback": HOSTILE}]}
        pen.write(trainer, "PUT assessment/banks/{bank_id}/questions/{question_id}/key", key)
    wanted = {"code": "HOSTILE", "title": HOSTILE, "role": "quiz", "bank": bank, "attempts_allowed": 1}
    pen.write(trainer, "POST assessment/assessments", wanted)


def test_texts_of_courses_stay_texts(suite: Suite, playground: Insiders, pen: Pen) -> None:
    trainer = playground.city.machine
    programme = pen.write(trainer, "POST catalogue/programmes", {"code": "HOSTILE", "title": HOSTILE})["id"]
    pen.named["programme_id"] = programme
    pen.write(trainer, "PUT catalogue/programmes/{programme_id}", {"title": HOSTILE}, **{"If-Match": '"1"'})
    facts = {"title": HOSTILE, "summary": HOSTILE, "language": "id", "form": "C3", "scope": "domestic"}
    facts["programme"] = programme
    course = pen.write(trainer, "POST catalogue/courses", {"code": "HOSTILE", **facts})["id"]
    pen.named["course_id"], draft = course, "catalogue/courses/{course_id}/draft"

    def seen() -> dict[str, str]:
        return {"If-Match": trainer.tag_of(f"catalogue/courses/{course}/draft")}

    pen.write(trainer, f"PUT {draft}/facts", facts, **seen())
    lesson = {"title": HOSTILE, "minutes": 5, "required": True, "kind": "text", "body": HOSTILE}
    made = pen.write(trainer, f"POST {draft}/lessons", {"code": "L1", **lesson}, **seen())
    pen.named["lesson_id"] = made["id"]
    pen.write(trainer, f"PUT {draft}/lessons/{{lesson_id}}", lesson, **seen())


def test_texts_of_a_manifest_stay_texts(suite: Suite, playground: Insiders, pen: Pen) -> None:
    said = yaml.safe_load(LEAFLET_COURSE)
    said |= {"code": "HOSTILE-2", "title": HOSTILE, "summary": HOSTILE}
    said["programme"] = {"code": "HOSTILE-2", "title": HOSTILE}
    said["lessons"][0]["title"] = HOSTILE
    packed = pack({"course.yaml": yaml.safe_dump(said).encode(), "leaflet.pdf": PDF})
    machine = playground.city.machine
    course = machine.post("catalogue/course-imports", files={"file": ("course.zip", packed)})["course"]
    pen.given_back(machine.ask("GET", f"catalogue/courses/{course}/draft"), times=3)


def test_texts_about_a_learner_stay_texts(suite: Suite, playground: Insiders, pen: Pen) -> None:
    learner, analyst = playground.learner, playground.city.machine
    manager = playground.city.newcomer(manages=pen.named["unit"])
    line = next(one for one in learner.all_of("evaluation/me/evidence") if one["piece"] != pen.named["piece_id"])
    pen.named["piece_id"] = line["piece"]
    said = {"competency": line["competency"], "text": HOSTILE}
    pen.named["dispute_id"] = pen.write(learner, "POST evaluation/evidence/{piece_id}/disputes", said)["id"]
    decision = {"decision": "dismissed", "answer": HOSTILE}
    pen.write(analyst, "PUT evaluation/disputes/{dispute_id}/decision", decision)
    pdf = {"Content-Type": "application/pdf"}
    pen.named["certificate"] = learner.post("evaluation/me/certificates", content=PDF + b"2", headers=pdf)["id"]
    wanted = seminar(pen.named["certificate"]) | {"title": HOSTILE, "organiser": HOSTILE}
    activity = pen.write(learner, "POST evaluation/me/activities", wanted)["id"]
    pen.named["activity_id"] = activity

    def seen() -> dict[str, str]:
        return {"If-Match": manager.tag_of(f"evaluation/activities/{activity}")}

    place = "evaluation/activities/{activity_id}"
    pen.write(manager, f"PUT {place}/return", {"reason": HOSTILE}, **seen())
    pen.write(learner, "PUT evaluation/me/activities/{activity_id}", wanted, **seen())
    manager.put(f"evaluation/activities/{activity}/verification", headers=seen())
    pen.write(analyst, f"PUT {place}/revocation", {"reason": "unreliable", "note": HOSTILE}, **seen())


def test_names_in_imported_files_stay_texts(suite: Suite, playground: Insiders, pen: Pen) -> None:
    machine, row = playground.city.machine, playground.city.roster[0]
    number = f"{row['nip'][:-3]}999"
    newcomer = row | {"nip": number, "nama": HOSTILE, "kode_unit": "HOSTILE", "unit": HOSTILE}
    newcomer |= {"kode_jabatan": "HOSTILE", "jabatan": HOSTILE}
    machine.post("identity/roster-imports", content=_csv_of(newcomer), headers=CSV)
    person = machine.post("identity/people/nip-lookups", json={"nips": [number]})["ids"][number]
    pen.given_back(machine.ask("POST", "identity/people/lookups", json={"ids": [person]}), times=2)
    machine.put(f"identity/people/{person}/roles", json={"roles": []})
    sheet = machine.ask("POST", "identity/one-time-code-sheets", json={"people": [person]})
    assert sheet.headers["Content-Type"].startswith("text/html")
    assert "<script" not in sheet.text
    assert "&lt;script&gt;alert(" in sheet.text
    framework = _csv_of({"kode_kompetensi": "HOSTILE", "nama": HOSTILE})
    kept = machine.ask("POST", "evaluation/frameworks?valid_from=2030-01-01", content=framework, headers=CSV)
    pen.given_back(kept)


def test_a_code_that_names_nothing_is_refused(suite: Suite, playground: Insiders, pen: Pen) -> None:
    disputed = {"competency": HOSTILE[:40], "text": HOSTILE}
    recorded = seminar(pen.named["certificate"]) | {"form": HOSTILE[:20]}
    for path, body in ((f"evidence/{pen.named['piece_id']}/disputes", disputed), ("me/activities", recorded)):
        refused = playground.learner.ask("POST", f"evaluation/{path}", json=body)
        assert refused.status_code in {409, 422}
        assert refused.headers["Content-Type"] == "application/problem+json"


def test_no_text_that_a_service_takes_was_forgotten_above(suite: Suite, pen: Pen) -> None:
    taken = {one for service in SERVICES for one in _free_texts(service.name, document_of(suite, service.name))}
    assert taken == pen.written | ELSEWHERE


def texts_of(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Give every text in a JSON value, with the names that lead to it."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from texts_of(inner, f"{place}.{name}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner, place)


def moodle_of(question: str) -> str:
    """Give a Moodle XML file of one true/false question."""
    answers = "".join(f'<answer fraction="{mark}"><text>{said}</text></answer>' for mark, said in _SAID)
    asked = f"<name><text>H</text></name><questiontext><text>{question}</text></questiontext>"
    tags = "<tags><tag><text>kompetensi:PP</text></tag><tag><text>tingkat:2</text></tag></tags>"
    return f'<quiz><question type="truefalse">{asked}{answers}{tags}</question></quiz>'


_SAID = ((100, "true"), (0, "false"))


def _times(value: Any) -> int:
    """Count the hostile texts in a JSON value."""
    return sum(_is_hostile(text) for _, text in texts_of(value))


def _is_hostile(text: str) -> bool:
    return HOSTILE in (text, text.replace(r"\*", "*"))


def _free_texts(service: str, document: Mapping[str, Any]) -> Iterator[str]:
    """Name every text in the JSON bodies of a service that has no form of its own."""
    for template, item in document["paths"].items():
        if template == REPLAYS:
            continue
        for method in {"post", "put", "patch"} & item.keys():
            body = item[method].get("requestBody", {}).get("content", {}).get("application/json")
            for place in _places(document, body["schema"]) if body else ():
                yield f"{method.upper()} {service}{template}: {place}"


def _places(document: Mapping[str, Any], schema: Mapping[str, Any], place: str = "") -> Iterator[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    kinds = schema.get("type", [])
    has_form = {"format", "enum", "pattern"} & schema.keys()
    is_text = "string" in ([kinds] if isinstance(kinds, str) else kinds)
    if is_text and not has_form and place.rsplit(".", 1)[-1] not in CODES:
        yield place
    for name, inner in schema.get("properties", {}).items():
        yield from _places(document, inner, f"{place}.{name}".lstrip("."))
    for inner in (*schema.get("allOf", []), *schema.get("anyOf", []), *filter(None, [schema.get("items")])):
        yield from _places(document, inner, place)


def _csv_of(row: Mapping[str, str]) -> str:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, row)
    writer.writeheader()
    writer.writerow(row)
    return written.getvalue()
