"""What assessment tells people about themselves, and about others only those above."""

from uuid import UUID

from services.assessment.app import service
from shared.events.assessment import AttemptGraded
from shared.events.identity import PersonAssigned, Post, UnitDefined
from shared.ids import new_id
from tests.api.assessment.conftest import DAY, City, Person, Sitting, choose
from tests.api.personal import looks
from tests.api.tokens import bearer


def test_a_learner_takes_along_every_answer_and_mark_and_no_key_before_the_hand_in(sitting: Sitting) -> None:
    attempt = sitting.begin()
    sitting.save(attempt, *(choose(question, right=True) for question in attempt["questions"]))
    other = Sitting(sitting.city, sitting.city.person(), new_id(), sitting.assessment)
    other.enrolment = sitting.city.enrol(other.learner)
    other.begin()
    before = sitting.learner.get("/me/data")
    sitting.hand_in(attempt)
    after = sitting.learner.get("/me/data").json["sections"]

    assert [word for word in ("right", "feedback", "Betul sekali") if word in before.text] == []
    assert [row["id"] for row in after["attempts"]] == [attempt["id"]]
    assert len(after["answers"]) == len(attempt["questions"])
    assert [row["score"] for row in after["grades"]] == [10_000]
    assert [row["id"] for row in after["enrolments"]] == [str(sitting.enrolment)]
    assert after.keys() >= service.exports.keys()
    assert str(other.learner.id) not in str(after)


def test_a_graded_attempt_is_shown_to_the_learner_and_to_those_above(sitting: Sitting) -> None:
    city, learner, unit, above = sitting.city, sitting.learner, new_id(), new_id()
    post = Post(id=new_id(), unit=unit, job="J1", primary=True, valid_from=DAY, valid_to=None)
    city.house.hear(
        PersonAssigned(tenant=city.id, person=learner.id, employment_type="PNS", contract_start=None, posts=(post,)),
        *(
            UnitDefined(tenant=city.id, unit=one, parent=parent, unit_type="bidang", name="Bidang", valid_from=DAY)
            for one, parent in ((unit, above), (above, None))
        ),
    )
    sitting.hand_in(sitting.begin())
    (event,) = city.said(AttemptGraded)

    def ask(who: Person, unit: UUID | None = None) -> int:
        headers = bearer(who.tenant, who.id, *who.roles, unit=unit)
        return who.get(f"/events/{event.id}", headers=headers).status_code

    assert ask(learner) == 200
    assert ask(city.person("administrator")) == ask(city.person("analyst")) == 200
    assert ask(city.person("manager"), unit=above) == 200
    assert ask(city.person("manager"), unit=new_id()) == 404
    assert ask(city.person("learner", "trainer")) == 404
    assert ask(City(city.house).settle().person("administrator")) == 404
    assert looks(city.house.database, city.id) == {(learner.id, "personal.show_event")}
