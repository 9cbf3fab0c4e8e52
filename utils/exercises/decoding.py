"""Exercises of notebook 07: temperature, top-k, top-p, one step of beam search, a ban on n-grams."""

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from utils import decoding, gpt, pretrained
from utils.exercise import Exercise, NotYet, Raised, expect_tensor, same
from utils.tokenization import ByteLevelBPE

PROMPT = "One morning"


def _short(values: Tensor) -> str:
    return "[" + ", ".join(f"{value:.3f}".rstrip("0").rstrip(".") for value in values.tolist()) + "]"


def _tiny_gpt() -> tuple[gpt.GPT, ByteLevelBPE, Tensor]:
    """tiny-gpt, its tokenizer, and the start of a story, (1, T)."""
    folder = pretrained.locate("tiny-gpt")
    tokenizer = ByteLevelBPE.load(folder)
    return gpt.load(folder), tokenizer, torch.tensor([[0, *tokenizer.encode(PROMPT)]])


def _words(tokenizer: ByteLevelBPE, ids: Iterable[int]) -> str:
    """The text of these tokens in one line, without those that end one."""
    return " ".join(tokenizer.decode([int(i) for i in ids]).replace("<|endoftext|>", " ").split())


def _story(yours: Callable, ours: decoding.Processor) -> tuple[str, float]:
    """What tiny-gpt writes with probabilities from `yours`, and how far they were from the course's."""
    model, tokenizer, ids = _tiny_gpt()
    apart = 0.0

    def processor(input_ids: Tensor, logits: Tensor) -> Tensor:
        nonlocal apart
        probs = expect_tensor(yours(logits), logits.shape)
        apart = max(apart, (probs - ours(input_ids, logits).softmax(-1)).abs().max().item())
        if not apart < 1e-4:
            raise NotYet(
                f"on small inputs it is right, but inside tiny-gpt a probability is off by {apart:.2g}."
            )
        return probs.log()

    ids = decoding.generate(
        model, ids, 16, processors=[processor], do_sample=True, generator=torch.Generator().manual_seed(0)
    )
    return _words(tokenizer, ids[0]), apart


def _explain(faults: dict[Callable, str], seen: list[tuple], same: Callable) -> str | None:
    """The words for the first fault that would have given each answer in `seen`, (arguments, answer)."""
    for fault, words in faults.items():
        if all(same(got, fault(*arguments)) for arguments, got in seen):
            return words
    return None


def _check_sum(got: Tensor, what: str) -> None:
    total = got.sum(-1).flatten()[0].item()
    if not got.sum(-1).sub(1).abs().max() < 1e-4:
        raise NotYet(f"your probabilities sum to {total:.3f}, not to 1. {what}")


# --- 1. Temperature ---


def temperature_solution(logits, temperature):
    if temperature <= 0:
        raise ValueError(f"temperature: got {temperature}; a number above 0 is expected")
    return (logits / temperature).softmax(-1)


def _multiplies(logits, temperature):
    if temperature <= 0:
        raise ValueError
    return (logits * temperature).softmax(-1)


def _after_softmax(logits, temperature):
    return logits.softmax(-1) / temperature


def _after_softmax_renormalised(logits, temperature):
    probs = logits.softmax(-1) / temperature
    return probs / probs.sum(-1, keepdim=True)


def _softmax_of_probabilities(logits, temperature):
    return (logits.softmax(-1) / temperature).softmax(-1)


def _no_softmax(logits, temperature):
    return logits / temperature


def _log_softmax(logits, temperature):
    return (logits / temperature).log_softmax(-1)


def _power_without_sum(logits, temperature):
    return logits.softmax(-1) ** (1 / temperature)


def _sum_of_all(logits, temperature):
    powers = (logits / temperature).exp()
    return powers / powers.sum()


def _subtracts(logits, temperature):
    return (logits - temperature).softmax(-1)


def _wrong_axis(logits, temperature):
    return (logits / temperature).softmax(0)


def _by_hand_without_peak(logits, temperature):
    powers = (logits / temperature).exp()
    return powers / powers.sum(-1, keepdim=True)


def _takes_zero(logits, temperature):
    return (logits / temperature).softmax(-1)


def _takes_negative(logits, temperature):
    if temperature == 0:
        raise ValueError
    return (logits / temperature).softmax(-1)


def _returns_the_error(logits, temperature):
    if temperature <= 0:
        return ValueError("temperature")
    return (logits / temperature).softmax(-1)


def _small_instead_of_zero(logits, temperature):
    return (logits / max(temperature, 1e-6)).softmax(-1)


TEMPERATURE_FAULTS = {
    _multiplies: "you multiply by the temperature. Divide: below 1 the differences grow.",
    _after_softmax: "you divide after the softmax. Divide the logits, then take the softmax.",
    _after_softmax_renormalised: "nothing changes: these are the probabilities without a temperature. To "
    "divide them is undone when their sum is made 1; to add to all logits or to take from them does nothing "
    "to a softmax. Divide the logits.",
    _softmax_of_probabilities: "the softmax is taken twice, and divided between. Divide the logits, "
    "then take it once.",
    _no_softmax: "you return logits. Probabilities are expected: a softmax is missing.",
    _log_softmax: "you return logarithms of probabilities. The probabilities themselves are expected.",
    _power_without_sum: "the powers are right, but they do not sum to 1. Divide by their sum.",
    _sum_of_all: "you divide by the sum of the whole batch. Each row has its own: `sum(-1, keepdim=True)`.",
    _wrong_axis: "your softmax runs along the batch. The vocabulary is the last axis.",
}


