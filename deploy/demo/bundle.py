"""Packs a course folder into the manifest zip that the catalogue imports."""

import io
import zipfile
from pathlib import Path

DATELESS = (1980, 1, 1, 0, 0, 0)


def course_bundle(folder: Path) -> bytes:
    """Return the zip of all files under `folder`, named from its top; the same folder gives the same bytes.

    Files and folders whose name begins with a dot are left out: editors and file managers leave them behind.
    """
    files = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    seen = {name.as_posix(): path for name, path in files.items() if not any(p.startswith(".") for p in name.parts)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(seen):
            archive.writestr(zipfile.ZipInfo(name, DATELESS), seen[name].read_bytes())
    return packed.getvalue()
