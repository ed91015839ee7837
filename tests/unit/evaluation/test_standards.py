"""Frameworks and job standards as dated versions, and who stands where."""

from datetime import date
from uuid import UUID

import pytest

from services.evaluation.model.gaps import Requirement
from services.evaluation.model.tables import Framework, JobStandard, Person
from services.evaluation.model.tables.frameworks import FrameworkIsEmpty, VersionBeginsTooEarly, framework_on
from shared.ids import new_id

CITY = new_id()
JUNE = date(2026, 6, 1)


def framework(newest: Framework | None = None, since: date = JUNE) -> Framework:
    return Framework.following(newest, tenant=CITY, valid_from=since, competencies={"PP": "Pelayanan", "KS": "Kerja"})


def test_a_version_follows_the_newest_one_and_keeps_the_order_of_its_competencies() -> None:
    first = framework()
    second = framework(first)
    assert (first.version, second.version, second.id == first.id) == (1, 2, True)
    assert list(second.names) == ["PP", "KS"]


def test_a_framework_without_competencies_is_refused() -> None:
    with pytest.raises(FrameworkIsEmpty):
        Framework.following(None, tenant=CITY, valid_from=JUNE, competencies={})


def test_no_version_begins_before_the_one_it_follows() -> None:
    with pytest.raises(VersionBeginsTooEarly):
        framework(framework(), date(2026, 5, 31))
    standard = JobStandard.following(None, tenant=CITY, job="J1", valid_from=JUNE, asked=[Requirement("PP", 3)])
    with pytest.raises(VersionBeginsTooEarly):
        JobStandard.following(
            standard, tenant=CITY, job="J1", valid_from=date(2026, 5, 31), asked=[Requirement("PP", 4)]
        )


def test_the_version_in_force_is_the_newest_of_those_that_have_begun() -> None:
    first = framework()
    corrected, later = framework(first), framework(framework(first), date(2026, 9, 1))
    versions = [later, first, corrected]
    assert framework_on(versions, date(2026, 5, 31)) is None
    assert framework_on(versions, date(2026, 8, 31)) is corrected
    assert framework_on(versions, date(2026, 9, 1)) is later


def test_a_post_is_held_until_its_last_day() -> None:
    person = Person(posts=[kept("J1", "2026-01-01", "2026-06-01"), kept("J2", "2026-06-02", None)])
    assert [post.job for post in person.posts_on(JUNE)] == ["J1"]
    primary = person.primary_post(date(2026, 6, 2))
    assert primary is not None
    assert primary.job == "J2"
    assert person.primary_post(date(2025, 12, 31)) is None


def kept(job: str, since: str, until: str | None) -> dict[str, object]:
    return {
        "id": str(new_id()),
        "unit": str(UUID(int=1)),
        "job": job,
        "primary": True,
        "valid_from": since,
        "valid_to": until,
    }
