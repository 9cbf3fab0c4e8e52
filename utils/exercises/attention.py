"""Exercises of notebook 03: masks, softmax, scores, heads, attention, and softmax in blocks."""

import math
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from utils import attention, pretrained
from utils.exercise import Exercise, NotYet

SENTENCES = ["The baker who lives by the river sells warm bread.", "It rains!"]


# --- What all checks share ---


def _no_tensor(got: object) -> NotYet:
    found = "nothing (is there a `return`?)" if got is None else f"{type(got).__name__}"
    return NotYet(f"a tensor is expected; your function returns {found}.")


def _tensor(got: object, shape: tuple[int, ...], where: str) -> Tensor:
    """`got`, if it is a tensor of floats of this shape."""
    if not isinstance(got, Tensor):
        raise _no_tensor(got)
    if tuple(got.shape) != shape:
        raise NotYet(f"{where}, a tensor of shape {shape} is expected; yours has {tuple(got.shape)}.")
    if got.dtype != torch.float32:
        kinds = [str(kind).removeprefix("torch.") for kind in (torch.float32, got.dtype)]
        raise NotYet(f"{where}, {kinds[0]} is expected, as given; yours is {kinds[1]}.")
    return got


def _close(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, atol=1e-5, rtol=1e-4, equal_nan=True)


def _is(got: list[Tensor], way: Callable, cases: list[tuple]) -> bool:
    """Whether these answers are what `way` gives, mistake by mistake."""
    try:
        return all(_close(g, way(*case)) for g, case in zip(got, cases, strict=True))
    except RuntimeError:
        return False


def _numbers(values: Tensor) -> str:
    return "[" + ", ".join(f"{value:.4g}" for value in values.flatten().tolist()) + "]"


@cache
def _minilm():
    tokenizer, model = pretrained.minilm()
    batch = tokenizer(SENTENCES, padding=True, return_tensors="pt")
    with torch.no_grad():
        return model, batch, model(**batch).last_hidden_state


def _attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    return attention.scaled_dot_product_attention(q, k, v, mask)[0]


@torch.no_grad()
def _inside_minilm(
    attend: Callable = _attend, split: Callable = attention.split_heads, mask: Tensor | None = None, **changes
) -> Tensor:
    """MiniLM's vectors (B, T, C) of two sentences, one padded, with these parts in all six layers."""
    model, batch, _ = _minilm()
    batch = {**batch, **changes}
    padding = attention.padding_mask(batch["attention_mask"])
    layers = [layer.attention.self for layer in model.encoder.layer]

    def replace(layer):
        def forward(hidden_states, *args, **kwargs):
            q, k, v = (
                split(projection(hidden_states), layer.num_attention_heads)
                for projection in (layer.query, layer.key, layer.value)
            )
            output = attend(q, k, v, padding if mask is None else padding & mask)
            return attention.merge_heads(output), None

        return forward

    try:
        for layer in layers:
            layer.forward = replace(layer)
        return model(**batch).last_hidden_state
    finally:
        for layer in layers:
            vars(layer).pop("forward", None)


def _moved(**parts) -> str:
    """How far MiniLM's vectors of real tokens move with the learner's part inside, in words."""
    _, batch, reference = _minilm()
    real = batch["attention_mask"].bool()
    difference = (_inside_minilm(**parts) - reference)[real].abs().max().item()
    if not difference < 1e-4:
        raise NotYet(
            f"all small tests pass, but inside MiniLM the vectors move by {difference:.2g}. Does it treat "
            "four axes (batch, heads, queries, keys) and masked scores of −inf as it should?"
        )
    return f"inside MiniLM: max |difference| {difference:.0e}"


# --- 1. Causal mask ---


def causal_mask_solution(length):
    return torch.ones(length, length, dtype=torch.bool).tril()


def _hides_itself(length):
    return torch.ones(length, length, dtype=torch.bool).tril(-1)


def _shows_the_next(length):
    return torch.ones(length, length, dtype=torch.bool).tril(1)


def _transposed(length):
    return torch.ones(length, length, dtype=torch.bool).triu()


def _inverted(length):
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def _as_floats(length):
    return torch.ones(length, length).tril()


def _as_scores(length):
    return torch.zeros(length, length).masked_fill(_inverted(length), -math.inf)


def _everything(length):
    return torch.ones(length, length, dtype=torch.bool)


CAUSAL_WAYS = {
    _hides_itself: "off by one: your diagonal is False, but a token may attend to itself (the first has "
    "nothing else to look at).",
    _shows_the_next: "off by one: your token t may attend to token t + 1, the one it should predict.",
    _transposed: "transposed: rows are queries and columns are keys, so row 0 may attend to column 0 only. "
    "Yours lets the first token see everything.",
    _inverted: "inverted: True means “may attend” here, and yours is True exactly where attention is "
    "forbidden.",
    _everything: "yours allows everything; a token must not see those after it.",
}


