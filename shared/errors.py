"""The ways a rule can say no, and the ways an event can fail; none knows a status code."""

import re
from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A rule said no. Subclasses are named for the rule; the sentence tells this occurrence.

    `parameters` are the typed facts of this occurrence (`minimum=70`), from which the portal makes its own
    Indonesian and English sentence.
    """

    def __init__(self, detail: str, **parameters: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.parameters: Mapping[str, Any] = parameters

    @classmethod
    def code(cls) -> str:
        """Give the machine name of this refusal: `ClassIsFull` is `class-is-full`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


class NotFound(Refusal):
    """What was asked for does not exist, or not for this person."""


class Forbidden(Refusal):
    """This person may not do this."""


class Unauthenticated(Refusal):
    """Nobody is signed in, or the token is not (or no longer) valid."""


class Conflict(Refusal):
    """The present state does not allow this."""


class Stale(Refusal):
    """Somebody else changed it since it was read."""


class NotYetKnown(Refusal):
    """A fact that is still under way has not arrived here yet; asking again in a second will do."""


class Invalid(Refusal):
    """The input can't be used. `errors` says by field what to mend."""

    def __init__(self, detail: str, errors: Mapping[str, Any] | None = None, **parameters: Any) -> None:
        super().__init__(detail, **parameters)
        self.errors: Mapping[str, Any] = errors or {}


class TooLarge(Refusal):
    """More was sent than is taken."""


class Busy(Refusal):
    """Too many requests, or too much work, at present."""

    def __init__(self, detail: str, *, retry_after: int, **parameters: Any) -> None:
        super().__init__(detail, **parameters)
        self.retry_after = retry_after


class Reject(Exception):
    """A handler says that an event can never be handled: it becomes a dead letter without another try."""


class WrongSetting(Exception):
    """A setting has a value that can't be used; the sentence names the key."""


class LogUnavailable(Exception):
    """The event log does not answer at present. It means: wait and try again."""


class NotCurrent(Exception):
    """A database has another schema than this program needs."""
