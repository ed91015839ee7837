"""The shapes of enrolments and of how far their learners are."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from shared.web.pagination import PageQuery

STATES = ("open", "completed", "closed")
REASONS = ("withdrawn", "not_completed", "erased")


class EnrolmentRequest(Schema):
    """Whom to enrol: nobody named means oneself."""

    person = fields.UUID(
        load_default=None, metadata={"description": "Another person; administrators and managers only."}
    )


class EnrolmentQuery(PageQuery):
    """Which enrolments to list."""

    unit = fields.UUID(
        load_default=None, metadata={"description": "Only of people who work in this unit, or below it, today."}
    )
    class_ = fields.UUID(load_default=None, data_key="class")
    person = fields.UUID(load_default=None)
    state = fields.String(load_default=None, validate=OneOf(STATES))


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
    state = fields.String(required=True, attribute="enrolment.state", validate=OneOf(STATES))
    enrolled_on = fields.Date(required=True, attribute="enrolment.enrolled_on")
    completed_on = fields.Date(required=True, allow_none=True, attribute="enrolment.completed_on")
    closed_on = fields.Date(
        required=True,
        allow_none=True,
        attribute="enrolment.closed_on",
        metadata={"description": "The first day on which the learner goes on no longer."},
    )
    closed_reason = fields.String(
        required=True, allow_none=True, attribute="enrolment.closed_reason", validate=OneOf(REASONS)
    )
    revision = fields.Integer(
        required=True,
        attribute="enrolment.revision",
        metadata={"description": "How often the completion was said: 0 before, more than 1 after corrections."},
    )
    lessons = fields.List(fields.Nested(LessonSchema), required=True)
    assessments = fields.List(fields.Nested(AssessmentSchema), required=True)
