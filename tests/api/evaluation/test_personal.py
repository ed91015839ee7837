"""What evaluation tells people about themselves, and about who looked at what it knows of them."""

from services.evaluation.app import service
from shared.events.evaluation import EvidenceWithdrawn
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import Study, rated
from tests.api.personal import looks, views_that_show_people

IN_THEIR_OWN_TESTS = {"activities"}
"""Blueprints whose views are looked through where they are tested."""


def in_one_class(city: City, people: int) -> list[Study]:
    """Let people complete a course together, as many as it takes until the rows behind its figures are shown."""
    class_, course, programme = new_id(), new_id(), new_id()
    studies = [Study(city.id, city.person(), course, class_=class_, programme=programme) for _ in range(people)]
    city.hear(*(event for one in studies for event in (one.enrolled(), one.completed(4000, 6000))))
    return studies


def test_whoever_shows_what_is_known_of_a_person_leaves_a_trace_for_them(city: City) -> None:
    studies = in_one_class(city, 6)
    first, analyst = studies[0], city.analyst
    rating = rated(city.id, first.person, 2)
    city.hear(rating)
    me = city.learner(first.person)
    dispute = me.post(f"/evidence/{rating.piece}/disputes", {"competency": "PP", "text": "Tidak benar."}).json
    assert looks(city.database, city.id) == set()

    for path in ("profile", "evidence", "learning-hours"):
        assert analyst.get(f"/people/{first.person}/{path}").status_code == 200
    assert len(analyst.get("/disputes").json["items"]) == 1
    assert analyst.put(f"/disputes/{dispute['id']}/decision", {"decision": "dismissed"}).status_code == 200
    assert analyst.put(f"/evidence/{rating.piece}/withdrawal", {"reason": "unreliable"}).status_code == 200
    for kind, one in (("courses", first.course), ("classes", first.class_), ("programmes", first.programme)):
        assert len(analyst.get(f"/{kind}/{one}/figures/rows").json["items"]) == 6

    seen = looks(city.database, city.id)
    driven = {one for one in views_that_show_people(city.app) if one.split(".")[0] not in IN_THEIR_OWN_TESTS}
    assert {view for person, view in seen if person == first.person} == driven
    rows = {view for person, view in seen if person == studies[1].person}
    assert rows == {f"figures.list_{kind}_rows" for kind in ("course", "class", "programme")}
    assert {look["operation"] for look in me.get("/me/accesses").json["items"]} == driven


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
