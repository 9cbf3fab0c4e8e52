"""Stored outputs are compared as promised: float jitter passes; a changed word or a lost output fails."""

import nbformat
import pytest

from conftest import Tolerant

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("stored", "got"),
    [
        ("loss 1.2345", "loss 1.2346"),
        ("tensor([0.4502, 0.5498])", "tensor([0.4503, 0.5498])"),
        ("max |difference| 3e-07", "max |difference| 8.9e-07"),
        ("-0.0", "0.0"),
        ("x =   9.9999", "x =  10.0001"),
        ("−1.0001 and 1e3", "−1.0 and 1.0001e3"),
    ],
)
def test_float_jitter_is_accepted(stored, got):
    assert Tolerant(stored) == Tolerant(got)


@pytest.mark.parametrize(
    ("stored", "got"),
    [
        ("loss 1.23", "cost 1.23"),
        ("loss 1.23", "loss 1.24"),
        ("loss 0.4502", "loss -0.4502"),
        ("ids [15, 496]", "ids [15, 497]"),
        ("shape (2, 3)", "shape (3, 2)"),
        ("1.5 2.5", "1.5"),
        ("1.5", "1.5 2.5"),
        ("a b", "a  b"),
        ("[0.5]", "0.5"),
        ("Paris", ""),
        ("1.0 of 3", "1.0 of 4"),
    ],
)
def test_anything_else_is_refused(stored, got):
    assert Tolerant(stored) != Tolerant(got)


def test_a_cell_can_state_its_tolerance():
    wide = Tolerant("accuracy 0.91")
    wide.tolerance = 0.05
    assert wide == Tolerant("accuracy 0.93") and wide != Tolerant("accuracy 0.99")


CELLS = {  # name: (source, stored output or None, does it pass?)
    "the same": ("print('a', 1.5)", "a 1.5\n", True),
    "jitter": ("print('a', 1.0)", "a 1.0004\n", True),
    "stated": ("# tolerance: 0.1\nprint(1.0)", "1.05\n", True),
    "a changed word": ("print('a', 1.5)", "b 1.5\n", False),
    "a changed digit": ("print(1.50)", "1.52\n", False),
    "an output that went missing": ("x = 1", "a\n", False),
    "an output that was not stored": ("print('a')", None, False),
    "something on stderr": ("import sys; print('a'); print('b', file=sys.stderr)", "a\n", False),
    "an error": ("1 / 0", None, False),
}


def test_the_comparison_at_work(pytester, request):
    """One notebook, a cell a case, executed by nbval with the course's own conftest."""
    notebook = nbformat.v4.new_notebook()
    for count, (source, stored, _) in enumerate(CELLS.values(), start=1):
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=stored)] if stored else []
        notebook.cells.append(nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs))
    nbformat.write(notebook, pytester.path / "cases.ipynb")
    pytester.makeconftest((request.config.rootpath / "conftest.py").read_text(encoding="utf-8"))
    result = pytester.runpytest_subprocess(
        "--nbval", "--nbval-current-env", "-v", "--color=no", "cases.ipynb"
    )
    for number, (name, (_, _, passes)) in enumerate(CELLS.items()):
        line = next(line for line in result.outlines if f"::Cell {number} " in line)
        assert ("PASSED" if passes else "FAILED") in line, f"{name}: {line}"
