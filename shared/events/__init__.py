"""The published language of the suite: every event that one service says and others hear."""

from shared.events import assessment, catalogue, enrolment, evaluation, identity
from shared.events.base import BrokenPayload, Event, Letter, UnknownType, decode, encode, payload_fields, registry

__all__ = [
    "BrokenPayload",
    "Event",
    "Letter",
    "UnknownType",
    "assessment",
    "catalogue",
    "decode",
    "encode",
    "enrolment",
    "evaluation",
    "identity",
    "payload_fields",
    "registry",
]
