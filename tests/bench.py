"""`make bench`: how fast the course's code is beside the libraries', in one table.

Every module named here has a function `bench()` that returns its rows, dicts with the same keys.
"""

from importlib import import_module

from transformers.utils import logging

MODULES = (
    "tests.bench_tokenization",
    "tests.bench_bert",
    "tests.bench_gpt",
    "tests.bench_decoding",
    "tests.bench_custom_embeddings",
)


def table(rows: list[dict[str, object]]) -> str:
    """Rows as text, one column a key of the first row, each as wide as its widest entry."""
    lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    padded = [[text.ljust(width) for text, width in zip(line, widths, strict=True)] for line in lines]
    return "\n".join("  ".join(line).rstrip() for line in padded)


if __name__ == "__main__":
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    print(table([row for name in MODULES for row in import_module(name).bench()]))
