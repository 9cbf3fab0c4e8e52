"""Recipes: a title, what one needs, what one does, and how it tasted."""

from typing import NamedTuple

from data.village.grammar import Draw, cap
from data.village.tables import rows


class Dish(NamedTuple):
    """A kind of dish; it has two of the `extras`.

    `kinds` are rows (what stands before the name of the dish, how much one needs, what it is), `extras` rows
    (how much, what). In the steps these are {main}, {one} and {two}.
    """

    name: str
    kinds: list[list[str]]
    needs: str
    extras: list[list[str]]
    steps: str


# fmt: off
DISHES = [
    Dish(
        "soup",
        rows("""
            carrot: six carrots: carrots; potato: eight potatoes: potatoes; onion: ten onions: onions;
            tomato: nine tomatoes: tomatoes; pumpkin: half a pumpkin: pumpkin; leek: four leeks: leeks;
            mushroom: a bowl of mushrooms: mushrooms; cabbage: half a cabbage: cabbage; beet: five beets:
            beets; celery: a bunch of celery: celery; cauliflower: a cauliflower: cauliflower; spinach: a
            bag of spinach: spinach
        """),
        "butter, salt",
        rows("""
            two cloves of garlic: garlic; a sprig of thyme: thyme; a pinch of pepper: pepper; some
            parsley: parsley; a cup of cream: cream; a little nutmeg: nutmeg; a bunch of chives: chives
        """),
        """[Wash and chop|Clean and slice|Wash and cut up] the {main}. Melt the butter in a
        [large|deep|heavy] pot and [cook the {main} for five minutes|stir the {main} in it for a while].
        [Pour in|Add] a quart of water and the salt. [Boil gently|Simmer] for [twenty|thirty] minutes.
        [At the end|Before serving], [stir in|add] the {one} and the {two}.""",
    ),
    Dish(
        "stew",
        rows("""lamb: two pounds of lamb: lamb; beef: two pounds of beef: beef; pork: a pound of pork: pork;
        rabbit: a rabbit: meat; chicken: a chicken: chicken; venison: three pounds of venison: venison"""),
        "two onions, oil, salt",
        rows("""
            four carrots: carrots; five potatoes: potatoes; two turnips: turnips; a handful of prunes:
            prunes; a red pepper: pepper; a bowl of mushrooms: mushrooms; a bay leaf: bay leaf; a sprig of
            rosemary: rosemary
        """),
        """Cut [everything into large pieces|the onions into rings]. [Heat|Warm] the oil in an iron pot
        and [brown|fry] the {main} with the onions. [Cover with water|Add three cups of water] and salt.
        [Put in|Add] the {one} and the {two}. [Put on the lid and l|L]et it [simmer|cook slowly] for
        [two|three] hours[|, and stir now and then].""",
    ),
    Dish(
        "bread",
        rows("""rye: four cups of rye flour: rye flour; wheat: four cups of wheat flour: wheat flour;
        oat: three cups of oatmeal and a cup of flour: oatmeal; white: four cups of white flour: white flour;
        spelt: four cups of spelt flour: spelt flour; barley: four cups of barley flour: barley flour"""),
        "a spoon of yeast, a spoon of salt",
        rows("""
            a handful of walnuts: walnuts; some sunflower seeds: sunflower seeds; a spoon of honey: honey;
            a spoon of caraway: caraway; a handful of raisins: raisins; some pumpkin seeds: pumpkin seeds;
            a little butter: butter
        """),
        """[Mix|Stir together] the {main}, the yeast, the salt and [a cup|two cups] of warm water. [Work
        in|Add] the {one} and the {two}. Knead the dough [for ten minutes|until it is smooth]. Let it
        rise [under a cloth|in a warm place] for [one hour|two hours]. [Shape a loaf|Make a round loaf]
        and bake it for [forty|fifty] minutes[| until it sounds hollow].""",
    ),
    Dish(
        "cake",
        rows("""
            apple: four apples: apples; lemon: two lemons: lemon juice; chocolate: a bar of chocolate:
            melted chocolate; walnut: a cup of walnuts: walnuts; carrot: three carrots: grated carrots;
            honey: a cup of honey: honey; almond: a cup of almonds: almonds; cherry: a bowl of cherries:
            cherries; orange: two oranges: orange juice; poppy seed: a cup of poppy seeds: poppy seeds;
            plum: ten plums: plums
        """),
        "two cups of flour, three eggs, a cup of sugar, butter",
        rows("""
            a pinch of salt: salt; a spoon of cinnamon: cinnamon; some vanilla: vanilla; a little rum:
            rum; a cup of milk: milk; a spoon of baking powder: baking powder; a cup of raisins: raisins
        """),
        """Beat the butter and the sugar until [light and creamy|the mixture is pale]. [Add|Stir in] the
        eggs[ one by one|]. [Fold in|Work in] the flour[, the {one} and the {two}| with the {one} and
        the {two}]. [Mix in|Add] the {main}. Bake in a [greased|buttered] tin for
        [forty|forty-five|fifty] minutes and [let it cool|dust with sugar].""",
    ),
    Dish(
        "pie",
        rows("""
            apple: six apples: apples; cherry: two bowls of cherries: cherries; blueberry: three cups of
            blueberries: blueberries; plum: twelve plums: plums; pear: five pears: pears; rhubarb: a bunch
            of rhubarb: rhubarb; peach: six peaches: peaches; blackberry: three cups of blackberries:
            blackberries; gooseberry: three cups of gooseberries: gooseberries
        """),
        "flour, cold butter, sugar",
        rows("""
            a spoon of cinnamon: cinnamon; the juice of a lemon: lemon juice; a handful of almonds:
            almonds; three cloves: cloves; some ginger: ginger; a beaten egg: egg; a spoon of starch:
            starch
        """),
        """[Rub|Work] the butter into the flour, add [a little|some] water and chill the dough. [Roll it
        out|Roll out half of it] and line a [dish|tin]. Mix the {main} with the sugar, the {one} and the
        {two}. [Heap this|Put this] into the [shell|dish] and cover with [dough|strips of dough]. Bake
        [until golden|until the crust is brown|for forty-five minutes].""",
    ),
    Dish(
        "salad",
        rows("""
            tomato: five tomatoes: tomatoes; cucumber: two cucumbers: cucumbers; potato: six boiled
            potatoes: potatoes; egg: six boiled eggs: eggs; carrot: four carrots: carrots; beet: four
            boiled beets: beets; cabbage: a small cabbage: cabbage; radish: two bunches of radishes:
            radishes
        """),
        "oil, vinegar, salt",
        rows("""
            a small onion: onion; a bunch of dill: dill; some parsley: parsley; a handful of walnuts:
            walnuts; a piece of sheep cheese: cheese; an apple: apple; a few olives: olives; a spoon of
            mustard: mustard
        """),
        """[Wash|Clean] what needs washing. [Slice|Cut up] the {main} and put [them|everything] in a
        [wide|wooden|glass] bowl. [Beat|Whisk] the oil with the vinegar and the salt. [Add|Put in] the
        {one} and the {two} and [toss well|mix gently]. [Chill|Let it rest] for [ten minutes|half an
        hour].""",
    ),
    Dish(
        "jam",
        rows("""
            strawberry: three pounds of strawberries: strawberries; raspberry: three pounds of
            raspberries: raspberries; plum: four pounds of plums: plums; apricot: three pounds of
            apricots: apricots; cherry: three pounds of cherries: cherries; blackberry: two pounds of
            blackberries: blackberries; fig: two pounds of figs: figs; currant: two pounds of currants:
            currants; quince: four quinces: quinces
        """),
        "two pounds of sugar",
        rows("""
            the juice of a lemon: lemon juice; a stick of cinnamon: cinnamon; a glass of water: water;
            some vanilla: vanilla; a piece of ginger: ginger; a sprig of mint: mint
        """),
        """[Wash|Rinse] the {main} and remove [all|the] stalks. [Put them|Tip them] into a [copper|wide]
        pan with the sugar. [Add|Drop in] the {one} and the {two}. Boil for [fifteen|twenty] minutes and
        [stir all the time|skim off the foam]. [Ladle it|Pour it] into [clean|hot] jars[| and close them
        at once].""",
    ),
    Dish(
        "tea",
        rows("""
            mint: a bunch of mint: mint; ginger: a piece of ginger: ginger; chamomile: a handful of
            chamomile: chamomile; sage: a few leaves of sage: sage; linden: a handful of linden flowers:
            linden flowers; fennel: a spoon of fennel seeds: fennel seeds; rose hip: a handful of rose
            hips: rose hips; thyme: four sprigs of thyme: thyme
        """),
        "a pot of water",
        rows("""
            a spoon of honey: honey; a slice of lemon: lemon; a slice of orange: orange; a stick of
            cinnamon: cinnamon; two cloves: cloves; a lump of sugar: sugar
        """),
        """[Boil the water|Bring the water to a boil]. [Put|Drop] the {main} into a [warm|china|brown]
        teapot. [Pour the water over it|Add the hot water] and [wait|cover it] for [five|six|eight|ten]
        minutes. [Strain it|Pour it through a sieve], and [add|stir in] the {one} and the {two}. Drink
        it [hot|slowly].""",
    ),
    Dish(
        "porridge",
        rows("""
            oat: two cups of oats: oats; barley: two cups of barley: barley; millet: a cup of millet:
            millet; rice: a cup of rice: rice; semolina: a cup of semolina: semolina; buckwheat: a cup of
            buckwheat: buckwheat
        """),
        "a quart of milk, a pinch of salt",
        rows("""
            a spoon of honey: honey; a grated apple: apple; a handful of raisins: raisins; some cinnamon:
            cinnamon; a handful of nuts: nuts; a lump of butter: butter; a bowl of berries: berries; a
            sliced pear: pear
        """),
        """[Bring the milk to a boil|Heat the milk] with the salt. [Sprinkle in|Pour in] the {main} and
        [stir well|stir with a wooden spoon]. Cook over [a low fire|a small flame] for
        [ten|fifteen|twenty] minutes, until it is [thick|creamy]. [Top it with|Serve with] the {one} and
        the {two}.""",
    ),
    Dish(
        "pancakes",
        rows("""
            apple: two apples: apple slices; blueberry: a cup of blueberries: blueberries; potato: four
            grated potatoes: potatoes; banana: two bananas: banana slices; cheese: a cup of grated cheese:
            cheese; cherry: a cup of cherries: cherries; oat: a cup of oats: oats
        """),
        "two eggs, two cups of flour, three cups of milk",
        rows("""
            a pinch of salt: salt; a spoon of sugar: sugar; a little nutmeg: nutmeg; a spoon of melted
            butter: butter; a splash of soda water: soda water
        """),
        """[Beat|Whisk] the eggs with the milk. [Stir in|Add] the flour, the {one} and the {two}, and
        let the batter [rest|stand] for [ten|twenty] minutes. [Heat|Grease] a pan, pour in a
        [ladle|little] of batter and [lay|scatter] some {main} on top. [Turn it over|Flip it] when it is
        [golden|brown] below.""",
    ),
    Dish(
        "omelet",
        rows("""
            cheese: a cup of grated cheese: cheese; mushroom: a handful of mushrooms: mushrooms; ham: four
            slices of ham: ham; herb: a bunch of herbs: herbs; tomato: two tomatoes: tomatoes; onion: two
            onions: onions; spinach: a handful of spinach: spinach
        """),
        "six eggs, butter",
        rows("""
            a spoon of milk: milk; a pinch of salt: salt; a pinch of pepper: pepper; some chives: chives;
            a little parsley: parsley; a pinch of paprika: paprika
        """),
        """[Beat|Whisk] the eggs with the {one} and the {two}. [Chop|Prepare] the {main}. [Melt|Heat]
        the butter in a [flat|black|large] pan and pour in the eggs. [Scatter|Spread] the {main} on top.
        [When it is firm|After four minutes|After five minutes], fold it [in half|over] and [serve it at
        once|slide it onto a plate].""",
    ),
    Dish(
        "pudding",
        rows("""
            chocolate: a bar of chocolate: chocolate; vanilla: a vanilla pod: vanilla; rice: a cup of
            rice: rice; caramel: a cup of burnt sugar: burnt sugar; bread: half a loaf of old bread:
            bread; coconut: a grated coconut: coconut
        """),
        "a quart of milk, half a cup of sugar",
        rows("""
            two eggs: eggs; a pinch of salt: salt; a spoon of starch: starch; a strip of lemon peel: lemon
            peel; a cup of cream: cream; a handful of almonds: almonds
        """),
        """[Warm|Heat] the milk with the sugar and the {main}. [Stir in|Add] the {one} and the {two}[,
        and keep stirring|]. Cook it [very gently|over a small fire] for [fifteen|twenty|thirty]
        minutes. [Pour it into|Spoon it into] [small bowls|a wet mold|cups] and let it [cool|set] in the
        [cellar|pantry].""",
    ),
    Dish(
        "sauce",
        rows("""
            tomato: eight ripe tomatoes: tomatoes; apple: six apples: apples; mushroom: a bowl of
            mushrooms: mushrooms; plum: ten plums: plums; onion: five onions: onions; pepper: four red
            peppers: peppers; cranberry: two cups of cranberries: cranberries
        """),
        "oil, salt",
        rows("""
            a clove of garlic: garlic; a spoon of vinegar: vinegar; a spoon of sugar: sugar; a bay leaf:
            bay leaf; a glass of cider: cider; a little marjoram: marjoram
        """),
        """[Chop|Cut up] the {main} [finely|and remove what is hard]. [Warm|Heat] the oil and
        [soften|cook] the {main} in it. [Add|Put in] the salt, the {one} and the {two}. [Simmer|Cook
        gently] [without|under] a lid for [twenty|thirty] minutes, then [rub through a sieve|mash it
        with a fork].""",
    ),
    Dish(
        "dumplings",
        rows("""
            potato: ten boiled potatoes: potatoes; bread: six soaked rolls: rolls; cheese: two cups of
            cottage cheese: cheese; spinach: a bag of chopped spinach: spinach; liver: a pound of chopped
            liver: liver
        """),
        "two eggs, salt",
        rows("""
            a cup of flour: flour; a cup of semolina: semolina; some breadcrumbs: breadcrumbs; a little
            nutmeg: nutmeg; a chopped onion: onion; a bunch of parsley: parsley
        """),
        """[Mash|Mix] the {main} with the eggs and the salt. [Knead in|Work in] the {one} and the {two}.
        [Wet your hands and f|F]orm [small|round|twelve] balls. [Lower them into|Drop them in] boiling
        water and [wait until they float|let them swim for ten minutes]. Lift them out [carefully|with a
        spoon].""",
    ),
    Dish(
        "cookies",
        rows("""
            oatmeal: two cups of oatmeal: oatmeal; almond: a cup of ground almonds: almonds; ginger: a
            spoon of ginger: ginger; chocolate: a chopped bar of chocolate: chocolate; hazelnut: a cup of
            hazelnuts: hazelnuts; honey: half a cup of honey: honey; anise: a spoon of anise: anise
        """),
        "two cups of flour, butter, an egg",
        rows("""
            a cup of sugar: sugar; a pinch of salt: salt; a spoon of cinnamon: cinnamon; some vanilla:
            vanilla; a handful of raisins: raisins; a little orange peel: orange peel
        """),
        """[Beat|Stir] the butter with the egg until it is smooth. [Add|Mix in] the flour, the {main},
        the {one} and the {two}. [Roll out the dough|Spread the dough on the table] and cut out
        [stars|hearts|circles|moons]. Bake [on a tray|on paper] for [ten|twelve|fifteen] minutes. [Let
        them cool|Hide them] in a [tin|jar].""",
    ),
    Dish(
        "lemonade",
        rows("""
            raspberry: a cup of raspberries: raspberries; mint: a bunch of mint: mint; elderflower: ten
            elderflowers: elderflowers; ginger: a piece of ginger: ginger; lavender: a spoon of lavender:
            lavender; strawberry: a bowl of strawberries: strawberries
        """),
        "four lemons, cold water",
        rows("""
            a cup of sugar: sugar; two spoons of honey: honey; an orange: orange; a few leaves of balm:
            balm; a pinch of salt: salt; a bowl of ice: ice
        """),
        """[Squeeze|Press] the lemons. [Crush|Bruise] the {main} in a [jug|big jar] and add the juice.
        [Put in|Add] the {one} and the {two}. [Pour on|Fill up with] the water and [stir|shake]
        [well|for a minute]. [Let it stand|Keep it in the shade] for an hour[ and pour it into glasses|,
        then strain it].""",
    ),
    Dish(
        "rice",
        rows("""
            vegetable: three carrots and a leek: vegetables; mushroom: a bowl of mushrooms: mushrooms;
            chicken: half a chicken: chicken; pumpkin: a slice of pumpkin: pumpkin; pea: a cup of peas:
            peas; shrimp: a bowl of shrimp: shrimp
        """),
        "two cups of rice, oil",
        rows("""
            an onion: onion; a clove of garlic: garlic; a pinch of saffron: saffron; a piece of cheese:
            cheese; some parsley: parsley; a spoon of curry: curry
        """),
        """[Heat|Warm] the oil and [fry|brown] the {main} in it. [Stir in|Add] the rice[, the {one} and
        the {two}|. Then add the {one} and the {two}]. [Pour in|Cover with] four cups of [hot
        water|broth]. Cook for [eighteen|twenty] minutes [without stirring|under a lid] until [the water
        is gone|every grain is soft].""",
    ),
    Dish(
        "noodles",
        rows("""
            cheese: a bowl of grated cheese: cheese; tomato: five tomatoes: tomatoes; bacon: six slices of
            bacon: bacon; cabbage: half a cabbage: cabbage; walnut: a cup of walnuts: walnuts; spinach: a
            bag of spinach: spinach
        """),
        "a pound of noodles, salt",
        rows("""
            a lump of butter: butter; a spoon of oil: oil; some basil: basil; a pinch of pepper: pepper; a
            little cream: cream; a bunch of chives: chives
        """),
        """Boil the noodles in [plenty of|a big pot of] salted water for [eight|nine|ten] minutes.
        [Meanwhile|At the same time], prepare the {main}. [Drain the noodles|Pour off the water] and
        [mix|toss] them with the {main}, the {one} and the {two}. Eat them [hot|at once|with a big
        fork].""",
    ),
    Dish(
        "fish",
        rows("""
            baked: a whole carp: carp; fried: four trout: trout; grilled: six perch: perch; poached: a big
            pike: pike
        """),
        "butter, salt",
        rows("""
            two lemons: lemons; a bunch of dill: dill; a spoon of flour: flour; a handful of almonds:
            almonds; some parsley: parsley; a sprig of fennel: fennel
        """),
        """[Clean|Wash] the {main} and [rub in the salt|salt it inside and out]. [Get|Have] the
        [fire|stove] [hot|ready]. Cook the {main} [slowly|with care] [until done|until the skin comes
        off]. [Melt|Heat] the butter with the {one} and the {two} and [pour it over the top|bring it to
        the table in a jug].""",
    ),
]
# fmt: on
_TITLES = [(dish, kind) for dish in DISHES for kind in dish.kinds]
_TASTES = ["delicious", "very good", "wonderful", "excellent", "tasty", "a success"]


def write(draw: Draw) -> None:
    """Title, ingredients, steps and verdict, each on its line."""
    dish, (kind, amount, main) = draw.pick(_TITLES, lambda title: f"{cap(title[1][0])} {title[0].name}\n")
    draw.say(f"[You need|Take|Get ready] {amount}, {dish.needs}, ")
    (_, one), (_, two) = draw.pick_new(dish.extras, "", " and ", show=lambda row: row[0])
    draw.say(".\n")
    draw.say(" ".join(dish.steps.split()), main=main, one=one, two=two)
    food, were = dish.name, "were" if dish.name.endswith("s") else "was"
    draw.say("\nThe ")
    draw.pick([food, f"{kind} {food}"], weights=[3, 1])
    draw.say(f" {were} ")
    draw.pick(_TASTES, weights=[10, 1, 1, 1, 1, 1])
    draw.say("[.|, and nothing was left.|, and everybody wanted more.|, said the guests.]")
