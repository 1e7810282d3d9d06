"""Markov chain Monte Carlo: a readable twin, the compiled sampler, diagnostics. It sees only z."""
