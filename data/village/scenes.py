"""Moments of a few sentences: words with two senses, royal and common parallels, feelings, play, work."""

from data.village.grammar import Draw
from data.village.tables import items, rows, words
from data.village.tell import tell, tell_one
from data.village.world import Person, who

# The two senses of a word never meet in one piece, and each sense is as frequent as the other.
# fmt: off
RIVER_BANK = items("""
    <p:anyone> sat on the bank of the river and [watched|counted] the [boats|ducks|fish]. [The reeds
      swayed|The water was clear|A heron stood still] and the [current|stream] was [slow|quick]. [Soon
      {p.his} feet were wet.|{p.He} stayed until the sun went down.|A frog jumped into the water.];
    The river bank was [muddy|steep|covered with reeds]. <p:adult> pulled the boat [up the bank|onto the
      bank] and tied it to a [willow|post]. [The nets were full of fish.|Then {p.he} emptied the water out
      of it.|The waves could not reach it there.];
    After the [flood|rain], the river rose over its bank. [Water stood in|Mud covered] the [meadow|road],
      and <p:adult> [rowed|waded] to the barn. [The fish swam among the apple trees.|The ducks were the
      only ones who liked it.|It took three days to dry.];
    <p:child> and <q:child> were fishing from the bank. [The float went under|Something pulled at the
      line], and {p} [almost fell into the water|held on with both hands]. It was [a big carp|an old boot
      full of mud|only a branch].;
    On the other bank of the river [stood|waited] <p:adult> with a [basket|goat|lantern]. {p.He}
      [waved|called], and Simon rowed the ferry over. [The water was calm.|The current was strong.|In the
      middle of the stream it began to rain.];
    An otter lives under the bank where the river bends. <p:anyone> saw it [catch a trout|slide into the
      water|play in the reeds] [this morning|at dusk]. [The bubbles showed where it swam.|It had mud on
      its nose.];
    <p:child> built a [dam|castle|harbor] of mud and stones on the bank. The [river|stream] [washed it
      away|carried off one wall], and {p} built it again, [higher|farther from the water]. [At the end
      {p.he} was wet from head to foot.|A duck watched.];
    [On Sunday they|Yesterday they|They] had a picnic on the grassy bank of the stream. <p:anyone> cooled
      {p.his} [feet|bottle] in the water, and <q:anyone> fed the [swans|ducks]. [Dragonflies hung over the
      reeds.|A fish jumped.|The boat rocked beside them.]
""")
MONEY_BANK = items("""
    <p:adult> went to the bank to [put in|take out] [ten|twenty|thirty] coins. Victor [counted|weighed]
      the money twice and wrote [the sum|the number] into [a thick book|his book]. [Then he locked the
      safe.|The gold lay in the safe.|Everything was correct to the last penny.];
    The bank opens at nine. [Victor the banker|The banker] [unlocks the safe|puts on his glasses|fills his
      inkwell] and waits for people who [want to save money|need a loan|bring their coins]. [Today the
      first is|Today the line begins with] <p:adult>, who [has sold a calf|wants to buy a boat|counts
      everything twice].;
    <p:adult> needed money for a [new roof|cow|plow], so {p.he} asked the bank for a loan. Victor asked
      [many questions|for a signature] and [lent|gave] {p.him} [fifty|eighty|ninety] silver coins. [{p.He}
      must pay them back in two years.|The interest was small.];
    <p:child> has a savings book at the bank. Every [week|month] {p.he} brings [two|three|five] coins, and
      the banker [stamps the book|writes down the sum]. [{p.He} is saving for a bicycle.|One day {p.he}
      will be rich.|The account grows slowly.];
    The bank keeps the [gold|silver|money] of the village behind an iron door. Only Victor has the key to
      the safe. <p:adult> has [ten|twenty|fifty] coins there, and {p.he} [adds one every week|hardly ever
      asks for them|sleeps well].;
    <p:adult> found an old [gold|silver] coin and took it to the bank. Victor [bit it|looked at it through
      a glass] and [paid|offered] {p.him} [forty|sixty|seventy] [pennies|crowns] for it. [{p.He} put the
      money into {p.his} account.|Now it lies in the safe.];
    The [clerk|banker] at the bank made a mistake and paid <p:adult> [five|ten] coins too many. {p.He}
      [noticed|counted them] at home and brought the money back. [Victor shook {p.his} hand.|The account
      was right again.];
    <p:adult> carried a heavy bag of coins into the bank. "[All this from apples|A good year|The market
      was good]," {p.he} said, and Victor [opened the safe|wrote a receipt|counted the money]. [It was the
      price of a horse.|The loan was paid at last.]
""")
FLYING_BAT = items("""
    A bat flew [out of the cave|from the church tower] as soon as it was dark. It [chased moths|caught
      insects] with its [leathery|soft] wings until [morning|dawn]. <p:anyone> [heard its tiny
      cry|ducked|held {p.his} breath].;
    The bat hung upside down in the [barn|attic|cave] and slept all day. At night it [spread|unfolded] its
      wings, and <p:anyone> saw it fly over the [pond|garden] to hunt [mosquitoes|moths].;
    <p:child> found a baby bat [on the floor of the barn|under the roof]. Its wings were as thin as
      [paper|silk]. {p.He} put it [in a dark corner|back under the beam], and at night its mother
      [came|fetched it].;
    "[Is a bat a bird|Do you like bats]?" asked <p:child>. "[A bat has fur and wings, and it gives milk|It
      sleeps by day and flies by night]," said Ella, who had read [a book|everything] about them. [One
      flew past the window.|It hears better than an owl.];
    In the evening a bat [circled|flew] around the [lantern|chimney|oak]. Its wings made no [noise|sound]
      at all. "[It is hunting|It eats our mosquitoes]," said <p:adult>. [Then it was gone into the
      night.|The cat looked up in vain.];
    A thousand bats sleep in the cave behind the mill. When <p:child> [whispered|lit a candle|sneezed],
      one bat [opened its eyes|stretched a wing|squeaked]. [The others slept on.|{p.He} crept out
      backward.|All their wings rustled.]
""")
WOODEN_BAT = items("""
    <p:child> swung the bat and hit the ball [over the fence|into the pond|as far as the mill]. [Everybody
      cheered|The team shouted], and {p.he} ran [all the way around|to the last base]. [It was the best
      hit of the game.|They won by two points.|The ball was never found.];
    <s:adult> [carved|made] a new bat of [ash|maple] wood for <p:child>. It had a [smooth|good] handle and
      {p.his} name on it. [With it {p.he} hit every ball.|Now the game could begin.|The first ball broke a
      window.];
    The children [chose teams|drew lots], and <p:child> took the bat first. <q:child> threw the ball
      [low|fast|with a spin]. [Crack went the wood!|{p} missed it twice.] [The game lasted until
      supper.|It was a good game.];
    The wooden bat [broke|split] when <p:child> hit the ball. [They glued it|They wrapped string around
      it], and the game went on. [The next hit was a soft one.|Nobody wanted to stop.];
    "[Hold the bat with both hands|Keep your eye on the ball|Swing the bat higher]," said <p:child> to
      <q:child>. {q.He} [nodded|tried again], and this time {q.he} hit the ball. [It flew over the
      roof.|The whole team clapped.];
    After the game, <p:child> put the bat [over {p.his} shoulder|in the corner] and the ball [in {p.his}
      pocket|under {p.his} arm]. "[We won|We lost|Nobody kept score]," {p.he} said, "but [the last hit was
      mine|it was a fine game]."
""")
SPRING_SEASON = items("""
    Spring came [early|late] this year. In [March|April] the snow melted, and [crocuses|tulips|violets]
      [opened|came up] in <p:adult>'s garden. [The birds began to build nests.|The days grew
      longer.|Everybody left the winter coat at home.];
    In spring the [apple|cherry|plum] trees are white with blossom. The bees [hum|are busy] from morning
      to night, and <p:adult> [sows|plants] [peas|carrots|lettuce]. [Winter is over.|Soon it will be May.];
    "[Is it spring yet|When will spring come]?" asked <p:child> in [February|the last days of winter].
      "[When the storks are back|When the ice is gone|After six more weeks]," said <q:adult>. [And one
      warm morning it was there.|The snow was still deep.];
    On the first day of spring, <p:adult> [opened all the windows|hung the blankets in the sun|painted the
      bench]. [A warm wind blew|The swallows were back], and [lambs|calves] jumped in the meadow. [April
      had come.|It smelled of blossom.];
    After the long winter, spring was [a joy|a wonder]. <p:child> picked the first [snowdrops|primroses],
      and <q:child> [flew a kite|took off {q.his} shoes]. [The trees had green tips.|The season of mud had
      begun, too.];
    Every spring, in April, the village [cleans the streets|plants a tree|dances around the maypole]. This
      time <p:adult> [led|started] the [work|song]. [Blossom fell on all the hats.|The winter was
      forgotten.]
""")
SPRING_WATER = items("""
    Behind the [chapel|mill|rocks] a spring comes out of the stone. The water is [cold|clear] even in
      August. <p:adult> fills {p.his} [bucket|jug] there [every morning|twice a day]. [It never runs
      dry.|It tastes of iron.];
    <p:child> drank from the spring with [cupped hands|a tin cup]. The water bubbled up [between the
      stones|from the ground] and ran [down the hill|into the brook]. [It was so cold that {p.his} teeth
      hurt.|A frog drank, too.];
    The spring in the hills gives water to [the whole village|three wells]. When it was blocked by a
      [stone|root], <p:adult> [dug|cleared it], and the water [flowed|gushed out] again. [Every bucket was
      filled.|The pipe sang.];
    <p:adult> found a spring while digging [a cellar|for stones]. At first [it dripped|there was mud],
      then clear water [rose|welled up] from the ground. [Now nobody carries buckets from the river.|They
      put a stone basin around it.];
    Hugo the shepherd showed <p:anyone> a spring where the sheep can drink. It lies [under a rock|among
      ferns], and the water [never freezes|trickles over moss]. [{p} filled a bottle.|The lambs stood in a
      row.|{p} laid a flat stone in front of it.];
    Far from the [road|village], <p:child> and <q:child> heard water. They [followed the sound|pushed the
      ferns aside] and found a spring as [clear|bright] as glass. [{p} filled the bottle.|They drank on
      their knees.|A deer had been there before them.]
""")
LIGHT_LAMP = items("""
    <p:adult> lit [the lamp|a candle], and a [warm|yellow] light filled the [room|kitchen]. [The shadows
      fled into the corners.|Now {p.he} could read the letter.|The moths came at once.];
    A light [shone|burned] in the [tower|window] all night. It was the [lamp|lantern] of <p:adult>, who
      [could not sleep|was finishing a coat|waited for the boat]. [In the dark it looked like a star.|At
      dawn it went out.];
    "[Turn up the lamp|Bring a candle]," said <p:adult>, "[the light is too weak|there is not enough light
      here]." <q:child> [hurried|obeyed], and soon it was bright. [{p} found the needle.|The dark was
      gone.];
    The light of the moon fell [through the window|on the snow|into the well]. It was so bright that
      <p:anyone> could [read|see the road|count the sheep] without a lamp. [The night was still.|No candle
      burned.];
    <p:child> was afraid of the dark, so <q:adult> left a light [in the hall|by the bed]. The little flame
      [shone|flickered], and {p.he} [slept|was calm]. [In the morning the sun took over.|The candle was
      very small then.];
    At sunrise the first light touches the [tower|mill|hill]. <p:adult> blows out the [lamp|lantern] and
      [opens the shutters|greets the day]. [It grows brighter every minute.|The dark has an end.]
""")
LIGHT_WEIGHT = items("""
    The [basket|box|bag] was so light that <p:child> could carry it [with one hand|on {p.his} head].
      [There were only feathers in it.|It weighed no more than a loaf.|Yesterday, full of stones, it had
      been heavy.];
    "[How heavy is it|Is it heavy]?" asked <p:anyone>. "No, it is light," said <q:adult> and lifted the
      [chair|bundle|empty barrel] [with two fingers|over {q.his} head]. [It weighed almost nothing.|A
      child could carry it.];
    A feather is light, and a [millstone|cannonball] is heavy. <p:child> [put both on the scales|tried to
      lift both] and [laughed|was not surprised]. [The feather blew away.|Only a giant could carry the
      other.];
    <s:adult> built a boat of thin [wood|bark]. It was so light that two children could carry it to the
      [lake|river]. [It weighed less than a goat.|The old one was as heavy as an ox.];
    The bread was [light|light and soft], not heavy like [a brick|a stone]. <p:adult> [weighed|lifted] the
      loaf in {p.his} hand and [smiled|nodded]. [There was more air than flour in it.|That came from the
      yeast.];
    <p:adult> packed a light bag for the journey: [a shirt and a comb|two apples and a map]. "[The less I
      carry, the farther I walk|A heavy bag makes a slow traveler]," {p.he} said. [The bag was as light as
      a bird.|Then {p.he} lifted the bag with one finger.]
""")
SENSES = [
    (RIVER_BANK, MONEY_BANK),
    (FLYING_BAT, WOODEN_BAT),
    (SPRING_SEASON, SPRING_WATER),
    (LIGHT_LAMP, LIGHT_WEIGHT),
]
# Men and women, boys and girls stand in the same frames equally often; so do the royal ones.
RULERS = [Person("king", False, 57, ""), Person("queen", True, 54, "")]
HEIRS = [Person("prince", False, 13, ""), Person("princess", True, 14, "")]
GROWN = [Person("man", False, 40, ""), Person("woman", True, 40, "")]
YOUNG = [Person("boy", False, 9, ""), Person("girl", True, 9, "")]
PARENTS = [Person("father", False, 40, ""), Person("mother", True, 40, "")]
OFFSPRING = [Person("son", False, 15, ""), Person("daughter", True, 15, "")]
SIBLINGS = [Person("brother", False, 12, ""), Person("sister", True, 12, "")]
ELDERS = [Person("grandfather", False, 70, ""), Person("grandmother", True, 70, "")]
RELATIVES = [Person("uncle", False, 45, ""), Person("aunt", True, 45, "")]
ROYAL, GROWNUPS, SMALL = RULERS + HEIRS, GROWN + PARENTS + RELATIVES, YOUNG + HEIRS
ALL = RULERS + HEIRS + GROWN + YOUNG + PARENTS + OFFSPRING + SIBLINGS + ELDERS + RELATIVES
PARALLELS = [
    (ALL, 5, items("""
        The <x:group> put on {x.his} [coat|hat|gloves|boots] and went [out into the snow|to the gate|down
          to the river]. {x.He} [was in a hurry|sang to {x.himself}|had plenty of time|forgot {x.his}
          keys].;
        The <x:group> looked at {x.himself} in the [mirror|pond|window]. "[Good morning!|Who are you?|What
          a nose!]" {x.he} said, and had to laugh at {x.himself}.;
        The <x:group> [walked|rode|ran] home in the rain. {x.His} hair was wet, {x.his} shoes were full of
          water, and {x.he} [was cold|sneezed twice|laughed].;
        Nobody saw the <x:group> that evening, for {x.he} was [reading in {x.his} room|asleep in {x.his}
          chair|alone with {x.his} thoughts]. {x.His} candle burned [low|until midnight].;
        The <x:group> hurt {x.his} [hand|knee|foot|elbow], and the nurse gave {x.him} a bandage. {x.He}
          thanked her and [went {x.his} way|limped home|felt better].;
        The <x:group> was hungry. {x.He} [ate|had] [an apple|some bread|a bowl of soup] all by {x.himself}
          and wiped {x.his} mouth.;
        "[Where are you|Come here]!" somebody called to the <x:group>. {x.He} turned {x.his} head, but
          {x.he} [saw nobody|did not answer|kept walking].;
        The <x:group> smiled because {x.he} was [happy|pleased]. {x.His} eyes shone, and {x.he} [hummed a
          song|clapped {x.his} hands|told everybody why].
    """)),
    (RULERS, 18, items("""
        A <x:group> is a {x.kind} with a crown. This one [lost|dropped] {x.his} crown in the
          [pond|garden|soup], and {x.he} [fished it out {x.himself}|laughed until {x.his} throne shook].;
        The <x:group> walked through {x.his} land without {x.his} crown. Nobody knew {x.him}, so {x.he}
          [heard the truth|had to pay for {x.his} bread|carried a sack for a farmer].;
        The <x:group> lent {x.his} crown to the [painter|blacksmith|tailor] for [an hour|a day]. Without
          it {x.he} felt [free|dizzy|cold around the ears], and {x.he} went [fishing|to bed early].;
        All the land was quiet when the <x:group> was ill. {x.He} lay in {x.his} [golden|curtained] bed in
          the castle, and {x.his} crown lay beside {x.him} on a [chair|cushion].;
        The <x:group> was crowned [in May|twenty years ago|on a rainy day]. The bells rang, {x.he} sat
          down on the throne, and {x.his} crown [was too big|slid over {x.his} ears|shone like the sun].;
        The old <x:group> ruled for forty years. {x.He} built [bridges|schools|roads], and the people
          still speak of {x.his} reign.;
        The <x:group> is the {x.kind} who wears the crown. {x.He} [rules the land|lives in the castle on
          the hill|sits on the throne], and people bow to {x.him}.;
        The <x:group> sat on {x.his} throne with the crown on {x.his} head. {x.He} [ruled wisely|listened
          to the people|gave {x.his} orders], and nobody dared to [sneeze|yawn].;
        The <x:group> took off {x.his} [heavy |golden ]crown. "[It hurts|It weighs as much as a goose],"
          {x.he} told {x.his} [servant|guard|minister], and rubbed {x.his} [neck|head].;
        The <x:group> signed the [law|letter] with {x.his} own hand. {x.He} [ruled the whole land|had
          reigned for twenty years], and {x.his} [seal|word] was law.;
        Long live the <x:group>! The people [cheered|bowed], and {x.he} waved from {x.his} [golden
          coach|balcony|white horse]. {x.His} crown [shone|sparkled] in the sun.;
        The <x:group> rules over the whole land from {x.his} throne. {x.He} [is just|is wise|keeps the
          peace], and {x.his} subjects [trust {x.him}|love {x.him}|obey {x.him}].;
        "Your Majesty," said the messenger to the <x:group>, "[the enemy has left|the harvest is good|a
          ship has come]." {x.He} [lifted {x.his} crown|rose from {x.his} throne] and smiled.
    """)),
    (HEIRS, 14, items("""
        The <x:group> tried on the crown when nobody was looking. It fell over {x.his} [eyes|nose], and
          {x.he} [walked into a pillar|could not get it off|put it back quickly].;
        A <x:group> is a royal child. This one [collected frogs|wrote poems|was afraid of geese], and the
          whole castle knew {x.his} [habit|secret].;
        The <x:group> waited in the castle for {x.his} birthday. {x.He} wished for [a drum|a telescope|a
          day without lessons], and {x.he} got [it|a golden spoon|a speech].;
        The little <x:group> asked why {x.he} could not [rule|vote|wear the crown] yet. "You are still a
          {x.kind}," said the [nurse|cook|guard], and gave {x.him} a [cookie|plum].;
        The young <x:group> will wear a crown one day. Now {x.he} is still a {x.kind} and [learns {x.his}
          lessons|climbs trees|plays with {x.his} dog] in the castle garden.;
        The <x:group> [ran|slid] down the stairs of the castle. {x.He} is a {x.kind} of royal blood, but
          {x.he} [had jam on {x.his} chin|had lost {x.his} shoe|giggled like everybody else].;
        The <x:group> [rode {x.his} pony|flew {x.his} kite] around the castle. "[Faster|Higher]!" {x.he}
          cried, and {x.his} [nurse|teacher|guard] had to run after {x.him}.;
        The <x:group> did not want to [dance at the ball|wear {x.his} velvet shoes|learn {x.his} Latin
          words]. {x.He} hid in the castle [kitchen|stable] until the cook found {x.him}.;
        The <x:group> is the child of the king and the queen. {x.He} has {x.his} own [tower|pony|little
          crown], but {x.he} would rather [play in the village|go to school|have a goat].
    """)),
    (ROYAL, 9, items("""
        The royal [ship|coach] brought the <x:group> home to the castle. {x.He} had [seen the sea|visited
          a cousin|been away for a year], and {x.his} [dogs|servants] ran to meet {x.him}.;
        The <x:group> looked down from the castle [tower|wall]. {x.He} saw the [market|river|smoking
          chimneys] of the village and wished that {x.he} [were there|knew all the names].;
        The painter came to the castle to paint the <x:group>. {x.He} had to sit still for [two|three]
          hours, and {x.his} royal [nose|foot|back] [itched|hurt].;
        The <x:group> lives in the castle on the hill. {x.He} eats from [golden|silver] plates, and a
          servant brings {x.his} [cocoa|slippers|breakfast] [on a tray|to {x.his} bed|at eight].;
        The <x:group> rode out of the castle in a golden coach. {x.He} waved to {x.his} people, and the
          [trumpets sounded|guards bowed|flags flew].;
        In the great hall of the castle, the <x:group> danced at the royal ball. {x.His} [cloak|silk sash]
          [swung|glittered], and everybody bowed to {x.him}.;
        The royal cook baked a cake for the <x:group>. {x.He} ate it in the castle garden, and {x.his}
          guards got [a piece|the crumbs].
    """)),
    (GROWN, 12, items("""
        The <x:group> with the [red scarf|big basket|long ladder] asked for the way to the
          [mill|harbor|post office]. {x.He} thanked the [nurse|farmer|ferryman] and went {x.his} way.;
        An honest <x:group> found a purse in the street. {x.He} [took it to the judge|asked at every door]
          and kept not one coin for {x.himself}.;
        The <x:group> bought a ticket at the station. {x.He} [missed {x.his} train|found {x.his} seat by
          the window], and [ate {x.his} sandwich|read {x.his} newspaper] in peace.;
        [An old|A young|A tall|A strange] <x:group> came to the inn. {x.He} put down {x.his} bag, ordered
          [tea|soup|cider] and paid with {x.his} last coin.;
        The <x:group> worked in the field all day. In the evening {x.he} washed {x.his} hands, [ate
          {x.his} bread|lit {x.his} lamp] and went to bed.;
        A <x:group> in the market sold [onions|baskets|brooms]. {x.He} shouted {x.his} prices [so loud|so
          well] that people [came running|covered their ears].;
        The <x:group> at the mill lifted the heavy sack onto {x.his} shoulder. {x.He} [carried it home|was
          strong|did not even sigh].;
        The <x:group> next door has lost {x.his} job. {x.He} [asks everywhere|reads the notices], and
          {x.his} neighbors bring {x.him} [soup|bread|firewood].
    """)),
    (YOUNG, 12, items("""
        A <x:group> in the street was [spinning a top|jumping rope|playing marbles]. {x.He} [won every
          game|shared {x.his} toys|forgot {x.his} homework].;
        The <x:group> forgot {x.his} [lunch|notebook|sums] at home. {x.His} teacher [shook her
          head|smiled], and {x.his} friends [shared with {x.him}|helped {x.him}].;
        The <x:group> at the next desk whispered to {x.his} neighbor. {x.He} had [a frog in {x.his}
          bag|drawn the teacher as an owl|eaten the chalk].;
        The <x:group> went to school with {x.his} [slate|bag|lunch] under {x.his} arm. {x.He}
          [whistled|skipped|was late], and {x.his} friends waited for {x.him}.;
        A little <x:group> lost {x.his} [ball|doll|mitten] in the street. {x.He} cried until {x.his}
          [mother|father|teacher] found it.;
        The <x:group> climbed the apple tree behind {x.his} school. {x.He} tore {x.his} [sleeve|stockings]
          and got [an apple|a scolding] for it.;
        "I am a big <x:group> now," said the child, and showed everybody {x.his} new tooth. {x.He} had
          turned [six|seven|eight] that day.;
        The <x:group> in the first row knew the answer. {x.He} raised {x.his} hand, and the teacher
          praised {x.him}.
    """)),
    (SMALL, 6, items("""
        The little <x:group> played in the grass with {x.his} [puppy|kitten|rabbit]. {x.He} is still a
          child, and {x.his} knees are [green|dirty].;
        The young <x:group> wanted to grow up fast. {x.He} stood on {x.his} toes and measured {x.himself}
          against the [door|wall].;
        At bedtime the small <x:group> asked for a story. {x.He} fell asleep with {x.his} thumb in the
          book.;
        The <x:group> blew out the candles on {x.his} birthday cake. {x.He} was one year older, but no
          child likes to wait, and {x.he} [ate|took] the first piece {x.himself}.
    """)),
    (GROWNUPS, 4, items("""
        The <x:group> shut the door of {x.his} shop and counted {x.his} money. {x.He} had worked hard and
          could buy [shoes|a coat|wood] for the winter.;
        The <x:group> drank {x.his} coffee standing. {x.He} had to [be at work|open the shop|catch the
          ferry] by seven.
    """)),
    (PARENTS, 12, items("""
        The <x:group> taught {x.his} child to [tie a knot|ride a bicycle|peel an apple]. {x.He} was
          patient, and {x.his} child [learned it in a week|fell only twice].;
        A <x:group> worries when {x.his} child is late. {x.He} stood at the window until {x.he} heard
          [steps|a familiar whistle], and then {x.he} [scolded a little|ran to the door].;
        The <x:group> carried {x.his} baby through the room and sang. {x.He} loved {x.his} child and [was
          tired|smiled|did not mind the noise].;
        A <x:group> loves {x.his} children. {x.He} [cooks for them|tells them stories|mends their socks]
          and kisses them good night.;
        "[Time for bed|Wash your hands|Do your homework]," said the <x:group>, and the children obeyed
          {x.him}. Then {x.he} [tidied their toys|told them a story].;
        The <x:group> waited for {x.his} children at the school gate. {x.He} had brought [an umbrella|warm
          rolls|the dog], and they ran into {x.his} arms.;
        The children made breakfast for their <x:group>. {x.He} [ate everything|praised the burnt toast]
          and hugged {x.his} little ones.
    """)),
    (OFFSPRING, 8, items("""
        The baker's <x:group> gets up before {x.his} parents. {x.He} [lights the oven|sweeps the
          shop|feeds the cat], and they let {x.him} [taste the buns|choose the first roll].;
        Her <x:group> is the joy of the [widow|seamstress|old baker]. {x.He} [writes every week|looks like
          {x.his} grandmother|sings in the choir].;
        The miller was proud of her <x:group>, who had learned [to read|a trade|to swim]. {x.He} showed
          {x.his} parents what {x.he} could do.;
        The farmer has one <x:group>. {x.He} helps {x.his} parents with the [cows|hay|harvest] and will
          have the farm one day.;
        The parents wrote to their <x:group> in the city. {x.He} answered that {x.he} missed {x.his}
          [bed|dog|friends] and would come home [soon|for Christmas].;
        As a good <x:group>, {x.he} looked after {x.his} old parents. {x.He} [cooked their meals|chopped
          their wood] every day.
    """)),
    (SIBLINGS, 8, items("""
        Every <x:group> is a friend for life, says the proverb. Mine hid {x.his} [sweets|diary|flute] from
          me, but {x.he} [carried me home|gave me {x.his} bed|stood by me] when I was ill.;
        <p:child> has a <x:group> who [plays the drum|collects beetles|snores]. {x.He} shares {x.his} room
          with [three|four|five] [turtles|dolls|kites].;
        My <x:group> and I had a quarrel. {x.He} took my [ball|book], I took {x.his} [cap|pencil], and
          then {x.he} laughed and gave it back.;
        The twins waited for their <x:group>, who is two years older. {x.He} taught them to
          [skate|whistle] and lent them {x.his} sled.;
        "That is my <x:group>," said the child with pride. {x.He} had won the [race|prize], and {x.his}
          family cheered.
    """)),
    (ELDERS, 9, items("""
        A <x:group> has time. {x.He} [builds kites|picks berries|feeds the ducks] with {x.his}
          grandchildren and tells them about long ago.;
        The old <x:group> lost {x.his} last tooth. {x.He} eats [soup|mash|porridge] now, and {x.his}
          grandchildren [cook it|are jealous].;
        The <x:group> sat in {x.his} rocking chair and told {x.his} grandchildren about the old days.
          {x.His} hair is [white|gray], and {x.he} [forgets nothing|knows every song].;
        The grandchildren visit their <x:group> on [Sunday|Friday]. {x.He} [bakes waffles|plays cards with
          them|shows them {x.his} photographs] and never scolds.;
        The old <x:group> looked for {x.his} [glasses|cane|slippers]. "I am getting forgetful," {x.he}
          said, and {x.his} grandchild [helped {x.him}|laughed].
    """)),
    (RELATIVES, 7, items("""
        An <x:group> is a fine thing to have. Ours [does magic tricks|was at the north pole|has a glass
          eye], and {x.he} lets {x.his} nephews and nieces [stay up late|drive {x.his} cart].;
        The children have an <x:group> in the city. {x.He} sends {x.his} nephews and nieces
          [chocolate|books|postcards] for their birthdays.;
        Our <x:group> came for a visit with {x.his} [trunk|parrot|violin]. {x.He} slept in the attic and
          taught {x.his} nieces to [play cards|yodel|juggle].
    """)),
]
# fmt: on
# fmt: off
FOODS = words("""
    soup stew bread cake pie salad jam tea porridge omelet pudding cheese fish roast honey pizza gravy
    cider cocoa lemonade gingerbread butter ham goulash risotto cream trout sausage sandwich waffle
    pretzel strudel melon pumpkin chicken milk juice meal dinner supper breakfast dessert marzipan
    chocolate toast broth curry lasagna casserole
""")
FOOD = items("""
    [The table was set|Something smelled good|At last they sat down]. The <f:food> was
      delicious, and <p:anyone> [asked for more|licked the plate|had three helpings].;
    The <f:food> was delicious. <p:anyone> ate [two portions|everything|the last bit] and [praised the
      cook|wanted the recipe|felt sleepy].;
    "The <f:food> was delicious," said <p:anyone>. "[Thank you|It is an old recipe|I am glad]," said
      <q:adult> and [blushed|smiled|began to clear the table].;
    <q:adult> had cooked for [hours|twelve guests|the whole street]. "[Well|And]?" {q.he} asked. The
      <f:food> was delicious, and <p:anyone> said so [twice|with a full mouth].;
    At the [wedding|feast|inn], the <f:food> was delicious. [Nothing was left|The plates were empty] when
      <p:adult> came, so {p.he} had to be content with [bread and butter|the crumbs|an apple].;
    The <f:food> looked [strange|odd|like nothing special], but it was delicious. <p:child> [was the first to
      try it|had not wanted to try it] and [took a second plate|ate it all].
""")
# verb, past, -ing form, where or what
MOVES = rows("""
    walk: walked: walking: to the mill; walk: walked: walking: through the forest; swim: swam: swimming:
    in the lake; swim: swam: swimming: across the river; run: ran: running: up the hill; run: ran:
    running: along the beach; ride: rode: riding: to town; row: rowed: rowing: to the island; skate:
    skated: skating: on the pond; climb: climbed: climbing: up the oak; dance: danced: dancing: in the
    barn; hike: hiked: hiking: in the mountains; sail: sailed: sailing: on the lake; ski: skied: skiing:
    down the slope; jump: jumped: jumping: over puddles; sing: sang: singing: in the choir; fish: fished:
    fishing: from the pier; paint: painted: painting: by the window; read: read: reading: under the tree;
    sew: sewed: sewing: by the lamp; dig: dug: digging: in the garden; cook: cooked: cooking: over the
    fire; write: wrote: writing: at the desk; play: played: playing: in the yard; sleep: slept: sleeping:
    in the hay; drive: drove: driving: to the market; hunt: hunted: hunting: for mushrooms
""")
# adjective, more, most, what can be so
DEGREES = rows("""
    big: bigger: biggest: pumpkin; big: bigger: biggest: snowman; small: smaller: smallest: garden; small:
    smaller: smallest: boat; long: longer: longest: scarf; long: longer: longest: rope; tall: taller:
    tallest: sunflower; tall: taller: tallest: tower of blocks; fast: faster: fastest: sled; fast: faster:
    fastest: pony; slow: slower: slowest: donkey; heavy: heavier: heaviest: suitcase; loud: louder:
    loudest: trumpet; funny: funnier: funniest: joke; old: older: oldest: clock; new: newer: newest: coat;
    short: shorter: shortest: poem; strong: stronger: strongest: horse; warm: warmer: warmest: blanket;
    sharp: sharper: sharpest: knife; deep: deeper: deepest: well; bright: brighter: brightest: lantern;
    sweet: sweeter: sweetest: apple; thin: thinner: thinnest: slice; thick: thicker: thickest: book;
    cheap: cheaper: cheapest: hat; good: better: best: drawing; bad: worse: worst: cough; high: higher:
    highest: kite
""")
FEELINGS = rows("""
    happy: [had found the lost ring|had learned to swim|could walk again]: sang [all the way home|at the
      top of {p.his} voice]|danced on one leg;
    sad: [had lost {p.his} best button|had to say goodbye|had no letter]: sat by the window and sighed;
    angry: [had been called a liar|could not open the jar]: slammed the door|stamped {p.his} foot;
    afraid: [heard steps in the attic|saw two green eyes in the dark]: hid under the blanket|held {p.his}
      breath;
    proud: [had won the chess game|had built the shed alone]: walked with {p.his} chin up|told everyone
      twice;
    tired: [had worked since dawn|had danced all night]: fell asleep at the table|yawned like a
      hippopotamus;
    surprised: [found a frog in {p.his} shoe|got a letter with a foreign stamp]: opened {p.his} mouth and
      closed it again;
    jealous: [saw the new bicycle|was not invited]: said that it did not matter|kicked a stone;
    lonely: [knew nobody in the city|was the last one awake]: talked to the moon|wrote a long letter;
    curious: [heard a scratching in the box|saw a light in the ruin]: went to look|could not stay away;
    grateful: [had been pulled out of the river|got the wallet back]: shook every hand|could hardly speak;
    nervous: [had to sing before the king|was to give a speech]: forgot the first word|drank three glasses
      of water;
    bored: [had nothing to do|had heard the story before]: counted the flies|looked out of the window;
    embarrassed: [had put on two different shoes|had waved to a stranger]: turned as red as a beet;
    calm: [knew the way|had seen worse storms]: went on whittling|drank another cup of tea
""")
WEATHER = items("""
    It rained [all day|for hours|without end], and the street turned to mud. <p:anyone> [put a bucket
      under the hole in the roof|came home soaked|stayed in bed with a book].;
    The storm [tore tiles from the roofs|bent the poplars|howled in the chimney]. <p:adult> [nailed the
      shutters|tied down the boat|brought in the washing], and then [the hail began|there was thunder].;
    In the night it snowed. In the morning <p:child> [made the first footprints|ate a handful|shook the
      branches], and <q:child> [built a snowman|dug out the sled|slid down the roof].;
    Fog lay [on the fields|over the river|in the streets], and <p:adult> could hardly see [the
      gate|{p.his} own hand|the next house]. [Somewhere a bell rang.|At noon the sun broke through.|A cow
      mooed, but where?];
    The sun burned, and not a leaf moved. <p:anyone> [sat in the shade|put {p.his} feet into the
      brook|fanned {p.himself} with a cabbage leaf] and [dreamed of snow|ate cold cherries|waited for the
      evening].;
    A rainbow stood over the [mill|valley|castle|lake] after the [rain|thunderstorm|shower]. <p:child>
      counted the colors and [found seven|ran to find its end|called everybody out].;
    The wind was so strong that <p:anyone> [lost {p.his} hat|walked like a crab|held on to a fence].
      [Leaves|Hats|Newspapers] flew through the air, and the [mill|weathercock] turned like mad.;
    Frost had painted [flowers|ferns] on the window. <p:child> breathed on the glass, made a hole and
      looked out. [Everything was white.|The pond had frozen.|A robin sat on the sill.];
    Lightning [flashed|lit up the sky], and <p:child> counted the seconds until the thunder. [One, two,
      three, four|One, two], [and then it rumbled|and the windows shook]. "[It is far away|It is close],"
      {p.he} said.
""")
PLAY = items("""
    <p:child> hid [behind the barrel|under the hay|in the wardrobe], and <q:child> counted to
      [twenty|fifty|a hundred]. [A sneeze gave {p.him} away.|{q} looked everywhere else first.|In the end
      {p.he} fell asleep there.];
    <p:child> and <q:child> played shop. They sold [stones for bread|mud pies|leaves as money], and
      <r:child> [bought|had to buy] [everything|two dozen]. [Then the shopkeepers quarreled.|The prices
      rose by the minute.];
    The children were pirates, and the [wheelbarrow|old bathtub|hay cart] was their ship. <p:child> [was
      the captain|steered], <q:child> kept watch, and <r:child> [was the parrot|had to be the shark].;
    <p:child> built a [hut|tower|castle] of [branches|boxes|sand]. <q:child> [brought flags|dug the
      moat|wanted to be king], and then the [rain|dog|goat] [ruined|finished] it.;
    <p:child> taught the dog to [sit|roll over|carry a basket]. It took a [week|month] and [forty
      cookies|all of {p.his} patience]. Now the dog is trying to teach <q:child>.;
    On the ice <p:child> fell [twice|five times] and <q:child> once. "[Bend your knees|Look ahead]," said
      <r:child>, who [skated backward|never fell]. [Soon they all could do it.|Then {r} fell, too.];
    <p:child> found a [snail|beetle|caterpillar] and gave it a name. <q:child> made a [house|bed] of
      [moss|bark] for it. [By morning it had moved out.|They fed it lettuce.|It did not seem to notice.]
""")
WORK = rows("""
    Anna: [kneads the dough|heats the oven|shapes the rolls] before sunrise: The smell of [bread|rolls]
      wakes the whole street|Flour lies on her apron like snow;
    Tom: [mends his net|pulls in the net|baits the hooks] at dawn: The gulls know his boat|Three buckets
      are full of fish;
    Ruth: [writes sums on the blackboard|corrects the notebooks|reads a story] at school: The chalk
      squeaks|Forty eyes are on her;
    David: [listens to a chest|looks into a throat|writes a prescription]: "A spoonful three times a day,"
      he says|The cough sounds worse than it is;
    Helen: [opens the gate of the mill|pours grain between the stones|ties up the sacks]: The wheel
      rumbles and the flour falls|Everything is white, even the cat;
    Peter: [plows the big field|milks the cows|brings in the hay]: The crows walk behind him|At noon he
      rests under the pear tree;
    Clara: [throws the shuttle|winds the yarn|counts the threads] at her loom: A pattern of [birds|stars]
      grows line by line|The cloth is an inch longer every minute;
    Oskar: [hammers|bends] the red-hot iron on the anvil: Sparks fly to the ceiling|The water hisses when
      he cools it;
    Nina: [changes the bandages|takes a temperature|smooths the pillows]: Her hands are quick and cool|She
      knows a joke for every pain;
    Samuel: [saws a board|planes a plank|glues a drawer] in his workshop: Shavings curl on the floor|It
      smells of resin;
    Lucy: [rakes the beds|cuts the roses|waters the seedlings]: A robin waits for worms beside her|Not a
      weed is left;
    Hugo: [counts his sheep|leads the flock to the high meadow|shears a ram]: His dog runs in wide
      circles|The bells ring softly;
    Grace: [hears both sides|opens the thick law book|puts on her black robe]: In court even whispers are
      loud|Then she gives her verdict;
    Felix: [mixes blue and yellow|stretches a canvas|draws a line with charcoal]: The picture is of [a
      harbor|an orchard]|There is paint on his ear again;
    Ivy: [measures a sleeve|threads her needle|cuts the velvet]: She holds six pins between her lips|The
      coat will be ready on Friday;
    Marco: [chops the leeks|tastes the gravy|stirs three pots at once]: Steam covers the windows|"A little
      more thyme," he says;
    Julia: [practices her scales|learns a new song|warms up her voice]: The neighbors open their
      windows|The high note makes the glasses ring;
    Leon: [sorts the letters|climbs the hill with his bag|rings every doorbell]: All the dogs know
      him|There is a parcel for the mill today;
    Martha: [weighs sugar|fills the shelves|ties a parcel with string] in her shop: The bell above the
      door never rests|She adds up prices in her head;
    Arthur: [oils the tower clock|takes a watch apart|looks through his magnifying glass]: A hundred
      clocks tick around him|Each wheel is smaller than a lentil;
    Rosa: [opens the hive|smokes the bees|cuts the honeycomb] with calm hands: She wears a veil and
      gloves|Not one bee stings her;
    Victor: [counts the coins|writes in his ledger|locks the safe]: The columns must agree to the last
      penny|His pen scratches in the silence;
    Ella: [stamps a book|dusts the shelves|finds a lost page] in the library: She has read every one of
      them|"Silence, please," says the sign;
    Simon: [pulls the ferry along the rope|bails out his boat|ties up at the landing]: A cow and two sacks
      cross the river today|He knows every whirl of the current;
    Edith: [turns a jug on her wheel|kneads the clay|fires the kiln]: The wet clay grows between her
      thumbs|Twenty bowls dry in the sun;
    Albert: [studies the chart|polishes his brass compass|hoists a flag]: "Rain before evening," he
      says|He has rounded the Cape four times;
    Olga: [skims the cream|turns the cheeses|stirs the curd]: The youngest wheel is as pale as the moon|It
      must ripen for six months;
    Boris: [swings his ax|sharpens his saw|stacks the logs]: Chips fly in all directions|A woodpecker
      answers him;
    Wilma: [airs the beds|draws the cider|writes a name in the guest book] at her inn: Two travelers are
      asking for a room|Under the roof one bed is free;
    Karl: [tunes his fiddle|rubs the bow|plays a jig]: Nobody can keep still|Even the judge taps her foot
""")
# fmt: on


