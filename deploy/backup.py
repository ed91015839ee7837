"""`python -m deploy.backup FOLDER`: backs up a suite while it runs: every database at one moment, and the materials.

Not in it: the register of erasures, which has to outlive every backup, and the event log, which the outboxes refill.
"""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from deploy.keeping.databases import Kept
from deploy.keeping.manifest import FORMAT, KeptDatabase, KeptFile, Manifest, look_at, sync_folder
from deploy.keeping.materials import copy_materials, kept_by
from deploy.keeping.moment import Behind, Say, at_rest
from deploy.keeping.suite import every_database, kind_of, made_with, require_suite
from services.embedded import SERVICES
from shared import clock
from shared import logging as logs
from shared.cli import in_one_sentence
from shared.errors import Conflict
from shared.migrations import require_current, revision_in
from shared.plumbing import outbox
from shared.processes import open_log
from shared.settings import Settings, read_settings


class WouldBeOverwritten(Conflict):
    """There is something under the name of the new backup already."""


@click.command(help="Back up the suite of this environment's settings into a new FOLDER, while it runs.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--patience", default=30.0, show_default=True, help="Seconds to wait for a moment at which every event is handled."
)
def main(folder: Path, patience: float) -> None:
    logs.configure("WARNING")
    logs.silence_client_of_the_log()
    made = back_up(read_settings(), folder, patience=patience, say=click.echo)
    size = f"{len(made.files)} files, {made.size / 1e6:.1f} MB"
    click.echo(f"The backup of {made.moment} is in {folder}: {size}. The register of erasures is not in it.")


def back_up(settings: Settings, folder: Path, *, patience: float, say: Say) -> Manifest:
    """Make a backup in a folder that does not exist yet; it has its name only once it is whole.

    Raises `WouldBeOverwritten`, `NotCurrent`, `LogUnavailable` or `CopyFailed`, and then there is no backup.
    """
    folder = folder.absolute()
    if folder.exists():
        raise WouldBeOverwritten(f"{folder} exists already: name a folder that does not.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.unfinished-", dir=folder.parent))
    try:
        made = _fill(settings, unfinished, patience, say)
        unfinished.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return made


def _fill(settings: Settings, folder: Path, patience: float, say: Say) -> Manifest:
    begun = clock.now()
    require_suite(settings, SERVICES)
    with ExitStack() as stack:
        kept = every_database(settings, SERVICES, stack)
        for one in kept:
            require_current(one.service, one.database)
        log = stack.enter_context(closing(open_log(settings)))
        with at_rest(kept, log, patience=patience, say=say) as behind:
            seen = {one.service.name: one.freeze() for one in kept}
            moment = clock.now()
        databases = {one.service.name: _described(one, seen[one.service.name], behind) for one in kept}
        for name, described in databases.items():
            if described.behind:
                say(f"{name} had {described.behind} events still to handle: it will after a restore.")
        versions = made_with(seen[kept[0].service.name])
        files = _copy(kept, folder, say) | copy_materials(settings, folder, say)
    made = Manifest(
        format=FORMAT,
        kind=kind_of(settings),
        made_with=versions,
        begun_at=begun.isoformat(),
        moment=moment.isoformat(),
        ended_at=clock.now().isoformat(),
        materials=kept_by(settings),
        databases=databases,
        files=files,
    )
    made.write(folder)
    return made


def _described(one: Kept, seen: Connection, behind: Behind) -> KeptDatabase:
    counted = select(func.count(), func.coalesce(func.max(outbox.c.position), 0), func.count(outbox.c.published_at))
    events, position, published = seen.execute(counted.select_from(outbox)).one()
    return KeptDatabase(
        file=one.file,
        revision=revision_in(seen),
        events=events,
        position=position,
        unpublished=events - published,
        behind=behind[one.service.name],
    )


def _copy(kept: Sequence[Kept], folder: Path, say: Say) -> dict[str, KeptFile]:
    copied: dict[str, KeptFile] = {}
    for one in kept:
        one.copy_to(folder / one.file)
        copied[one.file] = look_at(folder / one.file)
        say(f"{one.service.name}: {copied[one.file].size / 1e6:.1f} MB")
    return copied


if __name__ == "__main__":
    with in_one_sentence():
        main(standalone_mode=False, prog_name="python -m deploy.backup")
    sys.exit(0)
