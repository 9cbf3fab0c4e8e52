"""Plots at home and on the square: small trouble, and what people do about it."""

from data.village.grammar import Draw
from data.village.world import ADULTS, CHILDREN, STRANGERS, but, number, trade, who


def lost_thing(draw: Draw) -> None:
    """Something is looked for in all the wrong places, and was in plain sight."""
    say, pick = draw.say, draw.pick
    say("[|One morning |On a busy Tuesday |Once again |Five minutes before the market opened, ]")
    hero = pick(ADULTS, lambda p: p.known)
    say(" [had lost|could not find] {hero.his} ", hero=hero)
    things = [
        ("glasses", "They are on top of your head"),
        ("pencil", "It is behind your ear"),
        ("key", "It is on the string around your neck"),
        ("thimble", "It is on your thumb"),
        ("left boot", "It is on your right foot"),
        ("scarf", "It is around your neck"),
        ("wooden spoon", "It is in your other hand"),
        ("favorite hat", "It is on your head"),
        ("apron", "You are wearing it back to front"),
    ]
    thing, where = pick(things, lambda t: t[0])
    say(
        "[.| anywhere.|, which happens to the best of us.| and was in a hurry, too.]",
        thing=thing,
        where=where,
    )
    places = [
        "under the bed, where there was nothing but dust",
        "inside the teapot, which held nothing but cold tea",
        "in the cat's basket, and the cat was not pleased",
        "behind the flour bin, and came out as white as a ghost",
        "under the doormat, and found a button from last year",
        "in the woodpile, and got a splinter for it",
        "in every pocket of {hero.his} Sunday coat",
        "in the bread box, and stayed a while for a slice with honey",
        "under the cushions, where a plum had been forgotten",
        "up the chimney, and sneezed eleven times",
    ]
    draw.pick_new(
        places,
        " {hero.He} [looked|searched] ",
        ". [Then {hero.he} looked|Next {hero.he} tried] ",
        ". {hero.He} [even looked|also looked] ",
    )
    say("[. The dog helped by barking|. By now the whole house was upside down|. It was like a bad dream|]")
    say(". [At last|Just then|After an hour|When nothing was left to turn over,] ")
    child = pick(CHILDREN)
    say(" [came to borrow an egg|brought the milk|knocked to ask the time|came by to show off a loose tooth]")
    say(
        ' and began to [giggle|grin]. "[What is so funny|Why do you laugh]?" [asked|grumbled] {hero}. ',
        child=child,
    )
    say('"[I am looking for|I have lost] my {thing}!" "{where}," said {child}. ')
    say("[It was true.|And it was so.|{hero} had to laugh, too.] ")
    say(
        "[{child} was given|For this {child} got] [a plum|a honey cake|the biggest pear on the "
        "table|two walnuts]"
    )
    say(
        "[, and promised not to tell.| and told the whole street before supper.|, for good eyes "
        "must be paid.]"
    )