def _check_causal_mask(answer):
    lengths = [4, 1, 2, 3, 7, 12]
    got = [answer(length) for length in lengths]
    for mask, length in zip(got, lengths, strict=True):
        if not isinstance(mask, Tensor):
            raise _no_tensor(mask)
        if mask.shape != (length, length):
            raise NotYet(
                f"for length {length}, shape ({length}, {length}) is expected; yours has {tuple(mask.shape)}."
            )
    if got[0].dtype != torch.bool:
        kind = str(got[0].dtype).removeprefix("torch.")
        minus = (
            " (0 and −inf are a mask to be added to scores; ours says who may attend)"
            if _is(got, _as_scores, [(n,) for n in lengths])
            else ""
        )
        raise NotYet(f"a bool tensor is expected; yours is of type {kind}{minus}.")
    for way, words in CAUSAL_WAYS.items():
        if all(torch.equal(mask, way(n)) for mask, n in zip(got, lengths, strict=True)):
            raise NotYet(words)
    for mask, length in zip(got, lengths, strict=True):
        wrong = (mask != causal_mask_solution(length)).nonzero().tolist()
        if wrong:
            row, column = wrong[0]
            raise NotYet(
                f"for length {length}, query {row} {'may' if column <= row else 'must not'} attend to key "
                f"{column}; yours says {bool(mask[row, column])}."
            )
    mask = answer(_minilm()[2].shape[1])
    ids = _minilm()[1]["input_ids"].clone()
    before = _inside_minilm(mask=mask)
    ids[0, -1] = 2000
    after = _inside_minilm(mask=mask, input_ids=ids)
    past = (after - before)[0, :-1].abs().max().item()
    return (
        f"Your mask inside MiniLM: another last token moves the vectors before it by {past:.0e}. That is "
        "why a language model can learn from all positions of a text at once."
    )


causal_mask = Exercise(
    name="causal_mask",
    minutes=2,
    stars=1,
    check=_check_causal_mask,
    hints=[
        "Row t is the query at place t. It may attend to the columns 0, 1, …, t. Draw it for length 3.",
        "`torch.ones(length, length, dtype=torch.bool)` allows everything; one half must go.",
        "`.tril()` keeps the lower triangle with the diagonal.",
    ],
    solution=causal_mask_solution,
    mistakes={
        _hides_itself: "a token may attend to itself",
        _shows_the_next: "token t + 1",
        _transposed: "transposed",
        _inverted: "inverted",
        _as_floats: "of type float32",
        _as_scores: "to be added to scores",
    },
)


# --- 2. Stable softmax ---


def softmax_solution(scores):
    exps = (scores - scores.amax(dim=-1, keepdim=True)).exp()  # the largest exponential is exp(0) = 1
    return exps / exps.sum(dim=-1, keepdim=True)


def _no_maximum(scores):
    return scores.exp() / scores.exp().sum(-1, keepdim=True)


def _first_axis(scores):
    return torch.softmax(scores, dim=0)


def _next_to_last_axis(scores):
    return torch.softmax(scores, dim=max(-2, -scores.dim()))


def _maximum_of_all(scores):
    exps = (scores - scores.max()).exp()
    return exps / exps.sum(-1, keepdim=True)


def _sum_of_all(scores):
    exps = (scores - scores.amax(-1, keepdim=True)).exp()
    return exps / exps.sum()


def _no_exponential(scores):
    return scores / scores.sum(-1, keepdim=True)


def _logarithm(scores):
    return torch.log_softmax(scores, -1)


def _minus_the_mean(scores):
    exps = (scores - scores.mean(-1, keepdim=True)).exp()
    return exps / exps.sum(-1, keepdim=True)


def _doubles(scores):
    return torch.softmax(scores.double(), -1)


def _no_division(scores):
    return (scores - scores.amax(-1, keepdim=True)).exp()


SOFTMAX_WAYS = {
    _first_axis: "wrong axis: your columns (dim=0) sum to 1. A row holds the scores of one query, so the "
    "*last* axis must.",
    _next_to_last_axis: "wrong axis: dim=-2 sums over the queries; a row (dim=-1) holds the scores of one "
    "query.",
    _sum_of_all: "your weights sum to 1 over the whole tensor, so each row gets less. Sum along dim=-1 "
    "with keepdim=True.",
    _no_exponential: "scores divided by their sum may be negative or enormous. The exponential comes first.",
    _logarithm: "these are logarithms of weights (log-softmax).",
    _no_division: "these are the exponentials; the division by their sum is missing.",
}