def _sense(draw: Draw) -> None:
    draw.slots.update(
        banker=who("Victor"), ferryman=who("Simon"), shepherd=who("Hugo"), librarian=who("Ella")
    )
    tell_one(draw, draw.choose([scenes for pair in SENSES for scenes in pair]))


def _parallel(draw: Draw) -> None:
    """One frame, and often another one for the counterpart: the king, then the queen."""
    group, _, frames = draw.choose(PARALLELS, [weight for _, weight, _ in PARALLELS])
    told = tell_one(draw, frames, group=group)
    if draw.choose([True, False], [0.8, 0.2]):
        counterpart = group[group.index(draw.slots["x"]) ^ 1]
        draw.say(" ")
        tell_one(draw, [frame for frame in frames if frame != told], group=[counterpart])


def _food(draw: Draw) -> None:
    tell_one(draw, FOOD, food=FOODS)


def _move(draw: Draw) -> None:
    tell(draw, "<p:anyone> ")
    draw.say("[likes to|loves to|is allowed to] ")
    _, past, doing, _ = draw.pick(MOVES, lambda row: f"{row[0]} {row[3]}. ")
    draw.say(
        f"[Yesterday|Last week|On Sunday] {{p.he}} {past} for [an hour|two hours|a long time], "
        f"and [now|today] {{p.he}} is {doing} again."
    )


