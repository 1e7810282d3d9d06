"""Where the course's repository is, for the buttons that start a notebook elsewhere.

Next: ``course_launch.py``, which makes the buttons.
"""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

VARIABLE = "BNN_TEACH_REPOSITORY"


def find_repository(root: Path) -> str:
    """Return the web address of the course's repository, or "" where it is not known.

    It is that of the environment variable BNN_TEACH_REPOSITORY, the table ``[project.urls]`` of
    pyproject.toml or git's remote ``origin``, whichever of them is there first; without a slash or
    ``.git`` at its end.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls = {name.lower(): url for name, url in project.get("urls", {}).items()}
    for candidate in (os.environ.get(VARIABLE, ""), urls.get("repository", ""), _origin(root)):
        if address := web_address(candidate):
            return address
    return ""


def find_book(root: Path) -> str:
    """Return the web address of the published book with a slash at its end, or "" if not known.

    It is that of ``documentation`` in pyproject.toml's table ``[project.urls]``, or where GitHub
    and GitLab serve the pages of the repository.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls = {name.lower(): url for name, url in project.get("urls", {}).items()}
    if own := urls.get("documentation", ""):
        return f"{own.rstrip('/')}/"
    found = re.fullmatch(r"https://(github|gitlab)\.com/([^/]+)/(.+)", find_repository(root))
    return f"https://{found[2].lower()}.{found[1]}.io/{found[3]}/" if found else ""


def web_address(remote: str) -> str:
    """Return the page of a git remote, or "" where it has none: a folder, another protocol.

    Examples
    --------
    >>> web_address("git@forge.example:someone/course.git")
    'https://forge.example/someone/course'
    """
    remote = remote.strip().rstrip("/").removesuffix(".git")
    ssh = re.fullmatch(r"(?:ssh://)?git@([^:/]+)[:/](.+)", remote)
    if ssh:
        return f"https://{ssh[1]}/{ssh[2]}"
    plain = re.fullmatch(r"https?://(?:[^@/]+@)?([^/]+/.+)", remote)
    return f"https://{plain[1]}" if plain else ""


def _origin(root: Path) -> str:
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout if answer.returncode == 0 else ""
