"""Evidence that no longer speaks: the line stays visible, the level is read without it, no gain moves."""

from shared.events.evaluation import CompetencyLevelChanged, EvidenceWithdrawn
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import rated

REASON = {"reason": "recorded_in_error"}


def withdrawal_of(piece: object) -> str:
    return f"/evidence/{piece}/withdrawal"


def test_a_withdrawn_line_stays_to_be_seen_and_counts_no_more(city: City) -> None:
    person = city.person()
    rating = rated(city.id, person, 4)
    city.hear(rating)
    (item,) = city.analyst.put(withdrawal_of(rating.piece), REASON).json["items"]
    assert (item["piece"], item["competency"], item["person"]) == (str(rating.piece), "PP", str(person))
    (said,) = city.said(EvidenceWithdrawn)
    assert (said.piece, said.person, said.competency, said.reason) == (rating.piece, person, "PP", "recorded_in_error")
    city.hear_itself()
    (line,) = city.learner(person).get("/me/evidence").json["items"]
    assert (line["standing"], line["withdrawn_for"]) == ("withdrawn", "recorded_in_error")
    (competency,) = city.learner(person).get("/me/profile").json["competencies"]
    assert (competency["level"], competency["certainty"]) == (None, None)
    assert [(one.from_, one.to) for one in city.said(CompetencyLevelChanged)] == [(None, 4), (4, None)]
    assert city.said(CompetencyLevelChanged)[-1].cause == said.id


def test_a_withdrawal_is_said_once_and_its_first_reason_stays(city: City) -> None:
    rating = rated(city.id, city.person(), 4)
    city.hear(rating)
    first = city.analyst.put(withdrawal_of(rating.piece), REASON).json
    assert city.analyst.put(withdrawal_of(rating.piece), {"reason": "unreliable"}).json == first
    assert len(city.said(EvidenceWithdrawn)) == 1
    (act,) = city.administrator.get("/audit").json["items"]
    assert (act["act"], act["subject"], act["role"]) == ("evidence.withdrawn", f"evidence/{rating.piece}", "analyst")


def test_analysts_withdraw_no_evidence_about_themselves(city: City) -> None:
    rating = rated(city.id, city.person(), 2)
    city.hear(rating)
    refused = city.visitor("analyst", person=rating.person).put(withdrawal_of(rating.piece), REASON)
    assert (refused.status_code, refused.json["type"]) == (403, "/problems/evidence-is-your-own")
    assert city.said(EvidenceWithdrawn) == []


def test_an_attempt_is_withdrawn_for_one_competency_or_for_all(city: City) -> None:
    study = city.study(city.person())
    graded = study.graded("post", 20, competencies=["PP", "KS"])
    city.hear(graded)
    one = city.analyst.put(withdrawal_of(graded.attempt), REASON | {"competency": "KS"}).json["items"]
    assert [item["competency"] for item in one] == ["KS"]
    both = city.analyst.put(withdrawal_of(graded.attempt), REASON).json["items"]
    assert [item["competency"] for item in both] == ["KS", "PP"]
    assert [said.competency for said in city.said(EvidenceWithdrawn)] == ["KS", "PP"]


def test_without_a_withdrawn_post_test_the_pre_test_counts_again(city: City) -> None:
    study = city.study(city.person())
    post = study.graded("post", 20)
    city.hear(study.graded("pre", 12), post)
    city.analyst.put(withdrawal_of(post.attempt), REASON)
    city.hear_itself()
    lines = city.learner(study.person).get("/me/evidence").json["items"]
    assert {one["role"]: one["standing"] for one in lines} == {"pre": "counts", "post": "withdrawn"}


def test_evidence_that_nobody_knows_is_worth_another_try(city: City) -> None:
    rating = rated(city.id, city.person(), 4)
    city.hear(rating)
    for path, body in (
        (withdrawal_of(new_id()), REASON),
        (withdrawal_of(rating.piece), REASON | {"competency": "KS"}),
    ):
        assert city.analyst.put(path, body).json["type"] == "/problems/not-yet-known"
    assert "reason" in city.analyst.put(withdrawal_of(rating.piece), {"reason": "because"}).json["errors"]


def test_only_an_analyst_of_the_city_withdraws(city: City, other_city: City) -> None:
    person = city.person()
    rating = rated(city.id, person, 4)
    city.hear(rating)
    for outsider in (city.learner(person), city.manager(city.unit), city.administrator, city.visitor()):
        assert outsider.put(withdrawal_of(rating.piece), REASON).status_code == 403
    assert other_city.analyst.put(withdrawal_of(rating.piece), REASON).status_code == 409
    assert city.said(EvidenceWithdrawn) == []
