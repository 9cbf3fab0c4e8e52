"""Questions with their answers: on the facts, at school, and on little scenes that must be understood."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import NamedTuple

from data.village.grammar import Draw, a, cap
from data.village.tables import (
    BY_SIZE,
    BY_SPEED,
    BY_WEIGHT,
    CAPITALS,
    COLORS,
    COMPARED,
    DAYS,
    FAMILY,
    HOMES,
    LEGS,
    MADE_OF,
    MONTH_DAYS,
    MONTHS,
    OPPOSITES,
    ORDINALS,
    PAIRS,
    PLURALS,
    RHYMES,
    SAYS,
    TRADES,
    VERBS,
    YOUNG,
    items,
    rows,
    words,
)
from data.village.tell import tell, tell_one
from data.village.world import ADULTS, CHILDREN, number, who


class Question(NamedTuple):
    """`brief` is the answer as one says it aloud ("Lima"), `full` the answer as a sentence."""

    kind: str
    text: str
    brief: str
    full: str


def _about_the_world() -> Iterator[Question]:
    for countries in CAPITALS.values():
        for country, capital in countries:
            full = f"The capital of {country} is {capital}."
            yield Question("capital", f"What is the capital of {country}?", capital, full)
            if capital != country:
                full = f"{capital} is the capital of {country}."
                yield Question("country", f"{capital} is the capital of which country?", cap(country), full)
    for animal, sound in SAYS:
        yield Question("sound", f"What does {a(animal)} say?", cap(sound), f"{cap(a(animal))} says {sound}.")
    for animal, home in HOMES:
        yield Question("home", f"Where does {a(animal)} live?", cap(home), f"{cap(a(animal))} lives {home}.")
    for animal, young in YOUNG:
        brief, full = cap(a(young)), f"A young {animal} is called {a(young)}."
        yield Question("young", f"What is a young {animal} called?", brief, full)
    for animal, legs in LEGS:
        full = f"{cap(a(animal))} has {legs} legs."
        yield Question("legs", f"How many legs does {a(animal)} have?", cap(legs), full)
    for thing, color in COLORS:
        if thing not in ("Emeralds", "Rubies"):
            question = f"What color is {thing[0].lower() + thing[1:]}?"
            yield Question("color", question, cap(color), f"{thing} is {color}.")
    for thing, stuff in MADE_OF:
        if thing not in ("Bricks", "Raisins", "Noodles", "Pancakes", "Prunes"):
            question = f"What is {thing[0].lower() + thing[1:]} made from?"
            yield Question("stuff", question, "From " + stuff, f"{thing} is made from {stuff}.")
    for worker, work, tool in TRADES:
        yield Question("trade", f"What does {a(worker)} need?", cap(tool), f"{cap(a(worker))} needs {tool}.")
        yield Question("trade", f"Who {work}?", cap(a(worker)), f"{cap(a(worker))} {work}.")
    for order, most, least, adjective in (
        (BY_SIZE, "bigger", "smaller", "big"),
        (BY_WEIGHT, "heavier", "lighter", "heavy"),
        (BY_SPEED, "faster", "slower", "fast"),
    ):
        for x, y in combinations(order, 2):
            full = f"{cap(a(y))} is {most} than {a(x)}."
            yield Question(adjective, f"Which is {most}, {a(x)} or {a(y)}?", cap(a(y)), full)
            full = f"{cap(a(x))} is {least} than {a(y)}."
            yield Question(adjective, f"Which is {least}, {a(x)} or {a(y)}?", cap(a(x)), full)


def _about_words_and_numbers() -> Iterator[Question]:
    for pair in OPPOSITES:
        for x, y in (pair, pair[::-1]):
            yield Question(
                "opposite", f"What is the opposite of {x}?", cap(y), f"The opposite of {x} is {y}."
            )
    for one, many in PLURALS:
        yield Question(
            "plural", f"What is the plural of {one}?", cap(many), f"The plural of {one} is {many}."
        )
    for plain, more, most in COMPARED:
        question = f"What comes after {plain} and {more}?"
        yield Question("compared", question, cap(most), f"After {plain} and {more} comes {most}.")
    for now, past, _, doing in VERBS:
        question = f"Today I {now}. What did I do yesterday?"
        yield Question("verb", question, "You " + past, f"Today you {now}, and yesterday you {past}.")
        question = f"What am I doing when I {now}?"
        yield Question("verb", question, "You are " + doing, f"When you {now}, you are {doing}.")
    for one, two in RHYMES:
        yield Question(
            "rhyme", f"Which word rhymes with {one}?", cap(two), f"The word {one} rhymes with {two}."
        )
    for he, she in PAIRS:
        question, full = f"What do we call a female {he}?", f"For a woman we say {she}."
        if he in ("king", "prince", "actor", "duke", "waiter", "host", "hero", "emperor", "count"):
            full = f"For {'a girl' if he == 'prince' else 'a woman'} we say {she}."
            yield Question("pair", question, cap(a(she)), full)
            question, full = (
                f"What do we call a male {she}?",
                full.replace("girl", "boy").replace("woman", "man"),
            )
            yield Question("pair", question, cap(a(he)), full.replace(f"say {she}", f"say {he}"))
    for whose, relative in FAMILY:
        question = f"Who is {whose[0].lower() + whose[1:]}?"
        yield Question("family", question, cap(relative), f"{whose} is {relative}.")
    for x in range(1, 20):
        for y in range(1, 21 - x):
            total, one, two = number(x + y), number(x), number(y)
            yield Question(
                "sum", f"What is {one} plus {two}?", cap(total), f"{cap(one)} plus {two} is {total}."
            )
            yield Question(
                "minus", f"What is {total} minus {two}?", cap(one), f"{cap(total)} minus {two} is {one}."
            )
    for x in range(2, 11):
        for y in range(2, 11):
            one, two, product = number(x), number(y), number(x * y)
            full = f"{cap(one)} times {two} is {product}."
            yield Question("times", f"What is {one} times {two}?", cap(product), full)


def _about_time_and_people() -> Iterator[Question]:
    for i, month in enumerate(MONTHS):
        question = f"How many days does {month} have?"
        leap = ", or twenty-nine in a leap year" * (i == 1)
        days = MONTH_DAYS[i] + leap
        yield Question("month", question, cap(days), f"{month} has {MONTH_DAYS[i]} days{leap}.")
        question = f"Which month is the {ORDINALS[i]} of the year?"
        yield Question("month", question, month, f"{month} is the {ORDINALS[i]} month of the year.")
        after = MONTHS[(i + 1) % 12]
        yield Question("month", f"Which month comes after {month}?", after, f"{after} comes after {month}.")
        yield Question("month", f"Which month comes before {after}?", month, f"{month} comes before {after}.")
    for i, day in enumerate(DAYS):
        after = DAYS[(i + 1) % 7]
        yield Question("day", f"Which day comes after {day}?", after, f"{after} comes after {day}.")
        yield Question("day", f"Which day comes before {after}?", day, f"{day} comes before {after}.")
    for p in ADULTS:
        full = f"The {p.trade} of the village is called {p}."
        yield Question("who", f"What is the {p.trade} of the village called?", str(p), full)
        yield Question(
            "who", f"What is {p}'s trade?", f"{p} is {a(p.trade)}", f"{p} is the {p.trade} of the village."
        )
        yield Question(
            "age", f"How old is {p.known}?", cap(number(p.age)), f"{p} is {number(p.age)} years old."
        )
    for p in CHILDREN:
        yield Question("age", f"How old is {p}?", cap(number(p.age)), f"{p} is {number(p.age)} years old.")
    for p, q in combinations(CHILDREN, 2):
        old, young = (p, q) if p.age > q.age else (q, p)
        if p.age != q.age:
            full = f"{old} is older than {young}."
            yield Question("older", f"Who is older, {p} or {q}?", str(old), full)
            full = f"{young} is younger than {old}."
            yield Question("older", f"Who is younger, {p} or {q}?", str(young), full)
    for trade, work in rows("""
        baker: bakes the bread; fisher: catches the fish; teacher: teaches the children; miller: grinds
        the grain; weaver: weaves the cloth; blacksmith: shoes the horses; shepherd: watches over the
        sheep; postman: brings the letters; clockmaker: repairs the clocks; beekeeper: looks after the
        bees; librarian: lends the books; ferryman: rows people across the river; potter: makes the pots;
        cheesemaker: makes the cheese; woodcutter: cuts the firewood; tailor: sews the coats; banker:
        keeps the money safe; fiddler: plays at the dances; cook: cooks the big dinners; carpenter: makes
        the tables; doctor: comes when somebody is ill; gardener: grows the cabbages; singer: sings at
        weddings; innkeeper: has a bed for travelers; shopkeeper: sells the sugar and the salt
    """):
        p = next(p for p in ADULTS if p.trade == trade)
        yield Question("work", f"Who {work} in the village?", p.known, f"{p.known} {work}.")


# how often each kind is asked
# fmt: off
KINDS = {
    "capital": 30, "country": 8, "sound": 3, "home": 3, "young": 3, "legs": 2, "color": 5, "stuff": 5,
    "trade": 6, "big": 3, "heavy": 2, "fast": 2, "opposite": 8, "plural": 4, "compared": 3, "verb": 5,
    "rhyme": 3, "pair": 3, "family": 3, "sum": 6, "minus": 4, "times": 4, "month": 4, "day": 2, "who": 4,
    "age": 5, "older": 4, "work": 4,
}
# fmt: on
# Not to be asked of somebody whom they may be about.
ABOUT_PEOPLE = ("who", "age", "older", "work")
QUESTIONS = [*_about_the_world(), *_about_words_and_numbers(), *_about_time_and_people()]
_SIZE = {kind: sum(question.kind == kind for question in QUESTIONS) for kind in KINDS}
_WEIGHTS = [KINDS[question.kind] / _SIZE[question.kind] for question in QUESTIONS]


def _ask(draw: Draw, taken: list[Question], *absent: str) -> Question:
    """Pick a question of a kind that is neither absent nor taken."""
    questions, weights = _other_kinds(frozenset([*absent, *(question.kind for question in taken)]))
    taken.append(draw.pick(questions, lambda question: question.text, weights))
    return taken[-1]


@cache
def _other_kinds(kinds: frozenset[str]) -> tuple[list[Question], list[float]]:
    chosen = [i for i, question in enumerate(QUESTIONS) if question.kind not in kinds]
    return [QUESTIONS[i] for i in chosen], [_WEIGHTS[i] for i in chosen]


def _plain(draw: Draw) -> None:
    """Three questions, each with its answer."""
    taken: list[Question] = []
    while len(taken) < 3:
        draw.say(" " if taken else "")
        question = _ask(draw, taken)
        draw.say(" ")
        draw.pick([f"{question.brief}.", question.full])


def _at_school(draw: Draw) -> None:
    """Ruth the teacher asks one or two children."""
    taken: list[Question] = []
    tell(draw, '[Ruth the teacher asked|At school Ruth asked|One morning the teacher asked] <c:child>, "')
    question = _ask(draw, taken, *ABOUT_PEOPLE)
    draw.say('" [{c} [thought for a moment|raised {c.his} hand|smiled|knew it at once]. |]"')
    if draw.choose([True, False], [0.8, 0.2]):
        draw.pick([f"{question.brief}", question.full[:-1]])
        draw.say(
            '," [said {c}|answered {c}|{c} answered]. "[Well done|Very good|That is right|Correct|Good]," '
        )
        draw.say(
            "[said Ruth.|said the teacher, and she was pleased.|said Ruth, and wrote it on the blackboard.]"
        )
    else:
        draw.say('[I do not know|I have forgotten|I am not sure]," said {c}. "')
        draw.say("{answer}", answer=question.full[:-1])
        draw.say('," said Ruth. "[Now you know it|You will remember it next time|Write it down, please]."')
        return
    if draw.choose([True, False], [0.35, 0.65]):
        tell(draw, ' "[Now|Next], <d:child>! ')
        question = _ask(draw, taken, *ABOUT_PEOPLE)
        draw.say('" "')
        draw.pick([f"{question.brief}", question.full[:-1]])
        draw.say('[!" cried {d}.|," said {d}.]')


def _riddling(draw: Draw) -> None:
    """Two people while the time away with a question."""
    draw.say(
        "[On the way home|At supper|On a rainy day|In the kitchen|On the bridge|In the hay|By the fire] "
    )
    tell(draw, '<c:child> asked <d:anyone>, "')
    question = _ask(draw, [], *ABOUT_PEOPLE)
    draw.say('" ')
    draw.say('{d} [laughed|nodded|looked up|grinned|scratched {d.his} head] and said, "')
    draw.pick([f"{question.brief}.", question.full])
    draw.say('"[ "I knew that, too!" said {c}.| {c} was [content|surprised|satisfied].|]')


# fmt: off
THINGS = words("""
    key ball cup book hat spoon scarf candle letter comb ribbon coin brush bell glove doll whistle hammer
    kettle lamp map needle umbrella mirror button pencil rope basket jar towel violin
