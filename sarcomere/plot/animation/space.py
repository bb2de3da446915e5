"""The lattice in three dimensions, to scale: all filaments over a part of the overlap."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sarcomere.errors import InputError
from sarcomere.half_sarcomere import codes as k
from sarcomere.half_sarcomere.lattice import facing_thin, shape_of_cell
from sarcomere.parameters import LatticeParameters
from sarcomere.plot.animation import looks
from sarcomere.plot.animation.film import Film
from sarcomere.plot.animation.scene import Scene
from sarcomere.plot.animation.traces import Traces, legends

LENGTH = 130.0  # nm of the overlap that are shown: three helix repeats of a thin filament
SIZE = (9.0, 9.0)  # inches
_PIXELS = (1080, 700)
_FROM = (-0.25, -1.0, 0.45)  # direction from which it is seen
_ZOOM = 1.25  # the camera leaves room for any direction
_FACE_AZIMUTHS = np.radians(30.0 + 60.0 * np.arange(6))


class SpaceLook(NamedTuple):
    """What is drawn at one moment; nm, x from the M-line, y and z across the filaments."""

    thick: NDArray[np.float64]  # (thick filament, 2) axes
    actin: NDArray[np.float64]  # (actin, 3)
    actin_state: NDArray[np.int8]  # (actin,) of the regulatory unit, as an index of looks.SITE_NAMES
    foot: NDArray[np.float64]  # (head, 3)
    motor: NDArray[np.float64]  # (head, 3)
    head_state: NDArray[np.int8]  # (head,)
    ends: tuple[float, float]  # nm from the M-line between which all is shown


class Space:
    """Looks at the whole lattice; thin filaments beyond the periodic boundary are shown where heads face them.

    Parameters
    ----------
    p : LatticeParameters
        Geometry.
    lattice : sarcomere_kernels.types.Lattice
        The same for the kernels.
    """

    def __init__(self, p: LatticeParameters, lattice: k.Lattice) -> None:
        self._scene, self._lattice = Scene(p, lattice), lattice
        self._facing = facing_thin(p.n_thick)
        columns, _ = shape_of_cell(p.n_thick)
        row, column = np.divmod(np.arange(p.n_thick), columns)
        root = np.sqrt(3.0)
        self._places = np.column_stack([root * (column + 0.5 * row), 1.5 * row])  # in units of the spacing
        middle = 0.5 * (lattice.head_z.min() + lattice.head_z.max())
        self.ends = (middle - LENGTH / 2, middle + LENGTH / 2)
        # the face of its thick filament that each head looks at: the one with that thin filament and that number
        thick, k_face = self._scene.plan.head_thick, lattice.head_face % 3
        even = 2 * k_face
        is_even = self._facing[thick, even] == lattice.head_face // 3
        self._direction = _FACE_AZIMUTHS[np.where(is_even, even, even + 1)]

    def __call__(self, state: k.State) -> SpaceLook:
        """Find what is seen now."""
        spacing, heads = self._scene.spacing(state), self._scene.heads(state)
        thick = spacing * self._places
        across = np.column_stack([np.cos(self._direction), np.sin(self._direction)])
        axis = thick[self._scene.plan.head_thick]
        shown = (heads.foot >= self.ends[0]) & (heads.foot <= self.ends[1])
        actin, actin_state = self._actins(state, thick, spacing)
        return SpaceLook(
            thick=thick,
            actin=actin,
            actin_state=actin_state,
            foot=np.column_stack([heads.foot, axis + looks.THICK_RADIUS * across])[shown],
            motor=np.column_stack([heads.z, axis + heads.r[:, None] * across])[shown],
            head_state=heads.state[shown],
            ends=self.ends,
        )

    def _actins(
        self, state: k.State, thick: NDArray[np.float64], spacing: float
    ) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """Return actins of every thin filament that a thick one faces, each at the place where it is faced."""
        actins, found = self._scene.actins(state), dict[tuple[int, int], tuple[NDArray[np.float64], NDArray[np.int8]]]()
        for filament, faced in enumerate(self._facing):
            for face, thin in enumerate(faced):
                toward = _FACE_AZIMUTHS[face]
                axis = thick[filament] + spacing * np.array([np.cos(toward), np.sin(toward)])
                place = (round(2 * axis[0] / (spacing * np.sqrt(3.0))), round(2 * axis[1] / spacing))
                z = actins.z[thin]
                shown = (z >= self.ends[0]) & (z <= self.ends[1])
                if place in found:
                    continue
                turn = toward + np.pi + self._scene.azimuth(int(thin), face // 2)
                off = looks.HELIX_RADIUS * np.column_stack([np.cos(turn), np.sin(turn)])
                found[place] = (np.column_stack([z, axis + off])[shown], actins.state[thin][shown])
        places, states = zip(*found.values(), strict=True)
        return np.concatenate(places), np.concatenate(states)


def load_pyvista() -> Any:
    """Return the library that draws in space.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import pyvista
    except ImportError:
        raise InputError(
            "--3d: needs pyvista, which is not installed; get it with pip install 'sarcomere[viz3d]'."
        ) from None
    if not os.environ.get("DISPLAY"):
        pyvista.vtk_verbosity("off")  # it looks for a screen first, and says so, before it draws without
    return pyvista


