"""What a run says: functions that take and give xarray."""

from sarcomere.analysis.discharge import discharge_rate
from sarcomere.analysis.heads import ATTACHED, attached_fraction, mean_dwell, states_when_attached
from sarcomere.analysis.relaxation import active_force, half_relaxation_time, last_impulse
from sarcomere.analysis.summary import summary

__all__ = [
    "ATTACHED",
    "active_force",
    "attached_fraction",
    "discharge_rate",
    "half_relaxation_time",
    "last_impulse",
    "mean_dwell",
    "states_when_attached",
    "summary",
]
