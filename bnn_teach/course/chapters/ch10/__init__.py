"""Notebook 10: *Did it converge?*."""
