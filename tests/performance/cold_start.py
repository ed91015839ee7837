"""How long the whole suite in one process takes to serve, and how much memory it holds, beside its bare libraries."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.background import ROOT, free_ports, last_lines, wait_until
from tests.journeys.programs import settings_for

SECONDS = 60.0
LOADED = """
import json, sys
import services.embedded
specs = [(name, getattr(module, "__spec__", None)) for name, module in sys.modules.items()]
print(json.dumps([name for name, spec in specs if spec and spec.name == name and "-packages" in (spec.origin or "")]))
"""
IMPORT = """
import importlib, pathlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
lines = pathlib.Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmRSS")))
"""


@dataclass(frozen=True)
class Start:
    """Seconds until it serves (or ends), and the resident memory of the process that does the work, in MiB."""

    seconds: float
    mebibytes: float


def libraries() -> list[str]:
    """Name every module of others that the suite has loaded when it starts."""
    ended = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    names: list[str] = json.loads(ended.stdout)
    return names


def suite(folder: Path) -> Start:
    """Start `python -m services run` on a folder, which is empty the first time."""
    port = free_ports(1)[0]
    log = folder / "suite.log"
    began = time.perf_counter()
    with log.open("ab") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "run"],
            cwd=ROOT,
            env=settings_for(folder=folder, port=port),
            stdout=lines,
            stderr=lines,
        )
    try:
        if not wait_until(lambda: _serves(port), seconds=SECONDS, pause=0.01):
            raise AssertionError(f"The suite does not serve after {SECONDS:.0f} s:\n{last_lines(log)}")
        return Start(time.perf_counter() - began, _resident(_worker_of(process.pid)))
    finally:
        process.terminate()
        process.wait(30)


def imports(names: list[str]) -> Start:
    """Import the libraries and nothing else."""
    began = time.perf_counter()
    ended = subprocess.run([sys.executable, "-c", IMPORT, *names], capture_output=True, text=True, check=True)
    return Start(time.perf_counter() - began, int(ended.stdout) / 1024)


def _serves(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/evaluation/readyz", timeout=5.0, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _worker_of(pid: int) -> int:
    (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(worker)


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
