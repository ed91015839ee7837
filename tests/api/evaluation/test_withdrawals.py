"""Evidence that no longer speaks: the line stays visible, the level is read without it, no gain moves."""

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from services.evaluation.model.tables import Profile
from shared.database import Database
from shared.events.evaluation import CompetencyLevelChanged, EvidenceWithdrawn
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import Study, rated, withdrawn
from tests.api.evaluation.stories import told

REASON = {"reason": "recorded_in_error"}


def withdrawal_of(piece: object) -> str:
    return f"/evidence/{piece}/withdrawal"


def test_a_withdrawn_line_stays_to_be_seen_and_counts_no_more(city: City) -> None:
    person = city.person()
    rating = rated(city.id, person, 4)
    city.hear(rating)
    (item,) = city.analyst.put(withdrawal_of(rating.piece), REASON).json["items"]
    assert (item["piece"], item["competency"], item["person"]) == (str(rating.piece), "PP", str(person))
    (said,) = city.said(EvidenceWithdrawn)
    assert (said.piece, said.person, said.competency, said.reason) == (rating.piece, person, "PP", "recorded_in_error")
    city.hear_itself()
    (line,) = city.learner(person).get("/me/evidence").json["items"]
    assert (line["standing"], line["withdrawn_for"]) == ("withdrawn", "recorded_in_error")
    (competency,) = city.learner(person).get("/me/profile").json["competencies"]
    assert (competency["level"], competency["certainty"]) == (None, None)
    assert [(one.from_, one.to) for one in city.said(CompetencyLevelChanged)] == [(None, 4), (4, None)]
    assert city.said(CompetencyLevelChanged)[-1].cause == said.id


def test_a_withdrawal_is_said_once_and_its_first_reason_stays(city: City) -> None:
    rating = rated(city.id, city.person(), 4)
    city.hear(rating)
    first = city.analyst.put(withdrawal_of(rating.piece), REASON).json
    assert city.analyst.put(withdrawal_of(rating.piece), {"reason": "unreliable"}).json == first
    assert len(city.said(EvidenceWithdrawn)) == 1


def test_an_attempt_is_withdrawn_for_one_competency_or_for_all(city: City) -> None:
    study = city.study(city.person())
    graded = study.graded("post", 20, competencies=["PP", "KS"])
    city.hear(graded)
    one = city.analyst.put(withdrawal_of(graded.attempt), REASON | {"competency": "KS"}).json["items"]
    assert [item["competency"] for item in one] == ["KS"]
    both = city.analyst.put(withdrawal_of(graded.attempt), REASON).json["items"]
    assert [item["competency"] for item in both] == ["KS", "PP"]
    assert [said.competency for said in city.said(EvidenceWithdrawn)] == ["KS", "PP"]


def test_a_withdrawal_moves_no_gain(city: City) -> None:
    study = city.trained()
    before = city.analyst.get(f"/courses/{study.course}/figures").json
    assert city.analyst.put(withdrawal_of(study.enrolment), REASON).status_code == 200
    city.hear_itself()
    assert city.analyst.get(f"/courses/{study.course}/figures").json == before


def test_without_a_withdrawn_post_test_the_pre_test_counts_again(city: City) -> None:
    study = city.study(city.person())
    post = study.graded("post", 20)
    city.hear(study.graded("pre", 12), post)
    city.analyst.put(withdrawal_of(post.attempt), REASON)
    city.hear_itself()
    lines = city.learner(study.person).get("/me/evidence").json["items"]
    assert {one["role"]: one["standing"] for one in lines} == {"pre": "counts", "post": "withdrawn"}


def test_evidence_that_nobody_knows_is_worth_another_try(city: City) -> None:
    rating = rated(city.id, city.person(), 4)
    city.hear(rating)
    for path, body in (
        (withdrawal_of(new_id()), REASON),
        (withdrawal_of(rating.piece), REASON | {"competency": "KS"}),
    ):
        assert city.analyst.put(path, body).json["type"] == "/problems/not-yet-known"
    assert "reason" in city.analyst.put(withdrawal_of(rating.piece), {"reason": "because"}).json["errors"]


def test_only_an_analyst_of_the_city_withdraws(city: City, other_city: City) -> None:
    person = city.person()
    rating = rated(city.id, person, 4)
    city.hear(rating)
    for outsider in (city.learner(person), city.manager(city.unit), city.administrator, city.visitor()):
        assert outsider.put(withdrawal_of(rating.piece), REASON).status_code == 403
    assert other_city.analyst.put(withdrawal_of(rating.piece), REASON).status_code == 409
    assert city.said(EvidenceWithdrawn) == []


@pytest.fixture(scope="module")
def database(evaluation_file: Path) -> Database:
    path = evaluation_file.with_name("withdrawals.sqlite")
    path.write_bytes(evaluation_file.read_bytes())
    return Database(f"sqlite:///{path}")


def test_a_withdrawal_holds_for_every_revision_before_and_after_it(database: Database) -> None:
    study, attempt = Study(new_id()), new_id()
    facts = [
        study.graded("post", 20, attempt=attempt, competencies=["PP", "KS"]),
        study.graded("post", 12, attempt=attempt, competencies=["PP", "KS"], revision=2),
        withdrawn(study.tenant, study.person, attempt, sequence=1),
    ]
    kept = set()
    for order in permutations(facts):
        with database.session() as session:
            kept.add(told(session, [[event] for event in order]))
            levels = {one.competency: one.level for one in session.scalars(select(Profile))}
        assert levels == {"PP": None, "KS": 2}
    assert len(kept) == 1


def test_of_two_withdrawals_the_later_one_is_shown_in_whatever_order_they_come(database: Database) -> None:
    tenant, person = new_id(), new_id()
    rating = rated(tenant, person, 4)
    facts = [
        rating,
        withdrawn(tenant, person, rating.piece),
        withdrawn(tenant, person, rating.piece, sequence=3),
    ]
    kept = set()
    for order in permutations(facts):
        with database.session() as session:
            kept.add(told(session, [[event] for event in order]))
    assert len(kept) == 1
