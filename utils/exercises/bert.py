"""Exercises of notebook 05: segments, pooling, hidden words, pairs of texts, and the loss of a classifier."""

import math
import random
from itertools import pairwise
from numbers import Real

import torch
import torch.nn.functional as F
from torch import Tensor

from utils import bert, data, pretrained
from utils.exercise import Exercise, NotYet, expect_tensor, same

IGNORED = -100


def _tiny_bert() -> tuple[bert.BERTForPreTraining, dict[str, Tensor]]:
    """tiny-bert, and a batch of 64 pairs from validation pieces."""
    from transformers import AutoTokenizer

    folder = pretrained.locate("tiny-bert")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pieces = bert.piece_ids([piece.text for piece in data.village("validation")[:64]], tokenizer)
    return bert.load(folder), bert.pretraining_batch(pieces, tokenizer, 128, seed=0)


# --- 1. Segment ids ---


def segment_ids_solution(first, second):
    return [0] * (len(first) + 2) + [1] * (len(second) + 1)


def _no_specials(first, second):
    return [0] * len(first) + [1] * len(second)


def _one_separator(first, second):
    return [0] * (len(first) + 2) + [1] * len(second)


def _separator_opens(first, second):
    return [0] * (len(first) + 1) + [1] * (len(second) + 2)


def _last_separator_is_zero(first, second):
    return [0] * (len(first) + 2) + [1] * len(second) + [0]


def _from_one(first, second):
    return [1] * (len(first) + 2) + [2] * (len(second) + 1)


def _without_cls(first, second):
    return [0] * (len(first) + 1) + [1] * (len(second) + 1)


def _lengths_swapped(first, second):
    return [0] * (len(second) + 2) + [1] * (len(first) + 1)


def _all_zero(first, second):
    return [0] * (len(first) + len(second) + 3)


def _swapped(first, second):
    return [1] * (len(first) + 2) + [0] * (len(second) + 1)


SEGMENT_FAULTS = {
    _no_specials: "you count the two texts alone. [CLS] and both [SEP] get a segment id, too.",
    _one_separator: "the last id is missing: there is a [SEP] behind the second text, too.",
    _without_cls: "one id is missing: [CLS] has a segment, too. It opens the first text: 0.",
    _all_zero: "all is in segment 0. The second text and its [SEP] are in 1.",
    _lengths_swapped: "as many 0s as the second text needs, and 1s as the first: the lengths are exchanged.",
    _separator_opens: "your first [SEP] is in segment 1. It closes the first text, so it belongs to 0.",
    _last_separator_is_zero: "your last [SEP] is in segment 0. It closes the second text: 1.",
    _from_one: "your segments are 1 and 2. The table has two rows, 0 and 1.",
    _swapped: "your segments are swapped: the first text is 0, the second 1.",
}


def _check_segment_ids(answer):
    for m, n in [(6, 1), (3, 2), (1, 4), (2, 2)]:
        first, second = list(range(100, 100 + m)), list(range(200, 200 + n))
        expected, got = segment_ids_solution(first, second), _listed(answer(first, second))
        if got == expected:
            continue
        for fault, words in SEGMENT_FAULTS.items():
            if got == fault(first, second):
                raise NotYet(words)
        raise NotYet(f"[CLS], {m} tokens, [SEP], {n} tokens, [SEP] make {expected}; yours is {got}.")
    tokenizer, model = pretrained.minilm()
    texts = "The baker opens the door.", "Warm bread lies in the window."
    first, second = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts)
    batch = tokenizer(*texts, return_tensors="pt")
    if _listed(answer(first, second)) != batch["token_type_ids"][0].tolist():
        raise NotYet("on small inputs it is right, but MiniLM's tokenizer gives other segments to a pair.")
    with torch.no_grad():
        right = model(**batch).last_hidden_state
        batch["token_type_ids"] = torch.zeros_like(batch["token_type_ids"])
        moved = (model(**batch).last_hidden_state - right).abs().max().item()
    return (
        "The same segments as MiniLM's tokenizer gives to a pair. They matter: with zeros everywhere its "
        f"output moves by up to {moved:.1f}."
    )


def _listed(got: object) -> list:
    got = got.tolist() if hasattr(got, "tolist") else got
    if not isinstance(got, (list, tuple)):
        raise NotYet(f"a list of 0s and 1s is expected, not {type(got).__name__}.")
    return list(got)


segment_ids = Exercise(
    name="segment_ids",
    minutes=3,
    stars=1,
    check=_check_segment_ids,
    hints=[
        "Write down the whole row: [CLS] first [SEP] second [SEP].",
        "Everything up to the first [SEP], itself included, is 0: that is `len(first) + 2` tokens.",
        "`[0] * … + [1] * …`, and count the last [SEP] to the second text.",
    ],
    solution=segment_ids_solution,
    mistakes={
        _no_specials: "alone",
        _one_separator: "the last id is missing",
        _without_cls: "[CLS] has a segment",
        _lengths_swapped: "exchanged",
        _all_zero: "all is in segment 0",
        _separator_opens: "first [SEP] is in segment 1",
        _last_separator_is_zero: "last [SEP] is in segment 0",
        _from_one: "1 and 2",
        _swapped: "swapped",
    },
)


