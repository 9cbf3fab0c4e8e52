"""Every processor and every way to generate equals transformers', or differs where the docstring says so."""

import math
from functools import cache
from itertools import islice, product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.generation import logits_process as hf
from transformers.utils import logging

from utils import decoding, gpt
from utils.decoding import MinLength, MinP, NoRepeatNGram, RepetitionPenalty, Temperature, TopK, TopP

logging.set_verbosity_error()
often = settings(max_examples=25, deadline=None, derandomize=True)
rarely = settings(max_examples=8, deadline=None, derandomize=True)  # each runs transformers' `generate`
seeds = st.integers(0, 10_000)
NO_IDS = torch.zeros(1, 0, dtype=torch.long)
FRUITS = [0.5, 0.3, 0.1, 0.05, 0.05]


def distribution(probs, *processors):
    logits = torch.tensor([probs]).log()
    return decoding.process(processors, NO_IDS, logits).softmax(-1)[0].tolist()


@cache
def models(kind="gpt2", vocab_size=13):
    """A GPT that knows nothing but is sure of it, and the same in transformers."""
    torch.manual_seed(vocab_size)
    sizes = {"vocab_size": vocab_size, "max_position_embeddings": 32, "hidden_size": 16}
    layers = {"num_hidden_layers": 2, "num_attention_heads": 2}
    ours = gpt.GPT(getattr(gpt.GPTConfig, kind)(**sizes, **layers)).eval()
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.mul_(6 if parameter.dim() > 1 else 1)
    return ours, gpt.to_hf(ours).eval()


def prompts(seed, batch_size, padded, vocab_size=13):
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 7, (batch_size,), generator=generator).tolist()
    if not padded:
        lengths = [lengths[0]] * batch_size
    return decoding.pad_left(
        [torch.randint(1, vocab_size, (n,), generator=generator).tolist() for n in lengths]
    )


def same(ours, theirs):
    assert ours.tolist() == theirs.tolist()


# --- Worked numbers ---


@pytest.mark.parametrize(
    ("processors", "expected"),
    [
        ([TopK(2)], [0.625, 0.375, 0, 0, 0]),
        ([TopP(0.8)], [0.625, 0.375, 0, 0, 0]),
        ([TopK(3)], [0.5556, 0.3333, 0.1111, 0, 0]),
        ([TopP(0.9)], [0.5556, 0.3333, 0.1111, 0, 0]),
        ([Temperature(0.7)], [0.6035, 0.2909, 0.0606, 0.0225, 0.0225]),
        ([Temperature(1.5)], [0.4025, 0.2864, 0.1377, 0.0867, 0.0867]),
        ([Temperature(0.8), TopP(0.9)], [0.6018, 0.3178, 0.0805, 0, 0]),
        ([TopP(0.95)], [0.5263, 0.3158, 0.1053, 0.0526, 0]),
        ([TopP(0.91)], [0.5263, 0.3158, 0.1053, 0.0526, 0]),
        ([TopK(4)], [0.5263, 0.3158, 0.1053, 0.0526, 0]),
        ([MinP(0.2)], [0.5556, 0.3333, 0.1111, 0, 0]),
        ([MinP(0.1)], FRUITS),
        ([TopP(1), TopK(5), Temperature(1)], FRUITS),
    ],
)
def test_d1_five_fruits(processors, expected):
    assert distribution(FRUITS, *processors) == pytest.approx(expected, abs=5e-5)


def test_d1_order_matters():
    hot = distribution(FRUITS, Temperature(1.5), TopP(0.8))
    cold = distribution(FRUITS, TopP(0.8), Temperature(1.5))
    assert [sum(p > 0 for p in kept) for kept in (hot, cold)] == [3, 2]


def test_d2_four_fifths_of_five_equal_tokens_are_four():
    naive = [sum([0.2] * n) for n in range(1, 6)]
    assert distribution([0.2] * 5, TopP(0.8)) == pytest.approx([0.25] * 4 + [0])
    assert math.fsum([0.7] * 5) == 3.5 and naive[3] == pytest.approx(0.8)