""")
SPOTS = items("""
    on the table; in the cupboard; under the bench; on the shelf; behind the door; in the drawer; on the
    windowsill; under the bed; beside the stove; on the chair; in the wooden box; in the bag; by the well;
    next to the clock; on the wall; in the boat; under the oak; in the barn; on the steps; in the
    wheelbarrow; behind the curtain
""")
# what there is, where, and how some of it goes
TAKEN = rows("""
    apples: in the basket: ate; plums: on the plate: ate; buns: on the tray: sold; cherries: in the bowl:
    ate; pears: under the tree: picked up; eggs: in the nest: took; candles: on the cake: blew out;
    cookies: in the jar: ate; marbles: in the bag: lost; logs: by the stove: burned; sacks: in the mill:
    carried away; cups: on the shelf: broke; carrots: in the bed: pulled up; sheep: in the field: led
    home; letters: in the bag: delivered; nails: in the box: used; chairs: in the hall: took away; jars:
    in the cellar: opened; fish: in the bucket: fried
""")
COLORED = words("scarf hat coat bucket boat kite ball ribbon door cart blanket cup flag shirt bag lantern")
PAINTS = words("red blue green yellow white black brown gray pink purple")
YES_NO = rows("""
    Is fire cold: No, fire is hot;
    Is ice warm: No, ice is cold;
    Is snow white: Yes, snow is white;
    Can a fish fly: No, a fish swims;
    Can a bird fly: Most birds can fly, because they have wings;
    Can a penguin fly: No, a penguin swims;
    Does a cow lay eggs: No, a hen lays eggs;
    Does a bee make honey: Yes, and Rosa sells it;
    Is a whale a fish: No, a whale breathes air;
    Does a stone float: No, a stone sinks because it is heavy;
    Does wood float: Yes, that is why boats are made of wood;
    Is the sea sweet: No, the sea is salty;
    Is honey sour: No, honey is sweet;
    Is a lemon sour: Yes, a lemon is very sour;
    Is a feather heavy: No, a feather weighs almost nothing;
    Is a millstone heavy: Yes, nobody can lift it alone;
    Does the sun shine at night: No, the moon and the stars shine at night;
    Does the sun rise in the west: No, the sun rises in the east;
    Is July a winter month in the village: No, July is a summer month;
    Is January cold in the village: Yes, the pond freezes in January;
    Has a week eight days: No, a week has seven days;
    Has a year twelve months: Yes, from January to December;
    Is a mouse bigger than a cat: No, a mouse is smaller;
    Is a horse bigger than a dog: Yes, a horse is much bigger;
    Is a snail fast: No, a snail is very slow;
    Is a mountain higher than a hill: Yes, a mountain is higher;
    Does milk come from cows: Yes, and from goats and sheep, too;
    Does wool come from hens: No, wool comes from sheep;
    Is bread made from sand: No, bread is made from flour;
    Is glass made from sand: Yes, the sand is melted in great heat;
    Do spiders have six legs: No, spiders have eight legs;
    Do bees have six legs: Yes, like all insects;
    Is seven more than five: Yes, seven is two more than five;
    Is nine less than four: No, nine is more than four;
    Is two plus two five: No, two plus two is four;
    Is twelve an odd number: No, twelve is an even number;
    Does a triangle have four sides: No, a triangle has three sides;
    Is a wheel round: Yes, or else it would not roll;
    Do we hear with our eyes: No, we hear with our ears;
    Do we smell with our nose: Yes, and sometimes we sneeze with it;
    Is Mia older than Ben: No, Mia is seven and Ben is eight;
    Is Ada older than Jack: Yes, Ada is twelve and Jack is ten;
    Is Tom a baker: No, Tom is a fisher;
    Is Ruth a teacher: Yes, Ruth teaches the children of the village;
    Is Anna a fisher: No, Anna is a baker;
    Is Oskar a weaver: No, Oskar is a blacksmith;
    Is Felix a painter: Yes, Felix paints pictures and signs;
    Is the queen a man: No, the queen is a woman;
    Is the king a man: Yes, the king is a man;
    Is the prince a girl: No, the prince is a boy;
    Is the princess a girl: Yes, the princess is a girl;
    Does a tree grow in one day: No, a tree needs many years;
    Do potatoes grow on trees: No, potatoes grow under the ground;
    Do apples grow on trees: Yes, on apple trees;
    Can you see in the dark: Not well, because there is no light;
    Does ice melt in the sun: Yes, ice turns into water;
    Is grass blue: No, grass is green;
    Is coal black: Yes, and so are the hands that carry it;
    Is Rome the capital of France: No, the capital of France is Paris;
    Is Berlin the capital of Germany: Yes, the capital of Germany is Berlin;
    Is Madrid the capital of Portugal: No, the capital of Portugal is Lisbon;
    Is Sydney the capital of Australia: No, the capital of Australia is Canberra;
    Is Rio the capital of Brazil: No, the capital of Brazil is Brasilia;
    Is Toronto the capital of Canada: No, the capital of Canada is Ottawa;
    Is Zurich the capital of Switzerland: No, the capital of Switzerland is Bern;
    Is a tomato blue: No, a ripe tomato is red;
    Is Istanbul the capital of Turkey: No, the capital of Turkey is Ankara;
    Is Tokyo the capital of Japan: Yes, the capital of Japan is Tokyo
