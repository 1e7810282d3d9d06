"""Notebook 12: *Is it calibrated?*."""
