"""What the flow of events counts for `/metrics`; how it stands is in `shared.messaging.standing`."""

from prometheus_client import Counter, Gauge

from shared import clock

handled = Counter("wiyata_events_handled_total", "Events handled, once each.", ["service", "type"])
skipped = Counter("wiyata_events_skipped_total", "Events of a type that this program does not know.", ["service"])
dead = Counter("wiyata_events_dead_total", "Events that became dead letters.", ["service"])
published = Counter("wiyata_events_published_total", "Events published by the relay.", ["service"])
failed_timers = Counter("wiyata_timer_failures_total", "Calls of a timer that failed.", ["service", "timer"])
failures = Counter(
    "wiyata_failures_total",
    "What a relay or consumer waited for or could not do, by the name of the error.",
    ["service", "process", "error"],
)
failed_at = Gauge(
    "wiyata_last_failure_timestamp_seconds", "When that was last, in seconds since 1970.", ["service", "process"]
)


def note_failure(service: str, process: str, error: BaseException) -> None:
    """Count a failure of a relay or consumer, and note when it was."""
    failures.labels(service, process, type(error).__name__).inc()
    failed_at.labels(service, process).set(clock.now().timestamp())
