"""Ids to vectors, and what their geometry says: lookup, skip-gram, neighbours, sentences, maps.

Follows Mikolov et al. (2013a, 2013b) for skip-gram with negative sampling, Levy & Goldberg (2014) for
analogies, Reimers & Gurevych (2019) for mean pooling, van der Maaten & Hinton (2008) for perplexity.
Leaves out phrases, parts of words (FastText) and t-SNE itself, which scikit-learn has.

Axes: V words in the vocabulary, C width, B pairs or texts, K negatives, T tokens, N points.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.checks import check_float, check_ids, check_positive, check_shape, check_whole
from utils.course import progress_bar

# --- From an id to a row of a table ---------------------------------------------------------------------


def one_hot(ids: Tensor, num_classes: int) -> Tensor:
    """A row of zeros for each id, with a 1 at the place of the id: (…) to (…, num_classes), floats.

    Raises:
        ValueError: `ids` are no integers from 0 to num_classes − 1.
    """
    check_whole(num_classes=num_classes)
    check_ids("ids", ids, num_classes, (...,))
    return (ids.unsqueeze(-1) == torch.arange(num_classes)).float()


def lookup(table: Tensor, ids: Tensor) -> Tensor:
    """Row `ids` of `table`: (V, C) and (…) to (…, C). The same as `one_hot(ids, V) @ table`.

    Raises:
        ValueError: `table` has not two axes, or `ids` are no integers from 0 to V − 1.
    """
    check_float("table", table, ("V", "C"))
    check_ids("ids", ids, len(table), (...,))
    return table[ids]


# --- Skip-gram: words and the words around them ---------------------------------------------------------


def count_words(texts: Sequence[Sequence[str]], min_count: int = 1) -> dict[str, int]:
    """The words that occur at least `min_count` times with their counts, the most frequent first.

    Raises:
        ValueError: `texts` holds a str where a list of words is expected.
    """
    for text in texts:
        if isinstance(text, str):
            raise ValueError(f"texts: got the str {text[:30]!r}; a list of words is expected for each text")
    counts = Counter(word for text in texts for word in text)
    return {word: count for word, count in counts.most_common() if count >= min_count}


def keep_probability(counts: Tensor, t: float = 1e-3) -> Tensor:
    """How often each word stays in the text: √(t / f) for a share f above t (Mikolov et al. 2013b, 2.3).

    Args:
        counts: (V,), how often each word occurs.
        t: share of all words, above 0; 1 keeps everything.

    Raises:
        ValueError: `counts` is not one axis of positive numbers, or `t` is not above 0.
    """
    _check_counts(counts)
    check_positive(t=t)
    return (t * counts.sum() / counts).sqrt().clamp(max=1.0)


def unigram_table(counts: Tensor, power: float = 0.75, size: int = 1_000_000) -> Tensor:
    """A list of ids in which id i stands about `size · counts_i^power / Σ counts^power` times, at least once.

    Drawing a place of it at random draws negatives as in Mikolov et al. (2013b), section 2.2.

    Raises:
        ValueError: `counts` is not one axis of positive numbers, `power` is negative or `size` not above 0.
    """
    _check_counts(counts)
    check_whole(size=size)
    if not 0 <= power < math.inf:
        raise ValueError(f"power: got {power}; a number from 0 up is expected")
    shares = counts.double() ** power
    times = (size * shares / shares.sum()).round().long().clamp_min(1)
    return torch.repeat_interleave(torch.arange(len(counts)), times)


def skipgram_pairs(
    texts: Sequence[Sequence[int]], window: int, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Every word with each word around it: ids of centres and of contexts, both (pairs,) int64.

    A pair never reaches over the border of a text. With a `generator` each centre draws its own window
    from 1 to `window`, so that near words count more (Mikolov et al. 2013a, section 3.2), and the pairs
    come shuffled; without one every window is full.

    Raises:
        ValueError: `window` is no int of at least 1, or `texts` holds something else than ids.
    """
    check_whole(window=window)
    try:
        ids = torch.tensor([i for text in texts for i in text], dtype=torch.int64)
    except (TypeError, ValueError):
        raise ValueError("texts: a list of ids, whole numbers, is expected for each text") from None
    lengths = torch.tensor([len(text) for text in texts], dtype=torch.int64)
    text_of = torch.repeat_interleave(torch.arange(len(texts)), lengths)
    reach = torch.full_like(ids, window)
    if generator is not None:
        reach = torch.randint(1, window + 1, ids.shape, generator=generator)
    centers, contexts = [], []
    for distance in range(1, min(window, len(ids) - 1) + 1):
        same_text = text_of[distance:] == text_of[:-distance]
        right, left = ids[distance:], ids[:-distance]
        seen_by_left = same_text & (reach[:-distance] >= distance)
        seen_by_right = same_text & (reach[distance:] >= distance)
        centers += [left[seen_by_left], right[seen_by_right]]
        contexts += [right[seen_by_left], left[seen_by_right]]
    centers, contexts = torch.cat([ids[:0], *centers]), torch.cat([ids[:0], *contexts])
    if generator is not None:
        order = torch.randperm(len(centers), generator=generator)
        centers, contexts = centers[order], contexts[order]
    return centers, contexts


