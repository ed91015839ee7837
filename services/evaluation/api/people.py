"""A person's profile, evidence and learning hours: for the person, those above, analysts and administrators."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import url_for

from services.evaluation.model.tables import EvidenceLine, Person
from services.evaluation.queries import evidence, hours, profiles
from services.evaluation.queries.evidence import EvidenceShown
from services.evaluation.queries.hours import HoursOfPerson
from services.evaluation.queries.people import MachineIsNobody, Sight, person_seen, today_in
from services.evaluation.queries.profiles import ProfileOfPerson
from services.evaluation.schemas.people import EvidenceQuery, EvidenceSchema, HoursQuery, HoursSchema, ProfileSchema
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.pagination import Page, page, page_of

people = Blueprint("people", __name__, description="People's profiles, evidence and learning hours.")
own = Blueprint("own", __name__, url_prefix="/me", description="What is the caller's own.")


@people.route("/people/<uuid:person_id>/profile")
@require()
@shows_people
@people.response(200, ProfileSchema)
@people.also("FORBIDDEN", "CONFLICT")
def show_profile(person_id: UUID) -> ProfileOfPerson:
    """Show a person's competency levels beside what the post asks for, today."""
    return _profile(person_id)


@own.route("/profile")
@require()
@own.response(200, ProfileSchema)
@own.also("CONFLICT", "NOT_FOUND")
def show_own_profile() -> ProfileOfPerson:
    """Show the caller's competency levels beside what the post asks for, today."""
    return _profile(own_id())


@people.route("/people/<uuid:person_id>/evidence")
@require()
@shows_people
@people.arguments(EvidenceQuery, location="query")
@people.response(200, page_of(EvidenceSchema))
@people.also("FORBIDDEN", "CONFLICT")
def list_evidence(query: Mapping[str, Any], person_id: UUID) -> Page[EvidenceShown]:
    """List the evidence about a person, newest first, of one competency if `competency` is given."""
    return _evidence(person_id, query)


@own.route("/evidence")
@require()
@own.arguments(EvidenceQuery, location="query")
@own.response(200, page_of(EvidenceSchema))
@own.also("CONFLICT", "NOT_FOUND")
def list_own_evidence(query: Mapping[str, Any]) -> Page[EvidenceShown]:
    """List the evidence about the caller, newest first, of one competency if `competency` is given."""
    return _evidence(own_id(), query)


@people.route("/people/<uuid:person_id>/learning-hours")
@require()
@shows_people
@people.arguments(HoursQuery, location="query")
@people.response(200, HoursSchema)
@people.also("FORBIDDEN", "CONFLICT")
def show_hours(query: Mapping[str, Any], person_id: UUID) -> HoursOfPerson:
    """Show a person's learning hours in a calendar year (PNS) or a year of contract (PPPK)."""
    return _hours(person_id, query)


@own.route("/learning-hours")
@require()
@own.arguments(HoursQuery, location="query")
@own.response(200, HoursSchema)
@own.also("CONFLICT", "NOT_FOUND")
def show_own_hours(query: Mapping[str, Any]) -> HoursOfPerson:
    """Show the caller's learning hours in a calendar year (PNS) or a year of contract (PPPK)."""
    return _hours(own_id(), query)


def own_id() -> UUID:
    """Give the id of the person who asks. Raises `MachineIsNobody`."""
    who = caller()
    if who.machine:
        raise MachineIsNobody("This token is a machine's: there is no person behind it.")
    return who.id


def _profile(person_id: UUID) -> ProfileOfPerson:
    person, today = _person(person_id)
    found = profiles.profile_of(session(), person, today=today)
    doors = [
        replace(one, evidence=url_for("people.list_evidence", person_id=person_id, competency=one.competency))
        for one in found.competencies
    ]
    return replace(found, competencies=doors)


def _evidence(person_id: UUID, query: Mapping[str, Any]) -> Page[EvidenceShown]:
    person, _ = _person(person_id)
    found = page(
        session(),
        evidence.evidence_of(person, query["competency"]),
        by=(EvidenceLine.dated_on, EvidenceLine.piece, EvidenceLine.competency),
        descending=True,
        limit=query["limit"],
        after=query["after"],
    )
    return Page(evidence.shown(session(), person, found.items), found.next)


def _hours(person_id: UUID, query: Mapping[str, Any]) -> HoursOfPerson:
    person, today = _person(person_id)
    return hours.hours_of(session(), person, year=query["year"], today=today)


def _person(person_id: UUID) -> tuple[Person, date]:
    """Give a person whom the caller may see, and the day it is there; note that the caller looks at their rows."""
    who = caller()
    sight = sight_of_caller()
    today = today_in(session(), who.tenant)
    person = person_seen(session(), who.tenant, person_id, sight, today=today)
    note_access(person_id)
    return person, today


def sight_of_caller() -> Sight:
    """Give whom the caller may see."""
    who = caller()
    managed = who.units("manager")
    return Sight(
        own=who.id,
        everybody=who.holds("analyst", "administrator") or None in managed,
        units=frozenset(unit for unit in managed if unit),
    )
