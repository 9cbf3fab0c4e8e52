"""Short stories: each plot has a cause, a try, a turn and an end, and no two have the same skeleton."""

from data.village import plots_castle as castle
from data.village import plots_home as home
from data.village import plots_merry as merry
from data.village import plots_square as square
from data.village import plots_wild as wild
from data.village.grammar import Draw

PLOTS = [
    home.lost_thing,
    home.borrowing_chain,
    home.forgotten_birthday,
    home.letter_without_name,
    home.stopped_clock,
    home.good_practice,
    home.honest_finder,
    home.broken_bat,
    home.haunted_mill,
    home.two_owners,
    home.savings,
    wild.night_ferry,
    wild.dry_well,
    wild.light_in_the_fog,
    wild.pulled_from_the_mud,
    wild.bat_in_the_house,
    wild.hat_in_the_tree,
    wild.egg_thief,
    wild.lost_in_the_snow,
    wild.swarm,
    wild.heavy_and_light,
    wild.race,
    wild.apple_tree,
    castle.riddle,
    castle.without_the_crown,
    castle.portrait,
    castle.sleepless,
    castle.changed_places,
    castle.throne,
    castle.dragon,
    castle.heir,
    merry.bedtime,
    merry.salted_soup,
    merry.tall_tale,
    merry.school_play,
    merry.fence,
    merry.pumpkin_contest,
    merry.raft,
    square.bargain,
    square.snowman,
    square.open_shop,
    square.newcomer,
]


def write(draw: Draw) -> None:
    """One story. The first words of a piece tell nearly always which plot it is."""
    draw.choose(PLOTS)(draw)
