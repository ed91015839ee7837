"""Identity over HTTP: the caller, units, people and their names, roles, one-time codes and rosters."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from sqlalchemy import select

from services.identity import schemas
from services.identity.commands import accounts, code_sheets, departures, erasures, locks, mails, roles, rosters, staff
from services.identity.commands.accounts import NoSuchPerson
from services.identity.commands.code_sheets import Maker
from services.identity.commands.departures import Departed
from services.identity.commands.mails import MailIsNotSetUp, Queued
from services.identity.commands.roles import RoleWanted
from services.identity.commands.rosters import RosterImport
from services.identity.erasure_register import ErasureRegister
from services.identity.links import first_sign_in_link
from services.identity.model import ErasedPerson, Mail, Person, Tenant, Unit
from services.identity.model.erasures import CanNotEraseOneself, ErasureNotConfirmed
from services.identity.pages.code_sheet import code_sheet
from services.identity.queries import people as queries
from services.identity.queries.overview import PersonSeen, me_of, seen
from services.identity.queries.people import Sight
from services.identity.queries.roles import roles_of
from services.identity.roster import Form
from shared import clock
from shared.errors import Forbidden
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.auth import caller, require
from shared.web.edge import edge
from shared.web.idempotency import idempotent
from shared.web.limits import takes_upload
from shared.web.pagination import Page, PageQuery, page, page_of
from shared.web.work import reads, session

blueprint = Blueprint("identity", __name__, description="Who is who, in which unit and post, and who may do what.")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class MachineIsNobody(NoSuchPerson):
    """A machine has a token, but it is no person."""


@blueprint.route("/me")
@require()
@blueprint.response(200, schemas.MeSchema)
@blueprint.also("NOT_FOUND")
def me() -> Any:
    """Tell who the caller is: name, unit, posts and roles."""
    if caller().machine:
        raise MachineIsNobody("This token is a machine's: there is no person behind it.")
    found = me_of(session(), caller().tenant, caller().id)
    if found is None:
        raise NoSuchPerson("This person is not here any more; the token ends within minutes.")
    return found


@blueprint.route("/units")
@require()
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(schemas.UnitSchema))
def units(query: dict[str, Any]) -> Page[Unit]:
    """List the units of the tenant by code."""
    return page(session(), queries.units_of(caller().tenant), by=(Unit.code,), **query)


@blueprint.route("/tenants")
@require("trainer", "analyst", "administrator", "operator")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(schemas.TenantSchema))
def tenants(query: dict[str, Any]) -> Page[Tenant]:
    """List the cities and providers by name: whom a course can be offered to, and whose courses one is offered."""
    return page(session(), select(Tenant), by=(Tenant.name, Tenant.id), **query)


@blueprint.route("/people")
@require("administrator", "manager")
@shows_people
@blueprint.arguments(schemas.PeopleQuery, location="query")
@blueprint.response(200, page_of(schemas.PersonSchema))
def people(query: dict[str, Any]) -> Page[PersonSeen]:
    """List people by name: an administrator everyone's, a manager those of the managed units and below."""
    tenant, unit = caller().tenant, query.pop("unit")
    today = queries.today_in(session(), tenant)
    statement = queries.people_seen(tenant, _sight(), today=today)
    if unit is not None:
        below = queries.units_from(session(), tenant, [unit])
        statement = statement.where(queries.holds_post_in(below, today=today))
    found = page(session(), statement, by=(Person.name, Person.id), **query)
    note_access(*(person.id for person in found.items))
    return Page(seen(session(), tenant, found.items, today=today), found.next)


@blueprint.route("/people/<uuid:person_id>/roles", methods=["PUT"])
@require("administrator")
@shows_people
@blueprint.arguments(schemas.RolesSchema)
@blueprint.response(200, schemas.PersonRolesSchema)
@blueprint.also("NOT_FOUND")
def put_roles(body: dict[str, Any], person_id: UUID) -> Any:
    """Let a person have exactly these roles."""
    wanted = [RoleWanted(role=one["role"], unit=one["unit"]) for one in body["roles"]]
    roles.set_roles(session(), caller().tenant, person_id, wanted)
    session().flush()
    note_access(person_id)
    return {"roles": roles_of(session(), caller().tenant, person_id)}


