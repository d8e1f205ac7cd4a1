"""Exchange rates: a random walk around each currency's level, on working days."""

import numpy as np

from orchestration.synthetic.calendar import FIRST_EPOCH_DAY, day_number, epoch_day
from orchestration.synthetic.columns import Day, Decimal, Label, Table
from orchestration.synthetic.parameters import (
    LAST_DAY,
    MARKETS,
    RATE_DAILY_SIGMA,
    RATE_PULL,
    RATES_BEGIN,
)
from orchestration.synthetic.randomness import Floats, Integers, Streams

CURRENCIES = tuple(dict.fromkeys(market.currency_code for market in MARKETS))
_LEVELS = {market.currency_code: market.rate_level for market in MARKETS}
REPORTING = CURRENCIES.index("EUR")
RATE_PLACES = 8
_FIRST_DAY = day_number(RATES_BEGIN)
_DAYS = np.arange(_FIRST_DAY, day_number(LAST_DAY) + 1)
_IS_WORKING_DAY = np.is_busday((_DAYS + FIRST_EPOCH_DAY).astype("datetime64[D]"))


def daily_rates(streams: Streams) -> Integers:
    """Return the rates by currency and day since RATES_BEGIN, in units of 1e-8 EUR.

    On a weekend the rate of the Friday holds.
    """
    random = streams("exchange_rates")
    rates = np.empty((len(CURRENCIES), len(_DAYS)), dtype=np.int64)
    for index, currency in enumerate(CURRENCIES):
        steps = RATE_DAILY_SIGMA * random.standard_normal(len(_DAYS))
        distance = 0.0
        for position, step in enumerate(steps.tolist()):
            if currency != "EUR" and _IS_WORKING_DAY[position]:
                distance = distance * (1 - RATE_PULL) + step
            rates[index, position] = round(_LEVELS[currency] * (1 + distance) * 1e8)
    return rates


def rate_on(rates: Integers, currency: Integers, day: Integers) -> Floats:
    """Return EUR for one unit of the currency; after LAST_DAY its last rate."""
    position = np.minimum(day - _FIRST_DAY, rates.shape[1] - 1)
    return np.asarray(rates[currency, position] / 10**RATE_PLACES)


def exchange_rates(rates: Integers) -> Table:
    """Return the landed rates: foreign currencies, working days."""
    foreign = [index for index in range(len(CURRENCIES)) if index != REPORTING]
    days = np.flatnonzero(_IS_WORKING_DAY)
    currency = np.tile(foreign, len(days))
    position = np.repeat(days, len(foreign))
    return {
        "rate_date": Day(epoch_day(position + _FIRST_DAY)),
        "currency_code": Label(currency, CURRENCIES),
        "rate": Decimal(rates[currency, position], RATE_PLACES),
    }
