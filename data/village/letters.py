"""Short letters between villagers: thanks, orders, invitations, apologies, news, requests, good wishes."""

from data.village.grammar import Draw
from data.village.tables import CAPITALS, items, rows, words
from data.village.tell import tell, tell_one
from data.village.world import ADULTS, CHILDREN, trade

# who: what they are thanked for: what came of it
THANKS = rows("""
    baker: the [warm rolls|plum cake|rye bread]: We ate [everything|the last crumb] [before noon|in one
      evening];
    fisher: the [fat carp|smoked eel|big trout]: We [fried|ate] it with butter and [parsley|lemon];
    teacher: the [extra lessons|sums you corrected]: Now I [understand fractions|make fewer mistakes|like
      arithmetic];
    doctor: the [bitter medicine|cough drops|good advice]: The [cough|fever|pain] was gone [in three
      days|by Sunday];
    miller: the [sack of flour|fine oatmeal|bag of bran]: It came at the right [time|moment];
    farmer: the [potatoes|fresh eggs|turnips]: They are better than any [in town|at the market];
    weaver: the [blue blanket|striped rug|soft shawl]: It keeps us warm [every night|in this cold month];
    blacksmith: the [garden gate|iron latch|door handle]: It [does not squeak|will hold for a hundred
      years];
    nurse: the [clean bandage|care you took of my knee]: The wound has healed [well|already];
    carpenter: the [oak table|little bench|bookshelf]: It stands [by the window|in the kitchen] and does
      not wobble;
    gardener: the [seedlings|pea plants|strawberry plants]: They have grown [an inch|two inches] already;
    shepherd: the [walk in the hills|little flute you carved]: I [think of it often|will not forget it];
    painter: the [portrait of our cat|picture of the bridge]: Everybody [stops to look at it|admires the
      colors];
    tailor: the [winter coat|new suit|mended jacket]: I have never [worn anything so fine|looked so
      elegant];
    cook: the [onion soup|recipe for dumplings]: [My guests|The children] asked for [more|a second
      helping];
    singer: the [song at the wedding|concert on Friday|lullaby]: I have been humming it [all week|ever
      since];
    postman: the [parcel you carried up the hill|letters in all this snow]: You [never complain|are always
      on time];
    clockmaker: the repair of the [old|cuckoo] clock: It [strikes the hours again|has not lost a minute
      since];
    beekeeper: the jar of [clover|linden|forest] honey: I [take a spoonful every day|put it in my tea];
    librarian: the [book about stars|long novel|book of legends]: I read it [in two nights|twice|by
      candlelight];
    ferryman: the [trip to the island|safe crossing in the fog]: I was [hardly|not at all|only a little]
      afraid;
    potter: the [blue|green|brown] [bowls|flowerpots|cups]: Not one broke on the way home;
    captain: the [stories about whales|old map|shell from the southern sea]: I dream of [islands|sailing]
      every night;
    cheesemaker: the [goat cheese|smoked cheese]: It was gone [by Tuesday|in two days], rind and all;
    woodcutter: the [cart of firewood|birch logs|pile of kindling]: The house is [warm|cozy] [again|at
      last];
    innkeeper: the [soft bed|quiet room|kind welcome]: I [slept like a log|have never slept better];
    fiddler: the [dance music|new waltz|polka]: My feet [still hurt|are still dancing]
""")
OPENINGS = items("""
    I hope you are [well|in good health].;
    [At last I have|Tonight I have] time to write.;
    I am writing this by [candlelight|the open window|the kitchen clock].;
    How are you, and how is [your garden|your old cat|the new roof|the family]?;
    It is [late|early], and everybody is [still |]asleep.;
    Thank you for your [long|last|kind] letter.
""")
REQUESTS = rows("""
    baker: bake a [walnut cake|loaf without salt] for [Sunday|my birthday]: I will fetch it [at
      eight|after church];
    blacksmith: mend my [iron pot|garden gate|plow]: The [handle|hinge] has come off;
    carpenter: come and look at my [porch|staircase|floor]: It creaks [at night|with every step];
    tailor: shorten my [coat|trousers|sleeves] by [one inch|two inches]: I am to be a guest at a wedding;
    clockmaker: look at my grandfather's watch: It [stops|stands still] [at noon|every Monday];
    painter: paint a [sign|picture] for [my shop|our hall]: I would like a [red rooster|blue fish|golden
      sun] on it;
    doctor: come to [the big farm|the mill road] [today|this evening]: The [baby|little one] has a
      [fever|rash];
    farmer: lend me your [cart|horse|big ladder] [on Thursday|for a day]: I shall bring it back [clean|in
      good order];
    gardener: tell me what ails my [roses|beans|pear tree]: The leaves [turn yellow|curl up|have spots];
    potter: make me [six|eight|twelve] [plates|mugs|bowls]: The [cat|baby] has broken the old ones;
    weaver: weave a [blanket|rug] of [gray|white] wool: It should be [two|three] yards long;
    librarian: keep the book about [birds|knights|stars|volcanoes] for me: I will come [on Friday|after
      school];
    ferryman: take [me|us] across on [Monday|Wednesday] [morning|evening]: There will be [a goat|two
      trunks|a cello], too;
    judge: hear my case: A neighbor's [goat|pig] has eaten my [lettuce|washing|best hat];
    beekeeper: come quickly: A swarm of bees hangs [in my chimney|on the church door|under the bench];
    woodcutter: bring me [a cart|two carts] of [beech|birch] logs: The [shed|woodpile] is almost empty;
    fisher: keep [two pike|six trout|a basket of perch] for me: The [whole family|choir] is coming to
      supper;
    miller: grind my [rye|wheat|barley]: I have [four|five|seven] sacks [in the barn|on the cart] already;
    teacher: let my [niece|nephew] sit in the front row: The blackboard is hard to see from the back;
    banker: keep my savings in the bank: I have [forty|sixty|eighty] silver coins [in an old sock|under a
      floorboard];
    innkeeper: keep a room for [my cousin|two guests] from the city: They arrive [on Saturday|in the first
      week of May];
    fiddler: play at our [wedding|harvest feast|golden anniversary]: People want to [dance|stamp their
      feet] until midnight;
    postman: wait for my parcel [on Monday|tomorrow]: It must reach the city before [Easter|the end of the
      month]
""")
GOODS = items("""
    pounds of sugar; pounds of salt; bars of soap; balls of string; boxes of matches; candles; yards of
    ribbon; bags of rice; packets of tea; lemons; lamp wicks; clothespins; sheets of paper; jars of
    mustard; pounds of coffee; dozen nails; spools of thread; bags of raisins; tins of cocoa; brooms;
    buckets; bottles of ink
""")
EVENTS = rows("""
    my birthday party: There will be cake and [games|lemonade|a puppet show];
    the wedding of my cousin: There will be [music|dancing] until midnight;
    the harvest supper: There will be [roast pumpkin|apple pie] for all;
    our house-warming: There will be soup in the new pot;
    a concert in the barn: There will be two fiddles and a drum;
    a picnic by the lake: We shall bring [bread and cheese|a blanket];
    the skating party: There will be hot [chocolate|cider] on the ice;
    a chess evening: I have learned a new opening;
    the christening of little Flora: There will be [white cake|cherry cake] for everybody;
    the opening of my new shop: Everything costs half on that day;
    a reading at the library: A captain tells how he crossed the ocean;
    our kite festival: The wind promises to be good
""")
MISHAPS = items("""
    I broke your [kitchen|shop|cellar] window with my ball. It was an accident, but I ran away, and that
      was wrong. I will [sweep your yard|carry your wood] for a [week|month];
    I ate the [plums|strawberries] from your garden. They looked so [red|ripe|sweet] that I forgot to ask.
      I will [pull weeds|water the beans] until we are even;
    my dog dug up your [tulips|lettuce|carrots]. He was looking for a mole. I have [filled the hole|tied
      him up] and will buy you new [seeds|bulbs|plants];
    I called your [hat|donkey|soup] ugly. It is not true, and I only said it because I was
      [tired|angry|jealous]. Please come and have [tea|cocoa] with me;
    I forgot to shut the gate, and your [geese|sheep|hens] ran [off|into the road]. We have found all but
      [one|two]. I will go on looking until dark;
    I spilled ink on the [map|book|tablecloth] you lent me. I tried to wash it, and now it is blue all
      over. I am saving [my pocket money|every penny] for a new one;
    I did not come [on Sunday|to your party]. I had [lost my way|fallen asleep|a toothache]. I thought of
      you all day and was [sad|cross with myself];
    I laughed when you fell [off the pony|into the pond|from the wall]. I would not like it either. Next
      time I will [help you up|hold out my hand]
""")
NEWS = items("""
    our cow has had a [brown|spotted|white] calf, and it already [runs|jumps] about the yard;
    the river rose [last night|on Monday] and [took away|carried off] the little bridge, but nobody was
      hurt;
    the old oak by the church [was struck by lightning|fell in the storm], and [benches|a long table] will
      be made of it;
    there is a new [bell|clock] in the tower, and now we are [never late|woken at six];
    a [family of foxes|pair of owls|stork] has moved into the [old barn|empty chimney];
    the [king|queen] rode through the village and [waved to us|stopped for a drink of water|bought a loaf
      of bread];
    I have learned to [swim|whistle|skate|knit|play chess], and it is easier than I thought;
    the pond is frozen, and everybody [skates|is on the ice] from morning to night;
    we have [painted the door green|planted forty trees|a new roof], and you will hardly know the house;
    <z:child> lost a tooth [at breakfast|in an apple] and keeps it in a matchbox;
    the cherries are ripe, and we [climb|sit in] the trees all day;
    the choir has won the [first|second] prize, and we sang [all the way home|until midnight]
""")
ILLS = items("""
    a broken leg; a fever; a bad cold; a sore throat; the measles; a sprained ankle; a stiff back; the
    mumps
""")
GIFTS = items("""
    a jar of honey; a pot of soup; a bunch of tulips; some oranges; a warm scarf; a book of riddles; six
    fresh eggs; a bag of herbal tea; a box of paints; a picture that I drew; a gingerbread heart; the
    softest pillow in the house
""")
FRIENDSHIP = items("""
    You are my best friend, because you [share your bread|never laugh at me|tell the truth|listen to the
      end];
    Since you moved away, [the swing is empty|nobody runs as fast as I do|I play chess against myself];
    I [like you|am glad that you are my friend], even when you [win at marbles|sing too loud|are in a bad
      mood];
    When I was [afraid of the dark|alone at school|sick], you [stayed with me|came every day], and I will
      not forget it;
    I have [carved our names in a board|tied two ribbons to the oak|kept half of my cookie], one for you
      and one for me
""")
HOPES = items("""
    Let us build a [raft|hut|snow fort|kite] [on Saturday|in the holidays];
    Come [soon|as soon as you can], and bring your [marbles|sled|flute];
    I am counting the [days|hours] until [summer|Sunday|you are back];
    We shall be friends until we are [eighty|a hundred] years old
""")
WEATHER = items("""
    The sun shines from morning to evening; It rains, but I have an umbrella; The sky is bluer than at home;
    This morning it was gray, but now the sun is out; The wind has taken my hat; The evenings are mild
""")
SIGHTS = items("""
    I have [climbed a tower of three hundred steps|crossed a bridge longer than our village|been to the
      big market];
    The streets are full of [bicycles|people|music], and nobody says good morning;
    I eat [noodles|fish|rice|fruit I cannot name] every day, and I [like it|am getting fat];
    From my window I see [a hundred roofs|a square with a fountain and pigeons|people selling melons];
    People here talk fast, and I understand every [third|fifth] word;
    Yesterday I got lost, and a [boy|girl|baker|nun] showed me the way
""")
TRAVELS = [
    f"{capital}, the capital of {country}" for table in CAPITALS.values() for country, capital in table
]
PUPILS = [child for child in CHILDREN if child.age > 6]
WRITERS = ADULTS + PUPILS
DATES = items("on Monday; on Tuesday; on Wednesday; on Thursday; on Friday; on Saturday; on Sunday; tomorrow")
HOURS = items("""
    at three o'clock; at four o'clock; at five o'clock; at six o'clock; at seven o'clock; after sunset; at
    noon
""")
CRAFTS = rows("""
    baker: a cake [as high as a chair|with forty candles]; blacksmith: [twelve new lances|a gate with iron
    roses]; tailor: a [velvet cloak|suit for the prince]; potter: [fifty plates|a vase with swans];
    weaver: a [carpet|tapestry] for the great hall; clockmaker: a clock for the [tower|throne room];
    painter: a portrait of the royal family; gardener: a hundred white roses; carpenter: a [cradle|long
    table] of walnut wood; beekeeper: thirty [jars of honey|candles of wax]; cheesemaker: the
    [largest|best] cheese in the land; fiddler: music for the royal ball; cook: a dinner for eighty guests
""")
PETITIONS = items("""
    The bridge is [rotten|about to fall], and the children [cross it every day|must use it on their way to
      school]. Please send us [twenty planks|oak beams|a builder];
    The harvest was [poor|ruined by hail], and we cannot pay the [whole|full] tax this year. Please [wait
      until spring|take half of it now];
    The well in the square [is dry|has no rope]. We ask for [leave|permission] to dig a new one [behind
      the church|by the mill];
    Your [hounds|hunters] have [run|ridden] through our [barley|vegetable gardens]. We ask you to keep to
      the road;
    We invite you to our [spring fair|harvest feast]. There will be [dancing|pancakes], and the best
      chairs are for you;
    We thank you for the [new school|doctor's horse|lanterns in the street]. The whole village [speaks of
      it|is grateful]
""")


