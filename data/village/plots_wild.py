"""Plots by the river, in the wind and the snow, and among the animals."""

from data.village.grammar import Draw
from data.village.world import ADULTS, CHILDREN, STRANGERS, but, trade, who


def night_ferry(draw: Draw) -> None:
    """The bridge is gone, somebody is ill, and two people cross the river in a storm."""
    say, pick = draw.say, draw.pick
    say("[The storm had|A flood had|High water had|The melting snow had] carried away the bridge, ")
    say("and on the far side of the river [lived|lay] ")
    ill = pick(STRANGERS[:4], lambda p: p.some)
    say(
        " with [a high fever|a broken leg|a cough that would not stop|a pain that grew worse every "
        "hour|a wound that had to be sewn at once]. ",
        ill=ill,
    )
    healer = pick([trade("doctor"), trade("nurse")], lambda p: p.known)
    say(
        " [knocked at Simon's door|ran to the ferryman's hut|woke Simon the ferryman] in the "
        "middle of the night. ",
        h=healer,
    )
    say('"[Can you take me across|Will the boat hold|Is there any way over]?" [{h} asked|asked {h}]. ')
    say('Simon [looked at the black water|held his lantern over the waves|listened to the roar]. "')
    say(
        "[Not straight across|The straight way would kill us|It can be done, but slowly|If it must "
        'be, it must be|I have never tried it in such weather]," he said. '
    )
    first = draw.choose(["back", "oar"])
    if first == "back":
        say(
            "[The first time|On the first try], the river [threw them back among the reeds|spun "
            "them around like a leaf|drove them against a drowned fence]. "
        )
        say(
            "[Then they dragged the boat upstream|They pulled the boat a long way up the river] "
            "and let the water carry them down and over. "
        )
    else:
        say("[In the middle of the stream|Halfway over] [an oar broke|they lost an oar]. ")
        say(
            "{h} [tore up the seat and paddled with it|took a plank and rowed like a "
            "sailor|paddled with the lid of the bag|bailed with a hat, and Simon used the oar that "
            "was left]. "
        )
    say(
        "[Twice the waves came over the side. |Neither of them said a word. |The lantern went out. "
        "|][Wet to the bone|Cold and dripping|Soaked and shaking], they [reached the other "
        "bank|climbed up the far bank]. "
    )
    say("{h} stayed until [morning|the rooster crowed|the sun came up]")
    say(
        "[, and by then the worst was over. |, and then {ill} asked for soup, which is a good "
        "sign. |, and {ill} slept at last. ]"
    )
    say(
        '"[What do I owe you|How much is the fare|What do you charge for such a night]?" {h} asked '
        "on the way home. "
    )
    say(
        '"[One oar|A cup of hot tea|Nothing at night|A dry pair of socks]," said Simon[.| and '
        "yawned.|, who was already half asleep.]"
    )


def dry_well(draw: Draw) -> None:
    """The spring in the square runs dry; people guess, and one of them goes to look."""
    say, pick = draw.say, draw.pick
    say(
        "[In the hottest week of the year|In the middle of July|Toward the end of August|After "
        "nine weeks without rain], "
    )
    say("the spring behind the church [ran dry|gave no more water|dripped, and then stopped]. ")
    guessers = but(ADULTS, who("Hugo"))
    one = pick(guessers, lambda p: f"{p.known} said that ")
    reasons = [
        "the hills had drunk it all",
        "somebody had counted the buckets, which brings bad luck",
        "water likes to sleep now and then",
        "the ducks were to blame",
        "the moon had pulled it away",
        "it had been offended by the new pump",
    ]
    reason = pick(reasons)
    say(", and ")
    pick(but(guessers, one), lambda p: f"{p.known} was sure that ")
    pick([other for other in reasons if other != reason])
    say(". [While they argued|While everyone was talking|Meanwhile|While the old men shook their heads], ")
    child = pick(CHILDREN)
    say(
        " [climbed|walked|scrambled] up the [dry bed of the stream|stony path to the place where "
        "the water comes out]",
        c=child,
    )
    say("[ with a spade| with only the dog| and nobody noticed|]. [There|At the top|Between two rocks] ")
    cause = draw.choose(["frog", "root", "stone", "sheep"])
    if cause == "frog":
        say(
            "sat [a fat old frog|the fattest frog in the world], [stuck fast|wedged] in the mouth "
            "of the pipe. "
        )
        say("{c} [tickled it|pulled it out by the legs|sang to it], and [pop|plop]! Out it came. ")
    elif cause == "root":
        say("a [willow|birch|fig] root had grown right into the [pipe|opening]. ")
        say(
            "{c} [dug and hacked|pulled and cut|chopped at it] until {c.his} hands [were sore|had blisters]. "
        )
    elif cause == "stone":
        say(
            "a [round|flat|great] stone had [rolled|slid|fallen] over the opening. {c} pushed, but "
            "it would not move. "
        )
        say(
            "[So {c.he} took a branch for a lever|Then {c.he} fetched the donkey and a rope], and "
            "[over it went|that did it]. "
        )
    else:
        say(
            "a [clever|lazy] [sheep|goat] lay in the only wet spot for miles, and its "
            "[woolly|broad] back stopped the stream. "
        )
        say("{c} [offered it a carrot|pushed it off|whistled for Hugo's dog]. ")
    say("The water [gurgled|coughed], [jumped|shot] out and [wet {c} to the knees|raced {c} down the hill]. ")
    say("[A wagtail took the first bath. |The stones steamed. |It tasted of moss. |]")
    say("[In the square they were still arguing|Down below they were still talking] when ")
    say(
        "[their shoes got wet.|the first bucket was full.|{c} came back, muddy and happy, and "
        "asked for a towel.]"
    )


