"""Our BERT equals that of transformers, both ways; hides words as its collator does; and names bad input."""

import json
import math
import random
from itertools import chain

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForPreTraining,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertForPreTraining,
    BertForSequenceClassification,
    BertModel,
    BertTokenizer,
    DataCollatorForLanguageModeling,
    pipeline,
)

from utils import bert, data, embeddings, pretrained, training

often = settings(max_examples=60, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [
    *SPECIAL,
    "the",
    "a",
    "baker",
    "king",
    "cat",
    "dog",
    "sat",
    "ran",
    "and",
    ".",
    ",",
    "to",
    "of",
    "is",
    "it",
]


def close(a, b, atol=1e-5):
    return a.shape == b.shape and torch.allclose(a, b, atol=atol, rtol=1e-5)


def randomise(model):
    """Norms start at 1 and 0: with other numbers a swapped or forgotten parameter shows."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return model.eval()


@st.composite
def configs(draw, **fixed):
    heads = draw(st.integers(1, 4))
    sizes = {
        "vocab_size": draw(st.integers(2, 40)),
        "hidden_size": heads * draw(st.integers(1, 6)),
        "num_hidden_layers": draw(st.integers(1, 3)),
        "num_attention_heads": heads,
        "intermediate_size": draw(st.integers(1, 20)),
        "max_position_embeddings": draw(st.integers(2, 12)),
        "type_vocab_size": draw(st.integers(1, 3)),
        "layer_norm_eps": draw(st.sampled_from([1e-12, 1e-5, 0.1])),
    }
    return bert.BERTConfig(**sizes | fixed)


def inputs(config, B, seed):
    """A random batch, with padding on the right, on the left and in between, but no row of padding alone."""
    torch.manual_seed(seed)
    T = int(torch.randint(1, config.max_position_embeddings + 1, ()))
    attention_mask = torch.randint(2, (B, T))
    attention_mask[torch.arange(B), torch.randint(T, (B,))] = 1
    return {
        "input_ids": torch.randint(config.vocab_size, (B, T)),
        "attention_mask": attention_mask,
        "token_type_ids": torch.randint(config.type_vocab_size, (B, T)),
    }


def some_labels(config, x, seed):
    torch.manual_seed(seed)
    B, T = x["input_ids"].shape
    labels = torch.randint(config.vocab_size, (B, T)).masked_fill(torch.rand(B, T) < 0.7, -100)
    labels[0, 0] = 0
    return {"labels": labels, "next_sentence_label": torch.randint(2, (B,))}


@pytest.fixture(scope="module")
def tokenizer():
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return BertTokenizer(tokenizer_object=tokenizer)


@pytest.fixture(scope="module")
def minilm():
    return pretrained.minilm()


def small(**sizes):
    settings = {
        "vocab_size": len(WORDS),
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 32,
    }
    return bert.BERTConfig(**settings | sizes)


# --- The same numbers as transformers ---


@often
@given(configs(), st.integers(1, 4), st.sampled_from(["eager", "sdpa"]), seeds)
def test_bert_equals_bertmodel(config, B, attention, seed):
    x = inputs(config, B, seed)
    theirs = randomise(BertModel._from_config(config.to_hf(), attn_implementation=attention))
    ours = bert.from_hf(theirs)
    eager = attention == "eager"  # sdpa has no weights to return
    with torch.no_grad():
        a = ours(**x, output_hidden_states=True, output_attentions=eager)
        b = theirs(**x, output_hidden_states=True, output_attentions=eager)
    assert close(a.last_hidden_state, b.last_hidden_state) and close(a.pooler_output, b.pooler_output)
    assert len(a.hidden_states) == len(b.hidden_states) == config.num_hidden_layers + 1
    assert all(map(close, a.hidden_states, b.hidden_states))
    if eager:
        assert len(a.attentions) == len(b.attentions) == config.num_hidden_layers
        assert all(map(close, a.attentions, b.attentions))
    alone = ours(x["input_ids"])  # without the options: no padding, all of the first text
    assert alone.hidden_states is None and alone.attentions is None
    assert close(alone.last_hidden_state, theirs(x["input_ids"]).last_hidden_state)


@often
@given(configs(), st.integers(1, 4), seeds)
def test_pretraining_equals_the_library_with_gradients(config, B, seed):
    x = inputs(config, B, seed)
    x |= some_labels(config, x, seed)
    theirs = randomise(BertForPreTraining(config.to_hf()))
    ours = bert.from_hf(theirs)
    a, b = ours(**x), theirs(**x)
    assert close(a.prediction_logits, b.prediction_logits)
    assert close(a.seq_relationship_logits, b.seq_relationship_logits)
    assert close(a.loss, b.loss)
    a.loss.backward()
    b.loss.backward()
    gradients = {bert._their_name(name): p.grad for name, p in ours.named_parameters()}
    for name, p in theirs.named_parameters():
        if name == "bert.embeddings.word_embeddings.weight":  # theirs keeps row 0 for padding out of it
            assert close(gradients[name][1:], p.grad[1:])
        else:
            assert close(gradients[name], p.grad), name


@often
@given(configs(), st.integers(1, 4), seeds)
def test_the_loss_of_one_task_alone(config, B, seed):
    x = inputs(config, B, seed)
    both = some_labels(config, x, seed)
    model = randomise(bert.BERTForPreTraining(config))
    words, pairs = (
        model(**x, labels=both["labels"]),
        model(**x, next_sentence_label=both["next_sentence_label"]),
    )
    assert close(words.loss + pairs.loss, model(**x, **both).loss)
    masked = BertForMaskedLM(config.to_hf()).eval()
    masked.load_state_dict(bert.to_hf(model).state_dict(), strict=False)
    assert close(words.loss, masked(**x, labels=both["labels"]).loss)
    assert model(**x).loss is None


@often
@given(configs(), st.integers(1, 4), st.integers(2, 5), seeds)
def test_classification_equals_the_library(config, B, num_labels, seed):
    x = inputs(config, B, seed)
    theirs = randomise(BertForSequenceClassification(config.to_hf(num_labels=num_labels)))
    ours = bert.from_hf(theirs)
    labels = torch.randint(num_labels, (B,))
    a, b = ours(**x, labels=labels), theirs(**x, labels=labels)
    assert close(a.logits, b.logits) and close(a.loss, b.loss) and ours(**x).loss is None


@often
@given(configs(), st.sampled_from([BertModel, BertForPreTraining, BertForSequenceClassification]), seeds)
def test_there_and_back_is_the_same(config, kind, seed):
    torch.manual_seed(seed)
    theirs = randomise(kind(config.to_hf(num_labels=3)))
    ours = bert.from_hf(theirs)
    again = bert.to_hf(ours)
    assert (
        type(again) is kind and again.config.num_labels == 3
        if kind is BertForSequenceClassification
        else True
    )
    before, after = theirs.state_dict(), again.state_dict()
    assert before.keys() == after.keys() and all(torch.equal(before[k], after[k]) for k in before)
    assert not any(
        p.data_ptr() == q.data_ptr() for p, q in zip(ours.parameters(), again.parameters(), strict=False)
    )
    assert ours.config == config == bert.BERTConfig.from_hf(again.config)
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())


def test_minilm_and_its_sentence_vectors(minilm):
    tokenizer, theirs = minilm
    ours = bert.from_hf(theirs)
    texts = ["A bank by the river.", "He put all his money into the bank, and slept well.", "", "Oslo"]
    x = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        a = ours(**x, output_hidden_states=True)
        b = theirs(**x, output_hidden_states=True)
        eager = pretrained.minilm("eager")[1](**x, output_attentions=True)
        weights = ours(**x, output_attentions=True).attentions
    assert all(map(close, a.hidden_states, b.hidden_states)) and close(a.pooler_output, b.pooler_output)
    assert all(map(close, weights, eager.attentions))
    from sentence_transformers import SentenceTransformer

    vectors = embeddings.normalize(embeddings.mean_pool(a.last_hidden_state, x["attention_mask"]))
    library = SentenceTransformer(pretrained.locate(pretrained.MINILM), device="cpu").encode(texts)
    assert close(vectors, torch.from_numpy(library))
    loaded = bert.load(pretrained.locate(pretrained.MINILM))
    assert all(torch.equal(p, q) for p, q in zip(loaded.parameters(), ours.parameters(), strict=True))


def test_padding_changes_nothing():
    model = randomise(bert.BERT(small()))
    x = torch.randint(5, len(WORDS), (2, 9))
    padded = torch.cat([x, torch.zeros(2, 4, dtype=torch.long)], dim=1)
    mask = torch.tensor([[1] * 9 + [0] * 4] * 2)
    alone, batch = model(x), model(padded, mask)
    assert close(alone.last_hidden_state, batch.last_hidden_state[:, :9])
    assert close(alone.pooler_output, batch.pooler_output)
    other = padded.clone()
    other[:, 9:] = 7
    assert close(model(other, mask).last_hidden_state[:, :9], alone.last_hidden_state)


def test_every_token_sees_both_sides():
    model = randomise(bert.BERT(small()))
    x = torch.randint(5, len(WORDS), (1, 6))
    for changed in (0, 5):
        y = x.clone()
        y[0, changed] = 5 + (x[0, changed] - 4) % 10
        difference = (model(x).last_hidden_state - model(y).last_hidden_state).abs().amax(-1)
        assert (difference > 1e-4).all()


# --- As it starts ---


def test_initial_weights_and_loss():
    torch.manual_seed(0)
    config = small(vocab_size=2000, hidden_size=64, num_attention_heads=4, intermediate_size=256)
    model = bert.BERTForPreTraining(config).eval()
    for name, p in model.named_parameters():
        if "norm" in name:
            assert torch.equal(p, torch.full_like(p, float(name.endswith("weight"))))
        elif p.dim() == 1:
            assert not p.any(), name
        elif p.numel() > 1000:
            assert p.std().item() == pytest.approx(0.02, rel=0.1) and abs(p.mean()) < 0.002, name
    x = inputs(config, 16, 0)
    loss = model(**x, **some_labels(config, x, 0)).loss.item()
    assert loss == pytest.approx(math.log(2000) + math.log(2), abs=0.1)


def test_dropout_in_training_only():
    torch.manual_seed(0)
    model = bert.BERT(small(dropout=0.3, hidden_size=64, max_position_embeddings=100))
    x = torch.randint(5, len(WORDS), (8, 100))
    assert (model.train().embed(x) == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)
    assert not close(model(x).last_hidden_state, model(x).last_hidden_state)
    kept = 1 / 0.7
    in_eval = model.eval().embed(x)
    assert close(model(x).last_hidden_state, model(x).last_hidden_state)
    torch.manual_seed(1)
    in_training = model.train().embed(x)
    assert close(in_training[in_training != 0], kept * in_eval[in_training != 0])
    torch.manual_seed(2)
    attention, values = model.blocks[0].attention, torch.randn(4, 50, 64)
    assert not close(attention.train()(values)[0], attention.eval()(values)[0])


# --- Hidden words ---


@often
@given(st.integers(1, 6), st.integers(1, 30), st.floats(0, 1), seeds)
def test_only_chosen_places_change(B, T, probability, seed):
    torch.manual_seed(seed)
    ids, special = torch.randint(40, (B, T)), torch.rand(B, T) < 0.3
    before = ids.clone()
    generator = torch.Generator().manual_seed(seed)
    hidden, labels = bert.mask_tokens(ids, special, 40, 4, probability, generator)
    assert torch.equal(ids, before) and hidden.dtype == labels.dtype == torch.long
    chosen = labels != -100
    assert not (chosen & special).any()
    assert torch.equal(labels[chosen], ids[chosen]) and torch.equal(hidden[~chosen], ids[~chosen])
    generator.manual_seed(seed)
    again = bert.mask_tokens(ids, special, 40, 4, probability, generator)
    assert torch.equal(hidden, again[0]) and torch.equal(labels, again[1])
    if probability == 1:
        assert torch.equal(chosen, ~special)


def shares(ids, special, hidden, labels, mask_id):
    """Of ordinary places, those chosen; of these, those that became [MASK], another word, the same word."""
    chosen = labels != -100
    masked, same = hidden == mask_id, hidden == ids
    assert not (chosen & special).any() and torch.equal(hidden[~chosen], ids[~chosen])
    n = chosen.sum().item()
    return [
        n / (~special).sum().item(),
        (chosen & masked).sum().item() / n,
        (chosen & ~masked & ~same).sum().item() / n,
        (chosen & same).sum().item() / n,
    ]


def test_the_proportions_are_those_of_the_collator(minilm):
    tokenizer, _ = minilm
    torch.manual_seed(0)
    V, mask_id = len(tokenizer), tokenizer.mask_token_id
    ids = torch.randint(1000, V, (2000, 256))
    ids[:, 0], ids[:, -1] = tokenizer.cls_token_id, tokenizer.sep_token_id
    ids[:, 200:250][torch.rand(2000, 50) < 0.5] = tokenizer.pad_token_id
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    generator = torch.Generator().manual_seed(1)
    ours = shares(ids, special, *bert.mask_tokens(ids, special, V, mask_id, generator=generator), mask_id)
    collator = DataCollatorForLanguageModeling(tokenizer, seed=1)
    theirs = shares(ids, special, *collator.torch_mask_tokens(ids.clone(), special.clone()), mask_id)
    places = (~special).sum().item()
    for got, library, wanted in zip(ours, theirs, [0.15, 0.8, 0.1, 0.1], strict=True):
        n = places if wanted == 0.15 else 0.15 * places
        error = math.sqrt(wanted * (1 - wanted) / n)
        assert abs(got - wanted) < 4 * error and abs(library - wanted) < 4 * error
        assert abs(got - library) < 5 * error


def test_random_words_are_any_words():
    ids = torch.full((100, 1000), 7)
    hidden, _ = bert.mask_tokens(ids, torch.zeros_like(ids), 40, 4, 1.0, torch.Generator().manual_seed(0))
    counts = torch.bincount(hidden.flatten(), minlength=40)
    others = [counts[i].item() for i in range(40) if i not in (4, 7)]
    expected = 0.1 * 100_000 / 40
    assert all(abs(n - expected) < 5 * math.sqrt(expected) for n in others)


# --- Pairs ---


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ('"Stop!" cried Ada. "Why?" Max asked.', ['"Stop!" cried Ada.', '"Why?"', "Max asked."]),
        ("Dr. David came. It is 3.5 miles.", ["Dr. David came.", "It is 3.5 miles."]),
        ("Title\nTake a bowl.\n\nServe.", ["Title", "Take a bowl.", "Serve."]),
        ("Well... he said. 7 came.", ["Well... he said.", "7 came."]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text, sentences):
    assert bert.split_sentences(text) == sentences


def test_sentences_lose_nothing_of_the_village():
    pieces = data.village("validation")
    for piece in pieces:
        assert "".join(" ".join(bert.split_sentences(piece.text)).split()) == "".join(piece.text.split())
    counts = [len(bert.split_sentences(piece.text)) for piece in pieces]
    assert sum(count > 1 for count in counts) > 0.95 * len(counts) and max(counts) < 60


@often
@given(st.lists(st.integers(2, 6), min_size=2, max_size=20), seeds)
def test_pairs_are_true_to_their_label(sizes, seed):
    pieces = [[(i, j) for j in range(n)] for i, n in enumerate(sizes)]
    pairs = bert.nsp_pairs(pieces, seed)
    assert len(pairs) == len(pieces) and pairs == bert.nsp_pairs(pieces, seed)
    for piece, (first, second, label) in zip(pieces, pairs, strict=True):
        assert first and second and first == piece[: len(first)] and len(first) < len(piece)
        if label == 0:
            assert first + second == piece
        else:
            other = pieces[second[0][0]]
            assert other is not piece and second == other[-len(second) :] and len(second) < len(other)


def test_half_the_pairs_match_and_cuts_vary():
    pieces = [[(i, j) for j in range(5)] for i in range(4000)]
    pairs = bert.nsp_pairs(pieces, 3)
    assert abs(sum(label for *_, label in pairs) - 2000) < 4 * math.sqrt(1000)
    for label in (0, 1):  # the lengths tell nothing
        cuts = [len(second) for _, second, is_random in pairs if is_random == label]
        assert all(abs(cuts.count(n) - len(cuts) / 4) < 5 * math.sqrt(len(cuts) / 4) for n in range(1, 5))
    assert bert.nsp_pairs(pieces, 4) != pairs


@often
@given(st.lists(st.integers(0, 9), max_size=20), st.lists(st.integers(0, 9), max_size=20), st.integers(2, 45))
def test_truncation_keeps_where_the_two_meet(first, second, length):
    a, b = bert.truncate_pair(first, second, length)
    assert len(a) + len(b) == min(length, len(first) + len(second))
    assert a == first[len(first) - len(a) :] and b == second[: len(b)]
    if (len(a), len(b)) != (len(first), len(second)):
        cut_both = len(a) < len(first) and len(b) < len(second)
        assert abs(len(a) - len(b)) <= 1 if cut_both else True
        assert len(a) >= min(len(first), length // 2) and len(b) >= min(len(second), length // 2)


def test_pairs_are_laid_out_as_the_tokenizer_does(minilm, tokenizer):
    for tok in (minilm[0], tokenizer):
        for first, second in [("The cat sat.", "It ran to the baker."), ("the", "?!")]:
            a, b = tok([first, second], add_special_tokens=False)["input_ids"]
            theirs = tok(first, second)
            assert bert.pair_ids(a, b, tok.cls_token_id, tok.sep_token_id) == theirs["input_ids"]
            assert bert.segment_ids(a, b) == theirs["token_type_ids"]


# --- Whole batches ---


@often
@given(st.integers(2, 8), st.integers(5, 30), seeds)
def test_a_batch_holds_the_pairs(tokenizer, B, max_length, seed):
    draw = random.Random(seed)
    sizes = [[draw.randint(1, 8) for _ in range(draw.randint(2, 5))] for _ in range(B)]
    pieces = [[draw.choices(range(5, len(WORDS)), k=n) for n in piece] for piece in sizes]
    batch = bert.pretraining_batch(pieces, tokenizer, max_length, seed)
    again = bert.pretraining_batch(pieces, tokenizer, max_length, seed)
    assert batch.keys() == again.keys() and all(torch.equal(batch[k], again[k]) for k in batch)
    T = batch["input_ids"].shape[1]
    assert batch["attention_mask"].sum(1).max() == T and max_length >= T
    true_ids = torch.where(batch["labels"] == -100, batch["input_ids"], batch["labels"])
    for i, (first, second, label) in enumerate(bert.nsp_pairs(pieces, seed)):
        a, b = bert.truncate_pair([*chain(*first)], [*chain(*second)], max_length - 3)
        n = len(a) + len(b) + 3
        assert true_ids[i, :n].tolist() == bert.pair_ids(a, b, 2, 3)
        assert batch["token_type_ids"][i].tolist() == bert.segment_ids(a, b) + [0] * (T - n)
        assert batch["attention_mask"][i].tolist() == [1] * n + [0] * (T - n)
        assert (true_ids[i, n:] == 0).all() and (batch["labels"][i, n:] == -100).all()
        assert batch["next_sentence_label"][i] == label
    hidden = batch["labels"] != -100
    assert not torch.isin(batch["labels"][hidden], torch.tensor(tokenizer.all_special_ids)).any()


def test_batches_are_a_function_of_the_step(tokenizer):
    texts = [
        f"The {a} sat. {b} ran to the {c}. The {a} ran." for a in WORDS[5:] for b in "AB" for c in WORDS[7:9]
    ]
    pieces = bert.piece_ids([*texts, "Only one sentence.", ""], tokenizer)
    assert len(pieces) == len(texts) and pieces[0][0] == tokenizer("The the sat.")["input_ids"][1:-1]
    batch, same = (bert.pretraining_batches(pieces, tokenizer, 8, 32, seed=5) for _ in range(2))
    other = bert.pretraining_batches(pieces, tokenizer, 8, 32, seed=6)
    first = batch(3)
    batch(4)
    assert all(torch.equal(first[k], batch(3)[k]) and torch.equal(first[k], same(3)[k]) for k in first)
    assert first["input_ids"].shape[0] == 8
    for else_ in (batch(4), other(3)):
        assert else_["input_ids"].shape != first["input_ids"].shape or not torch.equal(
            else_["input_ids"], first["input_ids"]
        )
    state = torch.random.get_rng_state()
    batch(5)
    assert torch.equal(state, torch.random.get_rng_state())  # the learner's own random numbers go on
    assert bert.piece_ids([], tokenizer) == []


def test_both_tasks_can_be_learnt(tokenizer):
    """Each piece is about one word, so that what follows, and most of what is hidden, can be told."""
    pieces = [[[word, word, word], [word, word], [word, word, word]] for word in range(5, len(WORDS))]
    torch.manual_seed(0)
    model = bert.BERTForPreTraining(small(hidden_size=32, intermediate_size=64, dropout=0.0))
    batch = bert.pretraining_batches(pieces, tokenizer, 15, 24, seed=0)
    training.train(model, batch, steps=250, learning_rate=3e-3, warmup_steps=20, progress=None)
    right, hidden_right = [], []
    for step in range(10_000, 10_020):
        x = batch(step)
        with torch.no_grad():
            output = model(**x)
        right.append(output.seq_relationship_logits.argmax(-1) == x["next_sentence_label"])
        hidden = x["labels"] != -100
        hidden_right.append((output.prediction_logits.argmax(-1) == x["labels"])[hidden])
    assert torch.cat(right).float().mean() > 0.85 and torch.cat(hidden_right).float().mean() > 0.7


# --- Folders ---


@pytest.mark.parametrize("kind", ["base", "pretraining", "classification"])
def test_what_is_saved_opens_everywhere(kind, tokenizer, tmp_path):
    torch.manual_seed(0)
    model = {
        "base": lambda: bert.BERT(small()),
        "pretraining": lambda: bert.BERTForPreTraining(small()),
        "classification": lambda: bert.BERTForSequenceClassification(bert.BERT(small()), 3),
    }[kind]()
    randomise(model)
    state = torch.random.get_rng_state()
    bert.save(model, tmp_path / "new" / "mine", tokenizer)
    assert torch.equal(state, torch.random.get_rng_state())
    folder = tmp_path / "new" / "mine"
    again = bert.load(folder)
    assert type(again) is type(model) and again.config == model.config and not again.training
    assert all(torch.equal(p, q) for p, q in zip(again.parameters(), model.parameters(), strict=True))
    tok = AutoTokenizer.from_pretrained(folder)
    x = tok(["the cat sat", "a dog"], ["the baker ran to the cat.", "."], padding=True, return_tensors="pt")
    x = {key: x[key] for key in ("input_ids", "attention_mask", "token_type_ids")}
    assert x["token_type_ids"].any()
    if kind == "base":
        theirs = AutoModel.from_pretrained(folder)
        assert close(theirs(**x).last_hidden_state, model(**x).last_hidden_state)
    elif kind == "classification":
        theirs = AutoModelForSequenceClassification.from_pretrained(folder)
        assert close(theirs(**x).logits, model(**x).logits)
    else:
        theirs = AutoModelForPreTraining.from_pretrained(folder)
        assert close(theirs(**x).seq_relationship_logits, model(**x).seq_relationship_logits)
        masked = AutoModelForMaskedLM.from_pretrained(folder)
        assert close(masked(**x).logits, model(**x).prediction_logits)
        found = pipeline("fill-mask", str(folder), top_k=3)("the [MASK] ran .")
        ids = tok("the [MASK] ran .", return_tensors="pt")
        best = model(**ids).prediction_logits[0, 2].softmax(-1).topk(3)
        assert [row["token"] for row in found] == best.indices.tolist()
        assert [row["score"] for row in found] == pytest.approx(best.values.tolist(), rel=1e-4)


def test_what_transformers_saved_loads(tmp_path):
    theirs = randomise(BertForPreTraining(small().to_hf()))
    theirs.half().save_pretrained(tmp_path / "half")
    ours = bert.load(tmp_path / "half")
    assert all(p.dtype == torch.float32 for p in ours.parameters())
    ids = torch.randint(5, len(WORDS), (2, 7))
    assert close(ours(ids).prediction_logits, theirs.float()(ids).prediction_logits)


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    bert.save(bert.BERTForPreTraining(small()), tmp_path / "model")
    return tmp_path / "model"


def test_a_disk_that_fills_up_at_the_tokenizer_leaves_what_was_there(folder):
    resource = pytest.importorskip("resource")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    tokenizer = AutoTokenizer.from_pretrained(pretrained.locate("tiny-bert"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # the weights are smaller
    try:
        with pytest.raises(OSError, match=r"model cannot be written \(.*\); what was there before is intact"):
            bert.save(bert.BERTForPreTraining(small()), folder, tokenizer)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_truncated_weights(folder, keep):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"model\.safetensors (is damaged|has \d+ bytes, but)"):
        bert.load(folder)


def test_any_altered_byte_is_noticed_or_harmless(folder):
    weights = folder / "model.safetensors"
    whole, before = weights.read_bytes(), bert.load(folder).state_dict()
    draw, noticed = random.Random(0), 0
    header = 8 + int.from_bytes(whole[:8], "little")
    places = [*draw.sample(range(header), 60), *draw.sample(range(header, len(whole)), 20)]
    for place in places:
        weights.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :]
        )
        try:
            after = bert.load(folder).state_dict()
        except ValueError as error:
            noticed += 1
            assert "model.safetensors" in str(error)
        else:  # as in the name of the format, or a blank
            assert place < header and all(torch.equal(before[k], after[k]) for k in before)
    assert noticed > 0.8 * len(places)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hidden_size": 16}, r"weights: got shape \(20, 8\) for bert\.embeddings\.word_embeddings"),
        ({"vocab_size": 21}, r"got shape \(20,\) for cls\.predictions\.bias; shape \(21,\)"),
        ({"num_hidden_layers": 3}, r"got nothing for bert\.encoder\.layer\.2"),
        ({"num_hidden_layers": 1}, r"weights: got 16 that the config has no place for, such as bert\.enc"),
        ({"intermediate_size": 17}, "intermediate"),
        ({"architectures": ["BertModel"]}, "got nothing for embeddings"),
        ({"architectures": ["BertForMaskedLM"]}, "got BertForMaskedLM; one of BertModel, "),
        ({"architectures": None}, "not the config of a BERT"),
        ({"model_type": "gpt2"}, "not the config of a BERT"),
        ({"hidden_act": "relu"}, "hidden_act = 'relu'; 'gelu' is expected"),
        ({"is_decoder": True}, "is_decoder"),
        ({"attention_probs_dropout_prob": 0.3}, "attention_probs_dropout_prob"),
        ({"num_attention_heads": 3}, "num_attention_heads"),
        ({"hidden_size": "many"}, "hidden_size"),
        ({"hidden_size": None}, "hidden_size"),
    ],
)
def test_a_checkpoint_of_another_config(folder, change, words):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(ValueError, match=words) as caught:
        bert.load(folder)
    assert str(folder) in str(caught.value)


def test_a_missing_or_broken_file(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"config\.json is missing"):
        bert.load(tmp_path / "nowhere")
    (folder / "config.json").write_text("[1, 2]")
    with pytest.raises(ValueError, match=r"config\.json"):
        bert.load(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is not valid JSON"):
        bert.load(folder)


def test_an_interrupt_while_saving_leaves_what_was_there(folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    class Stops:
        def save_pretrained(self, where):
            assert (where / "model.safetensors").exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bert.save(bert.BERT(small()), folder, Stops())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


# --- Bad input ---


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"input_ids": torch.ones(2, 33, dtype=torch.long)}, "input_ids: got 33 tokens; at most 32"),
        ({"input_ids": torch.full((2, 5), 20)}, "input_ids: got 20 to 20; 0 to 19"),
        ({"input_ids": torch.full((2, 5), -1)}, "input_ids: got -1 to -1"),
        ({"input_ids": torch.ones(2, 5)}, "input_ids: got shape .* of float32"),
        ({"input_ids": torch.ones(5, dtype=torch.long)}, r"input_ids: got shape \(5,\) of int64"),
        ({"input_ids": torch.ones(2, 0, dtype=torch.long)}, "input_ids"),
        ({"input_ids": [[1, 2]]}, "input_ids: got list"),
        ({"attention_mask": torch.ones(2, 4, dtype=torch.long)}, "attention_mask"),
        ({"attention_mask": torch.full((2, 5), 2)}, "attention_mask: got 2 to 2; 0 to 1"),
        ({"token_type_ids": torch.full((2, 5), 2)}, "token_type_ids: got 2 to 2; 0 to 1"),
        ({"token_type_ids": torch.ones(1, 5, dtype=torch.long)}, "token_type_ids"),
        ({"labels": torch.ones(2, 4, dtype=torch.long)}, r"labels: got shape \(2, 4\) of int64"),
        ({"labels": torch.ones(10, dtype=torch.long)}, "labels"),
        ({"labels": torch.ones(2, 5)}, "labels: got shape .* of float32"),
        ({"labels": torch.full((2, 5), 20)}, "labels: got 20 to 20; 0 to 19"),
        ({"labels": torch.full((2, 5), -1)}, "labels: got -1 to -1"),
        ({"labels": torch.full((2, 5), -100)}, "labels: got −100 only"),
        ({"next_sentence_label": torch.ones(2, 1, dtype=torch.long)}, "next_sentence_label"),
        ({"next_sentence_label": torch.tensor([0, 2])}, "next_sentence_label: got 0 to 2; 0 to 1"),
        ({"next_sentence_label": torch.tensor([True, False])}, "next_sentence_label: got shape .* of bool"),
    ],
)
def test_bad_input_is_named(change, words):
    model = bert.BERTForPreTraining(small())
    x = {"input_ids": torch.ones(2, 5, dtype=torch.long)} | change
    with pytest.raises(ValueError, match=words):
        model(**x)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vocab_size": 0}, "vocab_size: got 0; an int of at least 1"),
        ({"hidden_size": 8.0}, "hidden_size: got 8.0"),
        ({"num_hidden_layers": True}, "num_hidden_layers: got True"),
        ({"num_attention_heads": 3}, "num_attention_heads: got 3; a divisor of hidden_size, 8"),
        ({"dropout": 1.0}, "dropout: got 1.0"),
        ({"dropout": -0.1}, "dropout"),
        ({"layer_norm_eps": 0.0}, "layer_norm_eps"),
    ],
)
def test_bad_sizes_are_named(change, words):
    with pytest.raises(ValueError, match=words):
        small(**change)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bert.BERTForSequenceClassification(bert.BERT(small()), 1), "num_labels: got 1"),
        (lambda: bert.from_hf(torch.nn.Linear(2, 2)), "model: got Linear; one of BertModel"),
        (lambda: bert.to_hf(torch.nn.Linear(2, 2)), "model: got Linear; one of BERT, "),
        (lambda: bert.from_hf(BertModel(small().to_hf(), add_pooling_layer=False)), "nothing for pooler"),
        (lambda: bert.BERTConfig.from_hf(BertConfig(hidden_act="relu")), "hidden_act = 'relu'"),
        (lambda: bert.mask_tokens(torch.ones(2, 3), torch.ones(2, 3), 9, 4), "input_ids"),
        (lambda: bert.mask_tokens(torch.full((2, 3), 9), torch.ones(2, 3), 9, 4), "input_ids: got 9"),
        (lambda: bert.mask_tokens(torch.full((2, 3), 1), torch.ones(2, 2), 9, 4), "special_tokens_mask"),
        (
            lambda: bert.mask_tokens(torch.full((2, 3), 1), [[1] * 3] * 2, 9, 4),
            "special_tokens_mask: got list",
        ),
        (lambda: bert.mask_tokens(torch.full((2, 3), 1), torch.ones(2, 3), 9, 9), "mask_token_id: got 9"),
        (lambda: bert.mask_tokens(torch.full((2, 3), 1), torch.ones(2, 3), 9, None), "mask_token_id"),
        (
            lambda: bert.mask_tokens(torch.full((2, 3), 1), torch.ones(2, 3), 9, 4, 1.5),
            "probability: got 1.5",
        ),
        (lambda: bert.nsp_pairs([["A.", "B."]], 0), "pieces: got 1; at least two"),
        (lambda: bert.nsp_pairs([["A.", "B."], ["C."]], 0), "at 1; a list of at least two sentences"),
        (lambda: bert.nsp_pairs(["A. B.", "C. D."], 0), "'A. B.' at 0; a list"),
        (lambda: bert.truncate_pair([1], [2], 1), "length: got 1"),
        (lambda: bert.pretraining_batches([[[1], [2]]] * 3, None, 4, 32, 0), "batch_size: got 4; from 2 to"),
        (lambda: bert.pretraining_batches([[[1], [2]]] * 3, None, 1, 32, 0), "batch_size: got 1"),
    ],
)
def test_other_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
