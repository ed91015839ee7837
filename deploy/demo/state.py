"""How far the demo has come on a suite, kept beside its data: what is done is not done again."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Self

FILE = "demo-state.json"
HERE = Path(__file__).parent


@cache
def input_mark() -> str:
    """Give a digest of every file that the demo loads: other input is loaded again."""
    mixed = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and path.suffix in {".csv", ".yaml", ".md", ".gift", ".xml", ".pdf"}:
            mixed.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return mixed.hexdigest()


@dataclass(frozen=True)
class State:
    """What of the demo a suite holds. `client` tells the suite: one that was made anew knows none of its clients.

    `played` days of those from `first` on are over; `first` is None where no past day was ever played.
    """

    folder: Path
    client: str
    loaded: str = ""
    first: date | None = None
    played: int = 0

    @classmethod
    def read(cls, folder: Path, client: str) -> Self:
        """Read the state that a folder holds of the suite that knows this client."""
        file = folder / FILE
        said = json.loads(file.read_text()) if file.exists() else {}
        if said.get("client") != client:
            return cls(folder, client)
        first = date.fromisoformat(said["first"]) if said["first"] else None
        return cls(folder, client, said["loaded"], first, said["played"])

    @property
    def is_loaded(self) -> bool:
        """Whether the present input is loaded."""
        return self.loaded == input_mark()

    def now_loaded(self) -> Self:
        """Keep that the present input is loaded."""
        return replace(self, loaded=input_mark())._kept()

    def now_played(self, days: int, *, first: date) -> Self:
        """Keep how many days from the first one on are over."""
        return replace(self, first=first, played=days)._kept()

    def _kept(self) -> Self:
        said = asdict(self) | {"first": self.first and self.first.isoformat()}
        del said["folder"]
        fresh = self.folder / f"{FILE}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(said, file)
        fresh.replace(self.folder / FILE)
        return self
