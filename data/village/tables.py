"""What everybody should know: the tables from which facts and questions are made."""


def items(table: str) -> list[str]:
    """Phrases or templates with a semicolon between them; line ends count as spaces."""
    return [" ".join(item.split()) for item in table.split(";") if item.strip()]


def rows(table: str) -> list[list[str]]:
    """A table written as "cow: calf; horse: foal" -> [["cow", "calf"], ["horse", "foal"]]."""
    return [[cell.strip() for cell in item.split(":")] for item in items(table)]


def words(table: str) -> list[str]:
    """Single words with white space between them."""
    return table.split()


# The capital that the state itself names, as of 2026 (Bolivia: Sucre; Equatorial Guinea: Ciudad de la Paz).
# Where the law names several or none: the seat of the government (South Africa, Eswatini, Nauru,
# Switzerland). Continents as in the geoscheme of the United Nations.
# fmt: off
CAPITALS = {
    "Africa": rows("""
        Algeria: Algiers; Angola: Luanda; Benin: Porto-Novo; Botswana: Gaborone; Burkina Faso: Ouagadougou;
        Burundi: Gitega; Cabo Verde: Praia; Cameroon: Yaounde; the Central African Republic: Bangui;
        Chad: N'Djamena; the Comoros: Moroni; the Republic of the Congo: Brazzaville;
        the Democratic Republic of the Congo: Kinshasa; Djibouti: Djibouti; Egypt: Cairo;
        Equatorial Guinea: Ciudad de la Paz; Eritrea: Asmara; Eswatini: Mbabane; Ethiopia: Addis Ababa;
        Gabon: Libreville; the Gambia: Banjul; Ghana: Accra; Guinea: Conakry; Guinea-Bissau: Bissau;
        Ivory Coast: Yamoussoukro; Kenya: Nairobi; Lesotho: Maseru; Liberia: Monrovia; Libya: Tripoli;
        Madagascar: Antananarivo; Malawi: Lilongwe; Mali: Bamako; Mauritania: Nouakchott;
        Mauritius: Port Louis; Morocco: Rabat; Mozambique: Maputo; Namibia: Windhoek; Niger: Niamey;
        Nigeria: Abuja; Rwanda: Kigali; Sao Tome and Principe: Sao Tome; Senegal: Dakar;
        the Seychelles: Victoria; Sierra Leone: Freetown; Somalia: Mogadishu; South Africa: Pretoria;
        South Sudan: Juba; Sudan: Khartoum; Tanzania: Dodoma; Togo: Lome; Tunisia: Tunis;
        Uganda: Kampala; Zambia: Lusaka; Zimbabwe: Harare"""),
    "Asia": rows("""
        Afghanistan: Kabul; Armenia: Yerevan; Azerbaijan: Baku; Bahrain: Manama; Bangladesh: Dhaka;
        Bhutan: Thimphu; Brunei: Bandar Seri Begawan; Cambodia: Phnom Penh; China: Beijing;
        Cyprus: Nicosia; Georgia: Tbilisi; India: New Delhi; Indonesia: Jakarta; Iran: Tehran;
        Iraq: Baghdad; Israel: Jerusalem; Japan: Tokyo; Jordan: Amman; Kazakhstan: Astana;
        Kuwait: Kuwait City; Kyrgyzstan: Bishkek; Laos: Vientiane; Lebanon: Beirut;
        Malaysia: Kuala Lumpur; the Maldives: Male; Mongolia: Ulaanbaatar; Myanmar: Naypyidaw;
        Nepal: Kathmandu; North Korea: Pyongyang; Oman: Muscat; Pakistan: Islamabad;
        the Philippines: Manila; Qatar: Doha; Saudi Arabia: Riyadh; Singapore: Singapore;
        South Korea: Seoul; Sri Lanka: Sri Jayawardenepura Kotte; Syria: Damascus; Tajikistan: Dushanbe;
        Thailand: Bangkok; Timor-Leste: Dili; Turkey: Ankara; Turkmenistan: Ashgabat;
        the United Arab Emirates: Abu Dhabi; Uzbekistan: Tashkent; Vietnam: Hanoi; Yemen: Sanaa"""),
    "Europe": rows("""
        Albania: Tirana; Andorra: Andorra la Vella; Austria: Vienna; Belarus: Minsk; Belgium: Brussels;
        Bosnia and Herzegovina: Sarajevo; Bulgaria: Sofia; Croatia: Zagreb; Czechia: Prague;
        Denmark: Copenhagen; Estonia: Tallinn; Finland: Helsinki; France: Paris; Germany: Berlin;
        Greece: Athens; Hungary: Budapest; Iceland: Reykjavik; Ireland: Dublin; Italy: Rome;
        Latvia: Riga; Liechtenstein: Vaduz; Lithuania: Vilnius; Luxembourg: Luxembourg; Malta: Valletta;
        Moldova: Chisinau; Monaco: Monaco; Montenegro: Podgorica; the Netherlands: Amsterdam;
        North Macedonia: Skopje; Norway: Oslo; Poland: Warsaw; Portugal: Lisbon; Romania: Bucharest;
        Russia: Moscow; San Marino: San Marino; Serbia: Belgrade; Slovakia: Bratislava;
        Slovenia: Ljubljana; Spain: Madrid; Sweden: Stockholm; Switzerland: Bern; Ukraine: Kyiv;
        the United Kingdom: London"""),
    "North America": rows("""
        Antigua and Barbuda: Saint John's; the Bahamas: Nassau; Barbados: Bridgetown; Belize: Belmopan;
        Canada: Ottawa; Costa Rica: San Jose; Cuba: Havana; Dominica: Roseau;
        the Dominican Republic: Santo Domingo; El Salvador: San Salvador; Grenada: Saint George's;
        Guatemala: Guatemala City; Haiti: Port-au-Prince; Honduras: Tegucigalpa; Jamaica: Kingston;
        Mexico: Mexico City; Nicaragua: Managua; Panama: Panama City; Saint Kitts and Nevis: Basseterre;
        Saint Lucia: Castries; Saint Vincent and the Grenadines: Kingstown;
        Trinidad and Tobago: Port of Spain; the United States: Washington"""),
    "South America": rows("""
        Argentina: Buenos Aires; Bolivia: Sucre; Brazil: Brasilia; Chile: Santiago; Colombia: Bogota;
        Ecuador: Quito; Guyana: Georgetown; Paraguay: Asuncion; Peru: Lima; Suriname: Paramaribo;
        Uruguay: Montevideo; Venezuela: Caracas"""),
    "Oceania": rows("""
        Australia: Canberra; Fiji: Suva; Kiribati: Tarawa; the Marshall Islands: Majuro;
        Micronesia: Palikir; Nauru: Yaren; New Zealand: Wellington; Palau: Ngerulmud;
        Papua New Guinea: Port Moresby; Samoa: Apia; the Solomon Islands: Honiara;
        Tonga: Nuku'alofa; Tuvalu: Funafuti; Vanuatu: Port Vila"""),
}
OPPOSITES = rows("""
    hot: cold; big: small; tall: short; wide: narrow; thick: thin; heavy: light; fast: slow; old: young;
    rich: poor; happy: sad; good: bad; left: right; true: false; up: down; in: out; on: off; above: below;
    over: under; early: late; day: night; morning: evening; summer: winter; north: south; east: west;
    open: closed; full: empty; wet: dry; clean: dirty; hard: soft; smooth: rough; sharp: blunt;
    strong: weak; loud: quiet; brave: timid; kind: cruel; polite: rude; clever: foolish; easy: difficult;
    simple: complicated; cheap: expensive; safe: dangerous; near: far; first: last; best: worst; more: less;
    many: few; all: none; always: never; often: seldom; everything: nothing; everybody: nobody; yes: no;
    begin: end; start: stop; come: go; push: pull; give: take; buy: sell; find: lose; laugh: cry; love: hate;
    remember: forget; ask: answer; teach: learn; rise: fall; build: destroy; arrive: depart; borrow: lend;
    friend: enemy; inside: outside; front: back; top: bottom; high: low; deep: shallow; straight: crooked;
    tight: loose; fresh: stale; ripe: unripe; raw: cooked; sweet: sour; awake: asleep; alive: dead;
    healthy: ill; lucky: unlucky; careful: careless; lazy: diligent; patient: impatient; honest: dishonest;
    possible: impossible; visible: invisible; present: absent; war: peace; truth: lie; giant: dwarf;
    hope: despair; success: failure; male: female; public: private; solid: liquid; floor: ceiling;
    entrance: exit; whisper: shout; before: after; forward: backward; together: apart; here: there;
    same: different; wild: tame; generous: stingy; proud: humble; dark: bright; sink: float; freeze: melt;
    lock: unlock; appear: disappear; agree: disagree; add: subtract; multiply: divide; increase: decrease;
    attack: defend; accept: refuse; save: spend; maximum: minimum; smile: frown; tie: untie; fold: unfold;
    modern: ancient; victory: defeat""")
