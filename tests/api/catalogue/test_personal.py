"""The catalogue keeps little about people: that it knows them, and which courses they train."""

from tests.api.catalogue.conftest import City, House


def test_a_trainer_takes_along_which_versions_they_train(city: City) -> None:
    city.hear_of_person(city.trainer)
    city.hear_of_person(city.other_trainer)
    city.published_course()
    mine, theirs = (
        city.get("/me/data", "trainer", person=one).get_json()["sections"] for one in (city.trainer, city.other_trainer)
    )

    assert [row["person"] for row in mine["course_trainers"]] == [str(city.trainer)]
    assert [row["person"] for row in mine["known_people"]] == [str(city.trainer)]
    assert theirs["course_trainers"] == []
    assert [row["person"] for row in theirs["known_people"]] == [str(city.other_trainer)]


def test_an_event_about_a_course_is_shown_to_those_who_run_the_city_alone(city: City, house: House) -> None:
    city.published_course()
    events = city.get("/me/changes", "trainer", person=city.trainer).get_json()
    (event,) = city.event_ids()

    assert events["items"] == []
    shown = city.get(f"/events/{event}").get_json()
    assert (shown["type"], shown["data"]["title"]) == ("wiyata.catalogue.course.published.v1", "Standar Pelayanan")
    assert city.get(f"/events/{event}", "analyst").status_code == 200
    assert [city.get(f"/events/{event}", role).status_code for role in ("learner", "trainer", "manager")] == [404] * 3
    assert house.city().get(f"/events/{event}").status_code == 404
