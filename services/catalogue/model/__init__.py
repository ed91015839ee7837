"""The domain model of the catalogue: courses with their versions, and what must hold before one is published."""

from services.catalogue.model.base import Base
from services.catalogue.model.courses import Course
from services.catalogue.model.facts import Competency, KnownAssessment, KnownPerson, KnownTenant
from services.catalogue.model.materials import Material
from services.catalogue.model.measures import Measure
from services.catalogue.model.offers import Offer
from services.catalogue.model.programmes import Programme
from services.catalogue.model.publication import publish
from services.catalogue.model.readiness import problems_of, told
from services.catalogue.model.versions import (
    CourseAssessment,
    CourseTrainer,
    CourseVersion,
    Lesson,
    Outcome,
)

__all__ = [
    "Base",
    "Competency",
    "Course",
    "CourseAssessment",
    "CourseTrainer",
    "CourseVersion",
    "KnownAssessment",
    "KnownPerson",
    "KnownTenant",
    "Lesson",
    "Material",
    "Measure",
    "Offer",
    "Outcome",
    "Programme",
    "problems_of",
    "publish",
    "told",
]
