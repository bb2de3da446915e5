"""Cast parameters and lattice to the tuples that kernels take.

Public parameters are in s, M and degrees Celsius as the papers give them; kernels work in ms, µM, nm and pN.  This is
the only place where one becomes the other, and where dtype and contiguity are fixed.  Rate laws live in the kernels,
scaling to temperature and pH in ``models``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sarcomere.half_sarcomere import lattice as geometry
from sarcomere.parameters import (
    CalciumParameters,
    Chemistry,
    CycleParameters,
    FibreParameters,
    LatticeNumerics,
    LatticeParameters,
    MechanicsParameters,
    OffStateParameters,
    RegulationParameters,
)
from sarcomere.parameters.base import AVOGADRO
from sarcomere.parameters.lattice import ACTINS_PER_RU, area_per_thick, spacing, thin_reach
from sarcomere_kernels import tabulate_cycle
from sarcomere_kernels import types as k
from sarcomere_kernels.bounds import fastest_exits, nearby_rates
from sarcomere_kernels.calcium import balancing_leak, pump_capacity
from sarcomere_kernels.thin_filament import chance_to_stay, flip_rates

_PER_MS = 1e-3  # 1/s -> 1/ms
_PER_UM_MS = 1e-9  # 1/(M s) -> 1/(uM ms)
_STRAIN_RANGE = 40.0  # nm either side; heads beyond use the last bin
_CELL_LENGTH = 11.0  # nm; of the index to the sites of a face
_REACH_KT = 16.0  # sites costing more elastic energy than this are not tried (chance below 1e-6)

# What is known of a site lies side by side, as it is read together, out of order and from outer caches.
_SITE = np.dtype([("s", np.float64), ("weight", np.float64), ("node", np.int32), ("ru", np.int32)])


class Parts(NamedTuple):
    """Validated parameters of a half-sarcomere and of how it is computed."""

    fibre: FibreParameters
    lattice: LatticeParameters
    mechanics: MechanicsParameters
    numerics: LatticeNumerics


class Sampled(NamedTuple):
    """How often a run is sampled, in longest steps; 0: never."""

    every: int
    snapshot_every: int = 0


def _i4(values: Any) -> k.I4:
    return np.ascontiguousarray(values, dtype=np.int32)


def _f8(values: Any) -> k.F8:
    return np.ascontiguousarray(values, dtype=np.float64)


def pack_lattice(p: LatticeParameters, plan: geometry.LatticePlan, hs_length: float) -> k.Lattice:
    """Index nodes as [node, filament] and assign every site to its regulatory unit."""
    node_length = 2 * ACTINS_PER_RU * p.actin_rise
    along = geometry.along_thin(p, plan.site_monomer)
    row = np.floor(along / node_length).astype(np.int64)
    strand = plan.site_thin * 2 + plan.site_monomer % 2
    cells = np.arange(np.ceil(plan.site_s.max() / _CELL_LENGTH)) * _CELL_LENGTH
    faces = zip(plan.face_start[:-1], plan.face_start[1:], strict=True)
    sites = np.empty(plan.site_s.size, _SITE)
    sites["s"], sites["weight"] = plan.site_s, along / node_length - row
    sites["node"], sites["ru"] = (
        row * plan.n_thin + plan.site_thin,
        strand * p.n_ru + plan.site_monomer // 2 // ACTINS_PER_RU,
    )
    return k.Lattice(
        n_thick=plan.n_thick,
        n_thin=plan.n_thin,
        n_crown=p.n_crown,
        n_ru=p.n_ru,
        node_length=node_length,
        thin_begin=float(p.z_half_width),
        thin_stagger=float(p.thin_stagger),
        reference_length=float(hs_length),
        thin_reach=thin_reach(p),
        double_overlap=float(p.double_overlap),
        head_z=_f8(plan.head_z),
        head_node=_i4(plan.head_crown * plan.n_thick + plan.head_thick),
        head_face=_i4(plan.head_face),
        face_start=_i4(plan.face_start),
        site_repeat=float(p.helix_monomers * p.actin_rise),
        cell_length=_CELL_LENGTH,
        first_site=_i4([start + np.searchsorted(plan.site_s[start:end], cells) for start, end in faces]),
        site_s=sites["s"],
        site_node=sites["node"],
        site_weight=sites["weight"],
        site_ru=sites["ru"],
    )


def pack_cycle(
    c: CycleParameters, r: RegulationParameters, chemistry: Chemistry, p: LatticeParameters, hs_length: float
) -> k.Cycle:
    """Cast rates, already at the temperature of the chemistry, to 1/ms at its concentrations."""
    k_atp = c.k_atp_bind * _PER_MS
    return k.Cycle(
        thermal_energy=chemistry.thermal_energy,
        stiffness_head=float(c.stiffness_head),
        stroke_1=float(c.stroke_1),
        stroke_2=float(c.stroke_2),
        k_hydrolysis=c.k_hydrolysis * _PER_MS,
        k_hydrolysis_reverse=c.k_hydrolysis * _PER_MS / c.hydrolysis_equilibrium,
        k_attach=c.k_attach * _PER_MS,
        k_attach_reverse=c.k_attach * _PER_MS / c.attach_equilibrium,
        x_critical=float(c.x_critical),
        k_stroke=c.k_stroke * _PER_MS,
        stroke_cap=c.stroke_cap * _PER_MS,
        stroke_split=float(c.stroke_split),
        stroke_equilibrium=c.stroke_equilibrium_M / (chemistry.pi_mM * 1e-3),
        k_isomerise=c.k_isomerise * _PER_MS,
        isomerise_cap=c.isomerise_cap * _PER_MS,
        isomerise_equilibrium=float(c.isomerise_equilibrium),
        k_adp_release=c.k_adp_release * _PER_MS,
        k_adp_rebind=c.k_adp_release * _PER_MS * chemistry.adp_uM / c.adp_dissociation_uM,
        k_atp_bind=k_atp * chemistry.atp_mM * 1e-3,
        k_atp_reverse=k_atp / c.atp_equilibrium(chemistry),
        closed_attachment=float(r.closed_attachment),
        closed_haste=float(r.closed_haste),
        stiffness_radial=float(p.stiffness_radial),
        spacing_at_reference=spacing(p, hs_length),
        spacing_unstrained=float(p.gap_unstrained),
    )


def pack_table(cycle: k.Cycle, off: k.ThickFilament, lattice: k.Lattice, numerics: LatticeNumerics) -> k.CycleTable:
    """One-step probabilities of heads, tabulated over strain; bounds on what a detached head may do."""
    n_bins = round(2 * _STRAIN_RANGE / numerics.strain_bin_nm)
    table = k.CycleTable(
        x_min=-_STRAIN_RANGE,
        bins_per_nm=n_bins / (2 * _STRAIN_RANGE),
        quiet=np.zeros((2, k.N_ATTACHED, n_bins), dtype=np.uint32),
        transition=np.zeros((2, n_bins, k.N_ATTACHED, k.N_OUTCOMES)),
        landing=np.zeros((2, 2, n_bins, k.N_OUTCOMES)),
        attach=np.zeros(n_bins),
        rebind=np.zeros(n_bins),
        reach=float(np.sqrt(2.0 * _REACH_KT * cycle.thermal_energy / cycle.stiffness_head)),
        fastest=np.zeros(k.N_HEAD_STATES),
        first_order=np.zeros(k.N_HEAD_STATES),
        unstrained=np.array([0.0, -cycle.stroke_1 - cycle.stroke_2]),
        near=np.zeros((2, 1, 1), dtype=np.uint8),
        near_unit=np.zeros(k.N_HEAD_STATES),
        farthest=0.0,
    )
    tabulate_cycle(cycle, float(numerics.step_ms), table, np.zeros((5, k.N_OUTCOMES, k.N_OUTCOMES)))
    table.fastest[: k.HeadState.A1] = fastest_exits(cycle, off, table, lattice.site_s)
    table.first_order[k.HeadState.MT] = cycle.k_hydrolysis
    table.first_order[k.HeadState.MDP] = cycle.k_hydrolysis_reverse + off.k_off_return
    near, unit, farthest = nearby_rates(table, lattice)
    table.near_unit[[k.HeadState.MDP, k.HeadState.MT]] = unit
    return table._replace(near=near, farthest=farthest)


def pack_regulation(p: RegulationParameters, regulated: bool, step_ms: float) -> k.Regulation:
    """Cast the rates of a regulatory unit to 1/ms, for every number of calcium ions, neighbours and heads."""
    k_on = p.k_calcium_on * _PER_UM_MS
    contrast = p.k_off_closed_uM / p.k_off_open_uM
    k_open, k_close = flip_rates(
        p.k_close * _PER_MS, p.opening_equilibrium, contrast, p.cooperativity, p.crossbridge_cooperativity
    )
    return k.Regulation(
        regulated=int(regulated),
        n_calcium_sites=p.n_calcium_sites,
        k_calcium_on=k_on,
        k_calcium_off_closed=k_on * p.k_off_closed_uM,
        k_calcium_off_open=k_on * p.k_off_open_uM,
        k_open=_f8(k_open),
        k_close=_f8(k_close),
        stay=_f8(chance_to_stay(k_open, k_close, step_ms)),
    )


def pack_off_state(p: OffStateParameters) -> k.ThickFilament:
    """Rates of the OFF state, per ms."""
    return k.ThickFilament(
        k_off_exit=p.k_off_exit * _PER_MS,
        k_off_exit_force=p.k_off_exit_force * _PER_MS,
        k_off_return=p.k_off_return * _PER_MS,
        isometric_force=float(p.isometric_force),
        max_relative_force=float(p.max_relative_force),
    )


def pack_mechanics(
    p: MechanicsParameters, lat: LatticeParameters, hs_length: float, numerics: LatticeNumerics
) -> k.Mechanics:
    """Segment stiffnesses, titin, and how the end is held."""
    tendon = p.series_compliance > 0
    node_length = 2 * ACTINS_PER_RU * lat.actin_rise
    return k.Mechanics(
        stiffness_thick=float(p.stiffness_thick),
        stiffness_bare_zone=p.stiffness_thick * lat.crown_spacing / lat.bare_half_zone,
        stiffness_thin=p.modulus_thin_nN * 1e3 / node_length,
        titin_amplitude=float(p.titin_force),
        titin_exponent=float(p.titin_exponent),
        titin_slack=p.slack_hs_length - lat.thick_half_length,
        thick_tip=float(lat.thick_half_length),
        contact=float(lat.z_half_width),
        stiffness_contact=float(p.stiffness_contact),
        free_end=int(tendon),
        stiffness_series=1.0 / p.series_compliance if tendon else 0.0,
        tolerance=float(numerics.force_tolerance_pN),
        max_iterations=numerics.max_iterations,
    )


def ru_concentration(p: LatticeParameters, hs_length: float) -> float:
    """Concentration of one regulatory unit of this lattice in fibre water, uM."""
    volume_litre = area_per_thick(p, hs_length) * hs_length * p.n_thick * 1e-24
    return 1e6 * p.myofibril_fraction / (AVOGADRO * volume_litre)


def pump(p: CalciumParameters, chemistry: Chemistry) -> tuple[float, float]:
    """Fastest uptake (uM/ms), and the square of the calcium ratio at which it stalls."""
    fastest = pump_capacity(p.v_pump_mM_s, chemistry.atp_mM, p.k_pump_atp_mM, chemistry.adp_uM, p.k_pump_adp_uM)
    return fastest, float(np.exp(chemistry.delta_g))


def pack_fibre(
    p: CalciumParameters,
    chemistry: Chemistry,
    lat: LatticeParameters,
    hs_length: float,
    numerics: LatticeNumerics,
    clamped: bool,
) -> k.Fibre:
    """Cast calcium handling to uM and ms; the leak balances the pump in the chemistry of rest."""
    v_pump, pump_reverse = pump(p, chemistry)
    sr_rest = p.sr_rest_mM * 1e3
    return k.Fibre(
        clamped=int(clamped),
        substeps=max(1, int(np.ceil(numerics.step_ms / numerics.calcium_substep_ms - 1e-9))),
        release=float(p.release_uM),
        tau_release=float(p.tau_release_ms),
        inactivation=float(p.inactivation),
        tau_recovery=float(p.tau_recovery_ms),
        sr_rest=sr_rest,
        v_pump=v_pump,
        k_pump=float(p.k_pump_uM),
        pump_reverse=pump_reverse,
        k_leak=balancing_leak(*pump(p, Chemistry()), p.k_pump_uM, p.ca_rest_uM, sr_rest),
        atp_total=chemistry.atp_mM * 1e3,
        k_atp_calcium=p.atp_calcium_mM * 1e3,
        csq_total=p.csq_mM * 1e3,
        csq_on=p.csq_on * _PER_UM_MS,
        csq_off=p.csq_off * _PER_MS,
        sr_volume=float(p.sr_volume),
        ru_concentration=ru_concentration(lat, hs_length),
    )


def pack_model(
    parts: Parts, chemistry: Chemistry, hs_length: float, sampled: Sampled, *, regulated: bool, clamped: bool
) -> k.Model:
    """Cast all that is constant in a run of one half-sarcomere.

    Parameters
    ----------
    parts : Parts
        With the fibre already at the temperature of ``chemistry`` (``models.scaled``).
    chemistry : Chemistry
        Validated parameters.
    hs_length : float
        Length at which the half-sarcomere is held, nm.
    sampled : Sampled
        Longest steps between samples and between head-by-head snapshots.
    regulated : bool
        False holds every regulatory unit open.
    clamped : bool
        True holds free calcium where the state starts.

    Returns
    -------
    sarcomere_kernels.types.Model
    """
    fibre, lat, mechanics, numerics = parts
    lattice = pack_lattice(lat, geometry.build(lat), hs_length)
    cycle = pack_cycle(fibre.cycle, fibre.regulation, chemistry, lat, hs_length)
    off = pack_off_state(fibre.off_state)
    return k.Model(
        lattice=lattice,
        cycle=cycle,
        table=pack_table(cycle, off, lattice, numerics),
        regulation=pack_regulation(fibre.regulation, regulated, numerics.step_ms),
        thick=off,
        mechanics=pack_mechanics(mechanics, lat, hs_length, numerics),
        fibre=pack_fibre(fibre.calcium, chemistry, lat, hs_length, numerics, clamped),
        sampling=k.Sampling(
            step=float(numerics.step_ms),
            ticks=k.TICKS_PER_STEP,
            every=sampled.every * k.TICKS_PER_STEP,
            snapshot_every=sampled.snapshot_every * k.TICKS_PER_STEP,
        ),
    )


def pack_drive(impulse_tick: k.I8, n_steps: int, hs_length: float, ca: float) -> k.Drive:
    """Impulses, and what is held for the next n_steps steps."""
    return k.Drive(
        impulse_tick=np.ascontiguousarray(impulse_tick, dtype=np.int64),
        imposed_length=np.full(n_steps, hs_length),
        load=np.zeros(n_steps),
        ca=np.full(n_steps, ca),
    )
