"""What held a muscle and what let it go, by a matched control and by ablations."""

from sarcomere.explain.api import explain
from sarcomere.explain.explanation import Attribution, Explanation, Observed

__all__ = ["Attribution", "Explanation", "Observed", "explain"]
