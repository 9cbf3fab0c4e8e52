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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import lru_cache
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from tqdm.auto import tqdm

from utils.checks import check_whole
from utils.course import SEED, progress_bar
from utils.pretrained import WEIGHTS, digest_of

# --- By hand: the optimizer, the schedule, the clip -----------------------------------------------------


class AdamW:
    """Each number moves by its mean gradient over the root of its mean square, and shrinks a little.

    Loshchilov & Hutter (2019), algorithm 2: the decay is taken from the weight, not put into the gradient.
    In a step it is lr · weight_decay, as in torch; in the paper the schedule multiplies it, but α does not.
    Equal to torch.optim.AdamW, whose fused form `train` uses, as it does all tensors in one go.

    Args:
        params: parameters, or groups of them: dicts with "params" and what differs ("lr", "weight_decay").
    """

    def __init__(
        self,
        params: Iterable[nn.Parameter] | Iterable[dict],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        params = list(params)
        groups = params if params and isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [{"lr": lr, "weight_decay": weight_decay, **group} for group in groups]
        self.betas, self.eps = betas, eps
        self.state: dict[nn.Parameter, tuple[int, Tensor, Tensor]] = {}

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient."""
        beta1, beta2 = self.betas
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                t, m, v = self.state.get(p, (0, torch.zeros_like(p), torch.zeros_like(p)))
                t, m, v = t + 1, beta1 * m + (1 - beta1) * p.grad, beta2 * v + (1 - beta2) * p.grad**2
                self.state[p] = t, m, v
                # Both means began at 0 and are too small by these factors, 1 − β at first and 1 in the end.
                m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + self.eps))

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict]:
    """Matrices and tables with `weight_decay`, biases and the scales of norms (one axis) without.

    Raises:
        ValueError: `weight_decay` is no number from 0 on.
    """
    if not isinstance(weight_decay, (int, float)) or not weight_decay >= 0:
        raise ValueError(f"weight_decay: got {weight_decay!r}; a number from 0 on is expected")
    parameters = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]


def warmup_cosine(step: int, warmup_steps: int, steps: int) -> float:
    """The share of the full learning rate at `step`: a line from 0 to 1, then half a cosine back to 0.

    The same as transformers' `get_cosine_schedule_with_warmup`; with a warm-up, step number 0 has rate 0.

    Raises:
        ValueError: a number below 0.
    """
    if min(step, warmup_steps, steps) < 0:
        raise ValueError(
            f"step, warmup_steps, steps: got {step}, {warmup_steps}, {steps}; none below 0 is expected"
        )
    if step < warmup_steps:
        return step / warmup_steps
    return 0.5 * (1 + math.cos(math.pi * (step - warmup_steps) / max(1, steps - warmup_steps)))


@torch.no_grad()
def clip_grad_norm(parameters: Iterable[nn.Parameter], max_norm: float) -> Tensor:
    """Scale all gradients by one factor so that their joint length is at most `max_norm`; the length before.

    Pascanu et al. (2013), algorithm 1. Equal to torch.nn.utils.clip_grad_norm_.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients] or [torch.zeros(())]).norm()
    for g in gradients:
        g.mul_((max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


# --- The data, as a function of the step ----------------------------------------------------------------


def packed(texts_ids: Iterable[Sequence[int]], block_size: int, eos_token_id: int) -> Tensor:
    """All texts in one row, `eos_token_id` after each, cut into blocks (N, block_size); the rest is dropped.

    Raises:
        ValueError: fewer tokens than a block, or `block_size` is no int of at least 1.
    """
    check_whole(block_size=block_size)
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
        ValueError: `token_ids` are no integers on one axis, or fewer than a block; or a size is no whole
            number above 0.
    """
    check_whole(batch_size=batch_size)
    check_whole(block_size=block_size)
    ids = torch.as_tensor(token_ids)
    if ids.dim() != 1 or ids.dtype != torch.long:
        raise ValueError(f"token_ids: got {tuple(ids.shape)} of {ids.dtype}; (T,) of int64 is expected")
    if len(ids) < block_size:
        raise ValueError(f"token_ids: got {len(ids)}; at least a block of {block_size} is expected")
    n = max(1, len(ids) // block_size - 1)  # one less than fits, so that the offset can move

    @lru_cache(maxsize=2)
    def starts(epoch: int) -> Tensor:
        """(N,): where the blocks of this epoch begin, in their order."""
        generator = torch.Generator().manual_seed(_mix(seed, epoch))
        room = len(ids) - n * block_size + 1
        offset = torch.randint(room, (1,), generator=generator)
        return offset + block_size * torch.randperm(n, generator=generator)

    def batch(step: int) -> dict[str, Tensor]:
        blocks = range(step * batch_size, (step + 1) * batch_size)
        rows = torch.stack([ids[s : s + block_size] for s in (starts(i // n)[i % n] for i in blocks)])
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
    """Train `model` in place for `steps` steps; it is left in eval mode with its last weights.

    It runs where the model is, on a CPU or after `model.to("cuda")` on a GPU. A script started by
    `accelerate launch --multi_gpu --num_processes n` runs on n GPUs, or as n processes on CPUs: each takes
    its n-th of the rows of a batch, and their losses and gradients are averaged. So rows should count equally
    many labels, and each parameter should take part in the loss.

    With a `folder`, a run that was interrupted goes on from its last checkpoint when called again, with the
    same result bit for bit on the same CPU with as many threads, and one that is finished is only loaded.

    Args:
        model: called with `**batch(step)`; its output has a `.loss`, the mean over what counts, in nats.
        batch: a pure function from the step (0, 1, …) to tensors of B rows each.
        learning_rate: the highest, at the end of `warmup_steps`; see `warmup_cosine`.
        weight_decay: of matrices and tables only, see `parameter_groups`.
        max_grad_norm: see `clip_grad_norm`; math.inf for no clipping.
        evaluate: gives a loss, lower is better; called with the model in eval mode and without gradients,
            where the parameters lie then.
        evaluate_every: in steps. It happens after the last step too; checkpoints are written then.
        folder: keeps `last/`, to go on from, and `best/`, the weights with the lowest `evaluate`.
        seed: of the dropout, which each step draws anew. The generators of torch stay as they were.
        mixed_precision: "bf16" computes the forward pass in bfloat16 where torch finds it safe.
        progress: the words beside the bar, or None for no bar.

    Raises:
        ValueError: an argument or batch that does not fit, or a checkpoint that is damaged or of another run.
        FloatingPointError: the loss or the gradient is no longer a finite number.
        OSError: a checkpoint cannot be written (a full disk); the one before it is intact.
        KeyboardInterrupt: after Ctrl-C, when the step at work is done and saved.
    """
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
    }
    _check_settings(settings)
    accelerator = Accelerator(mixed_precision="no", device_placement=False)
    home = next(model.parameters()).device
    device = home if accelerator.num_processes == 1 else accelerator.device
    model.to(device)
    groups = parameter_groups(model, weight_decay)
    optimizer = torch.optim.AdamW(groups, lr=learning_rate, betas=betas, fused=True)
    history, last, best = History(), None, None
    if folder is not None:
        last, best = (Path(folder) / name / WEIGHTS for name in ("last", "best"))
        settings |= {"processes": accelerator.num_processes, **_fingerprint(model, batch)}
        if last.exists():
            history = _resume(last, model, optimizer, settings)
        last.parent.mkdir(parents=True, exist_ok=True)  # a folder that cannot be made is told now
    parallel = accelerator.prepare(model)
    todo = range(len(history.losses), steps)
    keeps = accelerator.is_main_process  # one process shows the bar and writes
    bar = progress_bar(todo, progress) if keeps and todo and progress else tqdm(todo, disable=True)
    try:
        with bar, torch.random.fork_rng([device] if device.type == "cuda" else []), _ctrl_c() as pressed:
            for step in bar:
                model.train()
                _set_seed(device, _mix(seed, step, accelerator.process_index))
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate * warmup_cosine(step, warmup_steps, steps)
                rows = _share(_checked(batch(step)), accelerator, device)
                model.zero_grad()  # before the pass, whose memory is at its peak
                with torch.autocast(device.type, torch.bfloat16, enabled=mixed_precision == "bf16"):
                    loss = _loss(parallel(**rows))
                accelerator.backward(loss)
                norm = accelerator.clip_grad_norm_(model.parameters(), max_grad_norm)
                # One exchange for both, so that all processes stop at the same step.
                both = torch.tensor([loss.item(), len(pressed)], device=device)
                loss, stop = accelerator.reduce(both, "mean").tolist()
                if not math.isfinite(loss + norm):
                    raise FloatingPointError(
                        f"step {step + 1}: loss {loss}, gradient of length {norm.item()}; finite numbers are "
                        "expected. A lower learning_rate or more warmup_steps may help"
                    )
                optimizer.step()
                history.losses.append(loss)
                bar.set_postfix(loss=f"{loss:.3f}", refresh=False)

                done = step + 1
                due = done % evaluate_every == 0 or done == steps
                if due and evaluate is not None:
                    history.evaluation_steps.append(done)
                    history.evaluations.append(_evaluate(model, evaluate))
                    if best and keeps and history.evaluations[-1] == min(history.evaluations):
                        state = {"step": done, "evaluation": history.evaluations[-1]}
                        _save(best, _weights(model), state)
                if last and (due or stop):
                    if keeps:
                        tensors = _weights(model, "model.") | _moments(model, optimizer)
                        _save(last, tensors, {"settings": settings, "history": asdict(history)})
                    accelerator.wait_for_everyone()
                if stop:
                    kept = "the same call goes on from there" if last else "nothing is kept without a folder"
                    raise KeyboardInterrupt(f"training stopped after step {done} of {steps}; {kept}")
    finally:
        model.to(home).eval()
    if pressed:
        kept = "the same call only loads it" if last else "the model has the weights, the losses are lost"
        raise KeyboardInterrupt(f"training had done its last step; {kept}")
    return history


def load_weights(model: nn.Module, folder: str | Path) -> dict:
    """Put the weights kept in `folder`, the `best/` of a run, into `model`; returns "step" and "evaluation".

    Raises:
        FileNotFoundError: there are none.
        ValueError: the file is truncated or altered, or of a model with other names or shapes.
    """
    path = Path(folder) / WEIGHTS
    tensors, state = _load(path)
    if more := tensors.keys() - _weights(model).keys():
        raise ValueError(f"{path}: got {len(more)} tensors that the model has not, such as {min(more)}")
    _copy(path, tensors, _weights(model))
    return state


# --- Checkpoints: tensors as safetensors, the rest as JSON in its header; nothing is unpickled ----------


def _weights(model: nn.Module, prefix: str = "") -> dict[str, Tensor]:
    """Parameters and buffers by name; one with two names, such as a tied head, under the first."""
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


def _fingerprint(model: nn.Module, batch: Callable[[int], dict[str, Tensor]]) -> dict:
    """What must be the same in a run that goes on, besides the arguments of `train`."""
    config = getattr(model, "config", None)
    config = asdict(config) if is_dataclass(config) else getattr(config, "to_dict", dict)()
    return {
        "batch": digest_of(_checked(batch(0)))[:16],
        "shapes": {name: list(tensor.shape) for name, tensor in _weights(model).items()},
        "config": json.loads(json.dumps(config, default=str)),
    }


def _resume(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, settings: dict) -> History:
    tensors, state = _load(path)
    then, now = _flat(state["settings"]), _flat(settings)
    for key in [*now, *then]:
        if then.get(key) != now.get(key):
            raise ValueError(
                f"folder: the checkpoint {path} is of another run: {key} was {then.get(key)} and is now "
                f"{now.get(key)}. Use another folder, or delete this one to begin anew"
            )
    _copy(path, tensors, _weights(model, "model."))
    for name, p in model.named_parameters():
        for key in ("step", "exp_avg", "exp_avg_sq"):
            if f"optimizer.{key}.{name}" in tensors:  # a parameter that never had a gradient has none
                optimizer.state[p][key] = tensors[f"optimizer.{key}.{name}"].to(p.device, copy=True)
    return History(**state["history"])


def _flat(tree: dict, prefix: str = "") -> dict:
    leaves = {}
    for key, value in tree.items():
        leaves |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return leaves


def _copy(path: Path, tensors: dict[str, Tensor], weights: dict[str, Tensor]) -> None:
    for name, weight in weights.items():
        found = tuple(tensors[name].shape) if name in tensors else "none"
        if found != tuple(weight.shape):
            raise ValueError(
                f"{path}: got {found} for {name}; {tuple(weight.shape)} is expected by the model"
            )
    for name, weight in weights.items():
        weight.copy_(tensors[name])


def _save(path: Path, tensors: dict[str, Tensor], state: dict) -> None:
    """Written beside `path` first, then renamed: at any moment `path` is a whole file, the old or the new."""
    text = json.dumps(state)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    new = path.with_name(f"new-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            file.write(save(tensors, {"state": text, "sha256": digest_of(tensors, text)}))
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        raise OSError(f"{path} cannot be written ({error}); the one before it, if any, is intact") from error
    finally:
        new.unlink(missing_ok=True)


def _load(path: Path) -> tuple[dict[str, Tensor], dict]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: no checkpoint was written there")
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header["sha256"] != digest_of(tensors, header["state"]):
            raise ValueError("it does not hold what was written")
        return tensors, json.loads(header["state"])
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is truncated or altered ({error}); delete it to begin anew") from None


# --- Small parts ----------------------------------------------------------------------------------------


def _mix(*numbers: int) -> int:
    """One seed made of several numbers; near ones give seeds far apart."""
    return int.from_bytes(hashlib.sha256(repr(numbers).encode()).digest()[:7])


def _set_seed(device: torch.device, seed: int) -> None:
    """`torch.manual_seed` for the CPU and this device; for every kind there is, it takes a millisecond."""
    torch.default_generator.manual_seed(seed)
    if device.type != "cpu":
        torch.get_device_module(device).manual_seed(seed)


def _checked(rows: object) -> dict[str, Tensor]:
    """A batch, if it is one."""
    if not isinstance(rows, dict) or not rows or not all(isinstance(rows[name], Tensor) for name in rows):
        raise ValueError(f"batch: got {type(rows).__name__}; a dict of tensors is expected")
    shapes = {name: tuple(rows[name].shape) for name in rows}
    sizes = {shape[:1] for shape in shapes.values()}
    if len(sizes) > 1 or () in sizes:
        raise ValueError(f"batch: got shapes {shapes}; as many rows in each are expected")
    ids, labels = rows.get("input_ids"), rows.get("labels")
    for_tokens = labels is not None and labels.dim() > 1 and not labels.is_floating_point()
    if for_tokens and ids is not None and labels.shape != ids.shape:
        raise ValueError(
            f"labels: got shape {tuple(labels.shape)}; {tuple(ids.shape)} is expected, as of input_ids"
        )
    return rows


def _share(rows: dict[str, Tensor], accelerator: Accelerator, device: torch.device) -> dict[str, Tensor]:
    """The rows of this process, on its device."""
    n, count = accelerator.num_processes, len(next(iter(rows.values())))
    if count % n:
        raise ValueError(f"batch: got {count} rows; a multiple of {n}, the processes, is expected")
    return {name: rows[name][accelerator.process_index :: n].to(device) for name in rows}


def _loss(output: object) -> Tensor:
    loss = getattr(output, "loss", None)
    if not isinstance(loss, Tensor) or loss.dim():
        raise ValueError("model: its output has no .loss of one number; are there labels in the batch?")
    return loss


def _evaluate(model: nn.Module, evaluate: Callable[[], float]) -> float:
    model.eval()
    with torch.inference_mode():
        value = broadcast_object_list([float(evaluate())])[0]  # all processes note that of the first
    if not math.isfinite(value):
        raise FloatingPointError(f"evaluate: got {value}; a finite number is expected")
    return value


@contextmanager
def _ctrl_c() -> Iterator[list[int]]:
    """A list that is empty until Ctrl-C, so that no step is cut in two. A second Ctrl-C stops at once."""
    pressed: list[int] = []

    def note(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    if threading.current_thread() is not threading.main_thread():  # only that one may ask for signals
        yield pressed
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _check_settings(settings: dict) -> None:
    check_whole(steps=settings["steps"], evaluate_every=settings["evaluate_every"])
    for name in ("learning_rate", "max_grad_norm"):
        if not isinstance(settings[name], (int, float)) or not settings[name] > 0:
            raise ValueError(f"{name}: got {settings[name]!r}; a number above 0 is expected")
    warmup_steps, steps = settings["warmup_steps"], settings["steps"]
    if not isinstance(warmup_steps, int) or not 0 <= warmup_steps <= steps:
        raise ValueError(f"warmup_steps: got {warmup_steps!r}; a whole number from 0 to {steps} is expected")
    if settings["mixed_precision"] not in (None, "bf16"):
        raise ValueError(f"mixed_precision: got {settings['mixed_precision']!r}; None or 'bf16' is expected")
