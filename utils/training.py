"""How a model learns: AdamW, warm-up and cosine, clipped gradients; and the one loop of the course.

Follows Loshchilov & Hutter (2019) for AdamW and (2017) for the cosine, Pascanu et al. (2013) for clipping.
`train` runs on a CPU, a GPU, or many (accelerate). Leaves out accumulation over batches and sharded models.

Axes: B batch, T tokens, N blocks.
"""

import hashlib
import json
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from utils.course import SEED, progress_bar

# --- By hand: the optimizer, the schedule, the clip -----------------------------------------------------


class AdamW:
    """Each number moves by its mean gradient over the root of its mean square, and shrinks a little.

    Loshchilov & Hutter (2019), algorithm 2: the decay is taken from the weight, not put into the gradient.
    Equal to torch.optim.AdamW, which `train` uses as it does all tensors in one go.

    Args:
        groups: as `parameter_groups` gives them, dicts with "params" and "weight_decay"; `lr` may be set in
            each of them between two steps.
    """

    def __init__(
        self,
        groups: Sequence[dict],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        self.param_groups = [{"lr": lr, **group} for group in groups]
        self.betas, self.eps, self.steps = betas, eps, 0
        self.mean = {p: torch.zeros_like(p) for group in self.param_groups for p in group["params"]}
        self.mean_square = {p: torch.zeros_like(p) for p in self.mean}

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient."""
        self.steps += 1
        beta1, beta2 = self.betas
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                m, v = self.mean[p], self.mean_square[p]
                m.mul_(beta1).add_((1 - beta1) * p.grad)
                v.mul_(beta2).add_((1 - beta2) * p.grad**2)
                # Both began at 0, too small by these factors: 1 − β at the first step, 1 in the end.
                m_hat, v_hat = m / (1 - beta1**self.steps), v / (1 - beta2**self.steps)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + self.eps))

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for p in self.mean:
            p.grad = None


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Matrices and tables with `weight_decay`, biases and the scales of norms (one axis) without."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]


def warmup_cosine(step: int, warmup_steps: int, steps: int) -> float:
    """The share of the full learning rate at `step`: a line from 0 to 1, then half a cosine back to 0.

    The same as transformers' `get_cosine_schedule_with_warmup`; the first step, number 0, has rate 0.
    """
    if step < warmup_steps:
        return step / warmup_steps
    return 0.5 * (1 + math.cos(math.pi * (step - warmup_steps) / max(1, steps - warmup_steps)))


@torch.no_grad()
def clip_grad_norm(parameters: Sequence[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients by one factor so that their joint length is at most `max_norm`; returns the length.

    Pascanu et al. (2013), algorithm 1. Equal to torch.nn.utils.clip_grad_norm_.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm()
    for g in gradients:
        g.mul_((max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


# --- The data, as a function of the step ----------------------------------------------------------------


def packed(texts_ids: Sequence[Sequence[int]], block_size: int, eos_token_id: int) -> Tensor:
    """All texts in one row, `eos_token_id` after each, cut into (N, block_size); the rest is dropped."""
    row = torch.tensor([i for ids in texts_ids for i in [*ids, eos_token_id]])
    if len(row) < block_size:
        raise ValueError(f"texts_ids: got {len(row)} tokens; at least a block of {block_size} is expected")
    return row[: len(row) // block_size * block_size].view(-1, block_size)


def lm_batches(
    token_ids: Sequence[int] | Tensor, batch_size: int, block_size: int, seed: int = SEED
) -> Callable[[int], dict[str, Tensor]]:
    """A function from the step to its batch: `input_ids` and `labels`, the same (B, T), shifted in the model.

    Each epoch cuts the tokens into blocks at another offset and takes each block once, in another order.

    Raises:
        ValueError: `token_ids` are no integers on one axis, or fewer than a block.
    """
    ids = torch.as_tensor(token_ids)
    if ids.dim() != 1 or ids.dtype != torch.long:
        raise ValueError(f"token_ids: got {tuple(ids.shape)} of {ids.dtype}; (T,) of int64 is expected")
    if len(ids) < block_size:
        raise ValueError(f"token_ids: got {len(ids)}; at least a block of {block_size} is expected")
    n = max(1, len(ids) // block_size - 1)  # one less than fits, so that the offset can move
    order: dict[int, Tensor] = {}

    def starts(epoch: int) -> Tensor:
        """(N,): where the blocks of this epoch begin, shuffled."""
        if epoch not in order:
            generator = torch.Generator().manual_seed(_mix(seed, epoch))
            room = min(block_size, len(ids) - n * block_size + 1)
            offset = torch.randint(room, (1,), generator=generator)
            order[epoch] = offset + block_size * torch.randperm(n, generator=generator)
        return order[epoch]

    def batch(step: int) -> dict[str, Tensor]:
        places = range(step * batch_size, (step + 1) * batch_size)
        for old in [epoch for epoch in order if epoch < places[0] // n]:
            del order[old]
        rows = torch.stack([ids[s : s + block_size] for s in (starts(i // n)[i % n] for i in places)])
        return {"input_ids": rows, "labels": rows}

    return batch


# --- The loop -------------------------------------------------------------------------------------------


@dataclass
class History:
    """What a run has seen: a loss a step, and `evaluate()` after each of `evaluation_steps`."""

    losses: list[float] = field(default_factory=list)
    evaluation_steps: list[int] = field(default_factory=list)
    evaluations: list[float] = field(default_factory=list)

    @property
    def steps(self) -> range:
        """1, 2, …: the x-axis of `losses`."""
        return range(1, len(self.losses) + 1)


def train(
    model: nn.Module,
    batch: Callable[[int], dict[str, Tensor]],
    *,
    steps: int,
    learning_rate: float,
    warmup_steps: int = 0,
    weight_decay: float = 0.1,
    betas: tuple[float, float] = (0.9, 0.95),
    max_grad_norm: float = 1.0,
    evaluate: Callable[[], float] | None = None,
    evaluate_every: int = 100,
    folder: str | Path | None = None,
    seed: int = SEED,
    mixed_precision: str | None = None,
    progress: str | None = "training",
) -> History:
    """Train `model` in place for `steps` steps; left in eval mode with its last weights.

    With a `folder`, a run that was interrupted goes on from its last checkpoint when called again, with the
    same result bit for bit, and one that is finished is only loaded.

    Args:
        model: called with `**batch(step)`; its output has a `.loss` in nats, mean over what counts.
        batch: the step, from 0, to tensors with B rows each: a pure function. With n processes
            (`accelerate launch`) each takes its n-th of the rows, and losses and gradients are averaged.
        learning_rate: at the end of `warmup_steps`, see `warmup_cosine`.
        weight_decay: of matrices and tables only, see `parameter_groups`.
        evaluate: a loss (lower is better) of the model in eval mode, without gradients.
        evaluate_every: in steps, and once more at the end; checkpoints are written then.
        folder: where `last/` (to go on) and `best/` (`model.safetensors`, lowest `evaluate`) are kept.
        seed: of the dropout, drawn anew for each step.
        mixed_precision: "bf16" for a forward pass in bfloat16.
        progress: what the bar says, or None for no bar.

    Raises:
        ValueError: an argument that does not fit, or a checkpoint that is damaged or of another run.
        FloatingPointError: the loss, or a gradient, is no longer a finite number.
        OSError: a checkpoint cannot be written; the one before it is intact.
        KeyboardInterrupt: after Ctrl-C, at the end of the step and with a checkpoint of it.
    """
    if mixed_precision not in (None, "bf16"):
        raise ValueError(f"mixed_precision: got {mixed_precision!r}; None or 'bf16' is expected")
    accelerator, home = Accelerator(mixed_precision="no"), next(model.parameters()).device
    last, best = (folder and Path(folder) / name / "model.safetensors" for name in ("last", "best"))
    model.to(accelerator.device)
    optimizer = torch.optim.AdamW(
        parameter_groups(model, weight_decay), lr=learning_rate, betas=betas, fused=True
    )
    settings = {
        "steps": steps,
        "learning_rate": learning_rate,
        "warmup_steps": warmup_steps,
        "weight_decay": weight_decay,
        "betas": list(betas),
        "max_grad_norm": max_grad_norm,
        "evaluate_every": evaluate_every,
        "seed": seed,
        "mixed_precision": mixed_precision,
        "processes": accelerator.num_processes,
        "batch": _digest(batch(0))[:16],
        **_describe(model),
    }
    history = History()
    if last and last.exists():
        history = _resume(last, model, optimizer, settings)
    parallel = accelerator.prepare(model)
    start = len(history.losses)
    bar = range(start, steps)
    if progress is not None and accelerator.is_main_process and start < steps:
        bar = progress_bar(bar, progress)
    devices = [accelerator.device] if accelerator.device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices), _ctrl_c() as pressed:
            for step in bar:
                model.train()
                torch.manual_seed(_mix(seed, step, accelerator.process_index))
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate * warmup_cosine(step, warmup_steps, steps)
                rows = _share(batch(step), accelerator)
                with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=bool(mixed_precision)):
                    loss = _loss(parallel(**rows))
                accelerator.backward(loss)
                norm = accelerator.clip_grad_norm_(model.parameters(), max_grad_norm)
                # One exchange for both, so that all processes stop at the same step.
                told = torch.stack([loss.detach().float(), torch.full_like(loss, bool(pressed)).float()])
                mean, stop = accelerator.reduce(told, "mean").tolist()
                if not math.isfinite(mean) or not math.isfinite(norm):
                    raise FloatingPointError(
                        f"the loss became {mean} (gradient {float(norm)}) at step {step + 1}: "
                        "try a lower learning_rate or more warmup_steps"
                    )
                optimizer.step()
                optimizer.zero_grad()
                history.losses.append(mean)
                done = step + 1
                due = done % evaluate_every == 0 or done == steps
                if due and evaluate is not None:
                    model.eval()
                    with torch.inference_mode():
                        value = broadcast_object_list([float(evaluate())])[0]
                    if math.isnan(value):
                        raise FloatingPointError(f"evaluate: got nan after step {done}")
                    history.evaluation_steps.append(done)
                    history.evaluations.append(value)
                    if best and accelerator.is_main_process and value == min(history.evaluations):
                        _save(best, _weights(model), {"step": done, "evaluation": value})
                if last and (due or stop) and accelerator.is_main_process:
                    tensors = _weights(model, "model.") | _moments(model, optimizer)
                    _save(last, tensors, {"settings": settings, "history": asdict(history)})
                if hasattr(bar, "set_postfix"):
                    bar.set_postfix(loss=f"{mean:.3f}", refresh=False)
                if stop:
                    kept = f"call again to go on from {last.parent}" if last else "nothing was saved"
                    raise KeyboardInterrupt(f"training stopped after step {done} of {steps}: {kept}")
    finally:
        if hasattr(bar, "close"):
            bar.close()
        model.to(home).eval()
    accelerator.wait_for_everyone()
    return history


def load_weights(model: nn.Module, folder: str | Path) -> dict:
    """Put the weights of `folder`, the `best/` of a run, into `model`; returns its step and evaluation.

    Raises:
        FileNotFoundError: there is none.
        ValueError: the file is damaged, or of a model of another shape.
    """
    path = Path(folder) / "model.safetensors"
    tensors, state = _load(path)
    _copy(path, tensors, _weights(model))
    return state


# --- Checkpoints: tensors as safetensors, the rest as JSON in its header; nothing is unpickled ----------


def _weights(model: nn.Module, prefix: str = "") -> dict[str, Tensor]:
    """Parameters and buffers by name, a shared one (a tied head) under its first name only."""
    named: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        named.setdefault(id(tensor), (prefix + name, tensor.detach()))
    return dict(named.values())


def _moments(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"optimizer.{key}.{name}": tensor
        for name, p in model.named_parameters()
        for key, tensor in optimizer.state[p].items()
    }


def _describe(model: nn.Module) -> dict:
    shapes = {name: list(tensor.shape) for name, tensor in _weights(model).items()}
    config = getattr(model, "config", None)
    if is_dataclass(config):
        config = asdict(config)
    elif hasattr(config, "to_dict"):
        config = config.to_dict()
    return {"shapes": shapes, "config": json.loads(json.dumps(config, default=str))}


def _resume(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, settings: dict) -> History:
    tensors, state = _load(path)
    old = state["settings"]
    for key, now in settings.items():
        if old.get(key) != now:
            was = "" if key in ("shapes", "config", "batch") else f" (was {old.get(key)}, is {now})"
            raise ValueError(
                f"folder: the checkpoint {path} is of a run with another {key}{was}: "
                "use another folder, or delete this one to begin anew"
            )
    _copy(path, tensors, _weights(model, "model."))
    for name, p in model.named_parameters():
        for key in ("step", "exp_avg", "exp_avg_sq"):
            if f"optimizer.{key}.{name}" in tensors:
                optimizer.state[p][key] = tensors[f"optimizer.{key}.{name}"].to(p.device, copy=True)
    return History(**state["history"])


def _copy(path: Path, tensors: dict[str, Tensor], weights: dict[str, Tensor]) -> None:
    for name, weight in weights.items():
        if name not in tensors or tensors[name].shape != weight.shape:
            got = tuple(tensors[name].shape) if name in tensors else "nothing"
            raise ValueError(
                f"{path}: got {got} for {name}; {tuple(weight.shape)} is expected, as in the model"
            )
    for name, weight in weights.items():
        weight.copy_(tensors[name])


def _save(path: Path, tensors: dict[str, Tensor], state: dict) -> None:
    """Write beside `path` first, then rename, so that `path` is the old file or the new one, and whole."""
    text = json.dumps(state)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    new = path.with_name(f"new-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            file.write(save(tensors, {"state": text, "sha256": _digest(tensors, text)}))
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        raise OSError(f"{path} cannot be written ({error}); the one before it is intact") from error
    finally:
        new.unlink(missing_ok=True)


def _load(path: Path) -> tuple[dict[str, Tensor], dict]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: no checkpoint was written there")
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header["sha256"] != _digest(tensors, header["state"]):
            raise ValueError("its content is not what was written")
        return tensors, json.loads(header["state"])
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is truncated or altered ({error}): delete it to begin anew") from None


def _digest(tensors: dict[str, Tensor], text: str = "") -> str:
    digest = hashlib.sha256(text.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


# --- Small parts of the loop ----------------------------------------------------------------------------


def _mix(*numbers: int) -> int:
    """One seed from several numbers; near ones give unlike seeds."""
    return int.from_bytes(hashlib.sha256(repr(numbers).encode()).digest()[:7])


def _share(rows: dict[str, Tensor], accelerator: Accelerator) -> dict[str, Tensor]:
    """Each process's own rows, on its device."""
    size, n = len(next(iter(rows.values()))), accelerator.num_processes
    for name, tensor in rows.items():
        if len(tensor) != size:
            raise ValueError(f"batch: got {len(tensor)} rows in {name}; {size} are expected, as elsewhere")
    ids, labels = rows.get("input_ids"), rows.get("labels")
    for_tokens = labels is not None and labels.dim() > 1 and not labels.is_floating_point()
    if for_tokens and ids is not None and labels.shape != ids.shape:
        raise ValueError(
            f"labels: got shape {tuple(labels.shape)}; {tuple(ids.shape)} is expected, as of input_ids"
        )
    if size % n:
        raise ValueError(f"batch: got {size} rows; a multiple of the {n} processes is expected")
    return {name: rows[name][accelerator.process_index :: n].to(accelerator.device) for name in rows}


def _loss(output: object) -> Tensor:
    loss = getattr(output, "loss", None)
    if not isinstance(loss, Tensor) or loss.dim():
        raise ValueError("model: its output has no loss, one number; a batch with labels is expected")
    return loss


@contextmanager
def _ctrl_c() -> Iterator[list]:
    """A list that is empty until Ctrl-C, so that no step is cut in two; a second Ctrl-C stops at once."""
    pressed: list[int] = []

    def note(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    if threading.current_thread() is not threading.main_thread():  # only there are signals seen
        yield pressed
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
