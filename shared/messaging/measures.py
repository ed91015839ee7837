"""What the flow of events shows on `/metrics`."""

from prometheus_client import Counter, Gauge

handled = Counter("wiyata_events_handled_total", "Events handled, once each.", ["service", "type"])
skipped = Counter("wiyata_events_skipped_total", "Events of a type that this program does not know.", ["service"])
dead = Counter("wiyata_events_dead_total", "Events that became dead letters.", ["service"])
published = Counter("wiyata_events_published_total", "Events published by the relay.", ["service"])
lag = Gauge("wiyata_consumer_lag_events", "Events on its partitions that the consumer has not read.", ["service"])
waiting = Gauge("wiyata_outbox_oldest_seconds", "Age of the oldest event that is not published.", ["service"])
failed_timers = Counter("wiyata_timer_failures_total", "Calls of a timer that failed.", ["service", "timer"])
