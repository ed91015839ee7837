"""The local PostgreSQL: addresses, passwords and what it refuses."""

import os
import socket
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from deploy.background import CannotStart
from deploy.postgres.cluster import Cluster, main
from deploy.postgres.server import HERE


def test_an_address_leaves_room_for_the_service(tmp_path: Path) -> None:
    template = Cluster(tmp_path, 5555).server.url("web", prefix="wiyata_test_")

    assert template.startswith("postgresql+psycopg://wiyata_web:")
    assert template.endswith("@127.0.0.1:5555/wiyata_test_{service}")
    assert template.format(service="catalogue").endswith("/wiyata_test_catalogue")


def test_roles_have_different_passwords_that_stay(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, 5555)
    first = {role: cluster.server.url(role) for role in ("owner", "web", "worker")}
    passwords = {address.split(":")[2].split("@")[0] for address in first.values()}

    assert len(passwords) == 3
    assert first == {role: Cluster(tmp_path, 5555).server.url(role) for role in first}


def test_only_the_owner_of_the_folder_can_read_the_passwords(tmp_path: Path) -> None:
    Cluster(tmp_path, 5555).server.url("owner")

    assert stat.S_IMODE((tmp_path / "passwords.json").stat().st_mode) == 0o600


def test_lost_passwords_are_not_made_up_anew(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").touch()

    with pytest.raises(CannotStart, match=r"passwords\.json is missing"):
        Cluster(tmp_path, 5555).server.url("web")


def test_an_unknown_role_is_refused_with_the_roles_there_are(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="owner, web, worker"):
        Cluster(tmp_path, 5555).server.url("superuser")


def test_a_taken_port_stops_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("WIYATA_POSTGRES_PORT", str(port))
        status = main(["start", "--folder", str(tmp_path)])

    assert status == 1
    assert f"Port {port} for PostgreSQL is taken" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_cluster_that_does_not_run_says_so_and_ends_in_peace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--folder", str(tmp_path)]) == 3
    assert main(["stop", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "PostgreSQL is not running.\nPostgreSQL was not running.\n"


@pytest.mark.parametrize("missing", ["WIYATA_SERVICES", "WIYATA_WEB_PASSWORD"])
def test_a_container_without_its_settings_names_the_missing_one(missing: str) -> None:
    given = ("WIYATA_SERVICES", "WIYATA_OWNER_PASSWORD", "WIYATA_WEB_PASSWORD", "WIYATA_WORKER_PASSWORD")
    environment = {"PATH": os.environ["PATH"], **{name: "given" for name in given if name != missing}}
    ended = subprocess.run(
        ["bash", str(HERE / "init.sh")], env=environment, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert f"{missing} is not set" in ended.stderr
