"""What the catalogue's API takes and answers."""

from marshmallow import Schema, fields, validate

from services.catalogue.gain_schemas import GainSchema

ROLES = ["pre", "post", "quiz"]


class ProgrammeSchema(Schema):
    """A programme."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)


class CourseSummarySchema(Schema):
    """A course in a list, as its current version (or only draft) says it."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    provider = fields.UUID(required=True, metadata={"description": "The tenant that owns it and offers it to others."})
    state = fields.String(required=True, validate=validate.OneOf(["draft", "published", "withdrawn"]))
    version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The version new learners take; null before one."}
    )
    title = fields.String(required=True)
    summary = fields.String(required=True)
    language = fields.String(required=True)
    form = fields.String(required=True, metadata={"description": "Code of the form of development, such as C3."})
    scope = fields.String(required=True, validate=validate.OneOf(["domestic", "international"]))
    minutes = fields.Integer(required=True, metadata={"description": "The length of all lessons in minutes."})
    programme = fields.Nested(ProgrammeSchema, required=True)


class CourseSchema(CourseSummarySchema):
    """A course."""

    draft = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The draft's number, for those who edit the course."}
    )
    trainers = fields.List(
        fields.UUID(), required=True, metadata={"description": "Empty for other tenants than the provider."}
    )
    gain = fields.Nested(
        GainSchema,
        required=True,
        allow_none=True,
        metadata={
            "description": "What the caller's city gained in it, null before it is measured; the ETag tells none of it."
        },
    )


class OfferSchema(Schema):
    """An offer of a course to the people of another tenant."""

    tenant = fields.UUID(required=True, attribute="receiver")
    since = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Null while they can begin the course."}
    )


class MeasuredSchema(Schema):
    """A level of a competency that an assessment measures."""

    competency = fields.String(required=True)
    level = fields.Integer(required=True)


class OutcomeSchema(MeasuredSchema):
    """What a version leads to."""

    name = fields.String(
        required=True, allow_none=True, metadata={"description": "The competency's name, where a framework has it."}
    )


class LessonSummarySchema(Schema):
    """A lesson in a table of contents."""

    id = fields.UUID(required=True, metadata={"description": "The same in every version that has the code."})
    code = fields.String(required=True)
    title = fields.String(required=True)
    position = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    required = fields.Boolean(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["text", "file", "link"]))


class CourseAssessmentSchema(Schema):
    """An assessment of a version."""

    code = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    must_pass = fields.Boolean(required=True)
    minimum = fields.Integer(required=True, metadata={"description": "Basis points of the maximum, 0 to 10000."})
    id = fields.UUID(required=True, allow_none=True, metadata={"description": "Pinned by publication; null before."})
    version = fields.Integer(required=True, allow_none=True)
    competencies = fields.List(fields.Nested(MeasuredSchema), required=True)


class CourseVersionSchema(Schema):
    """A version of a course."""

    course = fields.UUID(required=True)
    provider = fields.UUID(required=True)
    code = fields.String(required=True)
    number = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["draft", "published"]))
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    title = fields.String(required=True)
    summary = fields.String(required=True)
    language = fields.String(required=True)
    form = fields.String(required=True)
    scope = fields.String(required=True)
    minutes = fields.Integer(required=True)
    programme = fields.Nested(ProgrammeSchema, required=True)
    trainers = fields.List(
        fields.UUID(), required=True, metadata={"description": "Empty for other tenants than the provider."}
    )
    outcomes = fields.List(fields.Nested(OutcomeSchema), required=True)
    lessons = fields.List(fields.Nested(LessonSummarySchema), required=True)
    assessments = fields.List(fields.Nested(CourseAssessmentSchema), required=True)


class MaterialSchema(Schema):
    """A file of a lesson."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    content_type = fields.String(required=True)
    url = fields.String(required=True, metadata={"description": "Where it is downloaded, with the same token."})


class LessonSchema(LessonSummarySchema):
    """A lesson with what is learnt from: `html`, `url` or `material`, by its kind."""

    html = fields.String(required=True, allow_none=True, metadata={"description": "Safe in any page, without scripts."})
    url = fields.String(required=True, allow_none=True)
    material = fields.Nested(MaterialSchema, required=True, allow_none=True)


class CourseImportQuery(Schema):
    """How a manifest is taken in."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Check and compare, but change nothing."})
    trainers = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "Who edits the course; without it a new course lists the person who imports it."},
    )


class CourseImportSchema(Schema):
    """What an import did, or in a dry run would do."""

    course = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null where a dry run would make the course."}
    )
    code = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "The draft's number, or the unchanged version's."})
    created = fields.Boolean(required=True)
    changed = fields.List(
        fields.String(), required=True, metadata={"description": "Places of the manifest, and `trainers`."}
    )
    dry_run = fields.Boolean(required=True)
