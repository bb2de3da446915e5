"""Organs of the closed loop: from parameters to what their kernels take."""
