"""What a chapter's test of its checks says of two tables: RIGHT ways pass, WRONG ones are named.

A row of RIGHT is an exercise, an answer, and the cases to try it on; a row of WRONG is an exercise,
an answer, and what the message says, or a few sayings of which one will do.
"""

import bnn_teach as bt
from bnn_teach.classroom.checking import check_hidden


def test_right_ways_pass(number, answer, cases):
    for case in cases:
        result = check_hidden(number, answer, **case)
        assert result.passed, (case, result)


def test_slips_are_named(number, answer, words):
    result = bt.check(number, answer)
    assert not result.passed
    sayings = (words,) if isinstance(words, str) else words
    assert any(each in result.message for each in sayings), result.message
