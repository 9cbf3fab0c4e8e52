"""tiny-bert: BERT's architecture with 3.9 million parameters, trained on the village's two tasks."""

import random
import shutil
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import islice, pairwise

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor
from transformers import BertTokenizer

from data.models import DEVICE, HERE, PRECISION, VOCAB_SIZE, WORK, fresh, write_card
from utils import bert, data, training
from utils.course import SEED

FOLDER = HERE / "tiny-bert"
CONFIG = bert.BERTConfig(
    vocab_size=VOCAB_SIZE,
    hidden_size=256,
    num_hidden_layers=4,
    num_attention_heads=4,
    intermediate_size=1024,
    max_position_embeddings=256,
    dropout=0.0,  # no piece is seen twice, so there is nothing to learn by heart
)
STEPS, BATCH_SIZE, GROUP, MAX_LENGTH = 4000, 32, 16, 192


def make_tokenizer() -> BertTokenizer:
    """A WordPiece of 2,048 entries, learnt from the training pieces in lower case."""
    texts = [piece.text for piece in data.village("train")]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = sorted(c for c in set("".join(texts).lower()) if c.isalpha())
    learner = _empty(models.WordPiece(unk_token="[UNK]"))
    # The trainer breaks ties by ids and gives ids to "##a", "##b", … in any order, so they get theirs here.
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCAB_SIZE, special_tokens=[*special, *(f"##{c}" for c in letters)], show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    tokenizer = _empty(models.WordPiece(learner.get_vocab(), unk_token="[UNK]"))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(special)
    return BertTokenizer(tokenizer_object=tokenizer, model_max_length=CONFIG.max_position_embeddings)


def _empty(model: models.WordPiece) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


