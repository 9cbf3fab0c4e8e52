"""BERT: an encoder that reads in both directions, trained to fill in hidden words and to tell what follows.

Follows Devlin et al. (2019); weights go to and from the BertModel of transformers. Leaves out whole-word
masking, the change from short to long texts in mid-training, and activations other than GELU.

Axes: B batch, T tokens, H heads, C width, V vocabulary.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from huggingface_hub.errors import StrictDataclassError
from torch import Tensor, nn
from transformers import BertConfig, BertForPreTraining, BertForSequenceClassification, BertModel

from utils import pretrained
from utils.attention import MultiHeadAttention, merge_heads, padding_mask, split_heads
from utils.blocks import Block
from utils.checks import check_ids, check_whole, describe

IGNORED = -100  # the label of a place that does not count, as in F.cross_entropy

# --- The model ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BERTConfig:
    """The sizes of a BERT; the defaults are those of bert-base-uncased, 110 million parameters.

    Raises:
        ValueError: a size that is no int of at least 1, heads that do not divide the width, `dropout` outside
            0 to below 1, or `layer_norm_eps` not above 0.
    """

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    dropout: float = 0.1
    layer_norm_eps: float = 1e-12

    def __post_init__(self) -> None:
        shares = ("dropout", "layer_norm_eps")
        check_whole(**{name: value for name, value in asdict(self).items() if name not in shares})
        if self.hidden_size % self.num_attention_heads:
            raise ValueError(
                f"num_attention_heads: got {self.num_attention_heads}; a divisor of hidden_size, "
                f"{self.hidden_size}, is expected"
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: got {self.dropout}; a number from 0 to below 1 is expected")
        if not self.layer_norm_eps > 0:
            raise ValueError(f"layer_norm_eps: got {self.layer_norm_eps}; a number above 0 is expected")

    @classmethod
    def from_hf(cls, config: BertConfig) -> "BERTConfig":
        """The same sizes out of a config of transformers.

        Raises:
            ValueError: it is no BERT's, or one with a part that ours has not.
        """
        wanted = {
            "model_type": "bert",
            "hidden_act": "gelu",
            "is_decoder": False,
            "add_cross_attention": False,
            "tie_word_embeddings": True,
            "attention_probs_dropout_prob": getattr(config, "hidden_dropout_prob", None),
        }
        for name, value in wanted.items():
            if getattr(config, name, value) != value:
                raise ValueError(f"config: got {name} = {getattr(config, name)!r}; {value!r} is expected")
        sizes = {name: getattr(config, name) for name in cls.__dataclass_fields__ if name != "dropout"}
        return cls(**sizes, dropout=config.hidden_dropout_prob)

    def to_hf(self, **more: object) -> BertConfig:
        """The same sizes as a config of transformers; `more` is handed on to it."""
        sizes = asdict(self)
        dropout = sizes.pop("dropout")
        return BertConfig(**sizes, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout, **more)


class SelfAttention(MultiHeadAttention):
    """`MultiHeadAttention` of the tokens to each other by torch's fused kernel, which keeps no weights."""

    def forward(
        self,
        hidden_states: Tensor,
        mask: Tensor | None = None,
        rotary: Callable[[Tensor], Tensor] | None = None,
    ) -> tuple[Tensor, None]:
        """(B, T, C) to (B, T, C) and None. `mask` and `rotary` as in `MultiHeadAttention`."""
        q = split_heads(self.q_proj(hidden_states), self.num_heads)  # (B, H, T, D)
        k = split_heads(self.k_proj(hidden_states), self.num_heads)  # (B, H, T, D)
        v = split_heads(self.v_proj(hidden_states), self.num_heads)  # (B, H, T, D)
        if rotary is not None:
            q, k = rotary(q), rotary(k)
        dropout_p = self.dropout if self.training else 0.0
        output = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout_p)
        return self.out_proj(merge_heads(output)), None  # (B, T, C)

    def weights(self, hidden_states: Tensor, mask: Tensor | None = None) -> Tensor:
        """The weights (B, H, T, T) of the same attention, computed the long way."""
        return super().forward(hidden_states, mask=mask)[1]


