"""Decoding: from one distribution after another to a text, or to several.

Follows Fan et al. (2018, top-k), Holtzman et al. (2020, top-p), Nguyen et al. (2024, min-p), Keskar et al.
(2019, repetition penalty), Paulus et al. (2018, no n-gram twice) and Wu et al. (2016, beam search with a
length penalty). Leaves out contrastive and typical decoding, beams that sample, and a second model to help.

Axes: B prompts, N sequences a prompt, K beams, M candidates, T tokens of the prompt, S tokens so far,
V vocabulary.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Real

import torch
from torch import Tensor

from utils.checks import check_positive, check_whole
from utils.gpt import GPT, KVCache

# --- What acts on one distribution ----------------------------------------------------------------------

Processor = Callable[[Tensor, Tensor], Tensor]
"""(input_ids (B, S), logits (B, V)) to logits (B, V). The ids are all tokens so far, −1 for padding."""

ROUNDING = 1e-6  # what float32 may get wrong: four times .2 is not .8 there


def process(processors: Sequence[Processor], input_ids: Tensor, logits: Tensor) -> Tensor:
    """Each processor in turn; (B, S) and (B, V) to (B, V). The softmax of that is what is drawn from."""
    for processor in processors:
        logits = processor(input_ids, logits)
    return logits


@dataclass(frozen=True)
class Temperature:
    """Divide the logits: below 1 the likely becomes likelier, above 1 all becomes more alike.

    Raises:
        ValueError: a temperature that is not above 0. (At 0 only the likeliest is left: that is greedy.)
    """

    temperature: float

    def __post_init__(self) -> None:
        hint = "; for the likeliest token use do_sample=False" if self.temperature == 0 else ""
        check_positive(hint=hint, temperature=self.temperature)

    def __call__(self, input_ids: Tensor, logits: Tensor) -> Tensor:
        return logits / self.temperature


@dataclass(frozen=True)
class TopK:
    """Keep the k likeliest tokens. Of equal ones the first are kept, so that there are always k.

    transformers keeps all that equal the k-th: of five equal tokens all five survive its `top_k=2`.
    Fan et al. (2018), section 5.

    Raises:
        ValueError: a k below 1, or, when called, above V.
    """

    top_k: int

    def __post_init__(self) -> None:
        check_whole(top_k=self.top_k)

    def __call__(self, input_ids: Tensor, logits: Tensor) -> Tensor:
        if self.top_k > logits.shape[-1]:
            raise ValueError(
                f"top_k: got {self.top_k}; at most the vocabulary, {logits.shape[-1]}, is expected"
            )
        order = logits.argsort(dim=-1, descending=True, stable=True)  # (B, V)
        return logits.scatter(-1, order[:, self.top_k :], -math.inf)


@dataclass(frozen=True)
class TopP:
    """Keep the likeliest tokens until their probabilities reach p; the one that crosses p belongs to them.

    A sum within 1e-6 of p has reached it, so that five tokens of .2 keep four at p = .8, whatever floats make
    of the sum. Of equal tokens the first are kept; transformers keeps the last. Holtzman et al. (2020),
    section 3.1.

    Raises:
        ValueError: a p that is not above 0 and at most 1.
    """

    top_p: float

    def __post_init__(self) -> None:
        check_positive(at_most=1, top_p=self.top_p)

    def __call__(self, input_ids: Tensor, logits: Tensor) -> Tensor:
        if self.top_p == 1:
            return logits
        ordered, order = logits.sort(dim=-1, descending=True, stable=True)  # (B, V)
        probs = ordered.double().softmax(-1)  # (B, V)
        before = probs.cumsum(-1) - probs  # (B, V), the sum of all that are likelier
        remove = before >= self.top_p - ROUNDING  # (B, V)
        remove[:, 0] = False
        return logits.masked_fill(remove.scatter(-1, order, remove), -math.inf)


@dataclass(frozen=True)
class MinP:
    """Keep the tokens at least `min_p` times as likely as the likeliest. Nguyen et al. (2024), section 3.

    Raises:
        ValueError: a min_p that is not above 0 and at most 1.
    """

    min_p: float

    def __post_init__(self) -> None:
        check_positive(at_most=1, min_p=self.min_p)

    def __call__(self, input_ids: Tensor, logits: Tensor) -> Tensor:
        least = logits.amax(-1, keepdim=True) + math.log(self.min_p) - ROUNDING  # (B, 1)
        return logits.masked_fill(logits < least, -math.inf)


@dataclass(frozen=True)
class RepetitionPenalty:
    """Divide the logits of tokens that have occurred by the penalty where above 0, multiply them where below.

    Where 0 lies means nothing to a softmax, but it does here. Keskar et al. (2019), section 4.1.

    Raises:
        ValueError: a penalty that is not above 0. (At 1 it does nothing, below 1 it rewards repetition.)
    """

    penalty: float

    def __post_init__(self) -> None:
        check_positive(penalty=self.penalty)

    def __call__(self, input_ids: Tensor, logits: Tensor) -> Tensor:
        punished = torch.where(logits > 0, logits / self.penalty, logits * self.penalty)  # (B, V)
        return torch.where(_marked(input_ids, logits), punished, logits)


@dataclass(frozen=True)
class NoRepeatNGram:
    """Ban every token that would complete n tokens which have stood in the text, the prompt included.

    Padding is no token here, as it is to transformers. Paulus et al. (2018), section 2.5, for n = 3.

    Raises:
        ValueError: a size below 1.
    """

    ngram_size: int

    def __post_init__(self) -> None:
        check_whole(ngram_size=self.ngram_size)

    def __call__(self, input_ids: Tensor, logits: Tensor) -> Tensor:
        S, n = input_ids.shape[1], self.ngram_size
        if n > S:
            return logits
        ngrams = input_ids.unfold(1, n, 1)  # (B, S − n + 1, n)
        begun = (ngrams[..., :-1] == input_ids[:, None, S - n + 1 :]).all(-1)  # (B, S − n + 1)
        last = ngrams[..., -1].masked_fill(~begun, -1)  # (B, S − n + 1)
        return logits.masked_fill(_marked(last, logits), -math.inf)


@dataclass(frozen=True)
class MinLength:
    """Ban the tokens that end a text until it has `min_length` tokens, the prompt and its padding included.

    Raises:
        ValueError: a length below 1, or stop tokens that are no ints.
    """

    min_length: int
    eos_token_id: int | Sequence[int]

    def __post_init__(self) -> None:
        check_whole(min_length=self.min_length)
        _stop_tokens(self.eos_token_id)

    def __call__(self, input_ids: Tensor, logits: Tensor) -> Tensor:
        if input_ids.shape[1] >= self.min_length:
            return logits
        stops = torch.tensor(_stop_tokens(self.eos_token_id, logits.shape[-1]), device=logits.device)
        return logits.index_fill(-1, stops, -math.inf)


def _marked(ids: Tensor, logits: Tensor) -> Tensor:
    """(B, V): True for each token that is among a row's `ids`; −1 is none."""
    B, V = logits.shape
    marks = torch.zeros(B, V + 1, dtype=torch.bool, device=logits.device)
    return marks.scatter(1, ids.masked_fill(ids < 0, V), True)[:, :V]


