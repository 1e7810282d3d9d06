"""Notebook 15: *Classification*."""
