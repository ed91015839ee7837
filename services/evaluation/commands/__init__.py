"""What changes evaluation's own truth: standards, evidence, activities and disputes, and what was said."""

from services.evaluation.commands.activities import (
    correct_activity,
    forget_unused_certificates,
    keep_certificate,
    record_activity,
    return_activity,
    revoke_activity,
    verify_activity,
    withdraw_activity,
)
from services.evaluation.commands.assessment_results import ResultsImport, import_results
from services.evaluation.commands.disputes import decide_dispute, dispute_evidence
from services.evaluation.commands.erasure import erase_person
from services.evaluation.commands.frameworks import publish_framework
from services.evaluation.commands.job_standards import set_job_standards
from services.evaluation.commands.levels import LevelChange, announce_levels, changed_levels
from services.evaluation.commands.national import publish_national_frameworks
from services.evaluation.commands.programmes import announce_programmes
from services.evaluation.commands.withdrawals import withdraw_evidence

__all__ = [
    "LevelChange",
    "ResultsImport",
    "announce_levels",
    "announce_programmes",
    "changed_levels",
    "correct_activity",
    "decide_dispute",
    "dispute_evidence",
    "erase_person",
    "forget_unused_certificates",
    "import_results",
    "keep_certificate",
    "publish_framework",
    "publish_national_frameworks",
    "record_activity",
    "return_activity",
    "revoke_activity",
    "set_job_standards",
    "verify_activity",
    "withdraw_activity",
    "withdraw_evidence",
]
