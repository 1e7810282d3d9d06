"""Write environment.yml, for conda and Binder, from pyproject.toml.

The file names every direct dependency, so that it can be read on its own; its last line, ``-e .``,
installs the package from the folder that the file lies in. `make lock` runs this program, and a
test holds that the stored file is what it writes.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def environment_yml(root: Path = ROOT) -> str:
    """Return the text of environment.yml for the project in folder `root`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = (root / ".python-version").read_text(encoding="utf-8").strip()
    lines = [
        "# Generated from pyproject.toml by `make lock`: change it there.",
        "#",
        "#   conda env create --file environment.yml",
        "#   conda activate bnn_teach",
        "#",
        f"# Python {project['requires-python']} will do; .python-version's is named here, because",
        "# Binder understands only a plain version.",
        f"name: {project['name']}",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python={python}",
        "  - pip",
        "  - pip:",
        *(f"      - {requirement}" for requirement in project["dependencies"]),
        "      - -e .",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment_yml(), encoding="utf-8")
