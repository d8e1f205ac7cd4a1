"""The parameters of the simulated company: every number that a reader may want to
find again in the generated data. No logic, and no names of people (`names.py`).
"""

from dataclasses import dataclass
from datetime import date, datetime

DEFAULT_PEOPLE = 1_125
DEFAULT_SEED = 34  # with it every market has an order on the last day
CHUNK_PEOPLE = 50_000

# --- time -------------------------------------------------------------------------
FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 6, 30)  # the last day with an order
EXPORTED_AT = datetime(2025, 7, 3, 6, 0)  # UTC; what happened later is not in the files
RATES_BEGIN = date(2022, 12, 23)

# --- purchases: BG/NBD in weeks (Fader, Hardie, Lee 2005) ---------------------------
BGNBD_R = 0.9
BGNBD_ALPHA = 7.0
BGNBD_A = 0.8
BGNBD_B = 6.0

# --- spend in EUR: Gamma-Gamma (Fader, Hardie 2013), mean pv / (q - 1) = 60 --------
SPEND_P = 6.0
SPEND_Q = 4.0
SPEND_V = 30.0
SPEND_FLOOR_EUR = 5.0

REFERRED_SPEND_FACTOR = 1.25  # of each order of a customer whom another one brought

ACQUISITION_GROWTH_PER_YEAR = 1.25
SEASON_AMPLITUDE = 0.2  # of acquisition, around its mean
SEASON_PEAK_DAY_OF_YEAR = 340

# --- people -----------------------------------------------------------------------
PROSPECT_SHARE = 0.09  # registered, never bought
UNPROFILED_SHARE = 0.01  # buy, but are missing in `customers`
CRM_ONLY_SHARE = 0.04  # known to the telephone sales only
CRM_COPY_SHARE = 0.33  # of the people in the shop, held by the crm again
SECOND_ACCOUNT_SHARE = 0.03  # twice in the shop
SECOND_ACCOUNT_DAYS = (60, 300)  # after the first purchase
ROLE_MAILBOX_SHARE = 0.012
FAMILY_PHONE_SHARE = 0.025
CRM_DELAY_DAYS = 30.0  # mean, from the first purchase to the record in the crm

# --- orders -----------------------------------------------------------------------
GUEST_ORDER_SHARE = 0.04
CRM_ORDER_SHARE = 0.25  # of the orders of people whom the crm knows
CANCELLED_SHARE = 0.03
TWO_VERSION_SHARE = 0.15
DISCOUNT_SHARE = 0.18
DISCOUNT_RATE = (0.05, 0.20)
COST_MISSING_SHARE = 0.08
COST_RATE = (0.45, 0.65)
CURRENCY_MISSING_SHARE = 0.03  # of the orders in EUR
ABROAD_SHARE = 0.02  # country of the order is not the customer's
FREE_SHIPPING_FROM_EUR = 50.0
SHIPPING_EUR = 4.9
DELIVERY_DAYS_MEDIAN = 2.5
DELIVERY_DAYS_SIGMA = 0.4
COMPLETED_AFTER_DAYS = 14
REFUND_SHARE = 0.05
FULL_REFUND_SHARE = 0.5
RETURN_SHARE = 0.7  # of the refunds
REFUND_WITHOUT_ORDER_SHARE = 0.04
REFUND_DAYS = (3.0, 60.0)

# --- service ----------------------------------------------------------------------
COMPLAINT_SHARE = 0.07  # of the delivered orders
BADLY_SOLVED_SHARE = 0.35  # of the complaints
LEAVE_AFTER_BADLY_SOLVED = 0.60  # probability, on top of the natural one
LEAVE_AFTER_WELL_SOLVED = 0.03
# what follows from it, counted in 200,000 people: share who buy again within 90 days of
# the first complaint of a month in 2024, less that of buyers of a month without one.
# Complaints come with purchases, so those who complain buy more often than others.
RETENTION_DIFFERENCE = {"solved_well": 0.02, "solved_badly": -0.39}
WELL_SOLVED_HOURS_MEDIAN = 30.0
WELL_SOLVED_HOURS_MAX = 120.0  # within 5 days
BADLY_SOLVED_DAYS_MEDIAN = 14.0
BADLY_SOLVED_DAYS_MIN = 7.5
UNRESOLVED_SHARE = 0.45  # of the badly solved
WELL_RESPONSE_HOURS_MEDIAN = 4.0
BAD_RESPONSE_HOURS_MEDIAN = 40.0
RESPONSE_SIGMA = 0.6
AUTOMATIC_RESPONSE_SHARE = 0.25
REOPENED_MEAN_WELL = 0.05
REOPENED_MEAN_BAD = 0.8
COMPENSATED_SHARE_WELL = 0.4
COMPENSATED_SHARE_BAD = 0.1
COMPENSATION_RATE = (0.1, 0.3)  # of the order's goods
QUESTIONS_PER_PERSON = 0.35
EXCHANGE_SHARE = 0.01

