"""The environment is noticed when broken, the notebooks come back, the pins are what is tested."""

import ast
import contextlib
import copy
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from utils import environment, notebooks
from utils.environment import ROOT, Trouble, find_fault, normal, pins

HERE = "{}.{}".format(*sys.version_info[:2])
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    """A checkout with a sound environment of one package, in a path of spaces and accents."""
    root = tmp_path / "une été, dans le pré"
    for name in environment.PINS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("foo==1.0\n", encoding="utf-8")
    site = root / ".venv" / "lib" / f"python{HERE}" / "site-packages"
    for name in ("foo", "pip"):
        (site / f"{name}-1.0.dist-info").mkdir(parents=True)
        (site / name).mkdir()
        (site / name / "à la carte.py").write_text("x = 1\n", encoding="utf-8")
        record = f"{name}/à la carte.py,sha256=0,6\n{name}-1.0.dist-info/RECORD,,\n{name}/x.pyc,,\n"
        (site / f"{name}-1.0.dist-info" / "RECORD").write_text(record, encoding="utf-8")
    (root / ".venv" / "bin").mkdir()
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    environment.write_stamp(root)
    return root


def test_a_sound_environment_has_no_fault(root):
    assert find_fault(root) is None
    environment.ensure(root)


def change_stamp(root, **entries):
    stamp = root / ".venv" / environment.STAMP
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), **entries}))


def site(root):
    return environment.site_packages(root)