def light_in_the_fog(draw: Draw) -> None:
    """A boat is lost in the fog; a light shows it the way home."""
    say, pick = draw.say, draw.pick
    say("[Fog|A fog as thick as porridge|White fog] [lay on|had come down over|covered] the sea, ")
    say("[and |the gulls were silent, and |one could not see one's own hand, and ]")
    sailor = pick([who("Tom"), who("Albert")], lambda p: f"{p.known}'s boat")
    say(" [had not come home|was still out|was two hours late]. ", s=sailor)
    say("[On the pier|On the harbor wall] stood ")
    child = pick(CHILDREN)
    say(
        " and [stared into the gray|listened to the waves|called until {c.he} was hoarse|counted "
        "the waves and was afraid]. ",
        c=child,
    )
    say(
        "The lamp in the lighthouse [had burned out|was broken|had no oil left|had been blown out "
        "by the last storm]. "
    )
    plan = draw.choose(["lamps", "fire", "mirror", "song"])
    if plan == "lamps":
        say(
            '"[We need light|Bring every lamp you have]!" cried {c}. [House by house|Door by '
            "door], people brought "
        )
        draw.pick_new(
            [
                "lanterns",
                "candles in jars",
                "kitchen lamps",
                "bicycle lamps",
                "torches",
                "a chandelier from the inn",
            ],
            "",
            ", ",
            " and ",
        )
        say(". [Soon the pier shone like a Christmas tree|Soon the whole wall was glowing]. ")
    elif plan == "fire":
        say("{c} [dragged driftwood together|emptied the woodshed], and the neighbors brought ")
        draw.pick_new(
            ["broken chairs", "old crates", "fence posts", "straw", "a barrel of tar", "worn-out baskets"],
            "",
            " and ",
        )
        say(
            ". [The flames rose as high as a house|The fire roared and sparks flew], and the light "
            "[reached far over the water|turned the fog to gold]. "
        )
    elif plan == "mirror":
        say(
            "{c} [ran to the barber's|ran home] for the [big|tall] mirror and held it behind a "
            "[single|small] candle. "
        )
        say(
            "[One light became two, and two became a bright road in the fog|The thin light jumped "
            "far out over the water]. "
        )
    else:
        say(
            "{c} [hung|tied] a lantern to the [longest fishing rod|flagpole] and [swung|waved] it "
            "from side to side, "
        )
        say(
            "[singing as loudly as {c.he} could|banging on a pot|blowing a horn], so that light "
            "and sound went out together. "
        )
    say(
        "[At last|After a long time|For an hour nothing happened, but then|Just when hope was "
        "growing thin,] [they heard oars|a dark shape came out of the fog|a bell answered|a voice "
        "shouted, and it was near]. "
    )
    say(
        '"[I saw it|I would have rowed to the end of the world|I was already steering for the '
        'rocks|I have never seen anything so beautiful]," said {s}'
    )
    say(
        "[, and his hands were shaking. |, and he lifted {c} high into the air. |, blowing his "
        "nose. | and could say no more. |, and gave {c} the biggest fish in the boat. ]"
    )
    say("[The next day|On Sunday] the lighthouse [got new oil|was mended], and {c} was allowed to ")
    say("[light it for the first time.|light it every evening for a year.|paint it red and white.]")


