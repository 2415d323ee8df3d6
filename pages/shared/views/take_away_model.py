"""What can be taken away from the page of the real model: its trace, its map, its report."""

from dataclasses import replace

from core.choices.model import PACKAGED, READERS, ModelChoice
from core.choices.reading import read
from core.errors import InputError
from core.taken.picture import Map
from core.taken.report import Section
from pages.shared import cache, loading
from pages.shared.book import book
from pages.shared.figures.heatmap import numbered
from pages.shared.model_state import ModelScene
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.model_head import attention_map, shown
from pages.shared.views.take_away_files import Taken, matrix_table, settings, told_origin

_WIDEST = 64  # words of a table in a report


def modelled(text: Text) -> Taken | None:
    """What the page shows, from what was noted of the reader's choice; ``None`` if nothing."""
    scene = _scene()
    if scene is None:
        return None
    view = shown(scene, attention_map(scene))
    it, choice = view.it, scene.choice
    title = text("head.title", layer=choice.model_layer, head=choice.model_head)
    if choice.model_aggregate != "head":
        title = text(f"model_aggregate.{choice.model_aggregate}")
    origin = told_origin(text, scene.run.trace.origin)
    picture = Map(title, view.weights, it.asking, it.answering, it.query, origin)
    weights = Matrix(view.weights, it.asking, numbered(it.answering))
    few = len(it.asking) <= _WIDEST
    chosen = {
        "model_name": scene.run.trace.origin.detail,
        "model_aggregate": text(f"model_aggregate.{choice.model_aggregate}"),
        "upload_layer": str(choice.model_layer),
        "upload_head": str(choice.model_head),
    }
    return Taken(
        name="model",
        trace=scene.run.trace,
        layer=choice.model_layer,
        maps={"weights": picture},
        lead=scene.run.pieces.sentence,
        sections=lambda draw: (
            Section(text("report.settings"), tables=[settings(text, chosen)]),
            Section(title, [text("report.rows"), text("origin.pretrained.help")], [draw(picture)]),
            Section(
                text("numbers.title"),
                [] if few else [text("report.wide", n=len(it.asking))],
                tables=[matrix_table(text("matrix.weights"), weights)] if few else [],
            ),
        ),
    )


def _scene() -> ModelScene | None:
    """The page's scene once more, without touching a widget."""
    choice, _ = read(ModelChoice, READERS, book()["fields"])
    try:
        name = choice.model_name if loading.ready(choice.model_name) else PACKAGED
        run = cache.model(choice.model_sentence, choice.model_part, name)
    except InputError:
        return None
    scene = ModelScene(choice, run, name, None, None)
    n_layers, n_heads = scene.shape
    last = len(run.pieces.tokens) - 1
    within = replace(
        choice,
        model_layer=min(choice.model_layer, n_layers - 1),
        model_head=min(choice.model_head, n_heads - 1),
        model_query=min(choice.model_query, last),
        model_key=min(choice.model_key, last),
    )
    return scene._replace(choice=within)
