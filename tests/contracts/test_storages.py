"""What any place for files promises, in a folder and in a bucket of a server that speaks S3 over HTTP."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from services.catalogue.storage import FolderStorage, Storage, StorageIsAway, storage_of
from services.catalogue.storage.s3 import S3Storage, client_of
from shared.ids import new_id
from shared.settings import Settings, read_settings

CONTENT = bytes(range(256)) * 1000


@pytest.fixture(scope="module")
def bucket() -> Iterator[Settings]:
    """The settings of a bucket on a server of its own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = replace(
        read_settings(),
        s3_endpoint=f"http://{host}:{port}",
        s3_bucket="wiyata",
        s3_region="us-east-1",
        s3_access_key="test",
        s3_secret_key="test",
    )
    with closing(client_of(settings)) as client:
        client.create_bucket(Bucket="wiyata")
    yield settings
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "folder":
        yield storage_of(replace(read_settings(), folder=tmp_path))
        return
    settings: Settings = request.getfixturevalue("bucket")
    with closing(client_of(settings)) as client:
        yield S3Storage(client, settings.s3_bucket, tmp_path / "files")


def kept(storage: Storage, tenant: Any, content: bytes = CONTENT) -> str:
    """Let content come in and be kept; give its digest."""
    with storage.receiving() as incoming:
        for start in range(0, len(content), 10_000):
            incoming.write(content[start : start + 10_000])
        received = incoming.received()
        storage.keep(received, tenant)
    assert received.size == len(content)
    return received.sha256


def content_of(storage: Storage, *place: Any) -> bytes:
    with closing(storage.open(*place)) as opened:
        return b"".join(iter(lambda: opened.read(1 << 16), b""))


def test_what_is_kept_is_found_by_its_digest(storage: Storage) -> None:
    city = new_id()
    digest = kept(storage, city)

    assert digest == hashlib.sha256(CONTENT).hexdigest()
    assert storage.has(city, digest)
    assert content_of(storage, city, digest) == CONTENT


@pytest.mark.parametrize(("start", "length"), [(0, 10), (100, 70_000), (255_990, 10), (1_000, None)])
def test_a_part_is_read_without_what_stands_before_and_after_it(
    storage: Storage, start: int, length: int | None
) -> None:
    city = new_id()
    digest = kept(storage, city)

    stop = len(CONTENT) if length is None else start + length
    assert content_of(storage, city, digest, start, length) == CONTENT[start:stop]


def test_files_are_apart_for_every_tenant(storage: Storage) -> None:
    digest = kept(storage, new_id())
    other = new_id()

    assert not storage.has(other, digest)
    with pytest.raises(FileNotFoundError):
        storage.open(other, digest)


def test_keeping_the_same_again_is_harmless(storage: Storage) -> None:
    city = new_id()

    assert kept(storage, city) == kept(storage, city)
    assert content_of(storage, city, kept(storage, city)) == CONTENT


def test_what_is_not_kept_leaves_nothing_behind(storage: Storage, tmp_path: Path) -> None:
    with storage.receiving() as incoming:
        incoming.write(b"ditolak")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_larger_than_a_part_of_an_upload_comes_back_whole(storage: Storage) -> None:
    city, content = new_id(), b"0123456789abcdef" * (20 << 16)

    assert content_of(storage, city, kept(storage, city, content)) == content


def test_a_server_that_is_away_is_said_to_be_away(bucket: Settings, tmp_path: Path) -> None:
    away = replace(bucket, s3_endpoint="http://127.0.0.1:9")
    with closing(client_of(away)) as client, pytest.raises(StorageIsAway):
        S3Storage(client, away.s3_bucket, tmp_path).has(new_id(), "ab" * 32)


def test_a_bucket_that_is_not_there_is_no_missing_file(bucket: Settings, tmp_path: Path) -> None:
    with closing(client_of(bucket)) as client:
        elsewhere = S3Storage(client, "no-such-bucket", tmp_path)
        with pytest.raises(StorageIsAway):
            kept(elsewhere, new_id())


def test_the_settings_choose_the_place_once_for_a_process(bucket: Settings, tmp_path: Path) -> None:
    folder = replace(read_settings(), folder=tmp_path)

    assert isinstance(storage_of(folder), FolderStorage)
    assert isinstance(storage_of(bucket), S3Storage)
    assert storage_of(replace(bucket)) is storage_of(bucket)


def test_a_process_that_keeps_files_in_a_folder_never_loads_what_speaks_s3(tmp_path: Path) -> None:
    code = (
        "import sys; from services.catalogue import app; from services.catalogue.storage import storage_of; "
        "from shared.settings import read_settings; storage_of(read_settings()); print('boto3' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False"