SAYS = rows("""
    cow: moo; sheep: baa; dog: woof; cat: meow; duck: quack; pig: oink; rooster: cock-a-doodle-doo; hen:
    cluck; frog: ribbit; owl: hoo; bee: buzz; donkey: hee-haw; goose: honk; crow: caw; cuckoo: cuckoo;
    mouse: squeak; snake: hiss; turkey: gobble; chick: cheep; dove: coo; horse: neigh
""")
SOUNDS = rows("""
    lion: roars; wolf: howls; horse: neighs; dog: barks; cat: purrs; snake: hisses; bee: buzzes; owl: hoots;
    frog: croaks; hen: clucks; mouse: squeaks; donkey: brays; elephant: trumpets; pig: grunts; dove: coos;
    crow: caws; goose: honks; sheep: bleats; cricket: chirps; lark: sings; monkey: chatters; bear: growls;
    bull: bellows; duck: quacks; cow: moos; rooster: crows; hyena: laughs; turkey: gobbles; puppy: yelps;
    kitten: mews; woodpecker: drums""")
HOMES = rows("""
    bird: in a nest; bee: in a hive; dog: in a kennel; horse: in a stable; cow: in a barn; pig: in a sty;
    hen: in a henhouse; rabbit: in a burrow; fox: in a den; ant: in an anthill; beaver: in a lodge;
    badger: in a sett; mole: under the ground; squirrel: in a tree; camel: in the desert; polar bear: on
    the ice; frog: in a pond; wasp: in a nest; whale: in the ocean; shark: in the sea; trout: in the
    river; wolf: in the forest; lion: on the grassland; monkey: in the trees; dove: in a dovecote;
    hedgehog: under a hedge; goldfish: in a bowl; crab: on the shore; otter: by the river
""")
YOUNG = rows("""
    cow: calf; horse: foal; sheep: lamb; goat: kid; pig: piglet; dog: puppy; cat: kitten; hen: chick;
    duck: duckling; goose: gosling; deer: fawn; bear: cub; lion: cub; swan: cygnet; frog: tadpole;
    kangaroo: joey; eagle: eaglet; owl: owlet; seal: pup; elephant: calf; whale: calf; hare: leveret;
    tiger: cub; donkey: foal; fox: cub""")
