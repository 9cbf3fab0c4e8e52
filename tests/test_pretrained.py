"""Models are found, and damaged ones are refused with the file and the command that mends it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from utils import pretrained
from utils.course import ROOT


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    save_file({"weight": torch.arange(6.0)}, tmp_path / "model.safetensors")
    return tmp_path


def test_minilm_is_the_real_one():
    tokenizer, model = pretrained.minilm()
    assert model.config.hidden_size == 384 and model.config.num_hidden_layers == 6
    assert tokenizer.tokenize("Transformers revolutionized NLP") == [
        "transformers",
        "revolution",
        "##ized",
        "nl",
        "##p",
    ]


def test_an_altered_minilm_is_refused(monkeypatch):
    monkeypatch.setattr(pretrained, "MINILM_SHA256", "0" * 64)
    pretrained._minilm.cache_clear()
    with pytest.raises(ValueError, match=r"model\.safetensors was altered.*pip install --force-reinstall"):
        pretrained.locate(pretrained.MINILM)
    monkeypatch.undo()
    pretrained._minilm.cache_clear()


def test_a_folder_of_yours(folder):
    assert pretrained.locate(str(folder)) == str(folder)


def test_a_header_with_one_letter_wrong_is_refused(folder):
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    assert whole.count(b"[0,24]") == 1
    weights.write_bytes(whole.replace(b"[0,24]", b"[0.24]"))
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged: its header cannot be read"):
        pretrained.locate(str(folder))


@pytest.mark.parametrize("keep", [0, 4, 20, -1])
def test_truncated_weights_are_refused(folder, keep):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(
        ValueError, match=r"model\.safetensors (is damaged|has \d+ bytes, but \d+ are expected)"
    ):
        pretrained.locate(str(folder))


def test_a_missing_file_is_named(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors is missing\. To mend it"):
        pretrained.locate(str(folder))


def test_a_corrupt_config_is_named(folder):
    (folder / "config.json").write_text('{"model_type": ')
    with pytest.raises(ValueError, match=r"config\.json is not valid JSON"):
        pretrained.locate(str(folder))


def test_a_damaged_course_model_names_make_models(folder, monkeypatch):
    monkeypatch.setattr(pretrained, "ROOT", folder)
    home = folder / "data" / "models" / "tiny"
    shutil.copytree(folder, home, ignore=shutil.ignore_patterns("data"))
    assert Path(pretrained.locate("tiny")) == home and pretrained.course_models() == ["tiny"]
    (home / "model.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match="make models"):
        pretrained.locate("tiny")


def test_a_model_being_written_is_not_listed(folder, monkeypatch):
    monkeypatch.setattr(pretrained, "ROOT", folder)
    for name in ("tiny", ".tiny.x1", ".tiny.old"):
        shutil.copytree(folder, folder / "data" / "models" / name, ignore=shutil.ignore_patterns("data"))
    assert pretrained.course_models() == ["tiny"]


def test_a_hub_id_needs_the_learners_word(monkeypatch):
    monkeypatch.delenv("COURSE_ONLINE", raising=False)
    with pytest.raises(FileNotFoundError, match=r"'gpt2'.*COURSE_ONLINE=1"):
        pretrained.locate("gpt2")
    monkeypatch.setenv("COURSE_ONLINE", "1")
    assert pretrained.locate("gpt2") == "gpt2"


@pytest.mark.parametrize("name", [None, 3, Path("x")])
def test_a_name_that_is_no_text(name):
    with pytest.raises(ValueError, match="name: got"):
        pretrained.locate(name)


# --- Saving ---


def write(folder, value, **more):
    with pretrained.save_folder(folder) as new:
        (new / "config.json").write_text(json.dumps({"value": value} | more))
        pretrained.save_weights({"weight": torch.full((1000,), float(value))}, new)


def value_of(folder):
    config, weights = pretrained.load_weights(folder)
    assert (weights["weight"] == config["value"]).all()
    return config["value"]


def test_a_folder_is_replaced_and_a_card_kept(tmp_path):
    home = tmp_path / "models" / "mine"
    write(home, 1)
    (home / "README.md").write_text("a card")
    write(home, 2)
    assert value_of(home) == 2 and (home / "README.md").read_text() == "a card"
    assert [path.name for path in home.parent.iterdir()] == ["mine"]
    assert home.stat().st_mode & 0o777 == 0o755
    modes = {path.stat().st_mode for path in home.iterdir()}
    assert len(modes) == 1  # who may read the config may read the weights


def test_the_files_are_on_the_disk_before_they_take_the_place_of_others(tmp_path, monkeypatch):
    home, fsync, rename, calls = tmp_path / "mine", os.fsync, os.rename, []
    write(home, 1)
    (home / "README.md").write_text("a card")
    monkeypatch.setattr(os, "fsync", lambda file: calls.append("fsync") or fsync(file))
    monkeypatch.setattr(os, "rename", lambda *paths: calls.append("rename") or rename(*paths))
    write(home, 2)
    assert calls == ["fsync"] * 3 + ["rename"] * 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("renames", [None, 0, 1])
def test_what_stops_a_save_leaves_what_was_there(tmp_path, monkeypatch, error, renames):
    """It stops while the files are written, or before the first or the second rename."""
    home, rename, done = tmp_path / "mine", os.rename, []

    def stops(source, target):
        if len(done) == renames:
            done.append(None)
            raise error
        done.append(None)
        rename(source, target)

    write(home, 1)
    (home / "README.md").write_text("a card")
    monkeypatch.setattr(os, "rename", stops)
    with pytest.raises(KeyboardInterrupt if error is KeyboardInterrupt else OSError) as caught:  # noqa: SIM117
        with pretrained.save_folder(home) as new:
            (new / "config.json").write_text('{"value": 2}')
            if renames is None:
                raise error
    if error is not KeyboardInterrupt:
        assert str(caught.value).startswith(f"{home} cannot be written") and "No space left" in str(
            caught.value
        )
    monkeypatch.undo()
    assert value_of(home) == 1 and [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert (home / "README.md").read_text() == "a card"


def test_a_card_that_cannot_be_kept_stops_the_save(tmp_path, monkeypatch):
    write(tmp_path / "mine", 1)
    (tmp_path / "mine" / "README.md").write_text("a card")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copy2", full)
    with pytest.raises(OSError, match="what was there before is intact"):
        write(tmp_path / "mine", 2)
    assert value_of(tmp_path / "mine") == 1 and (tmp_path / "mine" / "README.md").exists()


def test_a_full_disk(tmp_path):
    """No file may grow beyond 2,000 bytes: the weights do not fit, the model of before stays."""
    write(tmp_path / "mine", 1)
    program = (
        "import resource, torch; from tests.test_pretrained import write\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        f"write({str(tmp_path / 'mine')!r}, 2)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert re.search(r"OSError: .*mine cannot be written \(.*; what was there before is intact", run.stderr)
    assert value_of(tmp_path / "mine") == 1 and [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_power_cut_between_the_renames_is_mended(tmp_path):
    write(tmp_path / "mine", 1)
    (tmp_path / "mine" / "README.md").write_text("a card")
    os.rename(tmp_path / "mine", tmp_path / ".mine.old")
    with pytest.raises(RuntimeError), pretrained.save_folder(tmp_path / "mine"):
        raise RuntimeError
    assert value_of(tmp_path / "mine") == 1
    os.rename(tmp_path / "mine", tmp_path / ".mine.old")
    write(tmp_path / "mine", 2)
    assert value_of(tmp_path / "mine") == 2 and (tmp_path / "mine" / "README.md").exists()


def test_folders_that_cannot_be_replaced(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    for folder in (tmp_path / "file", ".", tmp_path / "here"):
        with pytest.raises(ValueError, match=r"folder: got .*; a folder of its own"):
            write(folder, 1)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "here"}


def test_altered_weights_are_refused(tmp_path):
    write(tmp_path / "mine", 1)
    weights = tmp_path / "mine" / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ValueError, match=r"model\.safetensors was altered.*To mend it: copy the model again"):
        pretrained.locate(str(tmp_path / "mine"))


def test_weights_of_others_have_no_digest(folder):
    assert pretrained.load_weights(folder)[1]["weight"].tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int64, torch.bool])
def test_weights_of_any_type_and_shape_come_back(tmp_path, dtype):
    tensors = {"a": torch.ones(2, 3, dtype=dtype).T, "b": torch.ones((), dtype=dtype), "c": torch.ones(0, 2)}
    with pretrained.save_folder(tmp_path / "mine") as new:
        (new / "config.json").write_text("{}")
        pretrained.save_weights(tensors, new)
    found = pretrained.load_weights(tmp_path / "mine")[1]
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[k], tensors[k]) and found[k].dtype == tensors[k].dtype for k in tensors)
