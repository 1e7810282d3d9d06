"""Notebook 16: *Can you defend it?*."""
