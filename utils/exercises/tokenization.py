"""Exercises of notebook 01: pairs, merges, ranks, longest matches, and padding."""

import random
from itertools import pairwise

import torch

from utils import pretrained, tokenization
from utils.exercise import Exercise, NotYet

WORDS = {tuple("low"): 5, tuple("lower"): 2, tuple("newest"): 6, tuple("widest"): 3}


def _random_words(rng: random.Random, letters: str) -> dict[tuple[str, ...], int]:
    return {tuple(rng.choices(letters, k=rng.randint(1, 7))): rng.randint(1, 9) for _ in range(12)}


def _known_slip(answer, ways: dict, cases: list[tuple]) -> str | None:
    """The words for the first wrong way that gives just what `answer` gives, on every case."""
    for way, words in ways.items():
        if all(list(answer(*case)) == way(*case) for case in cases):
            return words
    return None


# --- 1. Count pairs ---


def _count(words: dict, weight=lambda count: count, pairs=pairwise) -> dict:
    counts = {}
    for word, count in words.items():
        for pair in pairs(word):
            counts[pair] = counts.get(pair, 0) + weight(count)
    return counts


def _apart(word: tuple) -> list:
    """Pairs of `word` that do not overlap with the same pair before."""
    pairs, last = [], {}
    for i, pair in enumerate(pairwise(word)):
        if last.get(pair, -2) != i - 1:
            pairs.append(pair)
            last[pair] = i
    return pairs


def _check_count_pairs(answer):
    rng = random.Random(1)
    batches = [{tuple("ab"): 1, tuple("cd"): 1}, {tuple("abc"): 3, tuple("ab"): 2, tuple("ba"): 1}]
    batches += [{tuple("aaa"): 1}, {("a",): 4}, {}]
    for words in [
        *batches,
        WORDS,
        *(_random_words(rng, "ab") for _ in range(5)),
        {("th", "e"): 2, ("t", "he"): 1},
    ]:
        got, expected = answer(dict(words)), _count(words)
        if not isinstance(got, dict):
            raise NotYet(f"a dict (or Counter) from pair to count is expected, not {type(got).__name__}.")
        if got == expected:
            continue
        across = [symbol for word in words for symbol in word]
        if not got and expected:
            raise NotYet(f"you found no pairs at all in {_show(words)}.")
        if any(not isinstance(pair, tuple) or len(pair) != 2 for pair in got):
            raise NotYet(f"each key is a pair of symbols such as ('a', 'b'); {next(iter(got))!r} is not.")
        if got == _count(words, weight=lambda count: 1):
            raise NotYet(
                "you count each word once, but a word that occurs 5 times holds each of its pairs 5 times."
            )
        if len(words) > 1 and got == _overwrites(words):
            raise NotYet("you replace the count of a pair that another word had already; add to it instead.")
        if got == _count(words, pairs=_apart) or got == _count(words, pairs=lambda w: set(pairwise(w))):
            raise NotYet("in ('a', 'a', 'a') the pair ('a', 'a') occurs twice: pairs may overlap.")
        if got == _count(words, pairs=lambda w: [tuple(sorted(p)) for p in pairwise(w)]):
            raise NotYet("('a', 'b') and ('b', 'a') are different pairs: order matters.")
        extra = set(got) - set(expected)
        if extra and extra <= set(pairwise(across)):
            raise NotYet(f"you count {next(iter(extra))}, which crosses the border between two words.")
        if extra:
            raise NotYet(f"{next(iter(extra))} is not a pair of neighbours in {_show(words)}.")
        if set(expected) - set(got):
            raise NotYet(
                f"{next(iter(set(expected) - set(got)))} is missing from the pairs of {_show(words)}."
            )
        pair = next(pair for pair in expected if got[pair] != expected[pair])
        raise NotYet(
            f"in {_show(words)} the pair {pair} occurs {expected[pair]} times; you counted {got[pair]}."
        )
    return "Training a tokenizer is this count and a merge, two thousand times over."


def _show(words: dict) -> str:
    shown = ", ".join(f"{' '.join(word)!r} × {count}" for word, count in list(words.items())[:4])
    return shown + (", …" if len(words) > 4 else "")


