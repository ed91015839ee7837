"""What evaluation tells people about themselves, and about who looked at what it knows of them."""

from services.evaluation.app import service
from shared.events.evaluation import EvidenceWithdrawn
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import rated

"""Blueprints whose views are looked through where they are tested."""


def test_a_person_takes_along_what_is_known_of_them_and_nobody_elses(city: City) -> None:
    mine, theirs = city.trained(), city.trained()
    city.hear(rated(city.id, mine.person, 4))
    sections = city.learner(mine.person).get("/me/data").json["sections"]
    with_rows = {name for name, rows in sections.items() if rows}

    assert {"evidence_lines", "figure_rows", "hours_entries", "people", "pieces", "profiles"} <= with_rows
    assert {row["enrolment"] for row in sections["figure_rows"]} == {str(mine.enrolment)}
    assert {row["person"] for row in sections["evidence_lines"]} == {str(mine.person)}
    assert str(theirs.person) not in str(sections)
    assert str(theirs.enrolment) not in str(sections)
    assert sections.keys() >= service.exports.keys()


def test_an_event_about_evidence_is_shown_to_the_person_and_to_those_above(city: City, other_city: City) -> None:
    rating = rated(city.id, city.person(), 2)
    city.hear(rating)
    assert city.analyst.put(f"/evidence/{rating.piece}/withdrawal", {"reason": "unreliable"}).status_code == 200
    (event,) = city.said(EvidenceWithdrawn)
    path = f"/events/{event.id}"

    insiders = [city.learner(rating.person), city.manager(city.office), city.visitor("manager"), city.administrator]
    assert {one.get(path).status_code for one in insiders} == {200}
    outsiders = [
        city.learner(),
        city.manager(new_id()),
        city.visitor("trainer"),
        other_city.analyst,
        other_city.machine,
    ]
    assert {one.get(path).status_code for one in outsiders} == {404}