def pulled_from_the_mud(draw: Draw) -> None:
    """An animal is stuck on the river bank; strength fails, and something clever works."""
    say, pick = draw.say, draw.pick
    owners = {
        "cow": "Peter",
        "donkey": "Helen",
        "ram": "Hugo",
        "mule": "Boris",
        "pig": "Wilma",
        "old horse": "Oskar",
    }
    say("[After the rain|When the river fell again|On a wet Thursday|In the muddy month of March], ")
    beast = pick(list(owners), lambda b: f"{owners[b]}'s {b}")
    owner = who(owners[beast])
    say(
        " was stuck in the mud of the river bank, [up to its belly|and could move nothing but its "
        "ears|and sank a little deeper every minute]. ",
        b=beast,
        o=owner,
    )
    say(
        "{o} [pulled|pushed|scolded and pulled|begged and pushed|pulled at one end and pushed at "
        "the other|promised it sugar]. "
    )
    say(
        "[Then three men pulled|Then four women pulled|Then six neighbors took hold of a rope], "
        "and the rope [broke|slipped], and they all [sat in the mud|fell on their backs]. "
    )
    say("The {b} [looked sorry for them|sighed|flicked an ear|watched with interest|closed its eyes]. ")
    helper = pick(CHILDREN, lambda p: f'"May I try?" asked {p}. ')
    say(
        "[{o} shrugged. |][Everybody laughed, but nobody had a better idea|Nobody had a better idea]. ",
        c=helper,
    )
    trick = draw.choose(["planks", "smell", "music", "wait"])
    if trick == "planks":
        say(
            "{c} laid [two barn doors|planks and branches|an old ladder] on the mud, [like a "
            "floor|like a road]. "
        )
        say(
            "The {b} [set one foot on it, then another|tried it with one hoof, then with two], and "
            "[walked|stepped] out. "
        )
    elif trick == "smell":
        say("{c} held ")
        say("[a bucket of oats|an apple|a handful of clover|a carrot|a warm roll]")
        say(
            " [a foot in front of|just out of reach of] its nose. The {b} [stretched its "
            "neck|sniffed], [heaved|snorted], and [came out with a noise like a cork|was on dry "
            "grass in three jumps]. "
        )
    elif trick == "music":
        say("{c} [fetched|called] Karl, who played the [tune|march] that is always played at feeding time. ")
        say(
            "The {b} [pricked up its ears|had missed supper], [gave one great jump|kicked and "
            "struggled], and was free. "
        )
    else:
        say(
            '{c} [sat down beside it|scratched it behind the ears] and said, "[Stop pulling|You '
            'frighten it]." '
        )
        say(
            "[When it was calm|As soon as it was quiet], {c.he} [dug out one leg after the "
            "other|poured water around its legs], and the {b} [simply walked away|climbed up by "
            "itself]. "
        )
    say("{o} [hugged {c}|threw {o.his} hat into the air|lifted {c} onto its back|shook {c}'s muddy hand]. ")
    say(
        "[All three|Everyone] needed a bath that evening[.|, and the {b} had the first.|, and the "
        "water was as brown as coffee.]"
    )


def bat_in_the_house(draw: Draw) -> None:
    """A bat flies into a room; chasing it makes everything worse until somebody is kind."""
    say, pick = draw.say, draw.pick
    say(
        "[At dusk|Late one evening|One warm night in July|After supper|When the crickets had just "
        "begun], a [little|small brown|black] bat flew in at the window of "
    )
    rooms = {
        "the library": "Ella",
        "the inn": "Wilma",
        "the bakery": "Anna",
        "the school": "Ruth",
        "the tailor's shop": "Ivy",
        "the kitchen": "Marco",
    }
    room = pick(list(rooms))
    owner = who(rooms[room])
    say(
        ". It [fluttered|zigzagged|flapped] around the lamp and [could not find the way out|bumped "
        "into the curtains]. ",
        o=owner,
    )
    say("{o} [screamed|dropped a plate|jumped onto a chair|ducked under the table]. ")
    say("{o.He} [chased it with|swung at it with] ")
    draw.pick_new(
        ["a broom", "an umbrella", "a towel", "a hat", "a ladle", "a rolled-up newspaper", "a fishing net"],
        "",
        " and then with ",
    )
    say(", and [knocked over|hit] ")
    draw.pick_new(
        ["the clock", "a vase", "the soup", "a pile of books", "the sugar bowl", "a shelf of cups"],
        "",
        " and ",
    )
    say(". The bat [only flew faster|hung itself upside down from a beam|squeaked in fear]. ")
    child = pick(CHILDREN, lambda p: f'"Stop!" said {p}. ')
    say("\"[It is more afraid than you|It only eats mosquitoes|It is somebody's mother, perhaps]. ", c=child)
    say('[Put out the lamp|Make it dark in here] and open [all the windows|both windows]." ')
    say("{o} did so, and they [sat very still|held their breath|waited in the dark]. ")
    say(
        "[Something brushed past like a small wind|They heard the wings once more|A shadow crossed "
        "the moon], and the bat was gone. "
    )
    end = draw.choose(["back", "house", "quiet"])
    if end == "back":
        say(
            "It [comes back|has come back] [every summer|every evening], but it stays outside now, "
            "and {o} [says good evening to it.|has not had a mosquito bite since.]"
        )
    elif end == "house":
        say(
            "[The next day|That weekend] {c} and Samuel nailed a [wooden|little] bat house under "
            "the roof[.|, and by August nine bats were living in it.]"
        )
    else:
        say(
            '"And who [will sweep this up|is to clear this away]?" asked {o}. "[Not the bat|The '
            'one who chased it|I know where the broom is]," said {c}.'
        )


