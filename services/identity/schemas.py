"""What identity's API takes and gives."""

from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Regexp

from services.identity.commands.staff import StaffRole
from services.identity.model.accounts import Role
from services.identity.model.erasures import ErasureReason
from shared.web.pagination import PageQuery

GRANTABLE = list(get_args(Role))
STAFF_ROLES = list(get_args(StaffRole))
ERASURE_REASONS = list(get_args(ErasureReason))


def _about(text: str) -> dict[str, Any]:
    return {"metadata": {"description": text}}


class RoleSchema(Schema):
    """A role; a manager's is bound to a unit and what stands below it."""

    role = fields.String(required=True)
    unit = fields.UUID(**_about("Only a manager's."))


class GrantableRoleSchema(Schema):
    """A role that an administrator grants."""

    role = fields.String(required=True, validate=OneOf(GRANTABLE))
    unit = fields.UUID(load_default=None, allow_none=True, **_about("Needed for a manager, and only there."))


class RolesSchema(Schema):
    """All roles of a person. Being a learner goes without saying."""

    roles = fields.List(fields.Nested(GrantableRoleSchema), required=True, validate=Length(max=50))


class PersonRolesSchema(Schema):
    """The roles that a person has now; they count from the next access token on."""

    roles = fields.List(fields.Nested(RoleSchema), required=True)


class PostSchema(Schema):
    """A job in a unit that a person holds, or held."""

    id = fields.UUID(required=True)
    unit = fields.UUID(required=True, attribute="unit_id")
    unit_name = fields.String(required=True)
    job = fields.String(required=True, **_about("The code of the job."))
    primary = fields.Boolean(required=True, **_about("False for an acting post."))
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True, **_about("The last day, or null while no end is known."))


class MeSchema(Schema):
    """The caller, as identity knows them."""

    id = fields.UUID(required=True)
    tenant = fields.UUID(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True, **_about("The unit of today's primary post."))
    employment_type = fields.String(
        required=True, allow_none=True, **_about("PNS or PPPK; null for operators and staff of providers.")
    )
    posts = fields.List(fields.Nested(PostSchema), required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)


class TenantSchema(Schema):
    """A city, or a provider of learning."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, **_about("city or provider."))
    zone = fields.String(required=True, **_about("The IANA zone in which its days and years are cut."))


class UnitSchema(Schema):
    """A unit in the tree of the tenant."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    unit_type = fields.String(required=True)
    parent = fields.UUID(required=True, allow_none=True, attribute="parent_id")
    valid_from = fields.Date(required=True)


class PeopleQuery(PageQuery):
    """Which people, and which page of them."""

    unit = fields.UUID(load_default=None, **_about("Only people with a post in this unit or below it today."))


class PersonSchema(Schema):
    """A person with the posts held today."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    employment_type = fields.String(required=True, allow_none=True, **_about("Null for the staff of a provider."))
    has_account = fields.Boolean(required=True, **_about("Whether a password was set."))
    posts = fields.List(fields.Nested(PostSchema), required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)


class NameLookupSchema(Schema):
    """Up to 200 ids of people."""

    ids = fields.List(fields.UUID(), required=True, validate=Length(1, 200))


class NamedSchema(Schema):
    """A person's name, and the unit of the primary post held today."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)


class NamesSchema(Schema):
    """The names of those whom the caller may see; the others are left out."""

    people = fields.List(fields.Nested(NamedSchema), required=True)


class NipLookupSchema(Schema):
    """Up to 5,000 NIPs."""

    nips = fields.List(
        fields.String(validate=Regexp(r"[0-9]{18}\Z", error="A NIP is 18 digits.")),
        required=True,
        validate=Length(1, 5_000),
    )


class NipsSchema(Schema):
    """The ids that belong to the NIPs, and how many NIPs belong to nobody here."""

    ids = fields.Dict(keys=fields.String(), values=fields.UUID(), required=True, **_about("By NIP."))
    nobody = fields.Integer(required=True)


class OneTimeCodeSchema(Schema):
    """A link that sets a password once. It is shown here and nowhere else."""

    link = fields.Url(required=True, require_tld=False)
    expires_at = fields.DateTime(required=True)


