"""Plots at the castle on the hill, where a king and a queen rule, each as often as the other."""

from data.village.grammar import Draw, a
from data.village.world import ADULTS, CHILDREN, ROYALS, Person, but, who

KING, QUEEN, PRINCE, PRINCESS = ROYALS

RIDDLES = [
    (
        "What grows shorter the longer it stands",
        "A candle",
        ["An old man", "A cheese in summer", "A long speech"],
    ),
    ("What has teeth and cannot bite", "A comb", ["My grandmother", "A saw on Sunday", "A very old dog"]),
    (
        "What can you break without touching it",
        "A promise",
        ["A silence", "An egg, if you shout", "The record"],
    ),
    (
        "What follows you all day and leaves you at night",
        "Your shadow",
        ["A puppy", "The tax collector", "A smell of fish"],
    ),
    ("What gets wetter the more it dries", "A towel", ["A duck", "A cloud", "The laundry in April"]),
    ("What has a neck but no head", "A bottle", ["A shirt", "A very tall collar", "The scarecrow"]),
    ("What runs all day and never gets tired", "A river", ["My nose", "A dog", "The rabbit"]),
    (
        "What belongs to you but is used by others",
        "Your name",
        ["My wheelbarrow", "My soup spoon", "My money"],
    ),
    ("What is full of holes and still holds water", "A sponge", ["My roof", "A cheese", "A fishing net"]),
    ("What has a face and two hands but no feet", "A clock", ["A mermaid", "A man in a barrel", "A snowman"]),
    ("What is always coming and never arrives", "Tomorrow", ["The postman", "My brother", "My new boots"]),
    ("What goes up when the rain comes down", "An umbrella", ["The river", "The price of hay", "My temper"]),
    ("What answers but never asks", "An echo", ["A wise woman", "My husband", "A book"]),
    ("What must be broken before you can use it", "An egg", ["A horse", "A new shoe", "The ice"]),
]


def riddle(draw: Draw) -> None:
    """A royal riddle: grown people guess wrong, a child guesses right and asks for an odd reward."""
    say, pick = draw.say, draw.pick
    ruler = pick([KING, QUEEN], lambda r: f"{r.Name} ")
    other = QUEEN if ruler is KING else KING
    say(
        "[sat on the throne and was bored|was tired of the same three jokes|loved riddles more "
        "than roast duck|had thought of a riddle in the bath]. ",
        r=ruler,
        o=other,
    )
    say(
        '"[Whoever can guess it may ask for anything|The one who guesses it shall have a wish|The '
        'winner may make a wish]," said {r}. "'
    )
    _, answer, wrong = pick(RIDDLES, lambda x: f'{x[0]}?"')
    guessers: list[Person] = []
    for reply in (
        ".",
        ". {r.Name} [shook {r.his} head|yawned|laughed so much that the crown slipped|said no].",
    ):
        say(" ")
        guess = pick(wrong, lambda g: f'"{g}," said ')
        wrong = [another for another in wrong if another != guess]
        guessers.append(pick(but(ADULTS, *guessers), lambda p: p.known))
        say(reply)
    say(" Then ")
    child = pick(CHILDREN)
    say(
        ", who [had only brought the milk|was there to see the horses|had come with a basket of "
        "mushrooms|was holding the door], said, ",
        c=child,
    )
    say('"[That is easy. |Is it not plain? |]{answer}!" ', answer=answer)
    say(
        "[The court was silent|Someone whistled softly|A spoon fell to the floor|There was a "
        "murmur in the hall]. [{r.Name} jumped up from the throne|{r.Name} clapped]. "
    )
    say('"[Right|Quite right]! What is your wish?" {c} [thought about it|looked around]. ')
    wishes = {
        "try on the crown": "It [came down to {c.his} chin|fell over {c.his} ears], but it suited {c.him}",
        "slide down the great stairs": "{r.Name} went first, and {o} [pretended not to see|kept the time]",
        "ask the next riddle": "{r.Name} is still [thinking about it|guessing|counting on {r.his} fingers]",
        "ring the big castle bell": "The whole kingdom [had lunch, though it was nine|ran out to look]",
        "sleep one night in the tower": "There were [owls|moonbeams] there, and {c} counted them all",
        "eat as many pancakes as the guards": "{c} stopped at [nine|eleven], and the guards were impressed",
    }
    wish = pick(list(wishes), lambda w: f'"I should like to {w}," said {child}. ')
    say(wishes[wish] + ".")


