"""Notebook 14: *How does it scale?*."""
