"""What can be taken away from the page of the real model."""

from core.reader.model import ModelChoice
from core.taken.report import Section
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.model import ModelScene, at_hand, within
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import every, settings
from pages.shared.reports.taken import Taken, matrix_table
from pages.shared.server import cache, loading
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.in_line import in_line
from pages.shared.views.model import head as model_head
from pages.shared.views.model.head import Shown, attention_map

_ELSEWHERE = (
    *("model_sentence", "model_other", "model_cells", "model_order", "model_sorted"),
    "model_click",
    *("model_finder_open", "model_steps_open"),
    *("model_lines", "model_toy", "model_off", "model_alone"),
    *("model_temperature", "model_blind"),  # beside the head of the report
)
_WIDEST = 64  # words of a table in a report


def taken(text: Text) -> Taken:
    """The whole trace, and the shown head."""
    choice = reader().record(ModelChoice)
    scene = _scene(choice)
    return Taken(
        lead=scene.run.pieces.sentence,
        origin=told_origin(text, scene.run.trace.origin),
        sections=lambda: _sections(text, _scene(choice)),
        caveats=("pair", "values", "importance", "order"),
        reading=(text("report.rows"), text("origin.pretrained.help")),
        trace=lambda: _scene(choice).run.trace,
        layer=scene.choice.model_layer,
    )


def _sections(text: Text, scene: ModelScene) -> tuple[Section, ...]:
    view, title = model_head.shown(scene, attention_map(scene)), _title(text, scene.choice)
    return (
        settings(text, _settings(text, scene)),
        _numbers(text, view, title),
    )


def _title(text: Text, choice: ModelChoice) -> str:
    if choice.model_aggregate != "head":
        return text(f"aggregate.{choice.model_aggregate}")
    return text("head.title", layer=choice.model_layer, head=choice.model_head)


def _settings(text: Text, scene: ModelScene) -> dict[str, str]:
    model = {"model_name": scene.run.trace.origin.detail}
    idle = () if scene.run.attention else ("model_attention",)
    return every(text, scene.choice, (*_ELSEWHERE, *idle)) | model


def _numbers(text: Text, view: Shown, title: str) -> Section:
    pointed = view.pointed
    if len(pointed.asking) > _WIDEST:
        return Section(text("numbers.title"), [text("report.wide", n=len(pointed.asking))])
    weights = Matrix(view.weights, pointed.asking, numbered(pointed.answering))
    return Section(text("numbers.title"), tables=[matrix_table(title, weights)])


def _scene(choice: ModelChoice) -> ModelScene:
    """The page's scene once more, without touching a widget."""
    name = choice.model_name if loading.ready(choice.model_name) else at_hand()
    asked = choice.model_part, name, choice.model_attention
    run = cache.model(choice.model_sentence, *asked, told=in_line())
    scene = ModelScene(choice, run, name, None, None)
    return scene._replace(choice=within(scene))