def borrowing_chain(draw: Draw) -> None:
    """A needs a thing of B, who needs a thing of C, who needs what A has: the ring is closed."""
    say, pick = draw.say, draw.pick
    links = [
        (trade("farmer"), "a basket of eggs", "mend my henhouse", "a dozen nails", trade("blacksmith")),
        (trade("cheesemaker"), "a bowl of butter", "fix my shelf", "a good plank", trade("carpenter")),
        (trade("beekeeper"), "a jar of honey", "patch my veil", "some fine thread", trade("tailor")),
        (trade("gardener"), "a bag of cherries", "water my beans", "a new bucket", trade("shopkeeper")),
        (trade("miller"), "a sack of flour", "tie up my torn sail", "a long rope", trade("ferryman")),
    ]
    say(
        "[Anna the baker wanted to bake|One Friday Anna the baker set out to make|In the middle of "
        "the week Anna the baker had to bake] a [birthday |wedding |christening |three-layer "
        "|]cake, but [she had|there was|in the whole bakery there was] no "
    )
    goods = {"eggs": 0, "butter": 1, "honey": 2, "cherries": 3, "flour": 4}
    missing = pick(list(goods))
    first, gift, task, need, second = links[goods[missing]]
    say(
        ". [So she went|She took off her apron and went|That meant a walk] to {p.known}. ",
        p=first,
        q=second,
        gift=gift,
        need=need,
    )
    say('"[You may have|I will gladly give you|You can take] {gift}[| for nothing| and welcome]," said {p}, ')
    say('"[but first I must {task}|but I am busy, for I must {task}]', task=task)
    say(
        '[, and I have not got {need}|, and for that I need {need}]." Anna [ran|hurried|trotted '
        "across the square] to {q.known}. "
    )
    say(
        '"[Certainly|That is soon found|I have just that|Nothing simpler]," said {q}[|, wiping '
        "{q.his} hands|, who was leaning on the gate], "
    )
    say(
        '"but I [am so hungry that I can hardly stand|have had no breakfast|have eaten nothing '
        "since dawn|cannot work with an empty stomach]. "
    )
    price = pick(
        ["a warm loaf", "two buns", "a slice of plum pie", "a fresh pretzel", "a bit of gingerbread"],
        lambda f: f"Bring me {f}, and it is yours.",
    )
    say(
        '" [Now that was something Anna had!|But that was something Anna had!|Anna could have '
        "kissed {q}, for she had just that.] "
    )
    say("She [gave|brought] {q} {price}, {q} gave her {need}, and {p} gave her {gift}. ", price=price)
    say(
        "[By evening|Before the sun set|At six o'clock|Just in time] the cake [stood on the "
        "table|came out of the oven|was done]"
    )
    say(
        "[, and it took all three to carry it.|, brown and high and smelling of vanilla.|, and the "
        "neighbors came out to sniff the air.|. It had taken three people, as every good cake "
        "does.]"
    )


def forgotten_birthday(draw: Draw) -> None:
    """A child thinks that nobody remembers the day; all were busy with the surprise."""
    say, pick = draw.say, draw.pick
    say("[Today|That Saturday|On the first day of the holidays|When the sun rose that morning,] ")
    child = pick(CHILDREN)
    say(" was {age} years old, ", child=child, age=number(child.age))
    say(
        "[but at breakfast nobody said a word about it|but nobody seemed to remember|and nobody "
        "had noticed]. "
    )
    busy = [
        ("was counting candles and did not look up", "fiddler"),
        ("hid something behind {q.his} back and talked about the weather", "carpenter"),
        ("shut the door quickly and said that the paint was wet", "painter"),
        ("hurried by with a covered basket", "baker"),
        ("hummed a tune and winked at the cat", "cook"),
        ("said that it was a day like any other", "innkeeper"),
        ("pushed a bundle of ribbons under the counter", "shopkeeper"),
        ("whispered something to the dog", "shepherd"),
    ]
    for lead in ("[In the street|On the square] ", ". [A little later|At the well] "):
        say(lead)
        doing = pick(busy, lambda b: trade(b[1]).known)
        busy.remove(doing)
        say(" " + doing[0], q=trade(doing[1]))
    say("[. Even the cat looked away|. It was very odd|]")
    say(
        ". {child} [kicked a pebble all the way home|sat down on a step and sighed|went home with "
        "heavy feet]. "
    )
    say("[But when|When] {child.he} opened the door of the [barn|kitchen|inn|shed], ")
    say(
        "[there was a shout that made the pigeons fly up|everybody shouted at once|a hundred "
        "lanterns were burning]"
    )
    say(": [the whole village was there|all the neighbors were there], with ")
    draw.pick_new(
        [
            "a cake as big as a cartwheel",
            "a puppy with a red ribbon",
            "a drum",
            "a sled",
            "a pair of blue boots",
            "a kite with a long tail",
            "a wooden horse",
            "a silver whistle",
            "a boat that could really sail",
        ],
        "",
        " and ",
    )
    say('. "[Did you really think|How could you think] that we had forgotten?" [asked|laughed] {q}. ')
    say("{child} [could not say a word|laughed and cried at once|was too happy to answer]")
    say(
        "[, and then there was cake.|, and the fiddle played until the moon was up.|, and not a "
        "crumb of the cake was left over.]"
    )


