"""What the pages tell catalogues, against a schema of the words that they use.

The schema is ours, since nothing is fetched. A property stands in it if schema.org defines it for
the type or for one that it inherits from (Thing, CreativeWork), with the types of value that
schema.org expects there; no other is allowed. What is required is what Bioschemas' profile
TrainingMaterial 1.0 asks for at least of a lesson (name, description, keywords, and the profile
itself) and recommends where we know it, and what search engines ask for of a Course (name,
description, provider).
"""

import json
import re

import jsonschema
import pytest

import bnn_teach

pytestmark = pytest.mark.slow

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
URL = {"type": "string", "pattern": "^https://[^ ]+$"}


def thing(kind, required=("name",), **properties):
    """Return the schema of an object of this type, which has these properties and no others."""
    return {
        "type": "object",
        "properties": {"@type": {"const": kind}, "name": TEXT, "url": URL, **properties},
        "required": ["@type", *required],
        "additionalProperties": False,
    }


def linked(kind, required=(), **properties):
    """Return the schema of a page's own object: what every CreativeWork of ours says."""
    common = {
        "@context": {"const": "https://schema.org"},
        "description": TEXT,
        "author": thing("Organization"),
        "inLanguage": {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$"},  # BCP 47
        "license": URL,
        "version": {"type": "string", "pattern": r"^\d+\.\d+"},
        "isAccessibleForFree": {"type": "boolean"},
        "educationalLevel": TEXT,
        "audience": thing("EducationalAudience", ("educationalRole",), educationalRole=TEXT),
        "keywords": TEXTS,
    }
    return thing(kind, ("name", "url", *common, *required), **common, **properties)


LESSON = linked(
    "LearningResource",
    ("dct:conformsTo", "learningResourceType", "teaches", "timeRequired", "isPartOf"),
    **{"dct:conformsTo": {
        "type": "object",
        "properties": {"@type": {"const": "CreativeWork"}, "@id": URL},
        "required": ["@type", "@id"],
        "additionalProperties": False,
    }},
    learningResourceType=TEXTS,
    teaches=TEXTS,
    timeRequired={"type": "string", "pattern": r"^PT(\d+H)?(\d+M)?$"},  # ISO 8601
    isPartOf=thing("Course", ("name", "url")),
)  # fmt: skip
COURSE = linked(
    "Course",
    ("provider", "hasPart"),
    learningResourceType=TEXT,
    provider=thing("Organization"),
    hasPart={"type": "array", "items": thing("LearningResource", ("name", "url")), "minItems": 1},
)


def told(page):
    """Return the only JSON-LD of a page."""
    text = page.read_text(encoding="utf-8")
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def test_the_course_and_its_lessons_are_in_order_and_lead_to_each_other(site):
    course = told(site / "index.html")
    jsonschema.validate(course, COURSE)
    assert course["version"] == bnn_teach.__version__ and course["license"].endswith("/by/4.0/")
    pages = sorted((site / "notebooks").glob("[0-9]*.html"))
    lessons = [told(page) for page in pages]
    for page, lesson in zip(pages, lessons, strict=True):
        jsonschema.validate(lesson, LESSON)
        assert lesson["isPartOf"]["url"] == course["url"] and lesson["url"].endswith(page.name)
        canonical = f'<link rel="canonical" href="{lesson["url"]}"'
        assert canonical in page.read_text(encoding="utf-8")
    assert {each["url"] for each in lessons} == {each["url"] for each in course["hasPart"]}


@pytest.mark.parametrize(
    "change",
    [
        {"keywords": None},
        {"licence": "https://creativecommons.org/licenses/by/4.0/"},
        {"timeRequired": "50 minutes"},
        {"license": "CC BY 4.0"},
        {"author": "the authors"},
        {"isAccessibleForFree": "yes"},
    ],
)
def test_a_mistake_would_be_found(site, change):
    lesson = told(next((site / "notebooks").glob("[0-9]*.html"))) | change
    lesson = {name: value for name, value in lesson.items() if value is not None}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(lesson, LESSON)
