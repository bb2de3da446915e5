from . import analysis as analysis
from . import explain as explain
from . import plot as plot
from .analysis.select.points import each_point as each_point
from .analysis.select.points import select_run as select_run
from .ensemble.api import sweep as sweep
from .ensemble.design.sweep import Sweep as Sweep
from .ensemble.reading.merge import merge as merge
from .ensemble.reading.opening import open_ensemble as open_ensemble
from .errors import InputError as InputError
from .errors import SarcomereError as SarcomereError
from .errors import SolverError as SolverError
from .errors import StoreError as StoreError
from .organs.nerve.inputs import PoolInputs as PoolInputs
from .organs.nerve.inputs import stimulation as stimulation
from .organs.nerve.pool import MotoneuronPool as MotoneuronPool
from .organs.nerve.pool import load_pool as load_pool
from .organs.nerve.pool import run_pool as run_pool
from .record.opening import open_run as open_run
from .record.run_file import record as record
from .scenario.fibre import FibreScenario as FibreScenario
from .scenario.loop import LoopScenario as LoopScenario
from .scenario.reading import read as read
from .scenario.reading import shipped_scenarios as shipped_scenarios
from .simulation.api import run as run
from .simulation.simulator import simulator as simulator

__version__: str
