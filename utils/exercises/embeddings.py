"""Exercises of notebook 02: cosine, mean pooling, perplexity, analogy, and the loss of skip-gram."""

import math
from collections.abc import Callable, Sequence
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from utils import embeddings, pretrained
from utils.exercise import Exercise, NotYet, Raised

# --- What all checks share ---


def _number(got: object, where: str) -> float:
    """`got` as a float, if it is a number or a tensor of one number."""
    if isinstance(got, Tensor):
        if got.numel() != 1:
            raise NotYet(f"{where}, one number is expected; yours is a tensor of shape {tuple(got.shape)}.")
        got = got.item()
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        raise NotYet(f"{where}, one number is expected, not {type(got).__name__}. Is there a `return`?")
    return float(got)


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-5) or (math.isnan(a) and math.isnan(b))


def _tell(ways: dict[Callable, str], got: Sequence[float], cases: Sequence[tuple]) -> None:
    """Raise the diagnosis of the first way that gives these answers to these cases."""
    for way, words in ways.items():
        if all(_same(value, float(way(*case))) for value, case in zip(got, cases, strict=True)):
            raise NotYet(words)


def _show(vector: Tensor) -> str:
    return "[" + ", ".join(f"{value:.3g}" for value in vector.flatten().tolist()) + "]"


@cache
def _minilm():
    return pretrained.minilm()


@cache
def _static() -> embeddings.WordVectors:
    """MiniLM's table, only the words of small letters."""
    tokenizer, model = _minilm()
    words = sorted(word for word in tokenizer.get_vocab() if word.isascii() and word.isalpha())
    table = model.get_input_embeddings().weight.detach()
    return embeddings.WordVectors(words, table[torch.tensor(tokenizer.convert_tokens_to_ids(words))])


# --- 1. Cosine ---


def cosine_solution(a, b):
    lengths = a.norm() * b.norm()
    return 0.0 if lengths == 0 else (a @ b / lengths).item()


def _dot(a, b):
    return a @ b


def _no_zero(a, b):
    return a @ b / (a.norm() * b.norm())


def _one_length(a, b):
    return a @ b / a.norm() if a.norm() else 0.0


def _other_length(a, b):
    return a @ b / b.norm() if b.norm() else 0.0


def _no_root(a, b):
    squares = (a @ a) * (b @ b)
    return a @ b / squares if squares else 0.0


def _sum_of_lengths(a, b):
    lengths = a.norm() + b.norm()
    return a @ b / lengths if lengths else 0.0


def _sums_not_lengths(a, b):
    sums = a.abs().sum() * b.abs().sum()
    return a @ b / sums if sums else 0.0


def _distance(a, b):
    return 1 - cosine_solution(a, b)


def _angle(a, b):
    return math.acos(max(-1.0, min(1.0, cosine_solution(a, b))))


def _positive(a, b):
    return abs(cosine_solution(a, b))


COSINE_WAYS = {
    _dot: "that is the dot product: it grows with the length of the vectors. Divide by both lengths.",
    _one_length: "you divide by the length of a, but not by that of b.",
    _other_length: "you divide by the length of b, but not by that of a.",
    _no_root: "you divide by the squared lengths. A length is the square root of the sum of squares.",
    _sum_of_lengths: "you divide by the sum of the two lengths; it is their product.",
    _sums_not_lengths: "you divide by sums of absolute values. A length is the square root of the sum of "
    "squares.",
    _distance: "this is 1 − cosine, the cosine distance. Return the cosine itself.",
    _angle: "this is the angle. Return its cosine, without acos.",
    _positive: "the sign is lost: vectors that point away from each other have a cosine below 0.",
}


