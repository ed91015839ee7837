"""What counts as healthy when `make up` waits for its containers."""

import pytest

from deploy.containers import Container


@pytest.mark.parametrize(
    "line",
    [
        "/wiyata_identity-web_1 running 0 healthy",
        "/wiyata_anything_1 running 0 ",
        "/wiyata_migrate_1 exited 0 ",
    ],
)
def test_a_container_is_fine_when_it_is_up_or_has_done_its_work(line: str) -> None:
    assert Container.told(line).is_fine


@pytest.mark.parametrize(
    "line",
    [
        "/wiyata_identity-web_1 running 0 starting",
        "/wiyata_identity-web_1 running 0 unhealthy",
        "/wiyata_identity-web_1 restarting 1 unhealthy",
        "/wiyata_identity-web_1 created 0 ",
        "/wiyata_migrate_1 exited 1 ",
    ],
)
def test_a_container_is_not_fine_while_it_starts_fails_or_has_failed(line: str) -> None:
    assert not Container.told(line).is_fine


def test_a_container_that_is_not_fine_is_named_with_what_ails_it() -> None:
    assert str(Container.told("/wiyata_identity-web_1 running 0 starting")) == "wiyata_identity-web_1 (starting)"
    assert str(Container.told("/wiyata_migrate_1 exited 1 ")) == "wiyata_migrate_1 (exited)"
