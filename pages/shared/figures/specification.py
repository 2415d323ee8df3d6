"""From an Altair chart without data to the specification that data is drawn with."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

Tooltip = Sequence[dict[str, str]]


def finished(chart: alt.TopLevelMixin, tooltips: Mapping[int, Tooltip]) -> dict[str, Any]:
    """The specification of layers that all read the data sent beside it.

    Args:
        chart: Layers without data.
        tooltips: Number of a layer to the fields of its tooltip.
    """
    spec: dict[str, Any] = chart.to_dict(validate=False)
    # Altair gives a chart without data one empty row; it would show as "undefined".
    spec.pop("datasets", None)
    for layer in spec["layer"]:
        layer.pop("data", None)
    for number, fields in tooltips.items():
        spec["layer"][number]["encoding"]["tooltip"] = list(fields)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}  # the height is the marks' alone
    return spec


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
