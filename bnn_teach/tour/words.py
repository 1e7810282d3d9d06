"""What the tour says: a line or two a step, from the numbers that it also stores."""

from __future__ import annotations

from typing import Any

Numbers = dict[str, Any]


def say_step(step: str, words: str) -> str:
    """Put the step's name in front of the first line, and room in front of the others."""
    first, *rest = words.splitlines()
    return "\n".join([f"{step:<13}{first}", *(f"{'':<13}{line}" for line in rest)])


def say_nuts(facts: Numbers, num_chains: int) -> str:
    """Say what the sampler did, how fast, and what it stumbled over."""
    leapfrogs, draws = sum(facts["leapfrogs"].values()), facts["draws"]
    share = facts["divergences"] / draws
    return (
        f"{num_chains} chains, {draws} draws in {facts['seconds']:.1f} s: {leapfrogs / 1e6:.2f} "
        f"million leapfrogs, {1e6 * facts['seconds'] / leapfrogs:.1f} µs each\n"
        f"{facts['divergences']} transitions diverged ({share:.1%}); "
        f"{facts['trees_at_maximal_depth'] / draws:.0%} of the trees had the maximal length"
    )


def say_diagnostics(facts: Numbers) -> str:
    """Say how far the chains agree on the function."""
    r_hat, bulk, tail = facts["max_r_hat"], facts["min_ess_bulk"], facts["min_ess_tail"]
    return (
        f"R-hat of f(x) is at most {r_hat['inside_data']:.3f} between the outermost data, and "
        f"{r_hat['overall']:.3f} beyond\n"
        f"effective draws: at least {bulk['inside_data']} and {bulk['overall']} in the bulk, "
        f"{tail['inside_data']} and {tail['overall']} in the tails"
    )


def say_advi(facts: Numbers) -> str:
    """Say what each fit reached."""
    levels = ", ".join(f"{each['elbo']:.1f}" for each in facts["fits"])
    return (
        f"mean field, {len(facts['fits'])} fits in {facts['seconds']:.1f} s, ELBO {levels} nats:\n"
        f"each start finds another optimum; the best, {facts['elbo']:.1f}, is shown"
    )


def say_exact(facts: Numbers) -> str:
    """Set the two algorithms beside the formula."""
    exact, nuts, advi = facts["exact"], facts["nuts"], facts["advi"]
    return (
        f"a normal mean has posterior mean {exact['mean']:.4f}, sd {exact['sd']:.4f}\n"
        f"NUTS finds {nuts['mean']:.4f} ± {nuts['mean_mcse']:.4f}, "
        f"{nuts['sd']:.4f} ± {nuts['sd_mcse']:.4f} (± Monte Carlo error)\n"
        f"ADVI finds {advi['mean']:.4f}, {advi['sd']:.4f}"
    )
