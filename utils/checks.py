"""What the course's functions expect: each check names the argument, what came and what was expected.

All raise `ValueError`. What only one room can know, it checks itself.
"""

import math
from numbers import Real

import torch
from torch import Tensor


def describe(value: object) -> str:
    """ "shape (2, 5) of int64" for a tensor, the type's name for anything else."""
    if not isinstance(value, Tensor):
        return repr(value) if value is None else type(value).__name__
    return f"shape {tuple(value.shape)} of {str(value.dtype).removeprefix('torch.')}"


def check_whole(**numbers: object) -> None:
    """Ints of at least 1, by name."""
    for name, value in numbers.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name}: got {value!r}; an int of at least 1 is expected")


def check_positive(at_most: float = math.inf, hint: str = "", **numbers: object) -> None:
    """Finite numbers above 0 and no higher than `at_most`, by name; `hint` ends the message."""
    for name, value in numbers.items():
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number or not 0 < value <= at_most or value == math.inf:
            limit = "" if at_most == math.inf else f" and at most {at_most}"
            raise ValueError(f"{name}: got {value!r}; a number above 0{limit} is expected{hint}")


def check_shape(name: str, value: object, expected: tuple) -> None:
    """`expected` holds numbers, names of axes that may have any size, and in front maybe `...`."""
    sizes = expected[1:] if expected[0] is ... else expected
    shape = tuple(getattr(value, "shape", ()))
    if expected[0] is ...:
        shape = shape[max(len(shape) - len(sizes), 0) :]
    fits = len(shape) == len(sizes) and all(
        isinstance(e, str) or s == e for s, e in zip(shape, sizes, strict=True)
    )
    if not isinstance(value, Tensor) or not fits:
        raise ValueError(f"{name}: got {describe(value)}; a tensor {_axes(expected)} is expected")


def check_float(name: str, value: object, expected: tuple = (...,)) -> None:
    """A tensor of floats; of the shape `expected`, see `check_shape`."""
    if not isinstance(value, Tensor) or not value.is_floating_point():
        raise ValueError(f"{name}: got {describe(value)}; a tensor of floats {_axes(expected)} is expected")
    check_shape(name, value, expected)


def check_ints(name: str, ids: object, expected: tuple = ("B", "T")) -> None:
    """A tensor of ints, none of its axes empty; of the shape `expected`, see `check_shape`."""
    if not isinstance(ids, Tensor) or ids.dtype not in (torch.int32, torch.int64) or not ids.numel():
        raise ValueError(
            f"{name}: got {describe(ids)}; a tensor of ints {_axes(expected)}, not empty, is expected"
        )
    check_shape(name, ids, expected)


def check_ids(name: str, ids: object, size: int, expected: tuple = ("B", "T")) -> None:
    """A tensor of ints as in `check_ints`, from 0 to below `size`."""
    check_ints(name, ids, expected)
    if ids.min() < 0 or ids.max() >= size:
        raise ValueError(f"{name}: got {ids.min()} to {ids.max()}; 0 to {size - 1} is expected")


def _axes(expected: tuple) -> str:
    if expected == (...,):
        return "of any shape"
    words = ", ".join("…" if size is ... else str(size) for size in expected)
    return f"({words},)" if len(expected) == 1 else f"({words})"