def letter_without_name(draw: Draw) -> None:
    """A detective story: a letter without an address, and three clues."""
    say, pick = draw.say, draw.pick
    say(
        "[In his bag|At the bottom of his bag|Among the morning's letters|Between two parcels] "
        "Leon the postman [found|came upon] "
    )
    say("[a letter without a name|an envelope with nothing written on it]. ")
    say('"[Somebody is waiting for this|A letter wants to arrive|This must be for someone]," he said')
    say(
        "[ and turned it over and over|, and he held it up to the sun|, scratching his chin| to "
        "the nearest dog|, for he had never lost a letter in his life]. It smelled of "
    )
    clues = {
        "fish": ("Tom", "a silver scale was stuck to the flap", "from his sister by the sea"),
        "fresh bread": (
            "Anna",
            "there was flour in the folds",
            "from a young man who could not forget her rolls",
        ),
        "oil and brass": ("Arthur", "something inside was ticking", "from a watchmaker in the city"),
        "wet wool": (
            "Hugo",
            "a curl of fleece hung from the corner",
            "from the lady who had bought his lambs",
        ),
        "honey": ("Rosa", "it was so sticky that it clung to his thumb", "from a cousin with forty hives"),
        "turpentine": (
            "Felix",
            "a blue thumbprint was on the back",
            "from an old woman who wanted her portrait",
        ),
        "pine needles": ("Boris", "a bit of bark fell out of it", "from his brother in the far forest"),
        "cough drops": ("David", "the writing inside was quite unreadable", "from another doctor"),
        "old books": ("Ella", "a dried violet fell out", "from a reader who was sorry to be nine years late"),
        "clay": ("Edith", "two brown fingerprints showed on the edge", "from a man who had broken his mug"),
    }
    smell = pick(list(clues))
    name, second, sender = clues[smell]
    say(". [That was one clue|The postman sniffed again]. Then he saw another: {second}. ", second=second)
    wrong = pick(but(ADULTS, who(name), who("Leon")), lambda p: f"He asked {p.known}")
    say(
        " first, but {wrong} [only shook {wrong.his} head|had never seen it before|was not "
        "expecting a letter|sniffed at it and gave it back|thought that it might be a bill and "
        "shut the door]. ",
        wrong=wrong,
    )
    owner = who(name)
    say("[The dogs of three streets followed him. |It was nearly noon. |His feet began to hurt. |]")
    say(
        "[Then it came to him|Suddenly Leon laughed out loud|Then the postman snapped his "
        "fingers|All at once he knew]. "
    )
    say(
        "[He knocked at the door of|He walked straight to|He took the lane to the house of|Five "
        "minutes later he rang the bell of] {owner.known}. ",
        owner=owner,
    )
    say(
        '"[At last|There it is|I had given up hope|So it did come|You are an angel]!" cried '
        "{owner} [and tore it open|and hugged the postman]. "
    )
    say("[It was|The letter was] {sender}. ", sender=sender)
    say(
        "[Leon|The postman] [went home whistling|was given a cup of tea and a seat by the "
        "stove|wrote the name on it himself, to be on the safe side|had never been so proud of his "
        "nose]."
    )


def stopped_clock(draw: Draw) -> None:
    """The clock stands still for a good reason, and the village learns to wait."""
    say, pick = draw.say, draw.pick
    say(
        "[One day in May|One morning in April|On a mild May morning|In the week after Easter], the "
        "[old |]clock in the tower stopped at "
    )
    hour = pick(["a quarter past nine", "twenty to eight", "half past ten", "five to seven", "ten o'clock"])
    say("[ and would not go on|, and nobody knew why]. ", hour=hour)
    draw.pick_new(
        [
            "the school began an hour late, and no child complained",
            "the baker burned the rolls",
            "the ferryman ate his lunch twice",
            "the innkeeper served soup for breakfast",
            "the judge arrived when everyone had gone home",
            "the cook boiled the eggs until they were as hard as marbles",
            "the singer sang to an empty hall",
        ],
        "That day ",
        ", [and|while] ",
    )
    say(
        ". Arthur the clockmaker [climbed the hundred steps|took his lamp and climbed up|went up "
        "with his oil can]. "
    )
    say("[Behind the big wheel|Between two wheels|On the long hand|Right under the bell] he found ")
    bird = pick(["robin", "swallow", "sparrow", "wren", "jackdaw"], lambda b: f"a {b}'s nest")
    say(" with ")
    eggs = pick([3, 4, 5], number)
    say(
        " [tiny|speckled|pale] eggs in it. The {bird} [looked at him|did not move|pecked at his finger]. ",
        bird=bird,
        eggs=number(eggs),
    )
    say('[Arthur put his tools away|The clockmaker scratched his head and took off his hat]. "')
    say("[The time must wait|The clock has a rest until June|Some things are more important than the hour]")
    say('," he told the [people|crowd] below. For [three|four] weeks ')
    say(
        "[everyone got up with the rooster|the village asked the sun for the time|nobody in the "
        "village was late, or all were]. "
    )
    say(
        "[The school wrote poems about it. |Somebody sold paper clocks. |The mice had never slept so well. |]"
    )
    say(
        "Then {eggs} young birds [flew from the tower|tried their wings], and the clock "
        "[struck|began to tick] again"
    )
    say(
        "[. Some people said that they had not missed it.|, and it has been right ever since.|, "
        "one minute fast from joy.]"
    )


