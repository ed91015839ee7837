"""Offering a course to another tenant and withdrawing it over HTTP, and what its people then see."""

import pytest

from shared.events.identity import TenantDefined
from shared.ids import new_id
from shared.web.auth import Role
from tests.api.catalogue.conftest import COURSE, FILES, City, House, manifest


@pytest.fixture
def neighbour(house: House) -> City:
    """Another city, which is known to exist."""
    city = house.city()
    city.hear(TenantDefined(tenant=city.id, kind="city", zone="Asia/Jakarta", sequence=1))
    return city


def test_an_offer_opens_what_is_published_to_the_other_city_and_its_end_closes_nothing_read(
    city: City, neighbour: City
) -> None:
    course = city.published_course()
    place = f"/courses/{course}"
    assert neighbour.get(place, "learner").status_code == 404
    offered = city.ask("PUT", f"{place}/offers/{neighbour.id}")
    again = city.ask("PUT", f"{place}/offers/{neighbour.id}")
    assert (offered.status_code, offered.get_json()) == (200, again.get_json())
    city.import_course(manifest(COURSE.replace("Standar Pelayanan", "Rancangan"), FILES))

    listed = neighbour.get("/courses", "learner").get_json()["items"]
    assert [(one["title"], one["provider"]) for one in listed] == [("Standar Pelayanan", str(city.id))]
    assert neighbour.get(place).get_json()["draft"] is None
    assert neighbour.get(f"{place}/versions/2").status_code == 404
    assert city.ask("DELETE", f"{place}/offers/{neighbour.id}").status_code == 204
    assert neighbour.get("/courses", "learner").get_json()["items"] == []
    assert neighbour.get(f"{place}/versions/1", "learner").status_code == 200
    (kept,) = city.get(f"{place}/offers", "trainer").get_json()["items"]
    assert (kept["tenant"], kept["since"]) == (str(neighbour.id), offered.get_json()["since"])
    assert kept["ended_at"] is not None


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


def test_a_withdrawn_course_is_listed_for_its_editors_alone_until_it_is_published_again(city: City) -> None:
    course = city.published_course()
    tag = city.get(f"/courses/{course}").headers["ETag"]
    gone = city.ask("PUT", f"/courses/{course}/withdrawal", "trainer", headers={"If-Match": tag})
    assert (gone.status_code, gone.get_json()["state"]) == (200, "withdrawn")
    assert gone.headers["ETag"] != tag
    assert city.get("/courses", "learner").get_json()["items"] == []
    assert city.get(f"/courses/{course}", "learner").get_json()["state"] == "withdrawn"
    assert [one["state"] for one in city.get("/courses", "trainer").get_json()["items"]] == ["withdrawn"]
    assert city.publish(course).get_json()["state"] == "published"
    assert [one["id"] for one in city.get("/courses", "learner").get_json()["items"]] == [course]


def test_withdrawing_is_for_editors_who_have_read_the_course(city: City) -> None:
    course = city.published_course()
    place, tag = f"/courses/{course}/withdrawal", city.get(f"/courses/{course}").headers["ETag"]
    old = city.ask("PUT", place, headers={"If-Match": '"0"'})
    unread = city.ask("PUT", place)
    other = city.ask("PUT", place, "trainer", person=city.other_trainer, headers={"If-Match": tag})
    learner = city.ask("PUT", place, "learner", headers={"If-Match": tag})

    assert [one.status_code for one in (old, unread, other, learner)] == [412, 428, 403, 403]