def without_the_crown(draw: Draw) -> None:
    """A ruler goes out without the crown, is put to work, and hears what nobody says at court."""
    say, pick = draw.say, draw.pick
    ruler = pick([KING, QUEEN], lambda r: f"One morning {r} ")
    say(
        "[laid the crown on the pillow|hid the crown in a hatbox|hung the crown on a nail|left the "
        "crown in a drawer], ",
        r=ruler,
    )
    say(
        "put on [the gardener's coat|an old gray coat|a patched cloak] and went down to the "
        "village [alone|by the back stairs|through the kitchen door|before the guards were awake]. "
    )
    jobs = {
        "Anna": ("knead the dough", "the bread rose no higher than a plate", "a loaf"),
        "Tom": ("mend the nets", "there were more knots than holes", "a small herring"),
        "Peter": ("milk the cow", "the cow kicked over the pail", "a cup of milk"),
        "Wilma": ("wash the dishes", "four plates broke, and a saucer", "a bowl of soup"),
        "Boris": ("stack the wood", "the stack leaned, and then it lay", "a pair of old gloves"),
        "Olga": ("turn the cheeses", "a cheese rolled down the hill as far as the mill", "a slice of cheese"),
        "Lucy": ("pull the weeds", "the carrots came out with them", "a radish"),
        "Edith": ("turn the wheel", "the pot flew against the wall", "a crooked cup"),
    }
    boss = pick([who(name) for name in jobs], lambda p: f'"You there," called {p.known}, ')
    task, mishap, pay = jobs[boss.name]
    say(
        '"[come and|if you have nothing to do,] help me to {task}!" Nobody had ever [spoken like '
        "that|given orders] to {r}, ",
        b=boss,
        task=task,
        mishap=mishap,
        pay=pay,
    )
    say(
        "[and {r.he} rather liked it|but {r.he} rolled up {r.his} sleeves|and for a moment {r.he} "
        "looked around for a servant|but {r.he} had come to see how people live]. [It did not go "
        "well|Oh dear|It was harder than it looked]: {mishap}. "
    )
    say(
        '"[Where did you learn to work?" {b} laughed. "In a very large house|Have you been sitting '
        'all your life?" asked {b}. "Yes, on a large chair|Have you never done this?" {b} asked. '
        '"Never once|Are your hands on back to front?" asked {b}. "It seems so]," said {r}. '
    )
    say(
        "[They tried again, and it went a little better. |The second try was no worse than the "
        "first. |But {r} did not give up. |]"
    )
    say("[While they worked|At noon|Over a cup of tea], {b} [talked|complained] about ")
    trouble = pick(
        [
            ("the bridge, which had been broken since Easter", "the bridge was mended"),
            ("the tax on chimneys", "nobody paid for chimneys any more"),
            ("the guards, who trampled the beans", "the guards walked around the beans"),
            ("the castle trumpets, which woke the babies", "the trumpets were silent until nine"),
            ("the school roof, where the rain came in", "the school had a new roof"),
            ("the road, which had holes like bathtubs", "forty men were filling the holes in the road"),
        ],
        lambda t: t[0],
    )
    say(
        ". {r.Name} [listened and forgot to be tired|listened with both ears|had never heard a "
        "word about it|grew quiet and thoughtful|asked three questions and forgot none of the "
        "answers]. "
    )
    say(
        "In the evening {b} paid {r.him} with {pay}. [A week later|Before the month was over] {mended}, ",
        mended=trouble[1],
    )
    say("[and {b} wondered why, until|but {b} understood nothing until] ")
    say(
        "[{b.he} looked closely at a coin and knew the face.|the royal coach rolled by and "
        "somebody winked from the window.|a box came from the castle, with {pay} in it and a "
        "golden bow.]"
    )


