"""The use cases that change the catalogue."""

from services.catalogue.commands.courses import begin_draft, create_course, describe_course, drop_draft
from services.catalogue.commands.drafts import (
    add_lesson,
    put_outcomes,
    put_rule,
    put_trainers,
    remove_lesson,
    reorder_lessons,
    rewrite_lesson,
)
from services.catalogue.commands.imports import CourseImport, import_course
from services.catalogue.commands.offers import end_offer, offer_course
from services.catalogue.commands.programmes import create_programme, rename_programme
from services.catalogue.commands.publication import publish_course
from services.catalogue.commands.trainers import release_trainer
from services.catalogue.commands.uploads import upload_file
from services.catalogue.commands.withdrawal import withdraw_course

__all__ = [
    "CourseImport",
    "add_lesson",
    "begin_draft",
    "create_course",
    "create_programme",
    "describe_course",
    "drop_draft",
    "end_offer",
    "import_course",
    "offer_course",
    "publish_course",
    "put_outcomes",
    "put_rule",
    "put_trainers",
    "release_trainer",
    "remove_lesson",
    "rename_programme",
    "reorder_lessons",
    "rewrite_lesson",
    "upload_file",
    "withdraw_course",
]
