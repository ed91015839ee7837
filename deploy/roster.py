"""Which services there are: the folders under `services/` say it, and no list elsewhere repeats it."""

from pathlib import Path

from deploy.background import ROOT

# The portal shows what the services say and keeps no records of its own besides the sessions of its visitors.
WITHOUT_DATABASE = frozenset({"portal"})


def services_with_database(root: Path = ROOT / "services") -> list[str]:
    """The names of the services that own a database, in alphabetical order."""
    folders = {marker.parent for name in ("__init__.py", "app.py") for marker in root.glob(f"*/{name}")}
    return sorted({folder.name for folder in folders} - WITHOUT_DATABASE)
