"""One id ties a request to every event that came of it, and to every handler of those, in the logs of all programs."""

from typing import Any

from tests.journeys.stage import City, eventually
from tests.journeys.suites import Suite


def test_the_id_of_the_last_hand_in_is_found_at_every_hop(suite: Suite, city: City) -> None:
    city.learn(city.newcomer())
    hand_in = next(one for one in reversed(suite.front.exchanges) if one.path.endswith("/hand-in"))
    graded, completed = "wiyata.assessment.attempt.graded.v1", "wiyata.enrolment.training.completed.v1"
    hops: list[tuple[str, dict[str, Any]]] = [
        ("assessment web", {"event": "request", "route": "/attempts/<uuid:attempt_id>/hand-in", "status": 200}),
        ("assessment relay", {"event": "event published", "service": "assessment", "type": graded}),
        ("enrolment consumer", {"event": "event handled", "service": "enrolment", "type": graded}),
        ("evaluation consumer", {"event": "event handled", "service": "evaluation", "type": graded}),
        ("enrolment relay", {"event": "event published", "service": "enrolment", "type": completed}),
        ("evaluation consumer", {"event": "event handled", "service": "evaluation", "type": completed}),
    ]

    def missing() -> list[tuple[str, dict[str, Any]]]:
        return [hop for hop in hops if not _is_told(suite, *hop, hand_in.request_id)]

    eventually(missing, lambda found: not found)


def _is_told(suite: Suite, program: str, wanted: dict[str, Any], correlation: str) -> bool:
    wanted = wanted | {"correlation": correlation}
    return any(wanted.items() <= line.items() for line in suite.lines(suite.program(*program.split())))
