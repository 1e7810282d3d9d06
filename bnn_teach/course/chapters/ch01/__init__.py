"""Notebook 01: *What is a model?*."""
