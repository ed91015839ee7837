"""Setting the standards of jobs: which level of which competency a job asks for, from a day on."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.evaluation.csv_rows import Faults, Row, read_rows
from services.evaluation.model.rule_sets import LEVELS
from services.evaluation.model.tables import Job, JobStandard
from services.evaluation.model.tables.job_standards import JobIsNotYetKnown
from services.evaluation.queries.standards import competency_names

COLUMNS = ("kode_jabatan", "kode_kompetensi", "tingkat")


def set_job_standards(
    session: Session, tenant: UUID, content: bytes, *, valid_from: date
) -> tuple[list[JobStandard], bool]:
    """Set the standard of every job in a CSV file, each whole, from a day on.

    The columns are kode_jabatan, kode_kompetensi and tingkat (1 to 5).

    Gives the standards of these jobs, and whether any is new: the same levels again are no new version.
    Raises `FileHasErrors`, `JobIsNotYetKnown`, and `VersionBeginsTooEarly` for a day before a job's newest version.
    """
    levels = _levels(content, competency_names(session, tenant, valid_from))
    _check_jobs(session, tenant, levels)
    newest = _newest_standards(session, tenant, levels)
    standards = []
    for job, asked in sorted(levels.items()):
        known = newest.get(job)
        if known is not None and known.valid_from <= valid_from and known.levels == asked:
            standards.append(known)
            continue
        fresh = JobStandard.following(known, tenant=tenant, job=job, valid_from=valid_from, levels=asked)
        session.add(fresh)
        standards.append(fresh)
    session.flush()
    return standards, any(one is not newest.get(one.job) for one in standards)


def _levels(content: bytes, competencies: Collection[str]) -> dict[str, dict[str, int]]:
    faults, found = Faults(), dict[str, dict[str, int]]()
    for row in read_rows(content, COLUMNS, faults):
        job, competency = row["kode_jabatan"], row["kode_kompetensi"]
        asked = found.setdefault(job, {})
        if competency not in competencies:
            detail = f"No framework in force by then has the competency {competency}; publish it first."
            faults.add(row.number, "kode_kompetensi", "competency_unknown", detail)
        elif competency in asked:
            detail = f"The job {job} has a level for {competency} in an earlier row; remove one."
            faults.add(row.number, "kode_kompetensi", "competency_twice", detail)
        asked[competency] = _level(row, faults)
    faults.refuse()
    return found


def _level(row: Row, faults: Faults) -> int:
    level = row["tingkat"]
    if level not in map(str, LEVELS):
        faults.add(row.number, "tingkat", "level_wrong", f"A level is a whole number from 1 to 5; this is {level!r}.")
        return 0
    return int(level)


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
