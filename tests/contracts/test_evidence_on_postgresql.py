"""Recorded and disputed evidence in the roles of PostgreSQL: also two at the same moment say a thing once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest

from deploy.postgres.server import Server
from services.evaluation.app import service
from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from shared.ids import new_id
from shared.web.app import create_app
from shared.web.keys import KeyRing
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import Study, rated
from tests.api.serving import Answer
from tests.api.tokens import ORIGIN, key_set
from tests.contracts.homes import on_postgresql

ROUNDS = 8


def at_once(act: Callable[[], Answer], times: int = 4) -> list[Answer]:
    """Do the same so many times at the same moment."""
    together = threading.Barrier(times)

    def do(_: int) -> Answer:
        together.wait(30)
        return act()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(do, range(times)))


@pytest.fixture(scope="module")
def city(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city whose requests come in the web role and whose events are heard in the worker role."""
    with on_postgresql(postgres_server, tmp_path_factory.mktemp("evidence"), "evidence_", [service]) as home:
        home.settings = replace(home.settings, public_url=ORIGIN)
        home.migrate([service])
        web = home.database("evaluation", "web")
        keys = KeyRing(web, home.settings, key_set)
        keys.refresh()
        app = create_app(service, home.settings, web, keys, schema_is_current=lambda _: True)
        city = City(app, home.database("evaluation", "worker")).begin()
        city.analyst.send("/frameworks?valid_from=2020-01-01", "kode_kompetensi,nama\nPP,Pelayanan Publik\n")
        yield city


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


def test_what_is_added_up_from_rows_is_what_is_kept_for_the_course(city: City) -> None:
    course, class_ = new_id(), new_id()
    for place in range(20):
        study = Study(city.id, course=course, class_=class_, programme=class_, unit=city.unit)
        city.hear(study.enrolled(), study.completed(4000 + 90 * place, 7000 + 100 * (place % 7)))
    kept = city.analyst.get(f"/courses/{course}/figures").json
    assert kept["display"] == "shown"
    for shown in (
        city.analyst.get(f"/classes/{class_}/figures").json,
        city.analyst.get(f"/programmes/{class_}/figures").json,
        city.manager(city.office).get(f"/courses/{course}/figures").json,
    ):
        assert all(shown[name] == kept[name] for name in ("enrolled", "completed", "n", "gain", "g", "as_of"))
