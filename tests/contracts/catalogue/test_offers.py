"""An offer from its beginning to its end, and a course withdrawn and published again."""

from tests.api.catalogue.conftest import COURSE, FILES, City, manifest
from tests.api.catalogue.test_offers import neighbour

__all__ = ["neighbour"]


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
    acts = [(one["act"], one["subject"], one["details"]) for one in city.get("/audit").get_json()["items"]]
    receiver = {"to": str(neighbour.id)}
    assert acts == [("offer.ended", f"course/{course}", receiver), ("course.offered", f"course/{course}", receiver)]


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
