"""What changes evaluation's own truth: standards, evidence and disputes, and what was said of levels."""

from services.evaluation.commands.assessment_results import ResultsImport, import_results
from services.evaluation.commands.disputes import decide_dispute, dispute_evidence
from services.evaluation.commands.frameworks import publish_framework
from services.evaluation.commands.job_standards import set_job_standards
from services.evaluation.commands.levels import LevelChange, announce_levels, changed_levels
from services.evaluation.commands.withdrawals import withdraw_evidence

__all__ = [
    "LevelChange",
    "ResultsImport",
    "announce_levels",
    "changed_levels",
    "decide_dispute",
    "dispute_evidence",
    "import_results",
    "publish_framework",
    "set_job_standards",
    "withdraw_evidence",
]
