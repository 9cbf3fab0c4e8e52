"""Run a notebook and store it in one normal form, so that a second run changes nothing but what changed.

`python -m utils.notebooks 03` does it to notebook 03, without a number to all of them. Then the picture of
the README is drawn anew.
"""

import base64
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "notebooks" / "map.png"
SECONDS = 600  # more than this in one cell is taken for a hang
KEPT = ("tags", "slideshow", "jupyter")  # cell metadata that means something; the rest is an editor's
WIDGET = "application/vnd.jupyter.widget-view+json"


def find(number: str = "") -> list[Path]:
    """The notebooks of this number, "3" or "03"; without one, all of them in order.

    Raises:
        ValueError: there is no notebook of this number.
    """
    everything = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    found = [path for path in everything if not number or path.name.startswith(number.zfill(2) + "_")]
    if not found:
        known = ", ".join(path.stem for path in everything) or "none yet"
        raise ValueError(f"NB={number}: there is no such notebook. There are: {known}.")
    return found


def normalise(notebook: dict) -> dict:
    """The normal form of a notebook given as JSON; the argument is left as it is.

    Kept are the cells, their ids, tags and outputs, and the words that go with a figure. Dropped are
    timings, what editors add, the state of widgets and the links to it (nbval compares a widget by its
    text). Neighbouring pieces of one stream are joined, and every text is a list of lines.
    """
    return {
        "cells": [_cell(cell, index) for index, cell in enumerate(notebook["cells"])],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(cell: dict, index: int) -> dict:
    kind = cell["cell_type"]
    result = {"cell_type": kind, "id": cell.get("id") or f"cell-{index:03}", "source": _lines(cell["source"])}
    result["metadata"] = {name: value for name, value in cell.get("metadata", {}).items() if name in KEPT}
    if cell.get("attachments"):
        result["attachments"] = cell["attachments"]
    if kind == "code":
        result["execution_count"] = cell.get("execution_count")
        result["outputs"] = _outputs(cell.get("outputs", []))
    return result


def _outputs(outputs: list[dict]) -> list[dict]:
    result = []
    for output in outputs:
        output = {name: value for name, value in output.items() if name != "transient"}
        if output["output_type"] == "stream":
            last = result[-1] if result else {}
            if last.get("name") == output["name"]:
                last["text"] = _lines("".join(last["text"]) + "".join(output["text"]))
                continue
            output["text"] = _lines(output["text"])
        elif "data" in output:
            output["data"] = {
                name: _data(name, value) for name, value in output["data"].items() if name != WIDGET
            }
            alt = output["metadata"].get("image/png", {}).get("alt")
            output["metadata"] = {"image/png": {"alt": alt}} if alt else {}
        result.append(output)
    return result


def _data(name: str, value: object) -> object:
    if name.startswith("text/") or name == "image/svg+xml":
        return _lines(value)
    return "".join(value).strip() if name.startswith("image/") else value


def _lines(text: str | list[str]) -> list[str]:
    return "".join(text).splitlines(keepends=True)


def dumps(notebook: dict) -> str:
    """The text of the file of a notebook in normal form."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def run(path: Path) -> None:
    """Execute the notebook at `path` in a new kernel and store it in normal form, in one step.

    Raises:
        RuntimeError: a cell failed, was too slow or ended its kernel; the text holds its number, source and
            error, and the file is as it was.
        ValueError: the file is no JSON.
        OSError: it cannot be read or written.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

    class Client(NotebookClient):
        def handle_comm_msg(self, *_: object) -> None:
            """Leave widgets alone, as nbval does: what one shows stays in its cell's outputs."""

    notebook = nbformat.read(path, as_version=4)
    client = Client(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except (CellControlSignal, CellExecutionError, DeadKernelError, RuntimeError) as error:
        raise RuntimeError(_explain(path, notebook, error)) from error
    temporary = path.with_suffix(".tmp")
    try:
        temporary.write_text(dumps(normalise(json.loads(nbformat.writes(notebook)))), encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def figures() -> dict[str, bytes]:
    """The first figure of each notebook that has one, as a PNG, by "03 Attention", the notebook's title."""
    found = {}
    for path in find():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        images = [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
        title = "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ").split(":")[0]
        if images:
            found[title] = base64.b64decode(images[0])
    return found


def fingerprint(images: dict[str, bytes]) -> str:
    """Tells whether `map.png`, which keeps it under "Source", was drawn from these figures."""
    return hashlib.sha256(repr(images).encode()).hexdigest()


def draw_map() -> None:
    """Write `notebooks/map.png`: the first figure of every notebook, three a row."""
    import matplotlib.pyplot as plt

    images = figures()
    fig, axes = plt.subplots(-(-len(images) // 3), 3, figsize=(14, 9.6), layout="constrained")
    for ax in axes.flat:
        ax.axis("off")
    for ax, (title, image) in zip(axes.flat, images.items(), strict=False):
        ax.imshow(plt.imread(io.BytesIO(image)), interpolation="antialiased")
        ax.set_anchor("N")
        ax.set_title(title, fontsize=15)
    temporary = MAP.with_suffix(".tmp")
    try:
        fig.savefig(temporary, format="png", dpi=100, metadata={"Source": fingerprint(images)})
        os.replace(temporary, MAP)
    finally:
        temporary.unlink(missing_ok=True)
        plt.close(fig)


def _explain(path: Path, notebook: dict, error: Exception) -> str:
    """Which cell failed, with what in it, and how."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and cell["source"].strip()]
    failed = next((cell for cell in cells if any(o["output_type"] == "error" for o in cell["outputs"])), None)
    if failed is None:  # too slow, or the kernel is gone: the last one that was begun
        failed = next(cell for cell in cells if cell is cells[-1] or not cell["execution_count"])
    what = [o for o in failed["outputs"] if o["output_type"] == "error"]
    message = "\n".join(what[-1]["traceback"]) if what else f"{type(error).__name__}: {error}"
    source = "\n".join("    " + line for line in failed["source"].splitlines())
    message = re.sub(r"\x1b\[[0-9;]*m", "", message)
    return f"{path.name}, code cell {cells.index(failed) + 1} failed:\n{source}\n\n{message}"


def main(words: list[str]) -> int:
    """Run the notebooks whose number is in `words`, or all; return the exit status."""
    try:
        paths = [path for number in words or [""] for path in find(number)]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_PROGRESS"] = str(Path(folder) / "progress.json")  # the reader's stays untouched
        for path in paths:
            begun = time.monotonic()
            try:
                run(path)
            except (OSError, RuntimeError, ValueError) as error:
                print(error if path.name in str(error) else f"{path.name}: {error}", file=sys.stderr)
                failed.append(path.stem)
            else:
                print(f"{path.stem}: stored after {time.monotonic() - begun:.0f} s", flush=True)
    draw_map()
    if failed:
        print(f"Not stored, left as they were: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
