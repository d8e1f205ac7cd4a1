"""The dirt of the demo data, line by line as it lies in the files.

Every piece is literal text that is put at the end of a file (or is the file, where
nothing else writes it), with what shall become of its rows. All dirty orders belong to
customers of their own (9000xx), so that the simulated process stays clean. Dirt of
whole files (a byte order mark, line ends, shouted column names) is in `files.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ACCEPTED, SUPERSEDED, QUARANTINED = "accepted", "superseded", "quarantined"


@dataclass(frozen=True)
class Dirt:
    """A piece of text in a file, and the expected number of rows by state."""

    path: str
    what: str
    text: str
    states: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""


def _quarantined(path: str, reason: str, what: str, text: str) -> Dirt:
    return Dirt(path, what, text, {QUARANTINED: 1}, reason)


CUSTOMERS = "customers/main.csv"
CUSTOMER_DIRT = (
    Dirt(
        CUSTOMERS,
        "quotes and a line break inside a field, a blank behind the mail",
        '900001,"Max ""Maxi"" Mustermann\nc/o Muster, GmbH",max.muster@example.com ,'
        "+49 30 23125 900,1980-05-05,male,,DE,Berlin,Berlin,10115,de-DE,tea;tableware,"
        ',,organic,,email,true,"2023-02-01T09:00:00+01:00",\n',
        {ACCEPTED: 1},
    ),
    Dirt(
        CUSTOMERS,
        "a country that no market has (market `unknown`)",
        "900002,Robin Sample,robin.sample@example.org,,,,,AQ,,,,en,,,,,,,,"
        "2023-03-01T00:00:00Z,\n",
        {ACCEPTED: 1},
    ),
    Dirt(
        CUSTOMERS,
        "born on 29 February; the row stands there twice",
        "900003,Lea Beispiel,lea.beispiel@example.net,,1996-02-29,female,,DE,Hamburg,"
        "Hamburg,20095,de-DE,,,,organic,,email,true,2023-04-01T08:00:00Z,\n" * 2,
        {ACCEPTED: 1, SUPERSEDED: 1},
    ),
    Dirt(
        CUSTOMERS,
        "a customer in China, for the order at 23:30 UTC",
        "900004,张三,san.zhang@example.com,+86 199 0000 9999,1990-10-01,male,,CN,上海,"
        "上海,200000,zh-CN,,,,organic,,sms,true,2023-05-01T08:00:00+08:00,\n",
        {ACCEPTED: 1},
    ),
    Dirt(
        CUSTOMERS,
        "blanks before and behind every value",
        " 900005 ,  Erika Muster , ERIKA.MUSTER@EXAMPLE.COM , +49 30 23125 901 , "
        "1975-12-31 , female , , DE , Berlin , Berlin , 10117 , de-DE , , , , social , "
        ", email , true , 2023-06-01T08:00:00Z , \n",
        {ACCEPTED: 1},
    ),
    _quarantined(
        CUSTOMERS,
        "missing_created_at",
        "no day of creation",
        "900006,Toni Muster,toni.muster@example.com,,,,,DE,,,,,,,,,,,,,\n",
    ),
    _quarantined(
        CUSTOMERS,
        "bad_date",
        "a birthday that does not exist",
        "900007,Kim Muster,kim.muster@example.com,,1985-02-30,,,DE,,,,,,,,,,,,"
        "2023-06-02T08:00:00Z,\n",
    ),
)

ORDERS = "orders/manual_entries.csv"
_ORDER_HEADER = (
    "order_id,customer_id,ordered_at,status,gross_amount,discount_amount,tax_amount,"
    "shipping_amount,cost_amount,currency_code,channel,country_code,delivered_at,"
    "updated_at\n"
)
ORDER_DIRT = (
    Dirt(ORDERS, "a file without `source_system` (means `main`)", _ORDER_HEADER),
    Dirt(
        ORDERS,
        "a bare date",
        "800001,900001,2024-03-10,delivered,49.90,,9.48,0.00,22.00,EUR,store,DE,"
        "2024-03-10,\n",
        {ACCEPTED: 1},
    ),
    Dirt(
        ORDERS,
        "times with offsets, one in the night of the clock change",
        "800002,900003,2024-03-31T01:30:00+01:00,completed,30.00,,5.70,4.90,14.00,EUR,"
        "web,DE,2024-04-02T12:00:00+02:00,\n"
        "800003,900003,2024-12-31T23:30:00-05:00,completed,25.00,,4.75,4.90,,EUR,"
        "web,DE,2025-01-04T10:00:00+01:00,\n",
        {ACCEPTED: 2},
    ),
    Dirt(
        ORDERS,
        "a time without an offset (business time zone), blanks around the values, "
        "no currency (reporting currency)",
        " 800004 , 900005 , 2024-02-29 10:00:00 , delivered , 20.00 , , 3.80 , 4.90 , "
        "9.00 , , web , DE , , \n",
        {ACCEPTED: 1},
    ),
    Dirt(
        ORDERS,
        "a late evening in UTC, already the last day in China",
        "800005,900004,2025-06-29T23:30:00Z,placed,150.00,,19.50,0.00,70.00,CNY,app,CN,"
        ",\n",
        {ACCEPTED: 1},
    ),
    Dirt(
        ORDERS,
        "lines of six decimals that add up to the cent only when rounded",
        "800006,900002,2024-07-01T12:00:00Z,completed,10.00,,0.00,4.90,5.00,EUR,web,AQ,"
        "2024-07-20T12:00:00Z,\n",
        {ACCEPTED: 1},
    ),
    Dirt(
        ORDERS,
        "exactly the same row twice",
        "800007,900001,2024-08-01T12:00:00Z,completed,18.00,,3.42,4.90,8.00,EUR,web,DE,"
        "2024-08-03T12:00:00Z,\n" * 2,
        {ACCEPTED: 1, SUPERSEDED: 1},
    ),
    Dirt(
        ORDERS,
        "the same key twice with other values and no `updated_at`",
        "800008,900001,2024-09-01T12:00:00Z,shipped,22.00,,4.18,4.90,10.00,EUR,web,DE,"
        ",\n"
        "800008,900001,2024-09-01T12:00:00Z,completed,22.00,,4.18,4.90,10.00,EUR,web,DE,"
        "2024-09-04T12:00:00Z,\n",
        {ACCEPTED: 1, SUPERSEDED: 1},
    ),
    _quarantined(
        ORDERS,
        "missing_order_id",
        "no order id",
        ",900001,2024-01-05T12:00:00Z,completed,12.00,,,,,EUR,web,DE,,\n",
    ),
    _quarantined(
        ORDERS,
        "bad_timestamp",
        "a day that does not exist",
        "800011,900001,2024-02-30T12:00:00Z,completed,12.00,,,,,EUR,web,DE,,\n",
    ),
    _quarantined(
        ORDERS,
        "bad_timestamp",
        "a day in another notation",
        "800012,900001,31.12.2023,completed,12.00,,,,,EUR,web,DE,,\n",
    ),
    _quarantined(
        ORDERS,
        "negative_amount",
        "a negative amount of goods",
        "800013,900001,2024-01-07T12:00:00Z,completed,-12.00,,,,,EUR,web,DE,,\n",
    ),
    _quarantined(
        ORDERS,
        "bad_amount",
        "a decimal comma",
        '800014,900001,2024-01-08T12:00:00Z,completed,"12,50",,,,,EUR,web,DE,,\n',
    ),
    _quarantined(
        ORDERS,
        "unknown_status",
        "a status that does not exist",
        "800015,900001,2024-01-09T12:00:00Z,teleported,12.00,,,,,EUR,web,DE,,\n",
    ),
    _quarantined(
        ORDERS,
        "no_exchange_rate",
        "a currency without a rate",
        "800016,900001,2024-01-10T12:00:00Z,completed,12.00,,,,,XTS,web,DE,,\n",
    ),
    _quarantined(
        ORDERS,
        "in_the_future",
        "a day in the far future",
        "800017,900001,2099-01-01T12:00:00Z,placed,12.00,,,,,EUR,web,DE,,\n",
    ),
    _quarantined(
        ORDERS,
        "unreadable_row",
        "a decimal comma without quotes: too many columns",
        "800018,900001,2024-01-11T12:00:00Z,completed,12,50,,2.28,4.90,5.00,EUR,web,DE,"
        "2024-01-13T12:00:00Z,2024-01-27T12:00:00Z\n",
    ),
    Dirt("orders/broken_export.csv", "a file that broke off", _ORDER_HEADER),
    Dirt(
        "orders/broken_export.csv",
        "a good row before the break",
        "800021,900005,2024-10-01T12:00:00Z,completed,16.00,,3.04,4.90,7.00,EUR,web,DE,"
        "2024-10-03T12:00:00Z,\n",
        {ACCEPTED: 1},
    ),
    _quarantined(
        "orders/broken_export.csv",
        "unreadable_row",
        "a quote that is never closed, up to the end of the file",
        '800022,900005,2024-10-02T12:00:00Z,"completed,17.00,,3.23,4.90\n',
    ),
)

LINES = "order_lines/manual_entries.csv"
LINE_DIRT = (
    Dirt(
        LINES,
        "a column that the contract does not know (`warehouse_bin`)",
        "order_id,line_number,product_id,product_name,category,quantity,"
        "unit_price_amount,discount_amount,updated_at,warehouse_bin\n",
    ),
    Dirt(
        LINES,
        "the lines of the accepted orders above",
        "800001,1,P30,Tea Pot 1.2 l,tableware,1,39.90,,,A-01\n"
        "800001,2,P20,Sencha 100 g,tea,1,10.00,,,A-02\n"
        '800002,1,P31,"Matcha Bowl ""Wabi"",\nsecond choice",tableware,1,30.00,,,A-03\n'
        "800003,1,P26,Matcha 30 g,tea,1,25.00,,,A-03\n"
        " 800004 , 1 , P40 , Descaler 250 ml , accessories , 2 , 10.00 , , , \n"
        "800005,1,P14,Beans Ethiopia 250 g,coffee_beans,2,75.00,,,B-01\n"
        "800006,1,P21,Earl Grey 100 g,tea,3,3.333333,,,B-02\n"
        "800007,1,P13,Beans House Blend 1 kg,coffee_beans,1,18.00,,,\n"
        '800008,1,P33,"Saucer, set of 4",tableware,1,22.00,,,\n'
        "800021,1,P13,Beans House Blend 1 kg,coffee_beans,1.000,16.00,,,\n",
        {ACCEPTED: 10},
    ),
    _quarantined(
        LINES,
        "unknown_order",
        "a line of an order that nobody knows",
        "899999,1,P20,Sencha 100 g,tea,1,10.00,,,\n",
    ),
    _quarantined(
        LINES,
        "missing_quantity",
        "no quantity",
        "800001,3,P20,Sencha 100 g,tea,,10.00,,,\n",
    ),
    _quarantined(
        LINES,
        "unreadable_row",
        "too few columns",
        "800001,4,P20,Sencha 100 g\n",
    ),
)

REFUNDS = "refunds.csv"  # this file has CRLF line ends
REFUND_DIRT = (
    Dirt(
        REFUNDS,
        "a refund of an order that nobody knows",
        "main,RX1,899998,,2024-08-10T10:00:00Z,15.00,lost,false,EUR,\r\n",
        {ACCEPTED: 1},
    ),
    Dirt(
        REFUNDS,
        "a refund without order and customer, on a bare date",
        "main,RX2,,,2024-08-12,7.50,goodwill,false,,\r\n",
        {ACCEPTED: 1},
    ),
    _quarantined(
        REFUNDS,
        "negative_amount",
        "a negative refund",
        "main,RX3,800001,900001,2024-03-20T10:00:00Z,-5.00,,true,EUR,\r\n",
    ),
)

SURVEYS = "survey_responses.jsonl"
_RESPONSE = (
    '{{"source_system":"main","response_id":"{}","customer_id":"900001",'
    '"survey_type":"{}","score":{},"responded_at":"2024-03-2{}T10:00:00Z"}}\n'
)
SURVEY_DIRT = (
    Dirt(
        SURVEYS,
        "numbers as texts",
        _RESPONSE.format("SX1", "nps", '"9"', 1),
        {ACCEPTED: 1},
    ),
    _quarantined(
        SURVEYS,
        "score_out_of_scale",
        "eleven of ten",
        _RESPONSE.format("SX2", "nps", 11, 2),
    ),
    _quarantined(
        SURVEYS,
        "unknown_survey_type",
        "a kind of survey that does not exist",
        _RESPONSE.format("SX3", "smiley", 3, 3),
    ),
    _quarantined(
        SURVEYS,
        "bad_number",
        "a score in words",
        _RESPONSE.format("SX4", "csat", '"five"', 4),
    ),
    _quarantined(
        SURVEYS,
        "unreadable_row",
        "a line that breaks off",
        '{"source_system":"main","response_id":"SX5","customer_id":"9000\n',
    ),
)

OTHER_DIRT = (
    _quarantined(
        "consents.csv",
        "bad_boolean",
        "neither yes nor no",
        "main,900001,email,marketing,2023-02-01T09:00:00Z,maybe\n",
    ),
    Dirt(
        "consents.csv",
        "consent given and withdrawn within a minute",
        "main,900005,email,marketing,2023-06-01T08:00:00Z,true\n"
        "main,900005,email,marketing,2023-06-01T08:00:40Z,false\n",
        {ACCEPTED: 2},
    ),
    _quarantined(
        "costs.csv",
        "unknown_purpose",
        "a purpose that does not exist",
        "BX1,party,fun,250.00,EUR,2024-06-20,,all,,customers,,\n",
    ),
    _quarantined(
        "costs.csv",
        "bad_date",
        "a period that begins on no day",
        "BX2,agents,retention,250.00,EUR,2024-06-31,,all,,customers,,\n",
    ),
    Dirt(
        "costs.csv",
        "a segment that nobody is in (stays unallocated)",
        "BX3,gifts,retention,99.99,EUR,2024-06-20,,segment,no_such_segment,customers,,\n",
        {ACCEPTED: 1},
    ),
    Dirt(
        "contacts/manual_entries.csv",
        "a file of its own, columns in another order",
        "customer_id,contact_id,channel,contacted_at,direction,purpose\n",
    ),
    _quarantined(
        "contacts/manual_entries.csv",
        "missing_customer_id",
        "a contact with nobody",
        ",KX1,phone,2024-05-05T10:00:00Z,outbound,care\n",
    ),
    Dirt(
        "contacts/manual_entries.csv",
        "a customer whom nobody knows",
        "999999,KX2,phone,2024-05-06T10:00:00Z,outbound,care\n",
        {ACCEPTED: 1},
    ),
    _quarantined(
        "tickets/main.csv",
        "bad_timestamp",
        "an hour that does not exist",
        "TX1,900001,,2024-03-12T25:00:00Z,customer,,,,,damaged,complaint,email,high,open,"
        ",,\n",
    ),
    Dirt(
        "tickets/main.csv",
        "bare dates, no first response",
        "TX2,900001,800001,2024-03-12,agent,,,2024-03-15,0,damaged,complaint,phone,"
        "normal,resolved,5.00,,\n",
        {ACCEPTED: 1},
    ),
    _quarantined(
        "loyalty_entries.csv.gz",
        "bad_number",
        "points in words",
        "main,EX1,900001,adjust,ten,2024-03-12T10:00:00Z,,,\n",
    ),
    _quarantined(
        "campaign_members.csv",
        "unknown_arm",
        "an arm that does not exist",
        "main,CMP-2024-09,900001,placebo,2024-09-02T06:00:00Z\n",
    ),
    Dirt(
        "exchange_rates.csv",
        "a row that stands there twice (the market of this currency is not sold to)",
        "2024-01-02,CHF,1.07423000\n" * 2,
        {ACCEPTED: 1, SUPERSEDED: 1},
    ),
    _quarantined(
        "exchange_rates.csv",
        "bad_date",
        "a rate of no day",
        "2024-02-30,CHF,1.05000000\n",
    ),
)

DIRT = (
    *CUSTOMER_DIRT,
    *ORDER_DIRT,
    *LINE_DIRT,
    *REFUND_DIRT,
    *SURVEY_DIRT,
    *OTHER_DIRT,
)
# whose the dirty customers are: each a person of their own
TRUTH_ENDING = "".join(f"main,90000{n},person-90000{n}\n" for n in range(1, 6))


def endings() -> dict[str, str]:
    """Return the text to put at the end of each file, by path."""
    result: dict[str, str] = {}
    for piece in DIRT:
        result[piece.path] = result.get(piece.path, "") + piece.text
    return result