def _check_cosine(answer):
    torch.manual_seed(1)
    cases = [(torch.randn(n) * 3, torch.randn(n)) for n in (3, 2, 5, 1, 8, 8)]
    cases.append((torch.randn(4) * 0.1, torch.randn(4) * 0.1))  # short ones, which a clamp would spoil
    got = [_number(answer(a, b), f"for two vectors of {len(a)} numbers") for a, b in cases]
    _tell(COSINE_WAYS, got, cases)
    for (a, b), value in zip(cases, got, strict=True):
        expected = cosine_solution(a, b)
        if not _same(value, expected):
            raise NotYet(f"for {_show(a)} and {_show(b)} the cosine is {expected:.4f}; yours is {value:.4f}.")
    for zero in [(torch.zeros(3), torch.ones(3)), (torch.ones(3), torch.zeros(3)), (torch.zeros(2),) * 2]:
        try:
            value = _number(answer(*zero), "for a vector of zeros")
        except Raised as raised:
            raise NotYet(
                f"for {_show(zero[0])} and {_show(zero[1])} your code raised {type(raised.error).__name__}: "
                "a vector of zeros has the length 0, and nothing can be divided by that. Return 0 for it."
            ) from None
        if math.isnan(value):
            raise NotYet(
                "a vector of zeros gives nan: its length is 0, and 0 / 0 is not a number. Return 0 for it."
            )
        if value:
            raise NotYet(f"a vector of zeros has no direction, so return 0 for it; yours gives {value:.4g}.")
    words = _static()
    bank = words["bank"]
    scored = {
        word: _number(answer(bank, words[word]), "for MiniLM's vectors")
        for word in ("banking", "river", "money", "bread")
    }
    for word, value in scored.items():
        if not _same(value, embeddings.cosine_similarity(bank, words[word]).item()):
            raise NotYet(f"for MiniLM's vectors of bank and {word} it gives {value:.4f}, which is wrong.")
    listed = ", ".join(f"{word} {value:.2f}" for word, value in sorted(scored.items(), key=lambda x: -x[1]))
    return (
        f"In MiniLM's table your cosine of bank with others is {listed}. It compares directions and does not "
        "see length."
    )


cosine = Exercise(
    name="cosine",
    minutes=3,
    stars=1,
    check=_check_cosine,
    hints=[
        "The dot product `a @ b` is |a| · |b| · cosine. What must it be divided by?",
        "The length |a| is `a.norm()`, the square root of the sum of squares.",
        "Compute the product of both lengths first. If it is 0, return 0; otherwise divide.",
    ],
    solution=cosine_solution,
    mistakes={
        _dot: "that is the dot product",
        _no_zero: "0 / 0",
        _one_length: "not by that of b",
        _other_length: "not by that of a",
        _no_root: "squared lengths",
        _sum_of_lengths: "it is their product",
        _sums_not_lengths: "sums of absolute values",
        _distance: "1 − cosine",
        _angle: "this is the angle",
        _positive: "the sign is lost",
    },
)


# --- 2. Perplexity ---


def perplexity_solution(p):
    p = p[p > 0]  # what never happens adds nothing
    return (-(p * p.log()).sum()).exp().item()


def _no_exp(p):
    return math.log(perplexity_solution(p))


def _bits(p):
    return math.log2(perplexity_solution(p))


def _bits_then_exp(p):
    return math.exp(_bits(p))


def _nats_then_two(p):
    return 2 ** _no_exp(p)


def _no_minus(p):
    return 1 / perplexity_solution(p)


def _mean_not_sum(p):
    return (-(p * p.log()).mean()).exp()


def _unweighted(p):
    return (-p.log().mean()).exp()


def _zero_times_infinity(p):
    return (-(p * p.log()).sum()).exp()


def _a_little_more(p):
    return (-(p * (p + 0.01).log()).sum()).exp()


def _count(p):
    return len(p)


def _count_positive(p):
    return int((p > 0).sum())


def _inverse_squares(p):
    return 1 / (p * p).sum()


PERPLEXITY_WAYS = {
    _no_exp: "that is the entropy, −Σ p ln p. The last step is missing: exp turns it into a number of "
    "choices.",
    _bits: "that is the entropy in bits. Perplexity is 2 to the power of it, or exp of the entropy in nats.",
    _bits_then_exp: "the bases do not fit: a logarithm to base 2 and then exp. Take `log` with `exp`, or "
    "`log2` with 2 ** …",
    _nats_then_two: "the bases do not fit: a natural logarithm and then 2 ** … Take `log` with `exp`.",
    _no_minus: "the minus is missing: logarithms of probabilities are negative, so yours is 1 / perplexity.",
    _mean_not_sum: "you take a mean over p ln p; it is a sum, because p already is the weight.",
    _unweighted: "each −ln p counts alike in yours; it must be weighted with p.",
    _count: "that is how many entries there are, whatever they say.",
    _count_positive: "that is how many entries are above 0, whatever they say.",
    _inverse_squares: "1 / Σ p² is another effective number (the inverse Simpson index). Perplexity is "
    "exp(−Σ p ln p).",
}


