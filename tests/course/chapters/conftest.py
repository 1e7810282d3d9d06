"""The rows of a module's tables go to the tests of :mod:`tests.course.chapters.answers`."""

TABLES = {"cases": "RIGHT", "words": "WRONG"}


def pytest_generate_tests(metafunc):
    """Give each row of a table to the test that asks for its last column."""
    for column, table in TABLES.items():
        if column in metafunc.fixturenames and hasattr(metafunc.module, table):
            metafunc.parametrize(("number", "answer", column), getattr(metafunc.module, table))