def good_practice(draw: Draw) -> None:
    """Somebody is bad at a thing, tries every day, and is better when it counts."""
    say, pick = draw.say, draw.pick
    say("[|More than anything |Ever since the last fair, |One day ]")
    child = pick(CHILDREN)
    say(" wanted to learn to ", child=child)
    arts = {
        "play the fiddle": (
            "Karl",
            "the dogs howled",
            "the cats left the street",
            "the dance",
            "played a whole waltz",
        ),
        "whistle": (
            "Leon",
            "only air came out",
            "the soup flew from the spoon",
            "the fair",
            "whistled louder than the wind",
        ),
        "swim": (
            "Tom",
            "{c.he} swallowed half the pond",
            "{c.he} sank like a stone",
            "the first hot day",
            "swam across the pond and back",
        ),
        "juggle": (
            "Marco",
            "three eggs broke",
            "a turnip hit the cat",
            "the fair",
            "juggled five apples at once",
        ),
        "bake bread": (
            "Anna",
            "the loaf was as hard as a brick",
            "the dough crept out of the bowl",
            "the harvest feast",
            "set the finest loaf on the table",
        ),
        "read aloud": (
            "Ella",
            "the words came out back to front",
            "{c.he} lost the line",
            "the winter evening at the library",
            "read a whole story without a slip",
        ),
        "ride": (
            "Peter",
            "the pony walked off to eat grass",
            "{c.he} slid down over the tail",
            "the midsummer race",
            "rode past everyone, laughing",
        ),
        "sing": (
            "Julia",
            "the windows rattled",
            "the hens stopped laying",
            "the concert",
            "sang so clearly that the judge wiped her eyes",
        ),
        "skate": (
            "Simon",
            "{c.he} sat down on the ice nine times",
            "{c.he} crashed into a snowman",
            "the ice feast",
            "skated a perfect circle",
        ),
    }
    art = pick(list(arts))
    name, bad, worse, day, well = arts[art]
    teacher = who(name)
    say(", and asked {t.known} for help. ", t=teacher, c=child)
    say(
        "[The first time, {bad}, and the second time|On Monday {bad}, and on Tuesday|At first "
        "{bad}, and then] ",
        bad=bad.format(c=child),
    )
    say(worse + ". ")
    say('"[I shall never learn it|I give up|It is no use|Other people are born with it]," said {c}. ')
    say(
        '"[I was worse when I began|You are not bad, only new|Nobody is good on the second day|Do '
        'it once more, and then once more]," said {t}. '
    )
    say("[So {c} practiced|{c} gritted {c.his} teeth and practiced] ")
    say(
        "[before school|after supper|behind the barn|every evening|while the others slept|as soon "
        "as the dishes were done], [day after day|week after week|rain or shine], "
    )
    say("[a little better each time|and never told anyone|and hardly noticed how it grew easier]. ")
    say(
        "[When {day} came, {c}|Then came {day}, and {c}|At last {day} came, and {c}] {well}. ",
        day=day,
        well=well,
    )
    say(
        "[Even the judge stood up|Someone threw a carnation|Nobody clapped louder than {t}|{t} "
        "clapped until {t.his} hands hurt|{t} nodded as if it were nothing, but {t.his} eyes "
        "shone]. "
    )
    say("[A man|A woman|A small boy|A small girl] in the crowd asked, ")
    say(
        '"[How did you do it?" "Badly, at first|How did you do it?" "A little every day|Is it '
        'hard?" "Only until you can|Were you not afraid?" "Of course I was|Can I learn it, too?" '
        '"If you can bear to be bad at it]," '
    )
    say("said {c}[.| with a wink.| and took a bow.]")