class BERTOutput(NamedTuple):
    """What `BERT` returns."""

    last_hidden_state: Tensor  # (B, T, C)
    pooler_output: Tensor  # (B, C)
    hidden_states: tuple[Tensor, ...] | None  # what went into the first block and came out of each, (B, T, C)
    attentions: tuple[Tensor, ...] | None  # the weights of each block, (B, H, T, T)


class BERT(nn.Module):
    """Token + position + segment, then post-norm blocks in which every token sees every other.

    Devlin et al. (2019), section 3.
    """

    def __init__(self, config: BERTConfig) -> None:
        super().__init__()
        C = config.hidden_size
        norm = partial(nn.LayerNorm, eps=config.layer_norm_eps)
        self.config = config
        self.word_embeddings = nn.Embedding(config.vocab_size, C)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, C)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, C)
        self.embedding_norm = norm(C)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(
            Block(C, config.num_attention_heads, config.intermediate_size, F.gelu, config.dropout, norm=norm)
            for _ in range(config.num_hidden_layers)
        )
        for block in self.blocks:
            block.attention = SelfAttention(C, config.num_attention_heads, config.dropout)
        self.pooler = nn.Linear(C, C)
        self.apply(_initialise)

    def embed(self, input_ids: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """(B, T) to (B, T, C): what each token is, where it stands, and in which of the two texts."""
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        words = self.word_embeddings(input_ids)  # (B, T, C)
        segments = self.token_type_embeddings(token_type_ids)  # (B, T, C)
        positions = self.position_embeddings.weight[: input_ids.shape[1]]  # (T, C)
        return self.dropout(self.embedding_norm(words + segments + positions))

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
    ) -> BERTOutput:
        """Ids to vectors that know their context.

        Args:
            input_ids: (B, T), T at most `max_position_embeddings`.
            attention_mask: (B, T), 1 for text and 0 for padding; all text if None.
            token_type_ids: (B, T), 0 for the first text and 1 for the second; all 0 if None.

        Raises:
            ValueError: ids that are no ints, empty, outside the vocabulary or too long; or a mask or segments
                of another shape.
        """
        _check_inputs(self.config, input_ids, attention_mask, token_type_ids)
        mask = None if attention_mask is None else padding_mask(attention_mask)  # (B, 1, 1, T)
        x = self.embed(input_ids, token_type_ids)  # (B, T, C)
        hidden_states, attentions = (x,) if output_hidden_states else (), ()
        for block in self.blocks:
            if output_attentions:
                attentions += (block.attention.weights(x, mask),)  # (B, H, T, T)
            x = block(x, mask)  # (B, T, C)
            if output_hidden_states:
                hidden_states += (x,)
        pooled = torch.tanh(self.pooler(x[:, 0]))  # (B, C), made of [CLS] alone
        return BERTOutput(
            last_hidden_state=x,
            pooler_output=pooled,
            hidden_states=hidden_states if output_hidden_states else None,
            attentions=attentions if output_attentions else None,
        )


# --- The heads ------------------------------------------------------------------------------------------


class PreTrainingOutput(NamedTuple):
    """What `BERTForPreTraining` returns."""

    loss: Tensor | None  # nats, the mean over hidden words plus the mean over pairs
    prediction_logits: Tensor  # (B, T, V)
    seq_relationship_logits: Tensor  # (B, 2), for "is next" and "is random"