def _greet(draw: Draw, group: str) -> None:
    tell(draw, f"[Dear|My dear] <to:{group}>,\n")


def _greeting(craft: str) -> str:
    return f"Dear {'Dr. ' if craft == 'doctor' else ''}{trade(craft)},\n"


def _close(draw: Draw, group: str = "writer") -> None:
    tell(
        draw,
        f"\n[Yours|Best wishes|Kind regards|Warm greetings|With love|Yours truly],\n<from:{group}>",
        writer=WRITERS,
        pupil=PUPILS,
    )


def _thanks(draw: Draw) -> None:
    craft, what, result = draw.pick(THANKS, lambda row: _greeting(row[0]))
    draw.say(f"[Thank you|Thank you so much|Many thanks] for {what}. {result}. ", to=trade(craft))
    draw.say("[You are very kind.|When may I do something for you?|I will come by soon.|Greet your family.]")
    _close(draw)


def _request(draw: Draw) -> None:
    craft, what, why = draw.pick(REQUESTS, lambda row: _greeting(row[0]))
    draw.say(f"[Please|I would like you to|I write to ask you to] {what}", to=trade(craft))
    draw.say(f". {why}. ")
    draw.say("[Thank you in advance.|I shall be very grateful.|I know that you are busy.|I count on you.]")
    _close(draw, "adult")


