"""What a backup says of itself is believed only when it is whole."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from deploy.keeping.databases import CopyFailed
from deploy.keeping.manifest import (
    FORMAT,
    BackupIsDamaged,
    KeptDatabase,
    Manifest,
    NoBackup,
    copy,
    require_whole,
)
from deploy.keeping.materials import copy_materials, kept_by, restore_materials
from deploy.keeping.postgres import PostgresDatabase
from shared.plumbing import service_metadata
from shared.service import Service
from shared.settings import read_settings


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A backup of one small database."""
    source = tmp_path / "source"
    source.write_bytes(b"rows")
    folder = tmp_path / "backup"
    kept = copy(source, folder / "identity.sqlite")
    database = KeptDatabase(file="identity.sqlite", revision="0001", events=2, position=2, unpublished=1, behind=0)
    Manifest(
        format=FORMAT,
        kind="sqlite",
        made_with={"python": "3.11"},
        begun_at="2026-11-22T01:00:00+00:00",
        moment="2026-11-22T01:00:01+00:00",
        ended_at="2026-11-22T01:00:02+00:00",
        materials="files",
        databases={"identity": database},
        files={"identity.sqlite": kept},
    ).write(folder)
    return folder


def test_a_manifest_is_read_as_it_was_written(backup: Path) -> None:
    found = Manifest.read(backup)
    assert found.databases["identity"].unpublished == 1
    assert found.size == 4
    require_whole(found, backup)


@pytest.mark.parametrize(("content", "sentence"), [(b"rowz", "SHA-256 differs"), (b"row", "has 3 bytes, not 4")])
def test_a_changed_file_is_named(backup: Path, content: bytes, sentence: str) -> None:
    (backup / "identity.sqlite").write_bytes(content)
    with pytest.raises(BackupIsDamaged, match=rf"identity\.sqlite.*{sentence}"):
        require_whole(Manifest.read(backup), backup)


def test_a_missing_file_is_named(backup: Path) -> None:
    (backup / "identity.sqlite").unlink()
    with pytest.raises(BackupIsDamaged, match=r"identity\.sqlite is missing"):
        require_whole(Manifest.read(backup), backup)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="never finished"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": FORMAT + 1}, "is not of format 1"),
        ({"databases": None}, "does not say what a backup says"),
        ({"moment": "yesterday"}, "does not say what a backup says"),
        ({"files": {"../elsewhere": {"size": 1, "sha256": ""}}}, "leads out of the folder"),
        ({"files": {"/elsewhere": {"size": 1, "sha256": ""}}}, "leads out of the folder"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(backup: Path, change: dict[str, Any], sentence: str) -> None:
    path = backup / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(NoBackup, match=sentence):
        Manifest.read(backup)


def test_a_manifest_that_breaks_off_is_refused(backup: Path) -> None:
    path = backup / "manifest.json"
    path.write_text(path.read_text()[:100])
    with pytest.raises(NoBackup, match="can't be read"):
        Manifest.read(backup)


def test_materials_are_copied_and_restored_but_for_what_is_still_coming_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIYATA_FOLDER", str(tmp_path))
    settings, told = read_settings(), list[str]()
    sound, rotten = (settings.storage / "city" / "ab" / hashlib.sha256(one).hexdigest() for one in (b"a", b"b"))
    coming = settings.storage / "incoming" / "tmp1"
    for path in (sound, rotten, coming):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a")
    copied = copy_materials(settings, tmp_path / "backup", told.append)
    assert set(copied) == {f"materials/city/ab/{one.name}" for one in (sound, rotten)}
    assert [sentence.split()[0] for sentence in told] == [str(rotten)]
    sound.unlink()
    restore_materials(settings, tmp_path / "backup", list(copied))
    assert sound.read_bytes() == b"a"


def test_materials_in_a_bucket_stay_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIYATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("WIYATA_S3_BUCKET", "lessons")
    assert kept_by(read_settings()) == "bucket lessons"
    assert copy_materials(read_settings(), tmp_path / "backup", pytest.fail) == {}


def test_a_password_is_on_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_restore"
    program.write_text('#!/bin/sh\nprintf "%s " "$PGPASSWORD" "$@" >&2\nexit 1\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for role in ("OWNER", "WORKER"):
        monkeypatch.setenv(
            f"WIYATA_DATABASE_{role}", f"postgresql+psycopg://{role}:se%40cret@db:5433/w_{{service}}?a=b"
        )
    database = PostgresDatabase(Service(name="tally", metadata=service_metadata()), read_settings())
    with pytest.raises(CopyFailed) as refused:
        database.restore_from(tmp_path / "tally.dump")
    secret, *words = str(refused.value).partition("tally: ")[2].split()
    assert secret == "se@cret"
    assert words[1] == "--dbname=postgresql://OWNER@db:5433/w_tally?a=b"
    assert not [word for word in words if "cret" in word]
