"""Notebook 02: *Can optimisation replace sampling?*."""
