"""One-time codes by mail: queued on request, sent beside the requests, tried again while the mail server is away."""

import re
import stat

import pytest
from sqlalchemy import select

from services.identity.model import Mail, OneTimeCode
from services.identity.model.base import hash_secret
from tests.api.identity.conftest import House

LINK = re.compile(r"http://127\.0\.0\.1:8080/api/identity/first-sign-in\?code=([\w-]+)")


def queue(house: House, *numbers: int) -> dict[str, list[str]]:
    """Ask for mails as an administrator does."""
    wanted = {"people": [str(house.person(number)) for number in numbers]}
    answer: dict[str, list[str]] = house.json(
        "POST", "/one-time-code-mails", house.token_of_machine("administrator"), json=wanted
    )
    return answer


def outcomes(house: House) -> list[tuple[str, int]]:
    listed = house.json("GET", "/one-time-code-mails", house.token_of_machine("administrator"))["items"]
    return [(one["outcome"], one["tries"]) for one in listed]


def test_a_mail_is_a_file_for_its_owner_alone(house: House) -> None:
    house.write_to(3, "citra@semarang.example")
    queue(house, 3)
    house.mails()
    (file,) = (house.settings.folder / "mail").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert LINK.search(file.read_text()), "The link is in one piece for whoever opens the file."


def test_the_secret_of_a_link_is_nowhere_in_the_database(house: House) -> None:
    house.write_to(3, "citra@semarang.example")
    queue(house, 3)
    with house.database.reading() as session:
        assert session.scalars(select(OneTimeCode)).all() == [], "It is made when the mail is sent."
    (mail,) = house.mails()
    (secret,) = set(LINK.findall(mail.get_content()))
    with house.database.reading() as session:
        assert [one.code_hash for one in session.scalars(select(OneTimeCode))] == [hash_secret(secret)]
        assert secret not in str([row.__dict__ for row in session.scalars(select(Mail))])


def test_without_a_mail_server_codes_are_printed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.app.extensions, "sends_mails", False)
    wanted = {"people": [str(house.person(3))]}
    answer = house.call("POST", "/one-time-code-mails", house.token_of_machine("administrator"), json=wanted)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/mail-is-not-set-up")
    assert 'name="name"' not in house.browser().get("/api/identity/forgotten").text
