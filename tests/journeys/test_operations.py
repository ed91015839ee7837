"""What an operator asks of a suite that works: are the projections right, and does everything flow?"""

from concurrent.futures import ThreadPoolExecutor

from services.embedded import SERVICES
from tests.journeys.stage import City, command_said, flow_at_rest
from tests.journeys.suites import Suite

EVERY = [service.name for service in SERVICES]
FOLDING = [service.name for service in SERVICES if service.projections()]


def test_projections_are_what_the_log_folds_to_and_a_rebuild_changes_nothing(suite: Suite, city: City) -> None:
    before = city.figures(), city.rows()

    def verified_around_a_rebuild(service: str) -> list[str]:
        return [command_said(suite, service, command) for command in ("verify", "rebuild", "verify")]

    with ThreadPoolExecutor(2) as hands:
        said = dict(zip(FOLDING, hands.map(verified_around_a_rebuild, FOLDING), strict=True))
    for service, (live, rebuilt, again) in said.items():
        assert live == again == f"{service}: identical\n"
        assert rebuilt.endswith(" events folded, projections exchanged.\n")
        assert int(rebuilt.split()[1]) > 0
    assert (city.figures(), city.rows()) == before


def test_nothing_waits_and_nothing_is_dead(suite: Suite, city: City) -> None:
    with ThreadPoolExecutor(2) as hands:
        flows = list(hands.map(lambda service: flow_at_rest(suite, service), EVERY))
    assert [flow["service"] for flow in flows] == EVERY
    for flow in flows:
        assert (flow["outbox"]["waiting"], flow["dead"], flow["parked"]) == (0, 0, 0), flow
        assert set(flow["lag"].values()) <= {0}, flow
