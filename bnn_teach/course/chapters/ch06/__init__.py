"""Notebook 06: *What does NUTS find?*."""