def _check_perplexity(answer):
    torch.manual_seed(2)
    cases = [(torch.softmax(2 * torch.randn(n), 0),) for n in (5, 3, 8, 2, 12)] + [(torch.full((7,), 1 / 7),)]
    got = [_number(answer(p), f"for {len(p)} probabilities") for (p,) in cases]
    _tell(PERPLEXITY_WAYS, got, cases)
    for (p,), value in zip(cases, got, strict=True):
        expected = perplexity_solution(p)
        if not _same(value, expected):
            tried = f"for {_show(p)} the perplexity is {expected:.4f}; yours is {value:.4f}."
            if math.isclose(value, expected, rel_tol=0.1):
                tried += " Close, but is something added inside the logarithm?"
            raise NotYet(tried)
    for p in (torch.tensor([0.5, 0.0, 0.5]), torch.tensor([0.0, 1.0])):
        value = _number(answer(p), "for a probability of 0")
        if math.isnan(value):
            raise NotYet(
                f"for {_show(p)} it gives nan: ln 0 is −inf, and 0 · −inf is not a number. What never "
                "happens should add nothing: leave the zeros out."
            )
        if not _same(value, perplexity_solution(p)):
            raise NotYet(f"for {_show(p)} expected {perplexity_solution(p):.4f}; yours is {value:.4f}.")
    points = torch.randn(20, 4)
    rows = embeddings.neighbour_probabilities(points, 6.0)
    values = [_number(answer(row), "for a row of t-SNE") for row in rows]
    if not all(_same(value, 6.0) for value in values):
        raise NotYet(f"rows of t-SNE made for perplexity 6 give {min(values):.3f} to {max(values):.3f}.")
    return (
        "Rows of t-SNE made for perplexity 6 give 6.00 in yours: each point looks at about six others. "
        "Language models are judged by the same number."
    )


perplexity = Exercise(
    name="perplexity",
    minutes=4,
    stars=1,
    check=_check_perplexity,
    hints=[
        "First the entropy, −Σ p ln p: every surprise −ln p, weighted with how often it comes.",
        "`(p * p.log()).sum()` is negative. Turn its sign, then take exp: N equal choices must give N.",
        "0 · ln 0 is nan on a computer. `p = p[p > 0]` leaves out what never happens.",
    ],
    solution=perplexity_solution,
    mistakes={
        _no_exp: "that is the entropy, −Σ p ln p",
        _bits: "in bits",
        _bits_then_exp: "base 2 and then exp",
        _nats_then_two: "a natural logarithm and then 2",
        _no_minus: "the minus is missing",
        _mean_not_sum: "you take a mean",
        _unweighted: "weighted with p",
        _zero_times_infinity: "leave the zeros out",
        _a_little_more: "inside the logarithm",
        _count: "how many entries there are",
        _inverse_squares: "inverse Simpson",
    },
)


# --- 3. Mean pooling ---


def mean_pool_solution(hidden_states, attention_mask):
    mask = attention_mask.unsqueeze(-1)  # (B, T, 1), so that it reaches all C numbers of a token
    return (hidden_states * mask).sum(1) / mask.sum(1)


def _with_padding(hidden_states, attention_mask):
    return hidden_states.mean(1)


def _divides_by_length(hidden_states, attention_mask):
    return (hidden_states * attention_mask.unsqueeze(-1)).mean(1)


def _only_first(hidden_states, attention_mask):
    return hidden_states[:, 0]


def _only_sum(hidden_states, attention_mask):
    return (hidden_states * attention_mask.unsqueeze(-1)).sum(1)


def _maximum(hidden_states, attention_mask):
    return hidden_states.masked_fill(attention_mask.unsqueeze(-1) == 0, -math.inf).amax(1)


def _of_the_padding(hidden_states, attention_mask):
    mask = 1 - attention_mask.unsqueeze(-1)
    return (hidden_states * mask).sum(1) / mask.sum(1).clamp_min(1)


def _one_count_for_all(hidden_states, attention_mask):
    return (hidden_states * attention_mask.unsqueeze(-1)).sum(1) / attention_mask.sum() * len(hidden_states)


def _of_everything(hidden_states, attention_mask):
    mask = attention_mask.unsqueeze(-1)
    return (hidden_states * mask).sum(1) / attention_mask.sum()


