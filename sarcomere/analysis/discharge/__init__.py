"""Discharges of motor units: rates, variability, common drive, persistent inward currents."""
