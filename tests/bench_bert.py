"""How fast our BERT is, beside that of transformers: `python -m tests.bench_bert`."""

import statistics
import time

import torch

from tests.bench import table
from utils import bert, data, pretrained

SHAPES = ((1, 40), (8, 20), (32, 12))  # texts in a batch, and how often it is timed


def bench() -> list[dict[str, str]]:
    """MiniLM on village texts of unlike length, with both on two cores: a row a batch size.

    The two take turns, so that what else the machine does slows down both; the median counts.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    tokenizer, theirs = pretrained.minilm()
    ours = bert.from_hf(theirs)
    texts = [piece.text for piece in data.village("validation")]
    rows = []
    for size, times in SHAPES:
        x = tokenizer(texts[:size], padding=True, truncation=True, max_length=128, return_tensors="pt")
        seconds: dict[torch.nn.Module, list[float]] = {ours: [], theirs: []}
        with torch.inference_mode():
            difference = ours(**x).last_hidden_state - theirs(**x).last_hidden_state
            assert difference.abs().max() < 1e-5, "the two models disagree"
            for turn in range(times):
                for model in (ours, theirs) if turn % 2 else (theirs, ours):
                    start = time.perf_counter()
                    model(**x)
                    seconds[model].append(time.perf_counter() - start)
        ratio = statistics.median(b / a for a, b in zip(seconds[ours], seconds[theirs], strict=True))
        tokens = x["attention_mask"].sum().item()
        speeds = [tokens / statistics.median(seconds[model]) for model in (ours, theirs)]
        rows.append(
            {
                "what": f"BERT of MiniLM's size, {size} texts at once: tokens/s",
                "ours": f"{speeds[0]:,.0f}",
                "library": f"{speeds[1]:,.0f} (transformers, SDPA)",
                "wanted": f"at least 1.0 x: {ratio:.2f}",
            }
        )
    torch.set_num_threads(threads)
    return rows


if __name__ == "__main__":
    print(table(bench()))
