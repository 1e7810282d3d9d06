"""Notebook 03: *How do models nest?*."""
