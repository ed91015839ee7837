"""The killer: at random, from one seed, it kills and pauses what the suite needs, and starts it again."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from deploy.background import last_lines
from tests.crash.ground import Ground, signal_family, signal_program
from tests.journeys.programs import Program

PROCESSES = ("web", "relay", "consumer")
BETWEEN = (0.3, 1.5)
"""How many seconds pass between two faults, at least and at most."""

PAUSES = (0.5, 3.0)
"""How many seconds a process, or the database, answers nothing."""

OUTAGE = (3.0, 18.0)
"""How many seconds the broker answers nothing; a relay gives up waiting for it after 15."""


class Killer:
    """Works in a thread of its own until `stop`; everything runs again after that."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.faults: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.failure: BaseException | None = None
        self._ground, self._luck = ground, random.Random(seed)  # noqa: S311  # It only has to be the same again.
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="killer")
        self._kinds: list[tuple[Callable[[], None], int]] = [
            *((partial(act, process), 4) for act in (self._kill, self._pause) for process in PROCESSES),
            (self._kill_broker, 1),
            (self._hide_broker, 1),
            (self._kill_database, 1),
            (self._pause_database, 1),
            (self._move_partitions, 3),
        ]

    def start(self) -> None:
        """Begin; every kind of fault comes once before any comes again."""
        self._thread.start()

    def stop(self) -> float:
        """Cause no further fault, and wait until everything was started again; give when the last fault was over.

        Raises what a server said that could not be started again.
        """
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self.failure is not None:
            raise self.failure
        return time.monotonic()

    def _work(self) -> None:
        first = [kind for kind, _ in self._kinds]
        self._luck.shuffle(first)
        try:
            while not self._over.wait(self._luck.uniform(*BETWEEN)):
                kinds, weights = zip(*self._kinds, strict=True)
                fault = first.pop() if first else self._luck.choices(kinds, weights)[0]
                fault()
                self._start_what_ended()
        except BaseException as failure:  # noqa: BLE001  # `stop` raises it in the thread that waits for it.
            self.failure = failure

    def _kill(self, process: str) -> None:
        self.faults[f"SIGKILL {process}"] += 1
        program = self._some(process)
        program.kill()
        program.start()

    def _pause(self, process: str) -> None:
        self.faults[f"SIGSTOP {process}"] += 1
        program = self._some(process)
        signal_program(program, signal.SIGSTOP)
        self._over.wait(self._luck.uniform(*PAUSES))
        signal_program(program, signal.SIGCONT)

    def _kill_broker(self) -> None:
        self.faults["SIGKILL broker"] += 1
        self._ground.broker.kill()
        self._ground.broker.start()

    def _hide_broker(self) -> None:
        self.faults["SIGSTOP broker (unreachable)"] += 1
        self._pause_server(self._ground.broker.pid, OUTAGE)

    def _kill_database(self) -> None:
        self.faults["SIGKILL database"] += 1
        self._ground.cluster.kill()
        self._ground.cluster.start()

    def _pause_database(self) -> None:
        self.faults["SIGSTOP database"] += 1
        self._pause_server(self._ground.cluster.pid, PAUSES)

    def _pause_server(self, pid: int | None, seconds: tuple[float, float]) -> None:
        signal_family(pid, signal.SIGSTOP)
        self._over.wait(self._luck.uniform(*seconds))
        signal_family(pid, signal.SIGCONT)

    def _move_partitions(self) -> None:
        """Let the second consumer of evaluation join, end it for good, or kill it and start it again."""
        second = self._ground.second
        if not second.runs:
            self.faults["second consumer joins"] += 1
            second.start()
        elif self._luck.random() < 0.5:
            self.faults["second consumer told to end"] += 1
            second.tell_to_end()
        else:
            self.faults["SIGKILL second consumer"] += 1
            second.kill()
            second.start()

    def _some(self, process: str) -> Program:
        """Choose the service whose web, relay or consumer it meets."""
        programs = self._ground.suite.programs
        return programs[self._luck.choice(sorted(name for name in programs if name.endswith(f" {process}")))]

    def _start_what_ended(self) -> None:
        """Do what a supervisor does: start again what ended by itself."""
        for name, program in self._ground.suite.programs.items():
            if not program.runs:
                self.ended[f"{name}, which said last: {last_lines(program.log, 1)[:300]}"] += 1
                program.start()
