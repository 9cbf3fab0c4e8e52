"""The parts equal torch's; the loop equals a plain one, goes on bit for bit, and names what is wrong."""

import json
import math
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from typing import NamedTuple

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import nn
from transformers import get_cosine_schedule_with_warmup

from utils import training

often = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)
RUN = {"steps": 12, "learning_rate": 0.01, "warmup_steps": 3, "evaluate_every": 4, "progress": None}
TOKENS = torch.randint(11, (400,), generator=torch.Generator().manual_seed(1))


class Output(NamedTuple):
    loss: torch.Tensor | None


class Tiny(nn.Module):
    """The least that has all that matters: dropout, a norm, biases, a buffer and a tied head."""

    def __init__(self, width: int = 8, dropout: float = 0.3, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.config = type("Config", (), {"to_dict": lambda _: {"width": width, "dropout": dropout}})()
        self.embedding, self.norm = nn.Embedding(11, width), nn.LayerNorm(width)
        self.inner, self.head = nn.Linear(width, width), nn.Linear(width, 11)
        self.head.weight = self.embedding.weight
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("scale", torch.tensor(1.0))

    def forward(self, input_ids, labels):
        x = self.embedding(input_ids) * self.scale
        logits = self.head(self.norm(x + self.dropout(F.gelu(self.inner(x)))))
        return Output(F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()))


def validate(model):
    rows = TOKENS[:64].view(8, 8)
    return lambda: model(rows, rows).loss.item()


def run(folder=None, model=None, batch=None, **changes):
    """A run of `Tiny`, and its model."""
    model = Tiny() if model is None else model
    batch = training.lm_batches(TOKENS, 4, 8) if batch is None else batch
    return training.train(
        model, batch, **{"evaluate": validate(model), "folder": folder} | RUN | changes
    ), model


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.state_dict().values()])