def hat_in_the_tree(draw: Draw) -> None:
    """Something is caught in a tree; each thing thrown after it stays up there, too."""
    say, pick = draw.say, draw.pick
    say(
        "[A gust of wind|The wind|A sudden gust|On the windiest day of the fall, a gust] [blew|carried|took] "
    )
    owner = pick(ADULTS, lambda p: f"{p.known}'s")
    thing = pick(
        ["hat", "scarf", "best shirt", "umbrella", "straw hat", "nightcap", "blanket"], lambda t: f" {t}"
    )
    say(
        " into the top of the [old oak|tall elm|great chestnut tree|linden on the square]. ", o=owner, t=thing
    )
    throws = [
        "a shoe",
        "a broom",
        "a ball",
        "a turnip",
        "a walking stick",
        "a loaf of yesterday's bread",
        "a rubber boot",
        "a wooden spoon",
    ]
    left = list(throws)
    say("{o} threw ")
    left.remove(pick(left))
    say(" [at it|after it], and that [got stuck|stayed up there], too. ")
    second = pick(but(ADULTS, owner, trade("teacher")), lambda p: f"{p.known} threw ")
    left.remove(pick(left))
    say(". [It did not come down|That also stayed]. {s} [went to fetch|came back with] ", s=second)
    say("[a long pole|a ladder that was too short|a rope with a hook|a rake]")
    say(", [which broke|which helped nobody|and soon that hung there as well]. ")
    say(
        '"[Now it is a very strange tree|It looks like a shop up there|That tree is better dressed '
        'than I am]," said Ruth the teacher. '
    )
    turn = draw.choose(["wind", "child", "bird", "shake"])
    if turn == "wind":
        say(
            "They [sat down to think|gave up and drank tea]. [Then the wind turned|Toward evening "
            "the wind blew from the other side], and "
        )
        say("[everything rained down at once|down it all came, one thing after another]")
        say("[, right on the judge. |, and the dog ran off with the best of it. |. ]")
    elif turn == "child":
        child = pick(CHILDREN, lambda p: f"{p}, ")
        say(
            "who [weighed no more than a goose|climbed like a squirrel], [went up|ran up the "
            "trunk] and [handed down|dropped] everything, [piece by piece|one thing after "
            "another]. ",
            c=child,
        )
        say('"[It is lovely up there|One can see the sea from there]," said {c}. ')
    elif turn == "bird":
        say(
            "A [crow|magpie|jackdaw] [watched all this|looked at the mess], [pulled at|picked up] "
            "the {t} and let it fall [into the fountain|on {o}'s head|into the soup of the "
            "innkeeper]. "
        )
        say('"[Thank you|Much obliged]," said {o}, and the bird [bowed|croaked]. ')
    else:
        say(
            "[At last|In the end] a cow came by, leaned against the trunk and [scratched her "
            "back|rubbed her neck|scratched herself], "
        )
        say("and [everything|the whole lot] came down [like ripe fruit|on her head|into the grass]. ")
    say(
        "[Since then {o} ties a ribbon to {o.his} {t}.|The {t} had a hole in it now, but {o} kept "
        "it all the same.|{o} looked at the {t} and said that it had been quite old anyway.]"
    )


