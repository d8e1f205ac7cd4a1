"""The people of one chunk: who they are to the process, and which records hold them.

Here belong the hidden traits (purchase rate, taste) and the ids of a person's records
in the shop and in the crm. What the records say (names, addresses) is in
`profiles.py`; what the people do is in `purchases.py`.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.synthetic.arrays import Arrays
from orchestration.synthetic.calendar import DAY_COUNT, NEVER, arrival_weights
from orchestration.synthetic.columns import MISSING, where
from orchestration.synthetic.parameters import (
    BGNBD_A,
    BGNBD_ALPHA,
    BGNBD_B,
    BGNBD_R,
    CATEGORIES,
    CHUNK_PEOPLE,
    CRM_COPY_SHARE,
    CRM_DELAY_DAYS,
    CRM_ONLY_SHARE,
    MARKETS,
    PROSPECT_SHARE,
    SECOND_ACCOUNT_DAYS,
    SECOND_ACCOUNT_SHARE,
    SPEND_Q,
    SPEND_V,
    UNPROFILED_SHARE,
)
from orchestration.synthetic.randomness import (
    Flags,
    Floats,
    Integers,
    Streams,
    happens,
    pick,
)

FIRST_CUSTOMER_ID = 10_001  # in both systems: the same id means different people
MAIN, CRM = 0, 1


@dataclass(frozen=True)
class People(Arrays):
    """People in the order of arrival.

    Rates are per day. A missing record has the id MISSING and the day NEVER.
    """

    number: Integers  # unique over all chunks
    market: Integers
    favourite: Integers
    arrival_day: Integers  # of the first order; of the registration for prospects
    is_buyer: Flags
    is_profiled: Flags
    purchase_rate: Floats
    leave_probability: Floats
    spend_scale: Floats
    shop_id: Integers
    second_shop_id: Integers
    second_day: Integers
    crm_id: Integers
    crm_day: Integers


def people_of(streams: Streams, chunk: int, size: int) -> People:
    """Draw the people of a chunk."""
    random = streams("people")
    arrival_day = np.sort(pick(random, arrival_weights(), size))
    role = pick(random, _role_weights(), size)
    is_crm_only, is_unprofiled = role == 1, role == 2
    is_buyer = ~happens(random, PROSPECT_SHARE, size) | is_crm_only | is_unprofiled

    is_twice = happens(random, SECOND_ACCOUNT_SHARE, size) & (role == 0) & is_buyer
    second_day = arrival_day + random.integers(*SECOND_ACCOUNT_DAYS, size)
    is_twice &= second_day < DAY_COUNT

    is_copied = happens(random, CRM_COPY_SHARE, size) & (role == 0)
    delay = random.exponential(CRM_DELAY_DAYS, size).astype(np.int64)
    crm_day = np.where(is_crm_only, arrival_day, arrival_day + 1 + delay)
    is_in_crm = (is_copied | is_crm_only) & (crm_day < DAY_COUNT)

    shop_id, second_shop_id = _shop_ids(
        np.where(is_crm_only, NEVER, arrival_day),
        np.where(is_twice, second_day, NEVER),
        chunk,
    )
    return People(
        number=np.arange(size) + chunk * CHUNK_PEOPLE,
        market=pick(random, [market.weight for market in MARKETS], size),
        favourite=random.integers(0, len(CATEGORIES), size),
        arrival_day=arrival_day,
        is_buyer=is_buyer,
        is_profiled=~is_unprofiled,
        purchase_rate=random.gamma(BGNBD_R, 1 / BGNBD_ALPHA, size) / 7,
        leave_probability=random.beta(BGNBD_A, BGNBD_B, size),
        spend_scale=random.gamma(SPEND_Q, 1 / SPEND_V, size),
        shop_id=shop_id,
        second_shop_id=second_shop_id,
        second_day=np.where(is_twice, second_day, NEVER),
        crm_id=where(is_in_crm, _shuffled_ids(random, is_in_crm, chunk)),
        crm_day=np.where(is_in_crm, crm_day, NEVER),
    )


def _role_weights() -> list[float]:
    """Return the shares of people in the shop, only in the crm, unprofiled."""
    return [
        1 - CRM_ONLY_SHARE - UNPROFILED_SHARE,
        CRM_ONLY_SHARE,
        UNPROFILED_SHARE,
    ]


def _shop_ids(
    first_day: Integers, second_day: Integers, chunk: int
) -> tuple[Integers, Integers]:
    """Number all records of the shop by the day of their registration."""
    days = np.concatenate([first_day, second_day])
    rank = np.empty(len(days), dtype=np.int64)
    rank[np.argsort(days, kind="stable")] = np.arange(len(days))
    ids = where(days < NEVER, rank + FIRST_CUSTOMER_ID + chunk * 2 * CHUNK_PEOPLE)
    return ids[: len(first_day)], ids[len(first_day) :]


def _shuffled_ids(
    random: np.random.Generator, is_in_crm: Flags, chunk: int
) -> Integers:
    """Number the records of the crm in an order that tells nothing."""
    ids = np.full(len(is_in_crm), MISSING, dtype=np.int64)
    numbers = random.permutation(int(is_in_crm.sum()))
    ids[is_in_crm] = numbers + FIRST_CUSTOMER_ID + chunk * CHUNK_PEOPLE
    return ids


def record_on(
    people: People, person: Integers, day: Integers
) -> tuple[Integers, Integers]:
    """Return system and customer id of the record that looks after a person on a day.

    The crm does once it knows the person; before that, and for all others, the shop.
    """
    is_crm = people.crm_day[person] <= day
    system = np.where(is_crm, CRM, MAIN)
    customer = np.where(is_crm, people.crm_id[person], people.shop_id[person])
    return system, customer