def portrait(draw: Draw) -> None:
    """The royal portrait goes wrong, and the wrong picture is the right one."""
    say, pick = draw.say, draw.pick
    say("Felix the painter was to paint ")
    ruler = pick([KING, QUEEN, PRINCE, PRINCESS])
    say(
        " [for the great hall|on the throne|in a velvet cloak|with a golden ball in one hand|with "
        "crown and sword|beside a marble column]. ",
        r=ruler,
    )
    say(
        "{r.Name} had to sit still [for six days|from breakfast to supper], [which is hard|and no "
        "one may scratch a nose on a throne]. "
    )
    say(
        "[Flies came. |The paint smelled of onions. |At noon {r.he} ate a plum without moving "
        "{r.his} head. |]"
    )
    say("[On the last evening|When it was almost done|Just before the last stroke], ")
    culprit = draw.choose(["cat", "monkey", "child", "royal"])
    if culprit == "cat":
        say(
            "the castle cat [jumped onto|fell into] the [blue|red|yellow] paint and [ran|strolled] "
            "across the picture. [Paw after paw|Eleven paws], from the [crown|chin] to the "
            "[shoes|frame]! "
        )
    elif culprit == "monkey":
        say(
            "a [goat|sheep] came up from the courtyard and [licked away|ate] [the left ear|half "
            "the cloak|one hand] from the picture, paint and all. "
        )
    elif culprit == "child":
        child = pick(CHILDREN)
        say(
            " took the brush when nobody looked and painted [a mustache|freckles|a very big "
            "smile|a red nose] on the royal face. ",
            c=child,
        )
    else:
        say(
            "{r} sneezed, and [the easel fell over|Felix jumped], and a long [green|blue|purple] "
            "line went [right through the face|from ear to ear]. "
        )
    say(
        "Felix [turned pale|dropped his palette|wanted to hide in the curtains|sat down on the wet palette]. "
    )
    say(
        '"[Forgive me|I will begin again]," he [whispered|stammered]. {r.Name} [came closer|looked '
        "for a long time|bent over it], and "
    )
    say("[the corners of {r.his} mouth began to move|then {r.he} laughed out loud|{r.his} shoulders shook]. ")
    say(
        '"[At last I look like somebody one could talk to|Now it is alive|All my family look so '
        "stiff on these walls|That is just how I feel on Mondays|Now I should like to meet that "
        'person]," {r.he} said. "[Leave it as it is|Do not change a thing]!" '
    )
    say("[It hangs over the throne to this day|So it was framed in gold], ")
    say(
        "[and visitors always smile before they bow.|and it is the only picture there that anyone "
        "remembers.|and Felix signed it for two.]"
    )


def sleepless(draw: Draw) -> None:
    """A royal child cannot sleep; remedies grow grander and grander, and a plain one works."""
    say, pick = draw.say, draw.pick
    royal = pick([PRINCE, PRINCESS], lambda r: f"{r.Name} ")
    parent = draw.choose([KING, QUEEN])
    say(
        "[could not sleep|lay awake night after night|had not slept for a week|heard the clock "
        "strike every hour of the night]. {p.Name} [sent for help|promised a chest of silver to "
        "anyone who could help|asked everyone in the kingdom for advice]. ",
        r=royal,
        p=parent,
    )
    remedies = [
        ("David the doctor", "a spoonful of black syrup, and {r} had hiccups until morning"),
        ("Clara the weaver", "twelve new blankets, and {r} was much too hot"),
        ("Karl the fiddler", "his slowest song, and {r} wanted to dance"),
        ("Marco the cook", "a mountain of dumplings, and {r} had a stomachache"),
        ("Samuel the carpenter", "a bed that rocked like a ship, and {r} was seasick"),
        ("Hugo the shepherd", "a hundred sheep to count, and they ate the curtains"),
        ("Ella the librarian", "the longest book in the world, and it was far too exciting"),
        ("Felix the painter", "a picture of a sleeping lion, and {r} was afraid of it"),
        ("Arthur the clockmaker", "a clock that ticked softly, and {r} counted the ticks"),
    ]
    draw.pick_new(remedies, "", ". ", show=lambda m: f"{m[0]} brought {m[1]}")
    say(". {p.Name} [wrung {p.his} hands|yawned|did not know what to do|paced up and down under the crown]. ")
    child = pick(CHILDREN, lambda c: f"Then {c} ")
    say(
        "[came to the castle with the laundry|asked to try|knocked at the gate|came up the stairs "
        "in wooden shoes|said, very politely, that all this was too much]. ",
        c=child,
    )
    way = draw.choose(["play", "dark", "worry", "story"])
    if way == "play":
        say(
            '"[Did you run about today|What have you done all day]?" asked {c}. "[I sat|I was '
            'carried about]," said {r}. '
        )
        say(
            "[They ran out|So they went out] and [played tag around the moat|rolled down the "
            "hill|chased the royal geese|built a dam in the brook|climbed all the pear trees] "
            "until [the stars came out|their legs gave way]. "
        )
        say("{r.Name} [fell asleep in the soup|was asleep before {r.his} shoes were off].")
    elif way == "dark":
        say(
            '{c} [looked at the room|turned around once]. "[There are forty candles in here|It is '
            'as bright as noon]," said {c.he} and [blew them out|put them out], one by one. '
        )
        say(
            '"[So that is what night is like|Oh, how soft it is]," said {r}, and [slept until '
            "Tuesday.|began to snore.]"
        )
    elif way == "worry":
        say(
            '"[What do you think of in the dark|What is the matter]?" {c} [asked|whispered]. "That '
            'I shall have to rule [one day|a whole kingdom|with that heavy crown on]," said {r}. '
        )
        say(
            '"[Not tomorrow|But first there will be breakfast]," said {c}. {r.Name} [thought about '
            "that|sighed], smiled and [fell asleep.|turned over and slept.]"
        )
    else:
        say(
            "{c} told a story about [a snail that walked to the sea|a man who counted raindrops|a "
            "woman who counted clouds|a cow that stood in a meadow|a spoon in a drawer], "
        )
        say(
            "in which [nothing happened|very little happened], [slowly|again and again]. [Before "
            "the end|After a while] {r}, {p} and [two guards|the guard at the door] were asleep."
        )


