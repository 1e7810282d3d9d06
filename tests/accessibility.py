"""What the tests found about accessibility, gathered for the book's statement.

A test marked ``wcag("2.1.1")`` holds something of that criterion of the Web Content Accessibility
Guidelines; one that runs axe records what axe said. ``--wcag FILE`` writes all of it. Next:
``book/_ext/accessibility_text.py``, which makes the page of it.
"""

import datetime
import json
import re

import bnn_teach


def note_criteria(items):
    """Give each test's report the criteria that its markers name."""
    for item in items:
        named = [name for mark in item.iter_markers("wcag") for name in mark.args]
        if named:
            item.user_properties.append(("wcag", named))


def store(path, reports):
    """Write what the tests' reports say."""
    criteria, axe, versions = {}, {}, {}
    for report in reports:
        told = dict(report.user_properties)
        test = re.sub(r"\[.*", "", report.nodeid)
        for name in told.get("wcag", ()):
            counts = criteria.setdefault(name, {}).setdefault(test, [0, 0])
            counts[0] += report.passed
            counts[1] += 1
        for look, found in told.get("axe", {}).items():
            versions |= found["versions"]
            total = axe.setdefault(look, {"pages": [], "violations": 0, "passed": {}, "unsure": {}})
            total["pages"].append(found["page"])
            total["violations"] += found["violations"]
            for kind in ("passed", "unsure"):
                for rule, tags in found[kind].items():
                    entry = total[kind].setdefault(rule, {"criteria": _criteria(tags), "pages": 0})
                    entry["pages"] += 1
    for total in axe.values():
        total["pages"].sort()
    found = {
        "date": datetime.date.today().isoformat(),
        "versions": {"bnn_teach": bnn_teach.__version__} | versions,
        "tests": criteria,
        "axe": axe,
    }
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _criteria(tags):
    """Return the criteria that axe names by tags such as ``wcag143``."""
    found = (re.fullmatch(r"wcag(\d)(\d)(\d+)", tag) for tag in tags)
    return sorted(".".join(each.groups()) for each in found if each)
