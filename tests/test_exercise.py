"""The Exercise class: its four verdicts, its hints, and that it never harms the notebook around it."""

import json
import math
import time

import pytest
import torch

from utils import exercise
from utils.exercise import Exercise, NotYet, Raised, expect_tensor


def double(x):
    return 2 * x


def _check(answer):
    """A check in the style of the rooms: several inputs, a diagnosis, a reason."""
    for value in (3, torch.tensor([1.0, float("nan")]), torch.rand(2, 3)):
        got = answer(value)
        if torch.equal(torch.as_tensor(got).nan_to_num(), torch.as_tensor(value).nan_to_num()):
            raise NotYet("nothing was doubled")
        if not torch.allclose(torch.as_tensor(got), torch.as_tensor(2 * value), equal_nan=True):
            raise NotYet(f"double({value}) should be {2 * value}")
    return "Twice is more."


def same(x):
    return x


def half(x):
    return x / 2


def square(x):
    return x**2


MISTAKES = {same: "nothing was doubled", half: "should be", square: "should be"}


@pytest.fixture
def doubling(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    return Exercise("double", 2, 1, _check, ["think", "of two"], double, MISTAKES)


def in_notebook(monkeypatch, source):
    """Define functions as a notebook cell would, and let the exercise find them."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.run_cell(source)
    monkeypatch.setattr(exercise, "get_ipython", lambda: shell)
    return shell


def test_correct_says_why_and_is_remembered(doubling, capsys, monkeypatch, tmp_path):
    in_notebook(monkeypatch, "def double(x):\n    return x + x")
    doubling.check()
    assert capsys.readouterr().out == "double · correct. Twice is more.\n"
    assert json.loads((tmp_path / "progress.json").read_text()) == ["test_exercise.double"]
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


@pytest.mark.parametrize(
    "source",
    [
        "def double(x):\n    return ...",
        "def double(x):\n    ...",
        "def double(x):\n    y = ...\n    return y * 2",
        "def double(x):\n    return (lambda: ...)()",
    ],
)
def test_a_placeholder_is_not_attempted(doubling, capsys, monkeypatch, source):
    in_notebook(monkeypatch, source)
    doubling.check()
    assert "not attempted" in capsys.readouterr().out


def test_an_ellipsis_index_is_an_attempt(doubling, monkeypatch, capsys):
    in_notebook(monkeypatch, "def double(x):\n    return 2 * x if isinstance(x, int) else x[...] * 2")
    doubling.check()
    assert "correct" in capsys.readouterr().out


def test_undefined_is_not_attempted(doubling, capsys, monkeypatch):
    shell = in_notebook(monkeypatch, "")
    shell.user_ns.pop("double", None)
    doubling.check()
    assert "run the cell that defines `double`" in capsys.readouterr().out


def test_an_error_is_reported_with_its_line(doubling, capsys, monkeypatch):
    in_notebook(monkeypatch, "def helper(x):\n    return x / 0\n\ndef double(x):\n    return helper(x)")
    doubling.check()
    assert "raised ZeroDivisionError: division by zero at line 2: `return x / 0`" in capsys.readouterr().out


def test_wrong_parameters_are_told(doubling):
    text = doubling.verdict(lambda: 3).text
    assert "TypeError" in text and "do its parameters fit" in text


def test_not_a_function(doubling):
    assert "is of type list; a function is expected" in doubling.verdict([1]).text


def test_changing_the_argument_is_told(doubling):
    def in_place(x):
        if isinstance(x, torch.Tensor):
            return x.mul_(2)
        return 2 * x

    assert "changes its argument in place" in doubling.verdict(in_place).text


@pytest.mark.parametrize("value", [None, "text", [[]], {1: 2}])
def test_an_unreadable_result_is_a_verdict_not_a_crash(doubling, value):
    verdict = doubling.verdict(lambda x: value)
    assert verdict.kind == "not yet"


def test_a_loop_that_never_ends_is_stopped(doubling, monkeypatch):
    monkeypatch.setattr(exercise, "TIME_LIMIT", 0.2)

    def forever(x):
        while True:
            pass

    started = time.perf_counter()
    assert "Does a loop never end" in doubling.verdict(forever).text
    assert time.perf_counter() - started < 5


def test_sys_exit_in_an_answer_is_reported(doubling):
    def leave(x):
        raise SystemExit

    assert doubling.verdict(leave).kind == "raised"


def test_randomness_is_left_as_it_was(doubling):
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    doubling.verdict(double)
    assert torch.equal(torch.rand(1), expected)


def test_a_check_may_expect_an_error():
    def strict(x):
        if x < 0:
            raise ValueError("x: negative")
        return x

    def check(answer):
        try:
            answer(-1)
        except Raised as raised:
            if isinstance(raised.error, ValueError):
                return "Good."
        raise NotYet("a negative x should raise ValueError")

    room = Exercise("strict", 2, 1, check, ["raise"], strict, MISTAKES)
    assert room.verdict(strict).kind == "correct"
    assert "should raise ValueError" in room.verdict(same).text


def test_hints_climb_and_the_last_one_stays(doubling, capsys):
    for _ in range(3):
        doubling.hint()
    out = capsys.readouterr().out
    assert "hint 1 of 2: think" in out and out.count("hint 2 of 2: of two") == 2 and ".solution()" in out


def test_progress_counts_what_is_solved(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    exercise._remember("tokenization.count_pairs")
    exercise.progress()
    assert "01_tokenization         ■□□□□   1 of 5   next: merge_pair" in capsys.readouterr().out


def test_a_damaged_progress_file_counts_as_empty(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    (tmp_path / "progress.json").write_text("{")
    exercise.progress()
    assert "0 of 5" in capsys.readouterr().out


def test_a_read_only_checkout_only_costs_the_progress(doubling, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "no" / "such" / "folder.json"))
    in_notebook(monkeypatch, "def double(x):\n    return x + x")
    doubling.check()
    out = capsys.readouterr().out
    assert "correct" in out and "progress could not be saved" in out


@pytest.mark.parametrize(
    ("change", "message"),
    [({"hints": []}, "hints: "), ({"mistakes": {same: "x"}}, "at least 3"), ({"stars": 4}, "stars: got 4")],
)
def test_a_declaration_that_lacks_something_is_refused(change, message):
    given = dict(name="d", minutes=1, stars=1, check=_check, hints=["h"], solution=double, mistakes=MISTAKES)
    with pytest.raises(ValueError, match=message):
        Exercise(**{**given, **change})


@pytest.mark.parametrize(
    ("got", "how", "words"),
    [
        (None, {}, "a tensor of shape (2,) is expected, not NoneType. Really."),
        (torch.ones(3), {}, "a tensor of shape (2,) is expected; yours has (3,). Really."),
        (torch.ones(2).int(), {}, "floats are expected; your tensor holds int32."),
        (torch.ones(2), {"dtype": torch.long}, "int64 is expected; your tensor holds float32."),
        (torch.tensor([1, math.nan]), {}, "your result holds nan."),
    ],
)
def test_what_is_no_such_tensor_is_told(got, how, words):
    with pytest.raises(NotYet) as told:
        expect_tensor(got, (2,), "Really.", **how)
    assert str(told.value).startswith(words)


def test_a_tensor_as_expected_comes_back():
    for got, how in [(torch.tensor([-math.inf, 1]), {}), (torch.arange(2), {"dtype": torch.long})]:
        assert expect_tensor(got, got.shape, **how) is got
    alike = exercise.same
    assert alike(torch.ones(2), torch.ones(2) + 1e-6) and not alike(torch.ones(2), torch.ones(2) + 1e-3)
    assert not alike(torch.ones(2), torch.ones(1, 2)) and not alike(torch.tensor([math.nan]), torch.ones(1))