# --- 2. Pooling: [CLS] and the mean ---


def pool_solution(hidden_states, attention_mask):
    cls = hidden_states[:, 0]  # (B, C)
    mask = attention_mask[:, :, None]  # (B, T, 1)
    mean = (hidden_states * mask).sum(1) / mask.sum(1)  # (B, C)
    return cls, mean


def _averages_padding(hidden_states, attention_mask):
    return hidden_states[:, 0], hidden_states.mean(1)


def _divides_by_the_width(hidden_states, attention_mask):
    return hidden_states[:, 0], (hidden_states * attention_mask[:, :, None]).mean(1)


def _one_divisor(hidden_states, attention_mask):
    total = (hidden_states * attention_mask[:, :, None]).sum(1)
    return hidden_states[:, 0], total / attention_mask.sum() * len(hidden_states)


def _last_token(hidden_states, attention_mask):
    return hidden_states[:, -1], pool_solution(hidden_states, attention_mask)[1]


def _last_real_token(hidden_states, attention_mask):
    rows = torch.arange(len(hidden_states))
    return hidden_states[rows, attention_mask.sum(1) - 1], pool_solution(hidden_states, attention_mask)[1]


def _takes_the_maximum(hidden_states, attention_mask):
    hidden = hidden_states.masked_fill(attention_mask[:, :, None] == 0, -math.inf)
    return hidden_states[:, 0], hidden.amax(1)


def _sum_of_tokens(hidden_states, attention_mask):
    return hidden_states[:, 0], (hidden_states * attention_mask[:, :, None]).sum(1)


def _divides_by_all_tokens(hidden_states, attention_mask):
    return hidden_states[:, 0], (hidden_states * attention_mask[:, :, None]).sum(1) / attention_mask.sum()


def _maximum_with_padding(hidden_states, attention_mask):
    return hidden_states[:, 0], hidden_states.amax(1)


def _length_one(hidden_states, attention_mask):
    cls, mean = pool_solution(hidden_states, attention_mask)
    return cls, F.normalize(mean, dim=-1)


def _mean_without_specials(hidden_states, attention_mask):
    mask = attention_mask.clone()
    mask[:, 0] = 0
    mask[torch.arange(len(mask)), attention_mask.sum(1) - 1] = 0
    return hidden_states[:, 0], pool_solution(hidden_states, mask)[1]


def _mean_without_cls(hidden_states, attention_mask):
    mask = attention_mask.clone()
    mask[:, 0] = 0
    return hidden_states[:, 0], pool_solution(hidden_states, mask)[1]


def _other_order(hidden_states, attention_mask):
    return pool_solution(hidden_states, attention_mask)[::-1]


POOL_FAULTS = {
    _averages_padding: "your mean averages padding, too. Multiply by the mask; divide by the tokens of text.",
    _divides_by_the_width: "you leave out padding but divide by all T places, not by the sum of the mask.",
    _one_divisor: "you divide all texts by one number. Each has its own number of tokens.",
    _last_token: "you take the last place for [CLS]. It is the first, place 0.",
    _last_real_token: "you take the last token of the text, [SEP], for [CLS]. [CLS] is the first, place 0.",
    _takes_the_maximum: "your second vector is the maximum over the tokens; the mean is expected.",
    _sum_of_tokens: "your second vector is the sum of the tokens. Divide by how many they are.",
    _divides_by_all_tokens: "you divide each text by the tokens of all texts. Sum the mask over axis 1 only.",
    _maximum_with_padding: "your second vector is the maximum over the places, and padding is among them.",
    _length_one: "your mean is scaled to length 1. That comes later; the mean itself is expected.",
    _mean_without_specials: "your mean leaves out [CLS] and [SEP]. Their mask is 1, so they count.",
    _mean_without_cls: "your mean leaves out [CLS]. Its mask is 1, so it counts like the others.",
    _other_order: "the two are swapped: first [CLS], then the mean.",
}


