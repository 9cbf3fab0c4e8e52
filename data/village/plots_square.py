"""Plots on the square: at the market, in front of the shop, at school and in the snow."""

from data.village.grammar import Draw, a
from data.village.world import ADULTS, CHILDREN, STRANGERS, Person, but, number, trade


def bargain(draw: Draw) -> None:
    """Somebody comes to sell an animal, hears it praised, and will not part with it."""
    say, pick = draw.say, draw.pick
    say("[One market day|On the last Thursday of the month|At the cattle fair] ")
    seller = pick(STRANGERS, lambda p: p.some)
    say(" [led|dragged|brought] ", s=seller)
    beast = pick(["donkey", "cow", "horse", "goat", "mule", "pig"], a)
    say(
        " to the market[, for the winter had been long| and meant to be rid of it by noon|, "
        "sighing at every step]. ",
        b=beast,
    )
    say('"[It is lazy|It eats too much|It has bitten me twice|It snores]," {s} [complained|told everyone]. ')
    helper = pick(but(ADULTS, trade("judge")), lambda p: f"{p.known} ")
    say(
        '[shook {h.his} head|laughed]. "[Nobody buys a complaint|That is no way to sell anything]. '
        'Let me do it!" ',
        h=helper,
    )
    say("{h} climbed onto [a barrel|a cart|the edge of the fountain]. ")
    say('"[Good people|Friends|Neighbors], look at this {b}! ')
    draw.pick_new(
        [
            "It has the eyes of an opera singer!",
            "It can find its way home in the dark!",
            "It has never told a lie!",
            "It warms your feet in winter!",
            "It knows more about the weather than the almanac!",
            "It listens better than any husband!",
            "It has the finest ears in three counties!",
        ],
        "",
        " ",
        " ",
    )
    say('" [People came closer|The crowd grew|Purses opened]. "[Ten coins|Eleven coins]!" cried ')
    buyer = pick(but(ADULTS, helper))
    say('. "[Fifteen|Sixteen]!" shouted somebody else. ', q=buyer)
    say("{s.Name} [had listened with an open mouth|looked at the {b} as if for the first time]. ")
    say(
        '"[Is that really my {b}|All that is true]?" {s.he} [whispered|murmured]. "[Then I would '
        'be a fool to sell it|I had no idea]!" '
    )
    say("And {s.he} [took the rope|turned around] and went home")
    say(
        "[, arm in arm with the {b}.|, and on the way {s.he} bought it a carrot.|. {h} got no "
        "money, but a great deal of applause.]"
    )


def snowman(draw: Draw) -> None:
    """A snowman is lent good clothes, stands for a while, and gives them back in its own way."""
    say = draw.say
    one, two = draw.pick_new(
        CHILDREN, "[In January|After the great snow|On the first day of the frost] ", " and "
    )
    say(
        " built a [snowman|snow woman|snow giant] [on the square|in front of the school|by the well], ",
        p=one,
        q=two,
    )
    say("[taller than the baker's door|as round as a barrel|with shoulders like a blacksmith]. ")
    say(
        "It had [coals for eyes|buttons for eyes] and [a carrot|a parsnip|a corncob] for a nose, "
        "but it looked cold. "
    )
    say("[So people brought it things|So the village dressed it]: ")
    lent = [
        ("Martha", "a hat"), ("Leon", "his second-best scarf"), ("Albert", "an old pipe"), ("Ivy", "a vest"),
        ("Arthur", "a watch that had stopped"), ("Wilma", "an apron"), ("Ruth", "a pair of glasses"),
        ("Peter", "a rake"), ("Hugo", "his old crook"), ("Victor", "a necktie"),
    ]  # fmt: skip
    draw.pick_new(lent, "", ", ", " and ", show=lambda item: f"{item[0]} gave {item[1]}")
    say(". [Strangers greeted it|The dogs were polite to it|Even the judge lifted her hat to it]. ")
    turn = draw.choose(["thief", "storm", "letter"])
    if turn == "thief":
        say(
            "One night [a thief came over the wall|a thief crept across the square], saw [a tall "
            "figure with folded arms|somebody big and silent] and ran [until sunrise|straight into "
            "the arms of the judge]. "
        )
        say("{p} and {q} [pinned a paper medal to its chest|saluted it every morning|made it a sergeant]. ")
    elif turn == "storm":
        say(
            "Then came a [storm|blizzard], and the [doctor|postman|shepherd] lost his way. He "
            "[took hold of something in the dark|bumped into something hard], and there it stood "
            "with outstretched arms, ten steps from the inn. "
        )
        say('"[It stood there and pointed the way|I have never been so glad to meet anyone]," he said. ')
    else:
        say("[Every morning|On Sunday] there was a note [in its hand|under its hat|between its buttons]: ")
        say(
            '"[Thank you for the view|I like it here|Please, no hot tea]." {p} [said that {q} had '
            "written it|suspected {q}], and {q} [suspected {p}|said that {p} had]. "
        )
    say("[In March|When the thaw came] it [grew thin|bowed lower every day], and one morning ")
    say(
        "[there lay the clothes, neatly in a heap.|there was only a puddle, with all the presents "
        "around it.|it was gone, and where it had stood grew a snowdrop.]"
    )