def _check_temperature(answer):
    seen = []
    for shape, T in [((5,), 0.7), ((2, 5), 1.5), ((3, 7), 0.3), ((4, 6), 2.5)]:
        logits = 2 * torch.randn(shape)
        got = expect_tensor(answer(logits, T), shape)
        seen.append(((logits, T), got))
        expected = temperature_solution(logits, T)
        if same(got, expected):
            continue
        if words := _explain(TEMPERATURE_FAULTS, seen, same):
            raise NotYet(words)
        _check_sum(got, "Divide by the sum of each row: `sum(-1, keepdim=True)`.")
        got, expected, logits = (x.view(-1, shape[-1])[0] for x in (got, expected, logits))
        raise NotYet(
            f"logits {_short(logits)} at temperature {T} give {_short(expected)}, yours {_short(got)}."
        )
    large = answer(torch.tensor([100.0, 99.0]), 0.5)
    if not isinstance(large, Tensor) or not same(large, torch.tensor([0.8808, 0.1192])):
        raise NotYet("logits of 100 and 99 at temperature .5 overflow in yours. `softmax` sees to that.")
    for T in (0.0, -1.0):
        try:
            got = answer(torch.tensor([1.0, 2.0]), T)
        except Raised as raised:
            if not isinstance(raised.error, ValueError):
                name = type(raised.error).__name__
                raise NotYet(f"at temperature {T} yours raises {name}. Raise a ValueError.") from None
        else:
            if isinstance(got, BaseException) or got in (ValueError,):
                raise NotYet(f"at temperature {T:g} yours returns the error. `raise` it.")
            what = _short(got) if isinstance(got, Tensor) else got
            why = "infinity, or nothing" if T == 0 else "the least likely token becomes the likeliest"
            raise NotYet(f"at temperature {T:g} a ValueError should be raised: {why}. Yours returns {what}.")
    text, apart = _story(lambda logits: answer(logits, 0.5), decoding.Temperature(0.5))
    return (
        f'tiny-gpt at your temperature of .5: "{text} …", max |difference| to the course\'s {apart:.0e}. '
        "One number turns the same model from dull to wild."
    )


temperature = Exercise(
    name="temperature",
    minutes=3,
    stars=1,
    check=_check_temperature,
    hints=[
        "Temperature belongs to the logits, before the softmax.",
        "`(logits / temperature).softmax(-1)`.",
        "And first: `if temperature <= 0: raise ValueError(…)`. Dividing by 0 gives no distribution.",
    ],
    solution=temperature_solution,
    mistakes={
        _multiplies: "you multiply",
        _after_softmax: "divide after the softmax. Divide",
        _after_softmax_renormalised: "nothing changes",
        _softmax_of_probabilities: "twice",
        _no_softmax: "softmax is missing",
        _log_softmax: "logarithms of probabilities",
        _power_without_sum: "do not sum to 1",
        _sum_of_all: "sum of the whole batch",
        _wrong_axis: "along the batch",
        _by_hand_without_peak: "overflow",
        _takes_zero: "at temperature 0 a ValueError",
        _takes_negative: "at temperature -1 a ValueError",
        _small_instead_of_zero: "at temperature 0 a ValueError should be raised",
        _returns_the_error: "`raise` it",
    },
)


# --- 2. Top-k ---


def top_k_solution(logits, k):
    order = logits.argsort(dim=-1, descending=True, stable=True)
    return logits.scatter(-1, order[:, k:], -math.inf).softmax(-1)


def _keeps_ties(logits, k):
    least = logits.topk(k).values[:, -1:]
    return logits.masked_fill(logits < least, -math.inf).softmax(-1)


def _k_not_renormalised(logits, k):
    return torch.where(top_k_solution(logits, k) > 0, logits.softmax(-1), 0.0)


def _zero_logits(logits, k):
    return torch.where(top_k_solution(logits, k) > 0, logits, 0.0).softmax(-1)


def _softmax_of_kept_probabilities(logits, k):
    return _k_not_renormalised(logits, k).softmax(-1)


def _one_too_many(logits, k):
    return top_k_solution(logits, min(k + 1, logits.shape[-1]))


def _one_too_few(logits, k):
    least = logits.topk(k).values[:, -1:]
    return logits.masked_fill((logits <= least) & (k > 1), -math.inf).softmax(-1)


def _least_likely(logits, k):
    return logits.scatter(-1, logits.argsort(dim=-1, stable=True)[:, k:], -math.inf).softmax(-1)


def _over_the_batch(logits, k):
    least = logits.flatten().topk(k).values[-1]
    return torch.where(logits < least, -1e30, logits).softmax(-1)


def _returns_k(logits, k):
    return logits.topk(k).values.softmax(-1)


def _sorted_k(logits, k):
    return top_k_solution(logits, k).sort(-1, descending=True).values


def _kept_as_logits(logits, k):
    return torch.where(top_k_solution(logits, k) > 0, logits, -math.inf)


def _k_logarithms(logits, k):
    return top_k_solution(logits, k).log()


def _k_sum_of_all(logits, k):
    kept = _k_not_renormalised(logits, k)
    return kept / kept.sum()


def _cuts_k(logits, k):
    return top_k_solution(logits, max(logits.shape[-1] - k, 0))


def _first_k(logits, k):
    rest = torch.arange(logits.shape[-1]) >= k
    return logits.masked_fill(rest, -math.inf).softmax(-1)


def _places_of_the_first_row(logits, k):
    kept = torch.full_like(logits, -math.inf)
    places = logits[0].topk(k).indices
    kept[:, places] = logits[:, places]
    return kept.softmax(-1)


