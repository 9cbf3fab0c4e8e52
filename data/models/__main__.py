"""`python -m data.models [tiny-gpt] [tiny-bert]` (`make models`) trains the course's own models anew.

On two cores it takes about an hour, most of it for tiny-gpt; where torch finds a GPU, that is used.
Interrupted, it goes on where it stopped. Until the new model is complete, the one before stays as it was.
"""

import sys

from data.models import tiny_bert, tiny_gpt

MAKERS = {"tiny-gpt": tiny_gpt.make, "tiny-bert": tiny_bert.make}

if __name__ == "__main__":
    names = sys.argv[1:] or list(MAKERS)
    if unknown := [name for name in names if name not in MAKERS]:
        sys.exit(f"{unknown[0]}: no such model; there are {' and '.join(MAKERS)}")
    for name in names:
        try:
            MAKERS[name]()
        except (KeyboardInterrupt, OSError, ValueError) as stopped:
            sys.exit(f"{name}: {stopped}")
