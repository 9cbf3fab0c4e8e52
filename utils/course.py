"""The first cell of every notebook: one call that makes every run alike."""

import inspect
import os
import random
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from IPython.display import Markdown, display
from tqdm.auto import tqdm

from utils import plots

ROOT = Path(__file__).resolve().parent.parent
SEED = 2017  # the year of "Attention is all you need"

Item = TypeVar("Item")


def start() -> None:
    """Seed every generator; set the print options and the figure style."""
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    torch.set_printoptions(precision=4, sci_mode=False, linewidth=100)
    np.set_printoptions(precision=4, suppress=True, linewidth=100)
    plots.set_style()


def show_source(thing: Callable) -> None:
    """Show the source of a function or class of the course, as a reader would see it in its file."""
    code = textwrap.dedent(inspect.getsource(thing)).strip()
    display(Markdown(f"```python\n{code}\n```"))


def progress_bar(items: Iterable[Item], what: str, total: int | None = None) -> Iterable[Item]:
    """`items`, with a bar that shows while they are worked through and leaves nothing behind.

    The bar is for the person at the keyboard: a run whose outputs are stored or compared
    (`make run`, `make test`) sets COURSE_RECORDING and sees none.
    """
    return tqdm(items, desc=what, total=total, leave=False, disable="COURSE_RECORDING" in os.environ)
