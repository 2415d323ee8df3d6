"""Arrays as small PNG pictures, for maps with more cells than a browser should draw one by one."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SHADES = 255
_NOTHING = 255  # the palette's transparent entry


def picture(values: NDArray[np.floating], colours: Sequence[str]) -> str:
    """A map as a picture, one pixel a cell.

    Args:
        values: ``(row, column)``, 0 to 1; NaN is transparent.
        colours: The scale, as ``#rrggbb``, from 0 to 1.

    Returns:
        A data URL of a PNG with a palette.
    """
    from PIL import Image  # only large maps are pictures

    shades = np.clip(np.nan_to_num(values) * (_SHADES - 1), 0, _SHADES - 1).round()
    indices = np.where(np.isnan(values), _NOTHING, shades).astype(np.uint8)
    image = Image.fromarray(indices, mode="P")
    image.putpalette(_palette(colours))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", transparency=_NOTHING)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def pooled(values: NDArray[np.floating], largest: int) -> NDArray[np.floating]:
    """Maps in at most ``largest`` rows and columns; each cell is the greatest it stands for.

    Args:
        values: ``(..., row, column)``.
        largest: Rows and columns of the result.
    """
    for axis in (-2, -1):
        values = np.moveaxis(_shortened(np.moveaxis(values, axis, -1), largest), -1, axis)
    return values


def _shortened(values: NDArray[np.floating], largest: int) -> NDArray[np.floating]:
    """``(..., cell)`` in at most ``largest`` cells."""
    block = -(-values.shape[-1] // largest)
    if block == 1:
        return values
    padding = [(0, 0)] * (values.ndim - 1) + [(0, -values.shape[-1] % block)]
    padded = np.pad(values, padding)
    return padded.reshape(*values.shape[:-1], -1, block).max(axis=-1)


def _palette(colours: Sequence[str]) -> bytes:
    """256 RGB entries between the colours; the last one is free."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], float)
    place = np.linspace(0, len(stops) - 1, _SHADES)
    channels = [np.interp(place, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    entries = np.stack(channels, axis=1).round().astype(np.uint8)
    return entries.tobytes() + bytes(3)
