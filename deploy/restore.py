"""`python -m deploy.restore FOLDER`: makes a suite from a backup: databases, materials, erasures, and a new event log.

The suite must not run. The event log has to be empty: what was said after the backup is lost with the databases that
said it, and a log that still held it would tell it to services whose publishers know nothing of it.
"""

import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import click

from deploy.keeping.databases import Kept, SomebodyIsAtWork
from deploy.keeping.flow import differences, flow_again, require_empty
from deploy.keeping.manifest import Manifest, NoBackup, require_whole
from deploy.keeping.materials import BELOW, kept_by, restore_materials
from deploy.keeping.moment import Say
from deploy.keeping.suite import every_database, kind_of
from services.embedded import SERVICES
from shared import logging as logs
from shared.cli import in_one_sentence
from shared.errors import Conflict, WrongSetting
from shared.migrations import knows_revision, migrate
from shared.processes import open_database, open_log
from shared.settings import Settings, read_settings

REGISTER = "WIYATA_ERASURE_REGISTER"


class TargetIsNotEmpty(Conflict):
    """A restore would replace what is there."""


class RestoreDiffers(Conflict):
    """After a restore, projections are not what the log folds to."""


@click.command(help="Make the suite of this environment's settings from the backup in FOLDER. It must not run.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away what the databases hold now.")
@click.option("--register-is-incomplete", is_flag=True, help="Go on though erased people are not in the register.")
def main(folder: Path, *, replace: bool, register_is_incomplete: bool) -> None:
    logs.configure("WARNING")
    logs.silence_client_of_the_log()
    restore(
        read_settings(),
        folder.absolute(),
        replace=replace,
        register_is_incomplete=register_is_incomplete,
        say=click.echo,
    )


def restore(
    settings: Settings, folder: Path, *, replace: bool = False, register_is_incomplete: bool = False, say: Say
) -> None:
    """Restore a backup, erase again whom the register names, fill the empty log, and compare.

    Everything that can be refused is refused before anything is changed. Raises `NoBackup`, `BackupIsDamaged`,
    `TargetIsNotEmpty`, `SomebodyIsAtWork`, `LogIsNotEmpty`, `WrongSetting`, `CopyFailed` or `RestoreDiffers`.
    """
    manifest = Manifest.read(folder)
    _require_fitting(manifest, settings)
    say(f"The backup of {manifest.moment}: {len(manifest.files)} files, {manifest.size / 1e6:.1f} MB.")
    require_whole(manifest, folder)
    with ExitStack() as stack:
        stack.enter_context(_alone(settings))
        kept = every_database(settings, SERVICES, stack, "owner")
        _require_room(kept, replace=replace)
        if replace and not settings.kafka:
            _remove_log(settings)
        log = stack.enter_context(closing(open_log(settings)))
        require_empty(kept, log)
        _restore_databases(kept, manifest, folder, settings, say)
        restore_materials(settings, folder, manifest.below(BELOW))
        _erase_again(incomplete=register_is_incomplete)
        flow_again(kept, log, tries=settings.tries, say=say)
        if differences(kept, log, say):
            raise RestoreDiffers("The projections are not what the events fold to: see the lines above.")
    if manifest.materials != "files":
        say(f"The materials are not in the backup: the {manifest.materials} keeps them.")
    say("Restored; the suite can be started.")


def _require_fitting(manifest: Manifest, settings: Settings) -> None:
    """Raise `NoBackup` or `WrongSetting` where this program, or these settings, can't restore the backup."""
    if manifest.kind != kind_of(settings):
        raise NoBackup(f"The backup is of {manifest.kind} databases, and the settings name {kind_of(settings)} ones.")
    if manifest.materials != kept_by(settings):
        raise NoBackup(f"Its materials are kept by {manifest.materials}, and the settings say {kept_by(settings)}.")
    if missing := {one.name for one in SERVICES} ^ set(manifest.databases):
        raise NoBackup(f"Backup and program do not have the same services ({', '.join(sorted(missing))}).")
    for service in SERVICES:
        revision = manifest.databases[service.name].revision
        if not knows_revision(service, revision):
            raise NoBackup(
                f"The database of {service.name} has the schema {revision}, which this program does not know: restore "
                "it with the Wiyata that made it, or a newer one."
            )
    if manifest.kind == "postgresql" and not os.environ.get(REGISTER):
        raise WrongSetting(f"{REGISTER} is missing: whoever was erased after the backup would be back.")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the folder of the suite, as a suite in one process does. Raises `SomebodyIsAtWork`."""
    settings.make_folder()
    with (settings.folder / "suite.lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise SomebodyIsAtWork(f"A suite runs on {settings.folder}: end it first.") from taken
        yield


def _require_room(kept: Sequence[Kept], *, replace: bool) -> None:
    for one in kept:
        one.require_idle()
    if (full := [one.service.name for one in kept if one.holds_anything()]) and not replace:
        raise TargetIsNotEmpty(f"There are databases of {', '.join(full)} already: --replace throws them away.")


def _remove_log(settings: Settings) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{settings.embedded_log}{ending}").unlink(missing_ok=True)


def _restore_databases(kept: Sequence[Kept], manifest: Manifest, folder: Path, settings: Settings, say: Say) -> None:
    for one in kept:
        if one.holds_anything():
            one.clear()
        one.restore_from(folder / manifest.databases[one.service.name].file)
        owned = open_database(one.service, settings, "owner")
        migrate(one.service, owned)
        owned.close()
        say(f"{one.service.name}: {manifest.databases[one.service.name].events} events, restored.")


def _erase_again(*, incomplete: bool) -> None:
    """Let identity erase whom its register names: the backup may have brought them back."""
    identity = next(one for one in SERVICES if one.name == "identity")
    command = next(one for one in identity.commands if one.name == "erasures")
    command.main(["replay", *(["--incomplete"] if incomplete else [])], standalone_mode=False)


if __name__ == "__main__":
    with in_one_sentence():
        main(standalone_mode=False, prog_name="python -m deploy.restore")
    sys.exit(0)