def pressing(*steps, times=1):
    """Batches that press Ctrl-C, for real, at these steps."""
    batch = training.lm_batches(TOKENS, 4, 8)

    def pressed(step):
        for _ in range(times if step in steps else 0):
            os.kill(os.getpid(), signal.SIGINT)
        return batch(step)

    return pressed


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run without an interrupt: its history, its weights and its folder."""
    folder = tmp_path_factory.mktemp("whole")
    history, model = run(folder)
    return history, weights(model), folder


# --- AdamW, the schedule, the clip ---


@often
@given(
    st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), min_size=1, max_size=4),
    st.floats(1e-4, 0.3),
    st.floats(0, 0.99),
    st.floats(0, 0.999),
    st.floats(0, 0.5),
    st.sampled_from([1e-8, 1e-3]),
    seeds,
)
def test_adamw_equals_torch(shapes, lr, beta1, beta2, decay, eps, seed):
    generator = torch.Generator().manual_seed(seed)
    ours = [nn.Parameter(torch.randn(shape, generator=generator, dtype=torch.double)) for shape in shapes]
    theirs = [nn.Parameter(p.detach().clone()) for p in ours]

    def groups(parameters):
        return [{"params": parameters[:1], "weight_decay": decay}, {"params": parameters[1:]}]

    options = {"lr": lr, "betas": (beta1, beta2), "eps": eps}
    a, b = training.AdamW(groups(ours), **options), torch.optim.AdamW(groups(theirs), **options)
    for step in range(3):
        for p, q in zip(ours, theirs, strict=True):
            absent = torch.rand((), generator=generator) < 0.2
            p.grad = None if absent else torch.randn(p.shape, generator=generator, dtype=torch.double)
            q.grad = None if absent else p.grad.clone()
        for optimizer in (a, b):
            optimizer.param_groups[0]["lr"] = lr / (step + 1)
            optimizer.step()
        for p, q in zip(ours, theirs, strict=True):
            assert torch.allclose(p, q, rtol=1e-10, atol=1e-12)
    a.zero_grad()
    assert all(p.grad is None for p in ours)


def test_adamw_takes_plain_parameters_with_torchs_defaults():
    p, q = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))
    a, b = training.AdamW([p]), torch.optim.AdamW([q])
    for optimizer, parameter in ((a, p), (b, q)):
        parameter.grad = torch.tensor([1.0, -2.0, 0.0])
        optimizer.step()
    assert torch.allclose(p, q, atol=1e-7)


def test_decay_is_decoupled():
    p = nn.Parameter(torch.tensor([2.0]))
    p.grad = torch.zeros(1)
    training.AdamW([p], lr=0.1, weight_decay=0.5).step()
    assert p.item() == pytest.approx(2.0 * (1 - 0.1 * 0.5))


def test_norms_and_biases_do_not_decay():
    model = Tiny()
    model.inner.weight.requires_grad = False
    with_decay, without = training.parameter_groups(model, 0.3)
    names = {id(p): name for name, p in model.named_parameters()}
    assert [names[id(p)] for p in with_decay["params"]] == ["embedding.weight"]
    assert {names[id(p)] for p in without["params"]} == {
        "norm.weight",
        "norm.bias",
        "inner.bias",
        "head.bias",
    }
    assert (with_decay["weight_decay"], without["weight_decay"]) == (0.3, 0.0)


@often
@given(st.integers(0, 30), st.integers(0, 60))
def test_schedule_equals_transformers(warmup_steps, more):
    steps = warmup_steps + more
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
    theirs = get_cosine_schedule_with_warmup(optimizer, warmup_steps, steps).lr_lambdas[0]
    for step in range(steps + 1):
        assert training.warmup_cosine(step, warmup_steps, steps) == pytest.approx(theirs(step), abs=1e-12)


def test_schedule_has_its_peak_and_its_ends():
    rates = [training.warmup_cosine(step, 10, 100) for step in range(101)]
    assert rates[0] == 0 and rates[5] == 0.5 and rates[10] == max(rates) == 1
    assert rates[55] == pytest.approx(0.5) and rates[100] == pytest.approx(0)
    with pytest.raises(ValueError, match="warmup_steps"):
        training.warmup_cosine(0, -1, 10)


@often
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.floats(0.01, 20), st.booleans(), seeds)
def test_clip_equals_torch(sizes, max_norm, absent, seed):
    torch.manual_seed(seed)
    ours = [nn.Parameter(torch.randn(size)) for size in sizes]
    theirs = [nn.Parameter(p.detach().clone()) for p in ours]
    for i, (p, q) in enumerate(zip(ours, theirs, strict=True)):
        if not (absent and i == 0):
            p.grad = 3 * torch.randn(p.shape)
            q.grad = p.grad.clone()
    a, b = training.clip_grad_norm(iter(ours), max_norm), nn.utils.clip_grad_norm_(theirs, max_norm)
    assert torch.allclose(a, b)
    for p, q in zip(ours, theirs, strict=True):
        assert (p.grad is None and q.grad is None) or torch.allclose(p.grad, q.grad, atol=1e-6)


def test_clip_leaves_short_gradients_alone():
    p = nn.Parameter(torch.zeros(2))
    p.grad = torch.tensor([3.0, 4.0])
    assert training.clip_grad_norm([p], 5.1) == 5 and p.grad.tolist() == [3, 4]
    assert training.clip_grad_norm([p], 0.5) == 5 and p.grad.norm() == pytest.approx(0.5)


# --- Batches ---


def test_packed_ends_each_text_and_drops_the_rest():
    assert training.packed([[1, 2], [3], [4, 5]], 3, 0).tolist() == [[1, 2, 0], [3, 0, 4]]
    with pytest.raises(ValueError, match="got 2 tokens; at least a block of 3"):
        training.packed([[1]], 3, 0)
    with pytest.raises(ValueError, match="block_size: got 0"):
        training.packed([[1]], 0, 0)


@often
@given(st.integers(1, 60), st.integers(1, 8), st.integers(1, 5), seeds)
def test_batches_are_a_function_of_the_step(length, block_size, batch_size, seed):
    ids = list(range(length))
    if length < block_size:
        with pytest.raises(ValueError, match=f"token_ids: got {length}; at least a block of {block_size}"):
            training.lm_batches(ids, batch_size, block_size, seed)
        return
    batch = training.lm_batches(ids, batch_size, block_size, seed)
    again = training.lm_batches(torch.tensor(ids), batch_size, block_size, seed)
    forwards = [batch(step)["input_ids"] for step in range(6)]
    backwards = [again(step)["labels"] for step in reversed(range(6))][::-1]
    for a, b in zip(forwards, backwards, strict=True):
        assert a.shape == (batch_size, block_size) and torch.equal(a, b)
        assert torch.equal(a - a[:, :1], torch.arange(block_size).expand_as(a))  # unbroken text


def test_an_epoch_takes_each_block_once_and_epochs_differ():
    batch = training.lm_batches(range(43), 3, 4, seed=5)  # 9 blocks: an epoch is 3 steps
    epochs = [torch.cat([batch(3 * e + s)["input_ids"] for s in range(3)])[:, 0] for e in range(80)]
    for starts in epochs:
        assert starts.sort().values.diff().tolist() == [4] * 8
    assert len({tuple(starts.tolist()) for starts in epochs}) == 80
    assert {int(starts.min()) for starts in epochs} == set(range(8))  # from the first token to the last
    other = training.lm_batches(range(43), 3, 4, seed=6)
    assert not torch.equal(other(0)["input_ids"], batch(0)["input_ids"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((torch.ones(3, 3).long(), 1, 2), r"token_ids: got \(3, 3\)"),
        ((torch.ones(9), 1, 2), "float32"),
        (([1, 2, 3], 0, 2), "batch_size: got 0"),
        (([1, 2, 3], 1, 2.5), "block_size: got 2.5"),
    ],
)
def test_bad_batches_are_named(arguments, said):
    with pytest.raises(ValueError, match=said):
        training.lm_batches(*arguments)


# --- The loop ---


def test_it_equals_a_plain_loop():
    history, model = run(model=Tiny(dropout=0.0))
    plain, batch = Tiny(dropout=0.0), training.lm_batches(TOKENS, 4, 8)
    optimizer = training.AdamW(training.parameter_groups(plain, 0.1), lr=0.01, betas=(0.9, 0.95))
    losses = []
    for step in range(12):
        loss = plain(**batch(step)).loss
        optimizer.zero_grad()
        loss.backward()
        training.clip_grad_norm(plain.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * training.warmup_cosine(step, 3, 12)
        optimizer.step()
        losses.append(loss.item())
    assert history.losses == pytest.approx(losses, rel=1e-5)
    assert torch.allclose(weights(model), weights(plain), atol=1e-5)
    assert list(history.steps) == list(range(1, 13)) and history.evaluation_steps == [4, 8, 12]
    assert history.evaluations[-1] == pytest.approx(validate(plain)(), rel=1e-4)


def test_it_learns():
    rhyme = torch.arange(11).repeat(40)
    history, _ = run(batch=training.lm_batches(rhyme, 8, 8), steps=150, learning_rate=0.05)
    assert history.losses[0] > 2 and history.losses[-1] < 0.5


def test_dropout_follows_from_the_seed_alone(whole):
    model = Tiny()
    torch.manual_seed(99)
    history, _ = run(model=model)
    assert history == whole[0] and torch.equal(weights(model), whole[1])
    other = run(seed=3)[0]
    assert other.losses != history.losses and other == run(seed=3)[0]
    without = {"model": Tiny(dropout=0.0), "seed": 3}
    assert run(**without)[0].losses == run(model=Tiny(dropout=0.0))[0].losses


def test_each_step_draws_anew():
    seen, batch = [], training.lm_batches(TOKENS, 4, 8)
    run(batch=lambda step: seen.append(torch.rand(()).item()) or batch(step))
    assert len(set(seen)) == 12


def test_the_generator_of_torch_is_left_alone():
    model = Tiny()
    before = torch.get_rng_state()
    run(model=model)
    assert torch.equal(before, torch.get_rng_state())


def test_it_runs_where_the_model_is(whole, monkeypatch):
    """Not where accelerate would put it: rows made for `evaluate` would lie on another device."""
    monkeypatch.setattr(training.Accelerator, "device", torch.device("meta"))
    history, model = run()
    assert history == whole[0] and torch.equal(weights(model), whole[1])


def test_old_gradients_do_not_count(whole):
    model = Tiny()
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    assert run(model=model)[0] == whole[0]


def test_evaluate_sees_eval_mode_without_gradients():
    seen, model = [], Tiny()

    def evaluate():
        seen.append((model.training, torch.is_inference_mode_enabled()))
        return 1.0

    run(model=model, evaluate=evaluate, steps=5, evaluate_every=2)
    assert seen == [(False, True)] * 3 and not model.training


def test_no_bar_is_left_behind(capfd, monkeypatch):
    monkeypatch.setenv("COURSE_RECORDING", "1")
    run(progress="training")
    monkeypatch.delenv("COURSE_RECORDING")
    run(progress=None)
    assert capfd.readouterr() == ("", "")
    run(progress="walking")
    assert "walking" in capfd.readouterr().err


def test_bf16_is_near_and_off_by_default():
    exact, near = run(model=Tiny(dropout=0.0))[0], run(model=Tiny(dropout=0.0), mixed_precision="bf16")[0]
    assert near.losses != exact.losses and near.losses == pytest.approx(exact.losses, rel=0.02)


def test_it_runs_in_a_thread(whole):
    found = []
    thread = threading.Thread(target=lambda: found.append(run()[0]))
    thread.start()
    thread.join()
    assert found == [whole[0]]


class Breaking(Tiny):
    """Its loss is no number from the third step on; or only its gradient."""

    calls = 0

    def forward(self, input_ids, labels):
        loss = super().forward(input_ids, labels).loss
        if not self.training:
            return Output(loss)
        self.calls += 1
        return Output(loss * math.nan if self.calls >= 3 else loss)


class Steep(Breaking):
    def forward(self, input_ids, labels):
        loss = Tiny.forward(self, input_ids, labels).loss
        self.calls += self.training
        x = self.head.bias[0] - self.head.bias[0].detach()  # 0, where the root is infinitely steep
        return Output(loss + x.abs().sqrt() if self.calls >= 3 else loss)


@pytest.mark.parametrize("kind", [Breaking, Steep])
def test_a_loss_that_is_no_number_stops_the_run(kind, tmp_path):
    model = kind()
    with pytest.raises(FloatingPointError, match=r"step 3: loss .* A lower learning_rate"):
        run(tmp_path, model=model, evaluate_every=2)
    assert weights(model).isfinite().all()
    assert json.loads(state_of(tmp_path)["state"])["history"]["evaluation_steps"] == [2]


def test_an_evaluation_that_is_no_number_stops_the_run():
    with pytest.raises(FloatingPointError, match="evaluate: got nan"):
        run(evaluate=lambda: math.nan)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": 0}, "steps: got 0"),
        ({"steps": 2.5}, "steps: got 2.5"),
        ({"evaluate_every": 0}, "evaluate_every: got 0"),
        ({"learning_rate": 0}, "learning_rate: got 0"),
        ({"learning_rate": math.nan}, "learning_rate: got nan"),
        ({"learning_rate": "big"}, "learning_rate: got 'big'"),
        ({"max_grad_norm": -1}, "max_grad_norm: got -1"),
        ({"weight_decay": -1}, "weight_decay"),
        ({"betas": (0.9, 1.5)}, "beta"),
        ({"warmup_steps": 13}, "warmup_steps: got 13; a whole number from 0 to 12"),
        ({"mixed_precision": "fp16"}, "mixed_precision: got 'fp16'; None or 'bf16'"),
    ],
)
def test_bad_arguments_are_named(changes, said):
    with pytest.raises(ValueError, match=said):
        run(**changes)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([1, 2], "batch: got list; a dict of tensors"),
        ({}, "batch: got dict; a dict of tensors"),
        ({"input_ids": [[1, 2]]}, "a dict of tensors"),
        ({"input_ids": torch.ones(4, 8).long(), "labels": torch.ones(3, 8).long()}, "as many rows in each"),
        ({"input_ids": torch.ones(4, 8).long(), "labels": torch.tensor(1)}, "as many rows in each"),
        (
            {"input_ids": torch.ones(4, 8).long(), "labels": torch.ones(4, 7).long()},
            r"labels: got shape \(4, 7\); \(4, 8\) is expected",
        ),
    ],
)
def test_bad_batches_stop_the_run(rows, said, tmp_path):
    for folder in (None, tmp_path):
        with pytest.raises(ValueError, match=said):
            run(folder, batch=lambda step: rows)


@pytest.mark.parametrize("loss", [None, torch.ones(2, requires_grad=True)])
def test_a_model_without_a_loss_is_told(loss):
    model = Tiny()
    model.forward = lambda input_ids, labels: Output(loss)
    with pytest.raises(ValueError, match=r"model: its output has no \.loss"):
        run(model=model)


# --- Checkpoints: the same result after an interrupt ---


def state_of(folder, name="last"):
    from safetensors import safe_open

    with safe_open(folder / name / "model.safetensors", "pt") as file:
        return file.metadata()


@pytest.mark.parametrize("steps", [(1,), (2,), (3,), (7,), (11,), (1, 6, 9)])
def test_an_interrupted_run_ends_like_a_whole_one(whole, tmp_path, steps):
    history, expected, folder = whole
    before = signal.getsignal(signal.SIGINT)
    done = 0
    for step in steps:
        with pytest.raises(KeyboardInterrupt, match=f"stopped after step {step + 1} of 12; the same call"):
            run(tmp_path, batch=pressing(step))
        done = len(json.loads(state_of(tmp_path)["state"])["history"]["losses"])
        assert done == step + 1
    found, model = run(tmp_path)
    assert found == history and torch.equal(weights(model), expected)
    assert signal.getsignal(signal.SIGINT) is before
    for name in ("last", "best"):
        a, b = (load_file(f / name / "model.safetensors") for f in (folder, tmp_path))
        assert a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)
        assert sorted(path.name for path in (tmp_path / name).iterdir()) == ["model.safetensors"]


def test_ctrl_c_without_a_folder_says_that_nothing_is_kept():
    with pytest.raises(KeyboardInterrupt, match="stopped after step 4 of 12; nothing is kept"):
        run(batch=pressing(3))


def test_ctrl_c_at_the_very_end_is_not_swallowed(whole, tmp_path):
    model = Tiny()
    calls = []

    def evaluate():
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return validate(model)()

    with pytest.raises(KeyboardInterrupt, match="its last step; the same call only loads it"):
        run(tmp_path, model=model, evaluate=evaluate)
    assert run(tmp_path)[0] == whole[0]
    calls.clear()
    with pytest.raises(KeyboardInterrupt, match="its last step; the model has the weights"):
        run(model=model, evaluate=evaluate)


def test_a_second_ctrl_c_stops_at_once(whole, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, batch=pressing(9, times=2))
    assert len(json.loads(state_of(tmp_path)["state"])["history"]["losses"]) == 8
    assert run(tmp_path)[0] == whole[0]


def test_a_finished_run_is_only_loaded(whole):
    history, expected, folder = whole
    asked, batch = [], training.lm_batches(TOKENS, 4, 8)
    found, model = run(folder, model=Tiny(seed=7), batch=lambda step: asked.append(step) or batch(step))
    assert found == history and torch.equal(weights(model), expected) and asked == [0]
    assert not model.training


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": 13}, "steps was 12 and is now 13"),
        ({"learning_rate": 0.02}, "learning_rate was 0.01 and is now 0.02"),
        ({"warmup_steps": 2}, "warmup_steps"),
        ({"weight_decay": 0.2}, "weight_decay"),
        ({"betas": (0.9, 0.99)}, r"betas was \[0.9, 0.95\] and is now \[0.9, 0.99\]"),
        ({"max_grad_norm": 2.0}, "max_grad_norm"),
        ({"evaluate_every": 5}, "evaluate_every"),
        ({"seed": 1}, "seed"),
        ({"mixed_precision": "bf16"}, "mixed_precision was None and is now bf16"),
        ({"batch": training.lm_batches(TOKENS, 4, 8, seed=1)}, "batch was"),
        ({"batch": training.lm_batches(TOKENS, 8, 8)}, "batch was"),
        ({"model": Tiny(width=9)}, r"shapes.embedding.weight was \[11, 8\] and is now \[11, 9\]"),
        ({"model": Tiny(dropout=0.1)}, "config.dropout was 0.3 and is now 0.1"),
    ],
)
def test_another_run_is_refused(whole, changes, said):
    folder = whole[2]
    kept = (folder / "last" / "model.safetensors").read_bytes()
    with pytest.raises(ValueError, match=f"folder: the checkpoint .* is of another run: {said}"):
        run(folder, **changes)
    assert (folder / "last" / "model.safetensors").read_bytes() == kept


def test_best_is_the_lowest_and_loads(tmp_path):
    model, values = Tiny(), iter([3.0, 1.0, 2.0])
    seen = []

    def evaluate():
        seen.append(weights(model))
        return next(values)

    run(tmp_path, model=model, evaluate=evaluate)
    other = Tiny(seed=8)
    assert training.load_weights(other, tmp_path / "best") == {"step": 8, "evaluation": 1.0}
    assert torch.equal(weights(other), seen[1]) and not torch.equal(seen[1], seen[2])
    with pytest.raises(ValueError, match=r"got \(11, 8\) for embedding.weight; \(11, 9\) is expected"):
        training.load_weights(Tiny(width=9), tmp_path / "best")
    del other.inner
    with pytest.raises(ValueError, match=r"got 2 tensors that the model has not, such as inner\.bias"):
        training.load_weights(other, tmp_path / "best")
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors is missing"):
        training.load_weights(other, tmp_path)


def test_checkpoints_are_safetensors_and_json(whole):
    tensors = load_file(whole[2] / "last" / "model.safetensors")
    assert "model.embedding.weight" in tensors and "model.head.weight" not in tensors  # tied: once
    assert tensors["optimizer.exp_avg.inner.bias"].shape == (8,)
    assert json.loads(state_of(whole[2])["state"])["settings"]["steps"] == 12
    assert set(load_file(whole[2] / "best" / "model.safetensors")) == set(Tiny().state_dict()) - {
        "head.weight"
    }


def damage(data: bytes, kind: str) -> bytes:
    if kind == "empty":
        return b""
    if kind == "truncated":
        return data[:-5]
    if kind == "of another kind":
        return b"PK\x03\x04" + data
    place = {"altered length": 0, "altered header": 200, "altered numbers": len(data) - 50}[kind]
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    "kind",
    ["empty", "truncated", "of another kind", "altered length", "altered header", "altered numbers"],
)
@pytest.mark.parametrize("name", ["last", "best"])
def test_a_damaged_file_is_told(whole, tmp_path, name, kind):
    data = (whole[2] / name / "model.safetensors").read_bytes()
    path = tmp_path / name / "model.safetensors"
    path.parent.mkdir()
    path.write_bytes(damage(data, kind))
    model = Tiny()
    before = weights(model)
    with pytest.raises(ValueError, match=r"model\.safetensors is truncated or altered .*; delete it"):
        if name == "last":
            run(tmp_path, model=model)
        else:
            training.load_weights(model, path.parent)
    assert torch.equal(weights(model), before) and path.read_bytes() == damage(data, kind)


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [3, 4])
def test_a_save_that_fails_leaves_the_one_before(whole, tmp_path, monkeypatch, call, error, at):
    """The third and fourth files are best/ and last/ of step 8; step 4 has been saved by then."""
    real, calls = getattr(os, call), []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == at:
            raise error
        return real(*arguments)

    model, values = Tiny(), iter([3.0, 2.0])
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        said = "model.safetensors cannot be written .*No space left" if isinstance(error, OSError) else None
        with pytest.raises(type(error), match=said):
            run(tmp_path, model=model, evaluate=lambda: next(values))
    assert len(json.loads(state_of(tmp_path)["state"])["history"]["losses"]) == 4
    assert not list(tmp_path.rglob("new-*"))
    found, model = run(tmp_path)
    assert found.losses == whole[0].losses and torch.equal(weights(model), whole[1])


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is a thing of Unix")
def test_a_full_disk_leaves_the_one_before(whole, tmp_path):
    import resource

    def evaluate():
        if evaluations.append(1) or len(evaluations) == 2:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        return -len(evaluations)

    limits, evaluations = resource.getrlimit(resource.RLIMIT_FSIZE), []
    try:
        with pytest.raises(OSError, match=r"cannot be written .*; the one before it, if any, is intact"):
            run(tmp_path, evaluate=evaluate)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    found, model = run(tmp_path)
    assert found.losses == whole[0].losses and torch.equal(weights(model), whole[1])


def test_a_folder_that_is_a_file_is_told_before_the_first_step(tmp_path):
    (tmp_path / "taken").write_text("")
    asked = []
    with pytest.raises(OSError, match="taken"):
        run(tmp_path / "taken", evaluate=lambda: asked.append(1))
    assert not asked


# --- Many processes ---

# Little is imported here, as two processes and their launcher do it at the same time.
SCRIPT = """
import json, os, signal, sys
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import nn
from utils import training


