"""Offering a course to another tenant and withdrawing it over HTTP, and what its people then see."""

import pytest

from shared.events.identity import TenantDefined
from shared.ids import new_id
from shared.web.auth import Role
from tests.api.catalogue.conftest import City, House


@pytest.fixture
def neighbour(house: House) -> City:
    """Another city, which is known to exist."""
    city = house.city()
    city.hear(TenantDefined(tenant=city.id, kind="city", zone="Asia/Jakarta", sequence=1))
    return city


def test_offers_that_make_no_sense_are_refused_with_a_reason(city: City, neighbour: City) -> None:
    draft = city.import_course().get_json()["course"]
    unpublished = city.ask("PUT", f"/courses/{draft}/offers/{neighbour.id}")
    city.publish(draft)
    own = city.ask("PUT", f"/courses/{draft}/offers/{city.id}")
    unknown = city.ask("PUT", f"/courses/{draft}/offers/{new_id()}")
    never = city.ask("DELETE", f"/courses/{draft}/offers/{neighbour.id}")

    assert [one.get_json()["type"].rpartition("/")[2] for one in (unpublished, own, unknown, never)] == [
        "course-is-not-published",
        "owner-needs-no-offer",
        "not-yet-known",
        "no-such-offer",
    ]
    assert never.status_code == 404


@pytest.mark.parametrize("role", ["learner", "trainer", "manager", "analyst"])
def test_only_an_administrator_offers(city: City, neighbour: City, role: Role) -> None:
    place = f"/courses/{city.published_course()}/offers/{neighbour.id}"
    assert [city.ask(method, place, role).status_code for method in ("PUT", "DELETE")] == [403, 403]


def test_offers_are_listed_for_editors_alone(city: City) -> None:
    place = f"/courses/{city.published_course()}/offers"
    assert city.get(place, "trainer").status_code == 200
    assert city.get(place, "trainer", person=city.other_trainer).status_code == 403
    assert city.get(place, "learner").status_code == 403


def test_withdrawing_is_for_editors_who_have_read_the_course(city: City) -> None:
    course = city.published_course()
    place, tag = f"/courses/{course}/withdrawal", city.get(f"/courses/{course}").headers["ETag"]
    old = city.ask("PUT", place, headers={"If-Match": '"0"'})
    unread = city.ask("PUT", place)
    other = city.ask("PUT", place, "trainer", person=city.other_trainer, headers={"If-Match": tag})
    learner = city.ask("PUT", place, "learner", headers={"If-Match": tag})

    assert [one.status_code for one in (old, unread, other, learner)] == [412, 428, 403, 403]
