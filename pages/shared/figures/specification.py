"""From an Altair chart without data to the specification that data is drawn with."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Tooltip = Sequence[dict[str, str]]


def finished(
    chart: alt.TopLevelMixin, tooltips: Mapping[int, Tooltip], height: str | None = None
) -> dict[str, Any]:
    """The specification of layers that all read the data sent beside it.

    Args:
        chart: Layers without data.
        tooltips: Number of a layer to the fields of its tooltip.
        height: An expression of the width that the chart turns out to have, if it decides.
    """
    spec: dict[str, Any] = chart.to_dict(validate=False)
    # Altair gives a chart without data one empty row; it would show as "undefined".
    spec.pop("datasets", None)
    for layer in spec["layer"]:
        layer.pop("data", None)
    for number, fields in tooltips.items():
        spec["layer"][number]["encoding"]["tooltip"] = list(fields)
    if height:
        # Vega merges a parameter of this name with the chart's own height.
        spec["params"] = [*spec.get("params", []), {"name": "height", "expr": height}]
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}  # the height is the marks' alone
    return spec


# An upward axis has its title above it: turned by 90 degrees, Chinese is hard to read.
_FLAT: dict[str, Any] = {"titleAngle": 0, "titleBaseline": "bottom"}
TITLE_ABOVE = {**_FLAT, "titleAlign": "left", "titleX": 0, "titleY": -10}
"""The title of an upward axis over a picture that has nothing above it."""
TITLE_IN_CORNER = {**_FLAT, "titleAlign": "right", "titleX": -8, "titleY": -8}
"""The same beside the labels of an axis above the picture."""


def colour_bar(digits: str = ".2~f", values: Sequence[float] | None = None) -> alt.Legend:
    """The scale of a map's colours below it, never wider than the map."""
    return alt.Legend(
        orient="bottom",
        gradientThickness=8,
        gradientLength=alt.expr("max(24, min(140, width - 24))"),
        tickCount=4,
        labelOverlap="parity",
        labelSeparation=4,
        format=digits,
        values=alt.Undefined if values is None else values,
    )


def backdrop() -> alt.Chart:
    """The picture in the column ``picture``, over the whole view; other layers lie on it."""
    return (
        alt.Chart()
        .transform_filter("datum.picture !== ''")
        .mark_image(
            width={"expr": "width"},
            height={"expr": "height"},
            aspect=False,
            align="left",
            baseline="top",
            smooth=False,
        )
        .encode(url="picture:N", x=alt.value(0), y=alt.value(0))
    )
