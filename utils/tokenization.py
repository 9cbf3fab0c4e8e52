"""Text to token ids and back: byte-pair encoding, WordPiece, and the idea behind Unigram.

Follows Sennrich et al. (2016) for BPE, Radford et al. (2019, GPT-2) for BPE on bytes, Wu et al. (2016)
and Devlin et al. (2019) for WordPiece, Kudo (2018) for Unigram. Leaves out how WordPiece and Unigram
are trained, and normalisation before BPE.
"""

import heapq
import json
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from math import inf
from pathlib import Path

import regex
import torch

# --- Byte-pair encoding: count, merge, repeat -----------------------------------------------------------


def count_pairs(words: Mapping[Sequence[str], int]) -> Counter:
    """How often each two symbols stand side by side, never across the border of a word.

    `words` maps a word, as a sequence of symbols, to how often it was seen: `{("l", "o", "w"): 5}`.
    Sennrich et al. (2016), algorithm 1. In `aaa` the pair `(a, a)` counts twice.
    """
    pairs = Counter()
    for word, count in words.items():
        for pair in pairwise(word):
            pairs[pair] += count
    return pairs


def merge_pair(symbols: Sequence[str], pair: tuple[str, str]) -> tuple[str, ...]:
    """Join every occurrence of `pair`, from left to right: `(a, a, a)` with `(a, a)` is `(aa, a)`."""
    merged, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return tuple(merged)