def negative_sampling_loss(centers: Tensor, contexts: Tensor, negatives: Tensor) -> Tensor:
    """−ln σ(v·u) − Σ ln σ(−v·n), the mean over the pairs, in nats (Mikolov et al. 2013b, equation 4).

    Args:
        centers, contexts: (B, C), the vectors v and u of words that stood together.
        negatives: (B, K, C), vectors n of words drawn at random.

    Raises:
        ValueError: the shapes do not fit, or B is 0.
    """
    check_float("centers", centers, ("B", "C"))
    if not len(centers):
        raise ValueError("centers: got no pairs; at least one is expected")
    check_float("contexts", contexts, tuple(centers.shape))
    check_float("negatives", negatives, (len(centers), "K", centers.shape[1]))
    positive = (centers * contexts).sum(-1)  # (B,)
    negative = (negatives * centers.unsqueeze(1)).sum(-1)  # (B, K)
    return -(F.logsigmoid(positive) + F.logsigmoid(-negative).sum(-1)).mean()


class SkipGram:
    """Two tables (V, C): `inputs` for a word as the centre, `outputs` for it as context.

    Raises:
        ValueError: a size is no int of at least 1.
    """

    def __init__(self, vocab_size: int, width: int, seed: int = 0) -> None:
        check_whole(vocab_size=vocab_size)
        check_whole(width=width)
        generator = torch.Generator().manual_seed(seed)
        self.inputs = (torch.rand(vocab_size, width, generator=generator) - 0.5) / width
        self.outputs = torch.zeros(vocab_size, width)

    def step(self, centers: Tensor, contexts: Tensor, negatives: Tensor, lr: float) -> float:
        """One step of gradient descent on the *sum* of the pairs' losses; returns their mean before it.

        Args:
            centers, contexts: ids (B,) of words that stood together.
            negatives: ids (B, K) of words drawn at random.
            lr: how far to go. A row that occurs often in the batch goes as often as it occurs.

        Raises:
            ValueError: ids out of range, or shapes that do not fit.
        """
        check_ids("centers", centers, len(self.inputs), ("B",))
        check_ids("contexts", contexts, len(self.inputs), tuple(centers.shape))
        check_ids("negatives", negatives, len(self.inputs), (len(centers), "K"))
        check_positive(lr=lr)
        targets = torch.cat([contexts.unsqueeze(1), negatives], dim=1)  # (B, 1 + K)
        width = self.inputs.shape[1]
        v = self.inputs.index_select(0, centers)  # (B, C)
        u = self.outputs.index_select(0, targets.flatten()).view(*targets.shape, width)  # (B, 1 + K, C)
        scores = (u * v.unsqueeze(1)).sum(-1)  # (B, 1 + K)
        error = scores.sigmoid()  # what the model believes …
        error[:, 0] -= 1  # … minus the truth: 1 for the context, 0 for the negatives
        # The derivative of the loss is error · u with respect to v, and error · v with respect to u.
        self.inputs.index_add_(0, centers, (error.unsqueeze(-1) * u).sum(1), alpha=-lr)
        moves = error.unsqueeze(-1) * v.unsqueeze(1)  # (B, 1 + K, C)
        self.outputs.index_add_(0, targets.flatten(), moves.view(-1, width), alpha=-lr)
        scores[:, 0] *= -1
        return F.softplus(scores).sum(1).mean().item()  # softplus(x) = −ln σ(−x)


