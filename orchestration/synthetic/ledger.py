"""What the company as a whole keeps: campaigns, the cost ledger, erasure requests.

These do not grow with the number of rows of other tables; amounts of the ledger grow
with the number of people, so that a customer costs about the same at every size.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from orchestration.synthetic.columns import Table, Text
from orchestration.synthetic.parameters import (
    CAMPAIGNS,
    DEFAULT_PEOPLE,
    FIRST_DAY,
    LAST_DAY,
)
from orchestration.synthetic.people import FIRST_CUSTOMER_ID
from orchestration.synthetic.randomness import Streams

# monthly amounts in EUR for DEFAULT_PEOPLE; agents as in BRIEF.md's worked example
AGENT_MONTHLY_EUR = 5_000.0
SERVICE_MONTHLY_EUR = 1_800.0
ADVERTISING_MONTHLY_EUR = {
    "paid_search": 900.0,
    "social": 620.0,
    "partner": 240.0,
    "referral": 160.0,
}
CRM_YEARLY_EUR = 12_000.0
MARKET_RESEARCH_EUR = 3_000.0
GIFTS_EUR = 2_000.0
LEDGER_NOISE = 0.08  # monthly amounts vary by so much around their level


@dataclass(frozen=True)
class Cost:
    """A line of the ledger; None is an empty field."""

    category: str
    purpose: str
    amount: float
    period_start_date: date
    period_end_date: date | None = None
    currency_code: str | None = "EUR"
    scope: str | None = None
    scope_value: str | None = None
    driver: str | None = None
    is_direct: str | None = None
    is_size_dependent: bool = True


def campaigns_table() -> Table:
    """Return the landed campaigns."""
    return {
        "campaign_id": _texts(campaign.campaign_id for campaign in CAMPAIGNS),
        "campaign_name": _texts(campaign.name for campaign in CAMPAIGNS),
        "purpose": _texts(campaign.purpose for campaign in CAMPAIGNS),
        "channel": _texts(campaign.channel for campaign in CAMPAIGNS),
        "started_at": _texts(f"{campaign.start}T06:00:00Z" for campaign in CAMPAIGNS),
        "ended_at": _texts(f"{campaign.end}T22:00:00Z" for campaign in CAMPAIGNS),
    }


def erasure_requests_table() -> Table:
    """Return two requests that came after the last day with an order."""
    return {
        "source_system": _texts(["main", "main"]),
        "request_id": _texts(["D1", "D2"]),
        "customer_id": _texts([str(FIRST_CUSTOMER_ID + 41), None]),
        "email": _texts([None, "nobody.here@example.com"]),
        "requested_at": _texts(["2025-07-02T08:15:00Z", "2025-07-02T16:40:00Z"]),
    }


def _texts(values: Iterable[str | None]) -> Text:
    return Text(np.array(list(values), dtype=object))


def costs_table(streams: Streams, people: int) -> Table:
    """Return the landed ledger."""
    random = streams("costs")
    size = people / DEFAULT_PEOPLE
    lines = [*_monthly_costs(random), *_yearly_costs(), *_single_costs()]
    amounts = [line.amount * (size if line.is_size_dependent else 1) for line in lines]
    return {
        "cost_id": _texts([f"B{number:05d}" for number in range(1, len(lines) + 1)]),
        "category": _texts([line.category for line in lines]),
        "purpose": _texts([line.purpose for line in lines]),
        "amount": _texts([f"{amount:.2f}" for amount in amounts]),
        "currency_code": _texts([line.currency_code for line in lines]),
        "period_start_date": _texts([str(line.period_start_date) for line in lines]),
        "period_end_date": _texts(
            [
                None if line.period_end_date is None else str(line.period_end_date)
                for line in lines
            ]
        ),
        "scope": _texts([line.scope for line in lines]),
        "scope_value": _texts([line.scope_value for line in lines]),
        "driver": _texts([line.driver for line in lines]),
        "is_direct": _texts([line.is_direct for line in lines]),
        "updated_at": _texts([None for _ in lines]),
    }


def _months() -> Iterator[tuple[date, date]]:
    """Return first and last day of each month with orders."""
    first = FIRST_DAY.replace(day=1)
    while first <= LAST_DAY:
        following = (first + timedelta(days=31)).replace(day=1)
        yield first, following - timedelta(days=1)
        first = following


def _monthly_costs(random: np.random.Generator) -> Iterator[Cost]:
    """Return agents, service and advertising, a line a month each."""
    for number, (first, last) in enumerate(_months()):
        growth = 1 + 0.01 * number
        noise = growth * (1 + LEDGER_NOISE * random.standard_normal(8))
        level = iter(noise.tolist())
        yield Cost(
            *("agents", "retention", AGENT_MONTHLY_EUR, first, last),
            driver="contacts",
        )
        service = SERVICE_MONTHLY_EUR * next(level)
        yield Cost("service desk", "service", service, first, last, driver="tickets")
        for channel, amount in ADVERTISING_MONTHLY_EUR.items():
            yield Cost(
                *("advertising", "acquisition", amount * next(level), first, last),
                scope="channel",
                scope_value=channel,
                is_direct="true",
            )
        yield Cost("shop hosting", "service", 300 * next(level), first, last, None)
        if first.month % 3 == 0:
            yield Cost(
                *("mailings", "retention", 380 * next(level), first, last, "USD"),
                scope="market",
                scope_value="US",
                driver="orders",
            )


def _yearly_costs() -> Iterator[Cost]:
    """Return the crm system over twelve months, research, gifts, the programme."""
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        first, last = date(year, 1, 1), date(year, 12, 31)
        yield Cost("crm system", "retention", CRM_YEARLY_EUR, first, last)
        yield Cost(
            *("market research", "retention", MARKET_RESEARCH_EUR),
            *(date(year, 3, 1), date(year, 5, 31)),
            driver="revenue",
        )
        yield Cost(
            *("loyalty programme", "retention", 1_400.0, first, last),
            scope="tier",
            scope_value="gold",
            driver="revenue",
        )
        if year < LAST_DAY.year:
            yield Cost(
                *("gifts", "retention", GIFTS_EUR, date(year, 12, 10)),
                scope="segment",
                scope_value="champions",
                is_direct="true",
            )


def _single_costs() -> Iterator[Cost]:
    """Return a line of every other kind: scopes, credit notes, foreign currency."""
    for campaign in CAMPAIGNS:
        purpose = "acquisition" if campaign.purpose == "acquisition" else "retention"
        yield Cost(
            *("campaign", purpose, 640.0, campaign.start, campaign.end),
            scope="campaign",
            scope_value=campaign.campaign_id,
        )
    first_customer = FIRST_CUSTOMER_ID
    for scope_value, amount in (
        (f"main:{first_customer + 4}", 75.0),
        (str(first_customer + 7), 42.5),
        (f"crm:{first_customer + 2}", 60.0),
    ):
        yield Cost(
            *("anniversary gift", "retention", amount, date(2024, 5, 17)),
            scope="customer",
            scope_value=scope_value,
            is_size_dependent=False,
        )
    yield Cost("crm system", "retention", -600.0, date(2024, 6, 1), date(2024, 6, 30))
    yield Cost(
        *("advertising", "acquisition", -180.25, date(2023, 9, 4)),
        scope="channel",
        scope_value="social",
    )
    yield Cost(
        *("trade fair", "acquisition", 310_000.0),
        *(date(2024, 10, 7), date(2024, 10, 11)),
        *("JPY", "market", "JP", "customers", "false"),
    )
    yield Cost(
        *("call centre", "service", 1_250.4, date(2025, 1, 1), date(2025, 3, 31)),
        *("GBP", "market", "GB", "tickets"),
    )
    yield Cost(
        *("translation", "service", 2_300.0, date(2023, 11, 1), None),
        *("CNY", "all", None, "customers", "true"),
    )