""")
BECAUSE = items("""
    It was raining, so <p:adult> stayed [indoors|under the roof|at home]. Why did {p} not go out? Because
      it was raining.;
    The [ladder|chair|shelf] was broken, so <p:adult> sent for Samuel. Why did {p} call the carpenter?
      Because something was broken.;
    <p:adult> had a [cough|fever|sore throat] and went to see David. Why did {p} go to the doctor? Because
      {p.he} was ill.;
    <p:child> gave {p.his} [bread|apple|cake] to the [dog|goat|pony] and was hungry at noon. Why was {p}
      hungry? Because the animal had eaten {p.his} lunch.;
    The baby was [asleep|sleeping at last], so <p:anyone> walked on tiptoe. Why did {p} walk so softly?
      Because the baby was asleep.;
    <p:child> forgot {p.his} [cap|gloves|scarf] and came home [shivering|with blue lips]. Why was {p}
      cold? Because {p.he} had not dressed warmly.;
    The [bridge|road] was [flooded|closed], so <p:adult> took the ferry. Why did {p} go by boat? Because
      there was no other way.;
    <p:adult> watered the [beans|roses|cabbages] every evening, and they grew [tall|well]. Why did the
      plants grow? Because they got enough water.;
    Nobody had wound the clock, and it stopped at [noon|midnight|half past three]. <p:adult> came late to
      [church|work|the market]. Why was {p} late? Because the clock had stopped.;
    <p:child> had practiced the [song|dance|poem] for weeks and made no mistake. Why did {p} do so well?
      Because {p.he} had practiced.;
    The lamp had no oil, so <p:adult> lit a [candle|match|torch]. Why was the lamp dark? Because the oil
      was used up.;
    The [soup|stew|sauce] was too salty, so <p:adult> added [water|milk|potatoes]. Why did {p} do that? To
      make it less salty.;
    <p:child> left the gate open, and the [sheep|geese|goats] ran [away|into the cabbages|onto the road].
      Why were the animals free? Because the gate was open.;
    The wind [tore|blew] the hat off <p:adult>'s head. Why did {p} run after it? Because {p.he} wanted
      {p.his} hat back.
