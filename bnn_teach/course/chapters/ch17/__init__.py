"""Notebook 17: *What if the answer is known?*."""
