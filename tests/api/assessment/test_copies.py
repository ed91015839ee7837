"""Facts of other services, in whatever order they come."""

from datetime import date

from sqlalchemy import select

from services.assessment.model import CourseVersion, Pin, Tenant
from shared.events.evaluation import Competency, FrameworkPublished
from shared.events.identity import TenantDefined
from shared.ids import new_id
from tests.api.assessment.conftest import City, House


def test_an_older_fact_that_comes_late_changes_nothing(house: House) -> None:
    city = new_id()
    house.hear(TenantDefined(tenant=city, kind="city", zone="Asia/Makassar", sequence=2))
    house.hear(TenantDefined(tenant=city, kind="city", zone="Asia/Jakarta", sequence=1))
    with house.worker.reading() as session:
        assert session.scalars(select(Tenant.zone).where(Tenant.tenant == city)).all() == ["Asia/Makassar"]


def test_every_version_of_a_course_is_kept_in_whatever_order_they_come(house: House) -> None:
    city, assessment = City(house), new_id()
    for number in (2, 1, 2):
        city.pin(str(assessment), version=number, course_version=number)
    with house.worker.reading() as session:
        kept = session.execute(select(Pin.course_version, Pin.version).where(Pin.assessment == assessment)).all()
        numbers = session.scalars(select(CourseVersion.version).where(CourseVersion.course == city.course)).all()
    assert sorted(kept) == [(1, 1), (2, 2)]
    assert sorted(numbers) == [1, 2]


def test_a_framework_of_another_day_leaves_those_in_force_alone(house: House) -> None:
    city = City(house).settle("PP", "INT")
    framework = new_id()
    for version, valid_from, code in ((1, date(2026, 1, 1), "TIK"), (2, date(2999, 1, 1), "LATER")):
        house.hear(
            FrameworkPublished(
                tenant=city.id,
                framework=framework,
                version=version,
                sequence=version,
                valid_from=valid_from,
                competencies=(Competency(code=code, name=code),),
            )
        )
    gift = "// [tag:kompetensi:{}] [tag:tingkat:2]\nBerapa?{{=1 ~2}}\n"
    for code, expected in (("TIK", 200), ("LATER", 409)):
        bank = city.bank(gift=gift.format(code), code=code)
        assert city.publish(city.assessment(bank, code=code)).status_code == expected
