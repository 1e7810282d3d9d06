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
    ask: str
    """What a teacher may ask whoever holds it."""


MISCONCEPTIONS = (
    Misconception(
        "M1",
        "The posterior of the weights is the prediction.",
        "The prediction is the posterior of the function. A weight may be spread widely while all "
        "networks agree on what they say.",
        ("06",),
        "Two chains disagree about a weight and agree about f(x). Which of them would you use "
        "to predict?",
    ),
    Misconception(
        "M2",
        "The band of the function is all the uncertainty there is.",
        "It is the epistemic part: what more data could teach. A new measurement scatters by the "
        "noise, too, and the variances of the two add up.",
        ("07", "15"),
        "You measure once more at x = 0.4. Will the new point lie in the band of f?",
    ),
    Misconception(
        "M3",
        "R-hat of the weights tells whether a network has been sampled well.",
        "Weights are not identified: units can change places and the function stays. Judge by "
        "R-hat of the function, at the inputs where you predict.",
        ("10",),
        "I swap two hidden units in every draw of one chain. What happens to R-hat of a weight, "
        "what to that of f?",
    ),
    Misconception(
        "M4",
        "A higher ELBO means a better uncertainty.",
        "At a fixed model and prior it means a smaller KL divergence from the posterior, which "
        "says little about the width of a band. Between priors it compares two different models.",
        ("08", "13"),
        "At prior scale 0.5 the ELBO is higher than at 3. Does the band hold the truth more often?",
    ),
    Misconception(
        "M5",
        "When the ELBO is flat, the fit is correct.",
        "It is the best that this optimiser found in this family. The family may be too small, and "
        "the optimum may be a poor one.",
        ("02",),
        "Start again from another seed. Is the flat line at the same height?",
    ),
    Misconception(
        "M6",
        "The Monte Carlo error is the uncertainty of the posterior.",
        "It is the error of our summary, because we have finitely many draws. More draws take it "
        "away; the posterior stays as wide as it is.",
        ("01",),
        "Take ten times as many draws. Which of the two numbers gets smaller?",
    ),
    Misconception(
        "M7",
        "A 95 % credible interval covers the truth in 95 % of all experiments.",
        "It holds the truth with probability 95 % given this model, prior and data. Coverage in "
        "repeated experiments is a promise of confidence intervals; here it has to be tested.",
        ("12",),
        "The same truth, a hundred new data sets: in how many bands does it lie? Who promised "
        "that?",
    ),
    Misconception(
        "M8",
        "Two standard deviations to each side are 95 %, or even a bound.",
        "Only for a Gaussian are they about 95 %. Far from the data the draws have heavy tails: "
        "take quantiles. And no interval is a fence.",
        ("07",),
        "What is the kurtosis of the draws at x = 1.5? Where are their 2.5 % and 97.5 % quantiles?",
    ),
    Misconception(
        "M9",
        "The scale of the prior is harmless: the data will correct it.",
        "It decides which functions are possible at all, most of all where there are no data. A "
        "scale that is too small all but forbids the points that we see.",
        ("05", "13"),
        "Draw ten functions from the prior. Does one of them come near the points?",
    ),
    Misconception(
        "M10",
        "The posterior mean is the maximum likelihood fit.",
        "The fit is one network that comes as close to the points as it can. The posterior mean is "
        "an average over all that are plausible, and need not be a network of that size at all.",
        ("06",),
        "Which single network draws this curve? Show me its weights.",
    ),
    Misconception(
        "M11",
        "More draws make the posterior narrower.",
        "Draws describe the posterior, and more of them describe it more exactly. Only data, or a "
        "narrower prior, make it narrower.",
        ("01",),
        "What would the band look like after a week of sampling?",
    ),
    Misconception(
        "M12",
        "A band that is wide far from the data is calibrated there.",
        "Wide is not yet right: the truth may leave even a wide band when it does what the network "
        "would hardly ever draw. Calibration is counted, not seen.",
        ("12", "15"),
        "Does the true sine lie inside the band at x = 1.4? How often, over many truths?",
    ),
    Misconception(
        "M13",
        "What NUTS draws is the truth.",
        "It is the posterior only if the chains have explored it, and they may not have. And a "
        "posterior is the truth about a model, not about the world.",
        ("09", "10"),
        "Which region would a chain have missed, and how would you notice?",
    ),
    Misconception(
        "M14",
        "Variational inference is always overconfident.",
        "It depends on family, start and place: in the article it was too wide inside the data and "
        "too narrow beyond them.",
        ("08", "13", "15"),
        "Where is the band of the fit narrower than that of NUTS, and where wider?",
    ),
    Misconception(
        "M15",
        "Variance and standard deviation may be exchanged.",
        "Variances of independent parts add up, standard deviations do not; and a scale parameter "
        "is a standard deviation. Say which one a number is.",
        ("11",),
        "Which unit does this number have: that of y, or its square?",
    ),
    Misconception(
        "M16",
        "A few divergences are only noise.",
        "They come from places where the sampler could not follow the landscape, and draws may be "
        "missing there. Look where they are before you trust a summary.",
        ("09",),
        "Plot the divergences in the plane of two variables. Do they sit anywhere?",
    ),
    Misconception(
        "M17",
        "Each hidden unit means something.",
        "Units can change places, and a ReLU unit can hand a factor from the weights that lead in "
        "to those that lead out; the function stays. Only what survives this has a meaning.",
        ("10",),
        "Multiply what leads into this unit by 2, and halve what leads out. What means "
        "something now?",
    ),
)
"""All of them, in the order of their numbers."""
