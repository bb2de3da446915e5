"""The model against measured muscle: the table of targets, the experiments that fill it, and its report."""

from sarcomere.validate.report import Report
from sarcomere.validate.runner import validate
from sarcomere.validate.targets import Finding, Role, Target, read_targets

__all__ = ["Finding", "Report", "Role", "Target", "read_targets", "validate"]
