"""Packs a course folder into the manifest zip that the catalogue imports."""

from pathlib import Path

from services.catalogue.archive import pack


def course_bundle(folder: Path) -> bytes:
    """Return the zip of all files under `folder`, named from its top; the same folder gives the same bytes.

    Files and folders whose name begins with a dot are left out: editors and file managers leave them behind.
    """
    files = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    seen = {name: path for name, path in files.items() if not any(part.startswith(".") for part in name.parts)}
    return pack({name.as_posix(): path.read_bytes() for name, path in seen.items()})
