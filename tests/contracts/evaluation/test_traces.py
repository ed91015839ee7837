"""Whoever looks at a person in evaluation, by whatever view, leaves a trace for them."""

from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import Study, rated
from tests.api.personal import looks, views_that_show_people

IN_THEIR_OWN_TESTS = {"activities"}


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
