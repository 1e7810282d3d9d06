"""Notebook 05: *What does a prior scale believe?*."""