def egg_thief(draw: Draw) -> None:
    """Eggs are missing; somebody watches through the night, and the thief is not the one they thought."""
    say, pick = draw.say, draw.pick
    farmer = trade("farmer")
    say(
        "[Every morning|For a week now|Three days in a row|Since Sunday] there were no eggs in "
        "Peter's henhouse. ",
        f=farmer,
    )
    say(
        '"[It was the fox|A fox]," said the farmer. "[No, a weasel|I say it was a weasel|More '
        'likely a rat]," said '
    )
    other = pick(but(ADULTS, farmer), lambda p: f"{p.known}. ")
    say(
        "[So one night|That night] Peter [hid in the straw|sat down behind the barrel|climbed into "
        "the hayloft|lay down under the cart] ",
        q=other,
    )
    say(
        "with [a lantern and a bucket|a net|a blanket and a whistle], and {q} [kept him "
        "company|came along for the fun of it|brought hot tea|would not be left out]. "
    )
    say(
        "[At midnight something rustled|The church clock struck twelve; something creaked|For "
        "hours nothing stirred. Then there was a noise]. [It was only|But that was only] "
    )
    say("[a mouse|the cat|the wind in the door|a hen, talking in her sleep|Peter's own stomach]")
    say(
        ". [At two o'clock|An hour later|Toward morning] the door [opened softly|moved]. [In "
        "came|Through the gap came] "
    )
    thief = draw.choose(["dog", "goose", "hedgehog", "granny", "hen"])
    if thief == "dog":
        say(
            "Peter's own dog, who [took an egg between his teeth as gently as a mother|picked up "
            "the eggs one by one] and carried them [to the barn|under the cart]. "
        )
        say(
            "[There lay|In the hay lay] a [thin|gray|sick] [cat|old dog] with [one eye|a bandaged "
            "paw], and ate. "
        )
        say(
            '"[Well, then|So that is how it is]," said Peter, and [from that day on he left two '
            "eggs at the door.|went to fetch some milk as well.]"
        )
    elif thief == "goose":
        say(
            "the goose, [with her neck stretched out|hissing softly]. She [rolled the eggs "
            "out|pushed the eggs away] with her beak, [one after another|all nine], and sat down "
            "on them behind the [shed|well]. "
        )
        say(
            "[She had no eggs of her own|She wanted a family]. [In June|Three weeks later] she "
            "walked to the pond [with six chicks behind her|at the head of nine chicks], and could "
            "not understand why they would not swim."
        )
    elif thief == "hedgehog":
        say(
            "a hedgehog with [five|four] young ones, [all in a row|as round as chestnuts]. They "
            "[ate|slurped] and [smacked their lips|burped a little]. "
        )
        say(
            '"[Such a big thief|We brought a net for that]!" {q} [whispered|laughed]. Peter [put '
            "down a bowl of scraps every night|built them a house of leaves], and the eggs stayed "
            "where they were."
        )
    elif thief == "granny":
        say(
            "Peter's grandmother in her nightgown, [fast asleep|with her eyes shut]. She [took the "
            "eggs in her apron|filled her apron], carried them to the kitchen and [laid them in "
            "the bread box|put them in the teapots]. "
        )
        say(
            "[In the morning she knew nothing of it|She never believed it], and Peter [oiled her "
            "door, for she is ninety.|made pancakes for the whole street.]"
        )
    else:
        say(
            "nobody; but the [speckled|white|oldest] hen [got up|slipped out] and [scratched a "
            "hole|lifted a board] in the corner. [There lay|In it were] thirty eggs. "
        )
        say(
            '"[She has been saving|She was afraid of a hard winter]," said {q}. Peter [scratched '
            "his head and left her five.|laughed and left her half of them.]"
        )


