"""Notebook 04: *What should a good answer look like?*."""
