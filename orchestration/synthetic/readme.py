"""The README of the demo data, written from the parameters themselves.

So that it cannot tell another story than the data: whoever changes a parameter changes
this text with the next run.
"""

import textwrap
from collections.abc import Iterable, Mapping

from orchestration.synthetic import parameters as p
from orchestration.synthetic.dirt import DIRT
from orchestration.synthetic.files import FILE_DIRT


def readme(rows: Mapping[str, int], people: int, seed: int) -> str:
    """Return the text: what lies there, how it was made, dirt, known effects.

    `rows` are the clean rows by file path.
    """
    sections = (
        _opening(people, seed),
        _files(rows),
        _dirt(),
        _effects(),
        _truth(),
    )
    return "\n\n".join(sections) + "\n"


def _opening(people: int, seed: int) -> str:
    command = (
        "    python -m orchestration.synthetic "
        f"--customers {people} --seed {seed} --out seeds/demo"
    )
    return "\n\n".join(
        (
            "# Demo landing folder",
            _paragraph(
                f"""A small shop for coffee and tea with {people:,} people, orders from
                {p.FIRST_DAY} to {p.LAST_DAY}, exported at
                {p.EXPORTED_AT:%Y-%m-%d %H:%M} UTC: what happened between these two is
                'not yet' as of the last day with an order. Two systems: `main` is the
                shop, `crm` is the telephone sales with records of its own about many of
                the same people; both count their ids from the same number. Nobody in it
                exists: names are common ones in free combination, mail domains are
                reserved for examples, phone numbers for fiction."""
            ),
            "Made, byte for byte, by",
            command,
            _paragraph(
                """which also writes the truth about the people beside it. Do not edit
                these files: change `orchestration/synthetic/` and run it again into
                an empty folder. With `--format parquet` the same company grows to any
                size, without the dirt."""
            ),
        )
    )


def _files(rows: Mapping[str, int]) -> str:
    folders: dict[str, list[int]] = {}
    for path, count in rows.items():
        table, _, rest = path.partition("/")
        name = f"{table}/**" if rest else table
        folders.setdefault(name, []).append(count)
    lines = (
        (f"`{name}`", str(len(counts)), f"{sum(counts):,}")
        for name, counts in sorted(folders.items())
    )
    return "## Files, and rows without the dirt\n\n" + _table(
        ("path", "files", "rows"), lines
    )


def _dirt() -> str:
    pieces = (
        (
            f"`{piece.path}`",
            piece.what,
            ", ".join(f"{count} {state}" for state, count in piece.states.items())
            or "-",
            f"`{piece.reason}`" if piece.reason else "",
        )
        for piece in DIRT
    )
    return "\n\n".join(
        (
            "## Dirt",
            "Whole files:",
            "\n".join(f"- {what}" for what in FILE_DIRT),
            "Single rows, at the ends of the files, and what shall become of them:",
            _table(("file", "what", "rows", "reason"), pieces),
        )
    )