def lost_in_the_snow(draw: Draw) -> None:
    """A child does not come home through the snow; something known by its sound or smell leads the way."""
    say, pick = draw.say, draw.pick
    say(
        "It [had snowed since noon|snowed in flakes as big as feathers|had begun to snow at dinner "
        "time|was snowing so hard that the fences were gone], and "
    )
    child = pick(CHILDREN)
    say(" had not come home from [the forest|the frozen lake|the upper pasture|the next village]. ", c=child)
    parent = pick(
        ["mother", "father", "grandmother", "grandfather", "sister", "brother"], lambda p: f"{{c.His}} {p} "
    )
    say(
        "[put a candle in the window and waited|stood at the gate and called, but nobody "
        "answered|asked at every door]. ",
        par=parent,
    )
    say(
        "{c} [walked and walked|waded through the drifts], and [every tree looked like every "
        "other|came upon {c.his} own footprints]. "
    )
    say(
        "[{c.He} wanted to sit down, just for a moment|{c.His} feet were so tired|The snow looked "
        "as soft as a bed]. "
    )
    way = draw.choose(["bell", "dog", "bread", "fiddle", "stars"])
    if way == "bell":
        say(
            "Then the church bell [rang|began to ring], [though it was no Sunday|again and again]. "
            "{c} [turned toward it|followed the sound] [step by step|with eyes closed]. "
        )
        say("[Two men|Two women|A man and a woman] had pulled the rope by turns for [two|three] hours. ")
    elif way == "dog":
        say(
            "Then [something wet|a cold nose] touched {c.his} hand. It was [Hugo's dog|the "
            "shepherd's old dog], who [took {c} by the sleeve and pulled|walked ahead and looked "
            "back at every turn]. "
        )
        say("Hugo [had sent him out with a single word|came behind with a lantern and a flask of tea]. ")
    elif way == "bread":
        say(
            "Then {c.he} smelled [fresh bread|something warm and brown|cinnamon]. {c} [followed "
            "{c.his} nose|sniffed and turned to the left], over the [ditch|wall] and through the "
            "[hedge|orchard]. "
        )
        say(
            "Anna had opened [every door and window|all the windows] of the bakery[, and half the "
            "snow had come in|, although it was as cold as a cellar by then]. "
        )
    elif way == "fiddle":
        say(
            "Then {c.he} heard [a tune|music], thin and far away. It was [a dance|the song that "
            "everyone knows], and {c} [hummed along and walked|walked in time]. "
        )
        say(
            "Karl had [played on the church steps|stood on the hill and played] until [his strings "
            "froze|two strings broke]. "
        )
    else:
        say(
            "Then the clouds [opened|broke], and there stood the [North Star|Great Bear], just as "
            "Albert the captain had [taught|shown] {c.him}. "
        )
        say(
            '"[North is home|Keep it in front of your nose]," {c} [whispered|said aloud], and '
            "[went on|walked straight ahead]. "
        )
    say(
        "[The door flew open. |The lamp in the window had never looked so big. |{c} was as white "
        "as a snowman. |]"
    )
    say("[That night|Before bed] {c} [drank|was given] ")
    draw.pick_new(
        ["hot milk with honey", "a bowl of barley soup", "cocoa", "blackberry tea", "chicken broth"],
        "",
        " and then ",
    )
    say(
        "[, and was not scolded until the morning.|, and {c.his} {par} did not let go of {c.his} "
        "hand.|, and fell asleep with the spoon in {c.his} hand.]"
    )


def swarm(draw: Draw) -> None:
    """The bees settle in the wrong place, and everyone must be calm."""
    say, pick = draw.say, draw.pick
    say("[In the middle of|During|Right in the middle of|Just before the end of] ")
    event = pick(
        [
            "the market",
            "the wedding",
            "the judge's speech",
            "the concert",
            "the school play",
            "the spelling contest",
        ]
    )
    say(
        ", Rosa's bees [left their hive|came over the wall|flew across the square] like a "
        "[brown|humming|dark] cloud and settled on ",
        e=event,
    )
    places = [
        "Karl's fiddle",
        "Arthur's beard",
        "Martha's hat",
        "the drum",
        "the nose of the statue",
        "the handle of the only door",
        "the judge's umbrella",
    ]
    pick([*places, "the wedding cake"] if event == "the wedding" else places)
    say(
        ". [People shrieked|There was a scream|Chairs fell over], and [a dog hid under a cart|the "
        "cook jumped into the fountain|two men climbed a tree]. "
    )
    say(
        '"[Do not run|Nobody must wave their arms|Stand as still as trees]!" [called|said] Rosa '
        "the beekeeper. "
    )
    wrong = pick(
        [who(name) for name in ("Oskar", "Wilma", "Peter", "Leon", "Olga", "Boris")], lambda p: p.known
    )
    say(
        " [wanted to help and|did not hear her and] brought [a bucket of water|a broom|a trumpet], "
        "and [was stung on the ear|was stung twice|sat in the horse trough a moment later]. ",
        w=wrong,
    )
    way = draw.choose(["smoke", "queen", "song", "honey"])
    if way == "smoke":
        say(
            "Rosa [lit her little smoker|filled her pipe] and [puffed and puffed|walked around "
            "them three times], and the bees grew [drowsy|slow]. She swept them into a basket "
            "[with a goose feather|with her bare hands]. "
        )
    elif way == "queen":
        say(
            "Rosa [put in her hand|reached in with two fingers], [found|picked out] the queen bee "
            "and set her in [a straw basket|an empty box]. [One by one|In a long brown line] all "
            "her people followed. "
        )
    elif way == "song":
        say(
            "Rosa [hummed|sang] a deep, [slow|quiet] tune, the same one as in the garden at home, "
            "and held up a basket. [The bees knew it|They listened], and [moved in|marched "
            "inside]. "
        )
    else:
        say(
            "Rosa smeared [honey|honey and mint] inside [an old hat|a basket] and [held it "
            "up|waited]. [A scout|The first bee] [tasted it|danced], and then [they all|ten "
            "thousand others] came. "
        )
    say("[A child sneezed, but nothing happened. |No one dared to breathe. |Not even the babies cried. |]")
    say("[Within ten minutes|Before the clock struck again] it was over. ")
    say(
        "[Everyone who had stood still|Whoever had not run] got [a spoonful|a small jar] of honey, "
        "and {w} got [two, because of the sting|an onion for the sting as well]."
    )


