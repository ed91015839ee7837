"""Every row about a person can be taken along, and every view that shows one says so to the person.

Both are lists that are complete: a new table or view has to be put on one side, or on the other with a reason.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.embedded import SERVICES
from shared import clock
from shared.database import Database
from shared.events.identity import PersonErased
from shared.ids import new_id
from shared.messaging.handling import handle
from shared.migrations import migrate
from shared.plumbing import accesses
from shared.plumbing import tables as plumbing
from shared.service import Service
from shared.web.accesses import forget_old_accesses
from shared.web.app import IN_EVERY_SERVICE, App
from shared.web.marks import marks_of
from shared.web.personal import PLUMBING, personal

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)

PEOPLE = {"person", "person_id"}
"""The columns that hold the person whom a row is about."""

LEADS_TO_PERSON = {"attempt", "attempt_id", "enrolment", "enrolment_id", "family_id"}
"""The columns that hold the id of a row of one person."""

NOT_TAKEN_ALONG = {
    "evaluation": {"certificate_contents": "files, each fetched as it is from its own address"},
    "identity": {
        "complete_rosters": "the list of an administrator; whom it left out stands in people and posts",
        "sign_in_tries": "kept by the hash of what was typed, which leads to nobody",
    },
}
"""Tables that a person's rows might stand in, with the reason why `/me/data` leaves them out."""


def about_people(service: Service) -> Iterator[str]:
    """Name the tables with rows about a person."""
    for table in service.metadata.sorted_tables:
        if table.info.get("kind") == "plumbing":
            continue
        names = set(table.columns.keys()) | {column.name for column in table.columns}
        if names & (PEOPLE | LEADS_TO_PERSON) or table.name.endswith("people"):
            yield table.name


def taken_along(service: Service) -> Iterator[str]:
    """Name the tables of which a person gets the own rows."""
    for export in service.exports.values():
        (table,) = export(new_id(), new_id()).get_final_froms()
        assert isinstance(table, sa.Table)
        yield table.name


@every_service
def test_every_table_about_people_is_taken_along_or_left_out_for_a_reason(service: Service) -> None:
    left_out = set(NOT_TAKEN_ALONG.get(service.name, {}))
    taken = list(taken_along(service))

    assert set(about_people(service)) - left_out <= set(taken)
    assert not left_out & set(taken)
    assert left_out <= {table.name for table in service.metadata.sorted_tables}
    assert len(taken) == len(set(taken))


@every_service
def test_a_section_has_the_name_of_its_table(service: Service) -> None:
    assert list(service.exports) == list(taken_along(service))


@every_service
def test_no_secret_and_no_hash_of_one_is_taken_along(service: Service) -> None:
    columns = {
        f"{name}.{column.name}"
        for name, export in service.exports.items()
        for column in export(new_id(), new_id()).selected_columns
        if column.name is not None and any(word in column.name for word in ("hash", "secret", "token", "password"))
    }

    assert columns == set()


def test_of_the_plumbing_only_what_is_about_a_person_for_long_is_taken_along() -> None:
    about = {
        "accesses": "accesses",
        "letters": "undelivered_events",
        "outbox": "events",
        "requests": "kept for 24 hours, and only for the one who sent them, whoever they are about",
        "aggregates": "counts events, by the ids that the events hold",
        "audit": "what those who administer did, by ids and codes; its effect stands in the rows",
    }
    known = {table.name for table in plumbing.sorted_tables if "tenant" in table.columns}

    assert known == set(about)
    assert set(PLUMBING) <= set(about.values())


