"""Withdrawals among other facts: whatever comes first, the ledger is the same; and no gain moves."""

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from services.evaluation.model.tables import Profile
from shared.database import Database
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import Study, rated, withdrawn
from tests.api.evaluation.stories import told
from tests.api.evaluation.test_withdrawals import REASON, withdrawal_of


def test_a_withdrawal_moves_no_gain(city: City) -> None:
    study = city.trained()
    before = city.analyst.get(f"/courses/{study.course}/figures").json
    assert city.analyst.put(withdrawal_of(study.enrolment), REASON).status_code == 200
    city.hear_itself()
    assert city.analyst.get(f"/courses/{study.course}/figures").json == before


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