def honest_finder(draw: Draw) -> None:
    """A purse lies in the road; it goes to the bank that keeps money, and the finder is rewarded oddly."""
    say, pick = draw.say, draw.pick
    say(
        "[On the way to school|On the road to the market|Behind the inn|One frosty morning|Under a "
        "bench on the square], "
    )
    child = pick(CHILDREN)
    say(" found a [leather|red|heavy|brown] purse. [Inside were|There were] ", c=child)
    coins = pick([12, 15, 18, 20, 24, 30, 36, 40, 50], number)
    say(
        " silver coins. {c} [thought of|could not help thinking of|saw in {c.his} mind] ", coins=number(coins)
    )
    wish = pick(
        ["a sled", "a pony", "a mountain of candy", "a real drum", "skates", "a telescope", "a hundred buns"]
    )
    say("[, but not for long. | for as long as it takes to count to ten. ]", wish=wish)
    say("[Then {c.he}|{c.He}] ran to the bank and laid the purse on Victor's counter. ")
    say(
        'The banker counted the money [twice|three times]. "[All {coins}|Not one coin is missing]," he said. '
    )
    say("[So they waited. |Then he gave {c} a peppermint. |]")
    say("[Before noon|An hour later|When the clock struck eleven,] ")
    owner = pick(STRANGERS, lambda p: p.some)
    say(" came in, [pale with worry|quite out of breath|close to tears]. ", o=owner)
    say('"[That was to pay for|I had saved it for] ')
    say("[a cow|a new roof|my sister's wedding|seed for the field|the winter's wood|my ticket home]")
    say('," said {o}. "[Who found it|Whom shall I thank]?" Victor pointed at {c}. ')
    ending = draw.choose([0, 1, 2])
    if ending == 0:
        say("{o.Name} gave {c} one coin. {c} put it in the bank, ")
        say(
            "[and Victor wrote it down in the big book|where it is still growing|and got a little "
            "book with one line in it]."
        )
    elif ending == 1:
        say(
            '"[I have nothing to give but this|This is all I have to spare]," said {o}, and took '
            "from {o.his} coat "
        )
        say("[a kitten|a ripe melon|a tin whistle|a pocketknife|a chestnut as big as an egg]")
        say(". [It was better than {wish}.|{c} forgot all about {wish}.]")
    else:
        say("{o.Name} [kissed {c} on both cheeks|shook {c}'s hand for a long time], ")
        say("[and that was worth more than {wish}.|which was embarrassing, but not bad at all.]")


def broken_bat(draw: Draw) -> None:
    """The bat for the ball game breaks; a new one is made in time, or something else will do."""
    say, pick = draw.say, draw.pick
    say(
        "[The children of the village|The village children|Nine children of the village] were "
        "playing ball against the children from [the hills|the mill|the next village], "
    )
    say("and it was [nine to nine|four all|seven to seven]. Then ")
    child = pick(CHILDREN)
    say(" swung the bat, hit the ball [with all {c.his} might|as hard as {c.he} could], and ", c=child)
    say("[crack|snap]! The bat broke in two. [It had been a good one. |One half flew into the nettles. |]")
    turn = draw.choose(["new", "rolling pin"])
    if turn == "new":
        say(
            "Samuel the carpenter [heard it in his workshop|had been watching from the fence|was "
            "just coming by with a board on his shoulder]. "
        )
        say(
            '"[Give me half an hour|Eat your apples and wait|Sit down in the shade|Do not go '
            'away]," he said, and took a piece of '
        )
        wood = pick(["ash", "maple", "hickory", "beech"])
        say(
            ". He [sawed and shaved|cut and planed|turned it on his lathe] until the shavings lay "
            "[ankle-deep|in heaps like snow]. ",
            wood=wood,
        )
        say(
            "The new bat was [as smooth as butter|still warm from the work|pale and straight], and "
            "it fitted {c}'s hands. "
        )
        say("[The game went on.|Both teams cheered.|Everyone wanted to touch it once.] ")
    else:
        say('"[What now?|That was our only one!]" everyone cried. ')
        say("Anna the baker [came out|leaned from her window]")
        say(
            ' with her longest rolling pin. "[Mind that you bring it back clean|I want it back '
            'before the pies]," she said. '
        )
        say("{c} [tried it|gripped it|swung it twice] and [nodded|grinned|said that it would do]. ")
    say("[A dog sat down to watch. |The whole square held its breath. |]")
    say("The next ball came [high and fast|low and spinning]; {c} hit it ")
    say(
        "[over the church|over three roofs|into the duck pond|through the open window of the "
        "school|down the chimney of the inn]. "
    )
    end = draw.choose(["home", "lost"])
    if end == "home":
        say(
            "That was the winning run, and the whole team [carried {c} around the field|danced in "
            "a ring|fell into one heap]. "
        )
    else:
        say(
            "[It was never found|They never found it], so both sides [called it a draw|said that "
            "they had won]. "
        )
    if turn == "new":
        say(
            "Samuel [carved {c}'s name into the handle|would not take a penny|kept the broken bat "
            "for his stove]."
        )
    else:
        say(
            "[The pies that evening had a few dents, but nobody minded|The rolling pin has had a "
            "dent ever since, and Anna shows it to everyone|Anna asked for a place on the team]."
        )


