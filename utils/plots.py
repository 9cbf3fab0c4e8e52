"""The course's figures: one style, colours that everyone can tell apart, and words with every picture.

Draw on axes as usual, or with a helper below, then end with `show(fig, alt=...)`. The words in `alt`
are stored with the picture, so that the finding reaches readers who cannot see it, and tests can
compare it.
"""

import base64
import html
import io
from collections.abc import Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe & Ito (2008), "Color universal design".
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, RED, YELLOW, BLACK = "#56B4E9", "#D55E00", "#F0E442", "#000000"
GREY = "#767676"
PALETTE = [BLUE, ORANGE, GREEN, PINK, SKY, RED]
# Pale, so that black text stays readable on every one; neighbours differ in lightness too.
TOKEN_COLOURS = ["#CFE8F7", "#FBE3B5", "#C4EBDD", "#F3D5E5"]


def set_style() -> None:
    """One look for all figures: readable at half size, 100 dpi, no clutter."""
    plt.rcParams.update(
        {
            "figure.dpi": 100,
            "savefig.dpi": 100,
            "figure.figsize": (8.0, 4.0),
            "figure.constrained_layout.use": True,
            "font.family": "DejaVu Sans",
            "font.size": 12,
            "axes.titlesize": 13,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": plt.cycler(color=PALETTE),
            "axes.grid": False,
            "lines.linewidth": 2.0,
            "legend.frameon": False,
            "image.cmap": "cividis",
        }
    )


def show(fig: Figure, alt: str) -> None:
    """Display `fig` with `alt`, the figure's content in words, and close it.

    Raises:
        ValueError: `alt` says less than a sentence (40 characters).
    """
    if len(alt) < 40:
        raise ValueError(f"alt: got {alt!r}; a sentence that says what the figure shows is expected")
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(fig)
    image = base64.b64encode(buffer.getvalue()).decode()
    display({"image/png": image, "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True)


def show_widget(widget: ipywidgets.Widget, words: str) -> None:
    """Display `widget` where it is alive (JupyterLab), and `words` where it cannot be (GitHub, print)."""
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    display({"application/vnd.jupyter.widget-view+json": view, "text/plain": words}, raw=True)


def token_strips(rows: dict[str, Sequence[str]], title: str, width: float = 9.0) -> Figure:
    """A strip of coloured boxes a row: `rows` maps a label to its tokens; "" leaves a gap. Long rows wrap."""
    per_line, lines = int(width * 9.3) - 14, []
    for label, tokens in rows.items():
        line, used = [], 0
        for index, token in enumerate(tokens):
            size = max(len(token), 1) + 1
            if line and used + size > per_line:
                lines.append((label, line))
                label, line, used = "", [], 0
            line.append((index, token, used, size))
            used += size
        lines.append((label, line))
    fig, ax = plt.subplots(figsize=(width, 0.62 + 0.42 * len(lines)))
    for y, (label, line) in enumerate(lines):
        ax.text(-1, y, label, ha="right", va="center", fontsize=11)
        for index, token, x, size in line:
            if not token:
                continue
            colour = TOKEN_COLOURS[index % len(TOKEN_COLOURS)]
            ax.add_patch(plt.Rectangle((x, y - 0.38), size - 0.12, 0.76, color=colour, linewidth=0))
            ax.text(
                x + (size - 0.12) / 2,
                y,
                token,
                ha="center",
                va="center",
                family="DejaVu Sans Mono",
                fontsize=10.5,
            )
    ax.set(xlim=(-14, per_line), ylim=(len(lines) - 0.5, -0.6))
    ax.set_title(title, x=0.0)
    ax.axis("off")
    return fig


def token_html(tokens: Sequence[str], label: str) -> str:
    """The same strip as HTML, for widgets: `label`, the number of tokens, and a coloured box a token."""
    boxes = "".join(
        f'<span style="background:{TOKEN_COLOURS[i % len(TOKEN_COLOURS)]};color:#000;border-radius:3px;'
        f'padding:1px 3px;margin:1px;display:inline-block;font-family:monospace;white-space:pre">'
        f"{html.escape(token)}</span>"
        for i, token in enumerate(tokens)
    )
    return f"<div><b>{html.escape(label)}</b> · {len(tokens)} tokens<br>{boxes}</div>"


def heatmap(
    ax: Axes,
    matrix: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    numbers: str | None = ".2f",
    vmin: float | None = None,
    vmax: float | None = None,
) -> None:
    """A matrix (rows, columns) as colours, each cell with its number in a colour that stays readable.

    Raises:
        ValueError: the labels do not fit the shape of `matrix`.
    """
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (len(rows), len(columns)):
        raise ValueError(f"matrix: got shape {matrix.shape}; labels expect ({len(rows)}, {len(columns)})")
    image = ax.imshow(matrix, aspect="auto", vmin=vmin, vmax=vmax)
    ax.set_xticks(range(len(columns)), columns, rotation=0 if max(map(len, columns), default=0) < 7 else 45)
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(length=0)
    if numbers is not None:
        low, high = image.get_clim()
        for (row, column), value in np.ndenumerate(matrix):
            dark = (value - low) < 0.55 * ((high - low) or 1)
            ax.text(
                column,
                row,
                format(value, numbers),
                ha="center",
                va="center",
                color="white" if dark else "black",
            )
    else:
        ax.figure.colorbar(image, ax=ax, shrink=0.9)


def loss_curve(
    ax: Axes, steps: Sequence[float], losses: dict[str, Sequence[float]], floor: float | None = None
) -> None:
    """Loss (nats) against training step, one line a name, and the floor that no model can beat."""
    for name, values in losses.items():
        ax.plot(steps, values, label=name)
    if floor is not None:
        ax.axhline(floor, color=GREY, linestyle="--", linewidth=1.5)
        ax.annotate(f"floor {floor:.2f}", (steps[-1], floor), ha="right", va="bottom", color=GREY)
    ax.set(xlabel="training step", ylabel="loss (nats)")
    if len(losses) > 1:
        ax.legend()
