"""What can be done in enrolment: one function each; the edge commits."""

from services.enrolment.commands.classes import change_class, close_class, plan_class
from services.enrolment.commands.closing import close_ended_classes, let_erased_person_go
from services.enrolment.commands.completion import judge, lock_studies
from services.enrolment.commands.enrolments import enrol_learner, withdraw_learner
from services.enrolment.commands.jobs import ask_for_enrolments, cancel_job, strike_from_jobs, work_off_jobs
from services.enrolment.commands.progress import mark_lesson

__all__ = [
    "ask_for_enrolments",
    "cancel_job",
    "change_class",
    "close_class",
    "close_ended_classes",
    "enrol_learner",
    "judge",
    "let_erased_person_go",
    "lock_studies",
    "mark_lesson",
    "plan_class",
    "strike_from_jobs",
    "withdraw_learner",
    "work_off_jobs",
]
