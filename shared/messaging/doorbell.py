"""Wakes whoever waits for new rows, so that nobody need ask all the time.

Within one process a condition is enough. Between processes PostgreSQL carries a notification, at most one per
20 ms and process: a notification in every transaction makes commits queue behind one lock. A bell that is not heard
costs nothing but time: whoever waits also looks by itself.
"""

import threading
from collections import defaultdict
from collections.abc import Callable


class Bell:
    """Counts its rings; a listener that remembers the last count it heard misses none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rings = 0
        self._passed_on: list[Callable[[], None]] = []

    @property
    def rings(self) -> int:
        return self._rings

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._changed:
            self._rings += 1
            self._changed.notify_all()
        for listener in self._passed_on:
            listener()

    def wait(self, heard: int, seconds: float) -> int:
        """Wait for a ring after the `heard` ones, at most so long; give the count of rings by now."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings != heard, seconds)
            return self._rings

    def pass_on(self, listener: Callable[[], None]) -> None:
        """Call `listener` at every ring, in the thread that rings."""
        self._passed_on.append(listener)


_bells: dict[str, Bell] = defaultdict(Bell)


def bell(place: str) -> Bell:
    """Give this process's bell of a place: a database's or a log's name."""
    return _bells[place]