LEGS = rows("""
    spider: eight; bee: six; ant: six; butterfly: six; horse: four; cow: four; dog: four; cat: four;
    sheep: four; frog: four; mouse: four; hen: two; duck: two; sparrow: two; owl: two; crab: ten; beetle:
    six; fly: six; fox: four; goat: four; stork: two
""")
ANIMAL_FACTS = rows("""
    A bee makes honey; A hen lays eggs; A cow gives milk; A sheep gives wool; A spider spins a web;
    A fish breathes in water; A bird has feathers; A cat catches mice; A squirrel gathers nuts;
    A horse eats hay; A rabbit has long ears; A giraffe has a long neck; An elephant has a trunk;
    A zebra has stripes; A camel has a hump; A snail carries its house; A mole digs tunnels;
    A bat flies at night; An owl hunts at night; A hedgehog has spines; A turtle has a shell;
    A beaver builds dams; A worm lives in the soil; A bear sleeps through the winter; A whale is not a fish;
    A penguin cannot fly; An ostrich cannot fly; A caterpillar becomes a butterfly;
    A tadpole becomes a frog; A swallow flies south in the fall; A cuckoo lays its eggs in other nests;
    A crab walks sideways; A peacock has a splendid tail; A stork has long red legs;
    A fox has a bushy tail; A donkey has long ears; A goat likes to climb; A duck swims on the pond;
    A dog wags its tail; A kangaroo carries its baby in a pouch; A goose guards the yard;
    A woodpecker hammers on trees; A cow chews its food twice; A snake has no legs; A frog has no tail""")