BREAKS = {
    "none yet": (lambda root: shutil.rmtree(root / ".venv"), "no environment yet", True),
    "no stamp": (lambda root: (root / ".venv" / environment.STAMP).unlink(), "half-made", True),
    "torn stamp": (lambda root: (root / ".venv" / environment.STAMP).write_text('{"pa'), "half-made", True),
    "moved": (lambda root: change_stamp(root, path="/elsewhere"), "another place: /elsewhere", True),
    "no python": (lambda root: (root / ".venv" / "bin" / "python").unlink(), "no longer runs", True),
    "other python": (
        lambda root: change_stamp(root, python="2.7"),
        f"2.7, and its Python is now {HERE}",
        True,
    ),
    "pins": (
        lambda root: (root / "constraints.txt").write_text("foo==2.0"),
        "pinned versions have changed",
        False,
    ),
    "no folder": (lambda root: shutil.rmtree(site(root) / "foo"), "damaged: foo", False),
    "short file": (lambda root: (site(root) / "foo" / "à la carte.py").write_text(""), "damaged: foo", False),
    "no record": (lambda root: (site(root) / "foo-1.0.dist-info" / "RECORD").unlink(), "damaged: foo", False),
    "no dist-info": (lambda root: shutil.rmtree(site(root) / "foo-1.0.dist-info"), "damaged: foo", False),
    "no pip": (lambda root: shutil.rmtree(site(root) / "pip"), "damaged: pip", True),
    "two versions": (
        lambda root: shutil.copytree(site(root) / "foo-1.0.dist-info", site(root) / "foo-0.9.dist-info"),
        "damaged: foo",
        False,
    ),
    "other version": (
        lambda root: (
            (site(root) / "foo-1.0.dist-info").rename(site(root) / "foo-3.0.dist-info")
            and (site(root) / "foo-3.0.dist-info" / "RECORD").write_text(
                "foo/à la carte.py,,6\n", encoding="utf-8"
            )
        ),
        "not in their pinned version: foo",
        False,
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_every_break_is_noticed_and_named(root, name):
    do, says, rebuild = BREAKS[name]
    do(root)
    fault = find_fault(root)
    assert fault and says in fault.says
    assert fault.rebuild is rebuild


def test_a_package_of_the_learners_own_is_no_fault(root):
    (site(root) / "own-1.0.dist-info").mkdir()
    (site(root) / "own-1.0.dist-info" / "RECORD").write_text("own-1.0.dist-info/RECORD,,\n")
    assert find_fault(root) is None


def test_a_damaged_package_is_installed_again_and_stamped(root, monkeypatch):
    def install(root):
        assert not (site(root) / "foo-1.0.dist-info").exists()  # so that pip sees that it is missing
        (site(root) / "foo-1.0.dist-info").mkdir()
        (site(root) / "foo-1.0.dist-info" / "RECORD").write_text("foo-1.0.dist-info/RECORD,,\n")

    shutil.rmtree(site(root) / "foo")
    monkeypatch.setattr(environment, "install", install)
    environment.ensure(root)
    assert find_fault(root) is None


def test_changed_pins_are_installed_and_stamped(root, monkeypatch):
    (root / "constraints.txt").write_text("foo==1.0\nbar==1.0\n")
    monkeypatch.setattr(environment, "install", lambda root: None)
    environment.ensure(root)
    assert find_fault(root) is None


def test_a_failed_first_install_leaves_nothing(root, monkeypatch):
    def fail(words, **settings):
        if "venv" in words:
            (root / ".venv" / "bin").mkdir(parents=True)
        return int("pip" in words)

    shutil.rmtree(root / ".venv")
    monkeypatch.setattr(environment, "call", fail)
    with pytest.raises(Trouble, match="pip could not install"):
        environment.ensure(root)
    assert not (root / ".venv").exists()


def test_an_interrupted_first_install_leaves_nothing(root, monkeypatch):
    def interrupt(root):
        raise KeyboardInterrupt

    shutil.rmtree(root / ".venv")
    monkeypatch.setattr(environment, "install", interrupt)
    with pytest.raises(KeyboardInterrupt):
        environment.ensure(root)
    assert not (root / ".venv").exists()


def test_a_checkout_that_cannot_be_written_is_told(root, monkeypatch):
    shutil.rmtree(root / ".venv")
    monkeypatch.setattr(environment.os, "access", lambda path, mode: False)
    with pytest.raises(Trouble, match="nothing can be written"):
        environment.ensure(root)


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13), (3, 14, 0), (2, 7, 18)])
def test_a_wrong_python_gets_one_sentence(version, monkeypatch):
    monkeypatch.setattr(environment, "runs", lambda python: python == "python3.12")
    with pytest.raises(Trouble) as told:
        environment.require_python(version)
    text = str(told.value)
    assert "3.11 to 3.13" in text and ".".join(map(str, version)) in text and "PYTHON=python3.12" in text
    assert "\n" not in text


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 0)])
def test_a_right_python_passes(version):
    environment.require_python(version)


def test_a_python_without_venv_is_told(monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Trouble, match=r"apt install python3\.12-venv"):
        environment.require_python((3, 12, 1))