def open_shop(draw: Draw) -> None:
    """The shopkeeper oversleeps; people serve themselves, and the till tells what kind of people they are."""
    say, pick = draw.say, draw.pick
    say(
        "[Martha the shopkeeper had danced until three|Martha the shopkeeper had a cold and took "
        "two spoonfuls of syrup|In the night Martha the shopkeeper had read a novel to the end], "
    )
    say(
        "and in the morning she [overslept|did not hear the rooster|slept like a marmot]. But the "
        "shop was open, for she had [forgotten to lock it|left the key in the door]. "
    )
    buyers = [p for p in ADULTS if p.trade not in ("shopkeeper", "judge")]
    goods = [
        "a pound of nails",
        "six candles",
        "a ball of string",
        "two bars of soap",
        "a bag of rice",
        "a paper of pins",
        "a bottle of ink",
        "a mousetrap",
        "a tin of sardines",
        "matches",
    ]
    pays = [
        "laid the money on the counter",
        "wrote it in the book",
        "left a note that said: I owe you three coins",
        "paid with a basket of pears",
        "paid, and swept the floor as well",
        "took a peppermint and paid for that, too",
        "fed the cat and took it off the bill",
    ]
    taken: list[Person] = []
    for lead in ("[First|At eight o'clock] ", ". [Then|After that] ", ". [Next|Last of all] "):
        say(lead)
        taken.append(pick(but(buyers, *taken), lambda p: f"{p.known} took "))
        goods.remove(pick(goods))
        say(" and ")
        pays.remove(pick(pays))
    say(
        ". [At noon|When the clock struck eleven] Martha [came running in her slippers|rushed down "
        "the stairs with her hat on backward]. "
    )
    say(
        '"[I am ruined|They will have taken everything]!" she cried. She [counted|opened the till '
        "and counted], and counted again. "
    )
    end = draw.choose(["more", "same", "sign"])
    if end == "more":
        say("There was [more money than on any other day|too much in it, not too little]. ")
        say(
            '"[I should sleep more often|My shop sells better without me]," said Martha[.|, and '
            "went back to bed.|, and made herself a cup of coffee.]"
        )
    elif end == "same":
        say(
            "[Not one coin was missing|It was right to the last coin]; only the cookies by the "
            "till were gone. "
        )
        say("Martha [sat down on the flour sack and smiled.|baked new ones and put them in the same place.]")
    else:
        say(
            "It was right to the last coin. On the door hung a sign, in a child's hand: [Please "
            "speak softly. Martha is asleep.|Come in. Take. Pay. Hush.] "
        )
        say("[It is still hanging there, on Sundays.|She put it in a frame.]")


def newcomer(draw: Draw) -> None:
    """A new child speaks another language, and a game needs no words."""
    say, pick = draw.say, draw.pick
    say("[In September|On the first day of school|After the holidays] there was a new ")
    kind = pick(["girl", "boy"])
    new = Person(f"the new {kind}", kind == "girl", 9, kind)
    say(
        " in Ruth's school, from [a country beyond the sea|a town on the other side of the "
        "mountains|a land where it never snows]. ",
        n=new,
    )
    say(
        "{n.He} [did not understand a word|knew only two words: please and bread|spoke a language "
        "full of soft sounds]. "
    )
    say("[At recess|In the yard] {n.he} [stood by the wall|sat alone on the steps|drew lines in the sand]. ")
    child = pick(CHILDREN)
    say(
        " [said good morning, loudly and slowly|offered {n.him} an apple|told {n.him} a joke], but "
        "{n} [only looked at the ground|only shook {n.his} head]. ",
        c=child,
    )
    second = draw.choose(["ball", "knot", "song", "drawing"])
    if second == "ball":
        say(
            "Then the ball rolled [across the yard|over to the wall]. {n.Name} stopped it with one "
            "foot, [bounced it on {n.his} knee eleven times|balanced it on {n.his} head], and sent "
            "it back [as straight as a string|with a curve like a swallow]. "
        )
    elif second == "knot":
        say(
            "Then {c} took out a loop of string for [cat's cradle|finger games]. {n.Name}'s eyes "
            "[lit up|grew wide]: {n.his} fingers went in [quickly|like birds], and [a bridge|a "
            "star|a fishing net] came out that nobody there had ever seen. "
        )
    elif second == "song":
        say(
            "Then Ruth [began to hum|played a tune on the old piano]. {n.Name} [raised {n.his} "
            "head|stopped breathing for a moment], for it was a tune from home, and {n.he} sang "
            "it, with [other|strange and lovely] words. "
        )
    else:
        say(
            "Then {c} drew a [house in the sand. {n.Name} added a window|horse in the sand. "
            "{n.Name} added a rider|ship in the sand. {n.Name} added a flag], {c} a "
            "[tree|moon|dog], {n} a [smiling sun|whole village], and when the bell rang, the yard "
            "was full. "
        )
    say('[Everyone stared|There was a silence]. "[Again|Show us]!" cried {c}, and {n} understood. ')
    say("[By Friday|Before the week was over] {n.he} knew [forty|thirty] new words, and {c} knew ")
    pick([5, 6, 7, 8, 9], number)
    say(
        " in {n.his} language: [the first was friend.|one of them was rather rude.|enough to ask "
        "for a second helping.]"
    )
