"""By minibatches or optimisation: VI, modes, Laplace, mixtures of fits, SGHMC. They see only z."""
