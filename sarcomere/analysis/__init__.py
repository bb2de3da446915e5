"""What a run says: functions that take and give xarray."""

from sarcomere.analysis.cramp.activity import emg_envelope
from sarcomere.analysis.cramp.episode import cramp_episode
from sarcomere.analysis.cramp.interventions import Intervention, interventions
from sarcomere.analysis.cramp.statistics import cramp_statistics, threshold_frequency
from sarcomere.analysis.discharge.common_drive import common_drive
from sarcomere.analysis.discharge.discharge import discharge_rate, discharge_statistics, trains
from sarcomere.analysis.discharge.rates import mean_rate, pool_rate, units_firing
from sarcomere.analysis.fibre.attribution import excess_force, fraction_removed, held_force
from sarcomere.analysis.fibre.calcium import FORCE_PCA, force_pca, hill_calcium
from sarcomere.analysis.fibre.dwell import duty_ratio, dwell_survival
from sarcomere.analysis.fibre.energetics import HEADS_mM, atpase, economy, heads_per_filament, tension
from sarcomere.analysis.fibre.heads import ATTACHED, attached_fraction, mean_dwell, states_when_attached
from sarcomere.analysis.fibre.hysteresis import hysteresis_area
from sarcomere.analysis.fibre.latch import (
    adp_retained,
    attached_beyond,
    ca_unexplained_force,
    force_time,
    prolonged_attachment,
    prolonged_threshold,
    rigor_am,
    stiffness_to_force,
)
from sarcomere.analysis.fibre.length import force_length
from sarcomere.analysis.fibre.length_steps import length_moves
from sarcomere.analysis.fibre.ligands import (
    MICHAELIS_MENTEN,
    competitive_inhibition,
    michaelis_menten,
    slope_per_decade,
)
from sarcomere.analysis.fibre.redevelopment import RISE, k_tr, rise_rate
from sarcomere.analysis.fibre.relaxation import (
    activation_end,
    active_force,
    half_fall_time,
    half_relaxation_time,
    last_impulse,
    smoothed,
)
from sarcomere.analysis.fibre.relaxation_times import calcium_below, half_time_from, relaxation_after_impulses
from sarcomere.analysis.fibre.release import quick_release, stiffness, t1_curve
from sarcomere.analysis.fibre.series import steady_series
from sarcomere.analysis.fibre.slack import SLACK_LINE, slack_test, slack_times
from sarcomere.analysis.fibre.stretch import ramp_force
from sarcomere.analysis.fibre.summary import summary
from sarcomere.analysis.fibre.twitch import contraction_time, half_rise_time, peak_force, ripple, twitch_tetanus_ratio
from sarcomere.analysis.fibre.two_phase import TWO_PHASES, two_phase_relaxation
from sarcomere.analysis.fibre.velocity import (
    FORCE_VELOCITY,
    force_velocity,
    hill_velocity,
    isotonic,
    shortening_velocity,
)
from sarcomere.analysis.select.conditions import by_point, stack_conditions, unstack_conditions
from sarcomere.analysis.statistics import sensitivity
from sarcomere.analysis.statistics.confidence import mean_ci
from sarcomere.analysis.statistics.fit import Curve, Quantity, fit, fitted
from sarcomere.analysis.statistics.line import Q10, q10, straight
from sarcomere.analysis.statistics.steady import slope, standard_error, steady_state, window

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
    "attached_beyond",
    "attached_fraction",
    "by_point",
    "ca_unexplained_force",
    "calcium_below",
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
    "force_length",
    "force_pca",
    "force_time",
    "force_velocity",
    "fraction_removed",
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
    "mean_ci",
    "mean_dwell",
    "mean_rate",
    "michaelis_menten",
    "peak_force",
    "pool_rate",
    "prolonged_attachment",
    "prolonged_threshold",
    "q10",
    "quick_release",
    "ramp_force",
    "relaxation_after_impulses",
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
    "stack_conditions",
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
    "units_firing",
    "unstack_conditions",
    "window",
]
