"""Whatever is sent to whatever operation: no server error, and no answer that its OpenAPI document does not tell of.

WIYATA_EXAMPLES says how many requests are made up for each operation. They are the same in every run, unless
WIYATA_SEED names another number.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import schemathesis
from schemathesis.core.result import Ok

from deploy.demo.origin import Visitor
from deploy.demo.places import HERE
from services.embedded import SERVICES
from tests.journeys.anything import Caller, Desk, ends_something, report, telling_refusals
from tests.journeys.insiders import Insiders, document_of, named_for
from tests.journeys.stage import command_said, flow_at_rest
from tests.journeys.suites import Suite

STOPS_OTHERS = ["enrolment", "catalogue", "identity"]
"""What is closed, withdrawn or erased there stops the others more and more, so these come last, in this order."""

others = [one.name for one in SERVICES if one.name not in STOPS_OTHERS]
every_service = pytest.mark.parametrize("name", [*others, *STOPS_OTHERS])


@pytest.fixture(scope="module")
def beginner(playground: Insiders) -> Visitor:
    """Somebody who has begun the course: what the other learner has done can't be done again."""
    return playground.city.newcomer()


@pytest.fixture(scope="module")
def begun_there(playground: Insiders, beginner: Visitor) -> Mapping[str, str]:
    """What the beginner's enrolment and attempt are called."""
    loaded = playground.city.loaded
    enrolment = beginner.post(f"enrolment/classes/{loaded.class_}/enrolments", json={})
    pre = next(one["id"] for one in enrolment["assessments"] if one["role"] == "pre")
    attempt = beginner.post(f"assessment/enrolments/{enrolment['id']}/attempts", json={"assessment": pre})
    question = attempt["questions"][0]["id"]
    return {
        "enrolment_id": enrolment["id"],
        "course_id": loaded.course,
        "lesson_id": enrolment["lessons"][0]["id"],
        "assessment": next(one["id"] for one in enrolment["assessments"] if one["role"] == "post"),
        "attempt_id": attempt["id"],
        "question": question,
    }


@pytest.fixture(scope="module")
def callers(playground: Insiders, beginner: Visitor) -> Sequence[Caller]:
    """The city's machine, two learners, and a manager of the first one."""
    manager = playground.city.newcomer(manages=playground.named["unit"])
    return [
        Caller(playground.city.machine, frozenset({"administrator", "trainer", "analyst"})),
        Caller(playground.learner, frozenset({"learner"})),
        Caller(beginner, frozenset({"learner"})),
        Caller(manager, frozenset({"learner", "manager"})),
    ]


@every_service
def test_no_operation_fails_or_answers_what_its_document_does_not_tell(
    suite: Suite, playground: Insiders, callers: Sequence[Caller], begun_there: Mapping[str, str], name: str
) -> None:
    schema = schemathesis.openapi.from_dict(telling_refusals(document_of(suite, name)))
    named = named_for(name, playground.named)
    desk = Desk(suite.front.behind(name), callers, [named, {**named, **begun_there}], files_of(playground))
    asked = sorted((_valid(result) for result in schema.get_all_operations()), key=ends_something)
    failures = {one.label: found for one in asked if (found := desk.try_out(one))}
    assert not failures, report(failures)
    assert len(desk.done) > len(asked) // 3, f"Hardly anything was done: {desk.done}"


def test_what_was_sent_left_nothing_dead_and_projections_that_the_log_folds_to(
    suite: Suite, playground: Insiders
) -> None:
    """It comes after all that was sent, withdrawn, annulled and erased."""
    with ThreadPoolExecutor(2) as hands:
        flows = list(hands.map(partial(flow_at_rest, suite), [one.name for one in SERVICES]))
        folding = [one.name for one in SERVICES if one.projections()]
        verified = list(hands.map(lambda service: command_said(suite, service, "verify"), folding))
    assert [(flow["service"], flow["dead"], flow["parked"]) for flow in flows if flow["dead"] or flow["parked"]] == []
    assert verified == [f"{service}: identical\n" for service in folding]


def files_of(insiders: Insiders) -> dict[str, str]:
    """Give files that are right, by the operation that takes them: what is made up from nothing comes never near."""
    folder, person = insiders.city.folder, insiders.named["person_id"]
    roster = (folder / "roster.csv").read_text().splitlines(keepends=True)
    return {
        "POST /roster-imports": "".join(roster[:4]),
        "POST /frameworks": (folder / "framework.csv").read_text(),
        "POST /job-standards": (folder / "job-standards.csv").read_text(),
        "POST /assessment-results": f"person,kode_kompetensi,tingkat,peran,tanggal\n{person},PP,3,peer,2026-01-05\n",
        "POST /me/certificates": "%PDF-1.7 certificate",
        "POST /classes/{class_id}/enrolment-jobs": f"{person}\n{person}\n",
        "POST /banks/{bank_id}/gift-imports": (folder / "pre-test.gift").read_text(),
        "POST /banks/{bank_id}/moodle-xml-imports": (HERE / "courses" / "integritas" / "pre-test.xml").read_text(),
    }


def _valid(result: Any) -> Any:
    """Give an operation of a document. Fails with what is wrong with it."""
    assert isinstance(result, Ok), str(result.err())
    return result.ok()