# --- surveys ----------------------------------------------------------------------
RESPONSE_SHARE = 0.35
UNINVITED_SHARE = 0.03  # responses that came without an invitation
TEN_POINT_SHARE = 0.2  # of the csat responses, on a scale of 1..10
NPS_WAVE_DAYS = 91
NPS_INVITED_SHARE = 0.35
DELIVERY_SURVEY_SHARE = 0.15
TICKET_CSAT_SHARE = 0.6
TICKET_CES_SHARE = 0.3
NPS_MEAN = {"none": 8.5, "well": 8.7, "badly": 4.0}
NPS_SIGMA = 1.7
CSAT_MEAN = {"none": 4.3, "well": 4.3, "badly": 2.0}  # on 1..5
CSAT_SIGMA = 0.7
CES_MEAN = {"none": 5.6, "well": 5.7, "badly": 2.6}  # on 1..7
CES_SIGMA = 1.0

# --- contacts and consents ----------------------------------------------------------
FOLLOW_UP_SHARE = 0.80  # of the delivered orders
FOLLOW_UP_LATE_SHARE = 0.10  # of the follow-ups, 8 to 20 days after the purchase
BIRTHDAY_GREETING_SHARE = 0.5
CARE_SHARE = 0.25  # of the people in the crm, each month
MARKETING_CONSENT_SHARE = 0.8
CONSENT_WITHDRAWN_SHARE = 0.12
CONSENT_GIVEN_AGAIN_SHARE = 0.2  # of the withdrawn

# --- loyalty programme ---------------------------------------------------------------
LOYALTY_SHARE = 0.7  # of the people in the shop
POINTS_PER_EUR = 1
POINTS_VALID_DAYS = 365
VOUCHER_POINTS = 200
VOUCHER_EVERY_POINTS = 400  # a member spends a voucher at each multiple
VOUCHER_USER_SHARE = 0.5
EXPIRE_ROW_SHARE = 0.7  # of the lots that ran out, of members who never spend
ADJUSTED_SHARE = 0.01

# --- baskets ------------------------------------------------------------------------
CATEGORIES = (
    "coffee_machines",
    "coffee_capsules",
    "coffee_beans",
    "tea",
    "tableware",
    "accessories",
)
LINE_COUNT_WEIGHTS = (0.42, 0.33, 0.17, 0.08)  # 1..4 lines
FAVOURITE_BOOST = 3.0  # a customer's favourite category is that much likelier
PRICE_KERNEL_SIGMA = 0.5  # main product: its log price lies near the log spend
# an order led by the first category holds the second with at least this probability
ASSOCIATIONS = (
    ("coffee_machines", "coffee_capsules", 0.60),
    ("tea", "tableware", 0.45),
)
ADD_ON_WEIGHTS = (0.0, 0.18, 0.34, 0.30, 0.06, 0.12)  # by category
CAPSULE_QUANTITIES = (25, 50, 100)
PRODUCTS = (  # name, category, list price in EUR (a capsule's is per piece)
    ("Espresso machine Uno", "coffee_machines", 89.00),
    ("Espresso machine Duo", "coffee_machines", 149.00),
    ("Filter machine Classic", "coffee_machines", 119.00),
    ("Automatic machine Solo", "coffee_machines", 329.00),
    ("Automatic machine Grande", "coffee_machines", 599.00),
    ("Capsules Ristretto", "coffee_capsules", 0.42),
    ("Capsules Lungo", "coffee_capsules", 0.39),
    ("Capsules Decaf", "coffee_capsules", 0.44),
    ("Capsules Vanilla", "coffee_capsules", 0.46),
    ("Capsules Origin Peru", "coffee_capsules", 0.49),
    ("Capsules House Blend", "coffee_capsules", 0.35),
    ("Beans House Blend 500 g", "coffee_beans", 8.90),
    ("Beans House Blend 1 kg", "coffee_beans", 15.90),
    ("Beans Ethiopia 250 g", "coffee_beans", 9.90),
    ("Beans Colombia 500 g", "coffee_beans", 12.90),
    ("Beans Decaf 500 g", "coffee_beans", 11.90),
    ("Beans Espresso 1 kg", "coffee_beans", 19.90),
    ("Beans Sumatra 500 g", "coffee_beans", 13.90),
    ("Beans Gift Box, 4 origins", "coffee_beans", 34.90),
    ("Sencha 100 g", "tea", 9.90),
    ("Earl Grey 100 g", "tea", 6.90),
    ("Darjeeling First Flush 100 g", "tea", 14.90),
    ("Oolong 100 g", "tea", 16.90),
    ("Jasmine Pearls 50 g", "tea", 12.90),
    ("Rooibos 200 g", "tea", 7.90),
    ("Matcha 30 g", "tea", 24.90),
    ("Herbal Infusion 80 g", "tea", 5.90),
    ("Espresso Cup, set of 2", "tableware", 14.90),
    ("Mug 0.3 l", "tableware", 9.90),
    ("Tea Pot 1.2 l", "tableware", 39.90),
    ("Matcha Bowl", "tableware", 29.90),
    ("Glass Carafe", "tableware", 24.90),
    ("Saucer, set of 4", "tableware", 19.90),
    ('Travel Mug "To Go"', "tableware", 22.90),
    ("Porcelain Service, 12 pieces", "tableware", 129.00),
    ("Hand Grinder", "accessories", 59.00),
    ("Electric Grinder", "accessories", 149.00),
    ("Milk Frother", "accessories", 49.00),
    ("Kettle Gooseneck", "accessories", 79.00),
    ("Descaler 250 ml", "accessories", 8.90),
)

