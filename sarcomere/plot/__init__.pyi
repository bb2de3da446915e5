from . import animation as animation
from .contrast import contrast_figure as contrast_figure
from .figure import FIGURES as FIGURES
from .figure import figure_for as figure_for
from .figure import save_figure as save_figure
from .overview import overview as overview