def _check_softmax(answer):
    torch.manual_seed(2)
    cases = [torch.randn(s) for s in [(3, 5), (4, 4), (2, 3, 4, 4), (6,), (5, 1)]]
    got = [_tensor(answer(x), tuple(x.shape), f"for scores of shape {tuple(x.shape)}") for x in cases]
    for way, words in SOFTMAX_WAYS.items():
        if _is(got, way, [(x,) for x in cases]):
            raise NotYet(words)
    for x, weights in zip(cases, got, strict=True):
        if not _close(weights, torch.softmax(x, -1)):
            n = x.shape[-1]
            row, expected = weights.flatten()[:n], torch.softmax(x, -1).flatten()[:n]
            raise NotYet(
                f"for scores of shape {tuple(x.shape)} the first row becomes {_numbers(row)} with the sum "
                f"{row.sum():.6g}; expected {_numbers(expected)}."
            )
    for size, why in [(1000.0, "exp(1000) is inf"), (-1000.0, "exp(−1000) is 0, and 0 / 0 is nan")]:
        scores = torch.tensor([size, size + 1])
        weights, expected = _tensor(answer(scores), (2,), "for two scores"), torch.softmax(scores, -1)
        if weights.isnan().any():
            raise NotYet(
                f"scores {_numbers(scores)} give {_numbers(weights)}: in a float {why}. Subtract the "
                f"maximum first, here {size + 1:g}; the fraction stays the same."
            )
        if not _close(weights, expected):
            raise NotYet(
                f"scores {_numbers(scores)} give {_numbers(weights)}; expected {_numbers(expected)}."
            )
    levels = torch.tensor([[0.0, 1.0], [-1000.0, -999.0]])
    weights = _tensor(answer(levels), (2, 2), "for two rows of two scores")
    if not _close(weights, torch.softmax(levels, -1)):
        raise NotYet(
            f"the row [−1000, −999] beside a row [0, 1] gives {_numbers(weights[1])}: subtract the maximum "
            "of each row, not that of the whole tensor."
        )
    masked = torch.tensor([[0.0, -math.inf, 0.0]])
    weights = _tensor(answer(masked), (1, 3), "for one row of three scores")
    if weights.isnan().any():
        raise NotYet(
            "scores [0, −inf, 0] give nan. What do you subtract? The mean and the minimum are −inf here, and "
            "−inf − (−inf) is nan. The maximum is 0."
        )
    if not _close(weights, torch.tensor([[0.5, 0.0, 0.5]])):
        raise NotYet(f"scores [0, −inf, 0] give {_numbers(weights)}; a score of −inf must get a weight of 0.")

    def attend(q, k, v, mask):
        scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(~mask, -math.inf)
        return _tensor(answer(scores), tuple(scores.shape), "inside MiniLM") @ v

    return f"Your softmax {_moved(attend=attend)}. Every weight that attention gives passes through it."


softmax = Exercise(
    name="softmax",
    minutes=4,
    stars=1,
    check=_check_softmax,
    hints=[
        "Softmax is exp(score) / sum of exp(score), along the last axis. First write just that.",
        "exp(1000) is inf. Subtracting one number from all scores of a row changes no weight: which number "
        "makes the largest exponential 1?",
        "`scores.amax(dim=-1, keepdim=True)` is each row's maximum; keepdim keeps the shape ready to "
        "subtract.",
    ],
    solution=softmax_solution,
    mistakes={
        _no_maximum: "Subtract the maximum first",
        _first_axis: "dim=0",
        _next_to_last_axis: "dim=-2",
        _maximum_of_all: "not that of the whole tensor",
        _sum_of_all: "over the whole tensor",
        _no_exponential: "The exponential comes first",
        _logarithm: "log-softmax",
        _no_division: "the division by their sum is missing",
        _minus_the_mean: "What do you subtract?",
        _doubles: "float32 is expected",
    },
)


# --- 3. Bahdanau's score ---


def additive_score_solution(s, h, W, U, v):
    return torch.tanh(W @ s + h @ U.T) @ v  # (hidden,) + (T, hidden), then (T,)


def _no_tanh(s, h, W, U, v):
    return (W @ s + h @ U.T) @ v


def _tanh_last(s, h, W, U, v):
    return torch.tanh((W @ s + h @ U.T) @ v)


def _weights_not_scores(s, h, W, U, v):
    return torch.softmax(additive_score_solution(s, h, W, U, v), 0)


def _tanh_of_each(s, h, W, U, v):
    return (torch.tanh(W @ s) + torch.tanh(h @ U.T)) @ v


def _without_the_query(s, h, W, U, v):
    return torch.tanh(h @ U.T) @ v