def _crosses_borders(words):
    symbols = [symbol for word, count in words.items() for _ in range(count) for symbol in word]
    return _count({tuple(symbols): 1})


def _overwrites(words):
    return {pair: count for word, count in words.items() for pair in pairwise(word)}


def _counts_words_once(words):
    return _count(words, weight=lambda count: 1)


def _counts_apart(words):
    return _count(words, pairs=_apart)


def _ignores_order(words):
    return _count(words, pairs=lambda word: [tuple(sorted(p)) for p in pairwise(word)])


count_pairs = Exercise(
    name="count_pairs",
    minutes=4,
    stars=1,
    check=_check_count_pairs,
    hints=[
        "Go through `words.items()`: each word is a tuple of symbols, each count says how often it occurs.",
        "The neighbours of a word are `zip(word, word[1:])`.",
        "Add the word's count, not 1, to the count of every neighbouring pair. A Counter starts at zero.",
    ],
    solution=tokenization.count_pairs,
    mistakes={
        _crosses_borders: "crosses the border between two words",
        _counts_words_once: "you count each word once",
        _overwrites: "you replace the count",
        _counts_apart: "pairs may overlap",
        _ignores_order: "order matters",
    },
)


# --- 2. Merge a pair ---


def _check_merge_pair(answer):
    rng = random.Random(2)
    cases = [(tuple("abc"), ("a", "b")), (tuple("xab"), ("a", "b")), (tuple("abab"), ("a", "b"))]
    cases += [(("xa", "b"), ("a", "b")), (tuple("aaa"), ("a", "a")), (tuple("aaaa"), ("a", "a"))]
    cases += [
        (("th", "e", "th", "e"), ("th", "e")),
        (("t", "he", "th", "e"), ("th", "e")),
        (tuple("abc"), ("x", "y")),
        (("a",), ("a", "b")),
        ((), ("a", "b")),
    ]
    cases += [
        (tuple(rng.choices("ab", k=rng.randint(1, 9))), tuple(rng.choices("ab", k=2))) for _ in range(40)
    ]
    for symbols, pair in cases:
        expected = tuple(tokenization.merge_pair(symbols, pair))
        got = answer(symbols, pair)
        if not isinstance(got, (tuple, list)):
            raise NotYet(f"a tuple of symbols is expected, not {type(got).__name__}.")
        got = tuple(got)
        if got != expected:
            raise NotYet(_diagnose_merge(got, expected, symbols, pair))
    return "BPE encodes and trains with this one step; a slip here silently changes every id."


def _diagnose_merge(got: tuple, expected: tuple, symbols: tuple, pair: tuple) -> str:
    where = f"merging {pair} in {symbols} gives {expected}; you return {got}."
    if not all(isinstance(symbol, str) and symbol for symbol in got):
        return f"{where} Every symbol is a text with something in it: join the two of a pair with +."
    before, after = "".join(symbols), "".join(got)
    if before != after and before.startswith(after):
        return f"{where} It loses the end. Is the last symbol copied?"
    if len(after) > len(before):
        return f"{where} A letter stands there twice: after a merge, step past both symbols."
    if before != after:
        return f"{where} The letters must stay the same."
    joined = [a + b for a, b in pairwise(symbols) if (a, b) != pair]
    if "".join(pair) in joined:
        return f"{where} Symbols that spell the same but are cut elsewhere are another pair."
    if pair not in set(pairwise(symbols)):
        return f"{where} The pair is not there, because {symbols[0]!r} is one symbol."
    if len(got) > len(expected):
        return f"{where} Does it merge every occurrence, up to the end?"
    if len(got) < len(expected):
        return f"{where} Only the two symbols of the pair become one; you joined more."
    return f"{where} Merge from left to right."


def _replaces_in_the_joined_text(symbols, pair):
    joined = " ".join(symbols).replace(" ".join(pair), "".join(pair))
    return tuple(joined.split())


