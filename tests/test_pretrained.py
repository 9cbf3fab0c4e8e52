"""Models are found, and damaged ones are refused with the file and the command that mends it."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from utils import pretrained


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
