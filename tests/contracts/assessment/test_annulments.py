"""An annulled attempt counts for nothing, whatever is found out later."""

from dataclasses import replace
from typing import Any

from shared.events.assessment import AttemptAnnulled, AttemptGraded
from shared.events.enrolment import CompletionRevoked, EnrolmentClosed, EnrolmentFact
from shared.web.auth import Role
from tests.api.assessment.conftest import DAY, City, Exam, Person, Reply, Sitting, option
from tests.api.personal import looks


def annul(
    sitting: Sitting, attempt: dict[str, Any], reason: str = "irregularity", role: Role = "administrator"
) -> Reply:
    path = f"/attempts/{attempt['id']}/annulment"
    return sitting.city.person(role).put(path, json={"reason": reason})


def fact(sitting: Sitting, kind: type[EnrolmentFact], sequence: int, **rest: Any) -> EnrolmentFact:
    """Make an event about the enrolment, with the dimensions that its attempts are stamped with."""
    (graded, *_) = sitting.city.said(AttemptGraded)
    names = ("tenant", "enrolment", "person", "course", "version", "class_", "programme", "provider", "unit")
    dimensions: dict[str, Any] = {name: getattr(graded, name) for name in names}
    return kind(**dimensions, sequence=sequence, **rest)


def test_an_annulled_attempt_is_said_once_and_keeps_its_first_reason(sitting: Sitting) -> None:
    attempt = sitting.begin()
    assert annul(sitting, attempt).status_code == 409
    sitting.hand_in(attempt)

    first, again = annul(sitting, attempt), annul(sitting, attempt, "taken_by_another")

    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.json["state"], again.json["annulled_for"]) == ("annulled", "irregularity")
    (said,) = sitting.city.said(AttemptAnnulled)
    (graded,) = sitting.city.said(AttemptGraded)
    assert (str(said.attempt), said.reason, said.sequence) == (attempt["id"], "irregularity", graded.sequence + 1)
    assert (said.person, said.unit, said.class_) == (graded.person, graded.unit, graded.class_)
    assert sitting.learner.get(f"/attempts/{attempt['id']}").json["state"] == "annulled"
    (act,) = sitting.city.person("administrator").get("/audit").json["items"]
    assert (act["act"], act["subject"], act["details"]) == (
        "attempt.annulled",
        f"attempt/{attempt['id']}",
        {"reason": "irregularity"},
    )


def test_an_annulled_attempt_uses_up_none_of_those_allowed(city: City) -> None:
    assessment = city.assessment(city.bank(), attempts_allowed=1)
    city.publish(assessment)
    city.pin(assessment)
    learner = city.person()
    sitting = Sitting(city, learner, city.enrol(learner), assessment)
    attempt = sitting.begin()
    sitting.hand_in(attempt)
    assert sitting.start().status_code == 409

    annul(sitting, attempt, "technical_failure")

    assert sitting.start().json["number"] == 2


def test_administrators_annul_no_attempt_of_their_own(sitting: Sitting) -> None:
    attempt = sitting.begin()
    sitting.hand_in(attempt)
    themselves = Person(sitting.city.house, sitting.city.id, ("learner", "administrator"), sitting.learner.id)

    refused = themselves.put(f"/attempts/{attempt['id']}/annulment", json={"reason": "technical_failure"})

    assert (refused.status_code, refused.json["type"]) == (403, "/problems/attempt-is-your-own")
    assert sitting.city.said(AttemptAnnulled) == []


def test_a_corrected_key_changes_no_annulled_attempt(exam: Exam) -> None:
    sitting, attempt = exam.hand_in(right=True)
    annul(sitting, attempt)

    question = exam.question()
    exam.correct(question, option(question, "Masyarakat"))
    exam.work()

    assert [one.revision for one in exam.city.said(AttemptGraded)] == [1]


def test_nobody_but_an_administrator_of_the_city_annuls(sitting: Sitting) -> None:
    attempt = sitting.begin()
    sitting.hand_in(attempt)

    assert annul(sitting, attempt, role="trainer").status_code == 403
    assert annul(replace(sitting, city=City(sitting.city.house).settle()), attempt).status_code == 404
    assert annul(sitting, attempt, "because").status_code == 422


def test_attempts_are_listed_with_their_scores_to_those_who_may_see_them(sitting: Sitting) -> None:
    attempt = sitting.begin()
    sitting.hand_in(attempt)
    sitting.begin()
    path = f"/enrolments/{sitting.enrolment}/attempts"

    own, seen = sitting.learner.get(path), sitting.city.person("analyst").get(path)

    assert [(one["number"], one["state"], one["score"]) for one in own.json["items"]] == [
        (1, "handed_in", 0),
        (2, "open", None),
    ]
    assert seen.json == own.json
    assert sitting.city.person("learner").get(path).status_code == 404
    assert City(sitting.city.house).settle().person("administrator").get(path).status_code == 404
    assert looks(sitting.city.house.database, sitting.city.id) == {(sitting.learner.id, "attempts.list_attempts")}


def test_a_closed_enrolment_begins_no_attempt_until_it_is_open_again(sitting: Sitting) -> None:
    sitting.hand_in(sitting.begin())
    sitting.city.house.hear(fact(sitting, EnrolmentClosed, 3, reason="not_completed", closed_on=DAY))
    closed = sitting.start()
    sitting.city.house.hear(fact(sitting, CompletionRevoked, 5, revision=1, reason="corrected_mark"))
    sitting.city.house.hear(fact(sitting, EnrolmentClosed, 4, reason="not_completed", closed_on=DAY))

    assert closed.json["type"].endswith("/enrolment-is-closed")
    assert sitting.start().status_code == 201
