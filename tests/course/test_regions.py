"""Where an input lies: every x is in one region, and the ends of the data belong to the data."""

import numpy as np

from bnn_teach.course.datasets import gap_sine
from bnn_teach.course.regions import distance_regions, region_masks


def test_regions_share_out_all_x():
    x = gap_sine().grid(-1.5, 1.5, 61)
    masks = region_masks(x)
    np.testing.assert_array_equal(sum(masks.values()), 1)
    # The ends of both halves of the data, x = 0.15 and 0.6, belong to the data.
    assert {name: int(mask.sum()) for name, mask in masks.items()} == {
        "inside": 20,
        "gap": 5,
        "outside": 36,
    }
    np.testing.assert_array_equal(masks["gap"], region_masks(np.round(x[:, 0], 4))["gap"])


def test_what_is_outside_is_near_or_far():
    regions = distance_regions([-1.5, -1.0, -0.61, -0.6, -0.15, 0.0, 0.3, 1.0, 1.01])
    together = regions.pop("everywhere")
    np.testing.assert_array_equal(sum(mask.astype(int) for mask in regions.values()), 1)
    assert together.all()
    assert list(np.flatnonzero(regions["far"])) == [0, 8]
    assert list(np.flatnonzero(regions["near"])) == [1, 2, 7]
    assert list(np.flatnonzero(regions["gap"])) == [5]


def test_float32_moves_no_x_to_another_region():
    x = np.array([[-1.0], [-0.6], [-0.15], [0.15], [0.6], [1.0]])
    exact, rounded = distance_regions(x), distance_regions(x.astype(np.float32))
    for region, mask in exact.items():
        np.testing.assert_array_equal(rounded[region], mask)
    assert exact["inside"].sum() == 4 and exact["near"].sum() == 2
