"""Exercises that name your mistake: a check, a ladder of hints, a solution on demand.

An exercise is declared once, in `utils/exercises/<room>.py`. The learner writes a function of the
same name in the notebook; `check()` finds it there, tries it on inputs it has never seen, and prints
one of four verdicts: not attempted, your code raised, not yet (with a diagnosis), or correct.
"""

import ast
import copy
import inspect
import json
import linecache
import os
import random
import signal
import textwrap
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from IPython import get_ipython

from utils.course import ROOT, show_source

TIME_LIMIT = 20  # seconds for one check


class NotYet(Exception):
    """Raised by a check: its text is the diagnosis the learner reads."""


class Raised(Exception):
    """The learner's function raised `error`; a check may catch this where an error is expected."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


def expect_tensor(
    got: object, shape: Sequence[int], hint: str = "", dtype: torch.dtype | None = None
) -> torch.Tensor:
    """`got`, if it is a tensor of this shape without nan, of `dtype` or else of any floats.

    Raises:
        NotYet: it is not; what the learner reads ends with `hint`.
    """
    if not isinstance(got, torch.Tensor):
        raise NotYet(
            f"a tensor of shape {tuple(shape)} is expected, not {type(got).__name__}. {hint}".strip()
        )
    if got.shape != tuple(shape):
        found = tuple(got.shape)
        raise NotYet(f"a tensor of shape {tuple(shape)} is expected; yours has {found}. {hint}".strip())
    kind = str(got.dtype).removeprefix("torch.")
    if dtype is None and not got.is_floating_point():
        raise NotYet(f"floats are expected; your tensor holds {kind}.")
    if dtype is not None and got.dtype != dtype:
        raise NotYet(f"{str(dtype).removeprefix('torch.')} is expected; your tensor holds {kind}.")
    if got.isnan().any():
        raise NotYet("your result holds nan. Is 0 divided by 0, or infinity taken from infinity?")
    return got


def same(got: torch.Tensor, expected: torch.Tensor) -> bool:
    """Equal in shape, and in numbers but for rounding."""
    return got.shape == expected.shape and torch.allclose(got.to(expected), expected, atol=1e-5, rtol=1e-4)


class _NotAttempted(Exception):
    """The placeholder is still there."""


@dataclass(frozen=True)
class Verdict:
    """`kind` is "not attempted", "raised", "not yet" or "correct"; `text` is what the learner reads."""

    kind: str
    text: str


class Exercise:
    """One exercise, declared in one place.

    Args:
        name: what the learner's function is called in the notebook.
        minutes: an honest estimate.
        stars: difficulty, 1 to 3.
        check: called with the learner's function, guarded (see `_guard`). Raises `NotYet(diagnosis)`,
            or returns one sentence on why a right answer matters.
        hints: from a nudge to almost the answer.
        solution: a function that passes.
        mistakes: typical wrong answers, each with words its diagnosis must contain; at least three.

    Raises:
        ValueError: no hints, fewer than three mistakes, or stars outside 1 to 3.
    """

    def __init__(
        self,
        name: str,
        minutes: int,
        stars: int,
        check: Callable[[Callable], str],
        hints: Sequence[str],
        solution: Callable,
        mistakes: dict[Callable, str],
    ) -> None:
        if not hints:
            raise ValueError(f"hints: {name} has none; at least one is expected")
        if len(mistakes) < 3:
            raise ValueError(f"mistakes: {name} has {len(mistakes)}; at least 3 are expected")
        if stars not in (1, 2, 3):
            raise ValueError(f"stars: got {stars!r} for {name}; 1, 2 or 3 is expected")
        self.name, self.minutes, self.stars = name, minutes, stars
        self.hints, self.mistakes = list(hints), dict(mistakes)
        self._check, self._solution, self._shown = check, solution, 0
        self.room = check.__module__.rsplit(".", 1)[-1]

    def __repr__(self) -> str:
        return f"Exercise {self.room}.{self.name}, {'★' * self.stars}, {self.minutes} min"

    def check(self) -> None:
        """Print the verdict on the function of this name in the notebook. Never raises."""
        namespace = getattr(get_ipython(), "user_ns", {})
        if self.name in namespace:
            verdict = self.verdict(namespace[self.name])
        else:
            verdict = Verdict(
                "not attempted", f"not attempted: run the cell that defines `{self.name}` first."
            )
        print(_wrap(f"{self.name} · {verdict.text}"))
        if verdict.kind == "correct":
            _remember(f"{self.room}.{self.name}")

    def hint(self) -> None:
        """Print one more hint each call; after the last one, the last one again."""
        self._shown = min(self._shown + 1, len(self.hints))
        print(_wrap(f"{self.name} · hint {self._shown} of {len(self.hints)}: {self.hints[self._shown - 1]}"))
        if self._shown == len(self.hints):
            print(f"That was the last hint. The answer: exercises.{self.room}.{self.name}.solution()")

    def solution(self) -> None:
        """Show a solution as source."""
        show_source(self._solution)

    def verdict(self, answer: object) -> Verdict:
        """What `check` prints, as a value."""
        if not callable(answer):
            return Verdict(
                "not yet", f"not yet: `{self.name}` is of type {_type(answer)}; a function is expected."
            )
        if _has_placeholder(answer):
            return Verdict("not attempted", "not attempted: replace the `...` with your code and run again.")
        try:
            with _same_randomness(), _time_limit():
                why = self._check(_guard(answer))
        except _NotAttempted:
            return Verdict("not attempted", "not attempted: your function returns `...`.")
        except NotYet as diagnosis:
            return Verdict("not yet", f"not yet: {diagnosis}")
        except Raised as raised:
            return Verdict("raised", _describe(raised.error, answer))
        except TimeoutError:
            return Verdict(
                "not yet", f"not yet: no answer after {TIME_LIMIT} seconds. Does a loop never end?"
            )
        except Exception as error:  # the check met a value it cannot read
            return Verdict(
                "not yet",
                f"not yet: your function returned something the check cannot read ({_one_line(error)}).",
            )
        return Verdict("correct", f"correct. {why}")


def progress() -> None:
    """Print which exercises are solved, room by room."""
    import utils.exercises as rooms

    solved = _solved()
    for notebook in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        room = getattr(rooms, notebook.stem[3:], None)
        names = [e.name for e in vars(room).values() if isinstance(e, Exercise)] if room else []
        if names:
            done = [f"{notebook.stem[3:]}.{name}" in solved for name in names]
            left = [name for name, is_done in zip(names, done, strict=True) if not is_done]
            marks = "".join("■" if is_done else "□" for is_done in done)
            print(
                f"{notebook.stem:<24}{marks:<8}{sum(done)} of {len(done)}"
                + ("   next: " + left[0] if left else "")
            )


def _guard(answer: Callable) -> Callable:
    """`answer`, with its arguments watched: a changed argument or a returned `...` is noticed."""

    def guarded(*args: object, **kwargs: object) -> object:
        before = _snapshot((args, kwargs))
        try:
            result = answer(*args, **kwargs)
        except (TimeoutError, KeyboardInterrupt, NotYet):
            raise
        except BaseException as error:
            raise Raised(error) from None
        if result is ...:
            raise _NotAttempted
        if not _same(before, (args, kwargs)):
            raise NotYet(
                "your function changes its argument in place. Work on a copy; the caller still needs it."
            )
        return result

    return guarded


def _snapshot(value: object) -> object:
    if isinstance(value, torch.nn.Module):
        return value  # weights are not arguments, and copying a model is slow
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_snapshot(item) for item in value)
    if type(value) is dict:
        return {key: _snapshot(item) for key, item in value.items()}
    return value.clone() if isinstance(value, torch.Tensor) else copy.deepcopy(value)


def _same(a: object, b: object) -> bool:
    if isinstance(a, torch.Tensor):
        return a.shape == b.shape and torch.equal(torch.nan_to_num(a.float()), torch.nan_to_num(b.float()))
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b)
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if type(a) is dict:
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    return type(a).__eq__ is object.__eq__ or a == b


def _has_placeholder(answer: Callable) -> bool:
    """True while a statement of the function is still `...`, `return ...` or `name = ...`."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return False  # no source at hand; a returned `...` is noticed by the guard
    values = [
        n.value for n in ast.walk(tree) if isinstance(n, (ast.Expr, ast.Return, ast.Assign, ast.AnnAssign))
    ]
    return any(isinstance(value, ast.Constant) and value.value is ... for value in values)


