"""Assessment over HTTP: banks and assessments for those who author them, attempts for those who sit them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request, url_for

from services.assessment import queries, schemas
from services.assessment.commands import annulment as annulling
from services.assessment.commands import assessments as publishing
from services.assessment.commands import attempts as sitting
from services.assessment.commands import banks as collecting
from services.assessment.commands import calibration as calibrating
from services.assessment.commands import corrections as correcting
from services.assessment.commands.assessments import Publication
from services.assessment.commands.attempts import Choice, NoSuchEnrolment
from services.assessment.commands.banks import QuestionImport, Reader
from services.assessment.gift import read_gift
from services.assessment.model import Answer, Assessment, Attempt, Bank, Calibration, Correction, Question
from services.assessment.moodle_xml import read_moodle_xml
from services.assessment.oversight import oversees
from services.assessment.queries import AttemptLine, Result, Sheet
from shared.web.accesses import note_access, shows_people
from shared.web.api import Blueprint
from shared.web.app import session
from shared.web.auth import caller, require
from shared.web.idempotency import idempotent
from shared.web.pagination import Page, PageQuery, page, page_of

banks = Blueprint("banks", __name__, description="Question banks.")
assessments = Blueprint("assessments", __name__, description="Pre-tests, post-tests and quizzes.")
attempts = Blueprint("attempts", __name__, description="Attempts at assessments.")

Created = tuple[Any, dict[str, str]]


@banks.route("/banks", methods=["POST"])
@require("trainer", "administrator")
@idempotent
@banks.arguments(schemas.BankRequest)
@banks.response(201, schemas.BankSchema)
@banks.also("CONFLICT")
def create_bank(wanted: Mapping[str, Any]) -> Created:
    """Make an empty question bank."""
    bank = collecting.create_bank(session(), caller().tenant, **wanted)
    return bank, {"Location": url_for("banks.show_bank", bank_id=bank.id)}


@banks.route("/banks")
@require("trainer", "administrator")
@banks.arguments(PageQuery, location="query")
@banks.response(200, page_of(schemas.BankSchema))
def list_banks(query: Mapping[str, Any]) -> Page[Bank]:
    """List the banks by code."""
    return page(session(), queries.banks_of(caller().tenant), by=(Bank.code, Bank.id), **query)


@banks.route("/banks/<uuid:bank_id>")
@require("trainer", "administrator")
@banks.response(200, schemas.BankSchema)
def show_bank(bank_id: UUID) -> Bank:
    """Show a bank."""
    return queries.bank_of(session(), caller().tenant, bank_id)


@banks.route("/banks/<uuid:bank_id>/gift-imports", methods=["POST"])
@require("trainer", "administrator")
@banks.body("text/plain")
@banks.arguments(schemas.ImportQuery, location="query")
@banks.response(200, schemas.ImportSchema)
def import_gift(query: Mapping[str, Any], bank_id: UUID) -> QuestionImport:
    """Take a GIFT file (text/plain, UTF-8) whole or not at all. The same file again adds nothing."""
    return _import(bank_id, query, read_gift)


@banks.route("/banks/<uuid:bank_id>/moodle-xml-imports", methods=["POST"])
@require("trainer", "administrator")
@banks.body("application/xml", "text/xml")
@banks.arguments(schemas.ImportQuery, location="query")
@banks.response(200, schemas.ImportSchema)
def import_moodle_xml(query: Mapping[str, Any], bank_id: UUID) -> QuestionImport:
    """Take a Moodle XML file (UTF-8) whole or not at all. The same file again adds nothing."""
    return _import(bank_id, query, read_moodle_xml)


@banks.route("/banks/<uuid:bank_id>/questions")
@require("trainer", "administrator")
@banks.arguments(PageQuery, location="query")
@banks.response(200, page_of(schemas.QuestionSchema))
def list_questions(query: Mapping[str, Any], bank_id: UUID) -> Page[Question]:
    """List the questions of a bank with their keys, in the bank's order; retired ones are left out."""
    bank = queries.bank_of(session(), caller().tenant, bank_id)
    return page(
        session(), queries.active_questions(caller().tenant, bank.id), by=(Question.number, Question.id), **query
    )


