"""When people buy: the BG/NBD process, and what complaints and campaigns do to it.

Nothing here knows money, products or the look of an order.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import DAY_COUNT, NEVER, day_number
from orchestration.synthetic.columns import MISSING
from orchestration.synthetic.parameters import (
    BADLY_SOLVED_SHARE,
    CAMPAIGNS,
    COMPLAINT_SHARE,
    LEAVE_AFTER_BADLY_SOLVED,
    LEAVE_AFTER_WELL_SOLVED,
    UPLIFT_WITHIN_DAYS,
    Campaign,
)
from orchestration.synthetic.people import People
from orchestration.synthetic.randomness import (
    Flags,
    Integers,
    Streams,
    happens,
    pick,
)

NO_COMPLAINT, WELL_SOLVED, BADLY_SOLVED = 0, 1, 2
EXPERIENCES = ("none", "well", "badly")
_LEAVE_AFTER = np.array([0.0, LEAVE_AFTER_WELL_SOLVED, LEAVE_AFTER_BADLY_SOLVED])
_EXPERIENCE_WEIGHTS = (
    1 - COMPLAINT_SHARE,
    COMPLAINT_SHARE * (1 - BADLY_SOLVED_SHARE),
    COMPLAINT_SHARE * BADLY_SOLVED_SHARE,
)


@dataclass(frozen=True)
class Purchases(Arrays):
    """Purchases: who, on which day, with which experience."""

    person: Integers
    day: Integers
    experience: Integers
    drives_away: Flags  # for good: no campaign brings this person back


@dataclass(frozen=True)
class Members(Arrays):
    """Members of campaigns."""

    campaign: Integers
    person: Integers
    is_treated: Flags


def natural_purchases(streams: Streams, people: People) -> Purchases:
    """Let everybody buy until they leave or time is up.

    Round n holds the n-th purchase of all who come so far. After each repeat purchase
    (BG/NBD lets nobody leave after the first) a person leaves with their own
    probability, and after any complaint with one more.
    """
    random = streams("purchases")
    person = np.flatnonzero(people.is_buyer)
    moment = people.arrival_day[person] + random.random(len(person))
    rounds: list[Purchases] = []
    while len(person):
        experience = pick(random, _EXPERIENCE_WEIGHTS, len(person))
        drives_away = happens(random, _LEAVE_AFTER[experience], len(person))
        leaves = drives_away.copy()
        if rounds:
            leaves |= happens(random, people.leave_probability[person], len(person))
        day = moment.astype(np.int64)
        rounds.append(Purchases(person, day, experience, drives_away))
        person, moment = person[~leaves], moment[~leaves]
        gap = random.exponential(1, len(person)) / people.purchase_rate[person]
        is_in_time = moment + gap < DAY_COUNT
        person, moment = person[is_in_time], (moment + gap)[is_in_time]
    return Purchases.joined(rounds)


def with_campaigns(
    streams: Streams, people: People, purchases: Purchases
) -> tuple[Purchases, Members]:
    """Assign campaigns by lot, pair by pair, and add the purchases they cause."""
    random = streams("campaign_members")
    members = []
    for index, campaign in enumerate(CAMPAIGNS):
        person = _reached(random, campaign, people, purchases)
        is_treated = _lot(random, campaign, person, purchases)
        caused = _caused(random, campaign, person[is_treated], purchases, len(people))
        purchases = Purchases.joined([purchases, caused])
        members.append(Members(np.full(len(person), index), person, is_treated))
    return purchases, Members.joined(members)


def _reached(
    random: np.random.Generator,
    campaign: Campaign,
    people: People,
    purchases: Purchases,
) -> Integers:
    """Draw the members: profiled people of the shop who bought long enough ago."""
    start = day_number(campaign.start)
    last_day = np.full(len(people), -NEVER)
    is_before = purchases.day < start
    np.maximum.at(last_day, purchases.person[is_before], purchases.day[is_before])
    is_eligible = (
        people.is_profiled
        & people.is_buyer
        & (people.shop_id != MISSING)
        & (people.arrival_day <= start - UPLIFT_WITHIN_DAYS)
        & (last_day < start - campaign.silent_days)
    )
    return np.flatnonzero(is_eligible & happens(random, campaign.reach, len(people)))


def _lot(
    random: np.random.Generator,
    campaign: Campaign,
    person: Integers,
    purchases: Purchases,
) -> Flags:
    """Draw who is treated, in pairs of those who bought as often and as lately.

    A lot for each alone may put the better customers into one arm.
    """
    before = purchases.take(purchases.day < day_number(campaign.start))
    count = np.bincount(before.person, minlength=person.max(initial=-1) + 1)
    last_day = np.full(len(count), -NEVER)
    np.maximum.at(last_day, before.person, before.day)
    alike = np.lexsort((last_day[person], count[person]))
    pair = np.arange(len(person)) // 2
    drawn = alike[np.lexsort((random.random(len(person)), pair))]
    is_treated = np.zeros(len(person), dtype=bool)
    is_treated[drawn] = _evenly(campaign.treatment_share, len(person))
    return is_treated


def _evenly(share: float, size: int) -> Flags:
    """Choose a share of a row, spread evenly: every second one for a half."""
    return np.asarray(np.diff(np.floor(np.arange(size + 1) * share)) > 0)


def _caused(
    random: np.random.Generator,
    campaign: Campaign,
    treated: Integers,
    purchases: Purchases,
    people_count: int,
) -> Purchases:
    """Let `uplift` of the treated buy once, of those who would not have bought.

    Whoever left in anger stays away, so that the effect of bad service stays known.
    """
    start = day_number(campaign.start)
    is_within = (purchases.day >= start) & (purchases.day < start + UPLIFT_WITHIN_DAYS)
    is_away = purchases.drives_away & (purchases.day < start)
    is_moved = np.ones(people_count, dtype=bool)
    is_moved[purchases.person[is_within | is_away]] = False
    silent = treated[is_moved[treated]]
    wanted = min(round(campaign.uplift * len(treated)), len(silent))
    person = np.sort(random.choice(silent, wanted, replace=False))
    day = start + 1 + random.integers(0, UPLIFT_WITHIN_DAYS - 2, wanted)
    return Purchases(
        person, day, np.full(wanted, NO_COMPLAINT), np.zeros(wanted, dtype=bool)
    )
