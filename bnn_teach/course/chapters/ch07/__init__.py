"""Notebook 07: *What does the band mean?*."""
