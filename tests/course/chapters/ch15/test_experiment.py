"""The digits: three parts that share no picture, and a network by hand that is the model's own."""

import numpy as np

import bnn_teach as bt
from bnn_teach.course.chapters.ch15 import experiment


def test_the_parts_share_no_picture_and_hold_each_digit_alike():
    data = experiment.load(0)
    parts = [(data.x, data.y), (data.x_choice, data.y_choice), (data.x_test, data.y_test)]
    assert [x.shape for x, _ in parts] == [(400, 64), (200, 64), (1197, 64)]
    pictures = np.concatenate([x for x, _ in parts])
    assert len(np.unique(pictures, axis=0)) == len(pictures)
    np.testing.assert_allclose(data.x.mean(axis=0), 0.0, atol=1e-6)
    for _, y in parts:
        share = np.bincount(y, minlength=10) / len(y)
        np.testing.assert_allclose(share, 0.1, atol=0.01)
    assert not np.array_equal(experiment.load(1).y_test, data.y_test)


def test_the_networks_probabilities_are_those_of_the_model():
    data = experiment.load(0)
    net = experiment.classifier(data.x[:5], data.y[:5], (3,), 1.0)
    prior = bt.sample_prior_predictive(net, 4, seed=0)["prior"].to_dataset()
    weights = prior.drop_vars([name for name in prior.data_vars if name.endswith("obs")])
    p = experiment.probabilities(weights, data.x[:5])
    assert p.shape == (1, 4, 5, 10)
    np.testing.assert_allclose(p.sum(-1), 1.0)
    for draw in range(4):
        values = {str(k): v.values[0, draw] for k, v in weights.data_vars.items()}
        joint = bt.log_joint(net, values)
        log_prior = sum(
            -0.5 * np.sum(v**2) - 0.5 * v.size * np.log(2 * np.pi) for v in values.values()
        )
        said = np.log(p[0, draw, np.arange(5), data.y[:5]]).sum()
        np.testing.assert_allclose(joint, log_prior + said, rtol=1e-4)
