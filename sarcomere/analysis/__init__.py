"""What a run says: functions that take and give xarray."""

from sarcomere.analysis import sensitivity
from sarcomere.analysis.activity import emg_envelope
from sarcomere.analysis.attribution import excess_force, held_force, removed
from sarcomere.analysis.calcium import FORCE_PCA, force_pca, hill_calcium
from sarcomere.analysis.common_drive import common_drive
from sarcomere.analysis.conditions import by_point, flat, unfold
from sarcomere.analysis.confidence import mean_ci
from sarcomere.analysis.cramp_statistics import cramp_statistics, threshold_frequency
from sarcomere.analysis.discharge import discharge_rate, discharge_statistics, trains
from sarcomere.analysis.discharge_courses import mean_rate, pool_rate, units_firing
from sarcomere.analysis.dwell import duty_ratio, dwell_survival
from sarcomere.analysis.energetics import HEADS_mM, atpase, economy, heads_per_filament, tension
from sarcomere.analysis.episode import cramp_episode
from sarcomere.analysis.fit import Curve, Quantity, fit, fitted
from sarcomere.analysis.heads import ATTACHED, attached_fraction, mean_dwell, states_when_attached
from sarcomere.analysis.hysteresis import hysteresis_area
from sarcomere.analysis.interventions import Intervention, interventions
from sarcomere.analysis.latch import (
    adp_retained,
    ca_unexplained_force,
    force_time,
    prolonged_attachment,
    prolonged_standing,
    prolonged_threshold,
    rigor_am,
    stiffness_to_force,
)
from sarcomere.analysis.length import force_length
from sarcomere.analysis.letting_go import calcium_gone, half_time_from, letting_go
from sarcomere.analysis.ligands import MICHAELIS_MENTEN, competitive_inhibition, michaelis_menten, slope_per_decade
from sarcomere.analysis.line import Q10, q10, straight
from sarcomere.analysis.moves import length_moves
from sarcomere.analysis.redevelopment import RISE, k_tr, rise_rate
from sarcomere.analysis.relaxation import (
    activation_end,
    active_force,
    half_fall_time,
    half_relaxation_time,
    last_impulse,
    smoothed,
)
from sarcomere.analysis.release import quick_release, stiffness, t1_curve
from sarcomere.analysis.series import steady_series
from sarcomere.analysis.slack import SLACK_LINE, slack_test, slack_times
from sarcomere.analysis.steady import slope, standard_error, steady_state, window
from sarcomere.analysis.stretch import ramp_force
from sarcomere.analysis.summary import summary
from sarcomere.analysis.twitch import contraction_time, half_rise_time, peak_force, ripple, twitch_tetanus_ratio
from sarcomere.analysis.two_phase import TWO_PHASES, two_phase_relaxation
from sarcomere.analysis.velocity import FORCE_VELOCITY, force_velocity, hill_velocity, isotonic, shortening_velocity

__all__ = [
    "ATTACHED",
    "FORCE_PCA",
    "FORCE_VELOCITY",
    "MICHAELIS_MENTEN",
    "Q10",
    "RISE",
    "SLACK_LINE",
    "TWO_PHASES",
    "Curve",
    "HEADS_mM",
    "Intervention",
    "Quantity",
    "activation_end",
    "active_force",
    "adp_retained",
    "atpase",
    "attached_fraction",
    "by_point",
    "ca_unexplained_force",
    "calcium_gone",
    "common_drive",
    "competitive_inhibition",
    "contraction_time",
    "cramp_episode",
    "cramp_statistics",
    "discharge_rate",
    "discharge_statistics",
    "duty_ratio",
    "dwell_survival",
    "economy",
    "emg_envelope",
    "excess_force",
    "fit",
    "fitted",
    "flat",
    "force_length",
    "force_pca",
    "force_time",
    "force_velocity",
    "half_fall_time",
    "half_relaxation_time",
    "half_rise_time",
    "half_time_from",
    "heads_per_filament",
    "held_force",
    "hill_calcium",
    "hill_velocity",
    "hysteresis_area",
    "interventions",
    "isotonic",
    "k_tr",
    "last_impulse",
    "length_moves",
    "letting_go",
    "mean_ci",
    "mean_dwell",
    "mean_rate",
    "michaelis_menten",
    "peak_force",
    "pool_rate",
    "prolonged_attachment",
    "prolonged_standing",
    "prolonged_threshold",
    "q10",
    "quick_release",
    "ramp_force",
    "removed",
    "rigor_am",
    "ripple",
    "rise_rate",
    "sensitivity",
    "shortening_velocity",
    "slack_test",
    "slack_times",
    "slope",
    "slope_per_decade",
    "smoothed",
    "standard_error",
    "states_when_attached",
    "steady_series",
    "steady_state",
    "stiffness",
    "stiffness_to_force",
    "straight",
    "summary",
    "t1_curve",
    "tension",
    "threshold_frequency",
    "trains",
    "twitch_tetanus_ratio",
    "two_phase_relaxation",
    "unfold",
    "units_firing",
    "window",
]