# --- vocabularies -------------------------------------------------------------------
GENDERS = ("female", "male", "diverse")
GENDER_WEIGHTS = (0.49, 0.41, 0.02, 0.08)  # the last one: missing
ACQUISITION_CHANNELS = (
    "organic",
    "paid_search",
    "social",
    "referral",
    "partner",
    "store",
)
ACQUISITION_WEIGHTS = (0.28, 0.24, 0.18, 0.13, 0.07, 0.07, 0.03)  # last: missing
ORDER_CHANNELS = ("web", "app", "store", "phone")
ORDER_CHANNEL_WEIGHTS = (0.52, 0.30, 0.15, 0.03)
SYSTEMS = ("main", "crm")


@dataclass(frozen=True)
class Market:
    """A country with what its orders have in common."""

    country_code: str
    currency_code: str
    time_zone: str
    weight: float
    tax_rate: float
    rate_level: float  # EUR for one unit of the currency
    has_cents: bool = True


MARKETS = (
    Market("DE", "EUR", "Europe/Berlin", 0.30, 0.19, 1.0),
    Market("FR", "EUR", "Europe/Paris", 0.17, 0.20, 1.0),
    Market("GB", "GBP", "Europe/London", 0.15, 0.20, 1.155),
    Market("US", "USD", "America/New_York", 0.18, 0.07, 0.925),
    Market("CN", "CNY", "Asia/Shanghai", 0.12, 0.13, 0.129),
    Market("JP", "JPY", "Asia/Tokyo", 0.08, 0.10, 0.0064, has_cents=False),
)
RATE_DAILY_SIGMA = 0.004
RATE_PULL = 0.02  # back to the level, each day


@dataclass(frozen=True)
class Campaign:
    """A campaign and what it really does.

    `uplift` is added to the probability of an order within 30 days after the start:
    0.12 means twelve of a hundred treated customers more. A `treatment_share` of 1
    means that there is no control group.
    """

    campaign_id: str
    name: str
    purpose: str
    channel: str
    start: date
    end: date
    reach: float
    treatment_share: float
    uplift: float
    silent_days: int = 0  # only customers without an order for so long


CAMPAIGNS = (
    Campaign(
        *("CMP-2023-11", "Winter tasting box", "retention", "email"),
        *(date(2023, 11, 13), date(2023, 12, 15)),
        reach=0.9,
        treatment_share=0.5,
        uplift=0.15,
    ),
    Campaign(
        *("CMP-2024-04", 'Spring "Welcome back", 10 % off', "win_back", "email"),
        *(date(2024, 4, 8), date(2024, 5, 8)),
        reach=1.0,
        treatment_share=0.5,
        uplift=0.10,
        silent_days=120,
    ),
    Campaign(
        *("CMP-2024-09", "Partner newsletter", "acquisition", "partner"),
        *(date(2024, 9, 2), date(2024, 9, 30)),
        reach=0.3,
        treatment_share=1.0,
        uplift=0.0,
    ),
    Campaign(
        *("CMP-2025-02", "Loyalty double points", "retention", "app"),
        *(date(2025, 2, 10), date(2025, 3, 12)),
        reach=0.9,
        treatment_share=0.5,
        uplift=0.12,
    ),
)
UPLIFT_WITHIN_DAYS = 30
