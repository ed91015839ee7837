"""What any test may ask for: a real PostgreSQL server and a real Kafka broker, started once a session."""

from collections.abc import Iterator

import pytest

from deploy.postgres.server import Server
from tests import backing


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    found = backing.postgres()
    if found is None:
        backing.missing("PostgreSQL", "install Debian's `postgresql`, or set WIYATA_TEST_POSTGRES, or start Docker.")
        return
    yield found.value
    found.end()


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[str]:
    """The bootstrap address of a broker that nobody stops."""
    found = backing.kafka()
    if found is None:
        backing.missing("Kafka", "install Java 17 and Maven, or set WIYATA_TEST_KAFKA, or start Docker.")
        return
    yield found.value if isinstance(found.value, str) else found.value.address
    found.end()
