"""The village: one small invented world in simple English, written by a probabilistic grammar.

Read `grammar.py` (how a piece is drawn and scored), then `world.py` (who and what there is),
then the genres. `python -m data.village` writes `data/village.txt` and `data/village.tsv`.
"""

import random
from collections.abc import Iterator

from data.village import facts, letters, questions, recipes, scenes, stories
from data.village.grammar import Draw, Writer, log_prob

__all__ = ["GENRES", "corpus", "log_prob", "piece", "pieces"]

# genre -> (how it is written, its share of all pieces)
GENRES = {
    "story": (stories.write, 0.110),
    "fact": (facts.write, 0.300),
    "question": (questions.write, 0.240),
    "scene": (scenes.write, 0.190),
    "letter": (letters.write, 0.115),
    "recipe": (recipes.write, 0.045),
}
PIECES = 15_000
SEED = 2017


def piece(draw: Draw) -> str:
    """Write one piece of any genre; return the genre. `log_prob(piece, text)` scores any text."""
    genre = draw.choose(list(GENRES), weights=[share for _, share in GENRES.values()])
    GENRES[genre][0](draw)
    return genre


def pieces(seed: int) -> Iterator[tuple[str, str, float]]:
    """An endless supply of independent pieces: (text, genre, log-probability in nats)."""
    rng = random.Random(seed)
    while True:
        draw = Writer(rng)
        genre = piece(draw)
        yield draw.text, genre, draw.log_prob


def corpus() -> Iterator[tuple[str, str, str, float]]:
    """The bundled pieces, all different: (text, split, genre, log-probability in nats).

    Every twentieth piece is for validation. A text drawn a second time is skipped.
    """
    seen: set[str] = set()
    for text, genre, nats in pieces(SEED):
        if text in seen:
            continue
        seen.add(text)
        yield text, "validation" if len(seen) % 20 == 0 else "train", genre, nats
        if len(seen) == PIECES:
            return
