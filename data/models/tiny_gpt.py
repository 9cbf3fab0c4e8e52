"""tiny-gpt: the GPT-2 architecture with 3.7 million parameters, trained on the village to write."""

import math
import shutil
from collections.abc import Sequence

import torch
from torch import Tensor

from data.models import DEVICE, HERE, PRECISION, VOCAB_SIZE, WORK, fresh, write_card
from data.village import log_prob, piece
from data.village.tables import CAPITALS
from utils import data, decoding, gpt, training
from utils.course import SEED
from utils.tokenization import ByteLevelBPE, train_bpe

FOLDER = HERE / "tiny-gpt"
CONFIG = gpt.GPTConfig.gpt2(
    vocab_size=VOCAB_SIZE,
    max_position_embeddings=256,
    hidden_size=256,
    num_hidden_layers=4,
    num_attention_heads=4,
    dropout=0.0,  # no piece is seen twice, so there is nothing to learn by heart
)
BATCH_SIZE, BLOCK_SIZE = 8, 256
# First the village as it is; then with two of three short pieces left out, since stories are the hardest;
# then, twice, in whole pieces, most rows beginning with a story, as they do when the model writes one.
STEPS, STORY_STEPS, WHOLE_STEPS = 7000, 3500, 3000
LONG, STORY = 300, 400  # characters: more is no short piece, or a story
STORY_ROWS = 6  # rows of a batch that begin with a story


def make_batch(tokenizer: ByteLevelBPE, step: int) -> dict[str, Tensor]:
    """Fresh pieces in one row, an end-of-text token before each, cut into `BATCH_SIZE` blocks."""
    end, size = tokenizer.token_to_id("<|endoftext|>"), BATCH_SIZE * BLOCK_SIZE
    row: list[int] = []
    for i, text in enumerate(fresh(step)):
        if step < STEPS or len(text) > LONG or i % 3 == 0:
            row += [end, *tokenizer.encode(text)]
        if len(row) >= size:
            break
    input_ids = torch.tensor(row[:size]).view(BATCH_SIZE, BLOCK_SIZE)
    return {"input_ids": input_ids, "labels": input_ids}


def make_whole_batch(tokenizer: ByteLevelBPE, step: int) -> dict[str, Tensor]:
    """Rows of whole fresh pieces, an end-of-text token around each; the rest is padding."""
    end = tokenizer.token_to_id("<|endoftext|>")
    rows, stories = [[end] for _ in range(BATCH_SIZE)], 0
    for text in fresh(step):
        ids, story = [*tokenizer.encode(text), end], len(text) > STORY
        free = rows[stories:STORY_ROWS][:1] if story else rows[:stories] + rows[STORY_ROWS:]
        row = next((row for row in free if len(row) + len(ids) <= BLOCK_SIZE), None)
        if row is not None:
            row += ids
            stories += story
        elif stories == STORY_ROWS and not story:
            break
    labels = torch.tensor([row + [-100] * (BLOCK_SIZE - len(row)) for row in rows])
    return {"input_ids": labels.clamp(min=end), "labels": labels}


def validation_loss(model: gpt.GPT, tokenizer: ByteLevelBPE) -> float:
    """Nats a token of the validation pieces, each read alone; the end of text counts, as in the floor."""
    end, device = tokenizer.token_to_id("<|endoftext|>"), model.embedding.weight.device
    rows = sorted(([end, *tokenizer.encode(p.text), end] for p in data.village("validation")), key=len)
    nats = tokens = 0
    for i in range(0, len(rows), 25):  # of like length, so that little is padding
        block = rows[i : i + 25]
        width = max(len(row) for row in block)
        labels = torch.tensor([row + [-100] * (width - len(row)) for row in block], device=device)
        logits = model(labels.clamp(min=end)).logits
        nats += gpt.causal_lm_loss(logits, labels, reduction="sum").item()
        tokens += (labels[:, 1:] != -100).sum().item()
    return nats / tokens


def make() -> None:
    """Train the model, measure it, and write data/models/tiny-gpt."""
    torch.manual_seed(SEED)
    tokenizer = train_bpe([p.text for p in data.village("train")], VOCAB_SIZE)
    model = gpt.GPT(CONFIG).to(DEVICE)
    first, work = 0, WORK / "tiny-gpt"
    for name, batch, steps, learning_rate in [
        ("village", make_batch, STEPS, 2e-3),
        ("stories", make_batch, STORY_STEPS, 1.5e-3),
        ("whole", make_whole_batch, WHOLE_STEPS, 1e-3),
        ("again", make_whole_batch, WHOLE_STEPS, 1e-3),
    ]:
        training.train(
            model,
            lambda step, batch=batch, first=first: batch(tokenizer, first + step),
            steps=steps,
            learning_rate=learning_rate,
            warmup_steps=200,
            evaluate=lambda: validation_loss(model, tokenizer),
            evaluate_every=500,
            folder=work / name,
            mixed_precision=PRECISION,
            progress=f"tiny-gpt: {name}",
        )
        training.load_weights(model, work / name / "best")
        first += steps
    half = {"tokenizer": tokenizer, "dtype": torch.float16}  # halves the file; the card says what it costs
    gpt.save(model.cpu(), work / "saved", **half)
    text = card(gpt.load(work / "saved"), tokenizer, whole_loss=validation_loss(model, tokenizer))
    gpt.save(model, FOLDER, **half)
    write_card(FOLDER, text)
    shutil.rmtree(work)


def greedy_text(model: gpt.GPT, tokenizer: ByteLevelBPE, prompt: str, length: int) -> str:
    """What the model finds likeliest after `prompt`."""
    ids = torch.tensor([tokenizer.encode("<|endoftext|>" + prompt)])
    return tokenizer.decode(gpt.greedy(model, ids, length)[0, ids.shape[1] :].tolist())


