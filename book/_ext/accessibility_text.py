"""What was tested of the Web Content Accessibility Guidelines, from a stored run of the tests.

``make test ARGS="-m wcag --wcag=book/accessibility.json"`` writes the results; here they are only
shown, beside all criteria of WCAG 2.2, so that what no test looks at is named, too. Next:
``measured_text.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course_routes import table

MISSING = "No results are stored in this copy of the course."
CRITERIA = """
1.1.1 A Non-text Content
1.2.1 A Audio-only and Video-only (Prerecorded)
1.2.2 A Captions (Prerecorded)
1.2.3 A Audio Description or Media Alternative (Prerecorded)
1.2.4 AA Captions (Live)
1.2.5 AA Audio Description (Prerecorded)
1.3.1 A Info and Relationships
1.3.2 A Meaningful Sequence
1.3.3 A Sensory Characteristics
1.3.4 AA Orientation
1.3.5 AA Identify Input Purpose
1.4.1 A Use of Color
1.4.2 A Audio Control
1.4.3 AA Contrast (Minimum)
1.4.4 AA Resize Text
1.4.5 AA Images of Text
1.4.10 AA Reflow
1.4.11 AA Non-text Contrast
1.4.12 AA Text Spacing
1.4.13 AA Content on Hover or Focus
2.1.1 A Keyboard
2.1.2 A No Keyboard Trap
2.1.4 A Character Key Shortcuts
2.2.1 A Timing Adjustable
2.2.2 A Pause, Stop, Hide
2.3.1 A Three Flashes or Below Threshold
2.4.1 A Bypass Blocks
2.4.2 A Page Titled
2.4.3 A Focus Order
2.4.4 A Link Purpose (In Context)
2.4.5 AA Multiple Ways
2.4.6 AA Headings and Labels
2.4.7 AA Focus Visible
2.4.11 AA Focus Not Obscured (Minimum)
2.5.1 A Pointer Gestures
2.5.2 A Pointer Cancellation
2.5.3 A Label in Name
2.5.4 A Motion Actuation
2.5.7 AA Dragging Movements
2.5.8 AA Target Size (Minimum)
3.1.1 A Language of Page
3.1.2 AA Language of Parts
3.2.1 A On Focus
3.2.2 A On Input
3.2.3 AA Consistent Navigation
3.2.4 AA Consistent Identification
3.2.6 A Consistent Help
3.3.1 A Error Identification
3.3.2 A Labels or Instructions
3.3.3 AA Error Suggestion
3.3.4 AA Error Prevention (Legal, Financial, Data)
3.3.7 A Redundant Entry
3.3.8 AA Accessible Authentication (Minimum)
4.1.2 A Name, Role, Value
4.1.3 AA Status Messages
"""
"""Number, level and name of each criterion of levels A and AA; 4.1.1 is none any more."""


def accessibility(source: Path) -> str:
    """Return the Markdown of what was found, by which tests, and what no test looks at."""
    path = source / "accessibility.json"
    if not path.exists():
        return MISSING
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    known = [line.split(" ", 2) for line in CRITERIA.strip().splitlines()]
    names = {number: f"{number} {name} ({level})" for number, level, name in known}
    looks = _looks(results["axe"])
    tests, rules = results["tests"], _rules(results["axe"], "passed")
    rows = [
        (names[each], _counts(tests.get(each, {})), ", ".join(rules.get(each, ())) or "–")
        for each in names
        if each in tests or each in rules
    ]
    rest = [names[each] for each in names if each not in tests and each not in rules]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    return "\n\n".join([
        f"Run on {results['date']} with {versions}.",
        table(("Axe looked at", "Pages", "Rules that applied", "Violations"), looks),
        _unsure(results["axe"]),
        f"### {len(rows)} of {len(names)} criteria of levels A and AA are looked at by a test",
        table(("Criterion", "Tests that passed", "Rules of axe that applied"), rows),
        f"### {len(rest)} criteria are looked at by none",
        "\n".join(f"- {name}" for name in rest),
    ])  # fmt: skip


def _rules(axe: dict[str, Any], kind: str) -> dict[str, list[str]]:
    """Return for each criterion the rules of axe that are about it."""
    found: dict[str, set[str]] = {}
    for look in axe.values():
        for rule, entry in look[kind].items():
            for each in entry["criteria"]:
                found.setdefault(each, set()).add(f"`{rule}`")
    return {each: sorted(rules) for each, rules in found.items()}


def _counts(tests: dict[str, list[int]]) -> str:
    passed, total = (sum(counts[k] for counts in tests.values()) for k in (0, 1))
    return f"{passed} of {total}" if total else "–"


def _looks(axe: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (look, str(len(found["pages"])), str(len(found["passed"])), str(found["violations"]))
        for look, found in axe.items()
    ]


def _unsure(axe: dict[str, Any]) -> str:
    """Say what axe could not decide."""
    most: dict[str, int] = {}
    for look in axe.values():
        for rule, entry in look["unsure"].items():
            most[rule] = max(most.get(rule, 0), entry["pages"])
    said = ", ".join(f"`{rule}` on {pages} pages" for rule, pages in sorted(most.items()))
    return f"What axe could not decide, and a person would have to: {said}." if said else ""
