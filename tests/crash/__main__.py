"""`make crash`: learners of several cities work while everything under them is killed; then it is all counted.

N in the environment is how many events must have been said before the killing stops, SEED what decides when and whom
it meets. Ends with 1 and the differences where anything was lost, doubled or put out of order.
"""

import os
import random
import signal
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress

import click
import psycopg

from deploy.background import CannotStart
from tests.crash import ground as grounds
from tests.crash.checks import differences
from tests.crash.faults import Killer
from tests.crash.ground import Ground
from tests.crash.people import Crowd
from tests.crash.pupils import Acknowledged, Pupil, Stopped
from tests.crash.report import Report
from tests.crash.settling import settle
from tests.crash.stored import Stored, said_so_far

EVENTS = 1000
CITIES = 3
HANDS = 6
"""How many learners work at the same time."""

EVENTS_OF_A_PUPIL = 5
"""At the least; it decides only how many people there are."""

LOOK_EVERY = 1.0


def main() -> int:
    """Run the test, and print the report; 0 when nothing was lost or doubled."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Told to end."))
    wanted = int(os.environ.get("N") or EVENTS)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    began = time.monotonic()
    try:
        with grounds.standing() as ground:
            click.echo(f"SEED={seed} N={wanted}: the suite runs after {time.monotonic() - began:.0f} s")
            crowd = Crowd(ground.suite, CITIES, wanted // EVENTS_OF_A_PUPIL + HANDS)
            click.echo(f"{CITIES} cities are loaded after {time.monotonic() - began:.0f} s; the killing begins")
            report = _tried(ground, crowd, wanted, seed)
            for line in report.lines(ground):
                click.echo(line)
    except CannotStart as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit("Given up; everything that was started has ended.")
    click.echo(f"{'Nothing was lost or doubled' if report.is_good else 'FAILED'}; {time.monotonic() - began:.0f} s")
    return 0 if report.is_good else 1


def _tried(ground: Ground, crowd: Crowd, wanted: int, seed: int) -> Report:
    kept, killer, began = Acknowledged(), Killer(ground, seed), time.monotonic()
    with ExitStack() as stack:
        enough = said_so_far(ground) + wanted
        work = stack.enter_context(_Work(crowd, kept, seed))
        stack.callback(killer.stop)
        killer.start()
        _until_said(ground, enough, work, killer)
        last = killer.stop()
        ground.start()
        work.finish()
    worked = time.monotonic() - began
    click.echo(f"the work is done after {worked:.0f} s; now everything is counted")
    caught_up = settle(ground, last)
    stored = Stored(ground)
    ground.second.kill()
    found = differences(ground, stored, kept)
    return Report(
        seed=seed,
        worked=worked,
        caught_up=caught_up,
        faults=killer.faults,
        ended=killer.ended,
        kept=kept,
        stored=stored,
        found=found,
    )


class _Work:
    """Learners at work in threads: whoever is done makes room for the next."""

    def __init__(self, crowd: Crowd, kept: Acknowledged, seed: int) -> None:
        self._crowd, self._kept, self._seed = crowd, kept, seed
        self._enough, self._over = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(HANDS)
        self._hands: list[Future[None]] = []

    def __enter__(self) -> "_Work":
        self._hands = [self._pool.submit(self._work, hand) for hand in range(HANDS)]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._enough.set()
        self._pool.shutdown()

    @property
    def goes_on(self) -> bool:
        """Whether everybody works. Raises what stopped somebody."""
        for one in self._hands:
            if one.done():
                one.result()
        return not all(one.done() for one in self._hands)

    def finish(self) -> None:
        """Let those at work finish their course, and nobody begin. Raises what stopped somebody."""
        self._enough.set()
        for one in self._hands:
            one.result()

    def _work(self, hand: int) -> None:
        luck = random.Random(f"{self._seed}/{hand}")  # noqa: S311  # Invented answers.
        while not self._enough.is_set() and (newcomer := self._crowd.next()):
            with suppress(Stopped):
                Pupil(newcomer, self._kept, luck, self._over).take_course()


def _until_said(ground: Ground, wanted: int, work: _Work, killer: Killer) -> None:
    while work.goes_on and killer.failure is None:
        with suppress(psycopg.Error):  # The database is killed, too.
            if said_so_far(ground) >= wanted:
                return
        time.sleep(LOOK_EVERY)


if __name__ == "__main__":
    sys.exit(main())
