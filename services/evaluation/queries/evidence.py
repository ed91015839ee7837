"""The lines of evidence about a person: what each says, and whether it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.evaluation.model.evidence import MICRO
from services.evaluation.model.lines import Kind, Standing, kind_of, rater_role_of, standings
from services.evaluation.model.tables import EvidenceLine, Person
from services.evaluation.model.tables.ledger import line_of
from services.evaluation.queries.courses import course_titles
from services.evaluation.queries.disputes import states_of


@dataclass(frozen=True, kw_only=True)
class EvidenceShown:
    """A line as the person it is about may read it; `weights` are in nat, for the levels 1 to 5.

    `dispute` is the state of the last dispute about it, None where there was none.
    """

    line: EvidenceLine
    kind: Kind
    rater_role: str | None
    course_title: str | None
    weights: list[float]
    standing: Standing
    dispute: str | None

    @property
    def disputed(self) -> bool:
        """Tell whether the person disagrees and nobody has decided yet."""
        return self.dispute == "open"


def evidence_of(person: Person, competency: str | None = None) -> Select[EvidenceLine]:
    """Give the query of the lines about a person, or about one competency of that person."""
    wanted = select(EvidenceLine).where(EvidenceLine.tenant == person.tenant, EvidenceLine.person == person.person)
    return wanted if competency is None else wanted.where(EvidenceLine.competency == competency)


def shown(session: Session, person: Person, lines: Sequence[EvidenceLine]) -> list[EvidenceShown]:
    """Say of some lines about a person what they are and whether they count."""
    stand = _standings(session, person, {line.competency for line in lines})
    versions = {(line.course, line.course_version) for line in lines if line.course and line.course_version}
    titles = course_titles(session, versions)
    disputes = states_of(session, person.tenant, {line.piece for line in lines})
    return [
        EvidenceShown(
            line=line,
            kind=kind_of(line.source),
            rater_role=rater_role_of(line.source),
            course_title=titles.get((line.course, line.course_version or 0)) if line.course else None,
            weights=[weight / MICRO for weight in line.weights],
            standing=stand[line.competency, line.piece],
            dispute=disputes.get((line.competency, line.piece)),
        )
        for line in lines
    ]


def _standings(session: Session, person: Person, competencies: set[str]) -> dict[tuple[str, UUID], Standing]:
    """Say whether pieces count: that follows from all lines of a competency, not from those of one page."""
    table = EvidenceLine.__table__
    wanted = select(table).where(table.c.tenant == person.tenant, table.c.person == person.person)
    rows = session.execute(wanted.where(table.c.competency.in_(competencies))).mappings()
    lines = [line_of(row) for row in rows]
    return {
        (competency, piece): standing
        for competency in competencies
        for piece, standing in standings(line for line in lines if line.competency == competency).items()
    }
