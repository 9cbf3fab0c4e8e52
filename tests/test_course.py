"""The first cell of every notebook, and the figures' one style."""

import os
import random
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import utils
from utils import plots


def shown(function, *args, **kwargs):
    """What `function` displays, as a list of outputs."""
    InteractiveShell.instance()
    with capture_output() as captured:
        function(*args, **kwargs)
    return captured.outputs


def test_start_seeds_every_generator():
    def draw():
        utils.start()
        return random.random(), np.random.rand(), torch.rand(1).item()

    assert draw() == draw()


@pytest.mark.parametrize(("asked", "offline"), [(None, "1"), ("1", "None")])
def test_offline_unless_asked(asked, offline):
    env = {k: v for k, v in os.environ.items() if k not in ("HF_HUB_OFFLINE", "COURSE_ONLINE")}
    env |= {"COURSE_ONLINE": asked} if asked else {}
    code = "import utils, os; print(os.environ.get('HF_HUB_OFFLINE'))"
    assert (
        subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True).stdout.strip()
        == offline
    )


def test_show_source_is_the_source():
    (output,) = shown(utils.show_source, plots.token_html)
    assert output.data["text/markdown"].startswith("```python\ndef token_html(")


def test_a_progress_bar_leaves_nothing_behind(monkeypatch, capfd):
    monkeypatch.setenv("COURSE_RECORDING", "1")
    assert list(utils.progress_bar(range(3), "count")) == [0, 1, 2]
    assert capfd.readouterr() == ("", "")


def test_a_figure_carries_its_words_and_is_closed():
    alt = "Three bars that rise from one to three, left to right."
    fig, ax = plt.subplots()
    ax.bar([1, 2, 3], [1, 2, 3])
    (output,) = shown(plots.show, fig, alt)
    assert output.data["text/plain"] == alt and output.metadata["image/png"]["alt"] == alt
    assert not plt.fignum_exists(fig.number)


def test_the_same_figure_gives_the_same_bytes():
    def png():
        fig, ax = plt.subplots()
        ax.plot([1, 2])
        return shown(plots.show, fig, "One line that rises from one to two, left to right.")[0].data[
            "image/png"
        ]

    assert png() == png()


def test_a_figure_without_words_is_refused():
    fig, _ = plt.subplots()
    with pytest.raises(ValueError, match="alt: got 'plot'"):
        plots.show(fig, "plot")


def test_heatmap_labels_must_fit():
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match=r"matrix: got shape \(2, 2\); labels expect \(2, 3\)"):
        plots.heatmap(ax, np.eye(2), ["a", "b"], ["a", "b", "c"])
    plots.heatmap(ax, np.eye(2), ["a", "b"], ["c", "d"])
    assert [text.get_text() for text in ax.texts] == ["1.00", "0.00", "0.00", "1.00"]


def test_heatmap_numbers_stand_out_from_their_cell():
    _, ax = plt.subplots()
    plots.heatmap(ax, np.array([[0.0, 1.0]]), ["r"], ["a", "b"])
    assert [text.get_color() for text in ax.texts] == ["white", "black"]


def test_token_strips_show_every_token_and_wrap():
    tokens = ["word"] * 60
    fig = plots.token_strips({"words": tokens}, "Sixty words")
    texts = [text.get_text() for text in fig.axes[0].texts]
    assert texts.count("word") == 60 and texts.count("words") == 1
    rows = {round(text.get_position()[1]) for text in fig.axes[0].texts}
    assert len(rows) > 1


def test_token_html_escapes_what_the_learner_types():
    assert "<script>" not in plots.token_html(["<script>"], "<b>")


def test_the_loss_curve_shows_the_floor():
    _, ax = plt.subplots()
    plots.loss_curve(ax, [0, 1, 2], {"train": [3, 2, 1.5]}, floor=1.25)
    assert any(line.get_ydata()[0] == 1.25 for line in ax.lines) and ax.texts[0].get_text() == "floor 1.25"
