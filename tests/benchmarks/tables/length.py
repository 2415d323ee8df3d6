"""Maps of very long input, reduced to 400 × 400 pixels, against the fused kernel run twice."""

import subprocess
import sys
from pathlib import Path

import torch
from torch.nn.functional import scaled_dot_product_attention

from core.long.tiled import overview
from core.masks import MaskRule
from tests.benchmarks.clock import quartiles, shown, times
from tests.benchmarks.row import Row

N, D_K, PIXELS = 16384, 64, 400
KINDS = ("none", "causal")

PEAK = f"""
import torch
from pathlib import Path
from core.long.tiled import overview
def memory(kind):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind))
torch.set_num_threads(1)
q, k = torch.randn(2, {N}, {D_K})
overview(q[:9], k[:9], (9, 9))
before = memory("VmRSS")
overview(q, k, ({PIXELS}, {PIXELS}))
print(memory("VmHWM") - before)
"""


def rows() -> list[Row]:
    """Time with and without a mask, then memory, which only Linux tells."""
    memory = [_memory()] if sys.platform == "linux" else []
    return [_time(kind) for kind in KINDS] + memory


@torch.inference_mode()
def _time(kind: str) -> Row:
    q, k, v = torch.randn(3, N, D_K)
    whole = q[None, None], k[None, None], v[None, None]  # the kernel takes batches of heads
    seconds = times(
        {
            "ours": lambda: overview(q, k, (PIXELS, PIXELS), MaskRule(kind)),
            "fused": lambda: scaled_dot_product_attention(*whole, is_causal=kind == "causal"),
        },
        rounds=5,
    )
    ratio, spread = quartiles(seconds["ours"] / (2 * seconds["fused"]))
    what = f"overview, n = {N}, mask {kind} / fused kernel twice"
    return Row(what, 1.2, "at most", shown(seconds["ours"]), ratio, spread)


def _memory() -> Row:
    done = subprocess.run(
        [sys.executable, "-c", PEAK],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    extra = int(done.stdout) / 1024
    what = f"overview, n = {N}: peak memory above the inputs, MiB"
    return Row(what, 200, "at most", f"{extra:.0f} MiB", extra, (extra, extra))
