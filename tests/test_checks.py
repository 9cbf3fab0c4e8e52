"""The checks that every room shares."""

import math

import pytest
import torch

from utils import checks

INTS, FLOATS = torch.tensor([[0, 3], [1, 2]]), torch.ones(2, 3)


@pytest.mark.parametrize(
    ("value", "words"),
    [(FLOATS, "shape (2, 3) of float32"), (INTS > 1, "shape (2, 2) of bool"), ([1], "list"), (None, "None")],
)
def test_describe(value, words) -> None:
    assert checks.describe(value) == words


def test_what_fits_passes() -> None:
    checks.check_whole(a=1, b=2048)
    checks.check_positive(a=1e-9, b=3)
    checks.check_positive(at_most=1, p=1)
    checks.check_shape("x", FLOATS, (2, "C"))
    checks.check_shape("x", FLOATS[None, None], (..., 2, "C"))
    checks.check_shape("x", torch.tensor(1.0), (...,))
    checks.check_float("x", FLOATS)
    checks.check_ids("ids", INTS, 4)
    checks.check_ids("ids", INTS.int().flatten(), 4, ("N",))


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "1", None])
def test_no_whole_number(value) -> None:
    with pytest.raises(ValueError, match=f"size: got {value!r}; an int of at least 1 is expected"):
        checks.check_whole(fine=1, size=value)


@pytest.mark.parametrize("value", [0, -0.5, 1.5, math.nan, math.inf, True, "1", None])
def test_not_positive(value) -> None:
    with pytest.raises(ValueError, match=f"p: got {value!r}; a number above 0 and at most 1 is expected, no"):
        checks.check_positive(at_most=1, hint=", no", p=value)
    if value != 1.5:
        with pytest.raises(ValueError, match=f"p: got {value!r}; a number above 0 is expected"):
            checks.check_positive(p=value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: checks.check_shape("x", FLOATS, (2, 4)),
            r"x: got shape \(2, 3\) of .*; a tensor \(2, 4\) is",
        ),
        (lambda: checks.check_shape("x", FLOATS, ("C",)), r"x: got shape \(2, 3\) of .*; a tensor \(C,\) is"),
        (lambda: checks.check_shape("x", FLOATS, (..., 2)), r"a tensor \(…, 2\) is"),
        (lambda: checks.check_shape("x", FLOATS[0], (..., "T", "C")), r"got shape \(3,\)"),
        (lambda: checks.check_shape("x", [[1, 2, 3]], ("B", "C")), "x: got list; a tensor"),
        (lambda: checks.check_float("x", INTS), r"x: got shape \(2, 2\) of int64; a tensor of floats of any"),
        (lambda: checks.check_float("x", FLOATS, ("C",)), r"a tensor \(C,\) is"),
        (lambda: checks.check_ids("ids", FLOATS, 9), "ids: got .* of float32; a tensor of ints"),
        (lambda: checks.check_ids("ids", INTS > 1, 9), "ids: got .* of bool; a tensor of ints"),
        (lambda: checks.check_ids("ids", INTS[:0], 9), r"ids: got shape \(0, 2\) of int64; .* not empty"),
        (lambda: checks.check_ids("ids", INTS[0], 9), r"ids: got shape \(2,\) of int64; a tensor \(B, T\)"),
        (lambda: checks.check_ids("ids", INTS, 3), "ids: got 0 to 3; 0 to 2 is expected"),
        (lambda: checks.check_ids("ids", INTS - 1, 9), "ids: got -1 to 2; 0 to 8 is expected"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
