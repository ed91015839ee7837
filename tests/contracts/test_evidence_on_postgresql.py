"""Recorded and disputed evidence in the roles of PostgreSQL: also two at the same moment say a thing once."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from deploy.postgres.server import Server
from services.evaluation.commands import publish_national_frameworks
from services.evaluation.model.tables import AssessmentResult, Dispute
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.ids import NATIONAL
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import erased, rated
from tests.contracts.cities import at_once, city_on_postgresql

ROUNDS = 8


@pytest.fixture(scope="module")
def city(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with city_on_postgresql(postgres_server, tmp_path_factory.mktemp("evidence"), "evidence_") as city:
        city.analyst.send("/frameworks?valid_from=2020-01-01", "kode_kompetensi,nama\nPP,Pelayanan Publik\n")
        yield city


def test_the_national_framework_is_written_by_the_worker_once_and_read_in_every_city(city: City) -> None:
    for _ in range(2):
        with city.database.writing() as session:
            publish_national_frameworks(session)
    other = City(city.app, city.database).begin()
    for reader in (city.learner(), other.learner()):
        listed = reader.get("/frameworks").json["items"]
        assert [one["version"] for one in listed if one["tenant"] == str(NATIONAL)] == [1]
    assert other.learner(other.person()).get("/me/profile").json["required"] == 9


def test_a_file_sent_four_times_at_once_is_recorded_once(city: City) -> None:
    analyst, statuses = city.analyst, set[int]()
    for _ in range(ROUNDS):
        people = [city.person() for _ in range(5)]
        rows = "".join(f"{person},PP,3,assessment_centre,2025-03-04\n" for person in people)
        content = f"person,kode_kompetensi,tingkat,peran,tanggal\n{rows}"

        answers = at_once(partial(analyst.send, "/assessment-results", content))

        said = Counter(one.person for one in city.said(EvidenceRecorded))
        assert [said[person] for person in people] == [1] * 5
        assert sum(one.json.get("recorded", 0) for one in answers) == 5
        statuses |= {one.status_code for one in answers}
    assert statuses <= {200, 409}


def test_evidence_disputed_decided_and_withdrawn_at_once_is_so_once(city: City) -> None:
    for _ in range(ROUNDS):
        rating = rated(city.id, city.person(), 3)
        city.hear(rating)
        place, me, analyst = f"/evidence/{rating.piece}", city.learner(rating.person), city.analyst

        opened = at_once(partial(me.post, f"{place}/disputes", {"competency": "PP", "text": "Tidak."}))
        assert Counter(one.status_code for one in opened) == {201: 1, 409: 3}
        dispute = next(one.json["id"] for one in opened if one.status_code == 201)
        at_once(partial(analyst.put, f"/disputes/{dispute}/decision", {"decision": "upheld"}))
        at_once(partial(analyst.put, f"{place}/withdrawal", {"reason": "unreliable"}))

        assert [one.reason for one in city.said(EvidenceWithdrawn) if one.piece == rating.piece] == ["dispute_upheld"]


def test_of_somebody_who_is_erased_at_the_same_moment_no_result_and_no_dispute_is_left(city: City) -> None:
    others = [city.person() for _ in range(40)]
    for number in range(ROUNDS):
        rating = rated(city.id, city.person(), 3)
        city.hear(rating)
        people, day = [rating.person, *others], f"2025-04-{number + 1:02}"
        rows = "".join(f"{person},PP,3,assessment_centre,{day}\n" for person in people)
        content = f"person,kode_kompetensi,tingkat,peran,tanggal\n{rows}"
        said = {"competency": "PP", "text": "Tidak."}
        acts: list[Callable[[], Any]] = [
            partial(city.analyst.send, "/assessment-results", content),
            partial(city.learner(rating.person).post, f"/evidence/{rating.piece}/disputes", said),
            partial(city.hear, erased(city.id, rating.person)),
        ]

        at_once(partial(_next_of, acts), len(acts))

        with city.database.reading() as session:
            for kept in (AssessmentResult, Dispute):
                assert session.scalars(sa.select(kept).where(kept.person == rating.person)).all() == []


def _next_of(acts: list[Callable[[], Any]]) -> Any:
    return acts.pop()()
