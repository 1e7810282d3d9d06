"""Notebooks run again with other parameters: one at a time, in sweeps, on a cluster."""
