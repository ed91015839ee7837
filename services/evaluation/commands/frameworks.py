"""Publishing a version of a tenant's competency framework."""

import re
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.csv_rows import Faults, read_rows
from services.evaluation.model.tables import Framework
from shared.events.evaluation import Competency, FrameworkPublished
from shared.messaging import outbox

COLUMNS = ("kode_kompetensi", "nama")

_CODE = re.compile(r"\w(?:[\w.-]{0,38}\w)?")


def publish_framework(session: Session, tenant: UUID, content: bytes, *, valid_from: date) -> tuple[Framework, bool]:
    """Publish the competencies of a CSV file (kode_kompetensi, nama) as the next version of a tenant's framework.

    Gives the version in force by then, and whether it is new: the same competencies again are no new version.
    Raises `FileHasErrors`, and `VersionBeginsTooEarly` for a day before the newest version's.
    """
    competencies = _competencies(content)
    newest = session.scalar(
        select(Framework)
        .where(Framework.tenant == tenant)
        .order_by(Framework.version.desc())
        .limit(1)
        .with_for_update()
    )
    if (
        newest is not None
        and newest.valid_from <= valid_from
        and list(newest.names.items()) == list(competencies.items())
    ):
        return newest, False
    framework = Framework.following(newest, tenant=tenant, valid_from=valid_from, competencies=competencies)
    session.add(framework)
    session.flush()
    say_published(session, framework)
    return framework, True


def say_published(session: Session, framework: Framework) -> None:
    """Say which competencies a version holds, and from which day on."""
    outbox.append(
        session,
        FrameworkPublished(
            tenant=framework.tenant,
            framework=framework.id,
            version=framework.version,
            valid_from=framework.valid_from,
            competencies=tuple(Competency(code=code, name=name) for code, name in framework.names.items()),
        ),
    )


def _competencies(content: bytes) -> dict[str, str]:
    faults, found = Faults(), dict[str, str]()
    for row in read_rows(content, COLUMNS, faults):
        code = row["kode_kompetensi"]
        if not _CODE.fullmatch(code):
            detail = f"The code {code!r} must be up to 40 letters, digits, dots and hyphens, without blanks."
            faults.add(row.number, "kode_kompetensi", "code_wrong", detail)
        elif code in found:
            detail = f"The code {code} stands in an earlier row; remove one."
            faults.add(row.number, "kode_kompetensi", "code_twice", detail)
        else:
            found[code] = row["nama"]
    faults.refuse()
    return found