MONTHS = words("""January February March April May June July August September October November December""")
DAYS = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
ORDINALS = words("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth")
MONTH_DAYS = ["thirty-one", "twenty-eight", "thirty-one", "thirty", "thirty-one", "thirty", "thirty-one",
              "thirty-one", "thirty", "thirty-one", "thirty", "thirty-one"]
SEASON_OF = ["winter"] * 2 + ["spring"] * 3 + ["summer"] * 3 + ["fall"] * 3 + ["winter"]
TIME_FACTS = rows("""
    A minute has sixty seconds; An hour has sixty minutes; A day has twenty-four hours; A week has seven
    days; A year has twelve months; A year has four seasons; A year has three hundred and sixty-five days;
    A leap year has one day more; A leap year comes every four years or so; February is the shortest
    month; A decade has ten years; A century has one hundred years; The weekend is Saturday and Sunday;
    The shop is closed on Sunday; The market is held on Saturday; The days are long in summer; The days
    are short in winter; At noon the sun is high; At midnight a new day begins; In spring the trees
    blossom; In summer the cherries are ripe; In fall the leaves turn yellow; In winter the pond freezes;
    The new year begins in January; The year ends in December; In the village, the school closes in July
    and August; In the village, the apples are picked in September
""")
PLURALS = rows("""
    mouse: mice; man: men; woman: women; child: children; foot: feet; tooth: teeth; goose: geese; ox:
    oxen; sheep: sheep; fish: fish; deer: deer; leaf: leaves; loaf: loaves; knife: knives; wolf: wolves;
    shelf: shelves; calf: calves; half: halves; thief: thieves; wife: wives; scarf: scarves; baby: babies;
    lady: ladies; berry: berries; cherry: cherries; city: cities; story: stories; puppy: puppies; pony:
    ponies; fly: flies; daisy: daisies; penny: pennies; family: families; country: countries; box: boxes;
    fox: foxes; bus: buses; brush: brushes; dish: dishes; watch: watches; peach: peaches; bench: benches;
    church: churches; glass: glasses; dress: dresses; potato: potatoes; tomato: tomatoes; hero: heroes;
    key: keys; toy: toys; monkey: monkeys; donkey: donkeys; dog: dogs; cat: cats; boat: boats; apple:
    apples; house: houses; horse: horses; nose: noses; bridge: bridges; piano: pianos; roof: roofs;
    gentleman: gentlemen; snowman: snowmen; fisherman: fishermen; grandchild: grandchildren; louse: lice;
    sandwich: sandwiches; butterfly: butterflies; strawberry: strawberries; king: kings; queen: queens;
    princess: princesses
""")
COMPARED = rows("""
    big: bigger: biggest; small: smaller: smallest; tall: taller: tallest; short: shorter: shortest;
    long: longer: longest; old: older: oldest; young: younger: youngest; fast: faster: fastest;
    slow: slower: slowest; strong: stronger: strongest; weak: weaker: weakest; warm: warmer: warmest;
    cold: colder: coldest; hot: hotter: hottest; wet: wetter: wettest; thin: thinner: thinnest;
    thick: thicker: thickest; fat: fatter: fattest; happy: happier: happiest; heavy: heavier: heaviest;
    easy: easier: easiest; busy: busier: busiest; early: earlier: earliest; pretty: prettier: prettiest;
    good: better: best; bad: worse: worst; deep: deeper: deepest; high: higher: highest; low: lower: lowest;
    dark: darker: darkest; bright: brighter: brightest; loud: louder: loudest; soft: softer: softest;
    hard: harder: hardest; kind: kinder: kindest; nice: nicer: nicest; large: larger: largest;
    wide: wider: widest; brave: braver: bravest; wise: wiser: wisest; rich: richer: richest;
    poor: poorer: poorest; clean: cleaner: cleanest; new: newer: newest; sweet: sweeter: sweetest;
    sharp: sharper: sharpest; sad: sadder: saddest; funny: funnier: funniest; dry: drier: driest""")
