"""Notebook 00: *A posterior in a minute*."""