def _unit(hidden_states, attention_mask):
    return F.normalize(mean_pool_solution(hidden_states, attention_mask), dim=-1)


POOL_WAYS = {
    _with_padding: "your mean counts the padding: the mask has no effect. A short text would change with the "
    "longest one in its batch.",
    _divides_by_length: "padding is left out of the sum, but you still divide by T. Divide by the number of "
    "real tokens, `attention_mask.sum(1)`.",
    _only_first: "that is the first token's vector ([CLS] pooling). Take the mean over all real tokens.",
    _only_sum: "that is the sum; the division by the number of real tokens is missing.",
    _maximum: "that is the largest value (max pooling); take the mean.",
    _of_the_padding: "the mask is used the wrong way round: 1 is a real token, 0 is padding.",
    _one_count_for_all: "you divide every text by the same number. Each has its own count of real tokens: "
    "sum the mask along dim 1.",
    _of_everything: "you divide by the number of tokens in the whole batch. Each text has its own count: sum "
    "the mask along dim 1.",
    _unit: "the direction is right, but the length was made 1. Return the mean itself here.",
}


def _pooled(got: object, shape: tuple[int, int], given: tuple[int, ...]) -> Tensor:
    if not isinstance(got, Tensor):
        raise NotYet(f"a tensor is expected, not {type(got).__name__}. Is there a `return`?")
    if tuple(got.shape) != shape:
        hint = ""
        if tuple(got.shape) == given[:2]:
            hint = " That adds up the width; the axis to sum over is 1, the tokens."
        elif tuple(got.shape) == given[1:]:
            hint = " That is a mean over the texts; the axis to sum over is 1, the tokens."
        elif tuple(got.shape) == (shape[0], *shape):
            hint = " A (B, C) divided by a (B, 1, 1) becomes (B, B, C): the count must be (B, 1)."
        raise NotYet(
            f"for hidden_states of shape {given}, {shape} is expected; yours has {tuple(got.shape)}." + hint
        )
    return got


def _over_the_texts(hidden_states, attention_mask):
    mask = attention_mask.unsqueeze(-1)
    return (hidden_states * mask).sum(0) / mask.sum(0).clamp_min(1)


def _over_the_width(hidden_states, attention_mask):
    return (hidden_states * attention_mask.unsqueeze(-1)).mean(-1)


def _count_with_an_axis_too_many(hidden_states, attention_mask):
    mask = attention_mask.unsqueeze(-1)
    return (hidden_states * mask).sum(1) / mask.sum(1, keepdim=True)


def _check_mean_pool(answer):
    torch.manual_seed(3)
    cases = []
    for B, T, C in [(2, 4, 3), (3, 5, 2), (4, 3, 6), (1, 2, 5)]:
        lengths = torch.randint(1, T, (B,))
        lengths[0] = T - 1
        cases.append((torch.randn(B, T, C), (torch.arange(T) < lengths[:, None]).long()))
    got = [_pooled(answer(x, mask), (x.shape[0], x.shape[2]), tuple(x.shape)) for x, mask in cases]
    for way, words in POOL_WAYS.items():
        if all(
            torch.allclose(value.float(), way(*case), atol=1e-5)
            for value, case in zip(got, cases, strict=True)
        ):
            raise NotYet(words)
    for (x, mask), value in zip(cases, got, strict=True):
        expected = mean_pool_solution(x, mask)
        if not torch.allclose(value.float(), expected, atol=1e-5):
            row = int((value - expected).abs().amax(1).argmax())
            raise NotYet(
                f"a text with the mask {mask[row].tolist()} gives {_show(value[row])}; expected "
                f"{_show(expected[row])}."
            )
    x, mask = torch.randn(2, 3, 4), torch.tensor([[0, 1, 1], [1, 1, 1]])  # some tokenizers pad on the left
    if not torch.allclose(
        _pooled(answer(x, mask), (2, 4), (2, 3, 4)), mean_pool_solution(x, mask), atol=1e-5
    ):
        raise NotYet("it fails where the padding stands on the left: use the mask, not only a length.")
    tokenizer, model = _minilm()
    texts = ["The baker sells warm bread.", "It rains!"]
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden_states = model(**batch).last_hidden_state
    ours = _pooled(answer(hidden_states, batch["attention_mask"]), (2, 384), tuple(hidden_states.shape))
    difference = (
        (F.normalize(ours, dim=-1) - embeddings.sentence_vectors(texts, tokenizer, model)).abs().max().item()
    )
    if not difference < 1e-5:
        raise NotYet(f"all small tests pass, but inside MiniLM the vectors are off by {difference:.2g}.")
    return (
        f"Your pooling inside MiniLM: max |difference| {difference:.0e}. This mean is what "
        "sentence-transformers calls a sentence embedding."
    )


