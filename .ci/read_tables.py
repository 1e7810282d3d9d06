"""Write the tables of notebook 18 into notebooks/data, from a wheel that carries them.

Once: ``pip download --no-deps sklearn-contrib-bde`` fetches the wheel, and this program, called
with its path, takes two files out of it. Both tables are the UCI repository's, under CC BY 4.0.
"""

import pathlib
import sys
import zipfile

import numpy as np

DATA = pathlib.Path(__file__).parents[1] / "notebooks" / "data"
LICENCE = (
    "Licence: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/. Unchanged but for its form."
)
CONCRETE = (
    "Strength of 1030 samples of concrete: kg of each part in a cubic metre; days; MPa.",
    "Source: I-C. Yeh (1998), UCI Machine Learning Repository, doi:10.24432/C5PK67.",
)
AIRFOIL = (
    "Noise of airfoils in a wind tunnel: Hz, degrees, m, m/s, m, and decibels.",
    "Source: T. Brooks, D. Pope & M. Marcolini (1989), UCI Machine Learning Repository, "
    "doi:10.24432/C5VW2C.",
)
COLUMNS = {
    "concrete": "cement,slag,fly_ash,water,superplasticizer,coarse,fine,age,strength",
    "airfoil": "frequency,angle,chord,velocity,thickness,level",
}


def main(wheel: str) -> None:
    """Read both tables from a wheel; a number is written as it stood there."""
    with zipfile.ZipFile(wheel) as package:
        concrete = package.read("bde/data/concrete.data").decode().splitlines()
        airfoil = package.read("bde/data/airfoil.csv").decode().splitlines()[1:]
    found = {
        "concrete": (CONCRETE, [",".join(line.split()) for line in concrete if line.strip()]),
        "airfoil": (AIRFOIL, [line.strip() for line in airfoil if line.strip()]),
    }
    for name, (words, rows) in found.items():
        head = [f"# {line}" for line in (*words, LICENCE, COLUMNS[name])]
        path = DATA / f"18_{name}.csv"
        path.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
        print(f"{path}: {np.loadtxt(path, delimiter=',').shape}")


if __name__ == "__main__":
    main(sys.argv[1])