def changed_places(draw: Draw) -> None:
    """A royal and a common person change places for a day, and both are glad to change back."""
    say, pick = draw.say, draw.pick
    royal = pick(ROYALS, lambda r: f'"How I should like to be a plain {r.kind}!" sighed {r}. ')
    person = draw.choose(
        [
            p
            for p in (CHILDREN if royal.age < 16 else ADULTS)
            if p.female == royal.female and p.name not in ("Max", "Zoe")
        ]
    )
    say(
        '"[And I should like to live in the castle|I would rather wear a crown for once]," said '
        "{p.known}, who was passing. ",
        r=royal,
        p=person,
    )
    say('["Done," said {r}. |They looked each other up and down. |]')
    say(
        "[So they changed clothes behind a hedge|No sooner said than done: they changed "
        "places|They shook hands on it and changed hats and shoes] for one day. "
    )
    say("[It began well. |The first hour was fun. |Nobody noticed. |]")
    say(
        "{p} [sat on the throne|was carried to the throne], and [nobody might speak first|forty "
        "people watched each bite|everybody walked backward out of the room]. "
    )
    draw.pick_new(
        [
            "The crown pinched",
            "The royal bed was as big as a field and just as cold",
            "The soup was cold after its long way from the kitchen",
            "There were nine forks and no bread",
            "There was a speech about drains that lasted until three",
            "Two dukes were quarreling about a hedge",
            "Someone had always just bowed and was in the way",
        ],
        "",
        ". ",
    )
    say(". [Meanwhile|In the village], {r} ")
    if royal.age < 16:
        draw.pick_new(
            [
                "fed the pigs and fell into the trough",
                "carried water and spilled half of it",
                "learned to spit cherry stones",
                "was scolded by a teacher for the first time",
                "climbed a tree and could not get down",
                "peeled potatoes until they were as small as peas",
            ],
            "",
            ", ",
            " and ",
        )
    else:
        draw.pick_new(
            [
                "chopped wood and hit the bucket",
                "hung up the wash in the rain",
                "cooked porridge that could be cut with a saw",
                "stood in line for an hour to buy a herring",
                "chased a pig twice around the church",
                "weeded the wrong bed",
            ],
            "",
            ", ",
            " and ",
        )
    say(". [In the evening|When the sun went down] they met [at the hedge|on the bridge]. ")
    say('"[How can you bear it|Is it always like that]?" [both said at once|they both asked]. ')
    say(
        "{r.Name} [put the crown back on and sighed|took back the crown], and {p} [went home to a "
        "hot potato|ran home, whistling]. "
    )
    say(
        "[But every year they do it again.|But on some evenings {r} comes down for a game of "
        "cards.|Since that day {r} has always said good morning first.]"
    )


