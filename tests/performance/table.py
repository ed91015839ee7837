"""The table of a bench: ours beside the ceiling, each the median of its runs, and the machine they ran on."""

import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

HEAD = "| path | unit | n | runs | ours | ceiling | ours / ceiling |\n|---|---|---:|---:|---:|---:|---:|"


@dataclass
class Line:
    """One path: what was measured of ours and of the bare program, in the order of the runs."""

    path: str
    unit: str
    n: int
    ours: list[float] = field(default_factory=list)
    ceiling: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        ratio = statistics.median(self.ours) / statistics.median(self.ceiling)
        cells = (self.path, self.unit, f"{self.n:,}", len(self.ours), _median(self.ours), _median(self.ceiling))
        return f"| {' | '.join(map(str, cells))} | {ratio:.2f} |"


def machine(address: str) -> Iterator[str]:
    """Describe the machine, and how durable the PostgreSQL at `address` is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    yield f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}; load before the start: {load}"
    with psycopg.connect(address) as connection:
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        told = [f"{name}={connection.execute(f'SHOW {name}').fetchone()[0]}" for name in names]  # type: ignore[index]
    yield f"PostgreSQL {', '.join(told)}"


def _median(values: list[float]) -> str:
    return f"{_short(statistics.median(values))} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
