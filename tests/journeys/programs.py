"""Programs of the suite as processes: started, waited for, killed, ended; each with a log of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from deploy.background import ROOT, last_lines, wait_until

SECONDS_TO_START = 60.0
SECONDS_TO_END = 10.0


class Program:
    """`python -m …` in its own process group, so that what it forks ends with it; it is ready once `readyz` says so."""

    def __init__(self, words: Iterable[str], settings: Mapping[str, str], log: Path, readyz: str = "") -> None:
        self.words, self.log, self._settings, self._readyz = tuple(words), log, settings, readyz
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.runs:
            return
        with self.log.open("ab") as lines:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.words],
                cwd=ROOT,
                env=dict(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait until it can work. Fails with the end of its log when it ends instead, or takes too long."""
        wait_until(lambda: not self.runs or self._is_ready(), seconds=SECONDS_TO_START)
        assert self._is_ready(), f"{self} is not ready:\n{last_lines(self.log, 40)}"

    def wait_until_done(self) -> None:
        """Wait until it has ended by itself. Fails with the end of its log unless that was a success."""
        assert self._process is not None, f"{self} was never started."
        code = self._process.wait(SECONDS_TO_START)
        assert code == 0, f"{self} ended with {code}:\n{last_lines(self.log, 40)}"

    def kill(self) -> None:
        """End it at once, as a power cut would, with everything it forked."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def tell_to_end(self) -> None:
        """Ask it to end (SIGTERM)."""
        assert self._process is not None, f"{self} was never started."
        self._process.terminate()

    def ended(self) -> int:
        """Wait for its end, and give its exit code. Fails when it takes too long."""
        assert self._process is not None, f"{self} was never started."
        try:
            return self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self} goes on after SIGTERM:\n{last_lines(self.log, 40)}") from None

    def _is_ready(self) -> bool:
        if not self.runs:
            return False
        try:
            return httpx.get(self._readyz, timeout=5.0, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def __str__(self) -> str:
        return f"python -m {' '.join(self.words)}"


def settings_for(**settings: object) -> dict[str, str]:
    """Give the environment of a program: this one's without its settings of Wiyata, and those named (as `folder=…`)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIYATA_")}
    return kept | {f"WIYATA_{name.upper()}": str(value) for name, value in settings.items()}


CHEAP_PASSWORDS = {"password_memory": 8, "password_passes": 1}
"""argon2id as light as it goes: these passwords guard nothing."""