@banks.route("/banks/<uuid:bank_id>/questions/<uuid:question_id>/key", methods=["PUT"])
@require("trainer", "administrator")
@banks.arguments(schemas.KeyRequest)
@banks.response(200, schemas.QuestionSchema)
@banks.also("CONFLICT")
def correct_key(key: Mapping[str, Any], bank_id: UUID, question_id: UUID) -> Question:
    """Correct the key of a question: gives its next revision, and marks again the attempts that asked this one."""
    return correcting.correct_key(session(), caller().tenant, bank_id, question_id, key)


@banks.route("/banks/<uuid:bank_id>/questions/<uuid:question_id>/calibration", methods=["PUT"])
@require("trainer", "administrator")
@banks.arguments(schemas.CalibrationRequest)
@banks.response(200, schemas.QuestionSchema)
@banks.also("NOT_FOUND", "CONFLICT")
def calibrate_question(wanted: Mapping[str, Any], bank_id: UUID, question_id: UUID) -> Question:
    """Calibrate a question: gives its next revision, which assessments ask from their next publication on."""
    estimate = wanted["calibration"]
    calibration = None if estimate is None else Calibration(**estimate)
    return calibrating.calibrate_question(session(), caller().tenant, bank_id, question_id, calibration)


@banks.route("/banks/<uuid:bank_id>/corrections")
@require("trainer", "administrator")
@banks.arguments(PageQuery, location="query")
@banks.response(200, page_of(schemas.CorrectionSchema))
def list_corrections(query: Mapping[str, Any], bank_id: UUID) -> Page[Correction]:
    """List the corrections of keys in a bank, and how far attempts are marked again."""
    bank = queries.bank_of(session(), caller().tenant, bank_id)
    by = (Correction.corrected_at, Correction.question_id)
    return page(session(), queries.corrections_in(caller().tenant, bank.id), by=by, **query)


@assessments.route("/assessments", methods=["POST"])
@require("trainer", "administrator")
@idempotent
@assessments.arguments(schemas.AssessmentRequest)
@assessments.response(201, schemas.AssessmentSchema)
@assessments.also("CONFLICT")
def create_assessment(wanted: Mapping[str, Any]) -> Created:
    """Make an assessment from a bank; nobody can sit it before it is published."""
    chosen = {"bank_id" if name == "bank" else name: value for name, value in wanted.items()}
    assessment = publishing.create_assessment(session(), caller().tenant, **chosen)
    return assessment, {"Location": url_for("assessments.show_assessment", assessment_id=assessment.id)}


@assessments.route("/assessments")
@require("trainer", "administrator")
@assessments.arguments(PageQuery, location="query")
@assessments.response(200, page_of(schemas.AssessmentSchema))
def list_assessments(query: Mapping[str, Any]) -> Page[Assessment]:
    """List the assessments by code."""
    listed = queries.assessments_of(caller().tenant)
    return page(session(), listed, by=(Assessment.code, Assessment.id), **query)


@assessments.route("/assessments/<uuid:assessment_id>")
@require("trainer", "administrator")
@assessments.response(200, schemas.AssessmentSchema)
def show_assessment(assessment_id: UUID) -> Assessment:
    """Show an assessment."""
    return queries.assessment_of(session(), caller().tenant, assessment_id)


@assessments.route("/assessments/<uuid:assessment_id>/publication", methods=["PUT"])
@require("trainer", "administrator")
@assessments.response(200, schemas.PublicationSchema)
@assessments.also("CONFLICT")
def publish_assessment(assessment_id: UUID) -> Publication:
    """Publish the assessment with its bank as it stands; if nothing changed, the version stays."""
    return publishing.publish_assessment(session(), caller().tenant, assessment_id)


