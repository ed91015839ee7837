"""The shapes of enrolment's API."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Range, Regexp

from shared.web.pagination import PageQuery

KINDS = ("self_paced", "dated")
CODE = Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", error="1 to 40 letters, digits, dots, hyphens and underscores.")


class ClassRequest(Schema):
    """A class to plan."""

    code = fields.String(required=True, validate=CODE)
    course = fields.UUID(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    opens = fields.Date(load_default=None, metadata={"description": "First day; dated classes only."})
    closes = fields.Date(load_default=None, metadata={"description": "Last day to learn; dated classes only."})
    capacity = fields.Integer(
        strict=True, load_default=None, validate=Range(1, 100_000), metadata={"description": "Places; null: no limit."}
    )


class ClassSchema(Schema):
    """A class."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    course = fields.UUID(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    opens = fields.Date(required=True, allow_none=True)
    closes = fields.Date(required=True, allow_none=True)
    capacity = fields.Integer(required=True, allow_none=True)


class ClassQuery(PageQuery):
    """Which classes to list."""

    course = fields.UUID(load_default=None)


class EnrolmentRequest(Schema):
    """Whom to enrol: nobody named means oneself."""

    person = fields.UUID(load_default=None, metadata={"description": "Another person; administrators only."})


class LessonSchema(Schema):
    """A lesson of the version enrolled in, and when it was marked as done."""

    id = fields.UUID(required=True, attribute="lesson.id")
    minutes = fields.Integer(required=True, attribute="lesson.minutes")
    required = fields.Boolean(required=True, attribute="lesson.required")
    marked_at = fields.AwareDateTime(required=True, allow_none=True)


class AssessmentSchema(Schema):
    """An assessment that the version pins, and the best score so far; scores are in basis points."""

    id = fields.UUID(required=True, attribute="assessment.id")
    version = fields.Integer(required=True, attribute="assessment.version")
    role = fields.String(required=True, attribute="assessment.role", validate=OneOf(("pre", "post", "quiz")))
    must_pass = fields.Boolean(required=True, attribute="assessment.must_pass")
    minimum = fields.Integer(required=True, attribute="assessment.minimum")
    best_score = fields.Integer(required=True, allow_none=True)


class EnrolmentSchema(Schema):
    """An enrolment, with how far the learner is."""

    id = fields.UUID(required=True, attribute="enrolment.id")
    class_ = fields.UUID(required=True, attribute="enrolment.class_id", data_key="class")
    course = fields.UUID(required=True, attribute="enrolment.course")
    version = fields.Integer(required=True, attribute="enrolment.version")
    title = fields.String(required=True, attribute="course.title")
    person = fields.UUID(required=True, attribute="enrolment.person")
    programme = fields.UUID(required=True, attribute="enrolment.programme")
    provider = fields.UUID(required=True, attribute="enrolment.provider")
    unit = fields.UUID(required=True, allow_none=True, attribute="enrolment.unit")
    state = fields.String(required=True, attribute="enrolment.state", validate=OneOf(("open", "completed")))
    enrolled_on = fields.Date(required=True, attribute="enrolment.enrolled_on")
    completed_on = fields.Date(required=True, allow_none=True, attribute="enrolment.completed_on")
    revision = fields.Integer(
        required=True,
        attribute="enrolment.revision",
        metadata={"description": "How often the completion was said: 0 while open, more than 1 after corrections."},
    )
    lessons = fields.List(fields.Nested(LessonSchema), required=True)
    assessments = fields.List(fields.Nested(AssessmentSchema), required=True)
