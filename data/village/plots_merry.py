"""Merry plots: supper, school, tall tales, and quarrels that end well."""

from data.village.grammar import Draw, a, cap
from data.village.world import ADULTS, CHILDREN, but, trade, who

FAMILY = {"mother": "she", "father": "he", "grandmother": "she", "grandfather": "he"}


def bedtime(draw: Draw) -> None:
    """A story at bedtime: the child improves every sentence, and the wrong person falls asleep."""
    say, pick = draw.say, draw.pick
    child = pick(CHILDREN, lambda c: f'"Tell me a story," said {c}. ')
    parent = pick(list(FAMILY), lambda p: f"{child.His} {p} ")
    say(
        "[was very tired|had been up since four|yawned|could hardly keep awake], but [sat down on "
        "the bed|turned down the lamp]. ",
        c=child,
        par=parent,
        he=FAMILY[parent],
    )
    say('"[Once upon a time|Long, long ago] there was ')
    first = pick(["a king", "a queen", "a fox", "a miller", "a bear", "a giant", "a snail", "a robber"])
    noun = first.split()[1]
    say('," {he} began. "[Not|Please, not] a {noun}, ', noun=noun)
    beings = [
        "a pirate",
        "a bear",
        "a horse",
        "a wizard",
        "a mouse",
        "a princess",
        "a prince",
        "an elephant",
        "a hen",
    ]
    second = pick([being for being in beings if being != first])
    say('," said {c}. "[Good|Very well|All right], {second}. And {second} lived in ', second=second)
    home = pick(
        ["a castle", "a hollow tree", "a teapot", "a boat", "a windmill", "a deep forest", "a pumpkin"]
    )
    say(
        '." "[Upside down|With seven cats|And it could fly|In winter, with snow|Under the sea]," said {c}. ',
        home=home,
    )
    say(
        '"[If you say so|Certainly|Of course]. And one day {hero} set out to find ',
        hero="the " + second.split()[1],
    )
    goal = pick(
        [
            "a golden egg",
            "a lost shoe",
            "the end of the rainbow",
            "a friend",
            "the biggest cheese in the world",
            "the moon's hat",
        ]
    )
    say(
        '." [{c} sat up|{c} clapped|{c} pulled the blanket up to {c.his} chin]. "[And then?|What '
        'happened next?|Go on!]" '
    )
    say(
        "[No answer came|There was no answer|It was quiet]. {c.His} {par} [was fast asleep|had "
        "begun to snore]",
        goal=goal,
    )
    say("[, one arm around {c}'s teddy bear|, sitting up, like a horse| on {c}'s pillow]. ")
    say(
        "So {c} [told the rest alone|finished the story in a whisper], and in it [{hero} found "
        "{goal}|everyone came home in time for supper|{hero} went to sleep, too|{goal} turned out "
        "to be nearer than anyone had thought]. "
    )
    say(
        "[Then|After that] {c} [blew out the candle.|covered {c.his} {par} with half of the "
        "blanket.|lay awake for a while and was quite content.]"
    )


