"""The list of services is read from the folders."""

from pathlib import Path

import pytest

from deploy.roster import services_with_database


@pytest.fixture
def services(tmp_path: Path) -> Path:
    for name in ("catalogue", "enrolment", "portal"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "__init__.py").touch()
    (tmp_path / "embedded.py").touch()
    return tmp_path


def test_every_package_but_the_portal_has_a_database(services: Path) -> None:
    assert services_with_database(services) == ["catalogue", "enrolment"]


def test_what_a_removed_service_left_behind_is_no_service(services: Path) -> None:
    (services / "forum" / "__pycache__").mkdir(parents=True)

    assert "forum" not in services_with_database(services)


def test_a_new_service_appears_with_its_first_file(services: Path) -> None:
    (services / "partner").mkdir()
    (services / "partner" / "app.py").touch()

    assert "partner" in services_with_database(services)
