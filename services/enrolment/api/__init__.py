"""Enrolment over HTTP: classes, enrolments, and the caller's own."""

from services.enrolment.api.classes import classes
from services.enrolment.api.enrolments import enrolments
from services.enrolment.api.jobs import jobs
from services.enrolment.api.own import own

__all__ = ["classes", "enrolments", "jobs", "own"]