# base, past, participle, -ing form
VERBS = rows("""
    walk: walked: walked: walking; swim: swam: swum: swimming; run: ran: run: running; sing: sang: sung:
    singing; bake: baked: baked: baking; cook: cooked: cooked: cooking; read: read: read: reading; write:
    wrote: written: writing; eat: ate: eaten: eating; drink: drank: drunk: drinking; sleep: slept: slept:
    sleeping; dance: danced: danced: dancing; play: played: played: playing; fly: flew: flown: flying;
    ride: rode: ridden: riding; drive: drove: driven: driving; speak: spoke: spoken: speaking; dig: dug:
    dug: digging; paint: painted: painted: painting; draw: drew: drawn: drawing; build: built: built:
    building; buy: bought: bought: buying; sell: sold: sold: selling; teach: taught: taught: teaching;
    think: thought: thought: thinking; catch: caught: caught: catching; bring: brought: brought: bringing;
    climb: climbed: climbed: climbing; jump: jumped: jumped: jumping; laugh: laughed: laughed: laughing;
    cry: cried: cried: crying; carry: carried: carried: carrying; wash: washed: washed: washing; help:
    helped: helped: helping; work: worked: worked: working; sew: sewed: sewn: sewing; knit: knitted:
    knitted: knitting; sow: sowed: sown: sowing; grow: grew: grown: growing; throw: threw: thrown:
    throwing; give: gave: given: giving; take: took: taken: taking; come: came: come: coming; go: went:
    gone: going; begin: began: begun: beginning; sit: sat: sat: sitting; stand: stood: stood: standing;
    tell: told: told: telling; win: won: won: winning; lose: lost: lost: losing; find: found: found:
    finding; hide: hid: hidden: hiding; fall: fell: fallen: falling; count: counted: counted: counting;
    learn: learned: learned: learning; dream: dreamed: dreamed: dreaming; whistle: whistled: whistled:
    whistling; row: rowed: rowed: rowing; fish: fished: fished: fishing; mend: mended: mended: mending;
    sweep: swept: swept: sweeping; wait: waited: waited: waiting; talk: talked: talked: talking; whisper:
    whispered: whispered: whispering; listen: listened: listened: listening; break: broke: broken:
    breaking; wake: woke: woken: waking; feed: fed: fed: feeding; cut: cut: cut: cutting
""")
PAIRS = rows("""
    king: queen; prince: princess; man: woman; boy: girl; father: mother; son: daughter; brother: sister;
    uncle: aunt; grandfather: grandmother; grandson: granddaughter; nephew: niece; husband: wife;
    actor: actress; duke: duchess; waiter: waitress; host: hostess; hero: heroine; gentleman: lady;
    groom: bride; wizard: witch; monk: nun; emperor: empress; count: countess; widower: widow""")
BEASTS = rows("""
    bull: cow; rooster: hen; ram: ewe; stallion: mare; gander: goose; drake: duck; lion: lioness;
    tiger: tigress; stag: doe; boar: sow; peacock: peahen""")
FAMILY = rows("""
    The mother of your mother: your grandmother; The father of your father: your grandfather;
    The mother of your father: your grandmother; The father of your mother: your grandfather;
    The brother of your mother: your uncle; The sister of your mother: your aunt;
    The brother of your father: your uncle; The sister of your father: your aunt;
    The son of your brother: your nephew; The daughter of your brother: your niece;
    The son of your sister: your nephew; The daughter of your sister: your niece;
    The child of your uncle: your cousin; The child of your aunt: your cousin;
    The son of a king: a prince; The daughter of a king: a princess; The son of a queen: a prince;
    The daughter of a queen: a princess; The wife of a king: a queen; The son of your son: your grandson;
    The daughter of your daughter: your granddaughter; The son of your daughter: your grandson;
    The daughter of your son: your granddaughter""")