class CodeSheetSchema(Schema):
    """Whom a sheet of one-time codes is for: some people, or those of a unit and below who have no password yet."""

    people = fields.List(fields.UUID(), load_default=None, validate=Length(1, 500))
    unit = fields.UUID(load_default=None)

    @validates_schema
    def _check_choice(self, body: dict[str, Any], **_: Any) -> None:
        if (body["people"] is None) == (body["unit"] is None):
            raise ValidationError("Name either people or a unit.", "people")


class QueuedMailsSchema(Schema):
    """For whom a mail waits, and who gets none: they have no address, or their account is closed."""

    queued = fields.List(fields.UUID(), required=True)
    unreachable = fields.List(fields.UUID(), required=True)


class MailSchema(Schema):
    """What became of a mail."""

    id = fields.UUID(required=True)
    person = fields.UUID(required=True, attribute="person_id")
    queued_at = fields.AwareDateTime(required=True, format="iso")
    tries = fields.Integer(required=True)
    outcome = fields.String(
        required=True, **_about("waiting, sent, refused (by the server), given_up, no_address or account_closed.")
    )
    ended_at = fields.AwareDateTime(required=True, format="iso", allow_none=True)


class StaffDescriptionSchema(Schema):
    """What one of the staff of a provider is called, and the address that they sign in with."""

    name = fields.String(required=True, validate=Length(1, 200))
    email = fields.String(required=True, validate=Length(3, 200))


class NewStaffSchema(StaffDescriptionSchema):
    """One of the staff of a provider."""

    roles = fields.List(fields.String(validate=OneOf(STAFF_ROLES)), required=True, validate=Length(1, 2))


class StaffSchema(Schema):
    """One of the staff of a provider."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)


class ErasureSchema(Schema):
    """Why a person is erased. `person` repeats the id of the address, so that no slip erases anybody."""

    person = fields.UUID(required=True)
    reason = fields.String(required=True, validate=OneOf(ERASURE_REASONS))


class ErasedSchema(Schema):
    """The tombstone."""

    person = fields.UUID(required=True, attribute="person_id")
    reason = fields.String(required=True)
    erased_at = fields.AwareDateTime(required=True, format="iso")


class RosterQuery(Schema):
    """How a roster is to be taken."""

    dry_run = fields.Boolean(load_default=False, **_about("Say what would happen, and change nothing."))
    good_rows = fields.Boolean(load_default=False, **_about("Take the people without errors and leave out the others."))
    complete = fields.Boolean(
        load_default=False, **_about("The file names everybody: list whom it leaves out. Not together with good_rows.")
    )


class CountsSchema(Schema):
    """How many were new, changed or as before."""

    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)


class RowErrorSchema(Schema):
    """One thing to mend. Row 1 is the header."""

    row = fields.Integer(required=True)
    column = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class AbsentSchema(Schema):
    """Somebody whom a complete roster leaves out, and the unit of the present post."""

    person = fields.UUID(required=True)
    unit = fields.UUID(required=True)


class DeparturesSchema(Schema):
    """Those who have left, of the people whom a complete roster leaves out."""

    people = fields.List(fields.UUID(), required=True, validate=Length(1, 20_000))
    day = fields.Date(
        load_default=None, allow_none=True, **_about("The last day in their posts; today where it is left out.")
    )


class DepartedSchema(Schema):
    """How many left by this, and how many had left before."""

    departed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)


class RosterImportSchema(Schema):
    """What an import did, or in a dry run would do."""

    dry_run = fields.Boolean(required=True)
    rows = fields.Integer(required=True, **_about("How many rows below the header were read."))
    units = fields.Nested(CountsSchema, required=True)
    jobs = fields.Nested(CountsSchema, required=True)
    people = fields.Nested(CountsSchema, required=True)
    errors = fields.List(fields.Nested(RowErrorSchema), required=True)
    id = fields.UUID(
        required=True, allow_none=True, **_about("Of a complete roster that was taken: confirms departures.")
    )
    absent = fields.List(
        fields.Nested(AbsentSchema),
        required=True,
        allow_none=True,
        **_about("Whom a complete roster leaves out; they stay as they are. Null for a part, or a file with errors."),
    )
