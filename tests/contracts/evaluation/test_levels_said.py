"""Changes of level are said once, with their cause."""

from dataclasses import replace

from shared.events.evaluation import CompetencyLevelChanged
from shared.ids import new_id
from tests.api.evaluation.city import City


def test_a_first_level_is_said_with_the_event_that_set_it(city: City) -> None:
    study = city.study()
    graded = replace(study.graded("post", 20), correlation="walk-7")
    city.hear(graded)
    (said,) = city.said(CompetencyLevelChanged)
    assert (said.person, said.competency, said.from_, said.to) == (study.person, "PP", None, 3)
    assert (said.cause, said.correlation) == (graded.id, "walk-7")


def test_evidence_that_changes_no_level_says_nothing(city: City) -> None:
    study = city.study()
    city.hear(study.graded("post", 20))
    city.hear(study.completed(), study.enrolled(), study.graded("quiz", 0), study.graded("post", 20, day=1))
    assert len(city.said(CompetencyLevelChanged)) == 1


def test_a_corrected_mark_says_the_level_it_leads_to(city: City) -> None:
    study, attempt = city.study(), new_id()
    city.hear(study.graded("post", 20, attempt=attempt))
    corrected = study.graded("post", 12, attempt=attempt, revision=2)
    city.hear(corrected)
    _, said = city.said(CompetencyLevelChanged)
    assert (said.from_, said.to, said.cause) == (3, 2, corrected.id)


def test_a_competency_that_a_correction_takes_away_is_said_to_be_not_assessed_again(city: City) -> None:
    study, attempt = city.study(), new_id()
    city.hear(study.graded("post", 20, attempt=attempt, competencies=["KS"]))
    corrected = study.graded("post", 20, attempt=attempt, competencies=["PP"], revision=2)
    city.hear(corrected)
    said = city.said(CompetencyLevelChanged)[1:]
    assert [(one.competency, one.from_, one.to) for one in said] == [("KS", 3, None), ("PP", None, 3)]
    assert {one.cause for one in said} == {corrected.id}


def test_in_one_batch_each_change_is_blamed_on_the_last_event_about_its_competency(city: City) -> None:
    study = city.study()
    public, together = study.graded("post", 20), study.graded("post", 20, competencies=["KS"])
    city.hear(public, together)
    causes = {one.competency: one.cause for one in city.said(CompetencyLevelChanged)}
    assert causes == {"PP": public.id, "KS": together.id}