class Bigrams(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.embedding, self.head = nn.Embedding(11, 8), nn.Linear(8, 11)

    def forward(self, input_ids, labels):
        logits = self.head(self.embedding(input_ids))[:, :-1].flatten(0, 1)
        return SimpleNamespace(loss=nn.functional.cross_entropy(logits, labels[:, 1:].flatten()))


def run(folder=None, press=False):
    ids, model = torch.arange(400) % 11, Bigrams()
    batches = training.lm_batches(ids, 4, 8)

    def batch(step):
        if press and step == 5:
            os.kill(os.getpid(), signal.SIGINT)
        return batches(step)

    evaluate = lambda: model(ids[None], ids[None]).loss.item()
    options = dict(steps=12, learning_rate=0.01, warmup_steps=3, evaluate=evaluate, evaluate_every=4)
    history = training.train(model, batch, folder=folder, progress=None, **options)
    return vars(history) | dict(weights=[p.tolist() for p in model.parameters()])


if __name__ == "__main__":
    rank, folder = int(os.environ["RANK"]), Path(sys.argv[1])
    told = ""
    try:
        run(folder / "run", press=rank == 1)
    except KeyboardInterrupt as error:
        told = str(error)
    (folder / f"{rank}.json").write_text(json.dumps(run(folder / "run") | dict(told=told)))
"""


def test_two_processes_reach_the_same_loss(tmp_path):
    """With an interrupt that only one of them gets: both stop at the same step, and go on."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "HF_HOME": str(tmp_path)}
    here["GLOO_SOCKET_IFNAME"] = "lo0" if sys.platform == "darwin" else "lo"
    # `accelerate launch --cpu` starts one process only; --multi_gpu starts as many as told, on CPUs too.
    launch = "accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1 --mixed_precision no"
    launch += f" --dynamo_backend no --main_process_port {port}"
    done = subprocess.run(
        [sys.executable, "-m", *launch.split(), str(script), str(tmp_path)],
        env=os.environ | here,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1))
    assert first == second and "stopped after step 6 of 12" in first["told"]
    alone = runpy.run_path(str(script))["run"]
    expected = alone()
    for name in ("losses", "evaluations"):
        assert first[name] == pytest.approx(expected[name], rel=1e-5)
    for a, b in zip(first["weights"], expected["weights"], strict=True):
        assert torch.allclose(torch.tensor(a), torch.tensor(b), atol=1e-4)
    with pytest.raises(ValueError, match="processes was 2 and is now 1"):
        alone(tmp_path / "run")