mean_pool = Exercise(
    name="mean_pool",
    minutes=6,
    stars=2,
    check=_check_mean_pool,
    hints=[
        "Times 0, a token has no part in a sum. But a mask (B, T) and states (B, T, C) do not fit yet.",
        "`attention_mask.unsqueeze(-1)` is (B, T, 1). Its product with the states keeps the real tokens.",
        "Sum the product along dim 1 and divide by how many real tokens there are, also (B, 1).",
    ],
    solution=mean_pool_solution,
    mistakes={
        _with_padding: "the mask has no effect",
        _divides_by_length: "you still divide by T",
        _only_first: "[CLS] pooling",
        _only_sum: "the division by the number of real tokens is missing",
        _maximum: "max pooling",
        _of_the_padding: "the wrong way round",
        _one_count_for_all: "the same number",
        _of_everything: "the whole batch",
        _unit: "the length was made 1",
        _over_the_texts: "a mean over the texts",
        _over_the_width: "That adds up the width",
        _count_with_an_axis_too_many: "the count must be (B, 1)",
    },
)


# --- 4. Analogy ---


def analogy_solution(vectors, a, b, c):
    unit = vectors / vectors.norm(dim=1, keepdim=True)
    cosines = unit @ (unit[b] - unit[a] + unit[c])  # the target's length changes no order
    cosines[[a, b, c]] = -math.inf
    return cosines.argmax().item()


def _ranked(
    vectors: Tensor, a: int, b: int, c: int, signs=(-1, 1, 1), exclude="abc", units=(True, True)
) -> int:
    unit = vectors / vectors.norm(dim=1, keepdim=True)
    parts = unit if units[0] else vectors
    target = signs[0] * parts[a] + signs[1] * parts[b] + signs[2] * parts[c]
    scores = (unit if units[1] else vectors) @ target
    left_out = [word for name, word in zip("abc", (a, b, c), strict=True) if name in exclude]
    scores[left_out] = -math.inf
    return scores.argmax().item()


def _nothing_excluded(vectors, a, b, c):
    return _ranked(vectors, a, b, c, exclude="")


def _only_c_excluded(vectors, a, b, c):
    return _ranked(vectors, a, b, c, exclude="c")


def _only_b_excluded(vectors, a, b, c):
    return _ranked(vectors, a, b, c, exclude="b")


def _only_a_excluded(vectors, a, b, c):
    return _ranked(vectors, a, b, c, exclude="a")


def _not_a(vectors, a, b, c):
    return _ranked(vectors, a, b, c, exclude="bc")


def _turned(vectors, a, b, c):
    return _ranked(vectors, a, b, c, signs=(1, -1, 1))


def _added(vectors, a, b, c):
    return _ranked(vectors, a, b, c, signs=(1, 1, 1))


def _c_subtracted(vectors, a, b, c):
    return _ranked(vectors, a, b, c, signs=(1, 1, -1))


def _plain_dot(vectors, a, b, c):
    return _ranked(vectors, a, b, c, units=(False, False))


def _only_near_c(vectors, a, b, c):
    return _ranked(vectors, a, b, c, signs=(0, 0, 1))


def _target_not_normal(vectors, a, b, c):
    return _ranked(vectors, a, b, c, units=(False, True))


def _table_not_normal(vectors, a, b, c):
    return _ranked(vectors, a, b, c, units=(True, False))


def _straight_distance(vectors, a, b, c):
    distances = (vectors - (vectors[b] - vectors[a] + vectors[c])).norm(dim=1)
    distances[[a, b, c]] = math.inf
    return distances.argmin().item()


def _farthest(vectors, a, b, c):
    unit = vectors / vectors.norm(dim=1, keepdim=True)
    cosines = unit @ (unit[b] - unit[a] + unit[c])
    cosines[[a, b, c]] = math.inf
    return cosines.argmin().item()


