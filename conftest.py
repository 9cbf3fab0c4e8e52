"""How stored outputs are compared when notebooks are executed again: words exactly, floats nearly.

nbval compares two outputs with `!=`. Here every text it is about to compare becomes a `Tolerant`,
which is equal to another when all words and integers are the same and every float is within the
tolerance. A cell that needs another one says so: `# tolerance: 0.05`.
"""

import math
import os
import re
import tempfile
from pathlib import Path

from nbval.plugin import IPyNbCell

# Set before any kernel starts, and inherited by it.
os.environ["COURSE_RECORDING"] = "1"
os.environ["COURSE_PROGRESS"] = str(Path(tempfile.mkdtemp()) / "progress.json")
os.environ.setdefault("PYTHONHASHSEED", "0")

RELATIVE = 1e-3
ABSOLUTE = 1e-5  # below this a float is rounding noise: "max |difference| 3e-07"
FLOAT = re.compile(r"[-+−]?(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+−]?\d+[eE][-+]?\d+")


class Tolerant(str):
    """A text that equals another if only its floats differ, and those by no more than `tolerance`."""

    tolerance = RELATIVE

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and not self.differs(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def differs(self, other: str) -> bool:
        mine, theirs = FLOAT.findall(self), FLOAT.findall(other)
        if len(mine) != len(theirs) or _words(self) != _words(other):
            return True
        return not all(
            math.isclose(_float(a), _float(b), rel_tol=self.tolerance, abs_tol=ABSOLUTE)
            for a, b in zip(mine, theirs, strict=True)
        )


def _words(text: str) -> str:
    return re.sub(f" *(?:{FLOAT.pattern})", "<float>", text)  # a float may change the padding before it


def _float(text: str) -> float:
    return float(text.replace("−", "-"))


def sanitize(cell: IPyNbCell, value: object) -> object:
    if not isinstance(value, str):
        return value
    text = Tolerant(value)
    stated = re.search(r"^# tolerance: (\S+)", cell.cell.source, re.MULTILINE)
    if stated:
        text.tolerance = float(stated[1])
    return text


IPyNbCell.sanitize = sanitize
