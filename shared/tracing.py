"""Spans of requests, relays and handlers, joined by the trace parent that every event carries.

Off unless an address is set: the library is imported then only, because it costs memory. A span names routes, types and
ids, and never a path or a person.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import time_ns
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

Attribute = str | int


class Step(NamedTuple):
    """What was done with one event: the trace parent that it carries, and what is told of it."""

    trace_parent: str
    attributes: Mapping[str, Attribute]


class _Current:
    """The tracer of this process; None while tracing is off."""

    tracer: "Tracer | None" = None


def start(address: str, name: str) -> "Tracing":
    """Send the spans of this process, under a name, to a collector's address for OTLP over HTTP; none if it is empty.

    It starts a thread, so a process that forks calls this afterwards.
    """
    if not address:
        return Tracing(lambda: None)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    return use(provider)


def use(provider: "TracerProvider") -> "Tracing":
    """Make spans with a provider until what is returned is stopped."""
    _Current.tracer = provider.get_tracer("wiyata")
    return Tracing(provider.shutdown)


class Tracing:
    """The spans of a process, which are sent in the background until this is stopped."""

    def __init__(self, end: Callable[[], object]) -> None:
        self._end = end

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Send what is left, and make no more spans."""
        _Current.tracer = None
        self._end()


@contextmanager
def request(trace_parent: str) -> Iterator[str]:
    """Make a span of a block, below the caller's if there is one; give the trace parent for what the block says.

    Without tracing it is the one that was given, which may be none.
    """
    if _Current.tracer is None:
        yield trace_parent
        return
    from opentelemetry.trace import SpanKind

    with _Current.tracer.start_as_current_span("request", _context(trace_parent), SpanKind.SERVER) as span:
        found = span.get_span_context()
        yield f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"


def name_request(name: str, **attributes: Attribute) -> None:
    """Say what the request at hand turned out to be."""
    if _Current.tracer is None:
        return
    from opentelemetry.trace import get_current_span

    span = get_current_span()
    span.update_name(name)
    span.set_attributes(attributes)


def now() -> int:
    """Give the present in nanoseconds, for `record`."""
    return time_ns()


def record(name: str, began: int, steps: Iterable[Step]) -> None:
    """Make a span for each event of a batch that began at this nanosecond and is done now.

    Each is in the trace of whoever said the event, because a batch holds events of many traces. Without tracing the
    steps are not even made.
    """
    if _Current.tracer is None:
        return
    ended, done = time_ns(), list(steps)
    for step in done:
        attributes: dict[str, Any] = {**step.attributes, "batch": len(done)}
        span = _Current.tracer.start_span(name, _context(step.trace_parent), attributes=attributes, start_time=began)
        span.end(ended)


def _context(trace_parent: str) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": trace_parent})
