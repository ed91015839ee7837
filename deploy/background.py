"""Programs that run in the background: one start at a time, free ports, signs of life, an end that is waited for."""

import contextlib
import errno
import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent
_PROC = Path("/proc")


class CannotStart(Exception):
    """A program cannot run; the sentence says what to mend."""


def port_setting(name: str, default: int) -> int:
    """The port that the environment names, or the default; raises CannotStart when the value is no port."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise CannotStart(f"{name} is {value!r}; it must be a port between 1 and 65535.")
    return int(value)


def folder_setting(name: str, default: Path) -> Path:
    """The folder that the environment names, or the default, always absolute."""
    return Path(os.environ.get(name) or default).resolve()


def require_free_port(port: int, *, purpose: str, setting: str) -> None:
    """Raise CannotStart, naming the setting that moves it, when something else listens on the port."""
    try:
        _bind(port).close()
    except OSError as refusal:
        if refusal.errno == errno.EADDRINUSE:
            reason = "is taken by another program"
        elif refusal.errno == errno.EACCES:
            reason = "may only be opened by the system administrator"
        else:
            raise
        raise CannotStart(f"Port {port} for {purpose} {reason}: end it, or set {setting} to a free port.") from refusal


def free_ports(count: int) -> list[int]:
    """That many different ports which are free at this moment."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(contextlib.closing(_bind(0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two starts at the same moment become one start and one "already running"."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_alive(pid: int) -> bool:
    """Whether any part of the process still runs; one that has ended and only waits to be collected does not."""
    # A process that this very program started stays in the table until it is collected here.
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] != pid
    # The first thread of a killed program may be gone while others still close its sockets, so every thread is asked.
    return any(state[:1] not in ("", "Z", "X") for state in _states(pid))


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none. Just after its birth it may be empty too."""
    if not is_alive(pid):
        return ""
    if (_PROC / "self").exists():
        return _read(_PROC / str(pid) / "cmdline").replace("\0", " ")
    return _ask_ps(pid, "command")


def pid_in(pid_file: Path) -> int | None:
    """The process id in the first line of a pid file; None when there is no such file or no number in it."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return None
    return int(lines[0]) if lines and lines[0].strip().isdecimal() else None


def wait_until(condition: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Ask again and again until the condition holds; False when it still does not after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process; one that has already gone is as good as ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a message that says why a start failed."""
    if not log.exists():
        return "(it wrote no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def _states(pid: int) -> list[str]:
    """The state letters of the threads of a process, from /proc because small Linux machines have no ps."""
    if not (_PROC / "self").exists():
        return [_ask_ps(pid, "stat")]
    # The state follows the program's name, which stands in brackets and may itself hold brackets.
    threads = (_PROC / str(pid) / "task").glob("*/stat")
    return [_read(stat).rpartition(")")[2].strip() for stat in threads]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _ask_ps(pid: int, column: str) -> str:
    asked = ["ps", "-ww", "-o", f"{column}=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As a server does: connections of a predecessor that are still fading away do not count as "taken".
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        # Two sockets with SO_REUSEADDR may share a port until one of them listens.
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener
