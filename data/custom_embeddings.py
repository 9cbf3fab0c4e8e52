"""`python -m data.custom_embeddings` measures what is too slow for notebook 08: data/custom_embeddings.json.

MiniLM is fine-tuned on the training pairs of the clinic again and again, with one setting changed each time,
and asked the validation queries. On one core it takes about half an hour; interrupted, it goes on from there.
"""

import json
import os
from pathlib import Path

import torch

from utils import custom_embeddings, data, embeddings, pretrained

FILE = Path(__file__).with_suffix(".json")
RECIPE = {"epochs": 2, "batch_size": 32, "learning_rate": 4e-4, "scale": 20.0}
SEEDS = (1, 2)
DIMS = (384, 192, 96, 48, 24, 12)  # scored
NESTED = (384, 96, 24)  # trained
# What is changed -> a name for each value -> what of the recipe it changes; see `measure`.
SWEEPS = {
    "learning_rate": {
        f"{rate:g}": {"learning_rate": rate, "whole_index": True} for rate in (2e-5, 1e-4, 4e-4, 1e-3)
    },
    "batch_size": {str(size): {"batch_size": size} for size in (2, 8, 32, 64)},
    "scale": {str(scale): {"scale": float(scale)} for scale in (1, 5, 20, 100)},
    "negatives": {
        "batch only": {},
        "1 at random": {"negatives": "random"},
        "1 mined": {"negatives": "mined", "k": 1},
        "4 mined": {"negatives": "mined", "k": 4},
        "all": {"whole_index": True},
    },
    "matryoshka": {"full width only": {"dims": None}, "nested": {"dims": NESTED}},
}


def scores(query_vectors: torch.Tensor, shelf: torch.Tensor, relevant: torch.Tensor) -> dict[str, float]:
    """Recall@1, Recall@10 and MRR of queries (Q, C) on a shelf of responses (N, C)."""
    cosines = embeddings.normalize(query_vectors) @ embeddings.normalize(shelf).T
    ranks = custom_embeddings.ranks(cosines, relevant)
    return {
        "Recall@1": round(custom_embeddings.recall_at_k(ranks, 1).mean().item(), 4),
        "Recall@10": round(custom_embeddings.recall_at_k(ranks, 10).mean().item(), 4),
        "MRR": round(custom_embeddings.reciprocal_ranks(ranks).mean().item(), 4),
    }


def measure(change: dict, seed: int, shelf: torch.Tensor | None = None, progress: str | None = None) -> dict:
    """Fine-tune MiniLM by the recipe with one change, and score it on the validation queries.

    Args:
        change: keywords of `fine_tune`; or "negatives" as "random" or "mined" with "k"; or "dims", which also
            trains the responses and scores every width of `DIMS`.
        shelf: MiniLM's vectors of all the clinic's responses, in file order; made here if None.
    """
    tokenizer, encoder = pretrained.minilm()
    pairs, train = data.clinic(), data.clinic("train")
    if shelf is None:
        shelf = embeddings.sentence_vectors([pair.response for pair in pairs], tokenizer, encoder)
    settings = (
        RECIPE | {"index": shelf[[i for i, pair in enumerate(pairs) if pair.split == "train"]]} | change
    )
    k = settings.pop("k", 1)
    if settings.get("negatives") == "random":
        generator = torch.Generator().manual_seed(seed)
        settings["negatives"] = torch.randint(len(train), (len(train), 1), generator=generator)
    elif settings.get("negatives") == "mined":
        asked = embeddings.sentence_vectors([pair.query for pair in train], tokenizer, encoder)
        settings["negatives"] = custom_embeddings.mine_hard_negatives(asked, settings["index"], k)
    if "dims" in change:
        settings["index"] = None
    queries, responses = [pair.query for pair in train], [pair.response for pair in train]
    custom_embeddings.fine_tune(
        encoder, tokenizer, queries, responses, **settings, seed=seed, progress=progress
    )
    relevant = torch.tensor([i for i, pair in enumerate(pairs) if pair.split == "validation"])
    asked = embeddings.sentence_vectors([pairs[i].query for i in relevant.tolist()], tokenizer, encoder)
    if "dims" not in change:
        return scores(asked, shelf, relevant)
    shelf = embeddings.sentence_vectors([pair.response for pair in pairs], tokenizer, encoder)
    return {str(dim): scores(asked[:, :dim], shelf[:, :dim], relevant) for dim in DIMS}


def results() -> dict:
    """What was measured: sweep -> value -> one dict of scores for each seed.

    Raises:
        FileNotFoundError: it was not measured yet.
        ValueError: the file is damaged, or of other sweeps than these.
    """
    try:
        found = json.loads(FILE.read_text(encoding="utf-8"))
        if {sweep: [*values] for sweep, values in found.items()} != {s: [*v] for s, v in SWEEPS.items()}:
            raise ValueError("not these sweeps")
    except FileNotFoundError:
        raise FileNotFoundError(
            f"data/{FILE.name} is missing. To mend it: git restore data/{FILE.name}"
        ) from None
    except (ValueError, AttributeError) as error:
        raise ValueError(
            f"data/{FILE.name} is damaged ({error}). To mend it: git restore data/{FILE.name}"
        ) from None
    return found


def _settings() -> list[tuple[str, str, dict]]:
    return [(sweep, name, change) for sweep, values in SWEEPS.items() for name, change in values.items()]


def main() -> None:
    """Measure all sweeps, and write the file when the last one is done."""
    draft = FILE.with_suffix(".part")
    done = json.loads(draft.read_text(encoding="utf-8")) if draft.exists() else {}
    tokenizer, encoder = pretrained.minilm()
    shelf = embeddings.sentence_vectors([pair.response for pair in data.clinic()], tokenizer, encoder)
    known = {
        (json.dumps(RECIPE | SWEEPS[sweep][name], sort_keys=True), seed): run
        for sweep, values in done.items()
        for name, runs in values.items()
        for seed, run in zip(SEEDS, runs, strict=False)
    }
    todo = [(seed, *item) for seed in SEEDS for item in _settings()]
    for seed, sweep, name, change in todo:
        runs = done.setdefault(sweep, {}).setdefault(name, [])
        if len(runs) > SEEDS.index(seed):
            continue
        key = json.dumps(RECIPE | change, sort_keys=True), seed  # the same under two names is measured once
        known[key] = known.get(key) or measure(change, seed, shelf)
        runs.append(known[key])
        print(f"{sweep} {name}, seed {seed}: {runs[-1]}", flush=True)
        draft.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
    ordered = {sweep: {name: done[sweep][name] for name in values} for sweep, values in SWEEPS.items()}
    draft.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, FILE)


if __name__ == "__main__":
    main()
