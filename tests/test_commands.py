"""Each command that README, book and notebooks show can be typed as it stands; a test runs it.

What is cheap is run here, in the folder that its page names; :data:`ELSEWHERE` has the others, each
with the test that runs it, and :data:`NOT_RUN` those that no test runs, with the reason.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bnn_teach import cli
from bnn_teach.course.notebook_files import find
from tests.lab import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "notebooks/README.md")),
    *sorted((ROOT / "book").rglob("*.md")),
    *sorted((ROOT / "notebooks").glob("[0-9]*.md")),
    *sorted((ROOT / ".github").glob("*.md")),
]
SHELLS = {"bash", "sh", "shell", "console", "zsh", "shell-session"}
BEGIN = re.compile(
    r"make$|make [a-z]+( |$)|(uvx )?bnn-teach |\.venv/bin/|\.ci/\w+$|"
    r"(python|pip|conda|git|apt-get|nbgrader|jupyter|source|cd|mkdir|cp) "
)

ELSEWHERE = {
    "authoring/test_notebooks.py::test_an_edited_sentence_is_stored_without_a_run": [
        'make notebooks ARGS="--stale"',
    ],
    "reruns/test_replicate.py": [
        "make replicate",
        "make replicate ARGS=14",
        "bnn-teach replicate",
    ],
    "course/chapters/ch08/test_experiment.py": [
        "bnn-teach fair-lab --output notebooks/data/08_sweep.json",
    ],
    "authoring/test_notebooks.py::test_two_runs_are_byte_identical": ["make notebooks"],
    "benchmarks/test_microcanonical.py": [
        ".venv/bin/python -m tests.benchmarks.microcanonical",
    ],
    "benchmarks/test_counts.py": ["make bench", "make bench ARGS=--store"],
    "book/test_build.py": ["make book", "make book ARGS=--pdf"],
    "checkup/test_doctor.py::test_this_machine_passes_and_the_command_says_so": [
        "bnn-teach doctor",
    ],
    "classroom/test_formgrader.py": ["jupyter lab"],
    "classroom/test_walkthrough.py::course": [
        "make assignments",
        'make assignments ARGS="--folder ~/class"',
        "source .venv/bin/activate",
        "cd build/classroom",
        "bnn-teach assignments",
    ],
    "classroom/test_walkthrough.py::change_sheet": ["bnn-teach assignments 04"],
    "classroom/test_walkthrough.py::graded": [
        "mkdir -p submitted/anna/04",
        "cp ~/inbox/anna/04.ipynb submitted/anna/04/",
        "bnn-teach grade 04 --workers 2",
    ],
    "classroom/test_walkthrough.py::given_back": [
        "nbgrader generate_feedback 04 --force",
        "nbgrader export",
    ],
    "classroom/test_walkthrough.py::test_a_second_submission_asks_for_another_look": [
        "bnn-teach grade 04",
    ],
    "reruns/test_rerun.py::test_the_notebook_and_its_results_are_kept": [
        "bnn-teach rerun 01 -p seed=7 -o out/",
        "bnn-teach rerun 12 -p stored=/the/whole/path/class.csv",
    ],
    "reruns/test_sweep.py::test_a_sweep_that_was_killed_goes_on": [
        "bnn-teach sweep 01 --grid seed=0:20 -o anna/",
        "bnn-teach sweep 12 --grid seed=0:10 -p num_replications=32 -p num_repeats=6 -o out/12 "
        "--table notebooks/data/12_replications.csv",
        "bnn-teach sweep 12 --grid seed=117 -p num_replications=16 -o out/ --table anna.csv",
        "bnn-teach sweep",
    ],
    "reruns/test_trials.py::test_a_page_is_run_with_other_seeds_and_other_data": ["make claims"],
    "test_environment.py::test_an_environment_in_its_place_is_left_alone": ["make env"],
    "tour/test_tour.py": ["make tour"],
}
"""Tests that do, on something smaller, what a command does that takes long."""
NOT_RUN = {
    ".ci/run": "it runs the tests",
    "make test": "it runs the tests",
    'make test ARGS="-m wcag --wcag=book/accessibility.json"': "it runs the tests",
    ".ci/release": "the workflow of a release does",
    "make lint": "the workflow of the tests does, before them",
    "make lint test": "the workflow of the tests does both",
    "make lock": "it asks a package index; what it wrote is compared in test_environment.py",
    ".venv/bin/python -m tests.benchmarks.playground": "it only measures, for minutes",
    "make clean": "it removes what tests are using",
    ".venv/bin/pre-commit install": "it changes the checkout's hooks",
    "uvx bnn-teach tour": "the package is not published",
    "pip install bnn-teach": "the package is not published; .ci/release installs the wheel",
    "git clone <this repository> bnn_teach && cd bnn_teach": "the repository has no address",
    "conda env create -f environment.yml": "there is no conda here",
    "apt-get install bubblewrap": "it changes the system; .ci/run does it where it is needed",
    "apt-get install chromium bubblewrap": "it changes the system; .ci/run does it where needed",
}


def shown():
    """Yield the pages and the commands that they show, without comments and line breaks."""
    for path in PAGES:
        for line in commands(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), line


def commands(text):
    """Yield the commands of a page: the lines of shell blocks, and what looks like one elsewhere.

    Elsewhere are blocks without a language, indented ones, words set as code, and lines of a code
    cell that are the shell's.
    """
    text = text.replace("\\\n", " ")
    block = r"^(`{3,}|~{3,})([^\n]*)\n(.*?)^\1"
    fenced = [found[1:] for found in re.findall(block, text, re.DOTALL | re.MULTILINE)]
    rest = re.sub(block, "", text, flags=re.DOTALL | re.MULTILINE)
    blocks = [code for kind, code in fenced if not kind.strip()]
    blocks += re.findall(r"\n\n((?: {4}.*\n)+)", rest)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"(?<!`)`([^`]+)`(?!`)", rest)
    cells = [code for kind, code in fenced if kind.startswith("{code-cell}")]
    plain = [code for kind, code in fenced if SHELLS & set(re.findall(r"[\w-]+", kind))]
    whole = [line for code in plain for line in code.splitlines()]
    whole += re.findall(r"^\s*(?:!|%pip|%conda)(.+)", "\n".join(cells), re.MULTILINE)
    for line in [*lines, *whole]:
        command = " ".join(re.sub(r"(^|\s)#.*", "", line).removeprefix("$ ").split())
        command = re.sub(r"^(\.venv/bin/)?python -m bnn_teach\b", "bnn-teach", command)
        if BEGIN.match(command) or (command and line in whole):
            yield command


COMMANDS = list(shown())
LABS = ("make lab", "bnn-teach lab my_course")
HERE = {
    *LABS,
    "make",
    "bnn-teach lab ~/course --copy",
    "bnn-teach exercises",
    "bnn-teach merge 01 anna/table.csv ben/table.csv -o class.csv",
    "bnn-teach merge 12 anna.csv ben.csv cem.csv -o class.csv",
    "bnn-teach merge 12 anna.csv ben.csv -o class.csv",
    ".venv/bin/python -m ipykernel install --name bnn_teach --prefix /usr/local",
}
"""Commands that the tests below run."""


def test_each_command_is_run_here_or_elsewhere_or_it_is_said_why_not():
    known = HERE.union(NOT_RUN, *ELSEWHERE.values())
    found = {line for _, line in COMMANDS}
    named = {line for line in found if any(each.startswith(f"{line} ") for each in known)}
    assert found - known - named == set()
    assert known - found == set(), "no page shows these any more"
    for test, lines in ELSEWHERE.items():
        place, _, name = test.partition("::")
        text = f"{place}\n" + (ROOT / "tests" / place).read_text(encoding="utf-8")
        assert f"def {name}" in text, test
        for verb in re.findall(r"^(?:bnn-teach|make) ([a-z-]+)", "\n".join(lines), re.M):
            assert re.search(verb.replace("-", "[-_]"), text), f"{test} runs no {verb}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```bash\nuv pip install x  # new\n\n# only words\n```\n", ["uv pip install x"]),
        ("~~~ console\n$ dask scheduler\n~~~\n", ["dask scheduler"]),
        ("```{code-block} shell\nexport A=1\n```\n", ["export A=1"]),
        ("```{code-cell} ipython3\nx = 1\n!ls data\n```\n", ["ls data"]),
        ("```\nsome output\nmake lab\n```\n", ["make lab"]),
        ("```python\nmake = 1\n```\nType `python -m bnn_teach tour`.", ["bnn-teach tour"]),
        ("```bash\nmake test \\\n  ARGS=x\n```\n", ["make test ARGS=x"]),
        ("Words.\n\n    git pull\n    not one\n", ["git pull"]),
    ],
)
def test_a_new_command_is_noticed_wherever_it_is_written(text, found):
    assert list(commands(text)) == found


def test_no_command_is_shown_without_its_program():
    verbs = "|".join(cli.VERBS)
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        assert re.findall(rf"`((?:{verbs}) [^`]*[-./][^`]*)`", text) == [], path


@pytest.mark.parametrize("page", [path.relative_to(ROOT).as_posix() for path in PAGES])
def test_verbs_and_options_exist_and_so_do_the_notebooks_that_are_named(page, capsys):
    for line in (line for place, line in COMMANDS if place == page and "bnn-teach " in line):
        words = shlex.split(line.partition("bnn-teach ")[2])
        if not words or line.startswith(("git", "pip")):
            continue
        assert words[0] in cli.VERBS, line
        if len(words) == 1:
            continue  # a verb that is only named
        try:
            options = cli._parser().parse_args(words)
        except SystemExit:
            pytest.fail(f"{line}: {capsys.readouterr().err}")
        if name := getattr(options, "notebook", None):
            assert find(ROOT / "notebooks", [name])


def test_targets_of_make_exist_wherever_they_are_shown():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page, line in COMMANDS:
        if line.startswith("make "):
            named = [word for word in shlex.split(line)[1:] if "=" not in word]
            assert set(named) <= targets, page


# --- run here --------------------------------------------------------------------------------


def shell(line, folder, **more):
    """Start a line as a reader's shell would, with this Python and a home that is empty."""
    assert line in HERE
    line = line.replace(".venv/bin/python", "python").replace("bnn-teach", "python -m bnn_teach")
    # the environment is there: make may not touch it, whatever the ages of files say
    line = re.sub(r"^make\b", "make -o .venv/complete", line)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "HOME": str(more.pop("home", folder)), "BROWSER": "true"}
    rest = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "JUPYTER"))}
    return subprocess.Popen(
        ["bash", "-c", line], cwd=folder, env=rest | own, text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more,
    )  # fmt: skip