def _degree(draw: Draw) -> None:
    tell(draw, "<p:anyone>'s ")
    _, more, most, thing = draw.pick(DEGREES, lambda row: f"{row[3]} is {row[0]}")
    tell(
        draw,
        f", but <q:anyone>'s {thing} is {more}. The {most} of all [is that of|belongs to] <r:anyone>.",
    )


def _feeling(draw: Draw) -> None:
    tell(draw, "<p:anyone> was ")
    _, cause, effect = draw.pick(FEELINGS, lambda row: row[0])
    draw.say(f", because {{p.he}} {cause}. {{p.He}} [{effect}].")


def _weather(draw: Draw) -> None:
    tell_one(draw, WEATHER)


def _play(draw: Draw) -> None:
    tell_one(draw, PLAY)


def _work(draw: Draw) -> None:
    name, does, then = draw.pick(WORK, lambda row: who(row[0]).known)
    draw.say(f" {does}. [{then}]. [Meanwhile|At the same time|Not far away] ")
    _, does, _ = draw.pick([row for row in WORK if row[0] != name], lambda row: who(row[0]).known)
    draw.say(f" {does}.")


FORMS = {
    _sense: 32, _parallel: 40, _food: 6, _move: 4, _degree: 4, _feeling: 3, _weather: 3, _play: 4, _work: 4,
}  # fmt: skip


def write(draw: Draw) -> None:
    """Two or three sentences."""
    draw.choose(list(FORMS), list(FORMS.values()))(draw)