def apply_merges(symbols: Sequence[str], ranks: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    """Join pairs in the order they were learnt, wherever they stand, until none is left in `ranks`."""
    while len(symbols) > 1:
        pair = min(pairwise(symbols), key=lambda pair: ranks.get(pair, inf))
        if pair not in ranks:
            break
        symbols = merge_pair(symbols, pair)
    return tuple(symbols)


def learn_merges(
    words: Mapping[Sequence[str], int], vocab: dict[str, int]
) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the merges one by one, each with its count, until no pair is left that occurs twice.

    The most frequent pair comes first; of equals the one whose symbols have the smaller ids, as in
    Hugging Face tokenizers. Each new symbol gets the next id in `vocab` before its merge is yielded.
    Counting again after every merge would go through all words each time, so counts are kept, and only
    words that hold the merged pair are touched.
    """
    symbols, counts = list(words), list(words.values())
    pairs, where = count_pairs(words), defaultdict(set)  # where: the words that may hold a pair
    for i, word in enumerate(symbols):
        for pair in pairwise(word):
            where[pair].add(i)
    heap = [(-count, vocab[a], vocab[b], a, b) for (a, b), count in pairs.items()]
    heapq.heapify(heap)
    while heap:
        count, id_a, id_b, *pair = heapq.heappop(heap)
        count, pair = -count, tuple(pair)
        if count != pairs[pair]:  # other merges have used some of it up since: put it where it belongs
            heapq.heappush(heap, (-pairs[pair], id_a, id_b, *pair))
            continue
        if count < 2:
            return
        vocab.setdefault("".join(pair), len(vocab))
        yield pair, count
        change = Counter()
        for i in where.pop(pair):
            before, after = symbols[i], merge_pair(symbols[i], pair)
            for old in pairwise(before):
                change[old] -= counts[i]
            for new in pairwise(after):
                change[new] += counts[i]
                where[new].add(i)
            symbols[i] = after
        for (a, b), difference in change.items():
            pairs[a, b] += difference
            if difference > 0:
                heapq.heappush(heap, (-pairs[a, b], vocab[a], vocab[b], a, b))


# --- The same on bytes: no text is unknown --------------------------------------------------------------

# GPT-2's words: a contraction, or letters, digits or other signs with the one space before them, or
# white space. The last space of a run belongs to the word after it: that is what (?!\S) leaves over.
PATTERN = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
# The last place where white space follows something else; (?r) searches from the end.
LAST_BREAK = regex.compile(r"(?r)(?<=\S)\s")


def pre_tokenize(text: str) -> list[str]:
    """Cut `text` into GPT-2's words (Radford et al. 2019); joined, they are `text` again.

    No merge crosses a border between two of them. Hugging Face's pattern knows letters up to Unicode 16,
    this one up to 18: a word in a script added in between may be cut at another place.
    """
    return PATTERN.findall(text)


def bytes_to_unicode() -> dict[int, str]:
    """A printable character for each of the 256 bytes, as GPT-2 spells its tokens: 32 (space) is `Ġ`.

    tokenizer.json is text, and a token such as the first byte of `é` alone is not. So each byte that
    prints in Latin-1 stands for itself; the 68 others take the characters from code 256 on.
    """
    others = iter(range(256, 512))
    shows = [byte != ord(" ") and chr(byte).isprintable() for byte in range(256)]
    return {byte: chr(byte if shows[byte] else next(others)) for byte in range(256)}


BYTE_TO_CHAR = bytes_to_unicode()
CHAR_TO_BYTE = {char: byte for byte, char in BYTE_TO_CHAR.items()}


def spell(word: str) -> str:
    """The bytes of `word` in the byte alphabet: `" café"` is `"ĠcafÃ©"`."""
    return "".join([BYTE_TO_CHAR[byte] for byte in word.encode("utf-8")])


def train_bpe(
    texts: Iterable[str], vocab_size: int, special_tokens: Sequence[str] = ("<|endoftext|>",)
) -> "ByteLevelBPE":
    """Learn a byte-level BPE. Ids: special tokens first, then the 256 bytes, then one a merge.

    The vocabulary stays smaller than `vocab_size` if no pair is left that occurs twice. Special tokens
    that stand in `texts` are read as ordinary text, as Hugging Face's trainer does.

    Raises:
        TypeError: `texts` is a str, or holds something else than str.
        ValueError: `vocab_size` has no room for the bytes and the special tokens.
    """
    if isinstance(texts, str):
        raise TypeError("texts: got a str; an iterable of str is expected, for example [text]")
    vocab = {token: i for i, token in enumerate(dict.fromkeys([*special_tokens, *sorted(CHAR_TO_BYTE)]))}
    if not isinstance(vocab_size, int) or vocab_size < len(vocab):
        raise ValueError(f"vocab_size: got {vocab_size}; an int of at least {len(vocab)} is expected")
    words = Counter()
    for text in texts:
        words.update(pre_tokenize(_well_formed(text, "texts")))
    steps = learn_merges({tuple(spell(word)): count for word, count in words.items()}, vocab)
    merges = []
    while len(vocab) < vocab_size and (step := next(steps, None)):
        merges.append(step[0])
    return ByteLevelBPE(vocab, merges, special_tokens)


class ByteLevelBPE:
    """GPT-2's tokenizer (Radford et al. 2019, section 2.2): any text to ids, and exactly back.

    Args:
        vocab: token, in the byte alphabet of `bytes_to_unicode`, to id.
        merges: the pairs to join, the first learnt first.
        special_tokens: texts that are one token each wherever they stand, with no white space inside.

    Raises:
        ValueError: a byte is missing from `vocab`, a merge or special token names a token that is
            missing, two tokens share an id, or a special token is empty or holds white space.
    """

    CACHE_SIZE = 2**16  # words; a text repeats its words, so most are merged only once

    def __init__(
        self, vocab: dict[str, int], merges: Sequence[tuple[str, str]], special_tokens: Sequence[str] = ()
    ) -> None:
        for token in [*CHAR_TO_BYTE, *special_tokens, *(t for a, b in merges for t in (a, b, a + b))]:
            if token not in vocab:
                raise ValueError(
                    f"vocab: {token!r} is missing; every byte, special token and merge needs its id"
                )
        if len(set(vocab.values())) != len(vocab):
            raise ValueError("vocab: two tokens share an id; a different id for each is expected")
        self.vocab, self.merges, self.special_tokens = dict(vocab), list(merges), list(special_tokens)
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        self._special = _any_of(special_tokens)
        self._bytes = {i: self._to_bytes(token) for token, i in vocab.items()}
        self._cache = {}

    @property
    def vocab_size(self) -> int:
        return len(self.vocab)

    def token_to_id(self, token: str) -> int:
        """Id of a special token, or of a token in the byte alphabet (`"Ġthe"` for `" the"`)."""
        if token not in self.vocab:
            raise ValueError(f"token: {token!r} is not among the {self.vocab_size} tokens")
        return self.vocab[token]

    def encode(self, text: str) -> list[int]:
        """Ids of `text`. Half a surrogate pair is read as U+FFFD, the replacement character.

        Raises:
            TypeError: `text` is not a str.
        """
        ids = []
        for i, part in enumerate(self._special.split(_well_formed(text, "text"))):
            if i % 2:  # the odd parts are the special tokens between the others
                ids.append(self.vocab[part])
            else:
                for word in pre_tokenize(part):
                    ids += self._cache.get(word) or self._encode_word(word)
        return ids

    def _encode_word(self, word: str) -> list[int]:
        ids = [self.vocab[symbol] for symbol in apply_merges(spell(word), self._ranks)]
        if len(self._cache) < self.CACHE_SIZE and len(word) < 64:
            self._cache[word] = ids
        return ids

    def encode_stream(self, chunks: Iterable[str]) -> Iterator[int]:
        """The ids of the chunks joined, wherever their borders fall, for a text larger than memory.

        It cuts only where white space begins: no word and no special token reaches over that place. So it
        holds a chunk, or the longest word with the white space around it if that is longer.
        """
        rest = ""
        for chunk in chunks:
            if not isinstance(chunk, str):
                raise TypeError(f"chunks: got {type(chunk).__name__}; an iterable of str is expected")
            rest += chunk
            if cut := LAST_BREAK.search(rest):
                yield from self.encode(rest[: cut.start()])
                rest = rest[cut.start() :]
        yield from self.encode(rest)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`, special tokens included. Bytes that are no UTF-8 become U+FFFD.

        Raises:
            ValueError: an id is not in the vocabulary.
        """
        return b"".join(_look_up(self._bytes, ids)).decode("utf-8", errors="replace")

    def tokens(self, text: str) -> list[str]:
        r"""The tokens of `text`, to be read: the two halves of `é` are `\xc3` and `\xa9`."""
        return [self._bytes[i].decode("utf-8", errors="backslashreplace") for i in self.encode(text)]

    def _to_bytes(self, token: str) -> bytes:
        if token in self.special_tokens or not CHAR_TO_BYTE.keys() >= set(token):
            return token.encode("utf-8")
        return bytes(CHAR_TO_BYTE[char] for char in token)

    def save(self, folder: str | os.PathLike) -> None:
        """Write `tokenizer.json` and `tokenizer_config.json`, which `AutoTokenizer` reads too."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        content = {
            "version": "1.0",
            "added_tokens": [{"id": self.vocab[t], "content": t, **plain} for t in self.special_tokens],
            "pre_tokenizer": byte_level,
            "decoder": byte_level,
            "model": {"type": "BPE", "vocab": self.vocab, "merges": self.merges},
        }
        config = {"tokenizer_class": "PreTrainedTokenizerFast"}
        if self.special_tokens:
            config["bos_token"] = config["eos_token"] = self.special_tokens[0]
        _write_json(folder / "tokenizer.json", content)
        _write_json(folder / "tokenizer_config.json", config)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "ByteLevelBPE":
        """Read a `tokenizer.json`, or the folder that holds one, from `save` or from Hugging Face.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not JSON, or not a byte-level BPE; the message names it and says why.
        """
        path = Path(path, "tokenizer.json") if Path(path).is_dir() else Path(path)
        with _reading(path):
            content = json.loads(path.read_text(encoding="utf-8"))
            _check_steps(content)
            pairs = (m.split(" ") if isinstance(m, str) else m for m in content["model"]["merges"])  # "Ġ t"
            special = {token["content"]: token["id"] for token in content["added_tokens"]}
            return cls(content["model"]["vocab"] | special, [(a, b) for a, b in pairs], list(special))


def _check_steps(content: dict) -> None:
    """A file may ask for steps that `encode` does not take; ids that differ silently would be worse."""
    model, split, after = (content.get(key) or {} for key in ("model", "pre_tokenizer", "post_processor"))
    for name, got, expected in [
        ("model.type", model.get("type"), "BPE"),
        ("model.ignore_merges", model.get("ignore_merges", False), False),
        ("normalizer", content.get("normalizer"), None),
        ("pre_tokenizer.type", split.get("type"), "ByteLevel"),
        ("pre_tokenizer.add_prefix_space", split.get("add_prefix_space"), False),
        ("pre_tokenizer.use_regex", split.get("use_regex", True), True),
        ("post_processor", after.get("special_tokens") or after.get("cls"), None),  # what it would add
    ]:
        if got != expected:
            raise ValueError(f"{name} is {got!r}; {expected!r} is expected")


# --- WordPiece: the longest piece first -----------------------------------------------------------------

# Characters whose Unicode category is unknown to Hugging Face's BERT code, which stops at Unicode 8.
NEWER = (
    "\u05c8-\u05c9\u061d\u07fd\u0890-\u08e2\u09fd-\u09fe\u0a76\u0afa-\u0aff\u0b53-\u0b55\u0c04-\u0c3c"
    "\u0c77\u0c84\u0d00\u0d3b-\u0d3c\u0d81\u0eba\u0ece\u180f-\u1886\u1abf-\u1af0\u1b4e-\u1b4f"
    "\u1b7d-\u1b7f\u1df6-\u1dfb\u2e43-\u2e63\ua82c\ua8c5\ua8ff\ua9bd\U00010d24-\U00010f89"
    "\U00011070-\U00011074\U000110c2-\U000110cd\U000111c9\U000111cf\U0001123e-\U00011241\U0001133b"
    "\U000113bb-\U0001145e\U00011660-\U0001166c\U000116b9\U0001182f-\U00011fff\U00012ff1-\U0001612f"
    "\U00016d6d-\U00016f4f\U00016fe2-\U00016fe4\U0001cf00-\U0001d128\U0001d25b-\U0001d25c"
    "\U0001e000-\U0001e6f5\U0001e944-\U0001e95f"
)
CONTROL = regex.compile(rf"(?V1)[[\p{{Cc}}\p{{Cf}}\p{{Co}}\ufffd]--[\t\n\r{NEWER}]]")
MARK = regex.compile(rf"(?V1)[[\p{{Mn}}\u1734\U0001171e]--[{NEWER}]]")
PUNCTUATION = rf"(?V1)[[[\p{{P}}$+<=>^`|~]--[{NEWER}]]||[\u166d\U000111c9]]"
WORD = regex.compile(rf"{PUNCTUATION}|(?:(?!{PUNCTUATION})\S)+")
IDEOGRAPH = regex.compile(
    "[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b81f\U0002b920-\U0002ceaf"
    "\uf900-\ufaff\U0002f800-\U0002fa1f]"
)


def bert_words(text: str) -> list[str]:
    """BERT's words (Devlin et al. 2019), lower case and without accents: `"Café, no?"` is cafe , no ?

    Control characters go, each Chinese character and each punctuation mark is a word of its own.
    """
    text = CONTROL.sub("", text)
    text = IDEOGRAPH.sub(r" \g<0> ", text)
    text = MARK.sub("", unicodedata.normalize("NFD", text))
    text = "".join(map(str.lower, text))  # one by one: str.lower treats a final Greek sigma differently
    return WORD.findall(text)


class WordPiece:
    """BERT's tokenizer, uncased: words, each cut into the longest pieces the vocabulary knows.

    Args:
        vocab: piece to id; a piece that continues a word starts with `##`.

    Raises:
        ValueError: `vocab` lacks one of the special tokens.
    """

    SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    MAX_CHARS = 100  # of a word; a longer one is [UNK]

    def __init__(self, vocab: dict[str, int]) -> None:
        for token in self.SPECIAL_TOKENS:
            if token not in vocab:
                raise ValueError(f"vocab: the special token {token} is missing")
        self.vocab = dict(vocab)
        self._pieces = {i: piece for piece, i in vocab.items()}
        self._special = _any_of(self.SPECIAL_TOKENS)

    @property
    def vocab_size(self) -> int:
        return len(self.vocab)

    def wordpiece(self, word: str) -> list[str]:
        """Cut one word: always the longest piece that fits; if none does, the *whole* word is [UNK].

        Wu et al. (2016), section 4.1; Devlin et al. (2019).
        """
        pieces, start = [], 0
        while start < len(word) <= self.MAX_CHARS:
            prefix = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if prefix + word[start:end] in self.vocab), None)
            if end is None:
                return ["[UNK]"]
            pieces.append(prefix + word[start:end])
            start = end
        return pieces or ["[UNK]"]

    def tokens(self, text: str) -> list[str]:
        """The pieces of `text`, without [CLS] and [SEP]. Special tokens in the text stay whole."""
        pieces = []
        for i, part in enumerate(self._special.split(_well_formed(text, "text"))):
            if i % 2:
                pieces.append(part)
            else:
                for word in bert_words(part):
                    pieces += self.wordpiece(word)
        return pieces

    def encode(self, text: str, pair: str | None = None, max_length: int | None = None) -> list[int]:
        """Ids of `[CLS] text [SEP]`, or of `[CLS] text [SEP] pair [SEP]`.

        If they are more than `max_length`, the longer text loses its end first, then both evenly.

        Raises:
            TypeError: a text is not a str.
            ValueError: `max_length` has no room for [CLS] and [SEP].
        """
        first, second = self.tokens(text), [] if pair is None else self.tokens(pair)
        frame = 2 if pair is None else 3
        if max_length is not None:
            if max_length < frame:
                raise ValueError(f"max_length: got {max_length}; at least {frame} is expected")
            room = max_length - frame
            short = min(len(first), len(second), room // 2)
            if len(first) <= len(second):
                first, second = first[:short], second[: room - short]
            else:
                first, second = first[: room - short], second[:short]
        pieces = ["[CLS]", *first, "[SEP]"] + ([] if pair is None else [*second, "[SEP]"])
        return [self.vocab[piece] for piece in pieces]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`, lower case and without accents: what encoding took away does not return."""
        text = ""
        for piece in _look_up(self._pieces, ids):
            if text and piece.startswith("##"):
                text += piece[2:]
            else:
                text += piece if not text or piece.startswith((".", ",", "?", "!")) else " " + piece
        return text

    @classmethod
    def load(cls, path: str | os.PathLike) -> "WordPiece":
        """Read a BERT `tokenizer.json` or `vocab.txt` (one piece a line), or a folder that holds one.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not an uncased WordPiece; the message names it and says why.
        """
        path = Path(path)
        if path.is_dir():
            path = path / ("tokenizer.json" if (path / "tokenizer.json").exists() else "vocab.txt")
        with _reading(path):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".txt":
                return cls({piece: i for i, piece in enumerate(text.rstrip("\n").split("\n"))})
            content = json.loads(text)
            if content["model"]["type"] != "WordPiece" or not content["normalizer"]["lowercase"]:
                raise ValueError(
                    f"it holds a {content['model']['type']}; a WordPiece in lower case is expected"
                )
            return cls(content["model"]["vocab"])


def pad(batch: Sequence[Sequence[int]], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Fill rows up to the longest, on the right: `input_ids` and `attention_mask`, both (B, T) int64.

    The mask is 1 where a token is real and 0 where it only fills up.
    """
    width = max(map(len, batch), default=0)
    rows = [[*ids, *[pad_id] * (width - len(ids))] for ids in batch]
    mask = [[1] * len(ids) + [0] * (width - len(ids)) for ids in batch]
    shape = (len(batch), width)
    return torch.tensor(rows, dtype=torch.long).view(shape), torch.tensor(mask, dtype=torch.long).view(shape)


# --- Unigram: the likeliest segmentation ----------------------------------------------------------------


def unigram_segment(word: str, log_probs: Mapping[str, float]) -> list[str]:
    """The pieces of `word` whose log-probabilities sum highest (Viterbi; Kudo 2018, section 3.2).

    The best way to reach a place uses the best way to reach the place where its last piece starts.

    Raises:
        ValueError: no sequence of known pieces spells `word`.
    """
    best = [(0.0, 0)] + [(-inf, 0)] * len(word)  # at each end: the score, and where the last piece starts
    for end in range(1, len(word) + 1):
        scores = ((best[start][0] + log_probs.get(word[start:end], -inf), start) for start in range(end))
        best[end] = max(scores)
    if best[-1][0] == -inf:
        raise ValueError(f"word: no pieces in log_probs spell {word!r}")
    pieces, end = [], len(word)
    while end:
        start = best[end][1]
        pieces.append(word[start:end])
        end = start
    return pieces[::-1]


# --- Shared by the tokenizers ---------------------------------------------------------------------------


def _well_formed(text: str, name: str) -> str:
    """`text` with surrogate pairs joined and halves replaced by U+FFFD, so that UTF-8 can hold it."""
    if not isinstance(text, str):
        raise TypeError(f"{name}: got {type(text).__name__}; a str is expected")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _any_of(special_tokens: Sequence[str]) -> regex.Pattern:
    """A pattern whose `split` gives text, special token, text, …; of two that fit, the longer one."""
    for token in special_tokens:
        if not token or regex.search(r"\s", token):
            raise ValueError(f"special_tokens: got {token!r}; a text without white space is expected")
    longest_first = sorted(map(regex.escape, special_tokens), key=len, reverse=True)
    return regex.compile("(" + "|".join(longest_first or [r"(?!)"]) + ")")


def _look_up(table: dict, ids: Iterable[int]) -> Iterator:
    for i in ids:
        if int(i) not in table:
            raise ValueError(f"ids: {int(i)} is not in the vocabulary of {len(table)} tokens")
        yield table[int(i)]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Whatever is wrong with a file becomes one ValueError that names it."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else error
        raise ValueError(f"{path} cannot be used: {reason}") from None


def _write_json(path: Path, content: dict) -> None:
    """Whole or not at all: written under another name, then renamed."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
