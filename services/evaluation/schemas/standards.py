"""The shapes of rule sets, frameworks and job standards."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from shared.web.pagination import PageQuery


class ValidFromQuery(Schema):
    """From which day on a version is in force."""

    valid_from = fields.Date(load_default=None, metadata={"description": "The first day; today if it is left out."})


class CompetencySchema(Schema):
    """A competency of a framework."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class FrameworkSchema(Schema):
    """A version of a competency framework; `tenant` is the tenant's own id or the one of national data."""

    id = fields.UUID(required=True)
    tenant = fields.UUID(required=True)
    version = fields.Integer(required=True)
    valid_from = fields.Date(required=True)
    competencies = fields.List(fields.Nested(CompetencySchema), required=True)


class RequirementSchema(Schema):
    """A level (1 to 5) of a competency that a job asks for; a critical one comes first among equal gaps."""

    competency = fields.String(required=True)
    level = fields.Integer(required=True)
    critical = fields.Boolean(required=True)


class JobStandardSchema(Schema):
    """A version of a job's standard."""

    id = fields.UUID(required=True)
    job = fields.String(required=True)
    version = fields.Integer(required=True)
    valid_from = fields.Date(required=True)
    requirements = fields.List(fields.Nested(RequirementSchema), required=True)


class JobStandardsSchema(Schema):
    """The standards of the jobs in a file."""

    items = fields.List(fields.Nested(JobStandardSchema), required=True)


class RuleSetNamedSchema(Schema):
    """A rule set, in force until one with a later day follows it."""

    code = fields.String(required=True)
    valid_from = fields.Date(required=True)
    source = fields.String(required=True)


class RuleSetSchema(RuleSetNamedSchema):
    """A rule set with its numbers, each beside its source."""

    payload = fields.Dict(keys=fields.String(), required=True)


class RuleSetsSchema(Schema):
    """All rule sets, oldest first."""

    items = fields.List(fields.Nested(RuleSetNamedSchema), required=True)


class NationalCompetencySchema(CompetencySchema):
    """A competency that holds in every city; `levels` say what the levels 1 to 5 mean."""

    group = fields.String(required=True)
    levels = fields.List(fields.String(), required=True)


class NationalFrameworkSchema(Schema):
    """The competencies in force from a day on, and the level that a position type asks for of each."""

    code = fields.String(required=True)
    valid_from = fields.Date(required=True)
    source = fields.String(required=True)
    competencies = fields.List(fields.Nested(NationalCompetencySchema), required=True)
    default_levels = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    sources = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "Of each level."}
    )


class NationalFrameworksSchema(Schema):
    """All national frameworks, oldest first."""

    items = fields.List(fields.Nested(NationalFrameworkSchema), required=True)


class JobStandardsQuery(PageQuery):
    """Which job standards to list."""

    job = fields.String(load_default=None, validate=Length(1, 60))