def _compares_the_spelling(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        whole = "".join(symbols[i : i + 2])
        step = 2 if len(symbols) > i + 1 and whole == "".join(pair) else 1
        merged.append("".join(symbols[i : i + step]))
        i += step
    return tuple(merged)


def _skips_the_last(symbols, pair):
    out, i = [], 0
    while i < len(symbols) - 1:
        if (symbols[i], symbols[i + 1]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return tuple(out)


def _merges_only_the_first(symbols, pair):
    for i in range(len(symbols) - 1):
        if tuple(symbols[i : i + 2]) == pair:
            return (*symbols[:i], "".join(pair), *symbols[i + 2 :])
    return symbols


def _keeps_the_second_symbol(symbols, pair):
    out = []
    for i, symbol in enumerate(symbols):
        out.append("".join(pair) if tuple(symbols[i : i + 2]) == pair else symbol)
    return tuple(out)


def _from_the_right(symbols, pair):
    mirrored = tokenization.merge_pair(
        [symbol[::-1] for symbol in symbols[::-1]], (pair[1][::-1], pair[0][::-1])
    )
    return tuple(symbol[::-1] for symbol in mirrored[::-1])


merge_pair = Exercise(
    name="merge_pair",
    minutes=6,
    stars=1,
    check=_check_merge_pair,
    hints=[
        "Walk through the symbols with an index `i` and build a new list beside the old one.",
        "If symbols i and i + 1 are the pair, append both joined, step by two; else append one, step by one.",
        "`while i < len(symbols)`; look at symbol i + 1 only if there is one, so the last is not lost.",
    ],
    solution=tokenization.merge_pair,
    mistakes={
        _replaces_in_the_joined_text: "is one symbol",
        _compares_the_spelling: "are another pair",
        _skips_the_last: "Is the last symbol copied",
        _merges_only_the_first: "every occurrence",
        _keeps_the_second_symbol: "step past both symbols",
        _from_the_right: "from left to right",
    },
)


# --- 3. Pad a batch, and mark what is padding ---


def pad_batch_solution(batch, pad_id):
    longest = max(len(ids) for ids in batch)
    input_ids = [list(ids) + [pad_id] * (longest - len(ids)) for ids in batch]
    attention_mask = [[1] * len(ids) + [0] * (longest - len(ids)) for ids in batch]
    return input_ids, attention_mask


def _mask_inverted(batch, pad_id):
    input_ids, mask = pad_batch_solution(batch, pad_id)
    return input_ids, [[1 - bit for bit in row] for row in mask]


def _pads_left(batch, pad_id):
    longest = max(len(ids) for ids in batch)
    input_ids = [[pad_id] * (longest - len(ids)) + list(ids) for ids in batch]
    return input_ids, [[0] * (longest - len(ids)) + [1] * len(ids) for ids in batch]


def _mask_from_ids(batch, pad_id):
    input_ids, _ = pad_batch_solution(batch, pad_id)
    return input_ids, [[int(token != pad_id) for token in row] for row in input_ids]


def _mask_all_ones(batch, pad_id):
    input_ids, _ = pad_batch_solution(batch, pad_id)
    return input_ids, [[1] * len(row) for row in input_ids]


def _cuts_to_the_shortest(batch, pad_id):
    shortest = min(len(ids) for ids in batch)
    return [list(ids[:shortest]) for ids in batch], [[1] * shortest for _ in batch]


def _pads_with_zero(batch, pad_id):
    return pad_batch_solution(batch, 0)


def _check_pad_batch(answer):
    cases = [
        ([[5, 6, 7], [8]], 0),
        ([[1], [2, 3]], 9),
        ([[4, 4], [4, 4]], 0),
        ([[7, 0, 7], [0]], 0),
        ([[3], []], 1),
    ]
    for batch, pad_id in cases:
        expected = pad_batch_solution(batch, pad_id)
        try:
            ids, mask = ([list(map(int, row)) for row in part] for part in answer(batch, pad_id))
        except (TypeError, ValueError):
            raise NotYet("two lists of lists are expected: (input_ids, attention_mask).") from None
        if (ids, mask) != expected:
            raise NotYet(_diagnose_padding(ids, mask, batch, pad_id, *expected))
    tokenizer, model = pretrained.minilm()
    sentences = [
        "The baker sells bread.",
        "Bread!",
        "The old fisher went down to the river bank before sunrise.",
    ]
    batch = [tokenizer(sentence)["input_ids"] for sentence in sentences]
    with torch.no_grad():
        ids, mask = map(torch.as_tensor, answer(batch, tokenizer.pad_token_id))
        together = model(input_ids=ids, attention_mask=mask).last_hidden_state
        alone = [model(input_ids=torch.tensor([row])).last_hidden_state[0] for row in batch]
    moved = max((together[i, : len(row)] - row).abs().max().item() for i, row in enumerate(alone))
    return (
        f"In MiniLM, with your padding and mask, each sentence of a batch keeps the vectors it has alone: "
        f"max |difference| {moved:.0e}."
    )


def _diagnose_padding(ids, mask, batch, pad_id, expected_ids, expected_mask) -> str:
    where = f"for {batch} with pad_id {pad_id}"
    if len(ids) != len(batch) or len({len(row) for row in ids}) > 1:
        return (
            f"{where} your rows have the lengths {[len(row) for row in ids]}; one length for all is expected."
        )
    if ids and len(ids[0]) < len(expected_ids[0]):
        return f"{where} you cut ids away; every row is filled up to the longest instead."
    if (
        ids
        == [[pad_id] * (len(e) - len(r)) + list(r) for e, r in zip(expected_ids, batch, strict=True)]
        != expected_ids
    ):
        return f"{where} the padding is on the left. It belongs on the right here, after the text."
    if ids != expected_ids:
        return f"{where} input_ids should be {expected_ids}; yours are {ids}."
    if mask == [[1 - bit for bit in row] for row in expected_mask]:
        return "your mask is inverted: 1 marks a token to attend to, 0 marks padding."
    if any(0 not in row and 0 in e for row, e in zip(mask, expected_mask, strict=True)):
        return f"{where} your mask says that the padding is text; it is 0 wherever a row was filled up."
    if mask == [[int(token != pad_id) for token in row] for row in ids]:
        return (
            f"{where} your mask hides a real token that happens to equal pad_id (GPT-2 pads with its "
            "end-of-text token). Build the mask from the lengths, not from the ids."
        )
    return f"{where} attention_mask should be {expected_mask}; yours is {mask}."


pad_batch = Exercise(
    name="pad_batch",
    minutes=6,
    stars=1,
    check=_check_pad_batch,
    hints=[
        "The longest row sets the length: `longest = max(len(ids) for ids in batch)`.",
        "Each row gets `longest - len(ids)` copies of pad_id on its right, in a new list.",
        "The mask of a row is `[1] * len(ids) + [0] * (longest - len(ids))`.",
    ],
    solution=pad_batch_solution,
    mistakes={
        _mask_inverted: "inverted",
        _pads_left: "on the left",
        _mask_from_ids: "Build the mask from the lengths",
        _mask_all_ones: "says that the padding is text",
        _cuts_to_the_shortest: "you cut ids away",
        _pads_with_zero: "input_ids should be",
    },
)


# --- 4. Encode by merge rank ---


def encode_word_solution(word, merges):
    rank = {pair: i for i, pair in enumerate(merges)}  # learnt earlier = lower rank = merged first
    symbols = tuple(word)
    while True:
        known = [pair for pair in pairwise(symbols) if pair in rank]
        if not known:
            return list(symbols)
        symbols = tokenization.merge_pair(symbols, min(known, key=rank.get))


def _in_text_order(word, merges):
    """Merge the leftmost known pair, whatever its rank."""
    symbols, known = list(word), set(merges)
    while True:
        places = [i for i in range(len(symbols) - 1) if (symbols[i], symbols[i + 1]) in known]
        if not places:
            return symbols
        i = places[0]
        symbols[i : i + 2] = [symbols[i] + symbols[i + 1]]


def _single_pass(word, merges):
    """One walk from left to right, growing a symbol while the pair is known."""
    symbols, known = [], set(merges)
    for letter in word:
        if symbols and (symbols[-1], letter) in known:
            symbols[-1] += letter
        else:
            symbols.append(letter)
    return symbols


def _longest_token_first(word, merges):
    vocabulary, symbols = {"".join(pair) for pair in merges}, []
    while word:
        end = next((end for end in range(len(word), 1, -1) if word[:end] in vocabulary), 1)
        symbols.append(word[:end])
        word = word[end:]
    return symbols


def _only_the_best_pair(word, merges):
    """Merge the pair of lowest rank, once."""
    pairs = [pair for pair in pairwise(word) if pair in merges]
    return list(tokenization.merge_pair(tuple(word), min(pairs, key=merges.index))) if pairs else list(word)


def _learnt_last_first(word, merges):
    ranks = {pair: -i for i, pair in enumerate(merges)}
    return list(tokenization.apply_merges(word, ranks))


def _learn(words: dict[tuple[str, ...], int], steps: int) -> list[tuple[str, str]]:
    merges = []
    for _ in range(steps):
        counts = _count(words)
        if not counts:
            break
        merges.append(max(counts, key=lambda pair: (counts[pair], pair)))
        words = {tuple(tokenization.merge_pair(word, merges[-1])): count for word, count in words.items()}
    return merges


def _check_encode_word(answer):
    rng = random.Random(3)
    cases = [
        ("abc", [("b", "c"), ("a", "b")]),
        ("abcd", [("c", "d"), ("a", "b"), ("ab", "cd")]),
        ("", [("a", "b")]),
    ]
    cases += [("abab", [("a", "b"), ("ab", "ab")]), ("xyz", []), ("aaa", [("a", "a")])]
    cases += [("abc", [("b", "c"), ("a", "bc"), ("a", "b")])]  # rank, text order and length part ways
    for _ in range(60):
        merges = _learn(_random_words(rng, "abc"), steps=8)
        cases.append(("".join(rng.choices("abc", k=rng.randint(1, 10))), merges))
    for word, merges in cases:
        got, expected = answer(word, merges), encode_word_solution(word, merges)
        if not isinstance(got, (list, tuple)) or not all(isinstance(symbol, str) for symbol in got):
            raise NotYet(f"a list of symbols (str) is expected; for {word!r} you return {got!r}.")
        if list(got) == expected:
            continue
        where = f"with the merges {merges}, {word!r} becomes {expected}; you return {list(got)}."
        if "".join(got) != word:
            raise NotYet(
                f"the symbols of {word!r}, joined, must give {word!r} again; yours give {''.join(got)!r}."
            )
        wrong_ways = {  # in the order of how clearly each one tells itself apart
            _only_the_best_pair: "It stops after one merge: repeat until no known pair is left.",
            _learnt_last_first: "The pair learnt last goes first here; the one learnt first must.",
            _single_pass: "This is a single pass from left to right: go by rank, over the whole word.",
            _longest_token_first: "The longest token first is WordPiece's rule; BPE goes by rank.",
            _in_text_order: "The leftmost pair is not the first: merge the pair of lowest rank.",
        }
        if words := _known_slip(answer, wrong_ways, cases):
            raise NotYet(f"{words} {where[0].upper()}{where[1:]}")
        raise NotYet(where)
    return "The order of merges is the tokenizer: the same vocabulary in another order gives other ids."


encode_word = Exercise(
    name="encode_word",
    minutes=10,
    stars=2,
    check=_check_encode_word,
    hints=[
        "Give each pair its rank, its place in `merges`: a dict makes the look-up quick.",
        "Of the neighbouring pairs that have a rank, the one of lowest rank is merged next, everywhere.",
        "Repeat until no neighbouring pair has a rank. `min(pairs, key=rank.get)` finds the next one.",
    ],
    solution=encode_word_solution,
    mistakes={
        _in_text_order: "The leftmost pair is not the first",
        _single_pass: "single pass",
        _learnt_last_first: "the one learnt first must",
        _longest_token_first: "WordPiece's rule",
        _only_the_best_pair: "stops after one merge",
    },
)


# --- 5. WordPiece: longest match first ---


def wordpiece_solution(word, vocab):
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):  # the longest candidate first
            piece = ("##" if start else "") + word[start:end]
            if piece in vocab:
                break
        else:
            return ["[UNK]"]
        pieces.append(piece)
        start = end
    return pieces


def _pieces(word, vocab, *, longest=True, mark="##", unknown="whole"):
    """The longest-match loop with one thing wrong."""
    pieces, start = [], 0
    while start < len(word):
        ends = range(len(word), start, -1) if longest else range(start + 1, len(word) + 1)
        marked = mark if start else ""
        end = next((end for end in ends if marked + word[start:end] in vocab), None)
        if end is None and unknown == "whole":
            return ["[UNK]"]
        if end is None and unknown == "rest":
            return [*pieces, "[UNK]"]
        pieces.append(marked + word[start:end] if end else "[UNK]")
        start = end or start + 1
    return pieces


def _shortest_first(word, vocab):
    return _pieces(word, vocab, longest=False)


def _forgets_the_mark(word, vocab):
    return _pieces(word, vocab, mark="")


def _unknown_rest(word, vocab):
    return _pieces(word, vocab, unknown="rest")


def _unknown_letter(word, vocab):
    return _pieces(word, vocab, unknown="letter")


def _marks_stripped(word, vocab):
    return [piece.removeprefix("##") for piece in wordpiece_solution(word, vocab)]


TOY_VOCABULARY = {
    *["un", "##un", "want", "##want", "##able", "##ed", "##wa", "##nt", "able", "run", "##ning", "##ing"],
    *"unwatble",
    *(f"##{letter}" for letter in "unwatbledg"),
}
TOY_WORDS = ["want", "unwanted", "running", "unable", "unwantedx", "xun", "x", "un", ""]


def _check_wordpiece(answer):
    for word in TOY_WORDS:
        got, expected = answer(word, TOY_VOCABULARY), wordpiece_solution(word, TOY_VOCABULARY)
        if not isinstance(got, (list, tuple)) or not all(isinstance(piece, str) for piece in got):
            raise NotYet(f"a list of pieces (str) is expected; for {word!r} you return {got!r}.")
        if list(got) != expected:
            raise NotYet(_diagnose_wordpiece(answer, list(got), expected, word))
    vocab = tokenization.WordPiece.load(pretrained.locate(pretrained.MINILM)).vocab
    sample = ["tokenization", "unhappiness", "baker", "revolutionized", "qwertyuiop", "smörgåsbord", "🙂"]
    wrong = [word for word in sample if list(answer(word, vocab)) != wordpiece_solution(word, vocab)]
    if wrong:
        raise NotYet(
            f"on MiniLM's vocabulary {wrong[0]!r} is {wordpiece_solution(wrong[0], vocab)}, not yours."
        )
    return (
        f"On MiniLM's vocabulary of {len(vocab):,} your pieces are right for all {len(sample)} test words: "
        "this loop is all that BERT's tokenizer does inside a word."
    )


def _diagnose_wordpiece(answer, got: list[str], expected: list[str], word: str) -> str:
    where = f"{word!r} becomes {expected}; you return {got}."
    ways = {
        _shortest_first: "Try the longest candidate first, then shorter ones.",
        _forgets_the_mark: "A piece inside a word is looked up with ## in front.",
        _marks_stripped: "The pieces inside a word are returned with their ## in front.",
        _unknown_rest: "You keep what was found before the unknown part; the whole word is one [UNK].",
        _unknown_letter: "You mark the unknown letter and go on; the whole word is one [UNK].",
    }
    slip = _known_slip(answer, ways, [(word, TOY_VOCABULARY) for word in TOY_WORDS])
    if slip:
        return f"{slip} {where[0].upper()}{where[1:]}"
    if set(got) == {"[UNK]"}:
        return f"{where} A word that cannot be built is one [UNK], not one a letter."
    if missing := [piece for piece in got if piece not in {*TOY_VOCABULARY, "[UNK]"}]:
        return f"{where} {missing[0]!r} is not in the vocabulary: cut it further."
    if expected == ["[UNK]"]:
        return f"{where} No row of pieces from the vocabulary spells the word, so it is one [UNK]."
    if "".join(piece.removeprefix("##") for piece in got) != word:
        return f"{where} The pieces, joined without ##, must spell the word."
    return where


wordpiece = Exercise(
    name="wordpiece",
    minutes=12,
    stars=2,
    check=_check_wordpiece,
    hints=[
        "Keep `start`, where the next piece begins. Try `end` from the end of the word downwards.",
        "The candidate is `word[start:end]`, with '##' in front unless start is 0. The first hit wins.",
        "If no candidate is in `vocab`, return ['[UNK]'] for the whole word. Else `start = end`.",
    ],
    solution=wordpiece_solution,
    mistakes={
        _shortest_first: "Try the longest candidate first",
        _forgets_the_mark: "looked up with ## in front",
        _unknown_rest: "what was found before the unknown part",
        _unknown_letter: "mark the unknown letter",
        _marks_stripped: "returned with their ## in front",
    },
)
