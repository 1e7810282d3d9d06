"""Notebook 13: *What if it is wide?*."""