def _without_the_keys(s, h, W, U, v):
    return (torch.tanh(W @ s) @ v).expand(len(h))


def _with_relu(s, h, W, U, v):
    return torch.relu(W @ s + h @ U.T) @ v


ADDITIVE_WAYS = {
    _no_tanh: "there is no tanh. Without it the score is one part for the query plus one for the key, and "
    "the query's part is the same for every key: softmax cancels it, and the question makes no difference.",
    _tanh_last: "tanh comes before v, not after: it acts on W s + U h, on every hidden number.",
    _weights_not_scores: "these are weights (they sum to 1). Return the scores; the softmax comes later.",
    _tanh_of_each: "add first, then take tanh of the sum. With tanh of each part, the query adds the same "
    "to every key, and softmax cancels it.",
    _without_the_query: "the query s has no effect: W s is missing.",
    _without_the_keys: "every key gets the same score: U h_j is missing.",
    _with_relu: "that is ReLU; Bahdanau's score uses tanh.",
}


def _additive_case(T: int, query_size: int, key_size: int, hidden: int) -> tuple[Tensor, ...]:
    shapes = [(query_size,), (T, key_size), (hidden, query_size), (hidden, key_size), (hidden,)]
    return tuple(torch.randn(shape) for shape in shapes)


def _check_additive_score(answer):
    torch.manual_seed(3)
    cases = [_additive_case(*sizes) for sizes in [(4, 3, 5, 6), (6, 4, 4, 4), (1, 2, 3, 5), (7, 1, 2, 3)]]
    got = []
    for case in cases:
        T = case[1].shape[0]
        got.append(_tensor(answer(*case), (T,), f"for {T} keys"))
    for way, words in ADDITIVE_WAYS.items():
        if _is(got, way, cases):
            raise NotYet(words)
    for case, scores in zip(cases, got, strict=True):
        expected = additive_score_solution(*case)
        if not _close(scores, expected):
            shapes = ", ".join(f"{n} {tuple(x.shape)}" for n, x in zip("shWUv", case, strict=True))
            raise NotYet(
                f"with {shapes} the scores are {_numbers(expected)}; yours are {_numbers(scores)}. Take "
                "one key: v · tanh(W s + U h_j)."
            )
    return (
        "This small network was the first attention (2014). The tanh is what lets the question decide: "
        "without it every question gets the same weights."
    )


additive_score = Exercise(
    name="additive_score",
    minutes=6,
    stars=2,
    check=_check_additive_score,
    hints=[
        "Do it for one key first: `W @ s` and `U @ h[j]` are both of shape (hidden,), so they can be added.",
        "For all keys at once: `h @ U.T` is (T, hidden), one row a key. Adding `W @ s` reaches every row.",
        "tanh of that sum, then `@ v` turns (T, hidden) into (T,).",
    ],
    solution=additive_score_solution,
    mistakes={
        _no_tanh: "there is no tanh",
        _tanh_last: "tanh comes before v",
        _weights_not_scores: "the softmax comes later",
        _tanh_of_each: "add first",
        _without_the_query: "W s is missing",
        _without_the_keys: "U h_j is missing",
        _with_relu: "ReLU",
    },
)


# --- 4. Split heads ---