def salted_soup(draw: Draw) -> None:
    """Everyone means well and does the same thing to one pot, and each thinks that nobody else did."""
    say, pick = draw.say, draw.pick
    say(
        "[For the harvest feast|For the fair|For the dance on Saturday|For the wedding|For Grace's "
        "sixtieth birthday] Marco the cook made a [pot|kettle] of "
    )
    soup = pick(["pea", "fish", "potato", "onion", "pumpkin", "cabbage", "bean"], lambda s: f"{s} soup")
    say(
        " [as big as a bathtub|for the whole village|that smelled as far as the mill]. Then he "
        "[went out to pick parsley|lay down for a nap|ran to fetch the bread]. ",
        soup=soup,
    )
    deed, after, mend = draw.choose(
        [
            (
                "salt",
                "salty",
                ["eleven potatoes", "a bucket of milk", "two pots of water and a basket of turnips"],
            ),
            (
                "pepper",
                "hot",
                ["a bucket of cream", "a tub of yogurt", "a basket of bread crumbs and butter"],
            ),
        ]
    )
    cooks = but(ADULTS, trade("cook"), trade("judge"))
    one = pick(cooks, lambda p: f"{p.known} came by, tasted")
    say(
        ', and said, "[It needs|This wants] {deed}." {p.He} took a [pinch|handful]. ',
        p=one,
        deed=deed,
        after=after,
    )
    two = pick(but(cooks, one), lambda p: f"{p.known} tasted")
    say(" and thought the same. {q} took [two spoonfuls|a good spoonful]. ", q=two)
    three = pick(but(cooks, one, two), lambda p: f"{p.known} did not taste at all, but")
    say(" [found the jar beside the pot and emptied it|emptied the whole jar, to be useful]. ", r=three)
    say(
        "[At the table|In the evening] Grace the judge [took the first spoonful|lifted her spoon]. "
        "[Her eyes grew round|Tears ran down her cheeks]. "
    )
    say(
        '"[Who cooked this|What is this]?" she [whispered|croaked]. "[Not I alone, it seems|It was '
        'not so {after} at noon]," said Marco and [blushed|turned pale]. '
    )
    say(
        "{p} [looked at {p.his} plate|coughed]. {q} [studied the ceiling|tied {q.his} shoe]. {r} "
        "[slid under the table|asked what time it was]. "
    )
    say("Marco [laughed|said nothing], added ")
    pick(mend)
    say(" and [stirred|cooked it once more]")
    say(
        "[. It was enough for three days, and for the next village.|, and then it was [the best "
        "soup|the finest soup] that anyone remembered.|, and put a lock on the kitchen door.]"
    )


def tall_tale(draw: Draw) -> None:
    """A catch grows with each telling until the proof is asked for."""
    say, pick = draw.say, draw.pick
    teller = pick([who("Tom"), who("Albert"), who("Simon")], lambda p: f"{p.known} caught ")
    fish = pick(["a trout", "a pike", "a carp", "an eel", "a catfish", "a perch"])
    noun = fish.split()[1]
    say(" [no longer than a hand|as long as a spoon|that would have fit into a shoe]. ", t=teller, noun=noun)
    say("[The cat was not impressed. |It was a small one, but it was fresh. |]")
    say("[On the pier|At the harbor|At the inn] he told ")
    first = pick(but(ADULTS, teller))
    say(" that it was as big as ", p=first)
    say("[an oar|a table|a ladder|a church bench|a calf|a grown man]")
    say(". {p} told ")
    second = pick(but(ADULTS, teller, first))
    say(" that it was as big as ", q=second)
    say("[a cow|a wagon|a boat|a barn door|a haystack|the church]")
    say(
        "[ and had teeth| and could whistle| and had fought for six hours]. [By noon|Before the "
        "soup was hot|By the time the bell rang twelve] "
    )
    say(
        "the whole village [stood before his hut|was at his door] with [plates and forks|pots and "
        "pans|wheelbarrows], for a {noun} like that would feed everyone. "
    )
    say('"[Show it|Bring it out]!" they cried. ')
    end = draw.choose(["shrunk", "thrown", "own"])
    if end == "shrunk":
        say("{t} [scratched his neck|turned red] and came out with a [saucer|small plate]. ")
        say('"[It has shrunk|It must have dried in the sun|It looked bigger in the water]," he said. ')
        say(
            "[There was a silence|Nobody spoke]. Then [somebody giggled|{q} began to laugh], and "
            "soon the whole street was laughing. "
        )
    elif end == "thrown":
        say(
            '"[I let it go|I put it back]," said {t}, "[it had such sad eyes|it had seven '
            'children|it asked so politely]." [Somebody whistled|Nobody believed a word]. '
        )
    else:
        say(
            '"[As big as that|Here? In our lake]?" said {t}, [who had forgotten his own '
            'tale|amazed]. "[And who caught it|Is that true]?" '
        )
        say("{p} [pointed at him|shook a fist at him], laughing. ")
    say("[They ate pancakes instead.|Everyone brought something, and it became a feast without fish.]")
    say(
        "[| Since then, whenever {t} tells a story, they divide it by ten.| And the cats went "
        "home, disappointed.]"
    )