@contextmanager
def _one_thread() -> Iterator[None]:
    """The tensors of one step are so small that waiting for a second thread costs more than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@_one_thread()
def train_skipgram(
    texts: Sequence[Sequence[str]],
    width: int = 64,
    window: int = 5,
    negatives: int = 5,
    epochs: int = 3,
    lr: float = 0.05,
    min_count: int = 5,
    t: float = 1e-3,
    batch_size: int = 1024,
    seed: int = 0,
) -> tuple["WordVectors", "WordVectors", list[float]]:
    """Learn two vectors for every word of `texts`, lists of words: one as the centre and one as context.

    The learning rate falls in a straight line from `lr` to nothing. The same seed gives the same vectors.

    Returns:
        The words with their vectors as centres (what is usually meant by word vectors), the same with those
        as contexts, and the loss of each step in nats.

    Raises:
        ValueError: an argument is out of range, no two known words stand side by side in `texts`, or `lr`
            was so large that the loss grew beyond all bounds.
    """
    check_whole(negatives=negatives, epochs=epochs, batch_size=batch_size)
    check_positive(lr=lr)
    words = count_words(texts, min_count)
    ids = {word: i for i, word in enumerate(words)}
    encoded = [[ids[word] for word in text if word in ids] for text in texts]
    if all(len(text) < 2 for text in encoded):
        raise ValueError(f"texts: no two words that occur {min_count} times (min_count) stand side by side")
    counts = torch.tensor(list(words.values()))
    keep, table = keep_probability(counts, t).tolist(), unigram_table(counts)
    model, losses = SkipGram(len(words), width, seed), []
    generator = torch.Generator().manual_seed(seed)
    for epoch in range(epochs):
        draws = iter(torch.rand(sum(map(len, encoded)), generator=generator).tolist())
        kept = [[i for i in text if next(draws) < keep[i]] for text in encoded]
        centers, contexts = skipgram_pairs(kept, window, generator)
        starts = range(0, len(centers), batch_size)
        for start in progress_bar(starts, f"epoch {epoch + 1} of {epochs}"):
            batch = slice(start, start + batch_size)
            drawn = torch.randint(len(table), (len(centers[batch]), negatives), generator=generator)
            done = (epoch + start / len(centers)) / epochs
            losses.append(model.step(centers[batch], contexts[batch], table[drawn], lr * (1 - done)))
            if not math.isfinite(losses[-1]):
                raise ValueError(
                    f"lr: {lr} is too large, the loss is no longer finite after {len(losses)} steps"
                )
    return WordVectors(list(words), model.inputs), WordVectors(list(words), model.outputs), losses


# --- What the vectors know: neighbours and analogies ----------------------------------------------------


def normalize(vectors: Tensor) -> Tensor:
    """The same directions with length 1: (…, C) to (…, C). A vector of zeros has none and stays.

    Raises:
        ValueError: `vectors` are no floats, or have no axis.
    """
    check_float("vectors", vectors, (..., "C"))
    if not vectors.shape[-1]:
        raise ValueError("vectors: got a width of 0; at least 1 is expected")
    # Divided by the largest entry first: the square of 1e30 would not fit into a float.
    scaled = vectors / vectors.abs().amax(-1, keepdim=True).clamp_min(torch.finfo(vectors.dtype).tiny)
    return scaled / scaled.norm(dim=-1, keepdim=True).clamp_min(0.5)  # 0, or at least 1


def cosine_similarity(a: Tensor, b: Tensor) -> Tensor:
    """The dot product of the directions of `a` and `b`, from −1 to 1: (…, C) and (…, C) to (…).

    The axes "…" must be equal or broadcast. With a vector of zeros the cosine is 0.

    Raises:
        ValueError: `a` or `b` are no floats, or their shapes do not fit.
    """
    check_float("a", a, (..., "C"))
    check_float("b", b, (..., a.shape[-1]))
    try:
        return (normalize(a) * normalize(b)).sum(-1)
    except RuntimeError:
        raise ValueError(
            f"b: got shape {tuple(b.shape)}, which does not broadcast with {tuple(a.shape)}"
        ) from None


class WordVectors:
    """Words and their vectors (V, C), to be asked for neighbours and analogies.

    Raises:
        ValueError: a word stands twice, or `vectors` has another number of rows than there are words.
    """

    def __init__(self, words: Sequence[str], vectors: Tensor) -> None:
        self.words, self.ids = list(words), {word: i for i, word in enumerate(words)}
        if len(self.ids) != len(self.words):
            raise ValueError(
                f"words: {len(self.words) - len(self.ids)} of {len(self.words)} stand twice; once is expected"
            )
        check_float("vectors", vectors, (len(self.words), "C"))
        self.vectors, self.directions = vectors, normalize(vectors)

    def __contains__(self, word: str) -> bool:
        return word in self.ids

    def __getitem__(self, word: str) -> Tensor:
        """The vector (C,) of `word`. Raises ValueError if it is unknown."""
        return self.vectors[self._id("word", word)]

    def nearest(self, vector: Tensor, k: int = 5, exclude: Sequence[str] = ()) -> list[tuple[str, float]]:
        """The `k` words with the largest cosine to `vector` (C,), those in `exclude` left out.

        Raises:
            ValueError: `vector` has another shape, `k` is no int of at least 1, or a word is unknown.
        """
        check_float("vector", vector, (self.vectors.shape[1],))
        check_whole(k=k)
        if isinstance(exclude, str):
            raise ValueError(f"exclude: got the str {exclude!r}; a list of words is expected")
        cosines = self.directions @ normalize(vector)
        left = torch.ones(len(self.words), dtype=torch.bool)
        left[[self._id("exclude", word) for word in exclude]] = False
        order = cosines.masked_fill(~left, -math.inf).argsort(descending=True, stable=True)[:k]
        order = order[left[order]]  # fewer than k, if fewer are left
        return list(zip([self.words[i] for i in order.tolist()], cosines[order].tolist(), strict=True))

    def neighbours(self, word: str, k: int = 5) -> list[tuple[str, float]]:
        """The `k` other words with the largest cosine to `word`. Raises ValueError if it is unknown."""
        return self.nearest(self[word], k, exclude=[word])

    def offset(self, a: str, b: str, c: str) -> Tensor:
        """b − a + c (C,), all made of length 1 first. Raises ValueError if one of them is unknown."""
        a_, b_, c_ = (
            self.directions[self._id(name, word)] for name, word in zip("abc", (a, b, c), strict=True)
        )
        return b_ - a_ + c_

    def analogy(self, a: str, b: str, c: str, k: int = 5) -> list[tuple[str, float]]:
        """`a` is to `b` as `c` is to …: the words nearest to b − a + c, the three themselves left out.

        Levy & Goldberg (2014), section 3, call it 3CosAdd.

        Raises:
            ValueError: one of the words is unknown, or `k` is no int of at least 1.
        """
        return self.nearest(self.offset(a, b, c), k, exclude=[a, b, c])

    def rank(self, a: str, b: str, c: str, answer: str) -> int:
        """The place of `answer` among all answers to `analogy(a, b, c)`; 1 is the first.

        Raises:
            ValueError: one of the words is unknown, or `answer` is one of the three others.
        """
        cosines = self.directions @ normalize(self.offset(a, b, c))
        own = cosines[self._id("answer", answer)].item()
        if answer in (a, b, c):
            raise ValueError(f"answer: got {answer!r}, which is part of the question")
        cosines[[self.ids[word] for word in (a, b, c)]] = -math.inf
        return int((cosines > own).sum()) + 1

    def _id(self, name: str, word: str) -> int:
        if not isinstance(word, str) or word not in self.ids:
            raise ValueError(f"{name}: {word!r} is not among the {len(self.words):,} words")
        return self.ids[word]


# --- One vector for a sentence --------------------------------------------------------------------------


def mean_pool(hidden_states: Tensor, attention_mask: Tensor) -> Tensor:
    """The mean of each text's real tokens: (B, T, C) and a mask (B, T) of 1 and 0 to (B, C).

    Padding has no effect, whatever stands there. A text without a real token becomes zeros.

    Raises:
        ValueError: shapes that do not fit, or a mask of other numbers than 0 and 1.
    """
    check_float("hidden_states", hidden_states, ("B", "T", "C"))
    check_shape("attention_mask", attention_mask, tuple(hidden_states.shape[:2]))
    if not ((attention_mask == 0) | (attention_mask == 1)).all():
        raise ValueError("attention_mask: got other numbers than 0 (padding) and 1 (text)")
    mask = attention_mask.bool().unsqueeze(-1)  # (B, T, 1)
    return hidden_states.masked_fill(~mask, 0.0).sum(1) / mask.sum(1).clamp_min(1)


@torch.no_grad()
def sentence_vectors(
    texts: Sequence[str], tokenizer, model, batch_size: int = 32, max_length: int = 256
) -> Tensor:
    """A vector of length 1 for each text: (B, C), the mean of the model's token vectors.

    Args:
        tokenizer, model: from transformers, as `pretrained.minilm()` gives them.
        max_length: tokens beyond it are cut off; 256 is what sentence-transformers does for MiniLM.

    Raises:
        ValueError: `texts` is a str or holds something else than str, or a size is no int of at least 1.
    """
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"texts: got {texts!r:.60}; a list of str is expected")
    check_whole(batch_size=batch_size)
    check_whole(max_length=max_length)
    rows = [torch.zeros(0, model.config.hidden_size)]
    for start in range(0, len(texts), batch_size):
        batch = list(texts[start : start + batch_size])
        batch = tokenizer(batch, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
        rows.append(normalize(mean_pool(model(**batch).last_hidden_state, batch["attention_mask"])))
    return torch.cat(rows)


# --- Maps: many dimensions on paper ---------------------------------------------------------------------


def pca(points: Tensor, k: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """Principal components: the `k` directions along which `points` (N, C) spread most.

    Returns:
        The points' places along them (N, k), the directions (k, C) and the share of the spread (variance)
        that each explains (k,). Signs as in scikit-learn: a direction's largest entry is positive.

    Raises:
        ValueError: fewer than 2 points, or `k` is no whole number from 1 to min(N, C).
    """
    _check_points(points, 2)
    if not isinstance(k, int) or not 1 <= k <= min(points.shape):
        raise ValueError(f"k: got {k!r}; a whole number from 1 to {min(points.shape)} is expected")
    centred = points - points.mean(0)
    _, sizes, directions = torch.linalg.svd(centred, full_matrices=False)  # sizes: the largest first
    largest = directions.gather(1, directions.abs().argmax(1, keepdim=True))  # (min(N, C), 1)
    directions = (directions * largest.sign())[:k]
    spread = sizes**2
    return (
        centred @ directions.T,
        directions,
        (spread / spread.sum().clamp_min(torch.finfo(spread.dtype).tiny))[:k],
    )


def perplexity(probabilities: Tensor) -> Tensor:
    """exp(−Σ p ln p), an effective number of choices: (…, N) to (…). Eight equal ones give 8.

    Raises:
        ValueError: `probabilities` are negative or do not sum to 1 along the last axis.
    """
    check_float("probabilities", probabilities, (..., "N"))
    sums = probabilities.sum(-1)
    if not (probabilities >= 0).all() or not torch.allclose(sums, torch.ones_like(sums), atol=1e-3):
        raise ValueError("probabilities: got rows that are negative or do not sum to 1")
    return torch.special.entr(probabilities).sum(-1).exp()  # entr(p) = −p ln p, and 0 at 0


def neighbour_probabilities(points: Tensor, target: float) -> Tensor:
    """How much each point looks at each other one in t-SNE: (N, C) to (N, N), rows that sum to 1.

    p(j | i) falls with the distance as exp(−β_i d²), and β_i is found by halving an interval until the
    row has the perplexity `target` (van der Maaten & Hinton 2008, section 2). p(i | i) is 0.

    Raises:
        ValueError: fewer than 3 points, or a `target` that is not between 1 and the N − 1 others.
    """
    _check_points(points, 3)
    n = len(points)
    if not 1 < target <= n - 1:
        raise ValueError(
            f"target: got {target}; a perplexity above 1 and at most {n - 1} (the others) is expected"
        )
    points = points.double()
    squares = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist") ** 2
    squares.fill_diagonal_(math.inf)
    low, high = torch.zeros(n, 1).double(), torch.full((n, 1), math.inf).double()
    beta = 1 / squares[squares.isfinite()].view(n, n - 1).mean(1, keepdim=True).clamp_min(1e-12)
    for _ in range(100):
        p = torch.softmax(-beta * squares, dim=1)
        wide = perplexity(p).unsqueeze(1) > target  # looks at too many: a larger β is needed
        low, high = torch.where(wide, beta, low), torch.where(wide, high, beta)
        beta = torch.where(high.isinf(), 2 * beta, (low + high) / 2)
    return p.to(torch.float32)


# --- Checks ---------------------------------------------------------------------------------------------


def _check_points(points: object, least: int) -> None:
    check_float("points", points, ("N", "C"))
    if len(points) < least:
        raise ValueError(f"points: got {len(points)}; at least {least} are expected")
    if not points.isfinite().all():
        raise ValueError("points: got numbers that are not finite")


def _check_counts(counts: object) -> None:
    check_shape("counts", counts, ("V",))
    if not len(counts) or not (counts > 0).all():
        raise ValueError("counts: a number above 0 for each of at least one word is expected")