class BERTForPreTraining(nn.Module):
    """BERT with its two tasks: which word was hidden here, and does the second text continue the first?

    Devlin et al. (2019), section 3.1. The words are scored with the table of embeddings itself.
    """

    def __init__(self, config: BERTConfig) -> None:
        super().__init__()
        self.config, self.bert = config, BERT(config)
        self.transform = nn.Linear(config.hidden_size, config.hidden_size)
        self.transform_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.word_bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.seq_relationship = nn.Linear(config.hidden_size, 2)
        for head in (self.transform, self.seq_relationship):
            _initialise(head)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        next_sentence_label: Tensor | None = None,
    ) -> PreTrainingOutput:
        """Logits, and the loss of the labels that are given.

        Args:
            labels: (B, T), the hidden words' ids, and −100 at all other places.
            next_sentence_label: (B,), 0 where the second text continues the first, 1 where it does not.

        Raises:
            ValueError: as `BERT`; or labels of another shape or value, or without a single hidden word.
        """
        x, pooled, *_ = self.bert(input_ids, attention_mask, token_type_ids)  # (B, T, C), (B, C)
        x = self.transform_norm(F.gelu(self.transform(x)))  # (B, T, C)
        prediction_logits = F.linear(x, self.bert.word_embeddings.weight, self.word_bias)  # (B, T, V)
        seq_relationship_logits = self.seq_relationship(pooled)  # (B, 2)
        losses = []
        if labels is not None:
            _check_labels("labels", labels, self.config.vocab_size, input_ids.shape)
            losses.append(F.cross_entropy(prediction_logits.flatten(0, 1), labels.flatten()))
        if next_sentence_label is not None:
            _check_labels("next_sentence_label", next_sentence_label, 2, input_ids.shape[:1])
            losses.append(F.cross_entropy(seq_relationship_logits, next_sentence_label))
        loss = sum(losses) if losses else None
        return PreTrainingOutput(loss, prediction_logits, seq_relationship_logits)


class ClassificationOutput(NamedTuple):
    """What `BERTForSequenceClassification` returns."""

    loss: Tensor | None  # nats a text
    logits: Tensor  # (B, num_labels)


class BERTForSequenceClassification(nn.Module):
    """A pretrained BERT with one fresh linear map on its pooled vector (Devlin et al. 2019, section 4.1)."""

    def __init__(self, bert: BERT, num_labels: int) -> None:
        super().__init__()
        if type(num_labels) is not int or num_labels < 2:
            raise ValueError(f"num_labels: got {num_labels!r}; an int of at least 2 is expected")
        self.config, self.bert = bert.config, bert
        self.dropout = nn.Dropout(bert.config.dropout)
        self.classifier = nn.Linear(bert.config.hidden_size, num_labels)
        _initialise(self.classifier)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
    ) -> ClassificationOutput:
        """Logits (B, num_labels), and the loss if there are `labels` (B,), the classes 0 to num_labels − 1.

        Raises:
            ValueError: as `BERT`; or labels of another shape or value.
        """
        pooled = self.bert(input_ids, attention_mask, token_type_ids).pooler_output  # (B, C)
        logits = self.classifier(self.dropout(pooled))  # (B, num_labels)
        if labels is None:
            return ClassificationOutput(None, logits)
        _check_labels("labels", labels, logits.shape[1], input_ids.shape[:1])
        return ClassificationOutput(F.cross_entropy(logits, labels), logits)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


# --- What it is trained on ------------------------------------------------------------------------------


