"""Notebook 18: *Did the literature converge?*."""