def school_play(draw: Draw) -> None:
    """On the stage everything goes wrong, and the mishap makes the play."""
    say, pick = draw.say, draw.pick
    say("[At midsummer|Before the holidays|Every December|For the parents] the children put on a play. ")
    part = pick(["the king", "the queen", "the wolf", "the moon", "the giant", "the captain"], cap)
    say(" was played by ", part=part)
    child = pick(CHILDREN)
    say(
        ", who [had practiced for weeks|knew every word by heart|was pale with fright|wore a "
        "costume made of curtains|had not slept for excitement]. ",
        c=child,
    )
    other = pick(but(CHILDREN, child), lambda c: f"{c} was the back end of the horse")
    say("[, because nobody else wanted to be|, and was proud of it|]. ", o=other)
    say(
        "[The curtain rose|Ruth the teacher pulled the curtain open], and {c} [opened {c.his} "
        "mouth|stepped forward]. [Nothing came out|Not one word came]. "
    )
    say(
        "[Somebody coughed|A chair creaked|In the first row a baby laughed|One could hear the candles burn]. "
    )
    fix = draw.choose(["horse", "true", "prompt", "crash"])
    if fix == "horse":
        say(
            'Then the back end of the horse said loudly, "[I think {part} has a frog in the '
            'throat|Let me tell it, then]!" '
        )
        say(
            "[The hall roared|Everybody laughed], and {c} [laughed, too|had to laugh], and then "
            "[the words came back|it went like clockwork]. "
        )
    elif fix == "true":
        say(
            '"[I have forgotten it|I do not know what comes next]," said {c} at last, "[does '
            'anyone here know|can somebody help me]?" '
        )
        say(
            "[A man called out an ending|A woman in the third row called out an ending], and "
            "[another one a better one|then a boy knew a better one], and they acted [both|them "
            "all]. "
        )
    elif fix == "prompt":
        say(
            "[Ruth whispered the first line. {c} misheard|Ruth held up a sheet with big letters. "
            "{c} misread] it and said, "
        )
        say(
            '["My kingdom for a sausage!"|"Who has eaten my horse?"|"The moon is made of my '
            'aunt!"|"I am a terrible goose!"]'
        )
        say(
            " [The hall shook with laughter|People held their sides], and from then on {c} was "
            "[not afraid of anything|as calm as a cow]. "
        )
    else:
        say("Then the cardboard [castle|tree|tower] fell over, and behind it stood ")
        grown = pick(ADULTS, lambda p: f"{p.known} ")
        say("with [a bun in {g.his} mouth|a mop|the thunder sheet in {g.his} hand]. ", g=grown)
        say(
            '"[Seize the thief|Behold, a ghost]!" [cried|shouted] {c}, [who was wide awake '
            "now|quick as a flash], and {g} [had to play along|bowed and ran]. "
        )
    say(
        "[The applause lasted for five minutes|They had to bow six times|Nobody wanted to go "
        "home|Hats flew into the air]. "
    )
    say(
        '"[That was not in the book|Next year we do it the same way]," said Ruth, [wiping her '
        "glasses.|and clapped the loudest.|and sat down, quite worn out.]"
    )


