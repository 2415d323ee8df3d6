"""Every control speaks the language that was chosen last, as it does when the page is new."""

from collections.abc import Callable

import pytest

from tests.browser.reader import Reader

Visit = Callable[..., Reader]

CONTROLS = ("stSelectbox", "stMultiSelect", "stButtonGroup", "stRadio", "stSlider", "stCheckbox")
CONTROLS += ("stNumberInput", "stTextInput", "stTextArea", "stExpander", "stPopover", "stButton")
SAID = """them => them.map(it => [it.dataset.testid, it.innerText,
  ...[...it.querySelectorAll("input, textarea")].map(field => field.value)])"""
PATHS = ["/?v=1&mask=padding&padded=[1,2]&positions=rope", "/model", "/cross", "/training"]
PATHS += ["/reach?v=1&reach_kind=gru&reach_mask=window", "/positions?v=1&positions=learned"]


def said(reader: Reader) -> list[list[str]]:
    """What can be read on the controls of the page, all unfolded."""
    main = reader.page.get_by_test_id("stMain")
    folded = main.locator("details:not([open]) > summary")
    while folded.count():
        reader.after(folded.evaluate_all("them => them.forEach(it => it.click())"))
    return main.locator(",".join(f"[data-testid={it}]" for it in CONTROLS)).evaluate_all(SAID)


@pytest.mark.parametrize("path", PATHS)
def test_a_new_language_is_spoken_as_on_a_page_that_is_loaded_anew(visit: Visit, path: str):
    reader = visit(path)
    before = said(reader)
    switch = reader.page.get_by_test_id("stButtonGroup").first
    reader.after(switch.get_by_text("中文", exact=True).click())
    now = said(reader)
    assert now != before
    reader.after(reader.page.reload())
    assert said(reader) == now
