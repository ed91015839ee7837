"""A person's learning hours over HTTP."""

from datetime import UTC, date, datetime

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
    assert (entry["form"], entry["form_name"], entry["title"]) == ("C3", "E-learning", "Pelayanan publik 1")
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


def test_a_change_of_employment_amid_a_year_leaves_the_years_before_as_they_were(city: City) -> None:
    study = city.study()
    first = assigned(
        city.id, study.person, post(city.unit), contract=date(2024, 3, 1), at=datetime(2024, 3, 1, tzinfo=UTC)
    )
    later = assigned(city.id, study.person, post(city.unit), at=datetime(2026, 6, 1, tzinfo=UTC), sequence=2)
    city.hear(later, first)
    city.hear(study.completed(form="B3", minutes={date(2026, 2, 2): 450, TODAY: 450, date(2025, 4, 1): 1100}))
    me = city.learner(study.person)
    this_year, before = me.get("/me/learning-hours").json, me.get("/me/learning-hours?year=2025").json
    assert (this_year["employment_type"], this_year["jp"], this_year["is_met"]) == ("PNS", "20.00", True)
    assert this_year["period"] == {"begins": "2026-01-01", "ends": "2026-12-31"}
    assert (before["employment_type"], before["floor_jp"], before["over_minutes"]) == ("PPPK", None, 1550 - 1080)
    assert before["period"] == {"begins": "2025-03-01", "ends": "2026-02-28"}


def test_to_the_staff_of_a_provider_nothing_is_due(city: City) -> None:
    study = city.study()
    city.hear(assigned(city.id, study.person, civil_servant=False), study.completed())
    hours = city.learner(study.person).get("/me/learning-hours").json
    assert (hours["employment_type"], hours["floor_jp"], hours["ceiling_jp"]) == (None, None, None)
    assert (hours["jp"], hours["is_met"], hours["over_minutes"]) == ("2.00", True, 0)


def test_a_year_before_the_contract_is_refused_with_a_sentence(city: City) -> None:
    person = new_id()
    city.hear(assigned(city.id, person, post(city.unit), contract=date(2024, 3, 1)))
    answer = city.learner(person).get("/me/learning-hours?year=2023")
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/hours-are-wrong")
    assert city.learner(person).get("/me/learning-hours?year=9").status_code == 422