@attempts.route("/enrolments/<uuid:enrolment_id>/attempts", methods=["POST"])
@require("learner")
@attempts.arguments(schemas.StartRequest)
@attempts.response(201, schemas.AttemptSchema)
@attempts.also("CONFLICT", OK=schemas.AttemptSchema)
def start_attempt(wanted: Mapping[str, Any], enrolment_id: UUID) -> tuple[Sheet, int, dict[str, str]]:
    """Begin an attempt at an assessment of the course enrolled in; an open one is given back with 200 instead."""
    who = caller()
    attempt, is_new = sitting.start_attempt(
        session(), who.tenant, enrolment_id, assessment_id=wanted["assessment"], by=who.id
    )
    location = url_for("attempts.show_attempt", attempt_id=attempt.id)
    return queries.sheet_of(session(), attempt, is_new=is_new), 201 if is_new else 200, {"Location": location}


@attempts.route("/enrolments/<uuid:enrolment_id>/attempts")
@require("learner", "manager", "analyst", "administrator")
@shows_people
@attempts.arguments(PageQuery, location="query")
@attempts.response(200, page_of(schemas.AttemptLineSchema))
@attempts.also("NOT_FOUND")
def list_attempts(query: Mapping[str, Any], enrolment_id: UUID) -> Page[AttemptLine]:
    """List the attempts of an enrolment, to its learner, a manager of theirs, an analyst or an administrator."""
    person = _learner_seen(enrolment_id)
    note_access(person)
    listed = page(session(), queries.attempts_in(caller().tenant, enrolment_id), by=(Attempt.id,), **query)
    return Page(queries.lines_of(session(), listed.items), listed.next)


@attempts.route("/attempts/<uuid:attempt_id>/annulment", methods=["PUT"])
@require("administrator")
@shows_people
@attempts.arguments(schemas.AnnulmentRequest)
@attempts.response(200, schemas.AttemptLineSchema)
@attempts.also("NOT_FOUND", "CONFLICT")
def annul_attempt(said: Mapping[str, Any], attempt_id: UUID) -> AttemptLine:
    """Let what was handed in count for nothing, and use up none of the attempts allowed; the first reason stays."""
    attempt = annulling.annul_attempt(session(), caller().tenant, attempt_id, **said, by=caller().id)
    note_access(attempt.person)
    return queries.lines_of(session(), [attempt])[0]


@attempts.route("/attempts/<uuid:attempt_id>")
@require("learner")
@attempts.response(200, schemas.AttemptSchema)
def show_attempt(attempt_id: UUID) -> Sheet:
    """Show an attempt with its saved answers, to go on with on any device; once handed in, with its result."""
    return queries.sheet_for(session(), caller().tenant, attempt_id, caller().id)


@attempts.route("/attempts/<uuid:attempt_id>/answers", methods=["PUT"])
@require("learner")
@attempts.arguments(schemas.AnswersRequest)
@attempts.response(200, schemas.AnswersSchema)
@attempts.also("CONFLICT")
def save_answers(sent: Mapping[str, Any], attempt_id: UUID) -> Mapping[str, list[Answer]]:
    """Save one answer or several; safe to repeat. Answers what is saved for these questions now."""
    choices = [Choice(**one) for one in sent["answers"]]
    return {"answers": sitting.save_answers(session(), caller().tenant, attempt_id, choices, by=caller().id)}


@attempts.route("/attempts/<uuid:attempt_id>/hand-in", methods=["PUT"])
@require("learner")
@attempts.response(200, schemas.ResultSchema)
def hand_in_attempt(attempt_id: UUID) -> Result:
    """Hand in and be marked at once; doing so again gives the same result."""
    attempt, grade = sitting.hand_in_attempt(session(), caller().tenant, attempt_id, by=caller().id)
    return queries.result_of(session(), attempt, grade)


def _learner_seen(enrolment_id: UUID) -> UUID:
    """Give whose enrolment it is. Raises `NoSuchEnrolment` for a caller who does not see that person too."""
    who = caller()
    person = queries.learner_of(session(), who.tenant, enrolment_id)
    if person is None or not (
        person == who.id or who.holds("analyst", "administrator") or oversees(session(), who, person)
    ):
        raise NoSuchEnrolment("There is no such enrolment.")
    return person


def _import(bank_id: UUID, query: Mapping[str, Any], read: Reader) -> QuestionImport:
    content = request.get_data(cache=False)
    return collecting.import_questions(session(), caller().tenant, bank_id, content, read=read, **query)
