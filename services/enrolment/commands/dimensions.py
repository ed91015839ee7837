"""The dimensions that every event about an enrolment carries."""

from typing import Any

from services.enrolment.model import Enrolment


def dimensions(enrolment: Enrolment) -> dict[str, Any]:
    """Give the fields of an event that say whose enrolment it is, in what."""
    return {
        "tenant": enrolment.tenant,
        "enrolment": enrolment.id,
        "person": enrolment.person,
        "course": enrolment.course,
        "version": enrolment.version,
        "class_": enrolment.class_id,
        "programme": enrolment.programme,
        "provider": enrolment.provider,
        "unit": enrolment.unit,
    }
