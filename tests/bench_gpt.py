"""How fast our GPT is, beside that of transformers: `python -m tests.bench_gpt`."""

import statistics
import time
from collections.abc import Callable

import torch

from tests.bench import table
from utils import gpt

CONFIG = gpt.GPTConfig.gpt2(
    vocab_size=2048,
    max_position_embeddings=256,
    hidden_size=256,
    num_hidden_layers=4,
    num_attention_heads=4,
    eos_token_id=None,
)
BATCH_SIZE, TURNS = 16, 5
PROMPT, NEW = 16, 200  # tokens


def in_turns(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Median seconds of each, and how many times as fast ours is.

    The two take turns, so that what else the machine does slows down both.
    """
    ours(), theirs()
    seconds: dict[Callable, list[float]] = {ours: [], theirs: []}
    for turn in range(TURNS):
        for work in (ours, theirs) if turn % 2 else (theirs, ours):
            start = time.perf_counter()
            work()
            seconds[work].append(time.perf_counter() - start)
    ratio = statistics.median(b / a for a, b in zip(seconds[ours], seconds[theirs], strict=True))
    return statistics.median(seconds[ours]), statistics.median(seconds[theirs]), ratio


def training_step(model: torch.nn.Module, ids: torch.Tensor) -> Callable[[], object]:
    """Forward, backward and AdamW, for a model that takes labels."""
    optimizer = torch.optim.AdamW(model.train().parameters(), lr=1e-4)

    def step() -> None:
        optimizer.zero_grad()
        model(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()

    return step


def bench() -> list[dict[str, str]]:
    """A training step and greedy writing, with both models on two cores: a row each."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.manual_seed(0)
    ours = gpt.GPT(CONFIG).eval()
    theirs = gpt.to_hf(ours)
    prompt = torch.randint(CONFIG.vocab_size, (1, PROMPT))
    batch = torch.randint(CONFIG.vocab_size, (BATCH_SIZE, CONFIG.max_position_embeddings))
    written = gpt.greedy(ours, prompt, NEW)
    everything = torch.ones_like(prompt)
    options = {"attention_mask": everything, "do_sample": False, "max_new_tokens": NEW}
    assert torch.equal(theirs.generate(prompt, **options), written), "the two models disagree"
    rows = []
    for what, tokens, wanted, (a, b, ratio) in [
        (
            "GPT, greedy with a cache",
            NEW,
            1.5,
            in_turns(lambda: gpt.greedy(ours, prompt, NEW), lambda: theirs.generate(prompt, **options)),
        ),
        (
            f"GPT, training step of {BATCH_SIZE} × 256",
            batch.numel(),
            1.0,
            in_turns(training_step(ours, batch), training_step(theirs, batch)),
        ),
    ]:
        rows.append(
            {
                "what": f"{what}: tokens/s",
                "ours": f"{tokens / a:,.0f}",
                "library": f"{tokens / b:,.0f} (transformers)",
                "wanted": f"at least {wanted} x: {ratio:.2f}",
            }
        )
    torch.set_num_threads(threads)
    return rows


if __name__ == "__main__":
    print(table(bench()))
