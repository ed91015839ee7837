"""Setting the standards of jobs: which level of which competency a job asks for, from a day on."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.csv_rows import Faults, Row, read_rows
from services.evaluation.model.gaps import Requirement
from services.evaluation.model.rule_sets import LEVELS
from services.evaluation.model.tables import Job, JobStandard
from services.evaluation.model.tables.job_standards import JobIsNotYetKnown
from services.evaluation.queries.standards import competency_names

COLUMNS = ("kode_jabatan", "kode_kompetensi", "tingkat")
CRITICAL = "kritis"
"""The optional column that marks what a job can't do without: ya or tidak, tidak where it is empty."""

Asked = dict[str, Requirement]
"""What a job asks for, by competency."""


def set_job_standards(
    session: Session, tenant: UUID, content: bytes, *, valid_from: date
) -> tuple[list[JobStandard], bool]:
    """Set the standard of every job in a CSV file, each whole, from a day on.

    The columns are kode_jabatan, kode_kompetensi, tingkat (1 to 5) and, if wanted, kritis (ya or tidak).

    Gives the standards of these jobs, and whether any is new: the same again is no new version.
    Raises `FileHasErrors`, `JobIsNotYetKnown`, and `VersionBeginsTooEarly` for a day before a job's newest version.
    """
    asked_by_job = _asked(content, competency_names(session, tenant, valid_from))
    _check_jobs(session, tenant, asked_by_job)
    newest = _newest_standards(session, tenant, asked_by_job)
    standards = []
    for job, by_competency in sorted(asked_by_job.items()):
        known, asked = newest.get(job), [by_competency[code] for code in sorted(by_competency)]
        if known is not None and known.valid_from <= valid_from and known.asked() == asked:
            standards.append(known)
            continue
        fresh = JobStandard.following(known, tenant=tenant, job=job, valid_from=valid_from, asked=asked)
        session.add(fresh)
        standards.append(fresh)
    session.flush()
    return standards, any(one is not newest.get(one.job) for one in standards)


def _asked(content: bytes, competencies: Collection[str]) -> dict[str, Asked]:
    faults, found = Faults(), dict[str, Asked]()
    for row in read_rows(content, COLUMNS, faults, optional=(CRITICAL,)):
        job, competency = row["kode_jabatan"], row["kode_kompetensi"]
        asked = found.setdefault(job, {})
        if competency not in competencies:
            detail = f"No framework in force by then has the competency {competency}; publish it first."
            faults.add(row.number, "kode_kompetensi", "competency_unknown", detail)
        elif competency in asked:
            detail = f"The job {job} has a level for {competency} in an earlier row; remove one."
            faults.add(row.number, "kode_kompetensi", "competency_twice", detail)
        asked[competency] = Requirement(competency, _level(row, faults), _is_critical(row, faults))
    faults.refuse()
    return found


def _level(row: Row, faults: Faults) -> int:
    level = row["tingkat"]
    if level not in map(str, LEVELS):
        faults.add(row.number, "tingkat", "level_wrong", f"A level is a whole number from 1 to 5; this is {level!r}.")
        return 0
    return int(level)


def _is_critical(row: Row, faults: Faults) -> bool:
    if row[CRITICAL] not in ("", "ya", "tidak"):
        faults.add(row.number, CRITICAL, "critical_wrong", f"This is ya, tidak or empty; it is {row[CRITICAL]!r}.")
    return row[CRITICAL] == "ya"


def _check_jobs(session: Session, tenant: UUID, jobs: Collection[str]) -> None:
    known = set(session.scalars(select(Job.job).where(Job.tenant == tenant, Job.job.in_(jobs))))
    unknown = sorted(set(jobs) - known)
    if unknown:
        raise JobIsNotYetKnown(
            f"Of {len(unknown)} jobs nothing is known here yet, such as {unknown[0]}. Correct the code, or try again.",
            jobs=unknown[:20],
        )


def _newest_standards(session: Session, tenant: UUID, jobs: Collection[str]) -> dict[str, JobStandard]:
    wanted = select(JobStandard).where(JobStandard.tenant == tenant, JobStandard.job.in_(jobs))
    versions: Sequence[JobStandard] = session.scalars(wanted.order_by(JobStandard.version).with_for_update()).all()
    return {one.job: one for one in versions}
