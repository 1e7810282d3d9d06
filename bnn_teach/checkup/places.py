"""Where is this running, and what works there? A remedy that cannot be followed is none.

You will find :func:`install`, which says how packages are repaired on Colab, on Binder, on a hub,
with conda, and in the course's own folder. Next: :mod:`bnn_teach.checkup.doctor`.
"""

from __future__ import annotations

import os
import sys

PLACES = {
    "COLAB_RELEASE_TAG": (
        "Colab",
        "Run the first cell of the page's copy for Colab again, then Runtime, Restart session.",
    ),
    "BINDER_LAUNCH_HOST": (
        "Binder",
        "Nothing that is installed here lasts. Start Binder anew from the book's page.",
    ),
    "JUPYTERHUB_USER": (
        "a hub",
        "Ask who runs the hub to put bnn_teach into its image; or in a terminal here: "
        "pip install --user bnn-teach, then restart the server from the hub's control panel.",
    ),
    "CONDA_PREFIX": (
        "conda",
        "In the course's folder: conda env update --file environment.yml --prune",
    ),
}
"""By a variable that only this place sets: its name, and how packages are repaired there."""
AWAY = {"Colab", "Binder", "a hub"}
"""Where somebody else starts JupyterLab, and nobody runs the tests."""
OWN = "In the course's folder: make env, or pip install --editable . With a wheel: pip install "
OWN += "--force-reinstall bnn-teach"


def place() -> str:
    """Return the name of the place, or nothing for a machine of one's own."""
    return _here()[0]


def install() -> str:
    """Return how the packages are put in order here."""
    return _here()[1]


def restart() -> str:
    """Return how JupyterLab is started here with the right Python; nothing where one cannot."""
    return "" if place() in AWAY else "Start JupyterLab by make lab"


def _here() -> tuple[str, str]:
    for variable, told in PLACES.items():
        value = os.environ.get(variable)
        # a base environment of conda is often active while another Python runs
        if value and (variable != "CONDA_PREFIX" or value == sys.prefix):
            return told
    return "", OWN
