"""A race, and then its attention in Explore, in a real browser."""

from collections.abc import Callable

from tests.browser.reader import Reader

Visit = Callable[..., Reader]
SHORT = (
    "/training?v=1&lang=en&training_length=16&training_steps=50&training_budget=8000"
    "&training_contenders=%5B%22relative%22,%22gru%22,%22cnn%22%5D"
)


def test_what_was_trained_is_opened_in_explore_before_and_after(visit: Visit):
    reader = visit(SHORT)
    reader.page.get_by_role("button", name="Start training").click()
    reader.page.get_by_text("Done in").wait_for(timeout=40_000)
    reader.wait()
    reader.after(reader.menu("Explore attention").click())
    reader.type_sentence("a b c")
    reader.after(reader.menu("Trained here").click())
    reader.after(reader.page.get_by_role("button", name="Open in “Explore attention”").click())
    assert reader.says("Trained here: 50 steps")
    for name in ("Scores", "Weights", "Outputs"):
        for when in ("before", "after"):
            assert reader.map(f"{name} of a head {when} training").is_visible()
    for name in ("self-attention", "the RNN", "the CNN"):
        assert reader.map(f"Influence map of {name}").is_visible()
    assert len(reader.words()) == 16
    reader.type_sentence("A B 猫", "Sequence of symbols")
    assert reader.says("“猫” does not occur in this task.")
    reader.type_sentence("A B B A", "Sequence of symbols")
    assert reader.words() == ["A", "B", "B", "A"]
    reader.after(reader.page.get_by_role("radio", name="set by hand").click())
    assert reader.page.get_by_role("textbox", name="Sentence").input_value() == "a b c"
    reader.after(reader.page.get_by_role("radio", name="trained here").click())
    reader.after(reader.menu("Many heads").click())
    reader.after(reader.page.get_by_text("The layer: numbers").first.click())
    assert reader.page.get_by_role("radio", name="set by hand").is_checked()
    reader.after(reader.menu("Explore attention").click())
    assert reader.says("Trained here: 50 steps")
    assert reader.fits()
