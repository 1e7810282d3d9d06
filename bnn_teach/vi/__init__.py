"""Variational inference: a Gaussian family, the evidence lower bound, Adam. It sees only z."""
