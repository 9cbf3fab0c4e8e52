"""The course's own models, in the format of Hugging Face; `python -m data.models` trains them anew.

Each is trained by the loop of `utils.training` on fresh pieces of the village, drawn from its grammar for
every step and never one of the validation pieces. The numbers of its model card are measured afterwards.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import torch

from utils import data
from utils.course import SEED

HERE = Path(__file__).resolve().parent
WORK = HERE / ".training"  # checkpoints of a training that goes on
VOCAB_SIZE = 2048
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
# Twice as fast, and no worse here, where the hardware has it; elsewhere torch would be slower with it.
BF16 = DEVICE.type == "cuda" or torch.cpu.get_capabilities().get("avx512_bf16")
PRECISION = "bf16" if BF16 else None


def fresh(number: int) -> Iterator[str]:
    """Pieces without end: others for every number, the same for the same one, none of validation."""
    return data.fresh_village(SEED * 1_000_000 + number)


def write_card(folder: Path, text: str) -> None:
    """Put the model card into the model's folder, whole or not at all."""
    draft = folder / "README.md.part"
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, folder / "README.md")