def haunted_mill(draw: Draw) -> None:
    """Three noises in the night, each with a plain reason, and one that is left over."""
    say, pick = draw.say, draw.pick
    say(
        "[People said|Everybody in the village said|It was well known] that the old mill was "
        "haunted[|, and nobody went near it after dark|, at least on Thursdays]. "
    )
    say('"[Nonsense|Stuff and nonsense|I do not believe it|There are no ghosts]," said ')
    hero = pick(ADULTS, lambda p: p.known)
    say(", took a [lantern|candle][, a big stick|, a ham sandwich|] and a warm [coat|shawl] ", hero=hero)
    say("and went there [alone at midnight|one stormy night|under a full moon|that very night]. ")
    noises = [
        ("knocked", "a loose shutter in the wind"),
        ("moaned", "the wind in a cracked jug"),
        ("scratched", "a family of mice moving house"),
        ("hooted", "an owl with two fluffy chicks"),
        ("dripped, drip, drip", "a hole in the roof"),
        ("jingled", "a goat that had slipped its rope, bell and all"),
        ("sneezed", "a hedgehog in the flour"),
        ("squeaked", "the old millwheel, which wanted grease"),
    ]
    for lead in (
        "[The door creaked. |It was as dark as a pocket. |A star shone through the roof. "
        "|][First|At first] something ",
        "[Then|Next|A little later] something ",
    ):
        say(lead)
        noise = pick(noises, lambda n: n[0])
        noises.remove(noise)
        say("[; but it was only {why}. |, and it was {why}. ]", why=noise[1])
    say("[Last of all|At last|Finally] something snored. {hero} [held {hero.his} breath|swallowed hard] and ")
    say("[opened the door of the loft|climbed the ladder|pulled away a heap of sacks]. There lay ")
    end = draw.choose(["helper", "beast"])
    if end == "helper":
        other = pick(but(ADULTS, hero), lambda p: p.known)
        say(', fast asleep. "[I came to look for the ghost|I wanted to see the ghost, too]," ', other=other)
        say("said {other}, [rubbing {other.his} eyes|blushing]. ")
        say("[They ate something|They shared an apple] and walked home [arm in arm|together], ")
        say("[and never told anyone who had been the ghost.|and both said that they had not been afraid.]")
    else:
        say("[a fat badger|a lost donkey|an old sheepdog|a very large pig|a tired stork]")
        say(" on its back[, smiling in its sleep|, all its feet in the air]. ")
        say("{hero} [laughed until the beams shook|sat down on a sack and laughed] ")
        say(
            "and [stayed until morning|let it sleep]. [Since then|To this day] the "
            "[children|people] call the mill "
        )
        say("[the Snoring House.|the Sleepy Mill.]")