def _describe(error: BaseException, answer: Callable) -> str:
    """`your code raised X at line n`, where n counts in the learner's cell."""
    methods = (
        [m for m in vars(answer).values() if inspect.isfunction(m)] if inspect.isclass(answer) else [answer]
    )
    files = {inspect.unwrap(m).__code__.co_filename for m in methods if hasattr(m, "__code__")}
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename in files]
    if not lines:
        return f"your code raised {_one_line(error)} when it was called: do its parameters fit?"
    code = linecache.getline(next(iter(files)), lines[-1]).strip()
    return f"your code raised {_one_line(error)} at line {lines[-1]}" + (f": `{code}`" if code else "")


def _one_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:160]}" if words else type(error).__name__


def _type(value: object) -> str:
    return type(value).__name__


def _wrap(text: str) -> str:
    return textwrap.fill(text, 100, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


@contextmanager
def _same_randomness() -> Iterator[None]:
    """Leave the random states as they were: an exercise must not change what comes after it."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    try:
        yield
    finally:
        random.setstate(states[0]), np.random.set_state(states[1]), torch.set_rng_state(states[2])


@contextmanager
def _time_limit() -> Iterator[None]:
    """Stop a loop that never ends, where the platform can (not on Windows)."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _progress_file() -> Path:
    return Path(os.environ.get("COURSE_PROGRESS", ROOT / ".progress.json"))


def _solved() -> list[str]:
    try:
        return sorted(json.loads(_progress_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return []


def _remember(key: str) -> None:
    path = _progress_file()
    temporary = path.with_suffix(".tmp")
    try:
        temporary.write_text(json.dumps(sorted({*_solved(), key}), indent=1), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        print(f"(Your progress could not be saved: {error.strerror or error}.)")
