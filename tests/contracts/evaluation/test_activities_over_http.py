"""Activities outside the courses over HTTP: recorded with a certificate, verified by somebody above, then counted."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from services.evaluation.commands import forget_unused_certificates
from shared import clock
from shared.ids import new_id
from tests.api.evaluation.city import City
from tests.api.evaluation.facts import START, TODAY, unit_defined
from tests.api.serving import Answer, Visitor

_serial = count()


def certificate(me: Visitor, content: bytes | None = None) -> str:
    sent = me.send("/me/certificates", content or b"%%PDF-1.7 %d" % next(_serial), "application/pdf")
    return str(sent.json["id"])


def seminar(me: Visitor, *days: object, form: str = "B6", proof: str | None = None, **other: Any) -> dict[str, Any]:
    told = [{"day": str(one)} for one in days or (TODAY,)]
    said = {"form": form, "scope": "domestic", "title": "Seminar", "organiser": "LAN", "days": told, **other}
    return {"certificate": proof or certificate(me), **said}


def recorded(me: Visitor, *days: object, **other: Any) -> Answer:
    answer = me.post("/me/activities", seminar(me, *days, **other))
    assert answer.status_code == 201, answer.json
    return answer


def verified(city: City, person: UUID, *days: object, **other: Any) -> Answer:
    activity = recorded(city.learner(person), *days, **other)
    answer = decide(city.manager(city.unit), "verification", activity)
    assert answer.status_code == 200, answer.json
    city.hear_itself()
    return answer


def decide(who: Visitor, what: str, seen: Answer, body: object = None) -> Answer:
    return who.put(f"/activities/{seen.json['id']}/{what}", body, **{"If-Match": seen.headers["ETag"]})


def jp(city: City, person: UUID) -> str:
    return str(city.learner(person).get("/me/learning-hours").json["jp"])


def test_a_returned_activity_is_corrected_and_submitted_again(city: City) -> None:
    person = city.person()
    me, manager = city.learner(person), city.manager(city.unit)
    first = recorded(me)
    returned = decide(manager, "return", first, {"reason": "Nama di sertifikat tidak cocok."})
    assert (returned.json["state"], returned.json["reason"]) == ("returned", "Nama di sertifikat tidak cocok.")
    assert decide(manager, "verification", returned).json["type"] == "/problems/activity-is-not-open"
    place, tag = f"/me/activities/{first.json['id']}", {"If-Match": returned.headers["ETag"]}
    better = me.put(place, seminar(me, title="Seminar SPBE"), **tag)
    assert (better.json["state"], better.json["title"], better.json["reason"]) == ("submitted", "Seminar SPBE", None)
    assert manager.get(f"/activities/{first.json['id']}/certificate").status_code == 200
    assert decide(manager, "verification", better).json["state"] == "verified"
    assert me.put(place, seminar(me), **{"If-Match": '"4"'}).json["type"] == "/problems/activity-is-not-open"
    assert me.put(f"{place}/withdrawal").json["type"] == "/problems/activity-is-not-open"


def test_who_verifies_has_to_have_seen_the_last_correction(city: City) -> None:
    me, manager = city.learner(city.person()), city.manager(city.unit)
    seen = recorded(me)
    me.put(f"/me/activities/{seen.json['id']}", seminar(me), **{"If-Match": seen.headers["ETag"]})
    assert decide(manager, "verification", seen).status_code == 412
    assert manager.put(f"/activities/{seen.json['id']}/verification").status_code == 428


def test_a_certificate_counts_once_for_a_person(city: City) -> None:
    person = city.person()
    me, content = city.learner(person), b"%PDF-1.7 the same again"
    first = me.send("/me/certificates", content, "application/pdf")
    assert (first.status_code, first.json["content_type"], first.json["size"]) == (201, "application/pdf", len(content))
    again = me.send("/me/certificates", content, "application/pdf")
    assert (again.status_code, again.json) == (200, first.json)
    body = seminar(me, proof=first.json["id"])
    activity = me.post("/me/activities", body)
    for refused in (me.post("/me/activities", body), me.send("/me/certificates", content, "application/pdf")):
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/certificate-is-used")
        assert "You have recorded this file already, for the activity of 2026-11-03" in refused.json["detail"]
    colleague = city.learner(city.person())
    assert colleague.send("/me/certificates", content, "application/pdf").status_code == 201
    assert me.put(f"/me/activities/{activity.json['id']}/withdrawal").json["certificate"] is None
    assert me.send("/me/certificates", content, "application/pdf").status_code == 201
    assert me.get(f"/activities/{activity.json['id']}/certificate").json["type"] == "/problems/certificate-not-found"


WRONG: list[tuple[dict[str, Any], str | None]] = [
    ({"form": "Z9"}, None),
    ({"scope": "lunar"}, "scope"),
    ({"title": " \n"}, "title"),
    ({"organiser": "x" * 201}, "organiser"),
    ({"days": []}, "days"),
    ({"days": [{"day": "2026-11-04"}]}, "days"),
    ({"days": [{"day": "2026-11-03"}, {"day": "2026-11-03"}]}, "days"),
    ({"form": "B3"}, "days"),
    ({"days": [{"day": "2026-11-03", "minutes": 0}]}, "days"),
    ({"certificate": "none"}, "certificate"),
]


def test_an_activity_that_can_not_be_counted_is_refused_by_field(city: City) -> None:
    me = city.learner(city.person())
    proof = certificate(me)
    for changes, field in WRONG:
        answer = me.post("/me/activities", seminar(me, proof=proof) | changes)
        assert answer.status_code == 422, changes
        assert field is None or field in answer.json["errors"]


def test_a_file_that_is_no_certificate_is_refused(city: City) -> None:
    me = city.learner(city.person())
    page = me.send("/me/certificates", b"<html>", "application/pdf")
    assert (page.status_code, page.json["type"]) == (422, "/problems/certificate-is-of-no-known-kind")
    assert me.send("/me/certificates", b"%PDF-1.7", "text/html").status_code == 415
    assert me.send("/me/certificates", b"%PDF-" + b"x" * 5_000_000, "application/pdf").status_code == 413
    assert me.post("/me/activities", seminar(me, proof=str(new_id()))).json["type"] == "/problems/certificate-not-found"
    theirs = certificate(city.learner(city.person()))
    assert me.post("/me/activities", seminar(me, proof=theirs)).status_code == 404
    assert (
        city.learner().send("/me/certificates", b"%PDF-", "application/pdf").json["type"] == "/problems/not-yet-known"
    )
    for path in ("/me/activities", "/me/certificates"):
        assert city.machine.send(path, b"%PDF-", "application/pdf").status_code in (404, 415, 422)


def test_a_file_that_proves_nothing_is_forgotten_after_a_week(city: City) -> None:
    me = city.learner(city.person())
    unused, activity = b"%PDF-1.7 never used", recorded(me)
    me.send("/me/certificates", unused, "application/pdf")
    for later, status in ((timedelta(days=7), 200), (timedelta(days=7, seconds=1), 201)):
        with clock.telling(START + later), city.database.writing() as session:
            forget_unused_certificates(session)
        assert me.send("/me/certificates", unused, "application/pdf").status_code == status
    assert me.get(f"/activities/{activity.json['id']}/certificate").status_code == 200


def test_only_those_above_see_and_decide(city: City, other_city: City) -> None:
    person, beside = city.person(), new_id()
    city.hear(unit_defined(city.id, beside, city.office))
    mine = recorded(city.learner(person))
    path = f"/activities/{mine.json['id']}"
    outsiders = [city.learner(), city.visitor("trainer"), city.manager(beside), other_city.analyst, city.visitor()]
    for outsider in outsiders:
        for answer in (outsider.get(path), outsider.get(f"{path}/certificate")):
            assert answer.status_code in (403, 404)
        assert outsider.get("/activities").json.get("items", []) == []
        for act, body in (
            ("verification", None),
            ("return", {"reason": "x"}),
            ("revocation", {"reason": "unreliable", "note": "x"}),
        ):
            assert decide(outsider, act, mine, body).status_code in (403, 404)
        tag = {"If-Match": mine.headers["ETag"]}
        assert outsider.put(f"/me{path}", seminar(city.learner(person)), **tag).status_code == 404
        assert outsider.put(f"/me{path}/withdrawal").status_code == 404
    assert city.manager(city.unit).put(f"{path}/revocation").status_code == 403
    me_above = city.visitor("manager", person=person, unit=city.unit)
    assert me_above.get("/activities").json["items"] == []
    assert decide(me_above, "verification", mine).json["type"] == "/problems/activity-is-your-own"
    assert city.learner(person).get("/me/activities").json["items"][0]["state"] == "submitted"
