"""Notebook 11: *Unknown noise*."""