@pytest.mark.parametrize(("size", "kept"), list(product([5, 10, 20, 40, 1000], [0.2, 0.4, 0.6, 0.8])))
def test_top_p_counts_equal_tokens_right(size, kept):
    probs = distribution([1 / size] * size, TopP(kept))
    assert sum(p > 0 for p in probs) == round(kept * size)


def test_d3_paris():
    capitals = [0.85, 0.05, 0.03, 0.02, 0.05]
    assert -math.log(distribution(capitals)[0]) == pytest.approx(0.163, abs=5e-4)
    assert distribution(capitals, TopP(0.8)) == [1, 0, 0, 0, 0]


# --- Processors beside transformers' ---


def close(ours, theirs):
    torch.testing.assert_close(ours.softmax(-1), theirs.softmax(-1), atol=1e-6, rtol=1e-5)


@often
@given(seeds, st.integers(1, 4), st.integers(2, 60), st.floats(0.05, 0.99), st.floats(0.1, 5.0))
def test_processors_equal_transformers(seed, B, V, p, temperature):
    torch.manual_seed(seed)
    logits, ids = 3 * torch.randn(B, V), torch.randint(V, (B, 12))
    k = 1 + seed % V
    for ours, theirs in [
        (Temperature(temperature), hf.TemperatureLogitsWarper(temperature)),
        (TopK(k), hf.TopKLogitsWarper(k)),
        (TopP(p), hf.TopPLogitsWarper(p)),
        (MinP(p), hf.MinPLogitsWarper(p)),
        (RepetitionPenalty(temperature), hf.RepetitionPenaltyLogitsProcessor(temperature)),
        (MinLength(13, 1), hf.MinLengthLogitsProcessor(13, 1)),
        (MinLength(13, [0, 1]), hf.MinLengthLogitsProcessor(13, [0, 1])) if V > 2 else (TopK(1),) * 2,
        (MinLength(12, 1), hf.MinLengthLogitsProcessor(12, 1)),
    ]:
        before = logits.clone()
        close(ours(ids, logits), theirs(ids, logits))
        assert logits.equal(before), f"{ours} changes its argument"


@often
@given(seeds, st.integers(1, 4), st.integers(2, 6), st.integers(1, 5), st.integers(0, 15))
def test_no_repeat_ngram_equals_transformers(seed, B, V, n, S):
    torch.manual_seed(seed)
    logits, ids = torch.randn(B, V), torch.randint(V, (B, S))
    theirs = hf.NoRepeatNGramLogitsProcessor(n)(ids, logits.clone()) if S else logits
    assert NoRepeatNGram(n)(ids, logits).equal(theirs)


def test_ties_where_transformers_differs():
    logits = torch.tensor([[0.2] * 5]).log()
    kept = [(f(NO_IDS, logits) > -math.inf).sum().item() for f in (TopK(2), hf.TopKLogitsWarper(2))]
    assert kept == [2, 5]
    logits = torch.tensor([FRUITS]).log()
    kept = [(f(NO_IDS, logits) > -math.inf).tolist()[0] for f in (TopP(0.91), hf.TopPLogitsWarper(0.91))]
    assert kept == [[True] * 4 + [False], [True] * 3 + [False, True]]


def test_padding_is_no_token():
    logits = torch.tensor([[1.0, -1.0, 2.0, 3.0]])
    padded = torch.tensor([[-1, -1, 1, 2, 1]])
    for processor in (RepetitionPenalty(2.0), NoRepeatNGram(1), NoRepeatNGram(2), NoRepeatNGram(4)):
        assert processor(padded, logits).equal(processor(padded[:, 2:], logits)), processor
    assert RepetitionPenalty(2.0)(padded, logits).tolist() == [[1.0, -2.0, 1.0, 3.0]]


