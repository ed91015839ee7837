"""Notices that a consumer stands still although events wait, so that its process ends and another one begins.

A handler that never comes back, and a client of the log that gives nothing any more, raise no error: only the clock
tells. What is waited for and said so (a log or database that is away, partitions that are held) is no standing still.
"""

import threading
from collections.abc import Callable
from time import monotonic

Clock = Callable[[], float]
"""Gives seconds that never go back."""


class Watch:
    """Tells for how long nothing has moved while events wait. Safe to ask from another thread."""

    def __init__(self, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._waits = False
        self._moved_at = clock()

    def saw(self, waiting: int) -> None:
        """Take note of how many events wait, those in hand among them."""
        if waiting and not self._waits:
            self._moved_at = self._clock()
        self._waits = waiting > 0

    def moved(self) -> None:
        """Take note that events were handled, or that it is known why not."""
        self._moved_at = self._clock()

    def still_for(self) -> float:
        """Give the seconds in which nothing has moved; 0 while no event waits."""
        return self._clock() - self._moved_at if self._waits else 0.0


class Watchdog:
    """Looks at a watch every second, on a thread of its own, and calls `bark` once it has stood still for too long."""

    def __init__(self, watch: Watch, *, patience: float, bark: Callable[[float], None]) -> None:
        self._watch, self._patience, self._bark = watch, patience, bark
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def look(self) -> bool:
        """Bark if the watch has stood still for too long; tell whether it has."""
        still = self._watch.still_for()
        if still <= self._patience:
            return False
        self._bark(still)
        return True

    def _run(self) -> None:
        while not self._ended.wait(1.0):
            if self.look():
                return
