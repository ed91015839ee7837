"""What changes evaluation's own truth: frameworks, job standards, and what was said of people's levels."""

from services.evaluation.commands.frameworks import publish_framework
from services.evaluation.commands.job_standards import set_job_standards
from services.evaluation.commands.levels import LevelChange, announce_levels, changed_levels

__all__ = ["LevelChange", "announce_levels", "changed_levels", "publish_framework", "set_job_standards"]
