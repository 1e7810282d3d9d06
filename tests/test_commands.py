"""Each command that README, book and notebooks show can be typed as it stands."""

import re
import shlex
from pathlib import Path

import pytest

from bnn_teach import cli
from bnn_teach.course.notebook_files import find

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "notebooks" / "README.md",
    *sorted((ROOT / "book").rglob("*.md")),
    *sorted((ROOT / "notebooks").glob("[0-9]*.md")),
]
COMMAND = re.compile(r"(?:python -m bnn_teach|(?:uvx )?bnn-teach)((?:[ \t]+[^\s`#&|;()\\]+)+)")


def commands():
    for path in PAGES:
        for found in COMMAND.findall(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), found.strip().rstrip(".,:")


@pytest.mark.parametrize("page", [path.relative_to(ROOT).as_posix() for path in PAGES])
def test_verbs_and_options_exist_and_so_do_the_notebooks_that_are_named(page, capsys):
    for line in (line for place, line in commands() if place == page):
        words = shlex.split(line)
        assert words[0] in cli.VERBS, line
        if len(words) == 1:
            continue  # a verb that is only named
        try:
            options = cli._parser().parse_args(words)
        except SystemExit:
            pytest.fail(f"{line}: {capsys.readouterr().err}")
        if name := getattr(options, "notebook", None):
            assert find(ROOT / "notebooks", [name])


def test_the_commands_are_found():
    assert len(list(commands())) > 12
    assert ("README.md", "lab my_course") in set(commands())


def test_targets_of_make_exist_wherever_they_are_shown():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in PAGES:
        if path.parent.name == "notebooks":
            continue  # whose code is Python
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"^```(?:bash|sh)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        named = set(re.findall(r"`make ([a-z][a-z-]+)", text))
        named |= set(re.findall(r"^make ([a-z][a-z-]+)", "\n".join(blocks), re.MULTILINE))
        assert named <= targets, path