def said(line, folder, **more):
    """Run a line to its end, and return what it said."""
    started = shell(line, folder, **more)
    text, _ = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0, text
    return text


def test_make_lists_its_targets(tmp_path):
    assert "make lab " in said("make", ROOT, home=tmp_path)


def test_a_copy_of_the_course_is_made_once_at_home(tmp_path):
    line = "bnn-teach lab ~/course --copy"
    assert f"{tmp_path / 'course'}: " in said(line, tmp_path)
    assert ": 0 files are new" in said(line, tmp_path)


def test_exercises_are_as_the_sheets_say(tmp_path):
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    assert "written" not in said("bnn-teach exercises", tmp_path)


@pytest.mark.parametrize("line", [line for line in sorted(HERE) if " merge " in line])
def test_the_tables_of_a_class_are_put_together(line, tmp_path):
    tables = re.findall(r"\S+\.csv", line)[:-1]
    head, *rows = (ROOT / "notebooks/data/12_replications.csv").read_text().splitlines()
    for table, row in zip(tables, rows, strict=False):
        (tmp_path / table).parent.mkdir(exist_ok=True)
        (tmp_path / table).write_text(f"{head}\n{row}\n")
    assert f"class.csv: {len(tables)} rows of {len(tables)} tables" in said(line, tmp_path)


