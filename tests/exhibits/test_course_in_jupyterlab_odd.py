"""The course as a learner has it, in JupyterLab: the pages with odd numbers."""

import pytest

from tests.exhibits.test_course_in_jupyterlab import STEMS, folder, kernels, move_every_control

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["folder", "kernels"]


@pytest.mark.parametrize("stem", STEMS[1::2])
def test_all_cells_run_and_every_control_moves(stem, lab, lab_page, kernels):
    move_every_control(stem, lab, lab_page, kernels)
