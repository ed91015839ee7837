"""Activities with their certificates in the roles of PostgreSQL: what counts, and what two at once may not do."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest

from deploy.postgres.server import Server
from shared import clock
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START, TODAY, erased
from tests.contracts.cities import at_once, city_on_postgresql
from tests.contracts.evaluation.test_activities_over_http import certificate, decide, jp, recorded, seminar, verified


@pytest.fixture(scope="module")
def city(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with city_on_postgresql(postgres_server, tmp_path_factory.mktemp("activities"), "activities_") as city:
        yield city


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.telling(START):
        yield


def test_the_form_and_the_scope_say_what_a_day_or_a_time_is_worth(city: City) -> None:
    coaching: list[tuple[date, int | None]] = [(date(2026, 3, day), None) for day in (2, 9, 16)]
    coaching.append((date(2026, 4, 6), None))
    vectors: list[tuple[str, str, list[tuple[date, int | None]], str]] = [
        ("B7", "international", [(date(2026, 10, 6), None), (date(2026, 10, 7), None)], "14.00"),
        ("C1", "domestic", coaching, "6.00"),
        ("B3", "domestic", [(date(2026, 10, day), 360) for day in (5, 6, 7, 8, 9)], "40.00"),
        ("C3", "domestic", [(date(2026, 10, 6), 300)], "3.00"),
        ("C3", "domestic", [(date(2026, 10, day), 100) for day in (6, 7, 8)], "6.67"),
        ("C5", "international", [(date(2026, 10, 6), None)], "24.00"),
    ]
    for form, scope, days, counted in vectors:
        person = city.person()
        told = [{"day": str(day), "minutes": minutes} for day, minutes in days]
        verified(city, person, form=form, scope=scope, days=told)
        assert jp(city, person) == counted, form


def test_a_cap_is_shared_by_courses_and_activities_and_by_those_recorded_apart(city: City) -> None:
    person = city.person()
    city.hear(city.study(person).completed(minutes={TODAY: 100}))
    verified(city, person, form="C3", days=[{"day": str(TODAY), "minutes": 100}])
    assert jp(city, person) == "3.00"
    for day in ("2026-10-05", "2026-10-12", "2026-10-19", "2026-11-02"):
        verified(city, person, day, form="C1")
    assert jp(city, person) == "9.00"


def test_of_somebody_who_is_erased_no_activity_and_no_file_is_left(city: City) -> None:
    person = city.person()
    me = city.learner(person)
    done = verified(city, person)
    city.hear(erased(city.id, person))
    assert me.get("/me/activities").json["items"] == []
    assert city.analyst.get(f"/activities/{done.json['id']}").status_code == 404
    assert me.post("/me/activities", seminar(me, proof=str(new_id()))).json["type"] == "/problems/person-not-found"
    assert me.get("/me/learning-hours").json["type"] == "/problems/person-not-found"


def test_a_certificate_sent_and_used_four_times_at_once_proves_one_activity(city: City) -> None:
    for turn in range(4):
        me = city.learner(city.person())
        content = b"%%PDF-1.7 turn %d" % turn
        sent = at_once(partial(me.send, "/me/certificates", content, "application/pdf"))
        assert {one.status_code for one in sent} == {200, 201}
        (proof,) = {one.json["id"] for one in sent}
        answers = at_once(partial(me.post, "/me/activities", seminar(me, proof=proof)))
        assert Counter(one.status_code for one in answers) == {201: 1, 409: 3}
        assert {one.json["type"] for one in answers if one.status_code == 409} == {"/problems/certificate-is-used"}


def test_an_activity_verified_and_corrected_at_once_counts_as_it_was_seen(city: City) -> None:
    person = city.person()
    me, manager = city.learner(person), city.manager(city.unit)
    for _ in range(4):
        seen = recorded(me)
        decided = at_once(partial(decide, manager, "verification", seen), 2)
        assert Counter(one.status_code for one in decided) == {200: 1, 412: 1}
    city.hear_itself()
    # The caps of a day hold: four seminars on one day are one day of a seminar.
    assert jp(city, person) == "4.00"


def test_a_certificate_is_hidden_from_a_session_of_another_city(city: City) -> None:
    other = City(city.app, city.database).begin()
    activity = recorded(city.learner(city.person()), proof=None)
    assert other.analyst.get(f"/activities/{activity.json['id']}/certificate").status_code == 404
    assert certificate(other.learner(other.person()))