def two_owners(draw: Draw) -> None:
    """Two people claim one thing, and the judge lets the thing itself decide."""
    say, pick = draw.say, draw.pick
    first, second = draw.pick_new(
        but(ADULTS, trade("judge")),
        "[One Monday|On Friday|One morning|In the middle of lunch|Before the court had opened,] ",
        " and ",
        show=lambda p: p.known,
    )
    say(
        " came to Grace the judge, [both shouting|red in the face|not speaking to each other]. ",
        p=first,
        q=second,
    )
    say('"[The|That] ')
    beasts = {
        "hen": ("hen", "walked to {w}'s henhouse and sat down on the eggs"),
        "donkey": ("donkey", "trotted down the lane to {w}'s gate and brayed"),
        "dog": ("dog", "ran to {w} and licked {w.his} face"),
        "goat": ("goat", "went straight to {w}'s garden and ate the gate"),
        "goose": ("goose", "marched to {w}'s pond and bit everyone who followed"),
        "cow": ("cow", "walked home to {w}'s barn and waited to be milked"),
        "cat": ("cat", "climbed onto {w}'s shoulders and purred"),
    }
    beast = pick(list(beasts))
    say(
        ' is mine," said {p}. "[No, mine|It is not. It is mine]," said {q}. "[I raised it|I fed it '
        'all winter]," said {p}. ',
        b=beast,
    )
    say('"[So did I|I gave it its name]," said {q}. ')
    say("The judge [looked from one to the other|polished her glasses|drank her tea to the end]. ")
    say(
        '"[Let us ask the {b}|I know a better witness]," she said. "[Open the door|Let it go|Take '
        'off the rope], and nobody may [call|whistle|move]." '
    )
    say(
        "[Everybody held their breath|It was so still that one could hear the clock]. The {b} "
        "[shook itself|looked around|thought it over], then it "
    )
    act = beasts[beast][1]
    winner = pick([first, second], lambda w: act.format(w=w))
    loser = second if winner is first else first
    say('. "[The case is closed|That is my verdict, too|So be it]," said the judge. ', w=winner, loser=loser)
    say("{loser} [grew very red|looked at {loser.his} shoes|said nothing for a while]. ")
    say('Then {w} said, "[Come in and have some soup|You can visit it on Sundays|It likes you, too]." ')
    say(
        "[And that was the end of the quarrel.|They have been friends again since then.|{loser} "
        "came, and brought something tasty for the {b}.]"
    )


def savings(draw: Draw) -> None:
    """A child saves for a wish, coin by coin (the sums are right), and spends it on something else."""
    say, pick = draw.say, draw.pick
    child = pick(CHILDREN)
    say(" [kept|had|had put] ", c=child)
    have = pick([2, 3, 4, 5, 6], number)
    say(" coins in the bank, and [a|the] ")
    wish = pick(["kite", "sled", "drum", "toy boat", "music box", "red scarf", "spinning top"])
    say(" in Martha's window cost ", wish=wish)
    price = pick([9, 10, 12, 14, 15], number)
    say(
        ". [So {c.he} went to work|Waiting would not help, so {c.he} looked for work|Coins do not "
        "grow on trees; {c} knocked at doors]. ",
        price=number(price),
    )
    jobs = [
        ("swept the bakery", "Anna"),
        ("washed bottles at the inn", "Wilma"),
        ("weeded the beans", "Lucy"),
        ("carried firewood", "Boris"),
        ("fed the hens", "Peter"),
        ("wound wool", "Clara"),
        ("stirred the jam", "Marco"),
        ("cleaned brushes", "Felix"),
        ("dusted four hundred books", "Ella"),
    ]
    need = price - have
    say("{c.He} ")
    jobs.remove(pick(jobs, lambda j: f"{j[0]} for {j[1]}"))
    say(" and earned ")
    part = pick([n for n in (1, 2, 3, 4, 5, 6) if n < need], number)
    say(" coin, then {c.he} " if part == 1 else " coins, then {c.he} ")
    pick(jobs, lambda j: f"{j[0]} for {j[1]}")
    say(" and earned {rest} more. ", rest=number(need - part))
    say(
        "[Victor the banker counted|At the bank, Victor counted]: {price} coins, [neither more nor "
        "less|exactly enough]. "
    )
    say("[But on the way|But in front of the shop|Then, just around the corner,] {c} met ")
    friend = pick(but(CHILDREN, child))
    say(", who was crying. ", f=friend)
    say(
        "[{f.His} only shoes had holes in them|{f.His} little dog was sick, and medicine was "
        "dear|{f.His} window was broken, and it was cold|{f.He} had dropped the eggs that {f.he} "
        "was to sell|{f.His} grandmother's birthday was tomorrow, and {f.he} had no gift]"
    )
    say(
        ". {c} [looked at the {wish} once more|thought about it for as long as one can hold one's "
        "breath|swallowed|put the coins from one hand into the other]. "
    )
    say("[Then they went in and bought what {f} needed|Then {c.he} opened {c.his} hand, and that was that]. ")
    say(
        "[The {wish} is still in the window, and {c} has begun to save again.|In the evening {f} "
        "brought half of {f.his} supper, and they ate it together on the steps.]"
    )
