"""A second city on the same suite sees nothing of the first one, and changes nothing there."""

import re
from collections.abc import Mapping
from itertools import product
from typing import Any

import httpx
import pytest

from deploy.demo.origin import Visitor
from services.embedded import SERVICES
from shared.ids import NATIONAL
from tests.journeys.insiders import (
    RULE_SET,
    Insiders,
    city_with_other_people,
    insiders_of,
    named_for,
    operations,
    seminar,
)
from tests.journeys.stage import City, eventually
from tests.journeys.suites import Suite

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REFUSALS = {403, 404, 409}
UNKNOWN = {"/problems/bank-is-unknown", "/problems/programme-is-unknown"}
WHEN_TAKEN = re.compile(r'"exported_at": ?"[^"]+"')


@pytest.fixture(scope="module")
def insiders(begun: Suite, city: City) -> Insiders:
    """The first city and what is in it."""
    begun.start()
    return insiders_of(begun, city)


@pytest.fixture(scope="module")
def outsiders(begun: Suite, insiders: Insiders) -> list[Visitor]:
    """The machine (administrator, trainer, analyst) of the second city, and a learner there who took its own course."""
    second = city_with_other_people(begun, "tegal", "Kota Tegal", numbers_below=500)
    learner = second.newcomer()
    second.learn(learner)
    eventually(second.figures, lambda seen: seen["completed"] == 1)
    return [second.machine, learner]


def test_a_second_city_reads_nothing_of_the_first(suite: Suite, insiders: Insiders, outsiders: list[Visitor]) -> None:
    hidden = _known_to(suite, insiders)
    seen = 0
    for operation in operations(suite, "get"):
        if operation.key in SHOWN_TO_ALL:
            continue
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
    wanted = {one.key for method in ("post", "put", "patch", "delete") for one in operations(suite, method)}
    assert wanted == attempts.keys() | NAMES_NOTHING_OF_OTHERS
    before = _told(suite, insiders)
    for key, options in attempts.items():
        method, template = key.split(" ")
        path = template.format_map(named_for(template.partition("/")[0], insiders.named))
        answers = [one.ask(method, path, **options) for one in outsiders]
        if key in LOOK_UPS:
            assert all(_found_nobody(answer) for answer in answers), key
            continue
        assert all(_is_refused(answer) for answer in answers), (key, [one.text for one in answers])
        # One of the two holds the role that this needs, so that the refusal is for the city's sake.
        assert any("/problems/forbidden" not in answer.text for answer in answers), key
    assert _told(suite, insiders) == before


SHOWN_TO_ALL = {"GET identity/tenants"}
"""Which cities and providers there are, so that they can offer each other courses."""

NAMES_NOTHING_OF_OTHERS = {
    "POST assessment/banks",
    "POST catalogue/course-imports",
    "POST catalogue/programmes",
    "POST evaluation/frameworks",
    "POST evaluation/job-standards",
    "POST evaluation/me/certificates",
    "POST identity/roster-imports",
    "POST identity/staff",
}
LOOK_UPS = {
    "POST identity/people/lookups",
    "POST identity/people/nip-lookups",
    *(f"POST {service.name}/letters/replays" for service in SERVICES),
}
OF_A_LETTER = "/letters/{event_id}"
"""A city in which all goes well has no dead letter to show; tests/contracts/test_letters.py has some."""


def _attempts_at_others(insiders: Insiders) -> dict[str, dict[str, Any]]:
    """Give what the second city sends, by operation: every request is right but for the city."""
    named, nip = insiders.named, insiders.city.roster[0]["nip"]
    first_version = {"headers": {"If-Match": '"1"'}}
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
        "PUT assessment/attempts/{attempt_id}/annulment": {"json": {"reason": "irregularity"}},
        "PUT assessment/banks/{bank_id}/questions/{question_id}/calibration": {"json": {"calibration": None}},
        "PUT catalogue/courses/{course_id}/publication": {"headers": {"If-Match": '"1"'}},
        "PUT catalogue/programmes/{programme_id}": {"headers": {"If-Match": '"1"'}, "json": {"title": "X"}},
        "POST catalogue/courses": {
            "json": {"code": "X", "title": "X", "form": "C3", "programme": named["programme_id"]}
        },
        **_drafts_of_others(named),
        **_letters_of_others(named),
        "PUT catalogue/courses/{course_id}/withdrawal": {"headers": {"If-Match": '"1"'}},
        "PUT catalogue/courses/{course_id}/offers/{tenant_id}": {},
        "DELETE catalogue/courses/{course_id}/offers/{tenant_id}": {},
        "POST enrolment/classes": {"json": {"code": "X", "course": named["course"], "kind": "self_paced"}},
        "POST enrolment/classes/{class_id}/enrolments": {"json": {"person": named["person_id"]}},
        "PUT enrolment/classes/{class_id}": {"json": {"capacity": 9, "trainers": []}, **first_version},
        "PUT enrolment/classes/{class_id}/closing": {},
        "POST enrolment/classes/{class_id}/enrolment-jobs": {
            "content": named["person_id"],
            "headers": {"Content-Type": "text/csv"},
        },
        "PUT enrolment/enrolment-jobs/{job_id}/cancellation": {},
        "PUT enrolment/enrolments/{enrolment_id}/lessons/{lesson_id}": {},
        "PUT enrolment/enrolments/{enrolment_id}/withdrawal": {},
        "POST evaluation/assessment-results": {
            "content": f"person,kode_kompetensi,tingkat,peran,tanggal\n{named['person_id']},PP,3,peer,2026-01-05\n",
            "headers": {"Content-Type": "text/csv"},
        },
        "POST evaluation/evidence/{piece_id}/disputes": {"json": {"competency": "PP", "text": "Tidak benar."}},
        "POST evaluation/me/activities": {"json": seminar(named["certificate"])},
        "PUT evaluation/me/activities/{activity_id}": {"json": seminar(named["certificate"]), **first_version},
        "PUT evaluation/me/activities/{activity_id}/withdrawal": {},
        "PUT evaluation/activities/{activity_id}/verification": first_version,
        "PUT evaluation/activities/{activity_id}/return": {"json": {"reason": "Salah."}, **first_version},
        "PUT evaluation/activities/{activity_id}/revocation": {
            "json": {"reason": "unreliable", "note": "Salah."},
            **first_version,
        },
        "PUT evaluation/disputes/{dispute_id}/decision": {"json": {"decision": "upheld"}},
        "PUT evaluation/evidence/{piece_id}/withdrawal": {"json": {"reason": "unreliable"}},
        "PUT identity/staff/{person_id}": {"json": {"name": "Sari", "email": "sari@univ.example"}},
        "PUT identity/people/{person_id}/roles": {"json": {"roles": []}},
        "POST identity/people/{person_id}/one-time-code": {},
        "DELETE identity/people/{person_id}/sign-in-lock": {},
        "POST identity/one-time-code-sheets": {"json": {"people": [named["person_id"]]}},
        "POST identity/one-time-code-mails": {"json": {"people": [named["person_id"]]}},
        "POST identity/people/{person_id}/erasure": {
            "json": {"person": named["person_id"], "reason": "asked_by_person"}
        },
        "POST identity/roster-imports/{import_id}/departures": {"json": {"people": [named["person_id"]]}},
        "POST identity/people/lookups": {"json": {"ids": [named["person_id"]]}},
        "POST identity/people/nip-lookups": {"json": {"nips": [nip]}},
    }


