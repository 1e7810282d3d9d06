"""Notebook 08: *Why does VI look worse?*."""