COLORS = rows("""
    Snow: white; Milk: white; Grass: green; Coal: black; Blood: red; Salt: white; Butter: yellow;
    Chalk: white; Ink: blue or black; A lemon: yellow; A ripe tomato: red; A cucumber: green; A raven: black;
    A swan: white; A carrot: orange; An orange: orange; A ripe plum: purple or yellow; A frog: green;
    A fire engine: red; A clear sky: blue; A sunflower: yellow; A daisy: white and yellow; A poppy: red;
    A violet: purple; Ivory: white; Gold: yellow; Silver: gray; Ash: gray; Cream: white;
    Chocolate: brown; A chestnut: brown; A fox: red; A crow: black; Moss: green; A beetroot: dark red;
    Emeralds: green; Rubies: red; A strawberry: red; A pea: green; A mouse: gray; An elephant: gray;
    A zebra: black and white; A ladybug: red with black spots; Soot: black; A leaf in May: green;
    Honey: golden; Straw: yellow; A blueberry: blue; A flamingo: pink; Rust: brown""")
# who: does what : with what
TRADES = rows("""
    baker: bakes bread: an oven; fisher: catches fish: a net; teacher: teaches children: a blackboard;
    doctor: heals the sick: a stethoscope; miller: grinds grain: a mill; farmer: plows the field: a plow;
    weaver: weaves cloth: a loom; blacksmith: makes horseshoes: a hammer and an anvil; nurse: cares for
    the sick: bandages; carpenter: builds tables: a saw; gardener: grows vegetables: a spade; shepherd:
    guards the sheep: a crook; judge: decides in court: the law; painter: paints pictures: a brush;
    tailor: sews clothes: needle and thread; cook: cooks meals: pots and pans; singer: sings songs: a fine
    voice; postman: brings letters: a big bag; shopkeeper: sells goods: a pair of scales; clockmaker:
    repairs clocks: tiny screwdrivers; beekeeper: keeps bees: a veil; banker: looks after money: a safe;
    librarian: lends books: a catalog; ferryman: takes people across the river: a ferry; potter: makes
    bowls of clay: a wheel; captain: sails a ship: a compass; cheesemaker: makes cheese from milk: a big
    kettle; woodcutter: fells trees: an ax; innkeeper: gives beds to travelers: many keys; fiddler: plays
    dances: a fiddle; barber: cuts hair: scissors; bricklayer: builds walls: a trowel; shoemaker: makes
    shoes: an awl; hunter: follows tracks: a dog; sailor: hoists the sails: ropes; musician: makes music:
    an instrument; astronomer: watches the stars: a telescope; dentist: mends teeth: a drill; firefighter:
    puts out fires: a hose; butcher: sells meat: a sharp knife; optician: makes glasses: lenses; diver:
    looks for pearls: a breathing tube; glazier: puts in windows: putty; roofer: lays tiles: a ladder;
    chimney sweep: cleans chimneys: a long brush; poet: writes verses: pen and paper; florist: sells
    flowers: vases; jeweler: makes rings: gold and silver; sculptor: carves statues: a chisel
""")
MADE_OF = rows("""
    Paper: wood; Bread: flour; Cheese: milk; Butter: cream; Glass: sand; Wine: grapes; Jam: fruit; A
    candle: wax; A wool sweater: wool; A linen shirt: flax; Bricks: clay; Steel: iron; Chocolate: cocoa
    beans; Flour: grain; Cider: apples; Leather: animal skins; Silk: the threads of silkworms; Porridge:
    oats; Raisins: grapes; Noodles: flour; Yogurt: milk; A flowerpot: clay; A horseshoe: iron; A barrel:
    wood; An omelet: eggs; Olive oil: olives; Vinegar: wine or cider; A snowman: snow; Charcoal: wood;
    Mustard: mustard seeds; Rope: hemp; Cotton cloth: cotton; Felt: wool; A broomstick: wood; Marmalade:
    oranges; Honey: nectar; Sauerkraut: cabbage; Concrete: cement, sand and stones; Pancakes: flour, milk
    and eggs; Prunes: plums
""")
NATURE = rows("""
    The sun rises in the east; The sun sets in the west; The moon shines at night; Rain falls from clouds;
    Snow melts in the sun; Water freezes when it is very cold; Ice is frozen water; Steam is hot water in
    the air; A rainbow appears when sun and rain meet; Thunder follows lightning; Wind turns the mill; Fog
    is a cloud on the ground; Rivers flow down to the sea; The sea is salty; Dew lies on the grass in the
    morning; Ice floats on water; Wood floats on water; A stone sinks in water; Iron is heavy; Feathers
    are not heavy; Fire needs air; Plants need water and sun; A seed grows into a plant; An acorn grows
    into an oak; A bulb grows into a tulip; The earth goes around the sun; The moon goes around the earth;
    The sun is a star; The sky is dark at night; Leaves fall in the fall; Grapes grow on vines; Apples
    grow on trees; Potatoes grow under the ground; Strawberries grow close to the ground; Nuts have hard
    shells; Mushrooms grow in the forest; A cactus grows in the desert; Clouds are made of tiny drops; A
    magnet attracts iron; Gold does not rust; Iron rusts in wet air; Sugar dissolves in water; Oil floats
    on water; Sound needs time to travel; Hail is made of ice; A desert gets little rain; An island has
    water all around it; A valley lies between hills; A volcano can spit fire; A compass needle points
    north; The north pole is cold; A glacier is a river of ice; The tide comes in and goes out; Summer is
    warmer than winter; A mountain is higher than a hill; A lake is bigger than a puddle; A river is wider
    than a brook; Light is faster than sound
""")
BODY = rows("""
    You see with your eyes; You hear with your ears; You smell with your nose; You taste with your tongue;
    You chew with your teeth; You think with your brain; You breathe with your lungs; You walk on your
    feet; The heart pumps the blood; A hand has five fingers; A foot has five toes; The thumb is a finger,
    too; The knee is in the middle of the leg; The elbow is in the middle of the arm; Hair grows on the
    head; The skin covers the body; The neck holds up the head; The stomach is in the belly; Bones are
    hard; Muscles move the bones; People have two eyes; People have one nose; People have two ears; People
    have ten fingers; Children lose their milk teeth; Sleep is good for the body; The eyelids cover the
    eyes; The tongue is in the mouth; The shoulder joins the arm to the body; The wrist is between the
    hand and the arm; The ankle is between the foot and the leg; The heart beats all day and all night
""")
SHAPES = rows("""
    A triangle has three sides; A square has four equal sides; A rectangle has four corners; A circle has
    no corners; A pentagon has five sides; A hexagon has six sides; An octagon has eight sides; A cube has
    six faces; A cube has eight corners; A ball is round; A wheel is round; A coin is round and flat; A
    die is a cube; An egg is oval; A honeycomb is made of hexagons; A door is a rectangle; A full moon
    looks like a circle; A pyramid has a point at the top; A cone has one point; A line has no end; A
    right angle is a quarter turn; A square has four right angles; A triangle has three corners; A wedge
    is thin at one end; A ring has a hole in the middle; A cylinder is round like a drum
""")
RHYMES = rows("""
    cat: hat; house: mouse; tree: bee; moon: spoon; cake: lake; goat: boat; fox: box; star: jar; king:
    ring; queen: green; bread: bed; night: kite; light: bright; rain: train; snow: crow; bell: shell;
    fish: dish; frog: log; hen: pen; pig: wig; dog: fog; duck: truck; bear: chair; goose: juice; sheep:
    sleep; sand: hand; door: floor; clock: sock; nose: rose; mill: hill; town: crown; well: smell; wool:
    pull; stone: bone; book: cook; tail: sail; flower: tower; sun: bun; pear: stair; cheese: knees; bank:
    thank; bat: mat; spring: swing; honey: money; kitten: mitten; candle: handle; table: stable; feather:
    weather; butter: mutter; berry: merry; letter: better; apple: chapel
""")
STARTS = words("""
    apple bread candle door egg fish garden honey ice jam kettle lamp mill nest oven plum queen river
    sheep table umbrella village water yard zebra bridge castle dance evening feather goat hammer island
    judge king ladder mouse needle orange potter rabbit soup tower violin window acorn barn cloud donkey
""")
# From smallest to largest, lightest to heaviest, slowest to fastest.
BY_SIZE = ["ant", "bee", "mouse", "rat", "rabbit", "fox", "wolf", "donkey", "horse", "elephant", "blue whale"]
BY_WEIGHT = ["feather", "walnut", "loaf of bread", "brick", "bucket of water", "sack of flour", "millstone"]
BY_SPEED = ["snail", "tortoise", "hedgehog", "hen", "sheepdog", "cheetah"]
# fmt: on
