"""Mails with codes, sent by the timer: late, refused, tried again."""

from datetime import UTC, datetime, timedelta

from services.identity.commands import mails
from services.identity.model import Mail
from services.identity.model.mails import MOST_TRIES
from shared import clock
from tests.api.identity.conftest import House, nip, sign_in
from tests.api.identity.test_code_mails import LINK, outcomes, queue
from tests.api.identity.test_pages import new_password


def test_a_mail_brings_a_link_in_both_languages_to_whoever_has_an_address(house: House) -> None:
    house.write_to(3, "citra@semarang.example")
    with house.telling(datetime(2026, 11, 2, 7, 2, tzinfo=UTC)):
        asked = queue(house, 3, 4)
        assert asked == {"queued": [str(house.person(3))], "unreachable": [str(house.person(4))]}
        (mail,) = house.mails()
        text = mail.get_content()
        assert mail["To"] == "citra@semarang.example"
        assert text.index("Yth. Citra Guru") < text.index("Dear Citra Guru")
        assert text.count("16 November 2026, 14.02 WIB") == text.count("16 November 2026, 14:02 WIB") == 1
        assert nip(3) not in mail.as_string()
        assert len(set(LINK.findall(text))) == 1
        assert new_password(house, LINK.findall(text)[0]) == 303
        assert outcomes(house) == [("sent", 1)]
        assert sign_in(house.browser(), 3).status_code == 303


def test_asking_twice_queues_one_mail_and_a_slip_works_until_it_is_sent(house: House) -> None:
    house.write_to(3, "citra@semarang.example")
    slip = house.code_for(3)
    queue(house, 3)
    queue(house, 3)
    assert new_password(house, slip, "pendek") == 422  # The password is refused, and not the code.
    assert len(house.mails()) == 1
    assert new_password(house, slip) == 422
    assert len(house.mails()) == 1, "A mail that was sent is not sent again."


def test_people_of_a_unit_without_a_password_get_mails(house: House) -> None:
    house.write_to(3, "citra@semarang.example")
    house.write_to(4, "dewi@semarang.example")
    house.register(4)
    asked = house.json(
        "POST",
        "/one-time-code-mails",
        house.token_of_machine("administrator"),
        json={"unit": str(house.unit("DIK"))},
    )
    assert asked == {"queued": [str(house.person(3))], "unreachable": [str(house.person(2))]}


def test_a_mail_that_could_not_be_sent_is_tried_again_and_its_newest_link_works(house: House) -> None:
    house.write_to(3, "citra@semarang.example")
    queue(house, 3)
    folder = house.settings.folder / "mail"
    folder.write_text("There is no folder here, as if a mail server were away.")
    assert (house.mails(), outcomes(house)) == ([], [("waiting", 1)])
    folder.unlink()
    assert house.mails() == [], "It waits for five minutes."
    with clock.telling(clock.now() + timedelta(minutes=5)):
        (mail,) = house.mails()
        assert outcomes(house) == [("sent", 2)]
    assert new_password(house, LINK.findall(mail.get_content())[0]) == 303


def test_a_server_that_goes_away_amid_several_mails_has_the_rest_later(house: House) -> None:
    for number in (3, 4, 5):
        house.write_to(number, f"p{number}@semarang.example")
    queue(house, 3, 4, 5)
    listed = house.json("GET", "/one-time-code-mails", house.token_of_machine("administrator"))["items"]
    in_the_way = house.settings.folder / "mail" / f"{listed[1]['id']}.eml"
    in_the_way.mkdir(parents=True)
    house.mails()
    assert outcomes(house) == [("waiting", 1), ("waiting", 1), ("sent", 1)]
    in_the_way.rmdir()
    with clock.telling(clock.now() + timedelta(minutes=5)):
        assert len(house.mails()) == 3
    assert outcomes(house) == [("sent", 2), ("sent", 2), ("sent", 1)]


def test_a_mail_is_given_up_after_its_last_try_or_a_refusal(house: House) -> None:
    for number, name in ((3, "citra"), (4, "dewi")):
        house.write_to(number, f"{name}@semarang.example")
    queue(house, 3, 4)
    with house.database.writing() as session:
        first, second = mails.prepare(session, at=clock.now(), most=10)
        session.get_one(Mail, first.id).tries = MOST_TRIES
    with house.database.writing() as session:
        mails.note_failure(session, first, at=clock.now(), for_good=False)
        mails.note_failure(session, second, at=clock.now(), for_good=True)
    assert {outcome for outcome, _ in outcomes(house)} == {"given_up", "refused"}
    assert house.mails() == []
