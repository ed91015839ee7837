"""An activity outside the courses from its certificate to its hours, and back."""

from datetime import date

from shared.events.evaluation import EvidenceRecorded, EvidenceWithdrawn
from tests.api.evaluation.city import City
from tests.contracts.evaluation.test_activities_over_http import decide, jp, seminar, verified


def test_a_verified_seminar_of_three_days_counts_twelve_jp_and_its_title_stays_here(city: City) -> None:
    person = city.person()
    me, manager = city.learner(person), city.manager(city.office)
    days = [date(2026, 10, day) for day in (6, 7, 8)]
    answer = me.post("/me/activities", seminar(me, *days, title="Seminar Rahasia <b>"))
    assert (answer.status_code, answer.json["state"], answer.json["worth_jp"]) == (201, "submitted", "12.00")
    assert jp(city, person) == "0.00"
    (listed,) = manager.get("/activities?state=submitted").json["items"]
    assert (listed["id"], listed["person"], listed["form_name"]) == (
        answer.json["id"],
        str(person),
        "Seminar, konferensi, sarasehan",
    )
    seen = manager.get(answer.headers["Location"])
    download = manager.get(f"{answer.headers['Location']}/certificate").headers
    assert (download["Content-Type"], download["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert download["Content-Disposition"] == "attachment; filename=sertifikat-2026-10-08.pdf"
    done = decide(manager, "verification", seen)
    assert (done.json["state"], done.headers["ETag"]) == ("verified", '"2"')
    (said,) = city.said(EvidenceRecorded)
    assert (said.kind, said.person, said.form, said.scope, said.competency) == (
        "activity",
        person,
        "B6",
        "domestic",
        None,
    )
    assert [(one.day, one.minutes) for one in said.minutes] == [(day, 180) for day in days]
    assert (str(said.piece), said.dated_on) == (done.json["piece"], date(2026, 10, 8))
    city.hear_itself()
    hours = me.get("/me/learning-hours").json
    assert (hours["jp"], len(hours["entries"])) == ("12.00", 3)
    entry = hours["entries"][0]
    assert (entry["title"], entry["activity"], entry["course"], entry["enrolment"]) == (
        "Seminar Rahasia <b>",
        answer.json["id"],
        None,
        None,
    )


def test_a_revoked_activity_gives_its_hours_back_and_may_be_submitted_again(city: City) -> None:
    person = city.person()
    me = city.learner(person)
    done = verified(city, person)
    assert jp(city, person) == "4.00"
    why = {"reason": "another_person", "note": "Sertifikat milik orang lain."}
    revoked = decide(city.analyst, "revocation", done, why)
    assert (revoked.json["state"], revoked.json["reason"]) == ("revoked", "Sertifikat milik orang lain.")
    (said,) = city.said(EvidenceWithdrawn)
    assert (str(said.piece), said.competency, said.reason) == (done.json["piece"], None, "another_person")
    (act,) = city.administrator.get("/audit").json["items"]
    assert (act["act"], act["subject"]) == ("activity.revoked", f"activity/{done.json['id']}")
    assert act["details"] == {"reason": "another_person"}, "The sentence for the person is no part of it."
    city.hear_itself()
    assert jp(city, person) == "0.00"
    place = f"/me/activities/{done.json['id']}"
    proof = revoked.json["certificate"]["id"]
    again = me.put(place, seminar(me, proof=proof), **{"If-Match": revoked.headers["ETag"]})
    assert decide(city.manager(city.unit), "verification", again).json["piece"] != done.json["piece"]
    city.hear_itself()
    assert jp(city, person) == "4.00"
