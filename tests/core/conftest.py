"""One setting for every property test, and one torch thread: at these sizes two are slower."""

import torch
from hypothesis import settings

settings.register_profile("core", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("core")
torch.set_num_threads(1)
