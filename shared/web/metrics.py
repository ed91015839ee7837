"""What Prometheus reads: requests counted and timed by service, method, route and status."""

import os
from time import perf_counter

from flask import Response, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from shared.web.correlation import route
from shared.web.edge import edge, visit

_LABELS = ("service", "method", "route", "status")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

answered = Counter("wiyata_requests", "Requests answered.", _LABELS)
took = Histogram("wiyata_request_seconds", "Seconds from a request's arrival to its answer.", _LABELS, buckets=_BUCKETS)


def count(answer: Response) -> None:
    """Count and time the request at hand."""
    # A method is the caller's free text; only known ones become a series.
    method = request.method if request.method in _KNOWN_METHODS else "other"
    labels = (edge().service.name, method, route(), str(answer.status_code))
    answered.labels(*labels).inc()
    took.labels(*labels).observe(perf_counter() - visit().started)


def exposed() -> Response:
    """Give the figures of this process, or of all processes that share `PROMETHEUS_MULTIPROC_DIR`."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # The library types it in part.
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