ANALOGY_WAYS = {
    _nothing_excluded: "the query words are not excluded: the nearest to b − a + c is often b or c itself. "
    "Give a, b and c a score of −inf.",
    _only_c_excluded: "you exclude c, but not a and b: all three query words must go.",
    _only_b_excluded: "you exclude b, but not a and c: all three query words must go.",
    _only_a_excluded: "you exclude a, but not b and c: all three query words must go.",
    _turned: "the signs are turned: a is to b as c is to … is b − a + c, and yours is a − b + c.",
    _added: "you add all three; the step from a to b is the difference b − a.",
    _c_subtracted: "you subtract c: the answer starts at c and takes the step b − a, so it is b − a + c.",
    _plain_dot: "the vectors are not normalised: with a plain dot product long vectors win. Divide every row "
    "by its length first.",
    _target_not_normal: "the rows you compare with have length 1, but a, b and c themselves do not: divide "
    "every row of `vectors` by its length *before* computing b − a + c.",
    _table_not_normal: "a, b and c have length 1, but the rows you compare with do not, so long ones win: "
    "use the normalised rows there, too.",
    _straight_distance: "you look for the shortest distance between vectors of different lengths. Use the "
    "cosine: normalise every row, then the largest dot product.",
    _only_near_c: "you return the neighbour of c; the step from a to b is missing.",
    _farthest: "you return the word with the *smallest* cosine; take argmax, with −inf for a, b and c.",
}


def _check_analogy(answer):
    torch.manual_seed(4)
    cases = []
    for V, C in [(8, 3), (12, 4), (20, 3), (6, 2), (30, 5), (9, 6)] * 3:
        vectors = torch.randn(V, C) * (0.5 + 3 * torch.rand(V, 1))
        cases.append((vectors, *torch.randperm(V)[:3].tolist()))
    got = []
    for vectors, a, b, c in cases:
        value = _number(answer(vectors, a, b, c), "for a table of words")
        if value != int(value) or not 0 <= value < len(vectors):
            raise NotYet(
                f"an id from 0 to {len(vectors) - 1} is expected; yours is {value:g}. `argmax` gives an id."
            )
        got.append(value)
    _tell(ANALOGY_WAYS, got, cases)
    for (_, a, b, c), value in zip(cases, got, strict=True):
        if int(value) in (a, b, c):
            name = "abc"[(a, b, c).index(int(value))]
            raise NotYet(
                f"for a = {a}, b = {b}, c = {c} you return {int(value)}, which is {name}. A query word is no "
                "answer."
            )
    for (vectors, a, b, c), value in zip(cases, got, strict=True):
        expected = analogy_solution(vectors, a, b, c)
        if int(value) != expected:
            raise NotYet(
                f"in a table of {len(vectors)} words, with a = {a}, b = {b}, c = {c}, word {expected} has "
                f"the largest cosine to b − a + c; you return {int(value)}."
            )
    words = _static()
    asked = [("man", "king", "woman", "queen"), ("walking", "walk", "swimming", "swim")]
    asked.append(("actor", "man", "actress", "woman"))
    told = []
    for a, b, c, expected in asked:
        ids = (words.ids[word] for word in (a, b, c))
        value = _number(answer(words.vectors, *ids), "inside MiniLM's table")
        found = words.words[int(value)]
        if found != expected:
            raise NotYet(f"in MiniLM's table {b} − {a} + {c} gives {found}; expected {expected}.")
        told.append(f"{b} − {a} + {c} = {found}")
    return f"In MiniLM's own table: {'; '.join(told)}. Nobody wrote these relations down."


analogy = Exercise(
    name="analogy",
    minutes=8,
    stars=2,
    check=_check_analogy,
    hints=[
        "Make every row of `vectors` have length 1: divide by `vectors.norm(dim=1, keepdim=True)`.",
        "The target is `unit[b] - unit[a] + unit[c]`. `unit @ target` gives one score for every word.",
        "Set `scores[[a, b, c]] = float('-inf')` before `argmax`, and `.item()` makes a plain int of it.",
    ],
    solution=analogy_solution,
    mistakes={
        _nothing_excluded: "the query words are not excluded",
        _only_c_excluded: "you exclude c, but not a and b",
        _only_b_excluded: "you exclude b, but not a and c",
        _not_a: "A query word is no answer",
        _turned: "the signs are turned",
        _added: "you add all three",
        _c_subtracted: "you subtract c",
        _plain_dot: "long vectors win. Divide every row",
        _target_not_normal: "*before* computing",
        _table_not_normal: "so long ones win",
        _straight_distance: "the shortest distance",
        _only_near_c: "the step from a to b is missing",
        _farthest: "*smallest* cosine",
    },
)