def throne(draw: Draw) -> None:
    """The throne is too hard; craftsmen improve it until it cannot be used, and a simple seat wins."""
    say, pick = draw.say, draw.pick
    ruler = pick([KING, QUEEN], lambda r: f'"This throne is as hard as a stone," said {r}. ')
    say(
        '"[How can I rule a kingdom with a sore back|Who can think of laws on a thing like '
        'this|Why did nobody tell me when I was young]?" ',
        r=ruler,
    )
    steps = [
        ("Samuel the carpenter", "made the seat higher, and now the royal feet did not reach the floor"),
        ("Clara the weaver", "brought nine cushions, and {r} slid off, crown and all"),
        ("Olga the cheesemaker", "rubbed it with butter, and that was no help at all"),
        ("Ivy the tailor", "covered it with feathers, and {r} sneezed through the whole council"),
        ("Hugo the shepherd", "laid a fleece on it, and {r} fell asleep in the middle of a law"),
        ("Arthur the clockmaker", "added a wheel and a crank, and it turned its back to the guests"),
        ("Simon the ferryman", "hung it from ropes, and the royal advice swung to and fro"),
    ]
    draw.pick_new(steps, "", ". ", ". ", show=lambda s: f"{s[0]} {s[1]}")
    say(". [{r.Name} had had enough|At last {r} threw up {r.his} hands|Then {r} took off the crown], ")
    say(
        "[went down to the kitchen|walked out into the garden|marched to the village inn|crossed "
        "the courtyard in stocking feet] and sat down on "
    )
    say(
        "[a barrel|an upturned bucket|a milking stool|a sack of beans|an old kitchen chair|the "
        "chopping block]"
    )
    say(
        '. "[This is it|Here I stay|Now this is what I call a seat|Bring me the crown, I shall '
        'rule from here]!" [People|The people|Men and women] [came by|stopped], sat down on the '
        "[steps|grass|bench] beside {r.him} and "
    )
    say(
        "[told {r.him} what was wrong|asked for advice|said what they thought|talked about drains "
        "and weddings|brought their quarrels and a little cheese]. "
    )
    say(
        "[More was settled there in one morning than in a whole year of councils.|Now all the laws "
        "are made there, and they are short ones.|The throne is used for drying herbs.|And on the "
        "throne upstairs sleeps the cat.]"
    )


def dragon(draw: Draw) -> None:
    """A dragon is feared, the strong fail, and somebody finds out what it needs."""
    say, pick = draw.say, draw.pick
    say(
        "[Long before the bridge was built|When the grandmothers were girls|Once, when the forest "
        "was still deep|In the time of the old songs], a dragon [lived in|moved into|came to] the "
        "cave above the village "
    )
    say("and [roared all night|blew smoke over the wheat|made the windows shake]. ")
    say(
        "[A knight|The strongest man in the kingdom|A captain with nine soldiers|The strongest "
        "woman in the kingdom]"
    )
    say(
        " went up with a [sword|lance|net] and came down [rather quickly|as black as coal|without "
        "a word|on the other side of the hill]. "
    )
    say(
        "[The bells rang in fear. |Everybody stayed indoors. |Some people packed their beds onto "
        "carts. |]Then "
    )
    hero = pick(["girl", "boy", "old woman", "old man"], lambda h: f"{a(h)} with a basket")
    say(
        ' said, "[Has anyone asked what it wants?|A beast that cries all night has a '
        'reason,|Somebody should go and talk to it,]" and climbed up. ',
        noun=hero,
    )
    need = draw.choose(["tooth", "cold", "lonely", "song"])
    if need == "tooth":
        say(
            '"[Who is there|Go away]!" growled the dragon. "[Open your mouth|Say ah]," said the '
            "{noun}. [A bone|A whole fir tree|A rusty helmet] was stuck between two teeth. The "
            "{noun} [pulled and pulled|tied a rope to it], and [out it came|there it was]. "
        )
        say(
            '"[Oh|Ahh]," said the dragon, "[that has hurt for eighty years|you cannot think how that hurt]." '
        )
    elif need == "cold":
        say(
            "The dragon had a [terrible cold|fever and a runny nose]. The {noun} cooked a "
            "[tub|whole kettle] of [onion soup|chicken broth|mint tea] on its own fire and [rubbed "
            "its chest with goose fat|wrapped eleven scarves around its neck]. "
        )
        say('"[Nobody has ever done that for me|You have warm hands]," it [sniffed|said]. ')
    elif need == "lonely":
        say(
            '"Are you not afraid of me?" asked the dragon. "[A little|Only of losing|Not before '
            'supper]," said the {noun} and took out [a checkerboard|a pack of cards|a bag of '
            "dominoes]. "
        )
        say(
            "They played until [dawn|the moon went down]. The dragon [cheated|lost every game] and "
            "[had never been so happy|laughed smoke rings]. "
        )
    else:
        say(
            "The dragon was [trying to sing|practicing a lullaby], but it knew only [one note. The "
            "{noun} taught it a second, and a third|half of the tune. The {noun} sang it the "
            "rest]. "
        )
        say("[That night|When the sun set] it sang [so softly that the babies slept|like a distant organ]. ")
    say("[After that|From then on] the dragon ")
    say(
        "[lit the bakery oven every morning|dried the village's wash|warmed the school in "
        "winter|carried the mail over the mountains|guarded the sheep better than any dog|roasted "
        "the chestnuts at the fair], "
    )
    say(
        "and the {noun} [had a seat between its wings.|needed no coat on its back.|was the only "
        "one who might call it Sweetheart.]"
    )


