"""The closed loop against measured cramps: scenarios run from many seeds, what is read from each, the table."""

from sarcomere.validate.cramp.runner import validate_cramp

__all__ = ["validate_cramp"]
