"""The package as a reader has it: built without a network, unpacked for reading only."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKEND = """import sys; sys.path.insert(0, ".ci")
import backend; backend.build_wheel(sys.argv[1]); backend.build_sdist(sys.argv[1])"""


def build(folder):
    """Build wheel and sdist in a folder."""
    command = [sys.executable, "-c", BACKEND, str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def unpack(folder, place):
    """Unpack the wheel that is in a folder, for reading only, and return where it is."""
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(place)
    for path in sorted(place.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return place