TOP_K_FAULTS = {
    _k_not_renormalised: "you do not renormalise: what is left sums to less than 1. Set the logits of the "
    "rest to -inf, and take the softmax then.",
    _zero_logits: "a logit of 0 is not impossible: exp(0) = 1. The logits of the rest are -inf.",
    _softmax_of_kept_probabilities: "you take a softmax of probabilities. Take it once, of the logits.",
    _k_sum_of_all: "you divide by the sum of the whole batch. Each row has its own: `sum(-1, keepdim=True)`.",
    _cuts_k: "you cut off k tokens. k is how many stay.",
    _first_k: "you keep the first k of the vocabulary. The k largest are meant.",
    _places_of_the_first_row: "all rows keep the tokens of the first. Each row has its own k.",
    _one_too_many: "you keep one too many.",
    _one_too_few: "you keep one too few: the k-th itself is kept, too.",
    _least_likely: "you keep the k least likely. Sort from the largest down.",
    _over_the_batch: "you choose k in the whole batch. Each row has its own k.",
    _sorted_k: "your probabilities are sorted. Each belongs at the place of its token in the vocabulary.",
    _kept_as_logits: "you return logits. Probabilities are expected: a softmax is missing.",
    _k_logarithms: "you return logarithms of probabilities. The probabilities themselves are expected.",
}


def _check_top_k(answer):
    hint = "Tokens that are cut off keep their places, with probability 0."
    seen = []
    for (B, V), k in [((1, 7), 2), ((3, 8), 3), ((2, 6), 1), ((4, 20), 7), ((2, 5), 5)]:
        logits = 2 * torch.randn(B, V)
        got, expected = expect_tensor(answer(logits, k), (B, V), hint), top_k_solution(logits, k)
        seen.append(((logits, k), got))
        if same(got, expected):
            continue
        if words := _explain(TOP_K_FAULTS, seen, same):
            raise NotYet(words)
        _check_sum(got, "Take the softmax after the rest is cut off.")
        row = (got - expected).abs().amax(-1).argmax()
        raise NotYet(
            f"logits {_short(logits[row])} with k = {k} give {_short(expected[row])}, "
            f"yours {_short(got[row])}."
        )
    for tied, k in [([0.0] * 5, 2), ([3.0, 1.0, 1.0, 1.0, 0.0], 2), ([1.0, 2.0, 2.0, 1.0], 3)]:
        logits = torch.tensor([tied])
        got = expect_tensor(answer(logits, k), logits.shape)
        kept = (got > 0).sum().item()
        if kept != k:
            raise NotYet(
                f"of the logits {_short(logits[0])} you keep {kept} with k = {k}: tokens that tie with the "
                "k-th stay, too. Choose places, not values: `topk(k).indices`."
            )
        if not same(got.sort().values, top_k_solution(logits, k).sort().values):
            raise NotYet(f"of the logits {_short(logits[0])} with k = {k} yours makes {_short(got[0])}.")
    text, apart = _story(lambda logits: answer(logits, 5), decoding.TopK(5))
    return (
        f'tiny-gpt with your top 5: "{text} …", max |difference| to the course\'s {apart:.0e}. k is the same '
        "whether the model is sure or not; top-p is not."
    )


top_k = Exercise(
    name="top_k",
    minutes=5,
    stars=2,
    check=_check_top_k,
    hints=[
        "`logits.topk(k).indices` tells the k places of each row.",
        "Begin with `torch.full_like(logits, -math.inf)` and put the k logits back at their places.",
        "`scatter(-1, indices, values)` puts them back. The softmax comes last, so that the sum is 1.",
    ],
    solution=top_k_solution,
    mistakes={
        _keeps_ties: "tokens that tie",
        _k_not_renormalised: "do not renormalise",
        _zero_logits: "exp(0) = 1",
        _softmax_of_kept_probabilities: "softmax of probabilities",
        _one_too_many: "one too many",
        _one_too_few: "one too few",
        _least_likely: "least likely",
        _over_the_batch: "whole batch",
        _returns_k: "keep their places",
        _sorted_k: "are sorted",
        _kept_as_logits: "a softmax is missing",
        _k_logarithms: "logarithms of probabilities",
        _k_sum_of_all: "sum of the whole batch",
        _cuts_k: "cut off k",
        _first_k: "first k of the vocabulary",
        _places_of_the_first_row: "tokens of the first",
    },
)


# --- 3. No n-gram twice ---


def ban_ngrams_solution(input_ids, logits, n):
    ids, banned = input_ids.tolist(), logits.clone()
    begun = ids[len(ids) - n + 1 :]  # the last n − 1 tokens
    for i in range(len(ids) - n + 1):
        if ids[i : i + n - 1] == begun:
            banned[ids[i + n - 1]] = -math.inf
    return banned


def _ban(logits, tokens, value=-math.inf):
    logits = logits.clone()
    logits[list(tokens)] = value
    return logits


def _places(ids, n):
    """Where the last n − 1 tokens have stood with a token behind them."""
    begun = ids[len(ids) - n + 1 :]
    return [i for i in range(len(ids) - n + 1) if ids[i : i + n - 1] == begun]


def _bans_the_first(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i] for i in _places(ids, n)})


def _bans_one_further(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i + n] for i in _places(ids, n) if i + n < len(ids)})


def _bans_one_before(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i + n - 2] for i in _places(ids, n) if i + n > 1})


def _compares_n_tokens(input_ids, logits, n):
    return ban_ngrams_solution(input_ids, logits, n + 1)


def _compares_too_few(input_ids, logits, n):
    return ban_ngrams_solution(input_ids, logits, max(n - 1, 1))


def _bans_all_seen(input_ids, logits, n):
    return _ban(logits, set(input_ids.tolist()))


def _bans_the_whole_ngram(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {token for i in _places(ids, n) for token in ids[i : i + n]})


def _first_place_only(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i + n - 1] for i in _places(ids, n)[:1]})


def _last_place_only(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i + n - 1] for i in _places(ids, n)[-1:]})


def _misses_the_last_ngram(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i + n - 1] for i in _places(ids, n) if i < len(ids) - n})