def fence(draw: Draw) -> None:
    """Two neighbors quarrel about a line, and something that knows no line ends it."""
    say, pick = draw.say, draw.pick
    one, two = draw.pick_new(ADULTS, "", " and ", show=lambda p: p.known)
    say(" were neighbors, and they quarreled about ", p=one, q=two)
    say(
        "[the shade of a pear tree|a rooster that crowed at three|a strip of grass as wide as a "
        "towel|smoke from a chimney|who had borrowed the rake|the color of a gate]"
    )
    say(
        ". [First they stopped waving|First they did not greet each other|It began with a sharp "
        "word], [then they turned their chairs around|then each sent the other's mail back]. "
    )
    say(
        "[The dogs of the two houses stayed friends. |The children found it silly. |Nobody else "
        "could see the point. |]"
    )
    say(
        "[In the end|At last] {p} built a fence [as high as a man|with nails on top], and {q} "
        "built a [higher one|second one] beside it. "
    )
    end = draw.choose(["pumpkin", "child", "hen", "storm"])
    if end == "pumpkin":
        say(
            "[But nobody had told the pumpkin|In May a pumpkin seed fell between them]. It "
            "[grew|climbed] up one side and down the other, and in the fall a pumpkin [as fat as a "
            "pig|like a full moon] hung [on top|right on the line]. "
        )
        say(
            '"[Mine|It is mine]," said {p}. "[Its root is here|It leans to my side]," said {q}. '
            "[But neither of them could lift it alone|It was so heavy that they had to lift it "
            "together]. "
        )
        say(
            "They made [soup|pies] from it, [for there was too much for one|enough for two "
            "houses], and ate at one table. "
        )
    elif end == "child":
        child = pick(CHILDREN, lambda c: f"{c}'s ball flew over both fences")
        say(
            ", [twice a day|nine times a week], and each time the child had to [ring at both "
            "doors|ask at two doors]. ",
            c=child,
        )
        say('"[Could you not put in a little gate|Would you mind if I sawed a little hole]?" asked {c}. ')
        say(
            "[They put in a gate|So there was a small gate], [the size of a child|painted green]. "
            "First a ball went through it, then [a plate of cookies|a borrowed rake|a kitten], "
            "then a neighbor. "
        )
    elif end == "hen":
        say(
            "[But {p}'s hen|Only {p}'s hen] [found a gap|flew over] and laid her eggs in {q}'s "
            "[best hat|flower pot|left boot]. {q} [counted them|looked at them for a week]. "
        )
        say(
            "[Then there was a knock|On Sunday there was a knock] at {p}'s door: there stood {q} "
            'with a [bowl of eggs|warm omelet]. "[These are yours|I believe this belongs to you]," '
            "said {q}. "
        )
        say('"[Half of them|Come in]," said {p}, [after a while|and moved a chair]. ')
    else:
        say(
            "[One night a storm came|Then came the great storm] and [laid both fences flat|knocked "
            "both fences down], boards and nails and all. "
        )
        say(
            "[In the morning|At sunrise] they stood [in the same puddle|among the boards] and "
            "looked at each other. "
        )
        say(
            '"[You have nice curtains|Your beans are doing well]," said {p}. "[You have grown '
            'thinner|Your coffee smells good]," said {q}. '
        )
    say(
        "[The boards make a fine bench now, and it stands in the middle.|Of the fence there is "
        "left one post, and a bird lives on it.|The fence wood kept both stoves warm that "
        "winter.|These days they quarrel about who may pay for the coffee.]"
    )