def heavy_and_light(draw: Draw) -> None:
    """A boast about a load: what is light in the morning is heavy at night, and the other way around."""
    say = draw.say
    first, second = draw.pick_new(
        [who(n) for n in ("Oskar", "Boris", "Helen", "Peter", "Olga", "Hugo", "Samuel", "Edith")],
        "",
        " and ",
        show=lambda p: p.known,
    )
    say(
        " [each had a sack to carry|were to carry two sacks|set out with two sacks] over the hill "
        "to [the fair|the market town|the harbor]. ",
        p=first,
        q=second,
    )
    kind = draw.choose(["wool", "bread"])
    if kind == "wool":
        say(
            '"[I take the wool|The wool is mine]," {p} said [quickly|with a grin], "it is so '
            'light. [You may have the pots|The pots are for you]." '
        )
        say(
            "[They set out at dawn|They left at six], and {p} [skipped|whistled] while {q} "
            "[puffed|panted|groaned]. "
        )
        say(
            "[At noon it began to rain|Halfway up, the clouds burst]. The wool [drank|soaked up] "
            "the water [like a sponge|by the bucket], and grew as heavy as [a calf|a millstone|a "
            "wet sheep, which in a way it was]. "
        )
        say(
            "The pots were [no heavier than before|only wet on the outside], and {q} had not "
            "[slowed down|complained] once. "
        )
    else:
        say(
            '"[I take the bread for the journey|The food is mine]," {p} said [quickly|with a '
            'grin], "[one gets hungry|somebody has to]." '
        )
        say('"[Then I take the empty jars|I will have the jars, then]," said {q}, "they are light." ')
        say(
            "[In the morning|At first] {p} [puffed|groaned] under the bread and {q} [danced "
            "along|whistled]. [But they ate at nine, at noon and at four|But they rested three "
            "times and ate well], and the bread sack [grew lighter|shrank] with every bite. "
        )
        say(
            "[Then they passed|On the way they came to] a [brook|well], and {q}, who was thirsty, "
            "filled [all the jars|the jars to the brim|every one of the jars]. "
        )
    say(
        "[The road was long. |Neither of them spoke for a while. |A cuckoo laughed at them. |][In "
        "the evening|On the last mile], it was {%s} who could [hardly stand|hardly lift a foot]. "
        % ("p" if kind == "wool" else "q")
    )
    say('"[Shall we each take half|Give me one end]?" asked {%s}. ' % ("q" if kind == "wool" else "p"))
    say(
        "So they [hung both loads on one pole|put both loads on one pole] and carried it [between "
        "them|on their shoulders], "
    )
    say("[and that was best of all.|and sang the rest of the way.|as they might have done from the start.]")


