"""Finds a real PostgreSQL and a real Kafka for tests, in this order: an address in the environment, programs on this
machine that deploy's scripts can start in a scratch folder, a Docker engine through testcontainers.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.background import CannotStart
from deploy.kafka.broker import Broker
from deploy.postgres.cluster import Cluster
from deploy.postgres.server import ROLES, SUPERUSER, Server

POSTGRES_IMAGE = os.environ.get("WIYATA_TEST_POSTGRES_IMAGE", "postgres:15-bookworm")
KAFKA_IMAGE = os.environ.get("WIYATA_TEST_KAFKA_IMAGE", "apache/kafka:4.1.1")


@dataclass
class Backing:
    """Something that a test session started, and how to end it."""

    value: Any
    end: Callable[[], object] = field(default=lambda: None)


def missing(what: str, how: str) -> None:
    """Skip, or fail in CI, with a sentence that says how to get it."""
    sentence = f"No {what}: {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def postgres(*, durable: bool = False) -> Backing | None:
    """A PostgreSQL `Server`, or None where there is none; a durable one waits for the disk at every commit."""
    if address := os.environ.get("WIYATA_TEST_POSTGRES"):
        return Backing(_server_at(address))
    return _local_postgres(durable=durable) or _postgres_container()


def kafka() -> Backing | None:
    """A Kafka `Broker`, or the address of one; None where there is none."""
    if address := os.environ.get("WIYATA_TEST_KAFKA"):
        return Backing(address)
    return _local_kafka() or _kafka_container()


def has_docker() -> bool:
    """Whether a Docker engine answers."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def scratch_folder() -> Path:
    """A folder that a service user may walk into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="wiyata-test-"))
    folder.chmod(0o711)
    return folder


def _server_at(address: str) -> Server:
    """`postgresql://postgres:PASSWORD@HOST:PORT`: the superuser's; the three roles get passwords of their own."""
    parts = urlsplit(address)
    passwords = {role: f"test-{role}" for role in ROLES} | {SUPERUSER: parts.password or ""}
    return Server(parts.hostname or "127.0.0.1", parts.port or 5432, passwords)


def _local_postgres(*, durable: bool) -> Backing | None:
    folder = scratch_folder()
    cluster = Cluster.on_free_port(folder, durable=durable)
    try:
        cluster.start()
    except CannotStart:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return Backing(cluster.server, partial(_end, cluster, folder))


def _local_kafka() -> Backing | None:
    folder = scratch_folder()
    broker = Broker.on_free_ports(folder)
    try:
        broker.start()
    except CannotStart:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return Backing(broker, partial(_end, broker, folder))


def _end(server: Cluster | Broker, folder: Path) -> None:
    server.kill()
    shutil.rmtree(folder, ignore_errors=True)


def _postgres_container() -> Backing | None:
    if not has_docker():
        return None
    from testcontainers.community.postgres import PostgresContainer  # Only where there is an engine.

    container = PostgresContainer(POSTGRES_IMAGE, username=SUPERUSER, password="test", driver=None)
    container.start()
    return Backing(_server_at(container.get_connection_url()), container.stop)


def _kafka_container() -> Backing | None:
    if not has_docker():
        return None
    from testcontainers.community.kafka import KafkaContainer  # Only where there is an engine.

    container = KafkaContainer(KAFKA_IMAGE).with_kraft()
    container.start()
    return Backing(container.get_bootstrap_server(), container.stop)