""")
FIRST_THEN = rows("""
    peeled the onions: cooked the soup; washed the apples: baked the pie; saddled the horse: rode to town;
    fed the hens: gathered the eggs; swept the floor: made the beds; mended the net: went fishing; dug the
    hole: planted the tree; lit the lamp: read the letter; climbed the ladder: picked the cherries; put on
    the boots: went out into the snow; shut the door: blew out the candle; milked the cow: made the
    butter; cut the cloth: sewed the coat; ground the grain: baked the bread; filled the tub: washed the
    dog; wrote the letter: took it to the post office; sharpened the ax: split the wood; set the table:
    called the guests
""")
DOINGS = rows("""
    washed: wash: the cups; swept: sweep: the yard; painted: paint: the fence; carried: carry: the bags;
    found: find: the ring; cleaned: clean: the windows; mended: mend: the basket; borrowed: borrow: the
    ladder; bought: buy: the candles; hid: hide: the present; dropped: drop: the plate; repaired: repair:
    the gate; picked: pick: the pears; peeled: peel: the potatoes; fed: feed: the hens; milked: milk: the
    goat; watered: water: the roses; locked: lock: the door; wrote: write: the poem; told: tell: the
    story; folded: fold: the sheets; lit: light: the lamp; baked: bake: the buns; rang: ring: the bell;
    cut: cut: the hedge; built: build: the hut; caught: catch: the mouse; sang: sing: the first song