def _order(draw: Draw) -> None:
    draw.say(
        "Dear Martha,\n[Please send me|I need|Please put aside] ", to=trade("shopkeeper"), by=trade("postman")
    )
    numbers = words("two three four five six ten")
    draw.pick(numbers)
    first = draw.pick(GOODS, lambda goods: f" {goods} and ")
    draw.pick(numbers)
    draw.pick([goods for goods in GOODS if goods != first], lambda goods: f" {goods}. ")
    tell(draw, "[Leon|My son|My daughter] [will fetch them|will come for them] <day:days>. ", days=DATES)
    draw.say("[Please write it on my bill.|The money is in the envelope.|I will pay on market day.]")
    _close(draw, "adult")


def _invitation(draw: Draw) -> None:
    _greet(draw, "anyone")
    draw.say("[Please come to|You are invited to|I invite you to] ")
    _, plan = draw.pick(EVENTS, lambda row: row[0])
    tell(draw, " <day:days> <hour:hours>. ", days=DATES, hours=HOURS)
    draw.say(f"{plan}. [Bring a friend.|Please bring a chair.|You need not bring anything.|Do not be late!]")
    _close(draw, "adult")


def _apology(draw: Draw) -> None:
    _greet(draw, "adult")
    draw.say("[I am sorry|I am very sorry|Please forgive me]: ")
    tell_one(draw, MISHAPS)
    draw.say(".")
    _close(draw, "pupil")


