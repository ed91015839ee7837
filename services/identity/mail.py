"""Takes mails to where they go: to a mail server, or into a folder where there is none."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from services.identity.settings import MailServer

TIMEOUT = 10.0
"""How many seconds a mail server may take for an answer."""

HandOver = Callable[[EmailMessage], None]
"""Gives a mail away. Raises `MailServerAway`, or `MailRefused` for this mail alone."""


class MailServerAway(Exception):
    """The mail server can't be spoken to just now, or is set up wrongly: whatever is not handed over yet waits."""


class MailRefused(Exception):
    """The mail server does not take this mail: never, or (`for_good` is false) not now."""

    def __init__(self, *, for_good: bool) -> None:
        super().__init__(for_good)
        self.for_good = for_good


class Carrier(Protocol):
    """Takes mails where they go."""

    sender: str

    def round(self) -> AbstractContextManager[HandOver]:
        """Open one connection for several mails. Raises `MailServerAway`."""
        ...


class SmtpCarrier:
    """A mail server, reached over TLS unless the settings say that it stands on the same machine."""

    def __init__(self, server: MailServer) -> None:
        self._server, self.sender = server, server.sender

    @contextmanager
    def round(self) -> Iterator[HandOver]:
        """Open one connection for several mails. Raises `MailServerAway`."""
        try:
            connection = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerAway(type(error).__name__) from error
        try:
            yield lambda message: _hand_over(connection, message)
        finally:
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        try:
            if server.security == "starttls":
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


class FolderCarrier:
    """A folder in which each mail becomes a file that its owner alone can read: for a suite without a mail server."""

    sender = "wiyata@localhost"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def round(self) -> Iterator[HandOver]:
        """Make the folder where there is none. Raises `MailServerAway`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise MailServerAway(type(error).__name__) from error
        yield self._put

    def _put(self, message: EmailMessage) -> None:
        path = self._folder / f"{message['Message-ID'].strip('<>').partition('@')[0]}.eml"
        try:
            path.unlink(missing_ok=True)  # A mode is given to a file that is made, not to one that is there.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.as_bytes(policy=policy.SMTP))
        except OSError as error:
            raise MailServerAway(type(error).__name__) from error


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        raise MailRefused(for_good=all(code >= 500 for code, _ in refused.recipients.values())) from refused
    except smtplib.SMTPDataError as refused:
        raise MailRefused(for_good=refused.smtp_code >= 500) from refused
    except smtplib.SMTPNotSupportedError as refused:  # The address has letters that this server can't write.
        raise MailRefused(for_good=True) from refused
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerAway(type(error).__name__) from error
