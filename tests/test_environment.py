"""The files that make the environment agree with pyproject.toml and with what README.md says."""

import ast
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = [
    *PROJECT["dependencies"],
    *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
]

# The whole grammar of an entry: a name, a version, perhaps a marker, and hashes. It leaves no
# room for an address or an option, so a lock that parses names no host.
ENTRY = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[A-Za-z0-9.+!]+)"
    r"(?: ; (?P<marker>[^\\\n:/@]+))?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
)


def read_lock() -> tuple[dict[str, set[str]], str]:
    """Return the locked versions by package, and what is no entry."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    versions: dict[str, set[str]] = {}
    for entry in ENTRY.finditer(text):
        versions.setdefault(entry["name"], set()).add(entry["version"])
    return versions, ENTRY.sub("", text)


def makefile_targets() -> dict[str, str]:
    """Return each target that a person may type, with its line of help."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z-]+):.*?## (.+)$", text, flags=re.MULTILINE))


def test_environment_yml_is_what_its_generator_writes():
    generator = runpy.run_path(str(ROOT / ".ci" / "environment_yml.py"))
    stored = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert stored == generator["environment_yml"](), "run `make lock`"


def test_the_python_for_pyenv_and_binder_is_supported():
    python = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)


def test_the_makefile_looks_for_a_supported_python():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    bounds = re.search(r"not (\(.+?\)) <= sys\.version_info < (\(.+?\))", text)
    assert bounds is not None
    low, high = (".".join(map(str, ast.literal_eval(bound))) for bound in bounds.groups())
    assert f">={low},<{high}" == PROJECT["requires-python"]


def test_the_lock_holds_only_versions_with_hashes():
    versions, rest = read_lock()
    assert rest == ""
    assert versions


@pytest.mark.parametrize("line", DIRECT)
def test_the_lock_satisfies_every_direct_dependency(line):
    requirement = Requirement(line)
    locked = read_lock()[0].get(canonicalize_name(requirement.name), set())
    assert locked, f"{requirement.name} is not locked; run `make lock`"
    assert all(requirement.specifier.contains(version) for version in locked), "run `make lock`"


def test_every_target_in_the_readme_exists():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`|^ {4}.+$", readme, flags=re.S | re.M))
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", code))
    assert named, "README.md names no target"
    assert named <= makefile_targets().keys()


def test_every_target_has_a_line_of_help():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, flags=re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == makefile_targets().keys()


@pytest.fixture
def made(tmp_path):
    """A course folder whose environment seems complete; return it, and what make would do in it."""
    folder = tmp_path / "Anna's course"
    (folder / ".ci").mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "pyproject.toml", ".ci/jupyterlab.json"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    line = f"command = {sys.executable} -m venv --clear {folder}/.venv"
    (folder / ".venv" / "pyvenv.cfg").write_text(f"home = /usr/bin\n{line}\n")
    (folder / ".venv" / "complete").touch()

    def would(folder):
        words = ["make", "--dry-run", "env"]
        ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
        return ran.stdout

    return folder, would


def test_an_environment_in_its_place_is_left_alone(made):
    folder, would = made
    assert "pip" not in would(folder)
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / ".venv").symlink_to(folder / ".venv")
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (folder / "elsewhere" / name).symlink_to(folder / name)
    (folder / "elsewhere" / ".ci").symlink_to(folder / ".ci")
    assert "pip" not in would(folder / "elsewhere")


@pytest.mark.parametrize("ailment", ["moved", "copied", "Python gone", "Python broken"])
def test_an_environment_that_was_moved_or_lost_its_python_is_made_anew(ailment, made):
    folder, would = made
    python = folder / ".venv" / "bin" / "python"
    if ailment == "moved":
        folder = folder.rename(folder.with_name("b"))
    elif ailment == "copied":
        folder = shutil.copytree(folder, folder.with_name("b"), symlinks=True)
    else:
        python.unlink()
        python.symlink_to("/nowhere/python" if "gone" in ailment else "/bin/false")
    said = would(folder)
    assert 'echo "This folder was moved or copied, or the Python of .venv is gone."' in said
    assert "venv --clear .venv" in said and '[ "" = yes ]' in said


def test_no_tracked_file_names_a_folder_of_one_machine():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    homes = [f"/{name}/".encode() for name in ("root", "home", "Users")]
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        is_binary = b"\0" in content[:8192]
        if not is_binary and any(home in content for home in homes):
            found.append(name)
    assert found == []