def _zero_is_no_ban(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i + n - 1] for i in _places(ids, n)}, 0.0)


def _n_of_one(input_ids, logits, n):
    ids = input_ids.tolist()
    begun = ids[-(n - 1) :]
    places = [i for i in range(len(ids) - n + 1) if ids[i : i + n - 1] == begun]
    return _ban(logits, {ids[i + n - 1] for i in places})


def _nothing_banned(input_ids, logits, n):
    return logits.clone()


def _after_the_beginning(input_ids, logits, n):
    ids = input_ids.tolist()
    places = [i for i in range(len(ids) - n + 1) if ids[i : i + n - 1] == ids[: n - 1]]
    return _ban(logits, {ids[i + n - 1] for i in places})


def _always_three(input_ids, logits, n):
    return ban_ngrams_solution(input_ids, logits, 3)


def _in_any_order(input_ids, logits, n):
    ids = input_ids.tolist()
    begun = sorted(ids[len(ids) - n + 1 :])
    places = [i for i in range(len(ids) - n + 1) if sorted(ids[i : i + n - 1]) == begun]
    return _ban(logits, {ids[i + n - 1] for i in places})


def _probabilities_after_the_ban(input_ids, logits, n):
    return ban_ngrams_solution(input_ids, logits, n).softmax(-1)


def _finite_ban(input_ids, logits, n):
    ids = input_ids.tolist()
    return _ban(logits, {ids[i + n - 1] for i in _places(ids, n)}, -1e9)


BAN_FAULTS = {
    _always_three: "yours works for n = 3 only. n is an argument.",
    _misses_the_last_ngram: "the last n-gram of the text is missed: of S tokens there are S − n + 1.",
    _bans_the_first: "you ban the wrong position: the first token of the n-gram, not the one that would "
    "complete it.",
    _bans_one_further: "you ban the wrong position: the token after the n-gram. Its last one completes it.",
    _bans_one_before: "you ban the wrong position: one before the last of the n-gram.",
    _compares_n_tokens: "you compare n tokens, and so ban what would repeat n + 1. Compare the last n − 1.",
    _compares_too_few: "you compare too few tokens, and ban what would repeat n − 1. Compare the last n − 1 "
    "with what stands before each token.",
    _bans_all_seen: "you ban every token that has occurred. Only those that followed the last n − 1 tokens "
    "before are meant.",
    _bans_the_whole_ngram: "you ban all tokens of the n-gram. Only its last one completes it.",
    _first_place_only: "only the first place is found. The n − 1 tokens may have stood in several, each with "
    "another token behind them.",
    _last_place_only: "only the last place is found. The n − 1 tokens may have stood in several, each with "
    "another token behind them.",
    _zero_is_no_ban: "a logit of 0 is no ban: exp(0) = 1. A token that must not come has -inf.",
    _nothing_banned: "nothing is banned where something should be.",
    _after_the_beginning: "you look for the first n − 1 tokens of the text. The last n − 1 are begun again.",
    _in_any_order: "you compare the n − 1 tokens in any order. An n-gram has one.",
    _probabilities_after_the_ban: "you return probabilities. Logits are expected: no softmax here.",
}


def _check_ban_ngrams(answer):
    cases = [
        ([7, 3, 0, 1, 2, 4, 6, 1, 2, 5, 7, 2, 7, 3, 0, 1, 2, 3, 6, 1, 2], 3),
        ([1, 2, 3, 1, 2], 3),
        ([4, 4, 4], 3),
        ([4, 4], 2),
    ]
    cases += [([1, 2, 1, 3, 1], 2), ([2, 0, 5, 2, 0, 6, 2, 0], 3), ([3], 3)]
    cases += [(torch.randint(3, (S,)).tolist(), n) for S, n in [(12, 3), (15, 4), (9, 2), (2, 3), (20, 3)]]
    seen = []
    for ids, n in [*cases, ([5, 1, 5], 1)]:
        logits = torch.randn(8)
        logits += logits.sign() / 2  # none of them 0
        got = expect_tensor(answer(torch.tensor(ids), logits, n), (8,))
        expected = ban_ngrams_solution(torch.tensor(ids), logits, n)
        seen.append(((torch.tensor(ids), logits, n), got))
        if got.equal(expected):
            continue
        if n == 1 and got.equal(_n_of_one(torch.tensor(ids), logits, n)):
            raise NotYet(
                "for n = 1 every token that has occurred is banned. `ids[-(n - 1):]` is then `ids[-0:]`, "
                "which is the whole text and not its empty end: write `ids[len(ids) - n + 1:]`."
            )
        if words := _explain(BAN_FAULTS, seen, torch.equal):
            raise NotYet(words)
        if got.isfinite().all() and (got != logits).equal(expected.isinf()):
            value = got[expected.isinf()][0].item()
            raise NotYet(
                f"the right tokens, but {value:.3g} is a number like another. A token that must not come has "
                "-inf."
            )
        right, yours = ((x == -math.inf).nonzero().flatten().tolist() for x in (expected, got))
        changed = " Other logits have changed, too." if right == yours else ""
        raise NotYet(f"after {ids} with n = {n}, {right} should be banned; yours bans {yours}.{changed}")
    return _ban_in_tiny_gpt(answer)


