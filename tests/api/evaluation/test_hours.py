"""A person's learning hours over HTTP."""

from datetime import date

from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import TODAY, assigned, post, published


def test_a_day_beyond_the_cap_shows_what_was_learnt_what_was_cut_and_what_counts(city: City) -> None:
    study = city.study(city.person())
    completed = study.completed(minutes={TODAY: 180})
    city.hear(published(city.id, study.course), completed)
    hours = city.learner(study.person).get("/me/learning-hours").json
    (entry,) = hours["entries"]
    assert (entry["minutes"], entry["cut_minutes"], entry["counted_minutes"]) == (180, 45, 135)
    assert (entry["form"], entry["form_name"], entry["course_title"]) == ("C3", "E-learning", "Pelayanan publik 1")
    assert (entry["event"], entry["rule_set"]) == (str(completed.id), "nasional-2019-01")
    assert (hours["minutes"], hours["jp"]) == (135, "3.00")


def test_a_civil_servant_owes_a_floor_in_the_calendar_year(city: City) -> None:
    study = city.study(city.person())
    city.hear(study.completed(minutes={TODAY: 90, date(2025, 12, 31): 60}))
    me = city.learner(study.person)
    hours = me.get("/me/learning-hours").json
    assert hours["period"] == {"begins": "2026-01-01", "ends": "2026-12-31"}
    assert (hours["minutes"], hours["floor_jp"], hours["short_minutes"], hours["is_met"]) == (90, "20.00", 810, False)
    assert (hours["ceiling_minutes"], len(hours["entries"])) == (None, 1)
    assert me.get("/me/learning-hours?year=2025").json["minutes"] == 60


def test_a_contract_year_has_a_ceiling_that_is_said_and_takes_nothing_away(city: City) -> None:
    study = city.study()
    city.hear(assigned(city.id, study.person, post(city.unit), contract=date(2024, 3, 1)))
    city.hear(study.completed(form="B3", minutes={TODAY: 1100, date(2026, 2, 28): 45}))
    me = city.learner(study.person)
    hours = me.get("/me/learning-hours").json
    assert hours["period"] == {"begins": "2026-03-01", "ends": "2027-02-28"}
    assert (hours["minutes"], hours["ceiling_jp"], hours["over_minutes"]) == (1100, "24.00", 20)
    assert me.get("/me/learning-hours?year=2025").json["minutes"] == 45


def test_a_year_before_the_contract_is_refused_with_a_sentence(city: City) -> None:
    person = new_id()
    city.hear(assigned(city.id, person, post(city.unit), contract=date(2024, 3, 1)))
    answer = city.learner(person).get("/me/learning-hours?year=2023")
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/hours-are-wrong")
    assert city.learner(person).get("/me/learning-hours?year=9").status_code == 422
