"""The files of lessons, where a folder keeps them. Each lies under the digest of its content and is never changed, so
that they can be copied after the databases: whatever those name is there.
"""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from deploy.keeping.manifest import KeptFile, copy
from shared.settings import Settings

BELOW = "materials"


def kept_by(settings: Settings) -> str:
    """Say where the materials are kept: `files` for a folder, else a bucket, whose versioning is their backup."""
    return f"bucket {settings.s3_bucket}" if settings.s3_bucket else "files"


def copy_materials(settings: Settings, folder: Path, say: Callable[[str], None]) -> dict[str, KeptFile]:
    """Copy them below the folder of a backup; give what was copied. What a bucket keeps is left there."""
    copied: dict[str, KeptFile] = {}
    for path in [] if settings.s3_bucket else _materials(settings.storage):
        name = str(PurePosixPath(BELOW, *path.relative_to(settings.storage).parts))
        copied[name] = copy(path, folder / name)
        if copied[name].sha256 != path.name:
            say(f"{path} is not what was uploaded (its SHA-256 differs from its name): it is kept as it is.")
    return copied


def restore_materials(settings: Settings, folder: Path, names: list[str]) -> None:
    """Copy those of a backup to where the suite keeps them; one that is there already is the same."""
    mode = 0o644 if settings.files_location else 0o600  # As the catalogue keeps them.
    for name in names:
        target = settings.storage.joinpath(*PurePosixPath(name).parts[1:])
        if not target.exists():
            copy(folder / name, target, mode=mode)


def _materials(storage: Path) -> Iterator[Path]:
    """Give the files that are kept whole; what is still coming in lies elsewhere."""
    for path in storage.glob("*/??/*"):
        if not path.name.endswith(".part"):
            yield path
