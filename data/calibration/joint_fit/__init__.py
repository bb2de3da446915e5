"""Joint fit of every constant of the head cycle and the OFF state to the rows of the validation table they decide."""