""")
# fmt: on


def _two_places(draw: Draw) -> None:
    tell(
        draw,
        "<p:anyone> [put|left] the <x:thing> <i:spot>. <q:anyone> [put|left] the <y:thing> <j:spot>. ",
        thing=THINGS,
        spot=SPOTS,
    )
    draw.say("Where is the ")
    thing, spot = draw.pick([("{x}", "{i}"), ("{y}", "{j}")], lambda t: t[0])
    draw.say(f"? [The {thing}|It] is {spot}.")


def _moved(draw: Draw) -> None:
    tell(
        draw,
        "<p:anyone> put the <x:thing> <i:spot>. [Later|In the evening|After a while] ",
        thing=THINGS,
        spot=SPOTS,
    )
    tell(draw, "<q:anyone> put it <j:spot>. Where is the {x} now? [It is|Now it is] {j}.", spot=SPOTS)
    draw.say("[ Who put it there? {q}.| Where was it before? It was {i}.|]")


def _some_left(draw: Draw) -> None:
    many = draw.pick(range(4, 13), lambda n: f"There were {number(n)} ")
    things, _, took = draw.pick(TAKEN, lambda row: f"{row[0]} {row[1]}. ")
    tell(draw, "<p:anyone> " + took + " ")
    few = draw.pick(range(2, many - 1), number)
    draw.say(f". How many {things} [are left|were left]? ")
    draw.pick(
        [
            f"{cap(number(many - few))} {things}.",
            f"{cap(number(many - few))}, because {number(many)} minus {number(few)} is {number(many - few)}.",
        ]
    )


def _together(draw: Draw) -> None:
    tell(draw, "<p:child> has ")
    one = draw.pick(range(2, 11), number)
    things = draw.pick(
        [
            "marbles",
            "nuts",
            "shells",
            "coins",
            "feathers",
            "buttons",
            "plums",
            "pebbles",
            "stamps",
            "pencils",
        ],
        lambda t: f" {t}, and ",
    )
    tell(draw, "<q:child> has ")
    two = draw.pick(range(2, 11), number)
    draw.say("[. How many do they have together?| more. How many is that in all?] ")
    draw.pick(
        [
            f"{cap(number(one + two))} {things}.",
            f"{cap(number(one))} plus {number(two)} is {number(one + two)}.",
        ]
    )


def _colored(draw: Draw) -> None:
    tell(
        draw,
        "<p:adult> has a <c:paint> <x:colored> and a <d:paint> <y:colored>. What color is the ",
        paint=PAINTS,
        colored=COLORED,
    )
    thing, color = draw.pick([("{x}", "{c}"), ("{y}", "{d}")], lambda t: t[0])
    draw.say(f"? [The {thing}|It] is {color}.")


def _handed_on(draw: Draw) -> None:
    tell(draw, "<p:anyone> gave the <x:thing> to <q:anyone>. {q} gave it to <r:anyone>. ", thing=THINGS)
    draw.say(
        "[Who has the {x} now? {r} has it.|Who had it first? {p} had it first.|Who gave it to {r}? {q} did.]"
    )


def _race(draw: Draw) -> None:
    draw.say("[In the race|In the sack race|In the swimming race|In the contest], ")
    tell(draw, "<p:child> came first, <q:child> came second, and <r:child> came last. ")
    draw.say(
        "[Who won? {p} won.|Who was second? {q} was second.|Who was behind {q}? {r} was.|Who lost? {r} lost.]"
    )


def _by_height(draw: Draw) -> None:
    p = draw.pick([p for p in CHILDREN if p.age > 6])
    q = draw.pick([q for q in CHILDREN if 5 < q.age < p.age], lambda q: f" is taller than {q}, and ")
    r = draw.pick([r for r in CHILDREN if r.age < q.age], lambda r: f"{q} is taller than {r}. ")
    draw.say(
        "[Who is the tallest? {p} is.|Who is the smallest? {r} is.|Is {r} taller than {p}? No.]",
        p=p,
        r=r,
    )


def _because(draw: Draw) -> None:
    draw.slots.update(carpenter=who("Samuel"), doctor=who("David"))
    tell_one(draw, BECAUSE)


def _first_then(draw: Draw) -> None:
    tell(draw, "[First|In the morning], <p:anyone> ")
    one, two = draw.pick(
        FIRST_THEN, lambda t: f"{t[0]}, and [then]".replace("[then]", "then {p.he} ") + f"{t[1]}. "
    )
    draw.say(f"What did {{p}} do [first? {{p.He}} {one}.|after that? {{p.He}} {two}.]")


def _who_did(draw: Draw) -> None:
    tell(draw, "<p:anyone> ")
    one = draw.pick(DOINGS, lambda row: f"{row[0]} {row[2]}")
    tell(draw, ", and <q:anyone> ")
    two = draw.pick([row for row in DOINGS if row is not one], lambda row: f"{row[0]} {row[2]}. ")
    (did, do, it), (also, does, that) = one, two
    draw.say(
        f"[Who {did} {it}? {{p}} did.|Who {also} {that}? {{q}} did.|What did {{p}} {do}? {cap(it)}.|"
        f"What did {{q}} {does}? {cap(that)}.]"
    )


def _yes_or_no(draw: Draw) -> None:
    taken: list[list[str]] = []
    while len(taken) < 2 or (len(taken) < 3 and draw.choose([True, False])):
        draw.say(" " if taken else "")
        taken.append(
            draw.pick([row for row in YES_NO if row not in taken], lambda row: f"{row[0]}? {row[1]}.")
        )


FORMS = {
    _plain: 34, _at_school: 20, _riddling: 8, _yes_or_no: 6, _two_places: 4, _moved: 4, _some_left: 4,
    _together: 3, _colored: 3, _handed_on: 3, _race: 2, _by_height: 2, _because: 4, _first_then: 3,
    _who_did: 3,
}  # fmt: skip


def write(draw: Draw) -> None:
    """One to three questions, asked and answered."""
    draw.choose(list(FORMS), list(FORMS.values()))(draw)
