"""What is left of somebody who was erased: scores under an id that leads nowhere."""

from services.assessment.model import Answer, Attempt, Grade, Person
from shared.events.identity import PersonAssigned, PersonErased
from shared.ids import new_id
from tests.api.assessment.conftest import Sitting, choose


def test_an_erased_learner_leaves_scores_and_no_answer(sitting: Sitting) -> None:
    house, tenant, person = sitting.city.house, sitting.city.id, sitting.learner.id
    attempt = sitting.begin()
    sitting.save(attempt, *(choose(question, right=True) for question in attempt["questions"]))
    sitting.hand_in(attempt)
    sitting.begin()
    other = Sitting(sitting.city, sitting.city.person(), new_id(), sitting.assessment)
    other.enrolment = sitting.city.enrol(other.learner)
    kept = other.begin()
    other.save(kept, choose(kept["questions"][0], right=True))

    house.hear(PersonErased(tenant=tenant, person=person, sequence=2))
    house.hear(PersonAssigned(tenant=tenant, person=person, employment_type="PNS", contract_start=None, posts=()))

    with house.database.reading(tenant) as session:
        assert session.get(Person, (tenant, person)) is None
        left = session.query(Attempt).where(Attempt.person == person).all()
        assert [str(one.id) for one in left] == [attempt["id"]]
        assert [(one.score, one.marks) for one in session.query(Grade).where(Grade.tenant == tenant)] == [(10_000, [])]
        assert [str(one.attempt_id) for one in session.query(Answer).where(Answer.tenant == tenant)] == [kept["id"]]


def test_an_erased_learner_whose_token_still_holds_begins_nothing(sitting: Sitting) -> None:
    sitting.city.house.hear(PersonErased(tenant=sitting.city.id, person=sitting.learner.id, sequence=2))

    assert sitting.start().json["type"] == "/problems/no-such-enrolment"
