"""Approximations by optimisation: VI, modes, Laplace, and mixtures of fits. They see only z."""
