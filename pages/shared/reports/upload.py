"""What can be taken away from the page of a reader's own tensors."""

from core.reader.model import UploadChoice
from core.sources.uploaded import Upload
from core.taken.report import Section, Table
from pages.shared.figures.heatmap import numbered
from pages.shared.reader.session import reader
from pages.shared.reports.chosen import settings, shown
from pages.shared.reports.taken import Taken, matrix_table
from pages.shared.tables import Matrix
from pages.shared.text import Text
from pages.shared.views.badge import told_origin
from pages.shared.views.told import told
from pages.shared.views.upload import maps as upload_maps
from pages.shared.views.upload.contents import roles
from pages.shared.views.upload.file import Read, uploading
from pages.shared.views.upload.long import long_view
from pages.shared.views.upload.long_pictures import cells_map
from pages.shared.views.upload.numbers import matrices

_WIDEST = 64  # tokens of a table in a report
_FILE = ("upload_name", "upload_sha", "upload_layer", "upload_head", "upload_query", "upload_key")


def taken(text: Text) -> Taken | None:
    """What is in the file, and the shown head; nothing while the file is not here."""
    uploaded = uploading(text, reader().record(UploadChoice))
    upload, choice, read = uploaded.upload, uploaded.choice, uploaded.read
    if upload is None:
        return None
    long = upload.long
    fields = ("upload_causal",) if long else ("upload_aggregate",)
    return Taken(
        lead=" ".join(upload.query_tokens[:_WIDEST]),
        origin=told_origin(text, upload.origin),
        sections=lambda: (
            settings(text, shown(text, choice, *_FILE, *fields)),
            _contents(text, read()),
            *(_long(text, choice, read) if long else _shown(text, choice, read)),
        ),
        caveats=("pair", "values", "importance", "uploaded"),
        reading=(text("report.rows"),),
    )


def _contents(text: Text, upload: Upload) -> Section:
    """Every tensor of the file, and what is to be doubted."""
    columns = [text(f"upload.column_{name}") for name in ("shape", "type", "part")]
    named = zip(upload.entries, roles(text, upload), strict=True)
    rows = [[it.name, " × ".join(map(str, it.shape)), it.type_name, role] for it, role in named]
    table = Table("", columns, rows, text("upload.column_name"))
    doubts = [told(text, doubt) for doubt in upload.doubts]
    return Section(text("upload.contents", count=len(rows)), doubts, tables=[table])


def _shown(text: Text, choice: UploadChoice, read: Read) -> list[Section]:
    """Every matrix that is not too large for a page."""
    view = upload_maps.shown(choice, read(), read)
    found = {
        name: matrix
        for name, matrix in matrices(view).items()
        if max(matrix.values.shape) <= _WIDEST
    }
    n = len(view.pointed.asking)
    return [
        Section(
            text("numbers.title"),
            [] if "weights" in found else [text("report.wide_file", n=n)],
            tables=[matrix_table(text(f"matrix.{name}"), each) for name, each in found.items()],
        ),
    ]


def _long(text: Text, choice: UploadChoice, read: Read) -> list[Section]:
    """The cells around the opened pair: the whole is too large to be drawn."""
    view = long_view(choice, read())
    drawn = cells_map(text, view)
    top, left = drawn.first
    rows, columns = numbered(drawn.rows, top), numbered(drawn.columns, left)
    return [
        Section(
            text("report.around"),
            tables=[matrix_table(text("matrix.weights"), Matrix(drawn.values, rows, columns))],
        )
    ]
