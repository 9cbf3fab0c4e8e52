"""How fast `generate` is, beside transformers': `python -m tests.bench_decoding`."""

import time

import torch
from transformers.utils import logging

from tests.bench import table
from utils import decoding, gpt
from utils.decoding import Temperature, TopK, TopP

PROMPT, NEW, RUNS = 16, 48, 3
WAYS = {
    "greedy": ({}, {"do_sample": False}),
    "sampling": (
        {"do_sample": True, "processors": [Temperature(0.8), TopK(50), TopP(0.9)]},
        {"do_sample": True, "temperature": 0.8, "top_k": 50, "top_p": 0.9},
    ),
    "4 beams": ({"num_beams": 4}, {"do_sample": False, "num_beams": 4}),
}


def bench() -> list[dict[str, str]]:
    """Tokens a second of both, the best of three runs in turn, with a model of tiny-gpt's size."""
    logging.set_verbosity_error()
    torch.manual_seed(0)
    sizes = {"vocab_size": 2048, "max_position_embeddings": 256, "hidden_size": 256}
    ours = gpt.GPT(gpt.GPTConfig(**sizes, num_hidden_layers=4, num_attention_heads=4)).eval()
    theirs = gpt.to_hf(ours).eval()
    theirs.generation_config.eos_token_id = None  # all texts run to their full length
    rows = []
    for (way, (mine, keywords)), B in ((item, B) for item in WAYS.items() for B in (1, 8)):
        ids = torch.randint(1, 2048, (B, PROMPT))
        work = [
            lambda ids=ids, mine=mine: decoding.generate(ours, ids, NEW, eos_token_id=(), **mine),
            lambda ids=ids, keywords=keywords: theirs.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW, **keywords
            ),
        ]
        best, texts = [0.0, 0.0], [None, None]
        for _ in range(RUNS):
            for i, generate in enumerate(work):
                torch.manual_seed(0)
                start = time.perf_counter()
                texts[i] = generate()
                best[i] = max(best[i], B * NEW / (time.perf_counter() - start))
        assert texts[0].equal(texts[1]), f"{way}, batch {B}: the two differ"
        rows.append(
            {
                "what": f"generate, {way}, batch {B}: tokens/s",
                "ours": f"{best[0]:,.0f}",
                "library": f"{best[1]:,.0f} (transformers)",
                "wanted": f"at least {1.5 * best[1]:,.0f}, 1.5 ×" if (way, B) == ("greedy", 1) else "",
            }
        )
    return rows


if __name__ == "__main__":
    print(table(bench()))
