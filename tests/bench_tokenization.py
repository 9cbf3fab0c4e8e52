"""How fast the tokenizer is, beside Hugging Face's: `python -m tests.bench_tokenization`."""

import time
from collections.abc import Callable

from tests.bench import table
from tests.test_tokenization import VOCAB_SIZE, train_hugging_face
from utils.course import ROOT
from utils.tokenization import train_bpe


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def bench() -> list[dict[str, str]]:
    """Train on the village and encode it, with both, in one run: a row a measurement."""
    text = (ROOT / "data" / "village.txt").read_text(encoding="utf-8")
    pieces, megabytes = text.split("\n\n"), len(text.encode("utf-8")) / 1e6
    trained, ours = seconds(lambda: train_bpe(pieces, VOCAB_SIZE))
    trained_hf, theirs = seconds(lambda: train_hugging_face(pieces, VOCAB_SIZE))
    encoded, ids = seconds(lambda: [ours.encode(piece) for piece in pieces])
    encoded_hf, batch = seconds(lambda: theirs.encode_batch(pieces))
    assert ids == [encoding.ids for encoding in batch], "the two tokenizers disagree"
    return [
        {
            "what": f"BPE, {VOCAB_SIZE:,} tokens: train on the village, s",
            "ours": f"{trained:.2f}",
            "library": f"{trained_hf:.2f} (tokenizers)",
            "wanted": "at most 20",
        },
        {
            "what": "BPE: encode the village, MB/s",
            "ours": f"{megabytes / encoded:.2f}",
            "library": f"{megabytes / encoded_hf:.2f} (tokenizers)",
            "wanted": "at least 0.3",
        },
    ]


if __name__ == "__main__":
    print(table(bench()))
