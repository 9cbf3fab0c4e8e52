"""The audit: what every notebook promises a reader, read off its JSON. Execution is nbval's part.

Each rule is a function that takes a notebook (a dict) and yields its faults in words. The second half
plants each fault in a sound notebook and sees it found.
"""

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import utils.exercises
from utils import notebooks as stored_notebooks
from utils.exercise import Exercise
from utils.notebooks import normalise

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
METHOD = ["By hand", "From scratch", "In the library"]
ENDING = ["On a real model", "Play", "What the internet gets wrong", "Exercises", "Recap"]
IMAGE = "image/png"


def source(cell: dict) -> str:
    return "".join(cell["source"])


def code(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(notebook: dict) -> str:
    return "\n".join(source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def outputs(notebook: dict) -> Iterator[tuple[int, dict]]:
    for number, cell in enumerate(code(notebook), start=1):
        for output in cell["outputs"]:
            yield number, output


def texts(output: dict) -> str:
    """All that an output says, pictures aside."""
    data = output.get("data", {})
    return "".join(output.get("text", "")) + "".join(
        "".join(value) for mime, value in data.items() if isinstance(value, (str, list)) and mime != IMAGE
    )


def is_room(notebook: dict) -> bool:
    """The rooms (01 on) share one plan; 00 is the door."""
    return not source(notebook["cells"][0]).startswith("# 00")


def counts(notebook):
    """One clean run: execution counts are 1..n."""
    found = [cell["execution_count"] for cell in code(notebook)]
    if found != list(range(1, len(found) + 1)):
        yield f"execution counts are {found}, not 1..{len(found)}: run it from the top (make run)"


def stored(notebook):
    """Every cell that prints, shows or checks has its output stored."""
    for number, cell in enumerate(code(notebook), start=1):
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for statement in ast.parse(source(cell)).body
            if isinstance(statement, ast.Expr)
            for node in ast.walk(statement)
            if isinstance(node, ast.Call)
        }
        speaks = calls & {"print", "show", "show_source", "show_widget", "display", "check", "progress"}
        if speaks and not cell["outputs"]:
            yield f"code cell {number} calls {', '.join(sorted(speaks))} but stores no output"


def clean(notebook):
    """No errors, no stderr, no addresses, no paths of a machine, no progress bars."""
    for number, output in outputs(notebook):
        if output["output_type"] == "error":
            yield f"code cell {number} stores an error"
        if output.get("name") == "stderr":
            yield f"code cell {number} stores stderr"
        for what, pattern in {
            "a memory address": r"\b0x[0-9a-fA-F]{6,}",
            "a path of a machine": r"(?<![\w.:/])/(?:home|root|tmp|work|Users|usr)/\w|[A-Z]:\\|site-packages",
            "a progress bar": r"\d+%\|",
            "a bare matplotlib object": r"<matplotlib|<Figure size|Axes\(",
        }.items():
            if re.search(pattern, texts(output)):
                yield f"code cell {number} stores {what}"


def local(notebook):
    """Nothing in it is fetched from elsewhere: no remote images, scripts, frames or style sheets."""
    everything = prose(notebook) + "".join(texts(output) for _, output in outputs(notebook))
    for pattern in (
        r"!\[[^\]]*\]\(\s*https?:",
        r"<(?:img|script|iframe|link|video)[^>]*(?:src|href)=",
        r"<script",
    ):
        for match in re.finditer(pattern, everything, re.IGNORECASE):
            yield f"remote or active content: {match[0]!r}"


def figures(notebook):
    """Every figure is announced in words before, explained after, and stored with its words."""
    cells = notebook["cells"]
    for index, cell in enumerate(cells):
        images = [o for o in cell.get("outputs", []) if IMAGE in o.get("data", {})]
        for output in images:
            if len(output.get("metadata", {}).get(IMAGE, {}).get("alt", "")) < 40:
                yield f"cell {index}: a figure without alt text"
        if images:
            around = [cells[i]["cell_type"] if 0 <= i < len(cells) else None for i in (index - 1, index + 1)]
            if around[0] != "markdown":
                yield f"cell {index}: a figure that no words announce"
            if around[1] != "markdown" or source(cells[index + 1]).startswith("#"):
                yield f"cell {index}: a figure that no words explain"
        if len(images) > 1:
            yield f"cell {index}: {len(images)} figures in one cell"


def size(notebook):
    """One idea a cell (25 lines); a whole notebook fits an hour and 1.5 MB."""
    for number, cell in enumerate(code(notebook), start=1):
        if len(source(cell).splitlines()) > 25:
            yield f"code cell {number} has {len(source(cell).splitlines())} lines; 25 at most"
        if (widest := max(map(len, source(cell).splitlines()), default=0)) > 99:
            yield f"code cell {number} has a line of {widest} characters; 99 at most"
    if len(json.dumps(notebook, ensure_ascii=False).encode()) > 1_500_000:
        yield "larger than 1.5 MB"
    if is_room(notebook):
        words, cells = len(re.findall(r"[\w'’-]+", prose(notebook))), len(code(notebook))
        drawn = sum(IMAGE in output.get("data", {}) for _, output in outputs(notebook))
        for what, found, low, high in (
            ("words", words, 2500, 4500),
            ("code cells", cells, 40, 70),
            ("figures", drawn, 6, 12),
        ):
            if not low <= found <= high:
                yield f"{found} {what}; {low} to {high} expected"


def plan(notebook):
    """The same sections in the same order."""
    title = source(notebook["cells"][0])
    if not re.match(r"# \d\d [A-Z]", title) or "|" not in title:
        yield "the first cell is not a title with its table"
    if "start()" not in source(code(notebook)[0]):
        yield "the first code cell does not call start()"
    if is_room(notebook):
        headings = re.findall(r"^## (.+)$", prose(notebook), re.MULTILINE)
        parts = [heading.split(":")[0].strip() for heading in headings]
        middle = parts[1 : -len(ENDING)]
        if parts[:1] != ["The picture"] or parts[-len(ENDING) :] != ENDING:
            yield f"sections are {parts}; The picture, …, {', '.join(ENDING)} expected"
        elif set(middle) != set(METHOD) or any(middle[i : i + 3] != METHOD for i in range(0, len(middle), 3)):
            yield f"sections between are {middle}; {', '.join(METHOD)} expected, once or again"


def quiz(notebook):
    """Five questions, and after each a folded answer with a reason for every option."""
    if is_room(notebook):
        recap = prose(notebook).split("## Recap")[-1]
        answers = re.findall(r"<details>(.*?)</details>", recap, re.DOTALL)
        if len(answers) != 5:
            yield f"{len(answers)} quiz questions; 5 expected"
        for number, (question, answer) in enumerate(
            zip(recap.split("<details>"), answers, strict=False), start=1
        ):
            options = re.findall(r"^- \*\*([a-d])\*\*", question.split("</details>")[-1], re.MULTILINE)
            reasons = re.findall(r"^- \*\*([a-d])\*\*", answer, re.MULTILINE)
            if len(options) < 3 or options != reasons:
                yield f"quiz {number}: options {options}, reasons for {reasons}"


def unchecked(notebook):
    """At most three cells may keep an output that is not compared, each with its reason; none is skipped."""
    marked = [
        line for cell in code(notebook) for line in source(cell).splitlines() if "NBVAL" in line.upper()
    ]
    if len(marked) > 3:
        yield f"{len(marked)} cells with unchecked output; 3 at most"
    for line in marked:
        if not re.match(r"# NBVAL_IGNORE_OUTPUT\W+\w+(\W+\w+){2,}", line):
            yield f"unchecked output without a reason: {line!r}"
    for cell in notebook["cells"]:
        if cell["metadata"].get("tags"):
            yield f"cell tags {cell['metadata']['tags']}"


def normal(notebook):
    """Stored in the one normal form, so that diffs stay small."""
    if normalise(copy.deepcopy(notebook)) != notebook:
        yield "not in normal form (make run)"


def exercised(notebook):
    """Every exercise of the room stands in the notebook: a placeholder, and a cell that checks it."""
    room = source(notebook["cells"][0]).split(":")[0].split("\n")[0][5:].strip().lower().replace(" ", "_")
    declared = vars(getattr(utils.exercises, room)) if hasattr(utils.exercises, room) else {}
    names = [e.name for e in declared.values() if isinstance(e, Exercise)]
    if is_room(notebook) and not 4 <= len(names) <= 6:
        yield f"room {room!r} has {len(names)} exercises; 4 to 6 expected"
    sources = [source(cell) for cell in code(notebook)]
    for name in names:
        if not any(re.search(rf"^(def|class) {name}\b", s, re.MULTILINE) and "..." in s for s in sources):
            yield f"exercise {name}: no placeholder"
        if not any(f"exercises.{room}.{name}.check()" in s for s in sources):
            yield f"exercise {name}: no check"


RULES = [counts, stored, clean, local, figures, size, plan, quiz, unchecked, normal, exercised]


def faults(notebook: dict) -> list[str]:
    return [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(notebook)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path):
    text = path.read_text(encoding="utf-8")
    assert faults(json.loads(text)) == []


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_the_map_shows_the_first_figure_of_each_notebook():
    images = stored_notebooks.figures()
    assert [title[:2] for title in images] == [path.stem[:2] for path in NOTEBOOKS]
    with Image.open(stored_notebooks.MAP) as drawn:
        assert drawn.text["Source"] == stored_notebooks.fingerprint(images), "make run draws it anew"


# --- The audit audited: each fault, planted in a sound notebook, is found. ---


@pytest.fixture
def sound():
    path = next(path for path in NOTEBOOKS if not path.stem.startswith("00"))
    return json.loads(path.read_text(encoding="utf-8"))


def figure_index(notebook: dict) -> int:
    return next(
        i
        for i, c in enumerate(notebook["cells"])
        if any(IMAGE in o.get("data", {}) for o in c.get("outputs", []))
    )


def strip_outputs(nb):
    for cell in code(nb):
        cell["outputs"], cell["execution_count"] = [], None


def strip_one_output(nb):
    next(cell for cell in code(nb) if "print(" in source(cell))["outputs"] = []


def swap_counts(nb):
    code(nb)[0]["execution_count"] = 7


def add_stderr(nb):
    code(nb)[1]["outputs"].append({"output_type": "stream", "name": "stderr", "text": ["warning"]})


def add_text(text):
    def plant(nb):
        code(nb)[1]["outputs"].append({"output_type": "stream", "name": "stdout", "text": [text]})

    return plant


def add_prose(text):
    def plant(nb):
        nb["cells"][0]["source"].append(text)

    return plant


def remove_explanation(nb):
    del nb["cells"][figure_index(nb) + 1]


def remove_announcement(nb):
    del nb["cells"][figure_index(nb) - 1]


def remove_alt(nb):
    for output in nb["cells"][figure_index(nb)]["outputs"]:
        output["metadata"] = {}


def long_cell(nb):
    code(nb)[3]["source"] = ["x = 1\n"] * 26


def wide_cell(nb):
    code(nb)[3]["source"] = ["x = 1  # " + "x" * 100]


def wordless(nb):
    for cell in nb["cells"][5:-12]:
        if cell["cell_type"] == "markdown":
            cell["source"] = ["Words."]


def rename_section(nb):
    for cell in nb["cells"]:
        cell["source"] = [line.replace("## Play", "## Toys") for line in cell["source"]]


def no_start(nb):
    code(nb)[0]["source"] = ["import torch"]


def drop_reason(nb):
    for cell in nb["cells"]:
        if "<details>" in source(cell):
            text = source(cell)
            cell["source"] = [
                re.sub(r"(<details>.*?)^- \*\*a\*\*", r"\1", text, flags=re.DOTALL | re.MULTILINE)
            ]


def ignore_without_reason(nb):
    code(nb)[2]["source"] = ["# NBVAL_IGNORE_OUTPUT\n", *code(nb)[2]["source"]]


def skip_a_cell(nb):
    code(nb)[2]["metadata"]["tags"] = ["nbval-skip"]


def widget_state(nb):
    nb["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def remove_check(nb):
    nb["cells"] = [cell for cell in nb["cells"] if not re.search(r"exercises\.\w+\.\w+\.check", source(cell))]


def too_large(nb):
    add_text("x" * 1_500_001)(nb)


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (strip_outputs, "counts: execution counts"),
        (strip_one_output, "stored: code cell"),
        (swap_counts, "counts: execution counts"),
        (add_stderr, "clean: code cell 2 stores stderr"),
        (add_text("<Axes at 0x7f001122>"), "a memory address"),
        (add_text("see /home/ann/course"), "a path of a machine"),
        (add_text(" 50%|█████     |"), "a progress bar"),
        (add_text("[<matplotlib.lines.Line2D>]"), "a bare matplotlib object"),
        (add_prose("![map](https://example.com/map.png)"), "local: remote"),
        (add_prose('<script src="x.js"></script>'), "local: remote"),
        (remove_explanation, "no words explain"),
        (remove_announcement, "no words announce"),
        (remove_alt, "without alt text"),
        (long_cell, "has 26 lines"),
        (wide_cell, "a line of 109 characters"),
        (wordless, "words; 2500 to 4500"),
        (too_large, "larger than 1.5 MB"),
        (rename_section, "plan: sections"),
        (no_start, "does not call start()"),
        (drop_reason, "quiz 1"),
        (ignore_without_reason, "without a reason"),
        (skip_a_cell, "cell tags"),
        (widget_state, "not in normal form"),
        (remove_check, "no check"),
    ],
    ids=lambda value: getattr(value, "__name__", value)[:24],
)
def test_a_planted_fault_is_found(sound, plant, found):
    assert faults(sound) == []
    plant(sound)
    assert any(found in fault for fault in faults(sound)), faults(sound)