def test_a_row_does_not_know_its_neighbours():
    torch.manual_seed(0)
    logits, ids = torch.randn(3, 9), torch.randint(9, (3, 8))
    for processor in [TopK(2), TopP(0.6), MinP(0.3), RepetitionPenalty(1.5), NoRepeatNGram(2)]:
        alone = torch.cat([processor(i, x) for i, x in zip(ids.split(1), logits.split(1), strict=True)])
        assert processor(ids, logits).equal(alone), processor


# --- `generate` beside transformers' ---


@rarely
@given(seeds, st.sampled_from(["gpt2", "llama"]), st.integers(1, 3), st.booleans())
def test_greedy_equals_transformers(seed, kind, B, padded):
    ours, theirs = models(kind)
    ids, mask = prompts(seed, B, padded)
    for processors, keywords in [
        ([], {}),
        ([RepetitionPenalty(1.7)], {"repetition_penalty": 1.7}),
        ([MinLength(ids.shape[1] + 5, 0)], {"min_new_tokens": 5}),
        ([], {"eos_token_id": [3, 5]}),
        *([] if padded else [([NoRepeatNGram(2)], {"no_repeat_ngram_size": 2})]),
    ]:
        stops = {"eos_token_id": keywords.get("eos_token_id")}
        mine = decoding.generate(ours, ids, 10, attention_mask=mask, processors=processors, **stops)
        if stops["eos_token_id"]:
            keywords = keywords | {"pad_token_id": 3}
        same(mine, theirs.generate(ids, attention_mask=mask, max_new_tokens=10, do_sample=False, **keywords))


@settings(rarely, max_examples=20)
@given(
    seeds,
    st.sampled_from([("gpt2", 13), ("llama", 13), ("gpt2", 40)]),
    st.integers(1, 3),
    st.integers(2, 5),
    st.sampled_from([1.0, 0.0, 0.5, 2.0, -1.0]),
    st.sampled_from([False, True, "never"]),
    st.sampled_from([0, 2, 3]),
    st.sampled_from([1.0, 1.3]),
)
def test_beams_equal_transformers(seed, which, B, K, length_penalty, early_stopping, n, penalty):
    ours, theirs = models(*which)
    ids, mask = prompts(seed, B, padded=not n)  # transformers takes padding for text when it bans n-grams
    keywords = {"num_beams": K, "num_return_sequences": 1 + seed % K, "early_stopping": early_stopping}
    keywords |= {"length_penalty": length_penalty, "attention_mask": mask, "max_new_tokens": 8}
    bans = {"no_repeat_ngram_size": n, "repetition_penalty": penalty}
    processors = [RepetitionPenalty(penalty), *([NoRepeatNGram(n)] if n else [])]
    mine = decoding.generate(ours, ids, processors=processors, **keywords)
    same(mine, theirs.generate(ids, do_sample=False, **bans, **keywords))


def test_beams_with_several_stop_tokens_equal_transformers():
    ours, theirs = models()
    ids, mask = prompts(1, 3, padded=True)
    keywords = {"attention_mask": mask, "max_new_tokens": 9, "eos_token_id": [3, 5, 7]}
    keywords |= {"num_beams": 3, "num_return_sequences": 3}
    mine = decoding.generate(ours, ids, **keywords)
    same(mine, theirs.generate(ids, do_sample=False, pad_token_id=3, **keywords))


def test_scores_of_beams_equal_transformers():
    ours, theirs = models()
    ids, _ = prompts(5, 2, padded=False)
    keywords = {"num_beams": 4, "num_return_sequences": 3, "length_penalty": 0.7}
    mine, scores = decoding.beam_search(ours, ids, 8, **keywords)
    output = theirs.generate(
        ids, max_new_tokens=8, do_sample=False, output_scores=True, return_dict_in_generate=True, **keywords
    )
    same(mine, output.sequences)
    torch.testing.assert_close(scores, output.sequences_scores)