@pytest.mark.parametrize(
    "service", [one for one in SERVICES if one.name != "identity"], ids=lambda service: service.name
)
def test_a_service_that_hears_of_an_erasure_forgets_who_looked_at_the_person(service: Service, tmp_path: Path) -> None:
    """Identity, which says it, does so in its own command."""
    database, city, erased, other = Database(f"sqlite:///{tmp_path / 'x.sqlite'}"), new_id(), new_id(), new_id()
    migrate(service, database)
    look = {"tenant": city, "at": clock.now(), "reader": erased, "machine": False, "role": "analyst"}
    rest = {"operation": "people.show_profile", "correlation": new_id()}
    with database.writing() as session:
        rows = [{"id": new_id(), "person": person, **look, **rest} for person in (erased, other)]
        session.execute(sa.insert(accesses), rows)
    with database.writing() as session:
        handle(service, session, [PersonErased(tenant=city, person=erased, sequence=1)])
    with database.reading() as session:
        kept = session.scalars(sa.select(accesses.c.person)).all()
    database.close()

    assert kept == [other]


@every_service
def test_every_service_forgets_looks_of_long_ago(service: Service) -> None:
    assert forget_old_accesses in service.timers


SHOWS_NOBODY_ELSE: Mapping[str, Mapping[str, str]] = {
    "assessment": {
        "assessments": "what is authored",
        "attempts.hand_in_attempt": "of the caller alone",
        "attempts.save_answers": "of the caller alone",
        "attempts.show_attempt": "of the caller alone",
        "attempts.start_attempt": "of the caller alone",
        "banks": "what is authored",
    },
    "catalogue": {"catalogue": "courses, with the ids of those who train them"},
    "enrolment": {
        "classes": "classes, with the ids of those who train them",
        "enrolments.mark_lesson": "of the caller alone",
        "jobs.ask_for_enrolments": "counts of a list's lines",
        "jobs.cancel_job": "counts of a list's lines",
        "jobs.list_jobs": "counts of a list's lines",
        "jobs.show_job": "counts of a list's lines",
        "own": "the caller's own",
    },
    "evaluation": {
        "disputes.dispute_evidence": "of the caller alone",
        "evidence.import_results": "counts, and rows that can't be read",
        "figures.show_course": "counts and means",
        "figures.show_class": "counts and means",
        "figures.show_programme": "counts and means",
        "own": "the caller's own",
        "standards": "what a post asks for",
    },
    "identity": {
        "identity.me": "the caller's own",
        "identity.units": "units",
        "identity.tenants": "cities and providers",
        "identity.delete_sign_in_lock": "nothing",
        "identity.confirm_departures": "counts",
        "identity.post_erasure": "that the person is erased, whom nobody can tell any more",
        "identity.post_staff": "what was sent with the request",
    },
}
"""The views, or whole blueprints, that show rows of nobody but the caller, with what they show instead."""


IN_ALL_SERVICES: Mapping[str, str] = {
    "acts.list_acts": "what those who administer did, by ids and codes",
    "letters.replay_letters": "ids of events",
    "personal.export_data": "the caller's own",
    "personal.list_accesses": "the caller's own",
    "personal.list_changes": "the caller's own",
}
"""The views of every service that show rows of nobody but the caller, with what they show instead."""


def test_of_the_views_that_every_service_has_those_say_whose_rows_they_show_that_show_any(
    apps: Mapping[str, App],
) -> None:
    app, shared = apps["enrolment"], {blueprint.name for blueprint in IN_EVERY_SERVICE}
    silent = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.split(".")[0] in shared
        and not marks_of(app.view_functions[rule.endpoint], method).get("shows_people")
    }

    assert silent == set(IN_ALL_SERVICES)


@every_service
def test_every_view_says_whose_rows_it_shows_or_is_known_to_show_nobody_elses(
    apps: Mapping[str, App], service: Service
) -> None:
    blueprints = {blueprint.name for blueprint in service.api}
    views = {
        rule.endpoint: marks_of(apps[service.name].view_functions[rule.endpoint], method)
        for rule in apps[service.name].url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.split(".")[0] in blueprints
    }
    listed = SHOWS_NOBODY_ELSE[service.name]
    silent = {name for name, marks in views.items() if not marks.get("shows_people")}
    known = {name for name in silent if name in listed or name.split(".")[0] in listed}

    assert silent - known == set(), "Mark them with shows_people and call note_access, or list what they show."
    assert set(listed) <= silent | {name.split(".")[0] for name in silent}
    assert personal.name not in blueprints