@blueprint.route("/people/<uuid:person_id>/one-time-code", methods=["POST"])
@require("administrator")
@shows_people
@blueprint.response(201, schemas.OneTimeCodeSchema)
@blueprint.also("NOT_FOUND")
def post_one_time_code(person_id: UUID) -> Any:
    """Make a link with which a person sets a password once within 14 days; an older link stops working.

    It is the way to a first password, and to a new one: the old one ends with it, and so do a lock and every sign-in.
    """
    at = clock.now()
    code, kept = accounts.make_code_for_person(session(), caller().tenant, person_id, at=at)
    code_sheets.note_codes(session(), caller().tenant, [person_id], by=_maker(), at=at)
    note_access(person_id)
    return {"link": first_sign_in_link(edge().settings, code), "expires_at": kept.expires_at}


@blueprint.route("/people/<uuid:person_id>/sign-in-lock", methods=["DELETE"])
@require("administrator")
@blueprint.response(204)
@blueprint.also("NOT_FOUND")
def delete_sign_in_lock(person_id: UUID) -> None:
    """Let a person sign in again at once who was locked out after too many wrong passwords."""
    locks.lift_lock(session(), caller().tenant, person_id)


@blueprint.route("/one-time-code-sheets", methods=["POST"])
@require("administrator")
@shows_people
@blueprint.arguments(schemas.CodeSheetSchema)
@blueprint.response(201, content_type="text/html", description="A page to print.")
@blueprint.also("NOT_FOUND", "CONFLICT")
def post_code_sheet(body: dict[str, Any]) -> Response:
    """Make one-time codes for up to 500 people, as a page to print with a slip for each; `?lang=` is `id` or `en`.

    The codes are shown here and nowhere else. Older ones of the same people stop working.
    """
    tenant = caller().tenant
    people = body["people"] or code_sheets.people_waiting(session(), tenant, body["unit"])
    note_access(*people)
    return code_sheet(tenant, code_sheets.make_slips(session(), tenant, people, by=_maker(), at=clock.now()))


@blueprint.route("/one-time-code-mails", methods=["POST"])
@require("administrator")
@shows_people
@idempotent
@blueprint.arguments(schemas.CodeSheetSchema)
@blueprint.response(202, schemas.QueuedMailsSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def post_code_mails(body: dict[str, Any]) -> Queued:
    """Send one-time codes by mail, to some people or to those of a unit and below who have no password yet.

    Whoever has no address is named, and can be handed a slip. A code is made, and older ones of the same person stop
    working, when the mail is sent; one that waits already is not queued again.
    """
    if not current_app.extensions["sends_mails"]:
        raise MailIsNotSetUp("No mail server is set up here: print one-time codes instead.")
    tenant = caller().tenant
    people = body["people"] or code_sheets.people_waiting(session(), tenant, body["unit"])
    queued = mails.queue_invitations(session(), tenant, people, by=_maker(), at=clock.now())
    note_access(*people)
    return queued


@blueprint.route("/one-time-code-mails")
@require("administrator")
@shows_people
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(schemas.MailSchema))
def code_mails(query: dict[str, Any]) -> Page[Mail]:
    """List what became of the one-time codes that were mailed in the last 30 days, newest first."""
    wanted = select(Mail).where(Mail.tenant == caller().tenant, Mail.purpose == "invitation")
    found = page(session(), wanted, by=(Mail.id,), descending=True, **query)
    note_access(*(mail.person_id for mail in found.items))
    return found


@blueprint.route("/staff", methods=["POST"])
@require("administrator")
@idempotent
@blueprint.arguments(schemas.NewStaffSchema)
@blueprint.response(201, schemas.StaffSchema)
@blueprint.also("CONFLICT")
def post_staff(body: dict[str, Any]) -> Any:
    """Register one of the staff of a provider, who signs in with the address; make their one-time code next.

    Roles are changed as everybody's are. Whoever has none any more does not sign in.
    """
    return _staff(staff.register_staff(session(), caller().tenant, **body))