# --- 5. The loss of skip-gram with negative sampling ---


def sampling_loss_solution(v, u, n):
    positive = (v * u).sum(-1)  # (B,)
    negative = (n * v.unsqueeze(1)).sum(-1)  # (B, K)
    loss = -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(-1)  # (B,)
    return loss.mean()


def _scores(v: Tensor, u: Tensor, n: Tensor) -> tuple[Tensor, Tensor]:
    return (v * u).sum(-1), (n * v.unsqueeze(1)).sum(-1)


def _negatives_as_positives(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-F.logsigmoid(positive) - F.logsigmoid(negative).sum(-1)).mean()


def _positive_as_negative(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-F.logsigmoid(-positive) - F.logsigmoid(-negative).sum(-1)).mean()


def _both_turned(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-F.logsigmoid(-positive) - F.logsigmoid(negative).sum(-1)).mean()


def _log_likelihood(v, u, n):
    return -sampling_loss_solution(v, u, n)


def _summed_over_the_batch(v, u, n):
    return sampling_loss_solution(v, u, n) * len(v)


def _mean_of_negatives(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-F.logsigmoid(positive) - F.logsigmoid(-negative).mean(-1)).mean()


def _wrong_axis(v, u, n):
    """Sums the negatives' scores over the words (dim 1), not over the width."""
    return (-F.logsigmoid((v * u).sum(-1)).mean()) - F.logsigmoid(-(n * v.unsqueeze(1)).sum(1)).sum(-1).mean()


def _sum_before_sigmoid(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-F.logsigmoid(positive) - F.logsigmoid(-negative.sum(-1))).mean()


def _sigmoid_of_each_number(v, u, n):
    return (-F.logsigmoid(v * u).sum(-1) - F.logsigmoid(-(n * v.unsqueeze(1))).sum((-1, -2))).mean()


def _no_logarithm(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-positive.sigmoid() - (-negative).sigmoid().sum(-1)).mean()


def _only_positive(v, u, n):
    return -F.logsigmoid((v * u).sum(-1)).mean()


def _only_negative(v, u, n):
    return -F.logsigmoid(-_scores(v, u, n)[1]).sum(-1).mean()


def _mean_of_all_scores(v, u, n):
    return sampling_loss_solution(v, u, n) / (1 + n.shape[1])


def _softmax(v, u, n):
    positive, negative = _scores(v, u, n)
    scores = torch.cat([positive.unsqueeze(1), negative], dim=1)
    return F.cross_entropy(scores, torch.zeros(len(v), dtype=torch.long))


def _negatives_with_u(v, u, n):
    return (-F.logsigmoid((v * u).sum(-1)) - F.logsigmoid(-(n * u.unsqueeze(1)).sum(-1)).sum(-1)).mean()


def _unstable(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-positive.sigmoid().log() - (-negative).sigmoid().log().sum(-1)).mean()


def _unstable_other(v, u, n):
    positive, negative = _scores(v, u, n)
    return (-positive.sigmoid().log() - (1 - negative.sigmoid()).log().sum(-1)).mean()


LOSS_WAYS = {
    _negatives_as_positives: "the sign of the negatives: you push random words *towards* the centre. For "
    "them it is σ(−v·n), the probability that they did *not* stand together.",
    _positive_as_negative: "the sign of the positive: for the true context it is σ(v·u), without a minus "
    "inside.",
    _both_turned: "both signs inside the sigmoid are turned: σ(v·u) for the context, σ(−v·n) for negatives.",
    _log_likelihood: "the sign in front: a loss is −ln, so it is never negative. Yours is the logarithm "
    "itself.",
    _summed_over_the_batch: "you sum over the batch. Return the mean over the B pairs, so that the value "
    "does not depend on the batch size.",
    _mean_of_negatives: "you take the mean over the K negatives; they are summed.",
    _wrong_axis: "wrong axis: `(n * v).sum(1)` adds up different words. A dot product sums over the width, "
    "the *last* axis.",
    _sum_before_sigmoid: "you add the scores of the negatives before the sigmoid. Each negative has a "
    "sigmoid of its own; sum their logarithms.",
    _sigmoid_of_each_number: "you take the sigmoid of every product v_i · u_i. First the whole dot product "
    "(sum over the last axis), then the sigmoid.",
    _no_logarithm: "the logarithm is missing: −ln σ(…), not −σ(…).",
    _mean_of_all_scores: "you take the mean over the 1 + K scores of a pair, too. Sum them; the mean is over "
    "the B pairs only.",
    _softmax: "that is a softmax over the 1 + K scores: they compete. Here each score has a sigmoid of its "
    "own.",
    _negatives_with_u: "you score the negatives with u, the context. It is the centre v that they are pushed "
    "away from.",
    _only_positive: "the negatives have no effect. With the context alone all vectors could become one.",
    _only_negative: "the true context has no effect: −ln σ(v·u) is missing.",
}


