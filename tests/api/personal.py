"""What a service keeps about looks at people's rows, and which of its views have to be looked through."""

from uuid import UUID

from flask import Flask
from sqlalchemy import select

from shared.database import Database
from shared.plumbing import accesses
from shared.web.marks import marks_of


def looks(database: Database, tenant: UUID) -> set[tuple[UUID, str]]:
    """Give whose rows of a tenant were shown to others, and by which views."""
    with database.reading() as session:
        wanted = select(accesses.c.person, accesses.c.operation).where(accesses.c.tenant == tenant)
        return {(row.person, row.operation) for row in session.execute(wanted)}


def views_that_show_people(app: Flask) -> set[str]:
    """Name the views of a service that may show rows of others; those that every service has are tested once."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or set()
        if marks_of(app.view_functions[rule.endpoint], method).get("shows_people")
        and not rule.endpoint.startswith(("personal.", "letters."))
    }
