"""The lines of evidence about a person."""

from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import published


def standings(city: City, person: object, competency: str = "PP") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in city.analyst.get(f"/people/{person}/evidence?competency={competency}").json["items"]:
        found.setdefault(line["role"] or line["kind"], []).append(line["standing"])
    return {kind: sorted(some) for kind, some in found.items()}


def test_a_line_says_what_it_is_how_it_weighs_and_by_which_rules(city: City) -> None:
    study = city.study(city.person())
    graded = study.graded("post", 20)
    city.hear(published(city.id, study.course), graded)
    (line,) = city.learner(study.person).get("/me/evidence").json["items"]
    assert (line["event"], line["piece"], line["revision"]) == (str(graded.id), str(graded.attempt), 1)
    assert (line["kind"], line["role"], line["course_title"]) == ("test", "post", "Pelayanan publik 1")
    assert (line["dated_on"], line["rule_set"]) == ("2026-11-03", "nasional-2019-01")
    assert line["weights"] == [-11.3558, -4.867718, 0.0, 0.0, 0.0]
    assert line["standing"] == "counts"


def test_the_first_pre_test_counts_until_the_post_test_and_a_later_one_never(city: City) -> None:
    study = city.study(city.person())
    city.hear(study.graded("pre", 12), study.graded("pre", 18, day=1))
    assert standings(city, study.person) == {"pre": ["counts", "later-pre-test"]}
    city.hear(study.graded("post", 18, day=2))
    assert standings(city, study.person) == {"pre": ["superseded", "superseded"], "post": ["counts"]}


def test_a_quiz_is_shown_and_lifts_no_level(city: City) -> None:
    study = city.study(city.person())
    city.hear(study.graded("quiz", 20))
    assert standings(city, study.person) == {"quiz": ["quiz"]}
    (public,) = city.learner(study.person).get("/me/profile").json["competencies"]
    assert (public["level"], public["certainty"]) == (None, None)


def test_evidence_comes_newest_first_in_pages_that_know_what_the_other_pages_hold(city: City) -> None:
    study = city.study(city.person())
    city.hear(study.graded("pre", 12), study.graded("post", 18, day=2))
    me = city.learner(study.person)
    first = me.get("/me/evidence?limit=1").json
    second = me.get(f"/me/evidence?limit=1&after={first['next']}").json
    assert [one["items"][0]["role"] for one in (first, second)] == ["post", "pre"]
    assert second["items"][0]["standing"] == "superseded"
    assert second["next"] is None


def test_evidence_of_another_person_or_competency_is_left_out(city: City) -> None:
    study = city.trained()
    city.hear(*city.study(new_id(), study.course).whole())
    assert standings(city, study.person, "KS") == {}
    assert sum(map(len, standings(city, study.person).values())) == 3


def test_a_query_that_makes_no_sense_is_refused(city: City) -> None:
    me = city.learner(city.person())
    assert me.get("/me/evidence?limit=0").status_code == 422
    assert me.get("/me/evidence?after=x").status_code == 422
