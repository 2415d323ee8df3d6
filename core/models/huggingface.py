"""The Hugging Face hub, asked through its own library, which is imported when it is needed."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.models.hub import Listing, Progress, largest


@dataclass(frozen=True)
class HuggingFaceHub:
    """The real one."""

    def listing(self, model: str) -> Listing:
        """As the hub's own programming interface tells it.

        Raises:
            InputError: ``model_missing`` or ``hub_unreachable``.
        """
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError

        try:
            info = HfApi().model_info(model, files_metadata=True, token=False)
        except (RepositoryNotFoundError, HFValidationError) as problem:
            raise InputError("model_missing", name=model, file="config.json") from problem
        except Exception as problem:  # whatever a network can do
            raise InputError("hub_unreachable", name=model) from problem
        files = info.siblings or []
        unknown = largest() + 1  # a size that is not told is not trusted
        sizes = {file.rfilename: unknown if file.size is None else file.size for file in files}
        return Listing(info.sha or "main", sizes)

    def fetch(self, model: str, revision: str, file: str, progress: Progress) -> Path:
        """Into the hub's usual cache, so that it is done once a machine.

        Raises:
            InputError: ``hub_unreachable``.
        """
        from huggingface_hub import hf_hub_download
        from huggingface_hub.utils import tqdm

        class Bar(tqdm):
            def update(self, n: float | None = 1) -> bool | None:
                progress("downloading", int(self.n + (n or 0)), int(self.total or 0))
                return super().update(n)

        try:
            found = hf_hub_download(model, file, revision=revision, tqdm_class=Bar, token=False)
        except Exception as problem:  # whatever a network can do
            raise InputError("hub_unreachable", name=model) from problem
        return Path(found)

    def cached(self, model: str) -> Path | None:
        """From the hub's usual cache."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError

        try:
            return Path(snapshot_download(model, local_files_only=True))
        except (OSError, HFValidationError):
            return None
