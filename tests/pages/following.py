"""Links between pages, as a visitor follows them."""

from typing import NamedTuple
from urllib.parse import parse_qsl

from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from core.reader.examples import EXAMPLES, SENTENCES
from core.reader.link import Notice, follow_link
from core.reader.reader import Reader, begin
from pages import CONTENTS
from pages.shared.destinations import Destination
from pages.shared.text import Language, Text


class Link(NamedTuple):
    """A link to a page.

    Attributes:
        label: What it says.
        page: The page's name.
        parameters: Of its address.
    """

    label: str
    page: str
    parameters: dict[str, str]

    @property
    def opened(self) -> tuple[Reader, Notice]:
        """Who follows it, and what is to be said of it."""
        return follow_link(Reader(), self.page, self.parameters)

    def leads_to(self, there: Destination, language: Language) -> bool:
        """Whether it says all that the destination does, and nothing that cannot be used."""
        reader, notice = self.opened
        chosen = there.chosen(language)
        if "sentence" not in chosen:
            chosen = {**EXAMPLES[SENTENCES[language].first].chosen, **chosen}
        first = begin(Reader(language), there.page, chosen, {})
        said = all(reader[name] == first[name] for name in reader.page_fields)
        edits = {on: cells for on, cells in reader.edits.items() if cells}
        whole = notice == Notice() and edits == there.shelves(language)
        return whole and said and reader.language == language and self.page == there.page


def links(app: AppTest) -> list[Link]:
    """All of them, in their order; the first page's address is empty."""
    return [
        Link(
            it.proto.label,
            it.proto.page or CONTENTS[0].name,
            dict(parse_qsl(it.proto.query_string)),
        )
        for it in app.get("page_link")
    ]


def followed(app: AppTest, link: Link) -> AppTest:
    """The page that a link opens."""
    app.query_params.clear()
    for name, value in link.parameters.items():
        app.query_params[name] = value
    return app.switch_page(f"pages/{link.page}.py").run()


def assert_opened(app: AppTest, link: Link, language: Language) -> None:
    """The page is there, in the language, with nothing to complain about."""
    assert [title.value for title in app.title] == [Text(language)(f"{link.page}.title")]
    assert not app.exception
    assert not app.error
    assert not app.warning


def weights(app: AppTest, text: Text) -> dict[tuple[int, int], float]:
    """The map of weights of the Explore page: (row, column) to number."""
    [found] = [it for it in app.get("vega_lite_chart") if it.proto.alt == text("alt.weights")]
    table = convert_arrow_bytes_to_pandas_df(found.proto.data.data)
    places = zip(table["row"].tolist(), table["column"].tolist(), strict=True)
    return dict(zip(places, table["value"].tolist(), strict=True))
