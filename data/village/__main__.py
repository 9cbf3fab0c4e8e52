"""`python -m data.village` writes data/village.txt and data/village.tsv, the same bytes every time."""

import os
import sys
from pathlib import Path

from data.village import PIECES, corpus

HERE = Path(__file__).resolve().parents[1]
HEADER = "split\tgenre\tlog_prob\n"


def files() -> tuple[str, str]:
    """The contents of village.txt and village.tsv."""
    texts, rows = [], []
    for text, split, genre, nats in corpus():
        texts.append(text)
        rows.append(f"{split}\t{genre}\t{nats:.4f}\n")
        if len(texts) % 1000 == 0:
            print(f"\r{len(texts):,} of {PIECES:,} pieces", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return "\n\n".join(texts) + "\n", HEADER + "".join(rows)


def replace(path: Path, content: str) -> None:
    """Write the whole file or nothing of it."""
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_bytes(content.encode())
        os.replace(draft, path)
    except OSError as error:
        raise SystemExit(f"{path} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def main() -> None:
    for name, content in zip(("village.txt", "village.tsv"), files(), strict=True):
        replace(HERE / name, content)
        print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
