"""A person disagrees with a line of evidence, and an analyst decides."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from shared import clock
from shared.events.evaluation import EvidenceWithdrawn
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START, rated
from tests.api.serving import Answer, Visitor

WORDS = "Saya tidak hadir pada hari itu."


@dataclass
class Rated:
    """Somebody whom an assessment centre rated."""

    city: City
    person: UUID
    piece: UUID

    @property
    def me(self) -> Visitor:
        return self.city.learner(self.person)

    def dispute(self, by: Visitor | None = None, competency: str = "PP", text: str = WORDS) -> Answer:
        return (by or self.me).post(f"/evidence/{self.piece}/disputes", {"competency": competency, "text": text})

    def decide(self, dispute: str, decision: str, by: Visitor | None = None, **answer: str) -> Answer:
        return (by or self.city.analyst).put(f"/disputes/{dispute}/decision", {"decision": decision, **answer})

    def line(self) -> dict[str, object]:
        (line,) = self.me.get("/me/evidence").json["items"]
        return {name: line[name] for name in ("disputed", "dispute", "standing")}


@pytest.fixture
def rated_person(city: City) -> Rated:
    rating = rated(city.id, city.person(), 2)
    city.hear(rating)
    return Rated(city, rating.person, rating.piece)


def test_a_disputed_line_says_so_and_counts_until_somebody_decides(rated_person: Rated) -> None:
    assert rated_person.line() == {"disputed": False, "dispute": None, "standing": "counts"}
    answer = rated_person.dispute()
    assert (answer.status_code, answer.json["state"], answer.json["text"]) == (201, "open", WORDS)
    assert (answer.json["opened_at"], answer.json["answer"]) == (START.isoformat(), None)
    assert rated_person.line() == {"disputed": True, "dispute": "open", "standing": "counts"}
    assert rated_person.me.get(answer.headers["Location"]).json["items"] == [answer.json]


def test_an_upheld_dispute_withdraws_the_line(rated_person: Rated) -> None:
    city, dispute = rated_person.city, rated_person.dispute().json["id"]
    decided = rated_person.decide(dispute, "upheld", answer="Hasil dicabut.").json
    assert (decided["state"], decided["answer"], decided["decided_at"]) == (
        "upheld",
        "Hasil dicabut.",
        START.isoformat(),
    )
    (said,) = city.said(EvidenceWithdrawn)
    assert (said.piece, said.competency, said.reason) == (rated_person.piece, "PP", "dispute_upheld")
    city.hear_itself()
    assert rated_person.line() == {"disputed": False, "dispute": "upheld", "standing": "withdrawn"}
    (competency,) = rated_person.me.get("/me/profile").json["competencies"]
    assert competency["level"] is None


def test_what_a_person_writes_is_in_no_event(rated_person: Rated) -> None:
    dispute = rated_person.dispute().json["id"]
    rated_person.decide(dispute, "upheld", answer="Hasil dicabut.")
    (said,) = rated_person.city.said(EvidenceWithdrawn)
    assert WORDS not in str(said)
    assert "dicabut" not in str(said)


def test_a_dismissed_dispute_leaves_the_line_as_it_is_and_may_be_raised_again(rated_person: Rated) -> None:
    first = rated_person.dispute().json["id"]
    assert rated_person.decide(first, "dismissed", answer="Daftar hadir ada.").json["state"] == "dismissed"
    assert rated_person.city.said(EvidenceWithdrawn) == []
    assert rated_person.line() == {"disputed": False, "dispute": "dismissed", "standing": "counts"}
    assert rated_person.dispute().status_code == 201
    assert rated_person.line()["disputed"] is True


def test_a_line_has_one_open_dispute_and_a_withdrawn_line_none(rated_person: Rated) -> None:
    dispute = rated_person.dispute().json["id"]
    assert rated_person.dispute().json["type"] == "/problems/dispute-is-open"
    rated_person.decide(dispute, "upheld")
    assert rated_person.dispute().json["type"] == "/problems/evidence-is-withdrawn"


def test_a_decision_stands_and_the_same_one_again_says_nothing_more(rated_person: Rated) -> None:
    dispute = rated_person.dispute().json["id"]
    first = rated_person.decide(dispute, "upheld", answer="Benar.").json
    assert rated_person.decide(dispute, "upheld", answer="Lagi.").json == first
    assert rated_person.decide(dispute, "dismissed").json["type"] == "/problems/dispute-is-decided"
    assert len(rated_person.city.said(EvidenceWithdrawn)) == 1


def test_an_upheld_dispute_of_evidence_withdrawn_meanwhile_says_nothing_more(rated_person: Rated) -> None:
    dispute = rated_person.dispute().json["id"]
    rated_person.city.analyst.put(f"/evidence/{rated_person.piece}/withdrawal", {"reason": "unreliable"})
    assert rated_person.decide(dispute, "upheld").status_code == 200
    assert [one.reason for one in rated_person.city.said(EvidenceWithdrawn)] == ["unreliable"]


def test_only_the_person_it_is_about_disputes_a_line(rated_person: Rated, other_city: City) -> None:
    city = rated_person.city
    for outsider in (city.learner(), city.analyst, city.manager(city.unit)):
        answer = rated_person.dispute(outsider)
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/evidence-is-about-somebody-else")
    assert rated_person.dispute(city.machine).json["type"] == "/problems/machine-is-nobody"
    assert rated_person.dispute(other_city.learner(rated_person.person)).json["type"] == "/problems/not-yet-known"
    assert rated_person.dispute(competency="KS").json["type"] == "/problems/not-yet-known"
    assert rated_person.line()["dispute"] is None


def test_only_an_analyst_of_the_city_lists_and_decides_and_never_in_ones_own_matter(
    rated_person: Rated, other_city: City
) -> None:
    city, dispute = rated_person.city, rated_person.dispute().json["id"]
    for outsider in (rated_person.me, city.administrator, city.manager(city.unit), city.visitor()):
        assert rated_person.decide(dispute, "upheld", outsider).status_code == 403
        assert outsider.get("/disputes").status_code == 403
    self_judge = city.visitor("analyst", person=rated_person.person)
    assert rated_person.decide(dispute, "upheld", self_judge).json["type"] == "/problems/dispute-is-your-own"
    assert rated_person.decide(dispute, "upheld", other_city.analyst).json["type"] == "/problems/dispute-not-found"
    assert other_city.analyst.get("/disputes").json["items"] == []
    assert rated_person.line()["dispute"] == "open"


def test_analysts_list_the_oldest_dispute_first_and_people_their_newest(city: City) -> None:
    person = city.person()
    ratings = [rated(city.id, person, 2, by="peer"), rated(city.id, person, 3, by="expert")]
    city.hear(*ratings)
    opened = []
    for minute, rating in enumerate(ratings):
        with clock.telling(START.replace(minute=minute)):
            opened.append(Rated(city, person, rating.piece).dispute().json["id"])
    assert [one["id"] for one in city.analyst.get("/disputes?state=open").json["items"]] == opened
    assert [one["id"] for one in city.learner(person).get("/me/disputes").json["items"]] == opened[::-1]
    assert city.analyst.get("/disputes?state=upheld").json["items"] == []
    assert city.learner().get("/me/disputes").json["items"] == []


@pytest.mark.parametrize("text", ["", "x" * 2001, "\0", 7])
def test_a_text_that_cannot_be_kept_is_refused(rated_person: Rated, text: str) -> None:
    assert rated_person.dispute(text=text).status_code == 422


def test_a_decision_that_is_none_and_a_dispute_that_never_was_are_refused(rated_person: Rated) -> None:
    assert "decision" in rated_person.decide(str(new_id()), "perhaps").json["errors"]
    assert rated_person.decide(str(new_id()), "upheld").status_code == 404
