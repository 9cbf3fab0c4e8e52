"""Who lives in the village, and what there is. The world is fixed: a fact here is true in every piece."""

from dataclasses import dataclass

from data.village.grammar import a


@dataclass(frozen=True)
class Person:
    """A villager. `name` may be a title ("the king"); pronouns follow from `female`."""

    name: str
    female: bool
    age: int
    trade: str

    def __str__(self) -> str:
        return self.name

    @property
    def Name(self) -> str:
        return self.name[0].upper() + self.name[1:]

    @property
    def known(self) -> str:
        """ "Anna the baker", but plain "Mia" and "the king"."""
        return f"{self.name} the {self.trade}" if self in ADULTS else self.name

    @property
    def some(self) -> str:
        """How a stranger enters: "an old woman", later "the old woman"."""
        return a(self.name.removeprefix("the "))

    @property
    def kind(self) -> str:
        """ "woman", "man", "girl" or "boy"."""
        return (("boy", "girl") if self.age < 16 else ("man", "woman"))[self.female]

    @property
    def he(self) -> str:
        return "she" if self.female else "he"

    @property
    def He(self) -> str:
        return "She" if self.female else "He"

    @property
    def him(self) -> str:
        return "her" if self.female else "him"

    @property
    def his(self) -> str:
        return "her" if self.female else "his"

    @property
    def His(self) -> str:
        return "Her" if self.female else "His"

    @property
    def himself(self) -> str:
        return "herself" if self.female else "himself"


ADULTS = [
    Person("Anna", True, 34, "baker"),
    Person("Tom", False, 41, "fisher"),
    Person("Ruth", True, 38, "teacher"),
    Person("David", False, 52, "doctor"),
    Person("Helen", True, 45, "miller"),
    Person("Peter", False, 50, "farmer"),
    Person("Clara", True, 29, "weaver"),
    Person("Oskar", False, 47, "blacksmith"),
    Person("Nina", True, 33, "nurse"),
    Person("Samuel", False, 44, "carpenter"),
    Person("Lucy", True, 31, "gardener"),
    Person("Hugo", False, 58, "shepherd"),
    Person("Grace", True, 60, "judge"),
    Person("Felix", False, 27, "painter"),
    Person("Ivy", True, 36, "tailor"),
    Person("Marco", False, 39, "cook"),
    Person("Julia", True, 26, "singer"),
    Person("Leon", False, 30, "postman"),
    Person("Martha", True, 55, "shopkeeper"),
    Person("Arthur", False, 63, "clockmaker"),
    Person("Rosa", True, 42, "beekeeper"),
    Person("Victor", False, 49, "banker"),
    Person("Ella", True, 28, "librarian"),
    Person("Simon", False, 35, "ferryman"),
    Person("Edith", True, 66, "potter"),
    Person("Albert", False, 71, "captain"),
    Person("Olga", True, 48, "cheesemaker"),
    Person("Boris", False, 40, "woodcutter"),
    Person("Wilma", True, 53, "innkeeper"),
    Person("Karl", False, 32, "fiddler"),
]
CHILDREN = [
    Person("Mia", True, 7, "girl"),
    Person("Ben", False, 8, "boy"),
    Person("Lily", True, 9, "girl"),
    Person("Jack", False, 10, "boy"),
    Person("Zoe", True, 6, "girl"),
    Person("Noah", False, 11, "boy"),
    Person("Ada", True, 12, "girl"),
    Person("Max", False, 5, "boy"),
    Person("Eva", True, 8, "girl"),
    Person("Finn", False, 9, "boy"),
]
ROYALS = [
    Person("the king", False, 57, "king"),
    Person("the queen", True, 54, "queen"),
    Person("the prince", False, 13, "prince"),
    Person("the princess", True, 14, "princess"),
]
STRANGERS = [
    Person("the old woman", True, 78, "stranger"),
    Person("the old man", False, 79, "stranger"),
    Person("the young woman", True, 22, "stranger"),
    Person("the young man", False, 23, "stranger"),
    Person("the tall woman", True, 40, "stranger"),
    Person("the tall man", False, 41, "stranger"),
]
PEOPLE = ADULTS + CHILDREN + ROYALS


def who(name: str) -> Person:
    """The villager of that name. Raises `KeyError` if nobody is called so."""
    return _BY_NAME[name]


def trade(name: str) -> Person:
    """The villager of that trade: `trade("baker")` is Anna."""
    return _BY_TRADE[name]


def but(people: list[Person], *absent: Person) -> list[Person]:
    """The people without those named."""
    return [person for person in people if person not in absent]


def number(n: int) -> str:
    """0 to 999 in words: "forty-two", "one hundred and five"."""
    if not 0 <= n <= 999:
        raise ValueError(f"n: got {n}, expected a whole number from 0 to 999")
    if n >= 100:
        return f"{_ONES[n // 100]} hundred" + (f" and {number(n % 100)}" if n % 100 else "")
    if n >= 20:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    return _ONES[n]


_BY_NAME = {person.name: person for person in PEOPLE}
_BY_TRADE = {person.trade: person for person in ADULTS}
# fmt: off
_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]
_TENS = ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
