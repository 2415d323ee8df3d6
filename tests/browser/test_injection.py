"""Whatever a reader writes, or puts into a link for others, is shown as these words and no more."""

from collections.abc import Iterator
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload

from tests.browser.reader import Reader
from tests.browser.window import window
from tests.hostile import npz

EVIL = "evil.invalid"
INLINE = (
    f"[x](http://{EVIL}/a)",
    f"![x](http://{EVIL}/b.png)",
    f"<http://{EVIL}/c>",
    f"https://{EVIL}/d",
    "[x](javascript:window.hit=1)",
    "[x](data:text/html,<script>window.hit=1</script>)",
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    f"<img src=//{EVIL}/e.png>",
    f"<a href=//{EVIL}/f>x</a>",
    "<svg onload=window.hit=1>",
    f"<iframe src=//{EVIL}/g></iframe>",
    f"<style>@import'//{EVIL}/h'</style>",
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    f"$\\href{{http://{EVIL}/i}}{{x}}$",
    f"$\\includegraphics{{http://{EVIL}/j.png}}$",
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "datum.x;alert(1)//",
    f":material/home: :red[x](http://{EVIL}/k)",
    f"\u202e[x](http://{EVIL}/l)",
)
"""More than twenty ways to have something run, linked or fetched."""

BLOCKS = (f"[x]: http://{EVIL}/m", f"# [x](http://{EVIL}/n)", f"> ![x](//{EVIL}/o)", "```x\nhit")
"""Ways that need the beginning of a line."""

FIELDS = {
    "/": ("sentence",),
    "/model": ("model_sentence", "model_other"),
    "/cross": ("cross_a", "cross_b"),
}
SHARED = ("/heads", "/positions", "/reach")
LABELS = {
    "sentence": "Sentence",
    "model_sentence": "Text",
    "model_other": "Sentence B",
    "cross_a": "Sentence A",
    "cross_b": "Sentence B",
}


@pytest.fixture(scope="module")
def guarded(chromium: Browser, server: str) -> Iterator[Reader]:
    """A reader whose window notices what it should not do."""
    with window(chromium, server) as reader:
        reader.page.on("dialog", lambda dialog: reader.foreign_requests.append(dialog.message))
        yield reader


def assert_only_words(reader: Reader) -> None:
    found = reader.page.evaluate(
        """evil => {
          const roots = [document];
          for (const root of roots)
            for (const node of root.querySelectorAll("*"))
              if (node.shadowRoot) roots.push(node.shadowRoot);
          const live = "[href*='" + evil + "']:not([href^='?']), "
            + "[src*='" + evil + "'], [data*='" + evil + "'],"
            + "[href^='javascript:'], [href^='data:text'], iframe:not([src^='/'])";
          return [window.hit, ...roots.flatMap(root =>
            [...root.querySelectorAll(live)].map(node => node.outerHTML))];
        }""",
        EVIL,
    )
    assert found == [None]
    assert reader.foreign_requests == []


def open_with(reader: Reader, path: str, **fields: str) -> None:
    """As a link would that somebody sent."""
    origin = "/".join(reader.page.url.split("/")[:3])
    reader.page.goto(f"{origin}{path}?{urlencode({'v': 1, 'lang': 'en', **fields})}")
    reader.wait()


def test_the_guard_itself_would_notice(guarded: Reader):
    guarded.page.evaluate(
        """evil => {
          const link = document.createElement("a");
          link.href = "//" + evil;
          document.body.append(link);
        }""",
        EVIL,
    )
    with pytest.raises(AssertionError):
        assert_only_words(guarded)
    guarded.page.reload()


@pytest.mark.parametrize("path", FIELDS)
def test_what_stands_in_a_link_stays_words(guarded: Reader, path: str):
    fields = FIELDS[path]
    step = 3 * len(fields)
    for start in range(0, len(INLINE), step):
        some = INLINE[start : start + step]
        shares = [some[i :: len(fields)] for i in range(len(fields))]
        begin = BLOCKS[start // step % len(BLOCKS)]
        written = {
            name: " ".join([begin, *words]) for name, words in zip(fields, shares, strict=True)
        }
        open_with(guarded, path, **written)
        assert_only_words(guarded)


@pytest.mark.parametrize("path", SHARED)
def test_a_sentence_stays_words_on_other_pages(guarded: Reader, path: str):
    open_with(guarded, path, sentence=" ".join([BLOCKS[1], INLINE[0], INLINE[7]]))
    assert_only_words(guarded)


@pytest.mark.parametrize("path", FIELDS)
def test_what_is_typed_stays_words(guarded: Reader, path: str):
    open_with(guarded, path)
    name = FIELDS[path][-1]
    field = guarded.page.get_by_role("textbox", name=LABELS[name]).first
    field.fill(" ".join([*BLOCKS[:2], *INLINE[:2], INLINE[7]]))
    guarded.after(field.press("Enter"))
    assert_only_words(guarded)
    if path == "/":
        for button in guarded.page.locator(".strip button").all()[:3]:
            guarded.after(button.click())
            assert_only_words(guarded)


def evil_file() -> bytes:
    """Whatever of a file is shown is something that should not be."""
    ways = tuple(it for it in (*INLINE, *BLOCKS) if ".." not in it)
    said = np.array(["pretrained", " ".join(ways)[:400], ""])
    weights = np.full((1, 4, 4), 0.25, np.float32)
    fit = [way.replace("/", "∕").replace("\\", "∖") for way in ways]  # others are refused
    names = {f"t{n}{way}": np.ones((1, 1)) for n, way in enumerate(fit)}
    return npz(weights=weights, tokens=np.array(ways[:4]), origin=said, **names)


@pytest.mark.parametrize("name", [INLINE[0], INLINE[1], INLINE[15], "**x** www.evil.invalid"])
def test_names_in_a_file_and_of_a_file_stay_words(guarded: Reader, name: str):
    name = name.replace("/", ":")
    open_with(guarded, "/upload")
    place = guarded.page.locator("input[type=file]").first
    file = {"name": f"{name}.npz", "mimeType": "application/zip", "buffer": evil_file()}
    place.set_input_files(FilePayload(**file))
    guarded.page.get_by_text("It says of its numbers").first.wait_for()
    guarded.wait()
    assert guarded.says("It says of its numbers: Model")
    assert_only_words(guarded)
    assert not guarded.page.locator("[data-testid=stMain] strong", has_text="x").count()


def test_other_names_in_a_link_stay_words(guarded: Reader):
    evil = INLINE[0]
    open_with(guarded, "/upload", upload_name=f"{evil}.npz", upload_sha="0123456789ab")
    assert_only_words(guarded)
    open_with(guarded, "/model", model_name=f"evil/{evil}", edits=evil, part=evil)
    assert_only_words(guarded)
