"""Figures in the roles of PostgreSQL: kept sums and those added up from rows agree, and relays say a gain once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from deploy.postgres.server import Server
from services.evaluation.app import service
from shared import clock
from shared.events.evaluation import ProgrammeMeasured
from shared.ids import new_id
from shared.messaging.embedded import EmbeddedLog
from shared.messaging.relay import Relay
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START, Study, published
from tests.contracts.cities import city_on_postgresql

RELAYS = 4


@pytest.fixture(scope="module")
def city(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with city_on_postgresql(postgres_server, tmp_path_factory.mktemp("figures"), "figures_") as city:
        yield city


def test_what_is_added_up_from_rows_is_what_is_kept_for_the_course(city: City) -> None:
    course, class_, test = new_id(), new_id(), new_id()
    city.hear(published(city.id, course, minimums={test: 7000}))
    for place in range(24):
        study = Study(city.id, course=course, class_=class_, programme=class_, unit=city.unit)
        city.hear(study.enrolled(), study.started(), study.graded("post", place % 6, of=5 + place % 6, assessment=test))
        city.hear(
            study.completed(4000 + 90 * place, 7000 + 100 * (place % 7)) if place < 20 else study.closed("withdrawn")
        )
    kept = city.analyst.get(f"/courses/{course}/figures").json
    assert kept["display"] == kept["completion"]["display"] == kept["levels"][0]["display"] == "shown"
    assert (kept["enrolled"], kept["closed"], kept["completion"]["count"]) == (24, 4, 20)
    own = {"course", "class", "programme", "title", "units", "rows", "enrolment_rows"}
    for shown in (
        city.analyst.get(f"/classes/{class_}/figures").json,
        city.analyst.get(f"/programmes/{class_}/figures").json,
        city.manager(city.office).get(f"/courses/{course}/figures").json,
        city.analyst.get(f"/courses/{course}/figures?unit={city.office}").json,
    ):
        assert without_doors(shown, own) == without_doors(kept, own)
    for door in ("enrolments", "completion", "hours", "time", "passing", "gain", "levels"):
        rows = city.manager(city.office).get(f"/courses/{course}/figures/rows?of={door}").json["items"]
        assert len(rows) == (24 if door in ("enrolments", "completion", "passing") else 20), door


def without_doors(shown: object, own: set[str]) -> object:
    """Leave out of figures what names their subject and the addresses of their rows."""
    if isinstance(shown, dict):
        return {name: without_doors(one, own) for name, one in shown.items() if name not in own}
    return [without_doors(one, own) for one in shown] if isinstance(shown, list) else shown


def test_relays_that_call_their_timers_at_once_say_a_gain_once(
    city: City, tmp_path_factory: pytest.TempPathFactory
) -> None:
    course = new_id()
    log = EmbeddedLog(tmp_path_factory.mktemp("log") / "events.sqlite")
    relays = [Relay(service, city.database, log) for _ in range(RELAYS)]
    for round_ in range(4):
        city.hear(published(city.id, course), *(Study(city.id, course=course).completed() for _ in range(5)))
        together = Barrier(RELAYS)

        def call(relay: Relay, together: Barrier = together) -> None:
            together.wait(30)
            relay.call_timers()

        with clock.telling(START + timedelta(seconds=10 * round_)), ThreadPoolExecutor(RELAYS) as threads:
            list(threads.map(call, relays))
    said = [one for one in city.said(ProgrammeMeasured) if one.course == course]
    assert [(one.n, one.sequence) for one in said] == [(5, 1), (10, 2), (15, 3), (20, 4)]
    log.close()