def race(draw: Draw) -> None:
    """Two children race; one stops on the way, and the prize is settled in an unexpected way."""
    say, pick = draw.say, draw.pick
    first, second = draw.pick_new(
        CHILDREN, "[Every year|On Easter Monday|On the last day of school] ", " and "
    )
    say(" ran a race [to the mill and back|around the lake|up to the old tower]", p=first, q=second)
    say(", and the prize was ")
    prize = pick(
        [
            "a gingerbread heart",
            "a whole ham",
            "a bag of marbles",
            "a silver medal",
            "a blue ribbon",
            "a cherry cake",
        ]
    )
    say(
        ". [{p} ran like a deer|{p} was faster at first|{p} flew over the first field|At the first "
        "tree {p} was ahead], and {q} [followed|came behind, puffing|was soon far behind]. ",
        prize=prize,
    )
    say(
        "[The crowd cheered. |The dogs ran along. |][At the bridge|Behind the orchard|On the "
        "hill|Where the road turns] {p} [saw|met|came upon] "
    )
    stop = pick(
        [
            ("an old woman whose apples had rolled into the ditch", "picked them all up"),
            ("an old man who could not lift his cart", "pushed until it moved"),
            ("a lamb in a thorn bush", "freed it, thorn by thorn"),
            ("a small boy who had lost his shoe", "found it in the nettles"),
            ("a small girl who was afraid of the geese", "walked her past them"),
            ("a duckling that had lost its mother", "carried it to the pond"),
        ],
        lambda s: s[0],
    )
    say(
        ", and {help}. [Meanwhile|While {p} was busy], {q} [ran past|overtook {p.him}|hurried by]. ",
        help=stop[1],
    )
    turn = draw.choose(["back", "win", "help"])
    if turn == "back":
        say(
            "[But then {q} looked back|But {q} slowed down], [frowned|thought for a moment], and "
            "[turned around|came back]. "
        )
        say(
            '"[Winning is no fun alone|That would not count]," said {q}. [They finished hand in '
            "hand|They crossed the line side by side]. "
        )
        say("[And the prize? They shared it.|{q} said that {p} had won, and {p} said that {q} had.]")
    elif turn == "win":
        say("{q} [reached the line first|won by a long way], and got {prize}. [Nobody scolded|It was fair]. ")
        say("But [that evening|the next morning] there lay on {p}'s doorstep ")
        say(
            "[a basket of pears|a bunch of cornflowers|a note with a heart on it|six brown eggs|a "
            "jar of plum jam]"
        )
        say("[, and nobody would say from whom.|, and {p} knew from whom.]")
    else:
        say(
            "[But {q} had a stitch in {q.his} side|But {q} took the wrong path] and [lost|wasted] "
            "[a minute|two minutes]. "
        )
        say(
            "{p} [caught up|came running], and they reached the line at the very same "
            "[moment|step]. The judge [measured their noses|scratched her head|thought hard] and "
        )
        say("[gave the prize to both.|gave one half to the fast legs and one to the good heart.]")


def apple_tree(draw: Draw) -> None:
    """An old person plants a tree whose fruit will come late; the years pass, and a child has grown."""
    say, pick = draw.say, draw.pick
    say(
        "[One morning in spring|Early in spring|On the first warm day of spring|One spring, when "
        "the larks were back], "
    )
    old = pick([STRANGERS[0], STRANGERS[1]], lambda p: p.some)
    say(
        " dug a hole [in the hard earth|by the road|on the bare hill|behind the school] and planted ",
        o=old,
    )
    tree = pick(["an apple tree", "a pear tree", "a walnut tree", "a cherry tree", "a plum tree"])
    fruit = tree.removeprefix("an ").removeprefix("a ").removesuffix(" tree")
    say(" [no taller than a goose|as thin as a whip|with only four leaves]. ", fruit=fruit)
    child = pick(["boy", "girl"], lambda c: f"A {c} stopped to watch. ")
    he, his = ("he", "his") if child == "boy" else ("she", "her")
    say(
        '"[When will there be|How long until there are] {fruits}?" asked the {child}. ',
        child=child,
        he=he,
        his=his,
        fruits={"cherry": "cherries"}.get(fruit, fruit + "s"),
    )
    say(
        '"In [ten|twelve|fifteen] years," said {o}. "[But you are so old!|Will you live that '
        'long?|Then why do you bother?]" '
    )
    say(
        '{o.Name} [laughed|smiled and leaned on the spade]. "[One does not plant only for '
        "oneself|I have eaten {fruits} all my life from trees that others planted|Somebody planted "
        "the trees that I climbed|The tree does not ask how old I am]. "
    )
    say(
        '[Hold it straight, please." The {child} held it|Now hand me the water." The {child} '
        "poured it], and [came back every week|watered it all summer|drove the goats away from "
        "it]. "
    )
    say(
        "[Winters came and went|Snow fell and melted many times|Years went by], and {o} [was no "
        "longer there|had long been sleeping under the grass]. "
    )
    say(
        "[Today|Now] the {child} is a [tall|grown] %s, and every autumn {he} [fills|carries home] "
        "[six|ten|twelve] baskets. " % ("man" if child == "boy" else "woman")
    )
    say(
        "[And last spring|And this spring], when the snow was gone, {he} [took a spade|went out "
        "with a spade] and planted [another|a second] tree, "
    )
    say(
        "[no taller than a hen.|and a small girl asked when there would be {fruits}.|and a small "
        "boy held it straight.]"
    )
