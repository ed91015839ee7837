"""Saying which competencies hold in every city, once for each version of the national framework."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.evaluation.commands.frameworks import say_published
from services.evaluation.model.tables import Framework
from services.evaluation.reference import national_frameworks
from shared.ids import NATIONAL


def publish_national_frameworks(session: Session) -> None:
    """Publish the versions of the national framework that this release brings and that were not published before.

    A timer of the service calls it, so that a new release needs no further step. What was published never changes.
    """
    newest = session.scalar(
        select(Framework).where(Framework.tenant == NATIONAL).order_by(Framework.version.desc()).limit(1)
    )
    published = session.scalar(select(func.count()).select_from(Framework).where(Framework.tenant == NATIONAL)) or 0
    for brought in national_frameworks()[published:]:
        newest = Framework.following(
            newest, tenant=NATIONAL, valid_from=brought.valid_from, competencies=brought.names, identity=NATIONAL
        )
        session.add(newest)
        session.flush()
        say_published(session, newest)