def _effects() -> str:
    campaigns = (
        (
            f"`{campaign.campaign_id}`",
            campaign.purpose,
            str(campaign.start),
            f"{campaign.treatment_share:.0%}",
            f"{campaign.uplift * 100:.0f}" if campaign.treatment_share < 1 else "-",
        )
        for campaign in p.CAMPAIGNS
    )
    mean_spend = p.SPEND_P * p.SPEND_V / (p.SPEND_Q - 1)
    associations = "; ".join(
        f"an order led by `{leading}` holds `{following}` "
        f"with {probability:.0%} or more"
        for leading, following, probability in p.ASSOCIATIONS
    )
    facts = (
        f"Purchases: BG/NBD in weeks, r {p.BGNBD_R}, alpha {p.BGNBD_ALPHA}, "
        f"a {p.BGNBD_A}, b {p.BGNBD_B}; campaigns and bad service come on top",
        f"Spend in EUR: Gamma-Gamma, p {p.SPEND_P}, q {p.SPEND_Q}, v {p.SPEND_V}, mean "
        f"{mean_spend:.0f}, before discounts and refunds",
        f"Referral value: an order of a customer whom another one brought costs "
        f"{p.REFERRED_SPEND_FACTOR} times as much; they buy as often as others. So "
        "their net revenue is as many times that of others who came at the same time "
        "(known as a ratio only)",
        f"New customers: {p.ACQUISITION_GROWTH_PER_YEAR} times as many each year, "
        f"season of {p.SEASON_AMPLITUDE:.0%} around the mean",
        f"Complaints: {p.COMPLAINT_SHARE:.0%} of the purchases, "
        f"{p.BADLY_SOLVED_SHARE:.0%} of them solved badly. Well: within "
        f"{p.WELL_SOLVED_HOURS_MAX / 24:.0f} days. Badly: never "
        f"({p.UNRESOLVED_SHARE:.0%}) or after {p.BADLY_SOLVED_DAYS_MIN} days and more",
        f"Service effect: after a badly solved complaint "
        f"{p.LEAVE_AFTER_BADLY_SOLVED:.0%} leave for good, after a well solved one "
        f"{p.LEAVE_AFTER_WELL_SOLVED:.0%}, both on top of the natural dropout; no "
        "campaign brings these back",
        "Seen as `metrics_service_recovery` counts it (2024): retention after a badly "
        f"solved complaint {p.RETENTION_DIFFERENCE['solved_badly']:+} against no "
        "complaint, after a well solved one "
        f"{p.RETENTION_DIFFERENCE['solved_well']:+}, since those who complain buy "
        "more often than others",
        f"Satisfaction after no, well and badly solved complaints: NPS scores around "
        f"{_means(p.NPS_MEAN)}, CSAT {_means(p.CSAT_MEAN)} of 5, CES "
        f"{_means(p.CES_MEAN)} of 7; {p.RESPONSE_SHARE:.0%} of the invited answer "
        f"(NPS: every {p.NPS_WAVE_DAYS} days)",
        f"Baskets: {associations}; a favourite category is {p.FAVOURITE_BOOST:.0f} "
        "times as likely",
        f"Follow-ups: {p.FOLLOW_UP_SHARE:.0%} of the delivered orders (none in the "
        f"store), {p.FOLLOW_UP_LATE_SHARE:.0%} of these later than 7 days",
        f"Orders: {p.CANCELLED_SHARE:.0%} cancelled, {p.GUEST_ORDER_SHARE:.0%} by "
        f"guests, {p.TWO_VERSION_SHARE:.0%} in two versions, {p.DISCOUNT_SHARE:.0%} "
        f"with a discount, {p.COST_MISSING_SHARE:.0%} without cost of goods, "
        f"{p.REFUND_SHARE:.0%} of the delivered refunded",
        f"Loyalty: {p.POINTS_PER_EUR} point per EUR, valid for {p.POINTS_VALID_DAYS} "
        f"days; half of the members spend {p.VOUCHER_POINTS} at each multiple of "
        f"{p.VOUCHER_EVERY_POINTS}; not every expired lot has its `expire` row",
    )
    return (
        "## Known effects\n\n"
        + "\n".join(f"- {fact}." for fact in facts)
        + f"\n\nCampaigns, uplift in percentage points within {p.UPLIFT_WITHIN_DAYS} "
        + "days; the lot is drawn in pairs of customers who bought alike before:\n\n"
        + _table(("campaign", "purpose", "start", "treated", "uplift"), campaigns)
    )


def _means(means: Mapping[str, float]) -> str:
    return " / ".join(str(mean) for mean in means.values())


def _truth() -> str:
    text = _paragraph(
        f"""`seeds/demo_truth/people.csv` says which record belongs to which person
        (`source_system,customer_id,person_id`); it is no part of the landing contract.
        The crm holds {p.CRM_COPY_SHARE:.0%} of the shop's people again, and
        {p.CRM_ONLY_SHARE:.0%} of all people are known to it alone;
        {p.SECOND_ACCOUNT_SHARE:.0%} have two accounts in the shop. The copies vary mail
        (capitals, dots, tags, another address, none), phone (five ways of writing) and
        name (accents, order, initials, slips). {p.ROLE_MAILBOX_SHARE:.1%} use a role
        mailbox such as `info@`, and {p.FAMILY_PHONE_SHARE:.1%} share a phone with
        somebody: these are different people."""
    )
    return f"## Who is who\n\n{text}"


def _paragraph(text: str) -> str:
    """Return the text in lines of one width, whatever the numbers in it."""
    return textwrap.fill(" ".join(text.split()), 88, break_on_hyphens=False)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    header = tuple(header)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