class SpaceFigure:
    """The figure, taken from frame to frame.

    Parameters
    ----------
    film : Film of SpaceLook
        What is drawn.
    title : str
        Above it.
    notes : sequence of str
        Below the title.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    """

    def __init__(self, film: Film[SpaceLook], title: str, notes: Sequence[str]) -> None:
        self._film, self._pv = film, load_pyvista()
        self._plotter = self._pv.Plotter(off_screen=True, window_size=_PIXELS, lighting="light kit")
        self._plotter.set_background("white")
        self.figure = Figure(figsize=SIZE)
        self.figure.text(0.05, 0.985, title, va="top", fontsize="large", weight="bold", parse_math=False)
        self.figure.text(0.05, 0.955, "  ".join(notes), va="top", fontsize="x-small", color="0.25")
        self._clock = self.figure.text(0.98, 0.985, "", va="top", ha="right", fontsize="large", family="monospace")
        view = self.figure.add_axes((0.02, 0.385, 0.96, 0.555))
        view.set_axis_off()
        self._image = view.imshow(np.zeros((*_PIXELS[::-1], 3), dtype=np.uint8), interpolation="antialiased")
        places = ((0.085, 0.16, 0.895, 0.085), (0.085, 0.05, 0.895, 0.085))
        self._traces = Traces([self.figure.add_axes(place) for place in places], film)
        legends(self.figure, 0.375)
        self._aim()

    @property
    def moving(self) -> list[Artist]:
        """What changes from frame to frame."""
        return [self._image, self._clock, *self._traces.moving]

    def _aim(self) -> None:
        """Look across the filaments from above, the M-line to the left, everything in view."""
        actin = self._film.looks[0].actin
        bounds = np.column_stack([actin.min(axis=0), actin.max(axis=0)])
        middle = bounds.mean(axis=1)
        self._plotter.camera_position = [tuple(middle + _FROM), tuple(middle), (0.0, 0.0, 1.0)]
        self._plotter.reset_camera(bounds=tuple(bounds.ravel()), render=False)
        self._plotter.camera.zoom(_ZOOM)

    def show(self, frame: int) -> None:
        """Draw one frame."""
        look = self._film.looks[frame]
        self._draw(look)
        self._plotter.camera.reset_clipping_range()
        self._plotter.render()
        self._image.set_data(self._plotter.screenshot(return_img=True))
        self._traces.show(frame)
        self._clock.set_text(f"{1e3 * self._film.time[frame]:8.1f} ms")

    def _draw(self, look: SpaceLook) -> None:
        pv, plot = self._pv, self._plotter
        for i, (y, z) in enumerate(look.thick):
            centre = (sum(look.ends) / 2, y, z)
            rod = pv.Cylinder(center=centre, direction=(1, 0, 0), radius=looks.THICK_RADIUS, height=LENGTH)
            plot.add_mesh(
                rod, color=looks.BACKBONE, name=f"thick {i}", smooth_shading=True, reset_camera=False, render=False
            )
        bead = pv.Sphere(radius=looks.ACTIN_RADIUS, theta_resolution=12, phi_resolution=10)
        self._beads("actin", look.actin, look.actin_state, looks.SITE_COLOURS, bead)
        tails = np.stack([look.foot, look.motor], axis=1).reshape(-1, 3)
        plot.add_mesh(
            pv.line_segments_from_points(tails),
            color=looks.TAIL,
            line_width=3,
            name="tails",
            reset_camera=False,
            render=False,
        )
        motor = pv.ParametricEllipsoid(
            looks.MOTOR_LENGTH / 2, looks.MOTOR_WIDTH / 2, looks.MOTOR_WIDTH / 2, u_res=14, v_res=14
        )
        along = look.motor - look.foot
        along[look.head_state == k.HeadState.OFF] = (1.0, 0.0, 0.0)
        self._beads("motors", look.motor, look.head_state, looks.HEAD_COLOURS, motor, along)

    def _beads(
        self,
        name: str,
        places: NDArray[np.float64],
        state: NDArray[np.int8],
        colours: Sequence[str],
        shape: Any,
        along: NDArray[np.float64] | None = None,
    ) -> None:
        """Return the same shape at many places, coloured by state."""
        cloud = self._pv.PolyData(places)
        cloud["state"] = state.astype(np.float64)
        if along is not None:
            cloud["along"] = along
        self._plotter.add_mesh(
            cloud.glyph(orient="along" if along is not None else False, scale=False, geom=shape),
            scalars="state",
            cmap=list(colours),
            clim=(-0.5, len(colours) - 0.5),
            n_colors=len(colours),
            show_scalar_bar=False,
            name=name,
            smooth_shading=True,
            specular=0.3,
            reset_camera=False,
            render=False,
        )