def probability(model: gpt.GPT, tokenizer: ByteLevelBPE, prompt: str, text: str) -> float:
    """Of exactly `text` after `prompt`: the product over its tokens."""
    start, end = tokenizer.encode("<|endoftext|>" + prompt), tokenizer.encode(text)
    labels = torch.tensor([[-100] * len(start) + end])
    with torch.inference_mode():
        logits = model(torch.tensor([start + end])).logits
    return gpt.causal_lm_loss(logits, labels, reduction="sum").neg().exp().item()


def write(model: gpt.GPT, tokenizer: ByteLevelBPE, prompts: Sequence[str], temperature: float) -> list[str]:
    """Each prompt with a continuation drawn from the model, up to its end of text."""
    ids, mask = decoding.pad_left([tokenizer.encode("<|endoftext|>" + prompt) for prompt in prompts])
    drawn = decoding.generate(
        model,
        ids,
        CONFIG.max_position_embeddings - ids.shape[1],
        attention_mask=mask,
        processors=[decoding.Temperature(temperature)],
        do_sample=True,
        generator=torch.Generator().manual_seed(SEED),
    )
    texts = (row[padding + 1 :].tolist() for row, padding in zip(drawn, (mask == 0).sum(1), strict=True))
    return [tokenizer.decode(row).split("<|endoftext|>")[0] for row in texts]


def holds(text: str) -> bool:
    """Whether the village's grammar could have written it, word for word."""
    return log_prob(piece, text) > -math.inf


def card(model: gpt.GPT, tokenizer: ByteLevelBPE, whole_loss: float) -> str:
    """The model card, its numbers measured on the model as saved."""
    floor = data.floor("validation", lambda text: len(tokenizer.encode(text)) + 1)
    loss = validation_loss(model, tokenizer)
    capitals = [pair for pairs in CAPITALS.values() for pair in pairs]
    right = sum(
        greedy_text(model, tokenizer, f"The capital of {country} is", 16).startswith(f" {capital}.")
        for country, capital in capitals
    )
    paris = probability(model, tokenizer, "The capital of France is", " Paris")
    drawn = write(model, tokenizer, [""] * 200, temperature=1.0)
    openings = [" ".join(p.text.split()[:5]) for p in data.village("validation") if p.genre == "story"]
    stories, calmer = (write(model, tokenizer, openings, temperature) for temperature in (1.0, 0.7))
    return CARD.format(
        parameters=sum(p.numel() for p in model.parameters()) / 1e6,
        config=CONFIG,
        steps=STEPS,
        story_steps=STORY_STEPS,
        whole_steps=WHOLE_STEPS,
        step_tokens=BATCH_SIZE * BLOCK_SIZE,
        tokens=(STEPS + STORY_STEPS + 2 * WHOLE_STEPS) * BATCH_SIZE * BLOCK_SIZE / 1e6,
        loss=loss,
        floor=floor,
        above=loss - floor,
        rounding=loss - whole_loss,
        paris=paris,
        capitals=len(capitals),
        right=right,
        drawn=len(drawn),
        drawn_hold=sum(map(holds, drawn)),
        stories_drawn=len(stories),
        stories_hold=sum(map(holds, stories)),
        calmer_hold=sum(map(holds, calmer)),
        shown_hold=sum(map(holds, calmer[:10])),
        stories="\n\n".join(f"{i}. {text}" for i, text in enumerate(calmer[:10], start=1)),
    )


CARD = """---
language: en
license: mit
pipeline_tag: text-generation
---

# tiny-gpt

A GPT-2 of {parameters:.1f} million parameters ({config.num_hidden_layers} layers,
{config.num_attention_heads} heads, width {config.hidden_size}, context
{config.max_position_embeddings}) that writes about one invented village and knows nothing else.
`data/models/tiny_gpt.py` makes it and measures every number on this page; `make models` runs that.

**Training.** {steps:,} steps of {step_tokens:,} tokens from fresh pieces of the village's grammar, none of
them in the validation split; {story_steps:,} with two of three short pieces left out, as stories are the
hardest; twice {whole_steps:,} in rows of whole pieces, most of which begin with a story.
{tokens:.1f} million tokens in all, a few of them padding. AdamW, warm-up and cosine, in the loop of
`utils/training.py`. Tokens are those of the byte-level BPE with {config.vocab_size:,} entries of notebook 01.

| measured | number |
|---|---|
| validation loss, nats a token | {loss:.4f} |
| the floor: no model is better on average | {floor:.4f} |
| the difference | {above:.4f} |
| what half precision costs, nats a token | {rounding:+.5f} |
| probability of " Paris" after "The capital of France is" | {paris:.3f} |
| capitals right as the likeliest text, of {capitals} | {right} |
| of {drawn} pieces drawn freely, those that the grammar could have written word for word | {drawn_hold} |
| of {stories_drawn} stories at temperature 1, the first five words given, the same | {stories_hold} |
| of {stories_drawn} stories at temperature 0.7 | {calmer_hold} |
| of the ten of these below | {shown_hold} |

**Ten stories**, drawn once and none chosen: the first five words of the first ten validation stories,
continued at temperature 0.7, at which transformers' pipeline draws by default. One that the grammar could not
have written is mostly wrong in one detail: a sum, a thing named twice, an end that belongs to another cause.

{stories}

**Limits.** It has read one small world made from templates. What it says about anything else is noise, and it
knows few facts besides the capitals and the village. It is there to be taken apart, not to be relied upon.
"""