def _ban_in_tiny_gpt(answer) -> str:
    model, tokenizer, prompt = _tiny_gpt()

    def processor(input_ids: Tensor, logits: Tensor) -> Tensor:
        return expect_tensor(answer(input_ids[0], logits[0], 3), logits[0].shape)[None]

    free, yours, ours = (
        decoding.generate(model, prompt, 48, processors=processors, eos_token_id=())[0].tolist()
        for processors in ([], [processor], [decoding.NoRepeatNGram(3)])
    )
    if yours != ours:
        place = next(i for i, (a, b) in enumerate(zip(yours, ours, strict=True)) if a != b)
        raise NotYet(f"small inputs are right, but tiny-gpt goes another way after {place} tokens.")
    twice = [len(ids) - 2 - len(set(zip(ids, ids[1:], ids[2:], strict=False))) for ids in (free, yours)]
    text = _words(tokenizer, yours[-12:])
    return (
        f"In 48 tokens of tiny-gpt {twice[0]} times three came again; with your ban {twice[1]}. It ends "
        f'"{text}".'
    )


ban_ngrams = Exercise(
    name="ban_ngrams",
    minutes=10,
    stars=2,
    check=_check_ban_ngrams,
    hints=[
        "The last n − 1 tokens are begun. Which tokens would complete something that has stood there before?",
        "For each i with `i + n <= len(ids)`: if `ids[i : i + n - 1]` are those tokens, `ids[i + n - 1]` is "
        "banned.",
        "The last n − 1 tokens are `ids[len(ids) - n + 1:]`, also where n = 1. Write -inf into a copy.",
    ],
    solution=ban_ngrams_solution,
    mistakes={
        _bans_the_first: "the first token of the n-gram",
        _bans_one_further: "the token after",
        _bans_one_before: "one before the last",
        _compares_n_tokens: "repeat n + 1",
        _compares_too_few: "too few",
        _bans_all_seen: "every token that has occurred. Only",
        _bans_the_whole_ngram: "all tokens of the n-gram",
        _first_place_only: "only the first place",
        _last_place_only: "only the last place",
        _misses_the_last_ngram: "last n-gram of the text",
        _zero_is_no_ban: "no ban",
        _n_of_one: "`ids[-0:]`",
        _nothing_banned: "nothing is banned",
        _after_the_beginning: "first n − 1",
        _always_three: "n = 3 only",
        _in_any_order: "in any order",
        _probabilities_after_the_ban: "return probabilities",
        _finite_ban: "a number like another",
    },
)


# --- 4. Top-p ---


def top_p_solution(logits, p):
    probs, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
    before = probs.cumsum(-1) - probs  # what all likelier tokens have together
    kept = torch.where(before < p - 1e-6, probs, 0.0)
    kept = kept / kept.sum(-1, keepdim=True)
    return torch.zeros_like(kept).scatter(-1, order, kept)


def _keep(logits, rule):
    """Keep, of the sorted probabilities, where `rule(probs, sums)` says so; none kept gives zeros."""
    probs, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
    kept = torch.where(rule(probs, probs.cumsum(-1)), probs, 0.0)
    kept = kept / kept.sum(-1, keepdim=True).clamp_min(1e-9)
    return torch.zeros_like(kept).scatter(-1, order, kept)


def _drops_the_crossing(logits, p):
    return _keep(logits, lambda probs, sums: sums <= p + 1e-6)


def _drops_the_crossing_but_the_first(logits, p):
    return _keep(logits, lambda probs, sums: (sums <= p + 1e-6) | (sums == probs))


def _float_sums(logits, p):
    return _keep(logits, lambda probs, sums: sums - probs < p)


def _float_sums_shifted(logits, p):
    return _keep(logits, lambda probs, sums: torch.cat([torch.zeros_like(sums[:, :1]), sums[:, :-1]], -1) < p)


def _one_beyond(logits, p):
    return _keep(logits, lambda probs, sums: sums - probs <= p + 1e-6)


def _p_not_renormalised(logits, p):
    return torch.where(top_p_solution(logits, p) > 0, logits.softmax(-1), 0.0)


def _not_sorted(logits, p):
    probs = logits.softmax(-1)
    kept = torch.where(probs.cumsum(-1) - probs < p - 1e-6, probs, 0.0)
    return kept / kept.sum(-1, keepdim=True)


def _ascending(logits, p):
    probs, order = logits.softmax(-1).sort(dim=-1, stable=True)
    kept = torch.where(probs.cumsum(-1) - probs < p - 1e-6, probs, 0.0)
    return torch.zeros_like(kept).scatter(-1, order, kept / kept.sum(-1, keepdim=True))


def _sorted_p(logits, p):
    return top_p_solution(logits, p).sort(-1, descending=True).values


def _gathers_back(logits, p):
    probs, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
    kept = torch.where(probs.cumsum(-1) - probs < p - 1e-6, probs, 0.0)
    return (kept / kept.sum(-1, keepdim=True)).gather(-1, order)


def _min_p(logits, p):
    probs = logits.softmax(-1)
    kept = torch.where(probs >= p * probs.amax(-1, keepdim=True), probs, 0.0)
    return kept / kept.sum(-1, keepdim=True)


def _single_probabilities(logits, p):
    probs = logits.softmax(-1)
    kept = torch.where(probs >= p, probs, 0.0)
    return kept / kept.sum(-1, keepdim=True).clamp_min(1e-9)


def _after_the_nucleus(logits, p):
    return _keep(logits, lambda probs, sums: sums - probs >= p - 1e-6)


def _sums_logits(logits, p):
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    kept = ordered.masked_fill(ordered.cumsum(-1) - ordered >= p, -math.inf).softmax(-1)
    return torch.zeros_like(kept).scatter(-1, order, kept)


def _mask_in_sorted_order(logits, p):
    probs = logits.softmax(-1).sort(dim=-1, descending=True).values
    return logits.masked_fill(probs.cumsum(-1) - probs >= p - 1e-6, -math.inf).softmax(-1)


def _softmax_of_the_nucleus(logits, p):
    return _p_not_renormalised(logits, p).softmax(-1)


def _p_sum_of_all(logits, p):
    kept = _p_not_renormalised(logits, p)
    return kept / kept.sum()


