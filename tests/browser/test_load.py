"""A short run of what `python -m tests.load` measures at length."""

from tests.load.promises import measured, strangers


def test_twenty_readers_at_once_see_their_own_sentences_and_nobody_elses():
    for promise in measured(lambda server: strangers(server, readers=20, edits=3)):
        assert promise.kept, promise
