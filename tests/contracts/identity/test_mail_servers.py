"""When mails are tried again, what a mail server may say, and what the settings of one need."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import pairwise

import pytest

from services.identity.mail import MailRefused, MailServerAway, SmtpCarrier
from services.identity.model import Mail
from services.identity.model.mails import same_address
from services.identity.settings import MailServer, read_mail_server
from shared.errors import WrongSetting
from shared.ids import new_id

AT = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def waiting() -> Mail:
    return Mail.queue(tenant=new_id(), person_id=new_id(), purpose="reset", at=AT)


def test_a_mail_is_tried_less_and_less_often_for_two_days_and_then_given_up() -> None:
    mail, tried = waiting(), []
    while mail.ended_at is None:
        tried.append(mail.not_before)
        mail.begin_try(mail.not_before)
        mail.note_failure(tried[-1], for_good=False)
    waits = [late - early for early, late in pairwise(tried)]
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert max(waits) == timedelta(hours=1)
    assert timedelta(days=1, hours=22) < tried[-1] - AT < timedelta(days=2, hours=1)
    assert mail.outcome == "given_up"


def test_a_mail_that_is_refused_for_good_is_not_tried_again() -> None:
    mail = waiting()
    mail.begin_try(AT)
    mail.note_failure(AT, for_good=True)
    assert (mail.outcome, mail.ended_at) == ("refused", AT)


def test_addresses_are_compared_without_their_capitals() -> None:
    assert same_address(" Citra@Semarang.Example ") == "citra@semarang.example"


@contextmanager
def mail_server(**answers: str) -> Iterator[tuple[MailServer, list[str]]]:
    """Speak SMTP on a port of this machine, saying 250 to whatever `answers` does not name; give what was heard."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, answers, heard))
        thread.start()
        yield (
            MailServer(
                host="127.0.0.1",
                port=listening.getsockname()[1],
                security="none",
                user="",
                password="",
                sender="wiyata@city.example",
            ),
            heard,
        )
        thread.join()


def _serve(listening: socket.socket, answers: dict[str, str], heard: list[str]) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb", buffering=0) as lines:
        lines.write(b"220 ready\r\n")
        for line in lines:
            word = line.decode().strip().split(" ")[0].split(":")[0].lower()
            heard.append(line.decode().strip())
            if word == "data" and "data" not in answers:
                lines.write(b"354 go on\r\n")
                heard.extend(iter(lambda: lines.readline().decode().strip(), "."))
                word = "end"
            lines.write(f"{answers.get(word, '250 fine')}\r\n".encode())


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "wiyata@city.example", "citra@city.example", "Tautan"
    mail.set_content("Halo")
    return mail


def test_a_mail_server_takes_several_mails_over_one_connection() -> None:
    with mail_server() as (server, heard), SmtpCarrier(server).round() as hand_over:
        hand_over(message())
        hand_over(message())
    assert heard.count("Halo") == 2
    assert len([line for line in heard if line.startswith("ehlo")]) == 1


@pytest.mark.parametrize(
    ("answers", "for_good"),
    [
        ({"rcpt": "550 no such mailbox"}, True),
        ({"rcpt": "450 greylisted"}, False),
        ({"data": "554 not from here"}, True),
        ({"end": "452 no space"}, False),
    ],
)
def test_a_refusal_is_about_one_mail_and_for_good_or_for_now(answers: dict[str, str], *, for_good: bool) -> None:
    with mail_server(**answers) as (server, _), SmtpCarrier(server).round() as hand_over:
        with pytest.raises(MailRefused) as refused:
            hand_over(message())
        assert refused.value.for_good is for_good


def test_a_server_that_refuses_the_sender_or_is_not_there_is_away() -> None:
    refusing = mail_server(mail="530 sign in first")
    with refusing as (server, _), SmtpCarrier(server).round() as hand_over, pytest.raises(MailServerAway):
        hand_over(message())
    with pytest.raises(MailServerAway), SmtpCarrier(server).round():
        pass


def test_a_server_without_tls_gets_no_mail_unless_the_settings_allow_it() -> None:
    with mail_server(starttls="502 what?") as (open_server, heard):
        strict = MailServer(**{**open_server.__dict__, "security": "starttls"})
        with pytest.raises(MailServerAway), SmtpCarrier(strict).round():
            pass
    assert not any(line.startswith("mail") for line in heard)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({}, "WIYATA_SMTP_SENDER"),
        ({"SENDER": "nobody"}, "WIYATA_SMTP_SENDER"),
        ({"SENDER": "w@x.example", "SECURITY": "ssl"}, "WIYATA_SMTP_SECURITY"),
        ({"SENDER": "w@x.example", "PORT": "0"}, "WIYATA_SMTP_PORT"),
        ({"SENDER": "w@x.example", "USER": "w"}, "WIYATA_SMTP_PASSWORD"),
        ({"SENDER": "w@x.example", "USER": "w", "PASSWORD": "p", "SECURITY": "none"}, "in the clear"),
    ],
)
def test_a_wrong_setting_of_the_mail_server_names_its_key(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], key: str
) -> None:
    for name, value in {"HOST": "mail.example", **said}.items():
        monkeypatch.setenv(f"WIYATA_SMTP_{name}", value)
    with pytest.raises(WrongSetting, match=key):
        read_mail_server()


def test_a_mail_server_is_spoken_to_over_tls_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_mail_server() is None
    monkeypatch.setenv("WIYATA_SMTP_HOST", "mail.example")
    monkeypatch.setenv("WIYATA_SMTP_SENDER", "Wiyata <wiyata@city.example>")
    server = read_mail_server()
    assert server is not None
    assert (server.port, server.security) == (587, "starttls")