def _check_pool(answer):
    for B, T, C in [(2, 5, 4), (3, 7, 3), (4, 6, 8)]:
        hidden_states = torch.randn(B, T, C)
        lengths = torch.tensor([3, T, 4, 3])[:B]
        attention_mask = (torch.arange(T) < lengths[:, None]).long()
        got = _pair(answer(hidden_states, attention_mask), (B, C))
        expected = pool_solution(hidden_states, attention_mask)
        if all(map(same, got, expected)):
            continue
        for fault, words in POOL_FAULTS.items():
            if all(map(same, got, fault(hidden_states, attention_mask))):
                raise NotYet(words)
        name = "[CLS] vector" if not same(got[0], expected[0]) else "mean"
        raise NotYet(f"your {name} is not what is expected for states of shape {(B, T, C)}.")
    tokenizer, model = pretrained.minilm()
    texts = ["A cat sleeps on the sofa.", "The kitten naps on the couch, as always.", "Stocks fell sharply."]
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        cls, mean = answer(model(**batch).last_hidden_state, batch["attention_mask"])
    gaps = [
        (F.cosine_similarity(v[0], v[1], dim=0) - F.cosine_similarity(v[0], v[2], dim=0)).item()
        for v in (cls, mean)
    ]
    return (
        "In MiniLM, two sentences about cats are closer to each other than to one about stocks by "
        f"{gaps[1]:.2f} with your means, by {gaps[0]:.2f} with your [CLS] vectors. It learnt with means."
    )