def split_heads_solution(x, num_heads):
    B, T, C = x.shape
    x = x.view(B, T, num_heads, C // num_heads)  # (B, T, H, D): each token's numbers, cut into heads
    return x.transpose(1, 2)  # (B, H, T, D)


def _view_only(x, num_heads):
    B, T, C = x.shape
    return x.reshape(B, num_heads, T, C // num_heads)


def _no_transpose(x, num_heads):
    B, T, C = x.shape
    return x.reshape(B, T, num_heads, C // num_heads)


def _interleaved(x, num_heads):
    B, T, C = x.shape
    return x.reshape(B, T, C // num_heads, num_heads).permute(0, 3, 1, 2)


def _same_for_all(x, num_heads):
    B, T, C = x.shape
    return x[:, None, :, : C // num_heads].expand(B, num_heads, T, C // num_heads)


def _heads_reversed(x, num_heads):
    return split_heads_solution(x, num_heads).flip(1)


def _check_split_heads(answer):
    cases = []
    for B, T, H, D in [(1, 2, 2, 3), (2, 4, 4, 4), (2, 3, 2, 5), (1, 5, 1, 4), (3, 1, 4, 2)]:
        cases.append((torch.arange(float(B * T * H * D)).view(B, T, H * D), H))
    got = []
    for x, H in cases:
        B, T, C = x.shape
        result = answer(x, H)
        if isinstance(result, Tensor) and result.shape == (B, T, H, C // H) and T != H:
            raise NotYet(
                f"x {tuple(x.shape)} with {H} heads becomes {tuple(result.shape)}, which is (B, T, H, D): "
                "now transpose tokens and heads."
            )
        got.append(_tensor(result, (B, H, T, C // H), f"for x of shape {tuple(x.shape)} and {H} heads"))
    ways = {
        _no_transpose: "now transpose tokens and heads.",
        _view_only: "a view straight to (B, H, T, D) keeps the numbers in their order in memory, so your "
        "first head holds pieces of several features and not every token. First (B, T, H, D), then "
        "transpose.",
        _interleaved: "your head 0 takes every H-th number of a token. A head is a run of neighbours: cut "
        "C into (H, D), in this order.",
        _same_for_all: "every head got the same slice of the width; head 1 must get the next one.",
        _heads_reversed: "the heads are in reverse order: head 0 is the first slice of the width.",
    }
    for way, words in ways.items():
        if _is(got, way, cases):
            raise NotYet(words)
    for (x, H), heads in zip(cases, got, strict=True):
        if not torch.equal(heads, split_heads_solution(x, H)):
            D = x.shape[-1] // H
            wrong = (heads != split_heads_solution(x, H)).nonzero()[0].tolist()
            b, h, t = wrong[:3]
            raise NotYet(
                f"in text {b}, head {h} of token {t} should hold its numbers {h * D} to {h * D + D - 1}, "
                f"{_numbers(x[b, t, h * D : h * D + D])}; yours holds {_numbers(heads[b, h, t])}."
            )

    def split(x, num_heads):
        B, T, C = x.shape
        return _tensor(answer(x, num_heads), (B, num_heads, T, C // num_heads), "inside MiniLM")

    return f"Your heads {_moved(split=split)}. The wrong reshape fits in shape and never gives an error."


split_heads = Exercise(
    name="split_heads",
    minutes=5,
    stars=2,
    check=_check_split_heads,
    hints=[
        "The last axis, C numbers, is cut into H runs of D = C / H neighbours. No number leaves its token.",
        "`x.view(B, T, num_heads, C // num_heads)` does the cut: (B, T, H, D).",
        "Then `.transpose(1, 2)` brings the heads before the tokens.",
    ],
    solution=split_heads_solution,
    mistakes={
        _view_only: "keeps the numbers in their order in memory",
        _no_transpose: "transpose tokens and heads",
        _interleaved: "every H-th number",
        _same_for_all: "the same slice",
        _heads_reversed: "in reverse order",
    },
)


# --- 5. Scaled dot-product attention ---


def attend_solution(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (…, T_q, T_k)
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return torch.softmax(scores, dim=-1) @ v  # (…, T_q, D_v)


def _way(scale=math.sqrt, hide=lambda scores, mask: scores.masked_fill(~mask, -math.inf), dim=-1, after=None):
    """Attention with one thing done in another way."""

    def attend(q, k, v, mask=None):
        scores = q @ k.transpose(-2, -1) / scale(q.shape[-1])
        if mask is not None:
            scores = hide(scores, mask)
        weights = torch.softmax(scores, dim)
        return (weights if after is None or mask is None else after(weights, mask)) @ v

    return attend


def _keep(scores, mask):
    return scores


_no_scale = _way(scale=lambda d: 1.0)
_scale_by_width = _way(scale=lambda d: d)
_multiplied = _way(scale=lambda d: 1 / math.sqrt(d))
_masked_with_zero = _way(hide=lambda scores, mask: scores.masked_fill(~mask, 0.0))
_masked_after_softmax = _way(hide=_keep, after=lambda weights, mask: weights * mask)
_mask_inverted = _way(hide=lambda scores, mask: scores.masked_fill(mask, -1e9))
_mask_inverted_with_infinity = _way(hide=lambda scores, mask: scores.masked_fill(mask, -math.inf))
_mask_ignored = _way(hide=_keep)
_over_queries = _way(dim=-2)


def _weights_only(q, k, v, mask=None):
    return attention.scaled_dot_product_attention(q, k, v, mask)[1]


def _scale_by_length(q, k, v, mask=None):
    return attend_solution(q * math.sqrt(q.shape[-1] / k.shape[-2]), k, v, mask)


def _scale_after_softmax(q, k, v, mask=None):
    return _no_scale(q, k, v, mask) / math.sqrt(q.shape[-1])


def _no_softmax(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return (scores if mask is None else scores * mask) @ v


ATTEND_WAYS = {
    _no_scale: "the scores are not divided by √D. Wide heads then get huge scores, and softmax picks one "
    "winner.",
    _scale_by_width: "you divide by D; the square root is missing. The scores of random vectors spread "
    "like √D.",
    _multiplied: "you multiply by √D; divide.",
    _scale_by_length: "you divide by the root of the number of keys; D is the width, `q.shape[-1]`.",
    _over_queries: "the softmax runs over the queries (dim=-2). Each query shares its weight among the "
    "keys: dim=-1.",
    _no_softmax: "there is no softmax: these are raw scores times values.",
    _mask_ignored: "the mask has no effect.",
    _masked_with_zero: "a hidden score of 0 is not hidden: exp(0) = 1. Put −inf, whose exponential is 0.",
    _masked_after_softmax: "you mask after the softmax, so the weights left do not sum to 1. Mask the "
    "scores before it.",
    _mask_inverted: "the mask is inverted: True means “may attend” here.",
    _mask_inverted_with_infinity: "the mask is inverted: True means “may attend” here, so hide `~mask`.",
    _scale_after_softmax: "you divide by √D after the softmax; divide the scores, before it.",
}


def _attend_case(lead: tuple, T_q: int, T_k: int, D: int, D_v: int, masked: bool) -> tuple:
    q, k, v = torch.randn(*lead, T_q, D), torch.randn(*lead, T_k, D), torch.randn(*lead, T_k, D_v)
    mask = torch.rand(T_q, T_k) < 0.5
    mask[:, 0] |= ~mask.any(-1)  # everyone may look somewhere
    return (q, k, v, mask if masked else None)


def _check_attend(answer):
    torch.manual_seed(5)
    plain = [
        _attend_case(*sizes, False) for sizes in [((), 3, 4, 2, 5), ((), 4, 4, 9, 9), ((2, 3), 2, 5, 6, 1)]
    ]
    masked = [
        _attend_case(*sizes, True) for sizes in [((), 4, 4, 3, 3), ((2, 3), 5, 4, 8, 2), ((1,), 3, 7, 2, 2)]
    ]
    everything = []
    for q, k, v, mask in [*plain, *masked]:
        where = f"for q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}"
        result = answer(q, k, v) if mask is None else answer(q, k, v, mask)
        if isinstance(result, tuple):
            raise NotYet("return the output only, not a tuple.")
        if isinstance(result, Tensor) and result.shape == (*q.shape[:-1], k.shape[-1]) != (
            *q.shape[:-1],
            v.shape[-1],
        ):
            raise NotYet(f"{where}, your output is as wide as the keys: the weights mix the values v, not k.")
        if isinstance(result, Tensor) and result.shape == (*q.shape[:-1], k.shape[-2]) != (
            *q.shape[:-1],
            v.shape[-1],
        ):
            raise NotYet(f"{where}, these are the weights (or the scores): they are to mix the values v.")
        everything.append(_tensor(result, (*q.shape[:-1], v.shape[-1]), where))
    cases = [*plain, *masked]
    for way, words in ATTEND_WAYS.items():
        if _is(everything, way, cases):
            raise NotYet(words)
    for got, (q, k, v, mask) in zip(everything, cases, strict=True):
        if _close(got, attend_solution(q, k, v, mask)):
            continue
        ones = torch.ones_like(v)
        flat = answer(q, k, ones) if mask is None else answer(q, k, ones, mask)
        if got.isnan().any():
            raise NotYet(f"the output holds nan{'' if mask is None else ' when there is a mask'}.")
        if isinstance(flat, Tensor) and not _close(flat, torch.ones_like(got)):
            raise NotYet(
                "when all values are 1, a mean of them is 1; yours is "
                f"{_numbers(flat.flatten()[:3])}…{'' if mask is None else ' with a mask'}: the weights of "
                "a query do not sum to 1."
            )
        if mask is not None and _close(everything[0], attend_solution(*plain[0])):
            raise NotYet(
                "without a mask you are right; with one, some hidden key still has a say or an allowed one "
                "has none. Compare your weights with the mask for 2 queries and 2 keys."
            )
        raise NotYet(
            f"for q {tuple(q.shape)} and k {tuple(k.shape)} the output starts with "
            f"{_numbers(attend_solution(q, k, v, mask).flatten()[:3])}; yours with "
            f"{_numbers(got.flatten()[:3])}."
        )
    large = [100 * plain[1][0], *plain[1][1:3]]
    if not _close(_tensor(answer(*large), (4, 9), "for large scores"), attend_solution(*large)):
        raise NotYet("with scores in the hundreds your output breaks. Is your softmax the stable one?")
    return f"Your attention {_moved(attend=answer)}. Each of its six layers holds this function."


attend = Exercise(
    name="attend",
    minutes=10,
    stars=2,
    check=_check_attend,
    hints=[
        "Three steps: scores, weights, output. Start with `q @ k.transpose(-2, -1)`, of shape (…, T_q, T_k).",
        "Divide by `math.sqrt(q.shape[-1])`. Where the mask is False put −inf: `scores.masked_fill(~mask, "
        "-math.inf)`.",
        "`torch.softmax(scores, dim=-1) @ v`. Without a mask (None) skip the second step.",
    ],
    solution=attend_solution,
    mistakes={
        _no_scale: "not divided by √D",
        _scale_by_width: "the square root is missing",
        _multiplied: "you multiply by √D",
        _scale_by_length: "root of the number of keys",
        _over_queries: "over the queries",
        _no_softmax: "there is no softmax",
        _mask_ignored: "the mask has no effect",
        _masked_with_zero: "exp(0) = 1",
        _masked_after_softmax: "mask after the softmax",
        _mask_inverted: "inverted",
        _mask_inverted_with_infinity: "so hide `~mask`",
        _scale_after_softmax: "after the softmax; divide the scores",
        _weights_only: "these are the weights",
    },
)


# --- 6. One step of the online softmax ---


def online_step_solution(peak, total, output, scores, values):
    new_peak = torch.maximum(peak, scores.amax(dim=-1, keepdim=True))  # (…, T_q, 1)
    shrink = (peak - new_peak).exp()  # what was summed against the old peak, against the new one
    exps = (scores - new_peak).exp()  # (…, T_q, b)
    total = total * shrink + exps.sum(dim=-1, keepdim=True)
    output = output * shrink + exps @ values  # (…, T_q, D)
    return new_peak, total, output


def _step(shrink_total=True, shrink_output=True, sign=1, running=True, carry=True, divide=False):
    """The step with one thing done in another way."""

    def step(peak, total, output, scores, values):
        block = scores.amax(-1, keepdim=True)
        new_peak = torch.maximum(peak, block) if running else block
        shrink = (sign * (peak - new_peak)).exp()
        exps = (scores - new_peak).exp()
        old_total, old_output = (total, output) if carry else (0 * total, 0 * output)
        new_total = (old_total * shrink if shrink_total else old_total) + exps.sum(-1, keepdim=True)
        added = exps @ values / (exps.sum(-1, keepdim=True) if divide else 1)
        return new_peak, new_total, (old_output * shrink if shrink_output else old_output) + added

    return step


_forgets_to_rescale = _step(shrink_total=False, shrink_output=False)
_rescales_only_total = _step(shrink_output=False)
_rescales_only_output = _step(shrink_total=False)
_peak_of_the_block = _step(running=False)
_keeps_only_the_last = _step(carry=False)
_divides_each_block = _step(divide=True)


def _upside_down(peak, total, output, scores, values):
    start = torch.where(peak == -math.inf, scores.amax(-1, keepdim=True), peak)
    return _step(sign=-1)(start, total, output, scores, values)


def _normalised(peak, total, output, scores, values):
    new_peak, new_total, new_output = online_step_solution(peak, total, output * total, scores, values)
    return new_peak, new_total, new_output / new_total


def _old_peak(peak, total, output, scores, values):
    return peak, *online_step_solution(peak, total, output, scores, values)[1:]


def _out_of_order(peak, total, output, scores, values):
    new_peak, new_total, new_output = online_step_solution(peak, total, output, scores, values)
    return new_total, new_peak, new_output


def _exponential_forgotten(peak, total, output, scores, values):
    new_peak = torch.maximum(peak, scores.amax(-1, keepdim=True))
    shrink, exps = peak - new_peak, (scores - new_peak).exp()
    return new_peak, total * shrink + exps.sum(-1, keepdim=True), output * shrink + exps @ values


def _no_peak(peak, total, output, scores, values):
    exps = scores.exp()
    return peak, total + exps.sum(-1, keepdim=True), output + exps @ values


def _fold(step: Callable, scores: Tensor, values: Tensor, block: int) -> tuple[Tensor, Tensor, Tensor]:
    """All keys, a block at a time, through `step`."""
    peak = scores.new_full((*scores.shape[:-1], 1), -math.inf)
    state = peak, torch.zeros_like(peak), scores.new_zeros(*scores.shape[:-1], values.shape[-1])
    for start in range(0, scores.shape[-1], block):
        part = slice(start, start + block)
        new = step(*state, scores[..., part], values[..., part, :])
        if not isinstance(new, (tuple, list)) or len(new) != 3:
            found = f"{len(new)} of them" if isinstance(new, (tuple, list)) else type(new).__name__
            raise NotYet(f"three tensors (peak, total, output) are expected; you return {found}.")
        state = tuple(
            _tensor(n, tuple(old.shape), f"for {name}")
            for n, old, name in zip(new, state, ("peak", "total", "output"), strict=True)
        )
    return state


ONLINE_WAYS = {
    _forgets_to_rescale: "the first block is right, the second is not: what was summed against the old "
    "peak was not rescaled. Multiply total and output by exp(peak − new_peak).",
    _rescales_only_total: "total is rescaled and output is not; both were summed against the old peak.",
    _rescales_only_output: "output is rescaled and total is not; both were summed against the old peak.",
    _peak_of_the_block: "your peak is that of the newest block. The running peak is the larger of old and "
    "new: otherwise exp(peak − new_peak) may be enormous.",
    _keeps_only_the_last: "only the last block counts: the old total and output are lost.",
    _divides_each_block: "you divide block by block. The division by total comes once, after the last block.",
    _normalised: "your output is divided by total already. Keep the plain sum; the division comes "
    "once, after the last block.",
    _old_peak: "you return the old peak; at the end it is still −inf. The next block needs the new one.",
    _out_of_order: "return them in the order peak, total, output.",
    _upside_down: "the rescaling is upside down: the factor is exp(peak − new_peak), which is at most 1.",
}


def _check_online_step(answer):
    torch.manual_seed(6)
    cases = []
    for T_q, T_k, D, block in [(2, 6, 3, 2), (3, 7, 2, 3), (1, 5, 4, 1), (4, 8, 2, 8)]:
        cases.append((3 * torch.randn(T_q, T_k).sort(-1)[0], torch.randn(T_k, D), block))  # the peak rises
        cases.append((3 * torch.randn(T_q, T_k), torch.randn(T_k, D), block))
        cases.append((3 * torch.randn(T_q, T_k).sort(-1, descending=True)[0], torch.randn(T_k, D), block))
    got = [_fold(answer, *case) for case in cases]
    finished = [state[2] / state[1] for state in got]
    for way, words in ONLINE_WAYS.items():
        wrong = [_fold(way, *case) for case in cases]
        if all(
            _close(a, b) for x, y in zip(got, wrong, strict=True) for a, b in zip(x[1:], y[1:], strict=True)
        ) and all(
            _close(x[0], y[0]) or way is not _peak_of_the_block for x, y in zip(got, wrong, strict=True)
        ):
            raise NotYet(words)
    for output, state, (scores, values, block) in zip(finished, got, cases, strict=True):
        where = f"for {scores.shape[-1]} keys in blocks of {block}"
        if not state[1].any():
            raise NotYet(f"{where} total is still 0 at the end. What does a block add to it?")
        if output.isnan().any():
            raise NotYet(
                f"{where} the result is nan. At the start peak is −inf, and the factor exp(peak − new_peak) "
                "is 0. Is something infinite there: peak − new_peak without exp, exp(new_peak − peak), "
                "exp(scores − old peak), a new_peak that is −inf?"
            )
        expected = torch.softmax(scores, -1) @ values
        if not _close(output, expected):
            raise NotYet(
                f"{where}, output / total should start with {_numbers(expected.flatten()[:3])}; yours "
                f"starts with {_numbers(output.flatten()[:3])}."
            )
        if not (state[0] == scores.amax(-1, keepdim=True)).all():
            raise NotYet(
                f"{where} the result is right, but peak is {_numbers(state[0][:2])} at the end; the "
                f"largest score is {_numbers(scores.amax(-1)[:2])}. Without the true peak of each row, "
                "scores of 1000 overflow or vanish."
            )

    def attend(q, k, v, mask):
        scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(~mask, -math.inf)
        _, total, output = _fold(answer, scores, v, 4)
        return output / total

    moved = _moved(attend=attend)
    return f"Your softmax in blocks {moved}. This step lets FlashAttention do without the T × T matrix."


online_step = Exercise(
    name="online_step",
    minutes=20,
    stars=3,
    check=_check_online_step,
    hints=[
        "The new peak is the larger of the old one and the largest score of the block: `torch.maximum`.",
        "total and output hold exp(score − old peak). To turn them into exp(score − new peak), multiply by "
        "exp(old peak − new peak).",
        "Then add what the block brings: exp(scores − new_peak), its sum to total, its product with values "
        "to output.",
        "At the start peak is −inf, so the factor is exp(−inf) = 0, and it multiplies zeros: no special "
        "case.",
    ],
    solution=online_step_solution,
    mistakes={
        _forgets_to_rescale: "was not rescaled",
        _rescales_only_total: "output is not",
        _rescales_only_output: "total is not",
        _peak_of_the_block: "that of the newest block",
        _keeps_only_the_last: "only the last block counts",
        _divides_each_block: "you divide block by block",
        _upside_down: "upside down",
        _no_peak: "scores of 1000 overflow",
        _normalised: "divided by total already",
        _old_peak: "the old peak",
        _out_of_order: "in the order",
        _exponential_forgotten: "without exp",
    },
)
