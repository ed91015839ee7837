"""The suites under test, each started once: embedded, and as deployed on PostgreSQL and Kafka."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared.ids import new_id
from tests.backing import scratch_folder
from tests.journeys.insiders import Insiders, city_with_other_people, insiders_of
from tests.journeys.stage import City, city_on
from tests.journeys.suites import Suite, deployed, embedded, migrate
from tests.messaging.tally import delete_topics

FIRST_LEARNERS = 6


@pytest.fixture(scope="package", params=["embedded", "deployed"])
def begun(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """A suite that was started; a test may have killed some of it since."""
    with ExitStack() as stack:
        folder = scratch_folder()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if request.param == "embedded":
            suite = embedded(folder)
        else:
            server, broker = request.getfixturevalue("postgres_server"), request.getfixturevalue("kafka_broker")
            delete_topics(broker)
            prefix = f"journey_{new_id().hex[-8:]}_"
            server.create_databases(prefix)
            stack.callback(server.drop_databases, prefix)
            migrate(folder, server, prefix)
            suite = deployed(folder, server, prefix, broker)
        stack.callback(suite.front.close)
        stack.callback(suite.kill)
        suite.start()
        yield suite


@pytest.fixture(scope="package")
def city(begun: Suite) -> City:
    """The sample city, in which six learners have taken the course."""
    begun.start()
    loaded = city_on(begun)
    for _ in range(FIRST_LEARNERS):
        loaded.learn(loaded.newcomer())
    return loaded


@pytest.fixture(scope="package")
def playground(begun: Suite) -> Insiders:
    """A city for what withdraws, erases and annuls: none of it meets the sample city.

    Five have learned there, so that figures and the rows behind them are shown.
    """
    begun.start()
    other = city_with_other_people(begun, "pekalongan", "Kota Pekalongan", numbers_below=700)
    for _ in range(4):
        other.learn(other.newcomer())
    return insiders_of(begun, other)


@pytest.fixture
def suite(begun: Suite) -> Suite:
    """The suite with all its programs running."""
    begun.start()
    return begun