@blueprint.route("/staff/<uuid:person_id>", methods=["PUT"])
@require("administrator")
@shows_people
@blueprint.arguments(schemas.StaffDescriptionSchema)
@blueprint.response(200, schemas.StaffSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def put_staff(body: dict[str, Any], person_id: UUID) -> Any:
    """Give one of the staff of a provider this name and address; they sign in with the new one from now on."""
    person = staff.describe_staff(session(), caller().tenant, person_id, **body)
    note_access(person.id)
    return _staff(person)


@blueprint.route("/people/<uuid:person_id>/erasure", methods=["POST"])
@require("administrator")
@blueprint.arguments(schemas.ErasureSchema)
@blueprint.response(200, schemas.ErasedSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def post_erasure(body: dict[str, Any], person_id: UUID) -> ErasedPerson:
    """Erase a person for good, here and in every service: profile, evidence, hours, files, account and name.

    It can't be undone: the body names the person once more. A second time answers as the first.
    """
    if body["person"] != person_id:
        raise ErasureNotConfirmed("The person in the body is another one than in the address: nobody was erased.")
    if person_id == caller().id:
        raise CanNotEraseOneself("Let another administrator erase you.")
    register = ErasureRegister(current_app.extensions["erasure_register"])
    return erasures.erase_person(
        session(), caller().tenant, person_id, reason=body["reason"], register=register, at=clock.now()
    )


@blueprint.route("/people/lookups", methods=["POST"])
@require()
@reads
@shows_people
@blueprint.arguments(schemas.NameLookupSchema)
@blueprint.response(200, schemas.NamesSchema)
def look_up_names(body: dict[str, Any]) -> Any:
    """Turn ids into names and units. Whoever is looked up can see by whom; who may not be seen is left out."""
    who = caller()
    found = queries.names_of(session(), who.tenant, set(body["ids"]), _sight())
    note_access(*(one.id for one in found))
    return {"people": found}


@blueprint.route("/people/nip-lookups", methods=["POST"])
@require()
@reads
@shows_people
@blueprint.arguments(schemas.NipLookupSchema)
@blueprint.response(200, schemas.NipsSchema)
@blueprint.also("FORBIDDEN")
def look_up_nips(body: dict[str, Any]) -> Any:
    """Turn NIPs into ids, for an administrator or a machine."""
    if not (caller().machine or caller().holds("administrator")):
        raise Forbidden("This needs the role administrator.", roles=["administrator"])
    asked = list(dict.fromkeys(body["nips"]))
    ids = queries.ids_of(session(), caller().tenant, asked)
    note_access(*ids.values())
    return {"ids": ids, "nobody": len(asked) - len(ids)}


@blueprint.route("/roster-imports", methods=["POST"])
@require("administrator")
@shows_people
@takes_upload()
@blueprint.body("text/csv", XLSX)
@blueprint.arguments(schemas.RosterQuery, location="query")
@blueprint.response(200, schemas.RosterImportSchema)
@blueprint.also("REQUEST_ENTITY_TOO_LARGE", "CONFLICT")
def import_roster(query: dict[str, Any]) -> RosterImport:
    """Take a roster: units, jobs, and people with their posts. The same file again changes nothing."""
    form: Form = "xlsx" if request.mimetype == XLSX else "csv"
    taken = rosters.import_roster(session(), caller().tenant, request.get_data(cache=False), form=form, **query)
    note_access(*(absent.person for absent in taken.absent or ()))
    return taken


@blueprint.route("/roster-imports/<uuid:import_id>/departures", methods=["POST"])
@require("administrator")
@blueprint.arguments(schemas.DeparturesSchema)
@blueprint.response(200, schemas.DepartedSchema)
@blueprint.also("NOT_FOUND", "CONFLICT")
def confirm_departures(body: dict[str, Any], import_id: UUID) -> Departed:
    """Confirm that people whom a complete roster leaves out have left: their posts end. Twice changes nothing."""
    return departures.confirm_departures(session(), caller().tenant, import_id, body["people"], day=body["day"])


def _staff(person: Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "roles": roles_of(session(), person.tenant, person.id)}


def _maker() -> Maker:
    return Maker(caller().id, caller().machine)


def _sight() -> Sight:
    """Give whom the caller may see. A trainer meets learners by the ids in their own classes, which name them."""
    who = caller()
    if who.machine or who.holds("administrator", "analyst", "trainer"):
        return Sight(own=who.id, everyone=True)
    managed = [unit for unit in who.units("manager") if unit]
    return Sight(own=who.id, units=queries.units_from(session(), who.tenant, managed))