def _check_sampling_loss(answer):
    torch.manual_seed(5)
    cases = [
        (torch.randn(B, C), torch.randn(B, C), torch.randn(B, K, C))
        for B, K, C in [(3, 5, 4), (4, 4, 4), (2, 1, 6), (6, 3, 2), (1, 2, 3)]
    ]
    got = [_number(answer(*case), f"for {len(case[0])} pairs") for case in cases]
    _tell(LOSS_WAYS, got, cases)
    for (v, u, n), value in zip(cases, got, strict=True):
        expected = sampling_loss_solution(v, u, n).item()
        if not _same(value, expected):
            raise NotYet(
                f"for B, K, C = {len(v)}, {n.shape[1]}, {v.shape[1]} the loss is {expected:.4f}; yours is "
                f"{value:.4f}. With all vectors zero it must be (1 + K) · ln 2."
            )
    for sign in (1, -1):
        v, u, n = (
            torch.full((1, 1), 200.0),
            torch.full((1, 1), -1.0 * sign),
            torch.full((1, 1, 1), 1.0 * sign),
        )
        value, expected = _number(answer(v, u, n), "for large scores"), sampling_loss_solution(v, u, n).item()
        if not _same(value, expected):
            raise NotYet(
                f"for scores of {200 * sign:+d} the loss is {expected:g}; yours is {value:g}. In a float "
                "σ(−200) is 0, and its logarithm −inf. `F.logsigmoid` computes both in one step, safely."
            )
    v, u, n = (x.clone().requires_grad_() for x in cases[0])
    loss = answer(v, u, n)
    if not isinstance(loss, Tensor) or not loss.requires_grad:
        raise NotYet("return a tensor that autograd can follow: leave out .item() and float().")
    loss.backward()
    want = torch.autograd.grad(sampling_loss_solution(v, u, n), v)[0]
    difference = (v.grad - want).abs().max().item()
    if not difference < 1e-5:
        raise NotYet(f"the value is right, but its derivative with respect to v is off by {difference:.2g}.")
    return (
        f"Its derivative by autograd: max |difference| {difference:.0e}. With K = 5 it costs six dot "
        "products a pair, where a softmax over the village would cost thousands."
    )


sampling_loss = Exercise(
    name="sampling_loss",
    minutes=12,
    stars=3,
    check=_check_sampling_loss,
    hints=[
        "A dot product for a whole batch: multiply, then sum the last axis. `(v * u).sum(-1)` is (B,).",
        "For the negatives v needs an axis more: `v.unsqueeze(1)` is (B, 1, C) and fits n, (B, K, C).",
        "−logsigmoid(positive) − logsigmoid(−negative).sum(-1), then the mean; it is `F.logsigmoid` of "
        "torch.nn.functional.",
    ],
    solution=sampling_loss_solution,
    mistakes={
        _negatives_as_positives: "the sign of the negatives",
        _positive_as_negative: "the sign of the positive",
        _both_turned: "both signs",
        _log_likelihood: "the sign in front",
        _summed_over_the_batch: "you sum over the batch",
        _mean_of_negatives: "mean over the K negatives",
        _wrong_axis: "wrong axis",
        _sum_before_sigmoid: "before the sigmoid",
        _sigmoid_of_each_number: "First the whole dot product",
        _no_logarithm: "the logarithm is missing",
        _mean_of_all_scores: "the 1 + K scores of a pair",
        _softmax: "that is a softmax",
        _negatives_with_u: "with u, the context",
        _only_positive: "the negatives have no effect",
        _only_negative: "the true context has no effect",
        _unstable: "F.logsigmoid",
    },
)