def _widest_row(logits, p):
    return top_k_solution(logits, int((top_p_solution(logits, p) > 0).sum(-1).max()))


def _p_over_the_batch(logits, p):
    probs, order = logits.softmax(-1).flatten().sort(descending=True)
    kept = torch.where(probs.cumsum(-1) - probs < p - 1e-6, probs, 0.0)
    kept = torch.zeros_like(kept).scatter(-1, order, kept).view_as(logits)
    return kept / kept.sum(-1, keepdim=True).clamp_min(1e-9)


def _p_as_logits(logits, p):
    return torch.where(top_p_solution(logits, p) > 0, logits, -math.inf)


TOP_P_FAULTS = {
    _drops_the_crossing_but_the_first: "you drop the token that crosses p. It is needed to reach p: look at "
    "the sum before each token, without the token itself.",
    _drops_the_crossing: "you drop the token that crosses p, and where the first crosses it nothing is left. "
    "It belongs to the nucleus: look at the sum before each token.",
    _after_the_nucleus: "you keep what comes after the nucleus: the comparison is the wrong way round.",
    _sums_logits: "you add up logits. Only probabilities add up to p: take the softmax first.",
    _mask_in_sorted_order: "what to cut is in sorted order, the logits are not. `scatter` brings it back to "
    "the order of the vocabulary.",
    _softmax_of_the_nucleus: "you take a softmax of probabilities. Divide what is left by its sum.",
    _p_sum_of_all: "you divide by the sum of the whole batch. Each row has its own: `sum(-1, keepdim=True)`.",
    _widest_row: "all rows keep as many as the widest. Each row has its own nucleus.",
    _p_over_the_batch: "you add up over the whole batch. Each row has its own sum.",
    _p_as_logits: "you return logits. Probabilities are expected: a softmax is missing.",
    _p_not_renormalised: "you do not renormalise: what is left sums to less than 1. Divide by its sum.",
    _not_sorted: "you add up in the order of the vocabulary. Sort by probability first.",
    _ascending: "you begin with the least likely. Sort from the largest down.",
    _sorted_p: "your probabilities are sorted. Each goes back to the place of its token: `scatter` with the "
    "order of the sort.",
    _gathers_back: "the way back to the vocabulary is `scatter`; `gather` goes the way of the sort again.",
    _min_p: "that is min-p: it compares each probability with p times the largest. Here a sum decides.",
    _single_probabilities: "you compare single probabilities with p. Here their sum decides.",
}


def _check_top_p(answer):
    hint = "Tokens that are cut off keep their places, with probability 0."
    cases = [(torch.tensor([[0.5, 0.3, 0.1, 0.06, 0.04]]).log(), 0.15)]
    for shape, p in [((1, 5), 0.7), ((3, 8), 0.85), ((4, 20), 0.6), ((2, 6), 0.1), ((3, 9), 0.95)]:
        cases.append((2 * torch.randn(shape), p))
    seen = []
    for logits, p in cases:
        got, expected = expect_tensor(answer(logits, p), logits.shape, hint), top_p_solution(logits, p)
        seen.append(((logits, p), got))
        if same(got, expected):
            continue
        if words := _explain(TOP_P_FAULTS, seen, same):
            raise NotYet(words)
        _check_sum(got, "Renormalise what is left.")
        row = (got - expected).abs().amax(-1).argmax()
        raise NotYet(
            f"probabilities {_short(logits.softmax(-1)[row])} with p = {p} give {_short(expected[row])}, "
            f"yours {_short(got[row])}."
        )
    for size, nudge in [(5, 0.0), (10, 0.0), (40, 0.0), (5, 3e-7), (10, 3e-7)]:
        for kept in range(1, size):
            p = kept / size + nudge
            count = (expect_tensor(answer(torch.zeros(1, size), p), (1, size)) > 0).sum().item()
            if (size, p, count) == (5, 0.2, 2):
                raise NotYet(
                    "you keep one too many where a sum is p itself: of five tokens of .2, p = .2 needs one."
                )
            if count != kept:
                raise NotYet(
                    f"of {size} tokens of {1 / size:g} each, p = {p:.7g} needs {kept}; you keep {count}. "
                    "Floats do not add up exactly: a sum within 1e-6 of p has reached it."
                )
    text, apart = _story(lambda logits: answer(logits, 0.9), decoding.TopP(0.9))
    return (
        f'tiny-gpt with your nucleus of .9: "{text} …", max |difference| to the course\'s {apart:.0e}. Where '
        "the model is sure one token is left, where it is not there are many."
    )


top_p = Exercise(
    name="top_p",
    minutes=10,
    stars=3,
    check=_check_top_p,
    hints=[
        "`probs.sort(dim=-1, descending=True)` gives the sorted probabilities and their order.",
        "`cumsum(-1) - probs` is the sum before each token. Keep it where that has not reached p; within "
        "1e-6 counts as reached.",
        "Set the others to 0, divide by the sum of a row, and `torch.zeros_like(kept).scatter(-1, order, "
        "kept)` brings all back to their places.",
    ],
    solution=top_p_solution,
    mistakes={
        _drops_the_crossing: "nothing is left",
        _drops_the_crossing_but_the_first: "needed to reach p",
        _float_sums: "do not add up",
        _float_sums_shifted: "do not add up",
        _one_beyond: "where a sum is p itself",
        _p_not_renormalised: "do not renormalise",
        _not_sorted: "order of the vocabulary",
        _ascending: "least likely",
        _sorted_p: "are sorted",
        _gathers_back: "`gather` goes",
        _min_p: "that is min-p",
        _single_probabilities: "single probabilities",
        _after_the_nucleus: "wrong way round",
        _sums_logits: "add up logits",
        _mask_in_sorted_order: "is in sorted order",
        _softmax_of_the_nucleus: "softmax of probabilities",
        _p_sum_of_all: "sum of the whole batch",
        _widest_row: "the widest",
        _p_over_the_batch: "over the whole batch",
        _p_as_logits: "a softmax is missing",
    },
)