def _news(draw: Draw) -> None:
    _greet(draw, "anyone")
    tell_one(draw, OPENINGS)
    draw.say(" [Here is the news|Now the news]: ")
    tell_one(draw, NEWS)
    draw.say(". [Write back soon.|What is new with you?|Come and see for yourself.|More when I see you.]")
    _close(draw)


def _get_well(draw: Draw) -> None:
    draw.slots["doctor"] = trade("doctor")  # who is spoken of, so he neither writes nor is ill
    _greet(draw, "anyone")
    tell(draw, "[I hear from|I was told by] <by:adult> that you have ")
    draw.pick(ILLS)
    draw.say(". [Stay in bed|Do what Dr. David says] and drink [plenty of|hot] tea. I am sending you ")
    draw.pick(GIFTS)
    draw.say(". [Get well soon!|We all miss you.|The street is too quiet now.|I will visit you on Sunday.]")
    _close(draw)


def _friendship(draw: Draw) -> None:
    _greet(draw, "child")
    tell_one(draw, FRIENDSHIP)
    draw.say(". ")
    tell_one(draw, HOPES)
    draw.say(".\n[Your friend|Your best friend|Always yours],\n")
    tell(draw, "<from:pupil>", pupil=PUPILS)


def _from_afar(draw: Draw) -> None:
    _greet(draw, "anyone")
    draw.say("[Greetings from|I am in|Today I write to you from] ")
    draw.pick(TRAVELS)
    draw.say(". ")
    draw.pick(WEATHER)
    draw.say(". ")
    tell_one(draw, SIGHTS)
    draw.say(". [I will be back in May.|I miss our river.|Soon I will be home again.|Please feed my cat.]")
    _close(draw, "adult")


def _royal_order(draw: Draw) -> None:
    _, what = draw.pick(CRAFTS, lambda row: f"To {trade(row[0]).known},\n")
    draw.say(f"[We wish to order|We should like to have] {what}. ")
    draw.say("[This must|This should] be ready [before|by] [the first of May|Christmas|the midsummer ball]. ")
    draw.say("[You shall be paid in gold.|Tell us what you need.|Our steward will bring the money.]")
    draw.say("\n[By order of the king|By order of the queen]")


def _petition(draw: Draw) -> None:
    draw.say("Your Majesty,\n")
    tell_one(draw, PETITIONS)
    draw.say(".\n[Your faithful|Your loyal|In the name of the village, your] [servant|subject],\n")
    tell(draw, "<from:adult+>")


FORMS = {
    _thanks: 18, _request: 16, _order: 10, _invitation: 12, _apology: 9, _news: 12, _get_well: 10,
    _friendship: 8, _from_afar: 12, _royal_order: 4, _petition: 4,
}  # fmt: skip


def write(draw: Draw) -> None:
    """Greeting, a few sentences, closing and name, each on its line."""
    draw.choose(list(FORMS), list(FORMS.values()))(draw)
