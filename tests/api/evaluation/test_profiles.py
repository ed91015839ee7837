"""A person's profile beside the standard of the post."""

from datetime import timedelta

from shared import clock
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import assigned, job_defined, post

FRAMEWORK = "kode_kompetensi,nama\nPP,Pelayanan Publik\nKS,Kerja Sama\n"
LEVELS = "kode_jabatan,kode_kompetensi,tingkat\nJ1,PP,4\nJ1,KS,2\n"


def with_standard(city: City) -> City:
    assert city.analyst.send("/frameworks?valid_from=2026-01-01", FRAMEWORK).status_code == 201
    assert city.analyst.send("/job-standards?valid_from=2026-01-01", LEVELS).status_code == 201
    return city


def test_a_passed_course_shows_as_a_level_with_its_gap_and_its_evidence(city: City) -> None:
    study = with_standard(city).trained()
    me = city.learner(study.person)
    profile = me.get("/me/profile").json
    assert (profile["as_of"], profile["post"]["job"], profile["post"]["unit_name"]) == ("2026-11-03", "J1", "Bidang 1")
    assert profile["post"]["standard"] == {"version": 1, "valid_from": "2026-01-01", "default": False}
    public = profile["competencies"][0]
    assert (public["competency"], public["name"], public["level"]) == ("PP", "Pelayanan Publik", 3)
    assert (public["required"], public["gap"], public["status"]) == (4, 1, "short")
    assert (public["freshness"], public["rule_set"]) == ("fresh", "nasional-2019-01")
    assert public["certainty"]["pieces"] == 2
    assert public["certainty"]["at_least"] > 0.99
    assert abs(sum(public["certainty"]["posterior"]) - 1) < 1e-12
    assert len(me.get(public["evidence"]).json["items"]) == 3


def test_a_competency_that_is_not_assessed_is_shown_apart_and_never_as_nought(city: City) -> None:
    study = with_standard(city).trained()
    profile = city.learner(study.person).get("/me/profile").json
    together = profile["competencies"][1]
    assert (together["competency"], together["level"], together["required"]) == ("KS", None, 2)
    assert (together["gap"], together["status"], together["certainty"]) == (None, "not assessed", None)
    assert (profile["assessed"], profile["required"], profile["match"]) == (1, 2, None)


def test_the_match_is_given_once_every_required_level_is_assessed(city: City) -> None:
    study = with_standard(city).trained()
    city.hear(city.study(study.person, competency="KS").graded("post", 20))
    profile = city.learner(study.person).get("/me/profile").json
    # Three of four and three of two: six of six as the regulation adds up, five of six without the surplus.
    assert (profile["match"]["percent"], profile["match"]["capped_percent"]) == ("100.00", "83.33")
    assert profile["match"]["bands"]["mapping"] == {"code": "optimal", "name": "Optimal"}
    assert profile["assessed"] == profile["required"] == 2


def test_evidence_beyond_the_standard_is_shown_as_not_required(city: City) -> None:
    study = city.trained()
    profile = city.learner(study.person).get("/me/profile").json
    (public,) = profile["competencies"]
    assert (public["status"], public["required"], public["gap"], public["name"]) == ("not required", None, None, None)
    assert profile["post"]["standard"] is profile["match"] is None


def test_age_makes_a_level_stale_and_not_lower(city: City) -> None:
    study = city.study(city.person())
    city.hear(study.graded("post", 20, day=-4 * 365))
    (public,) = city.learner(study.person).get("/me/profile").json["competencies"]
    assert (public["level"], public["freshness"]) == (3, "to be renewed")


def test_a_person_without_a_post_has_a_profile_without_a_standard(city: City) -> None:
    person = new_id()
    city.hear(assigned(city.id, person))
    profile = city.learner(person).get("/me/profile").json
    assert (profile["post"], profile["competencies"]) == (None, [])


def test_a_person_who_has_not_arrived_yet_is_worth_another_try(city: City) -> None:
    for path in ("profile", "evidence", "learning-hours"):
        own, others = city.learner().get(f"/me/{path}"), city.analyst.get(f"/people/{new_id()}/{path}")
        assert own.json["type"] == others.json["type"] == "/problems/not-yet-known"
        assert own.headers["Retry-After"] == "1"


def test_the_primary_post_decides_and_one_that_ended_does_not(city: City) -> None:
    person = new_id()
    ended = post(city.unit, "J8", until=clock.now().date() - timedelta(days=30))
    city.hear(assigned(city.id, person, ended, post(city.unit, "J9", primary=False), post(city.unit)))
    assert city.learner(person).get("/me/profile").json["post"]["job"] == "J1"


def test_posts_held_as_acting_are_listed_with_their_standards_and_gaps_are_those_of_the_primary_one(city: City) -> None:
    person = new_id()
    city.hear(job_defined(city.id, "J2"))
    acting = with_standard(city).analyst.send("/job-standards", LEVELS.replace("J1", "J2"))
    assert acting.status_code == 201
    ended = post(city.unit, "J3", primary=False, until=clock.now().date() - timedelta(days=30))
    city.hear(assigned(city.id, person, post(city.unit), post(city.office, "J2", primary=False), ended))
    profile = city.learner(person).get("/me/profile").json
    ((second),) = profile["acting"]
    assert (profile["post"]["job"], second["job"], second["unit"]) == ("J1", "J2", str(city.office))
    assert second["standard"] == {"version": 1, "valid_from": "2026-11-03", "default": False}
    assert profile["required"] == 2