# --- One token after another: greedy and sampling -------------------------------------------------------


def pad_left(prompts: Sequence[Sequence[int]], pad_token_id: int = 0) -> tuple[Tensor, Tensor]:
    """`input_ids` and `attention_mask`, (B, T) both: prompts of any lengths, each ending in the last column.

    Raises:
        ValueError: no prompts, or an empty one.
    """
    if not prompts or not all(len(ids) for ids in prompts):
        raise ValueError(f"prompts: got lengths {[len(ids) for ids in prompts]}; at least 1 is expected")
    width = max(map(len, prompts))
    rows = [[pad_token_id] * (width - len(ids)) + list(ids) for ids in prompts]
    mask = [[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts]
    return torch.tensor(rows), torch.tensor(mask)


class _Reader:
    """A model, its cache and the tokens so far; says how likely each token is to come next.

    `ids`, (B · copies, T + max_new_tokens), is −1 where there is padding or nothing yet.
    """

    def __init__(
        self, model: GPT, input_ids: Tensor, attention_mask: Tensor | None, max_new_tokens: int, copies: int
    ) -> None:
        (B, T), room = input_ids.shape, input_ids.shape[1] + max_new_tokens
        if attention_mask is not None and attention_mask.all():
            attention_mask = None  # the model is faster without
        like = {"device": input_ids.device, "dtype": model.embedding.weight.dtype}
        self.model, self.length, self.mask = model, T, None
        self.cache = KVCache(model.config, B, room, **like)
        self.logits = self._logits(input_ids, attention_mask)  # (B, V)
        self.ids = input_ids.new_full((B, room), -1)
        self.ids[:, :T] = input_ids
        if attention_mask is not None:
            self.ids[:, :T].masked_fill_(attention_mask == 0, -1)
            self.mask = attention_mask.new_ones(B, room)
            self.mask[:, :T] = attention_mask
        if copies > 1:  # the prompt is read once, however many texts come out of it
            self.reorder(torch.arange(B, device=input_ids.device).repeat_interleave(copies))

    def reorder(self, rows: Tensor) -> None:
        """Row i becomes what row `rows[i]` was."""
        self.cache.reorder(rows)
        self.ids, self.logits = self.ids[rows], self.logits[rows]
        self.mask = None if self.mask is None else self.mask[rows]

    def read(self, tokens: Tensor) -> None:
        """Take in (B · copies,): one more token a row."""
        self.ids[:, self.length] = tokens
        self.length += 1
        mask = None if self.mask is None else self.mask[:, : self.length]
        self.logits = self._logits(tokens[:, None], mask)

    def _logits(self, input_ids: Tensor, mask: Tensor | None) -> Tensor:
        with torch.inference_mode():
            return self.model(input_ids, mask, cache=self.cache).logits[:, -1].float()

    def processed(self, processors: Sequence[Processor], logits: Tensor) -> Tensor:
        return process(processors, self.ids[:, : self.length], logits)


@torch.no_grad()
def stream(
    model: GPT,
    input_ids: Tensor,
    max_new_tokens: int,
    *,
    attention_mask: Tensor | None = None,
    processors: Sequence[Processor] = (),
    do_sample: bool = False,
    num_return_sequences: int = 1,
    eos_token_id: int | Sequence[int] | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[Tensor]:
    """The next token of every text, (B · N,), as soon as it is chosen, up to `max_new_tokens` times.

    The end comes when every text has ended; those that end before go on with the first stop token. Arguments
    and errors are those of `generate`; an error comes with the first token asked for.
    """
    stops = _check(
        model, input_ids, max_new_tokens, attention_mask, processors, num_return_sequences, eos_token_id
    )
    if num_return_sequences > 1 and not do_sample:
        raise ValueError(
            f"num_return_sequences: got {num_return_sequences} with greedy decoding, which has one answer; "
            "1, do_sample=True or more beams are expected"
        )
    reader = _Reader(model, input_ids, attention_mask, max_new_tokens, num_return_sequences)
    ended = torch.zeros(len(reader.ids), dtype=torch.bool, device=input_ids.device)  # (B · N,)
    for step in range(max_new_tokens):
        if step:
            reader.read(tokens)  # noqa: F821, of the step before
        logits = reader.processed(processors, reader.logits)  # (B · N, V)
        if processors and (logits.amax(-1) == -math.inf).any():
            raise _nothing_left(step)
        if do_sample:
            tokens = torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]  # (B · N,)
        else:
            tokens = logits.argmax(-1)  # (B · N,)
        if len(stops):
            tokens = torch.where(ended, stops[0], tokens)
            ended = torch.isin(tokens, stops)
        yield tokens
        if len(stops) and ended.all():
            return


# --- Several texts at a time: beam search ---------------------------------------------------------------


def beam_step(scores: Tensor, log_probs: Tensor, num_candidates: int) -> tuple[Tensor, Tensor, Tensor]:
    """The best ways to go on, by the sum of log-probabilities; best first.

    Args:
        scores: (B, K), of the beams so far.
        log_probs: (B, K, V), of the next token.
        num_candidates: M, at most K · V.

    Returns:
        Their scores, the beams they go on from, and the tokens they add: (B, M) each.
    """
    total = scores[:, :, None] + log_probs  # (B, K, V)
    best, flat = total.flatten(1).topk(num_candidates)  # (B, M)
    return best, flat // log_probs.shape[-1], flat % log_probs.shape[-1]


@torch.no_grad()
def beam_search(
    model: GPT,
    input_ids: Tensor,
    max_new_tokens: int,
    num_beams: int,
    *,
    attention_mask: Tensor | None = None,
    processors: Sequence[Processor] = (),
    num_return_sequences: int = 1,
    length_penalty: float = 1.0,
    early_stopping: bool | str = False,
    eos_token_id: int | Sequence[int] | None = None,
) -> tuple[Tensor, Tensor]:
    """The N best texts that K beams find, as `generate` returns them, and their scores (B · N,), best first.

    A score is the sum of the new tokens' log-probabilities, in nats, over their number to the power of
    `length_penalty`. Processors act on log-probabilities here. Arguments and errors are those of `generate`.
    """
    stops = _check(
        model, input_ids, max_new_tokens, attention_mask, processors, num_return_sequences, eos_token_id
    )
    _check_beams(num_beams, num_return_sequences, length_penalty, early_stopping)
    (B, T), K, N = input_ids.shape, num_beams, num_return_sequences
    reader = _Reader(model, input_ids, attention_mask, max_new_tokens, K)
    rows = torch.arange(B, device=input_ids.device)[:, None]  # (B, 1)

    scores = torch.zeros(B, K, device=input_ids.device)
    scores[:, 1:] = -math.inf  # all beams are the same as yet: one counts
    texts = reader.ids.unflatten(0, (B, K))  # (B, K, T + max_new_tokens), the best that have ended
    finished = torch.full_like(scores, -math.inf)  # (B, K), and their scores
    done = torch.zeros(B, 1, dtype=torch.bool, device=input_ids.device)
    for length in range(1, max_new_tokens + 1):
        log_probs = reader.processed(processors, reader.logits.log_softmax(-1)).unflatten(0, (B, K))
        # A beam has as many ways to end as there are stop tokens: so K are left to go on, whatever ends.
        M = min(max(2, 1 + len(stops)) * K, K * log_probs.shape[-1])
        candidates, beams, tokens = beam_step(scores, log_probs, M)  # (B, M) each
        new = reader.ids.unflatten(0, (B, K))[rows, beams]  # (B, M, T + max_new_tokens)
        new[:, :, reader.length] = tokens
        ends = torch.isin(tokens, stops) | (length == max_new_tokens)  # (B, M)

        # Those among the best K that end compete with the texts that have ended.
        values = (candidates / length**length_penalty).masked_fill(~ends | done, -math.inf)  # (B, M)
        finished, best = torch.cat([finished, values[:, :K]], 1).topk(K)  # (B, K)
        texts = torch.cat([texts, new[:, :K]], 1)[rows, best]  # (B, K, T + max_new_tokens)

        # The best K that do not end go on, unless none of them can still get among the ended ones.
        scores, best = candidates.masked_fill(ends, -math.inf).topk(K)  # (B, K)
        longest = max_new_tokens if early_stopping == "never" and length_penalty > 0 else length
        done |= scores[:, :1] / longest**length_penalty <= finished[:, -1:]
        if early_stopping is True:
            done |= finished[:, -1:] > -math.inf
        if length == max_new_tokens or done.all():
            break
        reader.reorder((rows * K + beams.gather(1, best)).flatten())
        reader.read(tokens.gather(1, best).flatten())

    scores, texts = finished[:, :N].flatten(), texts[:, :N, T:].flatten(0, 1)  # (B · N,), (B · N, …)
    if (scores == -math.inf).any():
        raise _nothing_left(length - 1)
    texts = texts[:, : (texts >= 0).sum(1).max()]  # as long as the longest
    texts = torch.where(texts < 0, stops[:1] if len(stops) else 0, texts)
    return torch.cat([input_ids.repeat_interleave(N, 0), texts], 1), scores


# --- All of it behind one door --------------------------------------------------------------------------


def generate(
    model: GPT,
    input_ids: Tensor,
    max_new_tokens: int,
    *,
    attention_mask: Tensor | None = None,
    processors: Sequence[Processor] = (),
    do_sample: bool = False,
    num_beams: int = 1,
    num_return_sequences: int = 1,
    length_penalty: float = 1.0,
    early_stopping: bool | str = False,
    eos_token_id: int | Sequence[int] | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Go on from prompts: (B, T) to (B · N, at most T + max_new_tokens), the prompts included.

    The N texts of a prompt follow each other. One that has ended is filled up with the first stop token.
    Call `eval()` first, or dropout is at work. Equal to the `generate` of transformers with the same names.

    Args:
        model: a GPT.
        input_ids: (B, T), padded on the left, see `pad_left`.
        max_new_tokens: at most so many.
        attention_mask: (B, T), 1 for text and 0 for padding. Processors see −1 in place of padding.
        processors: applied in this order, before a token is chosen. transformers applies temperature and all
            that cuts off tokens only where it samples; here they act whenever they are given.
        do_sample: draw from the distribution; else the likeliest token is taken.
        num_beams: K, more than 1 for beam search.
        num_return_sequences: N, at most K with beams.
        length_penalty: with beams, the power of the length by which a sum of log-probabilities is divided.
            Above 0 favours long texts, below 0 short ones.
        early_stopping: with beams, when to end. True: as soon as K texts have. False: when the best beam,
            were it to end now, would not be among them. "never": when it could not at any length.
        eos_token_id: the token or tokens that end a text. The model's own if None; with () no token does.
        generator: the source of randomness; torch's own if None.

    Raises:
        ValueError: an argument that does not fit the others or the model, prompts that are empty or leave no
            room in the context, or processors that leave no token to choose.
    """
    common = {
        "attention_mask": attention_mask,
        "processors": processors,
        "num_return_sequences": num_return_sequences,
        "eos_token_id": eos_token_id,
    }
    if num_beams != 1:
        if do_sample:
            raise ValueError(f"do_sample: got True with {num_beams} beams, which do not sample")
        how = {"length_penalty": length_penalty, "early_stopping": early_stopping}
        return beam_search(model, input_ids, max_new_tokens, num_beams, **how, **common)[0]
    if length_penalty != 1 or early_stopping:
        raise ValueError(
            f"num_beams: got 1 with length_penalty={length_penalty} and early_stopping={early_stopping!r}, "
            "which mean something to beams only; at least 2 is expected"
        )
    how = {"do_sample": do_sample, "generator": generator}
    new = torch.stack(list(stream(model, input_ids, max_new_tokens, **how, **common)), 1)  # (B · N, …)
    return torch.cat([input_ids.repeat_interleave(num_return_sequences, 0), new], 1)


# --- What the functions above expect --------------------------------------------------------------------


def _stop_tokens(eos_token_id: object, vocab_size: float = math.inf) -> list[int]:
    stops = [eos_token_id] if isinstance(eos_token_id, int) else eos_token_id
    if isinstance(stops, str) or not isinstance(stops, Sequence):
        raise ValueError(f"eos_token_id: got {eos_token_id!r}; an int or a list of ints is expected")
    for stop in stops:
        if not isinstance(stop, int) or isinstance(stop, bool) or not 0 <= stop < vocab_size:
            raise ValueError(f"eos_token_id: got {stop!r}; ints from 0 to below {vocab_size} are expected")
    return list(stops)


def _check(
    model: GPT,
    input_ids: object,
    max_new_tokens: object,
    attention_mask: object,
    processors: object,
    num_return_sequences: object,
    eos_token_id: object,
) -> Tensor:
    """The stop tokens, once all is well. What else can be wrong with the ids is the model's to say."""
    check_whole(max_new_tokens=max_new_tokens, num_return_sequences=num_return_sequences)
    shape = tuple(getattr(input_ids, "shape", ()))
    if not isinstance(input_ids, Tensor) or len(shape) != 2 or 0 in shape:
        what = f"shape {shape}" if isinstance(input_ids, Tensor) else type(input_ids).__name__
        raise ValueError(f"input_ids: got {what}; a tensor of ints (B, T), not empty, is expected")
    context = model.config.max_position_embeddings
    if shape[1] >= context:
        raise ValueError(f"input_ids: got {shape[1]} tokens; less than the context, {context}, is expected")
    if shape[1] + max_new_tokens > context:
        raise ValueError(
            f"max_new_tokens: got {max_new_tokens} after {shape[1]}; at most the context, {context}, "
            "is expected in all"
        )
    if attention_mask is not None:
        mask = attention_mask
        if not isinstance(mask, Tensor) or mask.shape != shape or not ((mask == 0) | (mask == 1)).all():
            raise ValueError(f"attention_mask: a tensor of 0 and 1, of shape {shape}, is expected")
        if not (mask[:, -1] == 1).all() or (mask[:, 1:] < mask[:, :-1]).any():
            raise ValueError(
                "attention_mask: got padding behind text; it is expected on the left, see pad_left"
            )
    if not isinstance(processors, Sequence) or not all(map(callable, processors)):
        raise ValueError(f"processors: got {processors!r}; a list of them is expected")
    own = model.config.eos_token_id
    if eos_token_id is None:
        eos_token_id = () if own is None else own
    stops = _stop_tokens(eos_token_id, model.config.vocab_size)
    return torch.tensor(stops, dtype=torch.long, device=input_ids.device)


def _check_beams(
    num_beams: object, num_return_sequences: int, length_penalty: object, early_stopping: object
) -> None:
    check_whole(num_beams=num_beams)
    if num_return_sequences > num_beams:
        raise ValueError(
            f"num_return_sequences: got {num_return_sequences}; at most the beams, {num_beams}, is expected"
        )
    if not isinstance(length_penalty, Real) or not math.isfinite(length_penalty):
        raise ValueError(f"length_penalty: got {length_penalty!r}; a finite number is expected")
    if early_stopping not in (True, False, "never"):
        raise ValueError(f'early_stopping: got {early_stopping!r}; True, False or "never" is expected')


def _nothing_left(step: int) -> ValueError:
    return ValueError(
        f"processors: got none of the vocabulary after {step} new tokens; one is expected to be left"
    )