def pumpkin_contest(draw: Draw) -> None:
    """A contest for the biggest vegetable; one who has the smallest wins something after all."""
    say, pick = draw.say, draw.pick
    say(
        "[At the harvest fair|On the first Sunday in October|When the fair came|Every fall], there "
        "was a prize for the biggest "
    )
    veg = pick(["pumpkin", "turnip", "cabbage", "potato", "onion", "carrot"])
    say(". ", v=veg)
    one = pick(ADULTS, lambda p: f"{p.known} ")
    say("had {av} that filled a wheelbarrow; {p.he} had ", p=one, av=a(veg))
    say(
        "[sung to it every evening|given it sugar water|read the newspaper to it|watered it with "
        "cold tea|put a hat on it against the sun|wrapped it in wool at night|told it every day "
        "how pretty it was]"
    )
    say(". ")
    two = pick(but(ADULTS, one), lambda p: f"{p.known} ")
    say(
        "needed [two oxen|a cart with four wheels|six strong men] to move [another one|one that "
        "was no smaller]. ",
        q=two,
    )
    child = pick(CHILDREN, lambda c: f"And {c} ")
    say(
        "came with one [as small as a thimble|no bigger than a plum|that fit into a matchbox]. "
        "[People smiled|Some people laughed|The crowd giggled]. ",
        c=child,
    )
    end = draw.choose(["hollow", "mouse", "soup", "seed"])
    if end == "hollow":
        say(
            "The judge [knocked on|tapped] the big ones: they were [hollow|empty and watery]. She "
            "cut the small one [and tasted it|in two and took a bite]. [She closed her eyes|She "
            "smiled]. "
        )
        say(
            '"[The biggest is easy to see|Size has its own prize]," she said, "[but the best is '
            'here|but we eat with the tongue]." '
        )
    elif end == "mouse":
        say(
            "[While the judge measured|While they argued], a mouse [looked out of|gnawed its way "
            "out of] {p}'s {v}, and then [another|its whole family]. "
        )
        say(
            '"[That one is taken|Somebody lives there]," said the judge. '
            "{q}'s [rolled off the scales and burst|broke the scales and fell into the fountain]. "
            "[So the smallest was the only one left|So there was only one left]. "
        )
    elif end == "soup":
        say(
            "{q} won[, by a pound|, by an inch]. But [then it rained|the evening was cold], and "
            "everyone was hungry; so both big ones were [cut up|chopped] for soup. "
        )
        say(
            '"[And mine|May mine go in, too]?" asked {c}. It was [the last piece|the smallest '
            'piece] in the pot, and the judge [got it|found it in her bowl]. "[Ah|Oh]," she said, '
            '"who grew this one?" '
        )
    else:
        say(
            "{p} won and [ate for a month|could not eat it all]. {c} [kept the seeds|dried the "
            "seeds and waited]. [The next year|A year later] a {v} lay in {c}'s garden [that nine "
            "people could not lift|like a sleeping elephant]. "
        )
        say(
            '"[What did you do|How]?" everyone asked. "[I gave it a year|I let it have its time]," said {c}. '
        )
    say(
        "[The prize, a ham, was eaten together.|{c} bowed like a champion.|Next year, people say, "
        "everyone will grow small ones.]"
    )


def raft(draw: Draw) -> None:
    """Children set sail in the wrong vessel, sink, and build a better one."""
    say, pick = draw.say, draw.pick
    one, two = draw.pick_new(
        CHILDREN, "[One hot morning|In the first week of the holidays|On Saturday] ", " and "
    )
    say(
        " wanted to [sail to the island|see the sea|discover a new land], and they had no boat. "
        "[They took|So they took] ",
        p=one,
        q=two,
    )
    _, word = pick(
        [
            ("Wilma's bathtub", "bathtub"),
            ("the barn door", "door"),
            ("two barrels from the inn", "barrels"),
            ("a bed without legs", "bed"),
            ("the baker's trough", "trough"),
            ("an old wardrobe", "wardrobe"),
        ],
        lambda v: v[0],
    )
    say(", [a broom for a mast|a tablecloth for a sail|a frying pan for a rudder] and ", v=word)
    say("[a jar of pickles|nine sandwiches|a cake|a bag of cherries|a whole cheese|a pot of cold dumplings]")
    say(
        ". [On the shore|At the landing] Albert the captain [took the pipe from his mouth|looked "
        "up from his newspaper|shaded his eyes]. "
    )
    say('"[Has she been tested|Can she float]?" he asked. "[Of course|We will see]," said {p}. ')
    say(
        "[They pushed off. |A duck went along. |][For a whole minute it went well|The first ten "
        "yards were glorious]. Then [it gurgled|something gurgled], [the water was up to their "
        "ankles|the stern went down], and they [sat in the lake up to their chins|stood in the "
        "water up to their necks]. "
    )
    say("{q} [saved the provisions|held the food over the water]. ")
    say(
        '[Albert did not laugh|Albert laughed only a little]. "[My first ship sank, too|I have '
        'gone down four times myself]," he said. "[Bring rope|Come back tomorrow with a saw]." '
    )
    say(
        "[For three days|All week] they [sawed and knotted|hammered and tied|measured and sawed], "
        "and the captain showed them [how a knot holds|why wood floats|how to caulk a seam]. "
    )
    say("[Then|At last] the new raft [slid into the water|lay on the lake like a duck] and was called ")
    say("[Second Try|the Dry Sock|Queen of the Pond|King of the Pond|the Pickle|the Flying Bathtub]")
    say(
        ". They reached the island [before noon|without getting a toe wet|in good order] and [ate "
        "what was left.|found footprints there: a duck's.|claimed it for the village, with one "
        "flag and two red noses.]"
    )