def test_the_file_parses_on_python_3_8_and_needs_the_standard_library_only():
    source = (ROOT / "utils" / "environment.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    names = {a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names}
    names |= {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("busy", "port"), [(set(), 8888), ({8888, 8889}, 8890), (set(range(8888, 8898)), 54321)]
)
def test_busy_ports_are_passed_over(monkeypatch, busy, port):
    class Fake(contextlib.nullcontext):
        def __enter__(self):
            return self

        def bind(self, address):
            if address[1] in busy:
                raise OSError("in use")
            self.port = address[1] or 54321

        def getsockname(self):
            return "127.0.0.1", self.port

    monkeypatch.setattr(environment.socket, "socket", Fake)
    assert environment.free_port() == port
    busy |= {0, *range(8888, 8898)}
    with pytest.raises(Trouble, match="free port"):
        environment.free_port()


# Pins


def test_every_requirement_is_pinned_and_says_why():
    lines = [line for line in REQUIREMENTS.splitlines() if line and not line.startswith(("#", "-"))]
    assert len(lines) > 20
    for line in lines:
        assert re.fullmatch(r"[\w.-]+==[\w.]+  # \S.{10,}", line), line


def test_requirements_name_no_registry():
    assert not re.search(r"https?:|file:|--(index|extra-index|find-links|trusted)", REQUIREMENTS)


def test_what_is_pinned_is_what_is_tested():
    direct = re.findall(r"^([\w.-]+)==(\S+)", REQUIREMENTS, re.MULTILINE)
    installed = {name: importlib.metadata.version(name).split("+")[0] for name, _ in direct}
    assert installed == dict(direct)


@pytest.mark.parametrize("version", ["3.11.0", "3.12.0", "3.13.0"])
def test_the_pins_accept_every_python_of_the_course(version):
    from packaging.specifiers import SpecifierSet

    for name in pins():
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # for other systems
            accepted = importlib.metadata.metadata(name)["Requires-Python"] or ""
            assert version in SpecifierSet(accepted), name


def test_nothing_is_pinned_twice():
    text = REQUIREMENTS + (ROOT / "constraints.txt").read_text(encoding="utf-8")
    names = [normal(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)]
    assert len(names) == len(set(names))


def test_constraints_cover_whatever_the_requirements_pull_in():
    from packaging.requirements import Requirement

    pinned, seen = pins(), set()
    waiting = [
        (normal(name), frozenset()) for name in re.findall(r"^([\w.-]+)==", REQUIREMENTS, re.MULTILINE)
    ]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        package = importlib.metadata.distribution(name)
        assert pinned.get(name) == package.version.split("+")[0], name
        for text in package.requires or []:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in {"", *extras}):
                waiting.append((normal(needed.name), frozenset(needed.extras)))
    assert len(seen) > 100


# Reset


@pytest.fixture
def checkout(tmp_path):
    """A git checkout of two notebooks, the first changed, with some progress."""
    root = tmp_path / "mon été"
    (root / "notebooks").mkdir(parents=True)
    for name in ("01_tokenization", "03_attention"):
        (root / "notebooks" / f"{name}.ipynb").write_text("as it came")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x", "--no-verify"]):
        subprocess.run([*git, *words], cwd=root, check=True)
    for name in ("01_tokenization", "03_attention"):
        (root / "notebooks" / f"{name}.ipynb").write_text("mine")
    (root / "notebooks" / "my own.ipynb").write_text("mine")
    (root / ".progress.json").write_text('["attention.softmax", "tokenization.bpe"]')
    return root


