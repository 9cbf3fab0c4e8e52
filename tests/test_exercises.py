"""Every exercise proved: the placeholder, the solution, each mistake, and code that raises."""

import json
import re
from pathlib import Path

import pytest

import utils.exercises
from utils.exercise import Exercise, NotYet

EXERCISES = [
    exercise
    for room in vars(utils.exercises).values()
    if getattr(room, "__name__", "").startswith("utils.exercises.")
    for exercise in vars(room).values()
    if isinstance(exercise, Exercise)
]


def placeholder(exercise: Exercise) -> str:
    """The cell of the notebook that the learner fills in."""
    (path,) = Path(__file__).parent.parent.glob(f"notebooks/[0-9][0-9]_{exercise.room}.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return next(
        s for s in sources if re.search(rf"^(def|class) {exercise.name}\b", s, re.MULTILINE) and "..." in s
    )


def prove(exercise: Exercise) -> None:
    """Raise AssertionError where the exercise does not keep its word."""
    right = exercise.verdict(exercise._solution)
    assert right.kind == "correct", f"the solution of {exercise.name}: {right.text}"
    assert len(right.text) > 30, f"{exercise.name} does not say why it matters"
    for mistake, words in exercise.mistakes.items():
        wrong = exercise.verdict(mistake)
        assert wrong.kind == "not yet", f"{exercise.name}, {mistake.__name__}: {wrong.text}"
        assert words in wrong.text, (
            f"{exercise.name}, {mistake.__name__}: {wrong.text!r} does not say {words!r}"
        )


@pytest.mark.parametrize("exercise", EXERCISES, ids=repr)
def test_solution_and_mistakes(exercise):
    prove(exercise)


@pytest.mark.parametrize("exercise", EXERCISES, ids=repr)
def test_mistakes_have_diagnoses_of_their_own(exercise):
    texts = [exercise.verdict(mistake).text for mistake in exercise.mistakes]
    assert len(set(texts)) == len(texts), texts


@pytest.mark.parametrize("exercise", EXERCISES, ids=repr)
def test_the_placeholder_is_not_attempted(exercise):
    namespace = {}
    exec("import torch\n" + placeholder(exercise), namespace)
    assert exercise.verdict(namespace[exercise.name]).kind == "not attempted"


@pytest.mark.parametrize("exercise", EXERCISES, ids=repr)
def test_code_that_raises_is_reported_with_its_line(exercise):
    def raises(*args, **kwargs):
        return 1 / 0

    verdict = exercise.verdict(raises)
    line = raises.__code__.co_firstlineno + 1
    assert verdict.kind == "raised" and f"ZeroDivisionError: division by zero at line {line}" in verdict.text


@pytest.mark.parametrize("value", [None, 0, "text", [], {}, (1, 2), [[1]]], ids=repr)
@pytest.mark.parametrize("exercise", EXERCISES, ids=repr)
def test_nonsense_is_diagnosed(exercise, value):
    """Whatever comes back, the learner gets a verdict, and a right one."""
    assert exercise.verdict(lambda *args, **kwargs: value).kind == "not yet"


def test_a_room_has_its_exercises_in_the_order_of_the_notebook():
    """So that `progress` names the right one as the next."""
    for path in Path(__file__).parent.parent.glob("notebooks/*.ipynb"):
        room = path.stem[3:]
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
        asked = re.findall(rf"^exercises\.{room}\.(\w+)\.check\(\)", text, re.MULTILINE)
        assert [exercise.name for exercise in EXERCISES if exercise.room == room] == asked


def test_there_are_exercises():
    assert len(EXERCISES) >= 5


# --- The proof proved: a broken exercise is caught. ---


def _declare(check, solution=abs, mistakes=None):
    def wrong(x):
        return x + 1

    def worse(x):
        return x + 2

    def worst(x):
        return x + 3

    words = mistakes or {wrong: "one too many", worse: "two too many", worst: "three too many"}
    return Exercise("abs", 1, 1, check, ["hint"], solution, words)


def _sound_check(answer):
    off = answer(5) - 5
    if off:
        raise NotYet(f"{['', 'one', 'two', 'three'][off]} too many")
    return "A sentence on why this matters to the learner."


def test_a_sound_exercise_passes():
    prove(_declare(_sound_check))


def test_a_wrong_diagnosis_is_caught():
    def check(answer):
        if answer(5) != 5:
            raise NotYet("one too many")
        return "A sentence on why this matters to the learner."

    with pytest.raises(AssertionError, match="does not say 'two too many'"):
        prove(_declare(check))


def test_a_check_that_lets_a_mistake_through_is_caught():
    with pytest.raises(AssertionError, match=r"wrong: correct"):
        prove(_declare(lambda answer: "A sentence on why this matters, whatever the answer is."))


def test_a_solution_that_fails_is_caught():
    with pytest.raises(AssertionError, match="the solution of abs"):
        prove(_declare(_sound_check, solution=lambda x: x + 1))
