"""`make run`: starts the whole suite in one process, loads the sample places, and says where to look."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from rich.console import Console

from deploy.background import ROOT
from deploy.demo.accounts import FILE as ACCOUNTS
from deploy.demo.keys import kept_keys
from deploy.demo.load import Loader
from deploy.demo.origin import Origin, Refused, suite_address
from deploy.demo.past_days import is_complete, play_past
from deploy.demo.places import cities
from deploy.demo.state import State

SECONDS_TO_START = 60.0


def main() -> int:
    """Run the suite until Ctrl-C or SIGTERM; give its exit code."""
    folder = Path(os.environ.get("WIYATA_FOLDER", "var")).absolute()
    began = time.monotonic()
    log = _log_of(folder)
    with log.open("ab") as lines:
        suite = subprocess.Popen([sys.executable, "-m", "services", "run"], cwd=ROOT, stderr=lines)
    signal.signal(signal.SIGTERM, partial(_end, suite))
    try:
        return _serve(suite, folder, log, began)
    except KeyboardInterrupt:
        return suite.wait()
    finally:
        if suite.poll() is None:
            suite.terminate()
            suite.wait()


def _end(suite: "subprocess.Popen[bytes]", *_: object) -> None:
    """Let the suite end, and leave whatever is being loaded or played: the next start goes on with it."""
    suite.terminate()
    raise KeyboardInterrupt


def _serve(suite: "subprocess.Popen[bytes]", folder: Path, log: Path, began: float) -> int:
    if not _started(suite, folder):
        print(_last_line(log), file=sys.stderr)
        return suite.wait() or 1
    address = suite_address()
    print(f"The suite serves after {time.monotonic() - began:.1f} s; its log: {log}", flush=True)
    try:
        _fill(Origin(address), folder)
    except Refused as refusal:
        print(f"The demo is not whole, and the next start goes on with it: {refusal}", file=sys.stderr)
    print(_where_to_look(address, folder), flush=True)
    return suite.wait()


def _fill(origin: Origin, folder: Path) -> None:
    """Load and play the demo, unless an earlier start has done so."""
    keys = kept_keys(folder).get(cities()[0].code)
    if keys is not None and origin.knows(keys.machine, keys.secret) and is_complete(State.read(folder, keys.machine)):
        return
    console = Console()
    play_past(Loader(origin, folder, console).load(), folder, console)


def _where_to_look(address: str, folder: Path) -> str:
    # Another terminal does not know what was set in this one.
    elsewhere = "" if folder == ROOT / "var" else f" --folder {folder}"
    if address != suite_address({}):
        elsewhere += f" --origin {address}"
    accounts = folder / ACCOUNTS
    listed = (
        f"{accounts.read_text()}\nThey are kept in {accounts}, which you alone can read.\n" if accounts.exists() else ""
    )
    return f"""
{listed}
Wiyata serves at {address}
  sign in            {address}/api/identity/sign-in
  what can be asked  {address}/api/evaluation/reference (and catalogue, assessment, enrolment, identity)
  a learner's whole journey, in another terminal:
                     .venv/bin/python -m deploy.demo.walkthrough{elsewhere}
Ctrl-C ends it; what it stored stays in {folder}."""


def _started(suite: "subprocess.Popen[bytes]", folder: Path) -> bool:
    """Wait until this very child serves, and not a suite that ran before."""
    give_up = time.monotonic() + SECONDS_TO_START
    mark = folder / "suite.pid"
    while suite.poll() is None and time.monotonic() < give_up:
        if mark.exists() and mark.read_text() == str(suite.pid):
            return True
        time.sleep(0.05)
    return False


def _log_of(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        sys.exit(f"WIYATA_FOLDER is {folder}, where no folder can be made ({refused.strerror}).")
    return folder / "suite.log"


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "The suite ended without a word."


if __name__ == "__main__":
    sys.exit(main())
