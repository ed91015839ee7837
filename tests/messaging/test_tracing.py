"""A request, the relay that publishes what it said and the handlers of that are seen as one trace."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from shared import tracing
from shared.logging import bound
from shared.messaging.embedded import EmbeddedLog
from shared.plumbing import outbox
from shared.testing import Suite
from tests.messaging import tally
from tests.messaging.conftest import say
from tests.messaging.tally import completion
from tests.unit.web.tiny import House, open_house

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with tracing.use(provider):
        yield kept


@pytest.fixture
def flow(tmp_path: Path) -> Iterator[Suite]:
    log = EmbeddedLog(tmp_path / "events.sqlite")
    suite = tally.on_sqlite(tmp_path, log)
    yield suite
    suite.close()
    log.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(tmp_path)
    yield opened
    opened.database.close()


def trace_of(span: ReadableSpan) -> str:
    return f"{span.context.trace_id:032x}"


def told(span: ReadableSpan, key: str) -> object:
    return (span.attributes or {})[key]


def test_request_relay_and_handlers_are_one_trace(flow: Suite, spans: InMemorySpanExporter) -> None:
    with tracing.request(CALLER) as trace_parent, bound(trace_parent=trace_parent):
        say(flow, completion(UUID(int=1)))
    flow.settle()
    made = [(one.name, told(one, "service"), told(one, "type")) for one in _of_events(spans)]

    assert {trace_of(one) for one in spans.get_finished_spans()} == {CALLER.split("-")[1]}
    assert made == [
        ("publish", "enrolment", "wiyata.enrolment.training.completed.v1"),
        ("handle", "tally", "wiyata.enrolment.training.completed.v1"),
        ("publish", "tally", "wiyata.evaluation.competency.level.changed.v1"),
    ]


def test_what_a_request_said_hangs_below_its_span_and_that_below_its_callers(
    flow: Suite, spans: InMemorySpanExporter
) -> None:
    with tracing.request(CALLER) as trace_parent, bound(trace_parent=trace_parent):
        say(flow, completion(UUID(int=1)))
    flow.settle()
    (request,) = (one for one in spans.get_finished_spans() if one.name == "request")

    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == CALLER.split("-")[2]
    assert {one.parent and one.parent.span_id for one in _of_events(spans)[:2]} == {request.context.span_id}


def test_a_batch_shows_each_event_in_the_trace_of_its_own_request(flow: Suite, spans: InMemorySpanExporter) -> None:
    for person in (1, 2):
        with tracing.request("") as trace_parent, bound(trace_parent=trace_parent):
            say(flow, completion(UUID(int=person)))
    flow.settle()
    handled = [one for one in spans.get_finished_spans() if one.name == "handle"]

    assert [told(one, "batch") for one in handled] == [2, 2]
    assert len({trace_of(one) for one in handled}) == 2


def test_a_served_request_is_named_for_its_route_and_never_for_its_path(
    house: House, spans: InMemorySpanExporter
) -> None:
    client: FlaskClient = house.client
    client.get("/livez", headers={"traceparent": CALLER})
    (span,) = spans.get_finished_spans()

    assert (span.name, trace_of(span)) == ("GET /livez", CALLER.split("-")[1])
    assert told(span, "status") == 200


def test_without_a_collector_nothing_is_traced_and_the_callers_parent_travels_on(flow: Suite) -> None:
    with tracing.start("", "nobody"), tracing.request(CALLER) as trace_parent, bound(trace_parent=trace_parent):
        say(flow, completion(UUID(int=1)))
    with flow["enrolment"].database.reading() as session:
        body = session.scalars(select(outbox.c.body)).one()

    assert trace_parent == CALLER
    assert CALLER in body


def _of_events(spans: InMemorySpanExporter) -> list[ReadableSpan]:
    return [one for one in spans.get_finished_spans() if one.name != "request"]