def _letters_of_others(named: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Give what the second city sends to have letters of the first one handled again, or given up."""
    sent: dict[str, dict[str, Any]] = {}
    for service in SERVICES:
        place = f"{service.name}{OF_A_LETTER}"
        sent[f"PUT {place}/replay"] = {}
        sent[f"PUT {place}/discard"] = {"json": {"reason": "not_needed"}}
        sent[f"POST {service.name}/letters/replays"] = {"json": {"key": named["person_id"]}}
    return sent


def _drafts_of_others(named: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Give what the second city sends to write in a draft of the first one."""
    draft, seen = "catalogue/courses/{course_id}/draft", {"headers": {"If-Match": '"1"'}}
    facts = {"title": "X", "summary": "", "language": "id", "form": "C3", "scope": "domestic"}
    lesson = {"title": "X", "minutes": 1, "required": True, "kind": "text", "body": "X"}
    file = {"content": b"%PDF-1.7 ", "headers": {**seen["headers"], "Content-Type": "application/octet-stream"}}
    return {
        f"PUT {draft}": seen,
        f"DELETE {draft}": seen,
        f"PUT {draft}/facts": {**seen, "json": {**facts, "programme": named["programme_id"]}},
        f"POST {draft}/lessons": {"json": {"code": "LX", **lesson}},
        f"PUT {draft}/lessons/{{lesson_id}}": {**seen, "json": lesson},
        f"DELETE {draft}/lessons/{{lesson_id}}": seen,
        f"PUT {draft}/lessons/{{lesson_id}}/file": file,
        f"PUT {draft}/lesson-order": {**seen, "json": {"lessons": [named["lesson_id"]]}},
        f"PUT {draft}/outcomes": {**seen, "json": {"outcomes": []}},
        f"PUT {draft}/completion-rule": {**seen, "json": {"lessons": [], "assessments": []}},
        f"PUT {draft}/trainers": {**seen, "json": {"trainers": []}},
    }


def _told(suite: Suite, insiders: Insiders) -> dict[str, str]:
    """Give what the first city's machine, else its learner, is told by every operation that reads.

    A list is narrowed by ids, unless so few are left that it is suppressed.
    """
    told = {}
    for operation in operations(suite, "get"):
        if operation.template == OF_A_LETTER:
            continue
        path, query = operation.path(insiders.named), operation.query(insiders.named)
        asked = product([query, {}] if query else [{}], (insiders.city.machine, insiders.learner))
        answers = [who.ask("GET", path, params=narrowed) for narrowed, who in asked]
        best = next((answer for answer in answers if answer.is_success), None)
        assert best is not None, (operation.key, [answer.text for answer in answers])
        told[operation.key] = WHEN_TAKEN.sub("", best.text)
    return told


def _known_to(suite: Suite, insiders: Insiders) -> set[str]:
    """Give every id that the first city is told, and every name and NIP of its roster."""
    told = [text for key, text in _told(suite, insiders).items() if key not in SHOWN_TO_ALL]
    ids = {found for text in told for found in UUID.findall(text)}
    people = {row[column] for row in insiders.city.roster for column in ("nip", "nama", "email")}
    return (ids | people | set(insiders.named.values())) - {str(NATIONAL), RULE_SET, "", "1"}


def _is_refused(answer: httpx.Response) -> bool:
    """Whether the rules refuse it, and not only the form of the request."""
    if answer.status_code in REFUSALS or answer.json().get("type") in UNKNOWN:
        return True
    return "person_not_yet_known" in answer.text


def _found_nobody(answer: httpx.Response) -> bool:
    if answer.status_code == 403:
        return True
    return answer.json() in ({"people": []}, {"ids": {}, "nobody": 1}, {"events": [], "more": False})