def heir(draw: Draw) -> None:
    """The rulers travel, a royal child rules for a week, and three laws turn out badly before a good one."""
    say, pick = draw.say, draw.pick
    say(
        "[The king and the queen|The queen and the king] [went on a journey|drove to a wedding far "
        "away|had to visit an aunt], and for one week "
    )
    heir_ = pick([PRINCE, PRINCESS])
    say(
        " was to rule. {r.Name} [put on the big crown|stuffed the crown with a scarf until it "
        "fit|climbed onto the throne] and made laws. ",
        r=heir_,
    )
    laws = [
        ("There shall be cake for breakfast", "by Wednesday everyone had a stomachache"),
        ("Nobody must go to bed", "soon the guards slept standing, and the baker slept in the dough"),
        (
            "School is closed",
            "after two days the children were so bored that they counted the bricks of the wall",
        ),
        ("Everything must be painted blue", "nobody could find a door any more"),
        ("Dogs may sit at the table", "there was no ham left in the whole kingdom"),
        ("Everyone must sing instead of speaking", "the judge lost her voice"),
        ("It is forbidden to wash", "even the pigs moved away"),
        ("All hats must be twice as high", "no one could get through a door"),
    ]
    draw.pick_new(
        laws,
        '"',
        '[The second law was|Next came]: "',
        show=lambda law: f'{law[0]}!" That was fine at first, but {law[1]}. ',
    )
    say("[There was a long line of complaints. |The cook resigned. |The guards hid. |]")
    say("[On Friday|On the fifth day] ")
    say("[an old woman|an old man|a young woman|a young man|a small boy|a small girl]")
    say(" stood before the throne. ")
    say(
        '"[May I ask something|Will you hear me]?" "[Speak|Please do|If you must]," said {r}, who '
        "[had a headache|was tired of ruling|would rather have been fishing|had slept badly]. "
    )
    say(
        '"[You have told us so much. You have not asked us anything yet|You have made many laws, '
        'but nobody wanted them|A law is like a soup; one should taste it first]." '
    )
    say(
        "{r.Name} [took off the crown and was quiet|was silent for a long time|turned red|got down "
        "from the throne and sat on the steps]. "
    )
    say("[The last law of that week was this|Then {r} made one more law]: ")
    say(
        '"[No law shall be made before lunch|Before every law, ten people shall be asked|Whoever '
        "rules shall listen for one hour each day|The throne room shall have a second chair, for "
        'visitors]." '
    )
    say(
        "[When the king and the queen|When the queen and the king] came home, they [left it just "
        "as it was.|read it twice and hung it on the wall.|kept that one and burned the others.]"
    )