def mask_tokens(
    input_ids: Tensor,
    special_tokens_mask: Tensor,
    vocab_size: int,
    mask_token_id: int,
    probability: float = 0.15,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Hide words: 15 % of the places are chosen; of these 80 % become [MASK], 10 % any word, 10 % stay.

    Devlin et al. (2019), section 3.1, task 1.

    Args:
        input_ids: (B, T), left as it is.
        special_tokens_mask: (B, T), true where a token is special and never chosen.
        probability: the share of the other places that is chosen, on average.

    Returns:
        The ids with words hidden (B, T), and the labels (B, T): the true id at each chosen place, else −100.

    Raises:
        ValueError: ids outside the vocabulary, a mask of another shape, or a probability outside 0 … 1.
    """
    check_ids("input_ids", input_ids, vocab_size)
    if not isinstance(special_tokens_mask, Tensor) or special_tokens_mask.shape != input_ids.shape:
        raise ValueError(
            f"special_tokens_mask: got {describe(special_tokens_mask)}; "
            f"a tensor of the shape of input_ids, {tuple(input_ids.shape)}, is expected"
        )
    if type(mask_token_id) is not int or not 0 <= mask_token_id < vocab_size:
        raise ValueError(f"mask_token_id: got {mask_token_id!r}; an int below {vocab_size} is expected")
    if not 0 <= probability <= 1:
        raise ValueError(f"probability: got {probability}; a number from 0 to 1 is expected")
    chosen = torch.rand(input_ids.shape, generator=generator) < probability  # (B, T)
    chosen = chosen & ~special_tokens_mask.bool()
    labels = input_ids.masked_fill(~chosen, IGNORED)
    dice = torch.rand(input_ids.shape, generator=generator)
    words = torch.randint(vocab_size, input_ids.shape, generator=generator)
    hidden = input_ids.masked_fill(chosen & (dice < 0.8), mask_token_id)
    return torch.where(chosen & (dice >= 0.9), words, hidden), labels


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, by its punctuation, quotation marks, capitals and ends of lines."""
    ends = r"""\s*\n\s*|(?:(?<=[.!?])|(?<=[.!?]["']))(?<!\bDr\.)\s+(?=["']?[A-Z0-9])"""
    return [sentence for sentence in re.split(ends, text.strip()) if sentence]


def nsp_pairs(pieces: Sequence[Sequence], seed: int) -> list[tuple[list, list, int]]:
    """For each piece a pair: its beginning, and its own rest (0) or, half of the time, another's rest (1).

    Devlin et al. (2019), section 3.1, task 2.

    Args:
        pieces: at least two, each a sequence of at least two sentences, as text or as ids.

    Returns:
        (first, second, next_sentence_label) for each piece, `first` and `second` lists of sentences.

    Raises:
        ValueError: fewer than two pieces, or a piece of fewer than two sentences.
    """
    if len(pieces) < 2:
        raise ValueError(f"pieces: got {len(pieces)}; at least two are expected, for pairs that do not match")
    for i, piece in enumerate(pieces):
        if isinstance(piece, str) or len(piece) < 2:
            raise ValueError(f"pieces: got {piece!r} at {i}; a list of at least two sentences is expected")
    draw, pairs = random.Random(seed), []
    for i, piece in enumerate(pieces):
        cut = draw.randrange(1, len(piece))
        second, label = piece[cut:], 0
        if draw.random() < 0.5:
            other = pieces[(i + draw.randrange(1, len(pieces))) % len(pieces)]
            second, label = other[draw.randrange(1, len(other)) :], 1
        pairs.append((list(piece[:cut]), list(second), label))
    return pairs


def truncate_pair(first: Sequence[int], second: Sequence[int], length: int) -> tuple[list[int], list[int]]:
    """At most `length` ids in all: the longer gives way, at the end that is far from where the two meet.

    Raises:
        ValueError: `length` below 2.
    """
    if length < 2:
        raise ValueError(f"length: got {length}; at least 2 is expected, one id for each of the two")
    kept = min(len(first), max(length - len(second), length // 2))
    return list(first[len(first) - kept :]), list(second[: length - kept])


def pair_ids(first: Sequence[int], second: Sequence[int], cls_token_id: int, sep_token_id: int) -> list[int]:
    """[CLS] first [SEP] second [SEP]."""
    return [cls_token_id, *first, sep_token_id, *second, sep_token_id]


def segment_ids(first: Sequence[int], second: Sequence[int]) -> list[int]:
    """For each id of `pair_ids`: 0 up to the first [SEP] inclusive, 1 behind it."""
    return [0] * (len(first) + 2) + [1] * (len(second) + 1)


def piece_ids(texts: Sequence[str], tokenizer) -> list[list[list[int]]]:
    """Each text of at least two sentences as a list of sentences, each a list of ids without specials."""
    pieces = [sentences for text in texts if len(sentences := split_sentences(text)) > 1]
    flat = [sentence for sentences in pieces for sentence in sentences]
    ids = iter(tokenizer(flat, add_special_tokens=False)["input_ids"] if flat else [])
    return [[next(ids) for _ in sentences] for sentences in pieces]


def pretraining_batch(
    pieces: Sequence[Sequence[Sequence[int]]], tokenizer, max_length: int, seed: int
) -> dict[str, Tensor]:
    """Both tasks on one pair for each piece: what `BERTForPreTraining` takes, padded to the longest pair.

    The same arguments give the same batch.

    Args:
        pieces: at least two, as `piece_ids` makes them.
        tokenizer: a tokenizer of transformers with the special tokens of BERT.
        max_length: the longest pair, with its three special tokens: at least 5.
    """
    rows, types, next_labels = [], [], []
    for first, second, label in nsp_pairs(pieces, seed):
        a, b = truncate_pair([*chain(*first)], [*chain(*second)], max_length - 3)
        rows.append(torch.tensor(pair_ids(a, b, tokenizer.cls_token_id, tokenizer.sep_token_id)))
        types.append(torch.tensor(segment_ids(a, b)))
        next_labels.append(label)
    input_ids = nn.utils.rnn.pad_sequence(rows, True, tokenizer.pad_token_id)  # (B, T)
    hidden, labels = mask_tokens(
        input_ids,
        torch.isin(input_ids, torch.tensor(tokenizer.all_special_ids)),
        len(tokenizer),
        tokenizer.mask_token_id,
        generator=torch.Generator().manual_seed(seed),
    )
    return {
        "input_ids": hidden,
        "attention_mask": (input_ids != tokenizer.pad_token_id).long(),
        "token_type_ids": nn.utils.rnn.pad_sequence(types, True, 0),
        "labels": labels,
        "next_sentence_label": torch.tensor(next_labels),
    }


def pretraining_batches(
    pieces: Sequence[Sequence[Sequence[int]]], tokenizer, batch_size: int, max_length: int, seed: int
) -> Callable[[int], dict[str, Tensor]]:
    """The function step → batch that `training.train` wants: `pretraining_batch` of pieces drawn anew.

    Raises:
        ValueError: fewer pieces than `batch_size`, or a `batch_size` below 2.
    """
    if not 2 <= batch_size <= len(pieces):
        raise ValueError(f"batch_size: got {batch_size}; from 2 to the {len(pieces)} pieces is expected")

    def batch(step: int) -> dict[str, Tensor]:
        draw = random.Random(f"{seed} {step}")
        return pretraining_batch(draw.sample(pieces, batch_size), tokenizer, max_length, draw.getrandbits(48))

    return batch


# --- To and from transformers ---------------------------------------------------------------------------

# What a part of the model is called here and there.
THEIR_NAMES = {
    "word_embeddings": "embeddings.word_embeddings",
    "position_embeddings": "embeddings.position_embeddings",
    "token_type_embeddings": "embeddings.token_type_embeddings",
    "embedding_norm": "embeddings.LayerNorm",
    "blocks": "encoder.layer",
    "attention.q_proj": "attention.self.query",
    "attention.k_proj": "attention.self.key",
    "attention.v_proj": "attention.self.value",
    "attention.out_proj": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "feed_forward.up": "intermediate.dense",
    "feed_forward.down": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
    "pooler": "pooler.dense",
    "transform": "cls.predictions.transform.dense",
    "transform_norm": "cls.predictions.transform.LayerNorm",
    "word_bias": "cls.predictions.bias",
    "seq_relationship": "cls.seq_relationship",
}
THEIR_CLASSES = {
    BERT: BertModel,
    BERTForPreTraining: BertForPreTraining,
    BERTForSequenceClassification: BertForSequenceClassification,
}


def from_hf(model: nn.Module) -> nn.Module:
    """Our model with the weights of a BertModel, BertForPreTraining or BertForSequenceClassification.

    Raises:
        ValueError: another kind of model, or another config (see `BERTConfig.from_hf`).
    """
    kind, config = type(model).__name__, getattr(model, "config", None)
    return _build(kind, config, model.state_dict()).train(model.training)


def to_hf(model: nn.Module) -> nn.Module:
    """The model of transformers with the weights of ours, the way back.

    Raises:
        ValueError: not one of this module's models.
    """
    config = _their_config(model)
    theirs = THEIR_CLASSES[type(model)](config)
    theirs.load_state_dict(_their_weights(model), strict=False)  # the tied ones stand there once
    return theirs.train(model.training)


def save(model: nn.Module, folder: str | Path, tokenizer=None) -> None:
    """Write the model, and its tokenizer, as transformers does: `AutoModel.from_pretrained(folder)` opens it.

    What was in `folder` stays until the new files are complete, see `pretrained.save_folder`.

    Raises:
        ValueError: not one of this module's models.
        OSError: the files cannot be written.
    """
    config, weights = _their_config(model), _their_weights(model)
    with pretrained.save_folder(folder) as new:
        config.save_pretrained(new)
        pretrained.save_weights(weights, new)
        if tokenizer is not None:
            tokenizer.save_pretrained(new)


def load(folder: str | Path) -> nn.Module:
    """The model that `save`, or transformers, wrote into `folder`, in float32 and ready to be used.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file is truncated or altered, or holds another kind of model or other sizes.
    """
    config, weights = pretrained.load_weights(folder)
    if config.get("model_type") != "bert" or len(config.get("architectures") or []) != 1:
        raise ValueError(f"{Path(folder) / 'config.json'} is not the config of a BERT")
    try:
        return _build(config["architectures"][0], BertConfig.from_dict(config), weights).eval()
    except (ValueError, StrictDataclassError) as error:
        raise ValueError(f"{folder}: {error}") from None


def _their_name(name: str) -> str:
    for ours, theirs in THEIR_NAMES.items():
        name = re.sub(rf"\b{re.escape(ours)}\b", theirs, name)
    return name


def _their_weights(model: nn.Module) -> dict[str, Tensor]:
    return {_their_name(name): tensor for name, tensor in model.state_dict().items()}


def _their_config(model: nn.Module) -> BertConfig:
    if type(model) not in THEIR_CLASSES:
        known = ", ".join(kind.__name__ for kind in THEIR_CLASSES)
        raise ValueError(f"model: got {type(model).__name__}; one of {known} is expected")
    config = model.config.to_hf(architectures=[THEIR_CLASSES[type(model)].__name__])
    if isinstance(model, BERTForSequenceClassification):
        config.num_labels = model.classifier.out_features
    return config


def _build(kind: str, config: BertConfig, weights: dict[str, Tensor]) -> nn.Module:
    """Our model for the class of transformers called `kind`."""
    kinds = {theirs.__name__: ours for ours, theirs in THEIR_CLASSES.items()}
    if kind not in kinds:
        raise ValueError(f"model: got {kind}; one of {', '.join(kinds)} is expected")
    ours = BERTConfig.from_hf(config)
    if kind == "BertForSequenceClassification":
        model = BERTForSequenceClassification(BERT(ours), config.num_labels)
    else:
        model = kinds[kind](ours)
    state = model.state_dict()
    for name, tensor in state.items():
        found = weights.get(_their_name(name))
        if found is None or found.shape != tensor.shape:
            got = "nothing" if found is None else f"shape {tuple(found.shape)}"
            wanted = f"shape {tuple(tensor.shape)}"
            raise ValueError(f"weights: got {got} for {_their_name(name)}; {wanted} is expected")
        state[name] = found
    known = {_their_name(name) for name in state}
    known |= {"cls.predictions.decoder.weight", "cls.predictions.decoder.bias"}  # tied
    if more := [n for n in weights if n not in known and not n.endswith("embeddings.position_ids")]:
        raise ValueError(f"weights: got {len(more)} that the config has no place for, such as {min(more)}")
    model.load_state_dict(state)
    return model


# --- What every function above expects ------------------------------------------------------------------


def _check_inputs(
    config: BERTConfig, input_ids: object, attention_mask: object, token_type_ids: object
) -> None:
    check_ids("input_ids", input_ids, config.vocab_size)
    if input_ids.shape[1] > config.max_position_embeddings:
        raise ValueError(
            f"input_ids: got {input_ids.shape[1]} tokens; at most {config.max_position_embeddings}, "
            "max_position_embeddings, are expected"
        )
    if attention_mask is not None:
        check_ids("attention_mask", attention_mask, 2, tuple(input_ids.shape))
    if token_type_ids is not None:
        check_ids("token_type_ids", token_type_ids, config.type_vocab_size, tuple(input_ids.shape))


def _check_labels(name: str, labels: object, size: int, shape: tuple[int, ...]) -> None:
    if not isinstance(labels, Tensor) or labels.dtype != torch.long or labels.shape != shape:
        raise ValueError(f"{name}: got {describe(labels)}; torch.int64 of shape {tuple(shape)} is expected")
    counted = labels[labels != IGNORED]
    if not len(counted):
        raise ValueError(f"{name}: got −100 only; at least one label that counts is expected")
    if counted.min() < 0 or counted.max() >= size:
        raise ValueError(f"{name}: got {counted.min()} to {counted.max()}; 0 to {size - 1} is expected")
