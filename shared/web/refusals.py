"""What the edge itself refuses, before or after a service's own rules were asked."""

from shared.errors import Busy, Invalid, Refusal


class Unavailable(Busy):
    """The service can't answer at present; asking again later will do."""


class Overloaded(Unavailable):
    """More requests came than this process can work on; this one was not begun, so that sending it again is safe."""


class KeysUnknown(Unavailable):
    """The keys that would prove this token are not at hand."""


class IfMatchMissing(Refusal):
    """A change to something that several people may edit must say which version it was made from."""


class IdempotencyKeyMissing(Invalid):
    """A request that must never be done twice came without a key."""


class IdempotencyKeyReused(Invalid):
    """The same key came before, with another request."""