@rarely
@given(seeds, st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_samples_equal_transformers_under_the_same_seed(seed, B, N, padded):
    ours, theirs = models()
    ids, mask = prompts(seed, B, padded)
    keywords = {"attention_mask": mask, "do_sample": True, "num_return_sequences": N, "max_new_tokens": 10}
    for processors, settings_ in [
        ([], {"top_k": 0}),
        ([Temperature(0.7), TopK(5), TopP(0.9)], {"temperature": 0.7, "top_k": 5, "top_p": 0.9}),
        ([Temperature(1.5), MinP(0.05)], {"temperature": 1.5, "top_k": 0, "min_p": 0.05}),
    ]:
        torch.manual_seed(seed)
        mine = decoding.generate(ours, ids, processors=processors, **keywords)
        torch.manual_seed(seed)
        same(mine, theirs.generate(ids, **settings_, **keywords))


# --- What holds without a library to compare with ---


def test_without_processors_it_is_gpts_greedy():
    model, _ = models()
    ids, _ = prompts(3, 2, padded=False)
    same(decoding.generate(model, ids, 12), gpt.greedy(model, ids, 12, eos_token_id=0))
    same(decoding.generate(model, ids, 12, eos_token_id=()), gpt.greedy(model, ids, 12))
    same(decoding.beam_search(model, ids, 12, 1)[0], decoding.generate(model, ids, 12))


def log_prob(model, ids, new):
    with torch.no_grad():
        log_probs = model(ids).logits.log_softmax(-1)[0, -new - 1 : -1]
    return log_probs.gather(1, ids[0, -new:, None]).sum().item()


def test_enough_beams_find_the_best_text_of_all():
    model, _ = models("gpt2", 4)
    prompt = torch.tensor([[1, 2]])
    every = [torch.tensor([[1, 2, *new]]) for new in product(range(4), repeat=3)]
    best = sorted((log_prob(model, ids, 3) for ids in every), reverse=True)
    texts, scores = decoding.beam_search(
        model, prompt, 3, 16, eos_token_id=(), length_penalty=0.0, num_return_sequences=5
    )
    assert scores.tolist() == pytest.approx(best[:5], abs=1e-4)
    assert [log_prob(model, text[None], 3) for text in texts] == pytest.approx(best[:5], abs=1e-4)


def test_beam_step():
    scores = torch.tensor([[0.5, 0.4]]).log()
    probs = torch.tensor([[[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]])
    best, beams, tokens = decoding.beam_step(scores, probs.log(), 3)
    assert best.exp().tolist()[0] == pytest.approx([0.32, 0.25, 0.15])
    assert (beams.tolist(), tokens.tolist()) == ([[1, 0, 0]], [[2, 0, 1]])


@pytest.mark.parametrize("keywords", [{}, {"num_beams": 3}], ids=["greedy", "beams"])
@pytest.mark.parametrize(
    "processors", [[], [RepetitionPenalty(1.5), NoRepeatNGram(2)]], ids=["plain", "bans"]
)
def test_padding_changes_nothing(keywords, processors):
    model, _ = models("llama")
    rows = [[4, 7, 4], [9], [2, 5, 11, 3, 8, 5]]
    ids, mask = decoding.pad_left(rows)
    assert mask.tolist()[1] == [0, 0, 0, 0, 0, 1] and ids[:, -1].tolist() == [4, 9, 5]
    keywords = keywords | {"processors": processors}
    together = decoding.generate(model, ids, 8, attention_mask=mask, eos_token_id=(), **keywords)
    for row, text in zip(rows, together, strict=True):
        alone = decoding.generate(model, torch.tensor([row]), 8, eos_token_id=(), **keywords)
        same(text[6:], alone[0, len(row) :])


def test_streaming_gives_the_same_tokens_one_by_one():
    model, _ = models()
    ids, mask = prompts(2, 3, padded=True)
    keywords = {"attention_mask": mask, "do_sample": True, "num_return_sequences": 2}
    torch.manual_seed(0)
    whole = decoding.generate(model, ids, 6, **keywords)
    torch.manual_seed(0)
    same(torch.stack(list(decoding.stream(model, ids, 6, **keywords)), 1), whole[:, ids.shape[1] :])
    assert len(list(islice(decoding.stream(model, ids, 20), 2))) == 2  # and no more are computed
    assert torch.is_grad_enabled()


def test_it_stops_when_all_have_ended_and_fills_up():
    model, _ = models()
    ids, _ = prompts(7, 4, padded=False)
    free = decoding.generate(model, ids, 20, eos_token_id=())[:, ids.shape[1] :]
    stops = sorted(set(free[:, 2].tolist()) | set(free[:, 4].tolist()))
    new = decoding.generate(model, ids, 20, eos_token_id=stops)[:, ids.shape[1] :]
    assert new.shape[1] <= 5
    for row, before in zip(new.tolist(), free.tolist(), strict=True):
        end = next(i for i, token in enumerate(before) if token in stops) + 1
        assert row == before[:end] + [stops[0]] * (len(row) - end)


def test_a_generator_leaves_torchs_randomness_alone():
    model, _ = models()
    state = torch.get_rng_state()
    texts = [
        decoding.generate(
            model, torch.tensor([[1]]), 12, do_sample=True, generator=torch.Generator().manual_seed(seed)
        ).tolist()
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2] and torch.get_rng_state().equal(state)


def test_samples_follow_the_distribution():
    model, _ = models()
    torch.manual_seed(0)
    n, ids, processors = 4000, torch.tensor([[1, 2]]), [Temperature(2.0), TopK(4)]
    new = decoding.generate(
        model, ids, 1, do_sample=True, num_return_sequences=n, processors=processors, eos_token_id=()
    )
    with torch.no_grad():
        probs = decoding.process(processors, ids, model(ids).logits[:, -1]).softmax(-1)[0]
    torch.testing.assert_close(new[:, -1].bincount(minlength=13) / n, probs, atol=0.03, rtol=0)


def test_the_context_can_be_filled():
    model, _ = models()
    assert decoding.generate(model, torch.tensor([[1] * 31]), 1).shape == (1, 32)
    assert decoding.generate(model, torch.tensor([[1]]), 31, eos_token_id=(), num_beams=2).shape == (1, 32)


# --- Bad input ---


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Temperature(0), "temperature: got 0; a number above 0 .*do_sample=False"),
        (lambda: Temperature(-1.0), "temperature: got -1.0"),
        (lambda: Temperature(math.nan), "temperature: got nan"),
        (lambda: Temperature(math.inf), "temperature: got inf"),
        (lambda: Temperature("hot"), "temperature: got 'hot'"),
        (lambda: TopK(0), "top_k: got 0"),
        (lambda: TopK(2.0), "top_k: got 2.0"),
        (lambda: TopK(True), "top_k: got True"),
        (lambda: TopK(6)(NO_IDS, torch.zeros(1, 5)), "top_k: got 6; at most the vocabulary, 5"),
        (lambda: TopP(0.0), "top_p: got 0.0; a number above 0 and at most 1"),
        (lambda: TopP(1.5), "top_p: got 1.5"),
        (lambda: TopP(math.nan), "top_p: got nan"),
        (lambda: MinP(0), "min_p: got 0"),
        (lambda: MinP(1.1), "min_p: got 1.1"),
        (lambda: RepetitionPenalty(0), "penalty: got 0"),
        (lambda: NoRepeatNGram(0), "ngram_size: got 0"),
        (lambda: MinLength(0, 0), "min_length: got 0"),
        (lambda: MinLength(3, "0"), "eos_token_id: got '0'"),
        (lambda: MinLength(3, [0, 9])(NO_IDS, torch.zeros(1, 5)), "eos_token_id: got 9"),
        (lambda: decoding.pad_left([]), "prompts: got lengths"),
        (lambda: decoding.pad_left([[1], []]), r"prompts: got lengths \[1, 0\]"),
    ],
)
def test_bad_processors(make, name):
    with pytest.raises(ValueError, match=name):
        make()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_ids": torch.zeros(1, 0, dtype=torch.long)}, r"input_ids: got shape \(1, 0\).*not empty"),
        ({"input_ids": [[1, 2]]}, "input_ids: got list"),
        ({"input_ids": torch.tensor([1, 2])}, r"input_ids: got shape \(2,\)"),
        ({"input_ids": torch.tensor([[1.0]])}, "input_ids: got shape .* of float32"),
        ({"input_ids": torch.tensor([[99]])}, "input_ids: got 99"),
        ({"input_ids": torch.ones(1, 32, dtype=torch.long)}, "input_ids: got 32 tokens; less than .* 32"),
        ({"max_new_tokens": 30}, "max_new_tokens: got 30 after 3; at most the context, 32"),
        ({"max_new_tokens": 0}, "max_new_tokens: got 0"),
        ({"num_beams": 0}, "num_beams: got 0"),
        ({"num_beams": -2}, "num_beams: got -2"),
        ({"num_beams": 1.5}, "num_beams: got 1.5"),
        ({"num_beams": 2, "num_return_sequences": 3}, "num_return_sequences: got 3; at most the beams, 2"),
        ({"num_return_sequences": 3}, "num_return_sequences: got 3 with greedy"),
        ({"num_return_sequences": 0, "do_sample": True}, "num_return_sequences: got 0"),
        ({"num_beams": 2, "do_sample": True}, "do_sample: got True with 2 beams"),
        ({"num_beams": 2, "length_penalty": math.inf}, "length_penalty: got inf"),
        ({"num_beams": 2, "early_stopping": "always"}, "early_stopping: got 'always'"),
        ({"length_penalty": 2.0}, "num_beams: got 1 with length_penalty=2.0"),
        ({"early_stopping": True}, "num_beams: got 1 with length_penalty=1.0 and early_stopping=True"),
        ({"eos_token_id": 13}, "eos_token_id: got 13"),
        ({"eos_token_id": 1.0}, "eos_token_id: got 1.0"),
        ({"processors": TopK(3)}, r"processors: got TopK\(top_k=3\); a list"),
        ({"processors": [TopK(14)]}, "top_k: got 14"),
        ({"attention_mask": torch.ones(1, 2)}, r"attention_mask: .*shape \(1, 3\)"),
        ({"attention_mask": torch.tensor([[1, 1, 2]])}, "attention_mask: a tensor of 0 and 1"),
        ({"attention_mask": torch.tensor([[1, 1, 0]])}, "attention_mask: got padding behind text"),
        ({"attention_mask": torch.tensor([[1, 0, 1]])}, "attention_mask: got padding behind text"),
        ({"attention_mask": torch.tensor([[0, 0, 0]])}, "attention_mask: got padding behind text"),
        ({"processors": [lambda i, x: x - math.inf]}, "processors: got none of the vocabulary after 0 new"),
        ({"processors": [lambda i, x: x - math.inf], "do_sample": True}, "processors: got none"),
        ({"processors": [lambda i, x: x - math.inf], "num_beams": 2}, "processors: got none"),
        ({"processors": [NoRepeatNGram(1)], "eos_token_id": ()}, "processors: got none .* after 10 new"),
    ],
)
def test_bad_input(changes, message):
    arguments = {"input_ids": torch.tensor([[1, 2, 3]]), "max_new_tokens": 12} | changes
    with pytest.raises(ValueError, match=message):
        decoding.generate(models()[0], **arguments)


def test_a_beam_that_is_stuck_dies_and_the_others_go_on():
    def stuck_after_a_four(input_ids, logits):
        return logits.masked_fill((input_ids[:, -1:] == 4), -math.inf)

    model, _ = models()
    texts, scores = decoding.beam_search(
        model, torch.tensor([[1, 2]]), 4, 3, processors=[stuck_after_a_four], eos_token_id=(),
        num_return_sequences=3,
    )  # fmt: skip
    assert scores.isfinite().all() and not (texts[:, 2:-1] == 4).any()
