"""Notebook 09: *What happens inside NUTS?*."""