# --- 5. One step of beam search ---


def beam_step_solution(scores, probs, eos_token_id):
    K, V = probs.shape
    total = scores[:, None] + probs.log()  # (K, V)
    best, places = total.flatten().topk(2 * K)
    found = [(s, i // V, i % V) for s, i in zip(best.tolist(), places.tolist(), strict=True)]
    ended = [way for way in found[:K] if way[2] == eos_token_id]
    going = [way for way in found if way[2] != eos_token_id]
    return going[:K], ended


def _best(total, count):
    """The best ways in `total`, (K, V), as (score, beam, token)."""
    best, places = total.flatten().topk(count)
    V = total.shape[1]
    return [(s, i // V, i % V) for s, i in zip(best.tolist(), places.tolist(), strict=True)]


def _divide(found, K, eos_token_id):
    ended = [way for way in found[:K] if way[2] == eos_token_id]
    return [way for way in found if way[2] != eos_token_id][:K], ended


def _without_log(scores, probs, eos_token_id):
    return _divide(_best(scores[:, None] * probs, 2 * len(scores)), len(scores), eos_token_id)


def _adds_probabilities(scores, probs, eos_token_id):
    return _divide(_best(scores[:, None] + probs, 2 * len(scores)), len(scores), eos_token_id)


def _forgets_the_past(scores, probs, eos_token_id):
    return _divide(_best(probs.log(), 2 * len(scores)), len(scores), eos_token_id)


def _forgets_finished(scores, probs, eos_token_id):
    return beam_step_solution(scores, probs, eos_token_id)[0], []


def _finished_go_on(scores, probs, eos_token_id):
    going = _best(scores[:, None] + probs.log(), len(scores))
    return going, [way for way in going if way[2] == eos_token_id]


def _loses_a_beam(scores, probs, eos_token_id):
    found = _best(scores[:, None] + probs.log(), len(scores))
    return _divide(found, len(scores), eos_token_id)


def _all_endings(scores, probs, eos_token_id):
    found = _best(scores[:, None] + probs.log(), 2 * len(scores))
    going, _ = _divide(found, len(scores), eos_token_id)
    return going, [way for way in found if way[2] == eos_token_id]


def _one_a_beam(scores, probs, eos_token_id):
    total = scores[:, None] + probs.log()
    total[:, eos_token_id] = -math.inf
    best, tokens = total.max(1)
    going = sorted(zip(best.tolist(), range(len(scores)), tokens.tolist(), strict=True), reverse=True)
    return going, beam_step_solution(scores, probs, eos_token_id)[1]


def _beam_and_token_mixed(scores, probs, eos_token_id):
    K = len(scores)
    best, places = (scores[:, None] + probs.log()).flatten().topk(2 * K)
    found = [(s, i % K, i // K) for s, i in zip(best.tolist(), places.tolist(), strict=True)]
    return _divide(found, K, eos_token_id)


def _worst_first(scores, probs, eos_token_id):
    going, ended = beam_step_solution(scores, probs, eos_token_id)
    return going[::-1], ended


def _lists_swapped(scores, probs, eos_token_id):
    return beam_step_solution(scores, probs, eos_token_id)[::-1]


def _token_before_beam(scores, probs, eos_token_id):
    going, ended = beam_step_solution(scores, probs, eos_token_id)
    return [(s, t, b) for s, b, t in going], [(s, t, b) for s, b, t in ended]


def _too_many_go_on(scores, probs, eos_token_id):
    found = _best(scores[:, None] + probs.log(), 2 * len(scores))
    going = [way for way in found if way[2] != eos_token_id]
    return going, beam_step_solution(scores, probs, eos_token_id)[1]


def _no_longer_logs(scores, probs, eos_token_id):
    going, ended = beam_step_solution(scores, probs, eos_token_id)
    return [(math.exp(s), b, t) for s, b, t in going], [(math.exp(s), b, t) for s, b, t in ended]


def _softmax_again(scores, probs, eos_token_id):
    return beam_step_solution(scores, probs.softmax(-1), eos_token_id)


def _takes_the_worst(scores, probs, eos_token_id):
    K = len(scores)
    found = _best(-(scores[:, None] + probs.log()), 2 * K)
    return _divide([(-s, b, t) for s, b, t in found], K, eos_token_id)


def _divides_with_a_rest(scores, probs, eos_token_id):
    going, ended = beam_step_solution(scores, probs, eos_token_id)
    V = probs.shape[1]
    return [(s, b + t / V, t) for s, b, t in going], [(s, b + t / V, t) for s, b, t in ended]


BEAM_FAULTS = {
    _without_log: "you multiply log-probabilities by probabilities. Scores are logs: take the log of the "
    "probabilities, and add.",
    _adds_probabilities: "you add probabilities to log-probabilities. Take their log first.",
    _forgets_the_past: "you forget `scores`: a way is worth all its tokens, not only the last.",
    _forgets_finished: "you forget the beams that have finished: those among the K best that add "
    "`eos_token_id` belong into `ended`.",
    _finished_go_on: "beams that have finished go on: no way in `going` may add `eos_token_id`.",
    _loses_a_beam: "beams get lost: where one ends, another takes its place, so that K go on. Look at the "
    "2 K best.",
    _all_endings: "`ended` has too many: only what is among the K best may end. The others were looked at so "
    "that enough go on.",
    _one_a_beam: "you choose in each beam alone. All K · V compete: one beam may have several, another none.",
    _beam_and_token_mixed: "beam and token are mixed up: in the flattened table a place is beam · V + token, "
    "so divide by V.",
    _worst_first: "`going` has the worst first. The best comes first.",
    _lists_swapped: "the two lists are swapped: first those that go on, then those that have ended.",
    _token_before_beam: "beam and token are swapped in your triples: (score, beam, token) is expected.",
    _too_many_go_on: "more than K go on. Of the 2 K looked at, the first K that do not end are enough.",
    _no_longer_logs: "your scores are probabilities. They stay logarithms: the next step adds to them.",
    _softmax_again: "`probs` are probabilities already: no softmax is needed, only their log.",
    _takes_the_worst: "you take the worst ways. `topk` of the sums of logarithms gives the best.",
}


def _ways(got: object) -> tuple[list, list]:
    """`got` as two lists of (score, beam, token)."""
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise NotYet("two lists are expected: those that go on, and those that have ended.")
    lists = []
    for name, ways in zip(("going", "ended"), got, strict=True):
        try:
            lists.append([(float(score), float(beam), float(token)) for score, beam, token in ways])
        except (TypeError, ValueError):
            raise NotYet(f"`{name}` is a list of triples (score, beam, token).") from None
        for way in lists[-1]:
            if not way[1].is_integer() or not way[2].is_integer():
                raise NotYet(
                    f"beam {way[1]:.4g} and token {way[2]:.4g}: whole numbers are expected. `//` divides "
                    "without a rest."
                )
        lists[-1] = [(score, int(beam), int(token)) for score, beam, token in lists[-1]]
    return tuple(lists)


def _same_ways(got: tuple[list, list], expected: tuple[list, list]) -> bool:
    return all(
        len(a) == len(b)
        and all(x[1:] == y[1:] and abs(x[0] - y[0]) < 1e-4 for x, y in zip(a, b, strict=True))
        for a, b in zip(got, expected, strict=True)
    )


def _check_beam_step(answer):
    seen = []
    for K, V in [(2, 4), (3, 6), (4, 5), (1, 3), (5, 11), (3, 8)]:
        for likes_to_end in (0.0, 2.0):
            eos = int(torch.randint(V, ()))
            scores = -3 * torch.rand(K).sort().values - 1
            logits = 1.5 * torch.randn(K, V)
            logits[:, eos] += likes_to_end
            probs = logits.softmax(-1)
            got, expected = _ways(answer(scores, probs, eos)), beam_step_solution(scores, probs, eos)
            seen.append(((scores, probs, eos), got))
            if _same_ways(got, expected):
                continue
            if words := _explain(BEAM_FAULTS, seen, _same_ways):
                raise NotYet(words)
            for name, mine, right in zip(("going", "ended"), got, expected, strict=True):
                if not _same_ways((mine, []), (right, [])):
                    show = [[(round(s, 3), b, t) for s, b, t in ways] for ways in (right, mine)]
                    raise NotYet(f"for {K} beams, {V} tokens and stop token {eos}, `{name}` should be "
                                 f"{show[0]}; yours is {show[1]}.")  # fmt: skip
    return _search_tiny_gpt(answer)


@torch.no_grad()
def _search_tiny_gpt(answer) -> str:
    """Three beams through tiny-gpt, step by step, beside the course's search."""
    model, tokenizer, prompt = _tiny_gpt()
    K, steps = 3, 12
    texts, scores = prompt.repeat(K, 1), torch.tensor([0.0, -1e9, -1e9])
    best, text = -math.inf, None
    for step in range(steps):
        probs = model(texts).logits[:, -1].softmax(-1)  # (K, V)
        going, ended = _ways(answer(scores, probs, 0))
        for score, beam, token in ended + (going if step == steps - 1 else []):
            if score > best:
                best, text = score, [*texts[beam].tolist(), token]
        texts = torch.cat([texts[[b for _, b, _ in going]], torch.tensor([[t] for *_, t in going])], 1)
        scores = torch.tensor([s for s, *_ in going])
    _, expected = decoding.beam_search(model, prompt, steps, K, length_penalty=0.0, eos_token_id=0)
    apart = abs(best - expected[0].item())
    if not apart < 1e-3:
        raise NotYet(
            f"single steps are right, but {steps} of them through tiny-gpt find a text of score {best:.3f}; "
            f"the course's search finds {expected[0]:.3f}."
        )
    words = _words(tokenizer, text)
    return (
        f'Three of your beams find "{words} …" in tiny-gpt, of log-probability {best:.2f}, as the course\'s '
        f"do (difference {apart:.0e})."
    )


beam_step = Exercise(
    name="beam_step",
    minutes=15,
    stars=3,
    check=_check_beam_step,
    hints=[
        "The score of a way on is the score of its beam plus the log of the token's probability: a table "
        "(K, V).",
        "Flatten it and take the `topk(2 * K)`. Place i is beam `i // V` and token `i % V`.",
        "Of the first K, those whose token is `eos_token_id` have ended. Of all, the first K whose token is "
        "another go on.",
    ],
    solution=beam_step_solution,
    mistakes={
        _without_log: "you multiply",
        _adds_probabilities: "you add probabilities",
        _forgets_the_past: "forget `scores`",
        _forgets_finished: "forget the beams",
        _finished_go_on: "finished go on",
        _loses_a_beam: "get lost",
        _all_endings: "too many",
        _one_a_beam: "each beam alone",
        _beam_and_token_mixed: "mixed up",
        _worst_first: "worst first",
        _lists_swapped: "lists are swapped",
        _token_before_beam: "in your triples",
        _too_many_go_on: "more than K",
        _no_longer_logs: "stay logarithms",
        _softmax_again: "probabilities already",
        _takes_the_worst: "the worst ways",
        _divides_with_a_rest: "without a rest",
    },
)