def _pair(got: object, shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise NotYet("two tensors are expected: the [CLS] vectors and the means.")
    return tuple(
        expect_tensor(one, shape, f"It is about your {name}.", torch.float32)
        for one, name in zip(got, ("[CLS] vectors", "means"), strict=True)
    )


pool = Exercise(
    name="pool",
    minutes=5,
    stars=1,
    check=_check_pool,
    hints=[
        "[CLS] is the token at place 0 of each text: `hidden_states[:, 0]`.",
        "For the mean, give the mask a third axis, `attention_mask[:, :, None]`, and multiply.",
        "Sum over axis 1 and divide by the sum of the mask over axis 1: each text has its own count.",
    ],
    solution=pool_solution,
    mistakes={
        _averages_padding: "averages padding",
        _divides_by_the_width: "divide by all T",
        _one_divisor: "by one number",
        _last_token: "the last place",
        _last_real_token: "[SEP], for [CLS]",
        _takes_the_maximum: "maximum",
        _sum_of_tokens: "is the sum",
        _divides_by_all_tokens: "the tokens of all texts",
        _maximum_with_padding: "padding is among them",
        _length_one: "length 1",
        _mean_without_specials: "[CLS] and [SEP]",
        _mean_without_cls: "leaves out [CLS]. Its",
        _other_order: "swapped",
    },
)


# --- 3. The loss of a classifier ---


def classification_loss_solution(pooled, weight, bias, labels):
    logits = pooled @ weight.T + bias  # (B, K)
    log_probs = logits.log_softmax(-1)  # (B, K)
    return -log_probs.gather(1, labels[:, None]).mean()


def _softmax_before(pooled, weight, bias, labels):
    return F.cross_entropy((pooled @ weight.T + bias).softmax(-1), labels)


def _log_softmax_of_softmax(pooled, weight, bias, labels):
    return F.nll_loss((pooled @ weight.T + bias).softmax(-1), labels)


def _no_bias(pooled, weight, bias, labels):
    return F.cross_entropy(pooled @ weight.T, labels)


def _sums(pooled, weight, bias, labels):
    return F.cross_entropy(pooled @ weight.T + bias, labels, reduction="sum")


def _tanh_on_logits(pooled, weight, bias, labels):
    return F.cross_entropy((pooled @ weight.T + bias).tanh(), labels)


def _each_class_alone(pooled, weight, bias, labels):
    logits = pooled @ weight.T + bias
    return F.binary_cross_entropy_with_logits(logits, F.one_hot(labels, logits.shape[1]).float())


def _takes_the_logit(pooled, weight, bias, labels):
    return F.nll_loss(pooled @ weight.T + bias, labels)


def _sigmoid_before(pooled, weight, bias, labels):
    return F.cross_entropy((pooled @ weight.T + bias).sigmoid(), labels)


def _divides_by_the_classes(pooled, weight, bias, labels):
    return classification_loss_solution(pooled, weight, bias, labels) / len(weight)


def _in_bits(pooled, weight, bias, labels):
    return classification_loss_solution(pooled, weight, bias, labels) / math.log(2)


def _second_tanh(pooled, weight, bias, labels):
    return classification_loss_solution(pooled.tanh(), weight, bias, labels)


def _one_loss_a_text(pooled, weight, bias, labels):
    return F.cross_entropy(pooled @ weight.T + bias, labels, reduction="none")


def _over_the_batch(pooled, weight, bias, labels):
    log_probs = (pooled @ weight.T + bias).log_softmax(0)
    return -log_probs.gather(1, labels[:, None]).mean()


def _log_of_softmax(pooled, weight, bias, labels):
    probabilities = (pooled @ weight.T + bias).softmax(-1)
    return -probabilities.gather(1, labels[:, None]).log().mean()


def _positive_log(pooled, weight, bias, labels):
    return -classification_loss_solution(pooled, weight, bias, labels)


CLASSIFICATION_FAULTS = {
    _softmax_before: "softmax is applied twice: cross-entropy takes logits and does its own. The loss can "
    "then never come near 0, and a sure mistake is hardly corrected.",
    _log_softmax_of_softmax: "you take the probability where its logarithm belongs: −log p, not −p.",
    _no_bias: "the bias is not added to the logits.",
    _sums: "you return the sum over the texts; their mean is expected.",
    _tanh_on_logits: "your logits go through tanh. The pooled vector has had its tanh; logits get none.",
    _each_class_alone: "you judge each class alone, by a sigmoid. The classes exclude each other: softmax.",
    _takes_the_logit: "you take the logit of the right class where the logarithm of its probability belongs: "
    "log_softmax first.",
    _sigmoid_before: "your logits go through a sigmoid. Cross-entropy does its own softmax.",
    _divides_by_the_classes: "your mean runs over the classes, too. Each text counts once.",
    _in_bits: "your logarithm has the base 2. The loss is in nats: the natural logarithm.",
    _second_tanh: "the pooled vector goes through tanh again. The pooler has done that.",
    _over_the_batch: "your softmax runs over the texts. It runs over the classes, the last axis.",
    _positive_log: "your loss is negative. It is −log p.",
}


def _check_classification_loss(answer):
    for B, C, K, scale in [(4, 6, 2, 1.0), (7, 5, 3, 2.0), (3, 8, 5, 0.3), (16, 4, 2, 100.0)]:
        pooled, weight, bias = torch.randn(B, C).tanh(), scale * torch.randn(K, C), torch.randn(K)
        labels = torch.randint(K, (B,))
        got = answer(pooled, weight, bias, labels)
        if isinstance(got, Tensor) and got.shape == (B,):
            raise NotYet("you return a loss for each text; their mean is expected, one number.")
        if isinstance(got, bool) or not isinstance(got, (Real, Tensor)):
            raise NotYet(f"the loss is one number; you returned {type(got).__name__}.")
        if scale == 100 and not torch.as_tensor(got).isfinite().all():
            raise NotYet(
                "for large logits your loss is inf or nan: a probability is rounded to 0, and has no "
                "logarithm. `log_softmax` takes the logarithm before it can be lost."
            )
        got = expect_tensor(got, (), "It is your loss.") if isinstance(got, Tensor) else got
        expected = classification_loss_solution(pooled, weight, bias, labels)
        got = torch.as_tensor(got, dtype=torch.float32)
        if same(got, expected):
            continue
        for fault, words in CLASSIFICATION_FAULTS.items():
            if same(got, fault(pooled, weight, bias, labels)):
                raise NotYet(words)
        raise NotYet(f"for {B} texts and {K} classes the loss is {expected:.4f}; yours is {got:.4f}.")
    model, batch = _tiny_bert()
    with torch.no_grad():
        pooled = model.bert(
            batch["input_ids"], batch["attention_mask"], batch["token_type_ids"]
        ).pooler_output
        head, labels = model.seq_relationship, batch["next_sentence_label"]
        theirs = F.cross_entropy(head(pooled), labels).item()
        yours = float(answer(pooled, head.weight, head.bias, labels))
    if not abs(theirs - yours) < 1e-4:
        raise NotYet(
            f"it is right on small inputs, but on tiny-bert's pairs it is {yours:.4f}, not {theirs:.4f}."
        )
    logits = torch.tensor([[8.0, 0.0]], requires_grad=True)  # sure, and wrong
    slopes = [
        torch.autograd.grad(F.cross_entropy(z, torch.tensor([1])), logits)[0][0, 1].abs().item()
        for z in (logits, logits.softmax(-1))
    ]
    return (
        f"On tiny-bert's head: |difference| {abs(theirs - yours):.0e}. A sure mistake (logits 8 and 0) has "
        f"the slope {slopes[0]:.2f}; with a second softmax it would be {slopes[1]:.4f}."
    )


classification_loss = Exercise(
    name="classification_loss",
    minutes=5,
    stars=2,
    check=_check_classification_loss,
    hints=[
        "The head is one linear map: `logits = pooled @ weight.T + bias`, a number for each class.",
        "The loss is −log of the probability of the right class, averaged over the texts.",
        "`F.cross_entropy(logits, labels)` does softmax, logarithm and mean at once, so give it the logits.",
    ],
    solution=classification_loss_solution,
    mistakes={
        _softmax_before: "applied twice",
        _log_softmax_of_softmax: "not −p",
        _no_bias: "bias is not added",
        _sums: "the sum over the texts",
        _tanh_on_logits: "logits go through tanh",
        _each_class_alone: "each class alone",
        _takes_the_logit: "log_softmax first",
        _sigmoid_before: "sigmoid. Cross-entropy",
        _divides_by_the_classes: "over the classes, too",
        _in_bits: "base 2",
        _second_tanh: "tanh again",
        _one_loss_a_text: "for each text",
        _over_the_batch: "runs over the texts",
        _log_of_softmax: "before it can be lost",
        _positive_log: "negative",
    },
)


# --- 4. Pairs of texts ---


def nsp_pairs_solution(pieces, seed):
    draw = random.Random(seed)
    pairs = []
    for i, piece in enumerate(pieces):
        cut = draw.randrange(1, len(piece))
        if draw.random() < 0.5:
            pairs.append((piece[:cut], piece[cut:], 0))
        else:
            other = pieces[(i + draw.randrange(1, len(pieces))) % len(pieces)]
            pairs.append((piece[:cut], other[draw.randrange(1, len(other)) :], 1))
    return pairs


def _negatives_from_the_same_piece(pieces, seed):
    draw, pairs = random.Random(seed), []
    for piece in pieces:
        cut, label = draw.randrange(1, len(piece)), draw.randrange(2)
        second = piece[draw.randrange(1, len(piece)) :] if label else piece[cut:]
        pairs.append((piece[:cut], second, label))
    return pairs


def _any_piece(pieces, seed):
    draw, pairs = random.Random(seed), []
    for piece in pieces:
        cut, label = draw.randrange(1, len(piece)), draw.randrange(2)
        other = draw.choice(pieces)
        second = other[draw.randrange(1, len(other)) :] if label else piece[cut:]
        pairs.append((piece[:cut], second, label))
    return pairs


def _labels_swapped(pieces, seed):
    return [(first, second, 1 - label) for first, second, label in nsp_pairs_solution(pieces, seed)]


def _always_next(pieces, seed):
    draw = random.Random(seed)
    return [(piece[:cut], piece[cut:], 0) for piece in pieces for cut in [draw.randrange(1, len(piece))]]


def _never_next(pieces, seed):
    return [(piece[:1], pieces[(i + 1) % len(pieces)][1:], 1) for i, piece in enumerate(pieces)]


def _in_turn(pieces, seed):
    pairs = zip(_always_next(pieces, seed), _never_next(pieces, seed), strict=True)
    return [pair[i % 2] for i, pair in enumerate(pairs)]


def _ignores_the_seed(pieces, seed):
    return nsp_pairs_solution(pieces, 0)


def _empty_half(pieces, seed):
    draw, pairs = random.Random(seed), []
    for i, piece in enumerate(pieces):
        cut, label = draw.randrange(0, len(piece) + 1), draw.randrange(2)
        other = pieces[(i + 1) % len(pieces)]
        pairs.append((piece[:cut], other[1:] if label else piece[cut:], label))
    return pairs


def _next_leaves_a_gap(pieces, seed):
    draw, pairs = random.Random(seed), []
    for i, piece in enumerate(pieces):
        cut, label = draw.randrange(1, len(piece)), draw.randrange(2)
        other = pieces[(i + 1) % len(pieces)]
        pairs.append((piece[:cut], other[1:] if label else piece[-1:], label))
    return pairs


def _one_sentence_next(pieces, seed):
    return [(a, b[:1], label) for a, b, label in nsp_pairs_solution(pieces, seed)]


def _one_sentence_of_others(pieces, seed):
    return [(a, b[:1] if label else b, label) for a, b, label in nsp_pairs_solution(pieces, seed)]


def _whole_other_piece(pieces, seed):
    pairs = nsp_pairs_solution(pieces, seed)
    return [(a, pieces[(i + 7) % len(pieces)] if y else b, y) for i, (a, b, y) in enumerate(pairs)]


def _one_place_to_cut(pieces, seed):
    draw, pairs = random.Random(seed), []
    for i, piece in enumerate(pieces):
        cut, label = len(piece) // 2, draw.randrange(2)
        other = pieces[(i + 1) % len(pieces)]
        pairs.append((piece[:cut], other[len(other) // 2 :] if label else piece[cut:], label))
    return pairs


def _begins_anew_for_each(pieces, seed):
    return [nsp_pairs_solution([p, pieces[i - 1]], seed)[0] for i, p in enumerate(pieces)]


def _check_nsp_pairs(answer):
    # Every sentence is different, so that one can tell where a text comes from.
    pieces = [[f"{i}.{j}" for j in range(2 + i % 5)] for i in range(300)]
    rounds = [_pairs(answer(pieces, seed), pieces) for seed in (1, 2)]
    if rounds[0] != _pairs(answer(pieces, 1), pieces):
        raise NotYet("the same seed gave other pairs. Draw everything from `random.Random(seed)`.")
    kinds = [_kind(pieces, i, *pair) for pairs in rounds for i, pair in enumerate(pairs)]
    for kind, words in {
        "empty": "a text is empty. Cut between two sentences.",
        "not its beginning": "the first text of a pair should be the beginning of its piece.",
        "gap": "a second text with the label 0 does not go on where the first one ends.",
        "mixed": "a second text is put together from several pieces.",
        "opening": "a second text with the label 1 is a piece from its very beginning. A true continuation "
        "never opens a piece, so the label could be told from that. Cut the other piece, too.",
        "short": "a second text with the label 0 ends before its piece does. It is the whole rest behind the "
        "cut, not a sentence of it.",
        "short other": "a second text from another piece ends before that piece does. Take its whole rest "
        "behind a cut, or the length tells the label.",
    }.items():
        if kind in kinds:
            raise NotYet(words)
    swapped = [kind for kind in kinds if kind in ("next as 1", "other as 0")]
    if len(swapped) > len(kinds) // 2:
        raise NotYet("your labels are swapped: 0 is for a text that goes on, 1 for one from another piece.")
    same = sum(kind in ("next as 1", "same piece as 1") for kind in kinds)
    if same > 30:
        raise NotYet(
            "the negatives come from the same piece. They speak of the same things, and some are true "
            "continuations: take them from another piece."
        )
    if same:
        raise NotYet(
            f"of {len(kinds)} pairs {same} with the label 1 come from the same piece by chance. "
            "Leave the piece itself out when you draw another."
        )
    negatives = [sum(label for *_, label in pairs) / len(pairs) for pairs in rounds]
    if sorted(negatives) == [0, 1]:
        raise NotYet(
            "all pairs of one seed have the same label. Make `random.Random(seed)` once, before the loop."
        )
    for share in negatives:
        if not 0.38 < share < 0.62:
            raise NotYet(f"half of the pairs should have the label 1; of yours, {share:.0%} have.")
    cuts = [len(first) for pairs in rounds for i, (first, *_) in enumerate(pairs) if len(pieces[i]) == 6]
    if len(set(cuts)) == 1:
        raise NotYet("a piece is always cut at the same place. Draw the place, too.")
    if rounds[0] == rounds[1]:
        raise NotYet("two seeds gave the same pairs. Draw from `random.Random(seed)`.")
    labels = [label for *_, label in rounds[0]]
    if all(a != b for a, b in pairwise(labels)):
        raise NotYet("your labels alternate: the place in the batch gives them away. Throw a coin for each.")
    model, batch = _tiny_bert()
    with torch.no_grad():
        logits = model(
            batch["input_ids"], batch["attention_mask"], batch["token_type_ids"]
        ).seq_relationship_logits
    right = (logits.argmax(-1) == batch["next_sentence_label"]).float().mean().item()
    return f"Pairs such as yours are what tiny-bert has learnt from: it tells {right:.0%} of 64 others right."


def _pairs(got: object, pieces: list[list[str]]) -> list[tuple[list, list, int]]:
    if not isinstance(got, list):
        raise NotYet(f"a list of pairs is expected, one for each piece; you returned {type(got).__name__}.")
    if len(got) != len(pieces):
        raise NotYet(f"one pair for each piece is expected: {len(pieces)}; you returned {len(got)}.")
    for pair in got:
        if not isinstance(pair, (tuple, list)) or len(pair) != 3:
            raise NotYet("each pair is (first, second, label), two lists of sentences and 0 or 1.")
        if not all(isinstance(text, list) for text in pair[:2]) or pair[2] not in (0, 1):
            raise NotYet("each pair is (first, second, label), two lists of sentences and 0 or 1.")
    return [tuple(pair) for pair in got]


def _kind(pieces: list[list[str]], i: int, first: list[str], second: list[str], label: int) -> str:
    if not first or not second:
        return "empty"
    if first != pieces[i][: len(first)]:
        return "not its beginning"
    sources = {int(sentence.split(".")[0]) for sentence in second}
    if len(sources) > 1:
        return "mixed"
    source = sources.pop()
    if source == i:
        rest = pieces[i][len(first) :]
        if second == rest:
            return "next as 1" if label else "next"
        if label:
            return "same piece as 1"
        return "short" if second == rest[: len(second)] else "gap"
    if not label:
        return "other as 0"
    if second[0].endswith(".0"):
        return "opening"
    return "other" if second == pieces[source][-len(second) :] else "short other"


nsp_pairs = Exercise(
    name="nsp_pairs",
    minutes=10,
    stars=2,
    check=_check_nsp_pairs,
    hints=[
        "`draw = random.Random(seed)`, then for each piece a place to cut: `draw.randrange(1, len(piece))`.",
        "Toss a coin, `draw.random() < 0.5`: either `piece[cut:]` and 0, or the end of another piece and 1.",
        "Another piece than number i: `pieces[(i + draw.randrange(1, len(pieces))) % len(pieces)]`.",
    ],
    solution=nsp_pairs_solution,
    mistakes={
        _negatives_from_the_same_piece: "come from the same piece. They",
        _any_piece: "by chance",
        _labels_swapped: "swapped",
        _always_next: "0% have",
        _never_next: "100% have",
        _in_turn: "alternate",
        _ignores_the_seed: "two seeds gave",
        _empty_half: "is empty",
        _next_leaves_a_gap: "does not go on",
        _whole_other_piece: "from its very beginning",
        _one_sentence_next: "not a sentence of it",
        _one_sentence_of_others: "the length tells the label",
        _one_place_to_cut: "at the same place",
        _begins_anew_for_each: "before the loop",
    },
)


# --- 5. Hidden words ---


def mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    chosen = (torch.rand(input_ids.shape) < 0.15) & ~special_tokens_mask.bool()  # (B, T)
    labels = torch.where(chosen, input_ids, -100)
    dice = torch.rand(input_ids.shape)
    hidden = torch.where(chosen & (dice < 0.8), mask_token_id, input_ids)
    words = torch.randint(vocab_size, input_ids.shape)
    hidden = torch.where(chosen & (dice >= 0.9), words, hidden)
    return hidden, labels


def _labels_everywhere(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    return mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)[
        0
    ], input_ids.clone()


def _labels_zero(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    hidden, labels = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    return hidden, labels.masked_fill(labels == IGNORED, 0)


def _labels_of_masks_only(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    hidden, _ = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    return hidden, torch.where(hidden == mask_token_id, input_ids, IGNORED)


def _labels_after_hiding(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    hidden, labels = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    return hidden, torch.where(labels == IGNORED, IGNORED, hidden)


def _always_mask(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    _, labels = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    return torch.where(labels == IGNORED, input_ids, mask_token_id), labels


def _masks_specials(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    return mask_tokens_solution(input_ids, special_tokens_mask * 0, vocab_size, mask_token_id)


def _none_kept(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    _, labels = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    words = torch.randint(vocab_size, input_ids.shape)
    new = torch.where(torch.rand(input_ids.shape) < 0.8, mask_token_id, words)
    return torch.where(labels == IGNORED, input_ids, new), labels


def _none_random(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    _, labels = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    masked = (labels != IGNORED) & (torch.rand(input_ids.shape) < 0.8)
    return torch.where(masked, mask_token_id, input_ids), labels


def _share_the_rest(input_ids, special_tokens_mask, vocab_size, mask_token_id, random_from):
    """The rest after the 80 % is split by a throw of its own: random from `random_from` on."""
    _, labels = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    masked, random_ones = torch.rand(input_ids.shape) < 0.8, torch.rand(input_ids.shape) >= random_from
    words = torch.where(random_ones, torch.randint(vocab_size, input_ids.shape), input_ids)
    return torch.where(labels == IGNORED, input_ids, torch.where(masked, mask_token_id, words)), labels


def _a_tenth_of_the_rest_random(*inputs):
    return _share_the_rest(*inputs, random_from=0.9)


def _a_tenth_of_the_rest_kept(*inputs):
    return _share_the_rest(*inputs, random_from=0.1)


def _one_random_word(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    hidden, labels = mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)
    random_places = (hidden != input_ids) & (hidden != mask_token_id)
    return torch.where(random_places, vocab_size // 2, hidden), labels


def _same_places_in_each_row(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    chosen = (torch.rand(input_ids.shape[1]) < 0.15) & ~special_tokens_mask.bool()
    dice, words = torch.rand(input_ids.shape), torch.randint(vocab_size, input_ids.shape)
    hidden = torch.where(chosen & (dice < 0.8), mask_token_id, input_ids)
    return torch.where(chosen & (dice >= 0.9), words, hidden), torch.where(chosen, input_ids, IGNORED)


def _all_places(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    chosen = ~special_tokens_mask.bool()
    dice, words = torch.rand(input_ids.shape), torch.randint(vocab_size, input_ids.shape)
    hidden = torch.where(chosen & (dice < 0.8 * 0.15), mask_token_id, input_ids)
    return torch.where(chosen & (dice >= 1 - 0.015), words, hidden), torch.where(chosen, input_ids, IGNORED)


def _none_chosen(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    return input_ids.clone(), torch.full_like(input_ids, IGNORED)


def _outputs_swapped(input_ids, special_tokens_mask, vocab_size, mask_token_id):
    return mask_tokens_solution(input_ids, special_tokens_mask, vocab_size, mask_token_id)[::-1]


def _check_mask_tokens(answer):
    for (B, T), V in [((48, 200), 2048), ((96, 128), 500)]:
        mask_token_id = 4
        input_ids = torch.randint(5, V, (B, T))
        input_ids[:, 0], input_ids[:, -1] = 2, 3
        special_tokens_mask = (input_ids < 5).long()
        _judge(answer(input_ids, special_tokens_mask, V, mask_token_id), input_ids, V, mask_token_id)
    model, batch = _tiny_bert()
    ids = torch.where(batch["labels"] == IGNORED, batch["input_ids"], batch["labels"])
    hidden, labels = answer(ids, (ids < 5).long(), model.config.vocab_size, 4)
    with torch.no_grad():
        logits = model(hidden, batch["attention_mask"], batch["token_type_ids"]).prediction_logits
    counted = labels != IGNORED
    share = (logits.argmax(-1) == labels)[counted].float().mean().item()
    return (
        f"Of the {counted.sum().item()} words that you hid in 64 pieces of the village, tiny-bert finds "
        f"{share:.0%}. It must look at every word with suspicion: one that stands there may be random."
    )


def _judge(got: object, input_ids: Tensor, vocab_size: int, mask_token_id: int) -> None:
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        raise NotYet("two tensors are expected: the ids with words hidden, and the labels.")
    hidden, labels = (
        expect_tensor(one, input_ids.shape, f"It is about your {name}.", torch.long)
        for one, name in zip(got, ("ids", "labels"), strict=True)
    )
    special, counts, changed = input_ids < 5, labels != IGNORED, hidden != input_ids
    if (hidden == IGNORED).any():
        raise NotYet("the two are swapped: first the ids with words hidden, then the labels.")
    if not counts.any():
        raise NotYet("no word is chosen: all labels are -100.")
    if counts.all() and (labels == 0).any():
        raise NotYet("places that do not count have the label 0, but 0 is a token. Their label is -100.")
    if counts.all():
        raise NotYet("every place has a label, also those you did not choose. Their labels are -100.")
    if (changed & special).any() or (counts & special).any():
        raise NotYet("you hide special tokens. [CLS], [SEP] and [PAD] are never chosen.")
    if (changed & ~counts).any():
        if not (counts & (hidden != mask_token_id)).any():
            raise NotYet(
                "only the places with [MASK] have a label. The random words and those left as they are were "
                "chosen, too."
            )
        raise NotYet("a word was changed where the label is -100. What is changed has a label.")
    if (labels != input_ids)[counts].any():
        raise NotYet("your labels hold what stands there now. The label is the true word of before.")
    words = (~special).sum().item()
    share = counts.sum().item() / words
    if share > 0.9:
        raise NotYet("every word is chosen, and has a label. Choose 15 % of them, then throw dice there.")
    if counts.equal(counts[:1].expand_as(counts)):
        raise NotYet("every text has the same places hidden. Throw the dice for each place of each text.")
    if not 0.13 < share < 0.17:
        raise NotYet(f"15 % of the words should be chosen; you chose {share:.1%}.")
    chosen = hidden[counts]
    masked = (chosen == mask_token_id).float().mean().item()
    kept = (chosen == labels[counts]).float().mean().item()
    other = 1 - masked - kept
    if masked > 0.97:
        raise NotYet(
            "all chosen words become [MASK]. 80 % do; 10 % become a random word, 10 % stay. Throw a second "
            "time for that: a throw that was below 0.15 is below 0.8, too."
        )
    if kept < 0.005:
        raise NotYet("no chosen word stays as it is. 10 % do, and still have a label.")
    if other < 0.005:
        raise NotYet("no chosen word becomes a random one. 10 % do.")
    if 0.75 < masked < 0.85 and min(kept, other) < 0.04:
        raise NotYet(
            f"of the chosen words, {other:.0%} become a random word and {kept:.0%} stay. Each should be a "
            "tenth of all that are chosen, which is half of what the [MASK]s leave."
        )
    if not (0.75 < masked < 0.85 and 0.06 < kept < 0.14 and 0.06 < other < 0.14):
        raise NotYet(
            f"of the chosen words, {masked:.0%} become [MASK], {other:.0%} a random word, {kept:.0%} stay; "
            "80, 10 and 10 % are expected."
        )
    random_words = chosen[(chosen != mask_token_id) & (chosen != labels[counts])]
    if len(random_words.unique()) < len(random_words) // 4:
        raise NotYet("your random words are always the same few. Draw one for each place.")


mask_tokens = Exercise(
    name="mask_tokens",
    minutes=12,
    stars=3,
    check=_check_mask_tokens,
    hints=[
        "`chosen = (torch.rand(input_ids.shape) < 0.15) & ~special_tokens_mask.bool()`; the labels are the "
        "ids there and -100 elsewhere.",
        "A second throw, `dice = torch.rand(input_ids.shape)`, decides what becomes of a chosen word: below "
        "0.8 [MASK], from 0.9 on a random word, else it stays.",
        "`torch.where(chosen & (dice < 0.8), mask_token_id, input_ids)`, and once more with "
        "`torch.randint(vocab_size, input_ids.shape)`.",
    ],
    solution=mask_tokens_solution,
    mistakes={
        _labels_everywhere: "every place has a label",
        _labels_zero: "the label 0",
        _labels_of_masks_only: "only the places with [MASK]",
        _labels_after_hiding: "what stands there now",
        _always_mask: "all chosen words become [MASK]",
        _masks_specials: "special tokens",
        _none_kept: "stays as it is",
        _none_random: "becomes a random one",
        _a_tenth_of_the_rest_random: "half of what the [MASK]s leave",
        _a_tenth_of_the_rest_kept: "half of what the [MASK]s leave",
        _one_random_word: "the same few",
        _same_places_in_each_row: "the same places",
        _all_places: "every word is chosen",
        _none_chosen: "no word is chosen",
        _outputs_swapped: "swapped",
    },
)