class Pairs:
    """Batches of fresh pairs by step; a batch holds pairs of like length, so that little of it is padding."""

    def __init__(self, tokenizer: BertTokenizer) -> None:
        self.tokenizer = tokenizer
        self.group = lru_cache(maxsize=1)(self._group)

    def _group(self, number: int) -> list[list[list[list[int]]]]:
        """The pieces of `GROUP` batches, as sentences of ids, shortest first; the batches in any order."""
        pieces = bert.piece_ids(list(islice(fresh(number), 2 * GROUP * BATCH_SIZE)), self.tokenizer)
        pieces = sorted(pieces[: GROUP * BATCH_SIZE], key=lambda piece: sum(map(len, piece)))
        batches = [pieces[i : i + BATCH_SIZE] for i in range(0, len(pieces), BATCH_SIZE)]
        random.Random(number).shuffle(batches)
        return batches

    def __call__(self, step: int) -> dict[str, Tensor]:
        pieces = self.group(step // GROUP)[step % GROUP]
        return bert.pretraining_batch(pieces, self.tokenizer, MAX_LENGTH, SEED + step)


def validation_batches(tokenizer: BertTokenizer) -> list[dict[str, Tensor]]:
    """Pairs from the validation pieces, always the same."""
    pieces = bert.piece_ids([piece.text for piece in data.village("validation")], tokenizer)
    pieces.sort(key=lambda piece: sum(map(len, piece)))
    blocks = [pieces[i : i + BATCH_SIZE] for i in range(0, len(pieces) - 1, BATCH_SIZE)]
    return [bert.pretraining_batch(block, tokenizer, MAX_LENGTH, SEED) for block in blocks]


def make() -> None:
    """Train the model, measure it, and write data/models/tiny-bert."""
    torch.manual_seed(SEED)
    tokenizer = make_tokenizer()
    model = bert.BERTForPreTraining(CONFIG).to(DEVICE)
    batches, work = validation_batches(tokenizer), WORK / "tiny-bert"

    def evaluate() -> float:
        rows = ({name: tensor.to(DEVICE) for name, tensor in batch.items()} for batch in batches)
        return sum(model(**batch).loss.item() for batch in rows) / len(batches)

    training.train(
        model,
        Pairs(tokenizer),
        steps=STEPS,
        learning_rate=1e-3,
        warmup_steps=500,
        evaluate=evaluate,
        evaluate_every=250,
        folder=work,
        mixed_precision=PRECISION,
        progress="tiny-bert",
    )
    training.load_weights(model, work / "best")
    model = model.cpu().half()  # half the file
    bert.save(model, work / "saved", tokenizer)
    text = card(bert.load(work / "saved"), tokenizer, batches)
    bert.save(model, FOLDER, tokenizer)
    write_card(FOLDER, text)
    shutil.rmtree(work)


def most_frequent_words(tokenizer: BertTokenizer) -> tuple[int, dict[int, int]]:
    """The commonest id of the training pieces, and for each id the one that most often stands behind it."""
    rows = tokenizer([piece.text for piece in data.village("train")])["input_ids"]
    after: dict[int, Counter[int]] = defaultdict(Counter)
    for row in rows:
        for left, right in pairwise(row):
            after[left][right] += 1
    counts = Counter(id for row in rows for id in row[1:-1])
    return counts.most_common(1)[0][0], {left: found.most_common(1)[0][0] for left, found in after.items()}


def overlap(batch: dict[str, Tensor], common: set[int]) -> Tensor:
    """(B,): how many words of the second text, without the commonest, stand in the first, too."""
    shared = []
    for ids, types in zip(batch["input_ids"].tolist(), batch["token_type_ids"].tolist(), strict=True):
        first, second = ({i for i, t in zip(ids, types, strict=True) if t == side} for side in (0, 1))
        shared.append(len((first & second) - common))
    return torch.tensor(shared)


def card(model: bert.BERTForPreTraining, tokenizer: BertTokenizer, batches: list[dict[str, Tensor]]) -> str:
    """The model card, its numbers measured on the model as saved."""
    commonest, follower = most_frequent_words(tokenizer)
    counts = Counter(i for batch in batches for i in batch["input_ids"].flatten().tolist())
    common = {i for i, _ in counts.most_common(50)} | set(tokenizer.all_special_ids)
    score: Counter[str] = Counter()
    with torch.inference_mode():
        for batch in batches:
            output, hidden = model(**batch), batch["labels"] != bert.IGNORED
            truth, left = batch["labels"][hidden], batch["input_ids"].roll(1, dims=1)[hidden]
            score["hidden"] += len(truth)
            score["mlm"] += (output.prediction_logits[hidden].argmax(-1) == truth).sum().item()
            score["commonest"] += (truth == commonest).sum().item()
            score["follower"] += (
                (torch.tensor([follower.get(i, commonest) for i in left.tolist()]) == truth).sum().item()
            )
            label = batch["next_sentence_label"]
            score["pairs"] += len(label)
            score["nsp"] += (output.seq_relationship_logits.argmax(-1) == label).sum().item()
            score["random"] += label.sum().item()
            score["overlap"] += ((overlap(batch, common) == 0).long() == label).sum().item()
            score["loss"] += output.loss.item()
        sentence = tokenizer("The [MASK] was delicious.", return_tensors="pt")
        place = (sentence["input_ids"][0] == tokenizer.mask_token_id).nonzero().item()
        chances, ids = model(**sentence).prediction_logits[0, place].softmax(-1).topk(5)
    foods = ", ".join(
        f"{tokenizer.decode(i)} {p:.2f}" for i, p in zip(ids.tolist(), chances.tolist(), strict=True)
    )
    words, pairs = score["hidden"], score["pairs"]
    parameters = sum(p.numel() for p in model.parameters())
    return CARD.format(
        parameters=parameters / 1e6,
        config=CONFIG,
        steps=STEPS,
        pairs_seen=STEPS * BATCH_SIZE,
        vocab_size=VOCAB_SIZE,
        words=words,
        pairs=pairs,
        loss=score["loss"] / len(batches),
        mlm=score["mlm"] / words,
        commonest=score["commonest"] / words,
        follower=score["follower"] / words,
        nsp=score["nsp"] / pairs,
        majority=max(score["random"], pairs - score["random"]) / pairs,
        overlap=score["overlap"] / pairs,
        foods=foods,
    )


CARD = """---
language: en
license: mit
pipeline_tag: fill-mask
---

# tiny-bert

A BERT of {parameters:.1f} million parameters ({config.num_hidden_layers} layers,
{config.num_attention_heads} heads, width {config.hidden_size}, at most
{config.max_position_embeddings} tokens) that has read about one invented village and nothing else.
`data/models/tiny_bert.py` makes it and measures every number on this page; `make models` runs that.

**Training.** Both tasks of Devlin et al. (2019): {steps:,} steps, {pairs_seen:,} pairs of beginnings and
continuations, all from fresh pieces of the village's grammar, none of them in the validation split.
AdamW, warm-up and cosine, in the loop of `utils/training.py`. Tokens are those of a WordPiece with
{vocab_size:,} entries, in lower case.

| measured on pairs from the validation pieces | number |
|---|---|
| loss of both tasks together, nats | {loss:.3f} |
| hidden words found, of {words:,} | {mlm:.1%} |
| … by always saying the commonest word | {commonest:.1%} |
| … by the word that most often follows the one before | {follower:.1%} |
| pairs told right, of {pairs:,} | {nsp:.1%} |
| … by always saying the same | {majority:.1%} |
| … by whether the two share a rarer word | {overlap:.1%} |
| "The [MASK] was delicious." | {foods} |

**Limits.** It knows one small world made from templates, so its share of hidden words found says nothing
about English. Half of the pairs come from other pieces of like length, and most of those are about
something else: to tell them apart is easier than to follow an argument.
"""
