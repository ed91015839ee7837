"""What follows from corrections and erasures across the services, and that enrolment's copies are folds of it all."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date

import pytest

from services.enrolment.commands import work_off_jobs
from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.base import ENVELOPE
from shared.events.enrolment import (
    CompletionRevoked,
    EnrolmentClosed,
    EnrolmentFact,
    LearnerEnrolled,
    LearningStarted,
    TrainingCompleted,
)
from shared.events.identity import PersonAssigned, PersonErased, Post
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.rebuild import rebuild, verify
from tests.contracts.homes import on_sqlite
from tests.contracts.tenants import House, Learner, Provider, Tenant, housed


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with on_sqlite(tmp_path_factory.mktemp("corrections")) as home, housed(home) as house:
        yield house


@pytest.fixture(scope="module")
def provider(house: House) -> Provider:
    return Provider.found(house)


@pytest.fixture(scope="module")
def city(house: House, provider: Provider) -> Tenant:
    city = house.tenant()
    assert provider.offer(city).status == 200
    return city


@pytest.fixture(scope="module")
def class_(city: Tenant, provider: Provider) -> str:
    wanted = {"code": "ANGKATAN-1", "course": provider.course, "kind": "self_paced"}
    return str(city.do("POST", "enrolment/classes", "administrator", json=wanted)["id"])


def annul(city: Tenant, graded: AttemptGraded) -> None:
    """Let assessment say that an attempt counts for nothing."""
    dimensions = {one.name: getattr(graded, one.name) for one in fields(EnrolmentFact) if one.name not in ENVELOPE}
    annulled = AttemptAnnulled(tenant=city.id, attempt=graded.attempt, reason="irregularity", **dimensions)
    with city.house.suite["assessment"].database.writing() as session:
        outbox.append(session, annulled)
    city.house.settle()


def complete(city: Tenant, provider: Provider, class_: str) -> Learner:
    learner = Learner.enrol(city, class_)
    learner.view_lessons()
    learner.sit(provider.post)
    assert learner.state == "completed"
    return learner


def told_of(city: Tenant, learner: Learner) -> list[str]:
    """Name what enrolment has said of a learner, in order."""
    kinds = (LearnerEnrolled, LearningStarted, TrainingCompleted, CompletionRevoked, EnrolmentClosed)
    said = [one for kind in kinds for one in city.said("enrolment", kind) if one.person == learner.id]
    return [type(one).__name__ for one in sorted(said, key=lambda one: one.sequence)]


def test_an_annulled_attempt_is_taken_again_and_completes_a_second_time(
    city: Tenant, provider: Provider, class_: str
) -> None:
    learner = complete(city, provider, class_)
    (graded,) = [one for one in city.said("assessment", AttemptGraded) if one.person == learner.id]
    annul(city, graded)
    assert learner.state == "open"
    learner.sit(provider.post)
    assert told_of(city, learner) == [
        "LearnerEnrolled",
        "LearningStarted",
        "TrainingCompleted",
        "CompletionRevoked",
        "TrainingCompleted",
    ]
    completed = [one for one in city.said("enrolment", TrainingCompleted) if one.person == learner.id]
    assert [one.revision for one in completed] == [1, 2]


def test_an_erased_learner_leaves_every_class_and_their_completion(
    house: House, city: Tenant, provider: Provider, class_: str
) -> None:
    learner = complete(city, provider, class_)
    again = city.do("POST", f"enrolment/classes/{class_}/enrolments", "administrator", json={"person": str(learner.id)})
    house.tell(PersonErased(tenant=city.id, person=learner.id))
    post = Post(id=new_id(), unit=city.unit, job="J1", primary=True, valid_from=date(2020, 1, 1), valid_to=None)
    house.tell(
        PersonAssigned(tenant=city.id, person=learner.id, employment_type="PNS", contract_start=None, posts=(post,))
    )
    house.settle()
    shown = city.do("GET", f"enrolment/enrolments/{again['id']}", "administrator")
    assert (shown["state"], shown["closed_reason"]) == ("closed", "erased")
    assert told_of(city, learner).count("EnrolmentClosed") == 1
    sent = {"data": f"{learner.id}\n{city.person()}", "content_type": "text/csv"}
    job = city.do("POST", f"enrolment/classes/{class_}/enrolment-jobs", "administrator", **sent)
    with house.suite["enrolment"].database.writing() as session:
        work_off_jobs(session)
    house.settle()
    done = city.do("GET", f"enrolment/enrolment-jobs/{job['id']}", "administrator")
    assert (done["state"], done["enrolled"], done["refused"]) == ("done", 1, 1)


def test_enrolments_copies_are_the_same_after_a_rebuild(house: House, city: Tenant) -> None:
    running = house.suite["enrolment"]
    assert verify(running.service, running.database, running.log) == []
    rebuild(running.service, running.database, running.log)
    assert verify(running.service, running.database, running.log) == []
    assert city.do("GET", "enrolment/enrolments", "administrator")["items"]
