"""Where uploaded files are kept."""

from pathlib import Path

from services.catalogue.storage import Storage
from shared.ids import new_id

DIGEST = "ab" * 32


def test_a_kept_file_is_found_by_its_digest_and_apart_for_every_tenant(tmp_path: Path) -> None:
    storage, city, other = Storage(tmp_path / "files"), new_id(), new_id()
    with storage.receiving() as received:
        received.write_bytes(b"isi")
        storage.keep(received, city, DIGEST)
    assert storage.path(city, DIGEST).read_bytes() == b"isi"
    assert not storage.path(other, DIGEST).exists()


def test_what_is_not_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "files")
    with storage.receiving() as received:
        received.write_bytes(b"ditolak")
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_keeping_the_same_file_again_is_harmless(tmp_path: Path) -> None:
    storage, city = Storage(tmp_path / "files"), new_id()
    for _ in range(2):
        with storage.receiving() as received:
            received.write_bytes(b"isi")
            storage.keep(received, city, DIGEST)
    assert storage.path(city, DIGEST).read_bytes() == b"isi"