@pytest.mark.parametrize(("chosen", "passed"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_in_the_lab_waiting_threads_sleep_unless_told_otherwise(monkeypatch, chosen, passed):
    class Child:
        def __init__(self, words, cwd, env):
            assert "jupyterlab" in words and env["OMP_WAIT_POLICY"] == passed

        def wait(self):
            return 7

    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if chosen:
        monkeypatch.setenv("OMP_WAIT_POLICY", chosen)
    monkeypatch.setattr(environment, "ensure", lambda: None)
    monkeypatch.setattr(environment.subprocess, "Popen", Child)
    assert environment.lab() == 7


def test_reset_gives_back_and_keeps_a_copy(checkout):
    said = environment.reset_notebooks(checkout)
    (backup,) = (checkout / "backup").iterdir()
    for name in ("01_tokenization.ipynb", "03_attention.ipynb"):
        assert (checkout / "notebooks" / name).read_text() == "as it came"
        assert (backup / name).read_text() == "mine"
    assert (checkout / "notebooks" / "my own.ipynb").read_text() == "mine"
    assert json.loads((checkout / ".progress.json").read_text()) == []
    assert len(json.loads((backup / ".progress.json").read_text())) == 2
    assert f"backup/{backup.name}" in said
    assert "Nothing to do" in environment.reset_notebooks(checkout)


def test_reset_of_one_notebook_leaves_the_others(checkout):
    environment.reset_notebooks(checkout, "3")
    assert (checkout / "notebooks" / "03_attention.ipynb").read_text() == "as it came"
    assert (checkout / "notebooks" / "01_tokenization.ipynb").read_text() == "mine"
    assert json.loads((checkout / ".progress.json").read_text()) == ["tokenization.bpe"]


def test_two_resets_in_one_second_keep_two_copies(checkout):
    now = environment.time.localtime(0)
    environment.reset_notebooks(checkout, "1", now)
    environment.reset_notebooks(checkout, "3", now)
    assert len(list((checkout / "backup").iterdir())) == 2


def test_a_deleted_notebook_comes_back(checkout):
    (checkout / "notebooks" / "03_attention.ipynb").unlink()
    environment.reset_notebooks(checkout)
    assert (checkout / "notebooks" / "03_attention.ipynb").read_text() == "as it came"


def test_reset_of_an_unknown_notebook_is_told(checkout):
    with pytest.raises(Trouble, match=r"NB=99.*01_tokenization, 03_attention"):
        environment.reset_notebooks(checkout, "99")


def test_reset_without_git_is_told(tmp_path):
    with pytest.raises(Trouble, match="no git checkout"):
        environment.reset_notebooks(tmp_path)


# Notebooks

MESSY = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
        "kernelspec": {"display_name": "mine", "name": "mine"},
        "language_info": {"name": "python", "version": "3.11.7"},
    },
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {"tags": ["x"], "editable": True},
            "source": "# é\nb",
        },
        {
            "cell_type": "code",
            "id": "b",
            "execution_count": 1,
            "metadata": {"execution": {"iopub.execute_input": "2026-01-01"}, "collapsed": False},
            "source": ["x"],
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "one\nt"},
                {"output_type": "stream", "name": "stdout", "text": ["wo\n"]},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/plain": "IntSlider(value=3)", notebooks.WIDGET: {"model_id": "f00"}},
                },
                {"output_type": "display_data", "metadata": {"x": 1}, "data": {"image/png": "iVBO\n"}},
            ],
        },
    ],
}


def test_normal_form_drops_what_changes_and_keeps_the_rest():
    before = copy.deepcopy(MESSY)
    result = notebooks.normalise(MESSY)
    assert before == MESSY
    text = notebooks.dumps(result)
    for gone in ("widget-", "2026", "3.11.7", "editable", "collapsed", "mine"):
        assert gone not in text
    assert text.endswith("}\n") and "é" in text and '"tags"' in text
    outputs = result["cells"][1]["outputs"]
    assert outputs[0] == {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]}
    assert outputs[1]["data"] == {"text/plain": ["IntSlider(value=3)"]}
    assert outputs[2]["data"] == {"image/png": "iVBO"}
    assert [cell["id"] for cell in result["cells"]] == ["a", "b"]


def test_normal_form_of_a_normal_form_is_itself():
    once = notebooks.normalise(MESSY)
    assert notebooks.normalise(once) == once
    assert notebooks.normalise(json.loads(notebooks.dumps(once))) == once


def test_an_unknown_notebook_is_told():
    with pytest.raises(ValueError, match="NB=99"):
        notebooks.find("99")


def write_notebook(path: Path, *sources: str) -> Path:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def test_run_stores_the_normal_form(tmp_path):
    path = write_notebook(tmp_path / "01_é.ipynb", "print('é')", "", "6 * 7")
    notebooks.run(path)
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert notebooks.normalise(stored) == stored
    assert [cell["execution_count"] for cell in stored["cells"]] == [1, None, 2]
    assert stored["cells"][2]["outputs"][0]["data"] == {"text/plain": ["42"]}
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_run_leaves_a_failing_notebook_alone_and_names_the_cell(tmp_path):
    path = write_notebook(tmp_path / "01_x.ipynb", "print(1)", "y = 1 / 0")
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match=r"(?s)01_x.ipynb, code cell 2 .*y = 1 / 0.*ZeroDivisionError"):
        notebooks.run(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
