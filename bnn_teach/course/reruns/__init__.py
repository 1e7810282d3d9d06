"""Notebooks run again with other values: once, or over a whole grid. Next: ``parameters.py``."""
