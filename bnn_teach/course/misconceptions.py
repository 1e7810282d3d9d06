"""What many believe of Bayesian neural networks at first, and what is true instead.

You will find seventeen sentences that sound right, each with its correction and the notebooks that
break it. The quizzes point here by number, and the book prints the list as a page. Next:
:mod:`bnn_teach.course.quizzes`.
"""

from __future__ import annotations

from typing import NamedTuple


class Misconception(NamedTuple):
    """A belief that sounds right and is not."""

    number: str
    """Its name in the course: ``M1`` to ``M17``."""
    sentence: str
    """The belief, as somebody who holds it would say it."""
    instead: str
    """What is true instead."""
    notebooks: tuple[str, ...]
    """The notebooks that break it, such as ``("09", "10")``."""


MISCONCEPTIONS = (
    Misconception(
        "M1",
        "The posterior of the weights is the prediction.",
        "The prediction is the posterior of the function. A weight may be spread widely while all "
        "networks agree on what they say.",
        ("06",),
    ),
    Misconception(
        "M2",
        "The band of the function is all the uncertainty there is.",
        "It is the epistemic part: what more data could teach. A new measurement scatters by the "
        "noise, too, and the variances of the two add up.",
        ("07",),
    ),
    Misconception(
        "M3",
        "R-hat of the weights tells whether a network has been sampled well.",
        "Weights are not identified: units can change places and the function stays. Judge by "
        "R-hat of the function, at the inputs where you predict.",
        ("10",),
    ),
    Misconception(
        "M4",
        "A higher ELBO means a better uncertainty.",
        "At a fixed model and prior it means a smaller KL divergence from the posterior, which "
        "says little about the width of a band. Between priors it compares two different models.",
        ("08",),
    ),
    Misconception(
        "M5",
        "When the ELBO is flat, the fit is correct.",
        "It is the best that this optimiser found in this family. The family may be too small, and "
        "the optimum may be a poor one.",
        ("02",),
    ),
    Misconception(
        "M6",
        "The Monte Carlo error is the uncertainty of the posterior.",
        "It is the error of our summary, because we have finitely many draws. More draws take it "
        "away; the posterior stays as wide as it is.",
        ("01",),
    ),
    Misconception(
        "M7",
        "A 95 % credible interval covers the truth in 95 % of all experiments.",
        "It holds the truth with probability 95 % given this model, prior and data. Coverage in "
        "repeated experiments is a promise of confidence intervals; here it has to be tested.",
        ("12",),
    ),
    Misconception(
        "M8",
        "Two standard deviations to each side are 95 %, or even a bound.",
        "Only for a Gaussian are they about 95 %. Far from the data the draws have heavy tails: "
        "take quantiles. And no interval is a fence.",
        ("07",),
    ),
    Misconception(
        "M9",
        "The scale of the prior is harmless: the data will correct it.",
        "It decides which functions are possible at all, most of all where there are no data. A "
        "scale that is too small all but forbids the points that we see.",
        ("05",),
    ),
    Misconception(
        "M10",
        "The posterior mean is the maximum likelihood fit.",
        "The fit is one network that comes as close to the points as it can. The posterior mean is "
        "an average over all that are plausible, and need not be a network of that size at all.",
        ("06",),
    ),
    Misconception(
        "M11",
        "More draws make the posterior narrower.",
        "Draws describe the posterior, and more of them describe it more exactly. Only data, or a "
        "narrower prior, make it narrower.",
        ("01",),
    ),
    Misconception(
        "M12",
        "A band that is wide far from the data is calibrated there.",
        "Wide is not yet right: the truth may leave even a wide band when it does what the network "
        "would hardly ever draw. Calibration is counted, not seen.",
        ("12",),
    ),
    Misconception(
        "M13",
        "What NUTS draws is the truth.",
        "It is the posterior only if the chains have explored it, and they may not have. And a "
        "posterior is the truth about a model, not about the world.",
        ("09", "10"),
    ),
    Misconception(
        "M14",
        "Variational inference is always overconfident.",
        "It depends on family, start and place: in the article it was too wide inside the data and "
        "too narrow beyond them.",
        ("08",),
    ),
    Misconception(
        "M15",
        "Variance and standard deviation may be exchanged.",
        "Variances of independent parts add up, standard deviations do not; and a scale parameter "
        "is a standard deviation. Say which one a number is.",
        ("11",),
    ),
    Misconception(
        "M16",
        "A few divergences are only noise.",
        "They come from places where the sampler could not follow the landscape, and draws may be "
        "missing there. Look where they are before you trust a summary.",
        ("09",),
    ),
    Misconception(
        "M17",
        "Each hidden unit means something.",
        "Units can change places, and a ReLU unit can hand a factor from the weights that lead in "
        "to those that lead out; the function stays. Only what survives this has a meaning.",
        ("10",),
    ),
)
"""All of them, in the order of their numbers."""