def test_a_kernel_is_registered_for_a_hub(tmp_path):
    line = next(each for each in HERE if "ipykernel" in each)
    HERE.add(elsewhere := line.replace("/usr/local", str(tmp_path)))
    assert "Installed kernelspec bnn_teach" in said(elsewhere, tmp_path)


@pytest.mark.parametrize("line", LABS)
def test_a_lab_answers_on_this_machine_alone_and_asks_for_its_token(line, tmp_path):
    server = shell(line, ROOT if line.startswith("make") else tmp_path, home=tmp_path)
    try:
        pattern = r"(http://127\.0\.0\.1:(\d+))/lab/tree/\S*00_\w+\.ipynb\?token=(\w+)"
        text = ""
        while not (found := re.search(pattern, text)):
            more = server.stdout.readline()
            assert more, text
            text += more
        address, port, token = found.groups()
        deadline = time.monotonic() + PATIENCE
        while status(f"{address}/api/contents?token={token}") != 200:
            assert time.monotonic() < deadline
        assert status(f"{address}/api/contents") == 403
        assert listening(int(port)) == {"0100007F"}
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=PATIENCE)


def status(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        time.sleep(0.2)
        return None


def listening(port):
    """Return the addresses at which something listens on this port, as Linux writes them."""
    rows = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    return set(re.findall(rf"^ *\d+: (\w+):{port:04X} \w+:\w+ 0A ", rows, re.MULTILINE))
