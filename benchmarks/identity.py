"""Identity resolution at size: simulated customer records, timed and held to the truth.

    python -m benchmarks.identity                      # 10 million records
    python -m benchmarks.identity --records 100000

makes a state database with that many customer records in `--folder`, runs dbt up to
int_customers_resolved in a process of its own (two threads, `--memory` for DuckDB), and
prints the seconds of each model, the highest memory of dbt's process, and precision and
recall over pairs of records. Names, mail addresses and phones are made of syllables and
numbers and belong to nobody. A record's id is `<person>.<number>`: the truth.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.landing.contract import read_contract
from orchestration.landing.raw import ensure_tables

PROJECT = Path(__file__).resolve().parents[1]
CONTRACT = PROJECT / "models" / "staging" / "_sources.yml"
RESOLVED = "int_customers_resolved"
IDENTITY_MODELS = "models/conformed/identity/"
MEGABYTE = 1024
RECORDS_PER_PERSON = 2.2

# of 20 people 6 have one record, 7 two, 4 three and 3 four
PEOPLE = """
create or replace macro draw(person, purpose, choices) as
    cast(hash(person, purpose) % choices as integer);
create or replace macro letter(letters, place) as letters[place + 1];
create or replace macro syllable(number) as
    letter('bdfghjklmnprstvwz', number % 17) || letter('aeiou', number // 17 % 5);

create or replace temp table people as
with numbered as (
    select
        range as person,
        -- a family of two: same last name, place and, for some, mail or phone
        range - range % 2 as family,
        draw(range, 'family', 12) = 0 and range % 2 = 1 as is_relative
    from range(?)
),
homes as (
    select *, case when is_relative then family else person end as home from numbered
)
select
    person,
    case
        when person % 20 < 6 then 1
        when person % 20 < 13 then 2
        when person % 20 < 17 then 3
        else 4
    end as record_count,
    ['DE', 'FR', 'GB', 'ES'][draw(home, 'country', 4) + 1] as country_code,
    syllable(draw(person, 'first 1', 85)) || syllable(draw(person, 'first 2', 85))
        as first_name,
    syllable(draw(home, 'last 1', 85)) || syllable(draw(home, 'last 2', 85))
        || syllable(draw(home, 'last 3', 85)) as last_name,
    date '1940-01-01' + draw(person, 'birth', 23000) as birth_date,
    draw(home, 'postcode', 90000) + 10000 as postcode,
    'tion' || syllable(draw(home, 'city', 85)) as city,
    case when is_relative and draw(person, 'shares', 3) = 0 then family else person end
        as mailbox,
    case when is_relative and draw(person, 'shares', 3) = 1 then family else person end
        as line,
    draw(person, 'loyal', 10) < 3 as is_loyal
from homes
"""

RECORDS = """
insert into raw.customers by name
with records as (
    select *, unnest(range(record_count)) as number, person * 4 + number as record
    from people
),
drawn as (
    select
        *,
        draw(record, 'mail', 20) as mail_draw,
        draw(record, 'phone', 20) as phone_draw,
        draw(record, 'name', 20) as name_draw,
        lpad(cast(line % 10000000 as varchar), 7, '0') as line_digits,
        cast(2 + line // 10000000 as varchar) as area
    from records
)
select
    ['shop', 'crm'][number % 2 + 1] as source_system,
    person || '.' || number as customer_id,
    case
        when name_draw < 12 then first_name || ' ' || last_name
        when name_draw < 15 then upper(first_name || ' ' || last_name)
        when name_draw < 18 then last_name || ', ' || first_name
        -- written wrongly
        else first_name || ' ' || last_name[:3] || 'x' || last_name[4:]
    end as full_name,
    case
        when mail_draw < 9 then 'p' || mailbox || '@mail.example'
        when mail_draw < 12 then upper('p' || mailbox) || '@Mail.example'
        when mail_draw < 14 then 'p' || mailbox || '+news@mail.example'
        when mail_draw < 16 then 'second' || person || '@post.example'
        -- a mailbox of a whole office
        when mail_draw = 16 and record % 50 = 0
        then 'desk' || record % 5000 || '@office.example'
    end as email,
    case
        when phone_draw < 6 then '0' || area || line_digits
        when phone_draw < 9
        then '0' || area || ' ' || line_digits[:3] || '-' || line_digits[4:]
        when phone_draw < 14
        then
            case country_code when 'DE' then '+49' when 'FR' then '+33'
                when 'GB' then '+44' else '+34' end
            || case when country_code = 'ES' then '0' else '' end
            || ' ' || area || ' ' || line_digits
    end as phone,
    case when draw(record, 'has birth', 5) > 0 then cast(birth_date as varchar) end
        as birth_date,
    country_code,
    case when draw(record, 'moved', 12) > 0 then city else 'tion' || person % 97 end
        as city,
    case
        when draw(record, 'moved', 12) > 0 then cast(postcode as varchar)
        else cast(10000 + person % 90000 as varchar)
    end as postcode,
    case when is_loyal and draw(record, 'card', 5) > 0 then 'C' || person || '00' end
        as loyalty_number,
    strftime(
        timestamp '2020-01-01' + to_seconds(draw(record, 'created', 150000000)),
        '%Y-%m-%dT%H:%M:%SZ'
    ) as created_at,
    'customers_file' as landing_file_id,
    record as record_number
from drawn
"""

REST = """
insert into raw.orders by name
select
    'shop' as source_system, 'first' as order_id, 'completed' as status,
    '2025-06-30T12:00:00Z' as ordered_at, '10.00' as gross_amount,
    'EUR' as currency_code, 'orders_file' as landing_file_id, 1 as record_number;

insert into raw.landing_files by name
select
    table_name || '_file' as landing_file_id, table_name,
    table_name || '/simulated.csv' as file_path, 'simulated' as checksum,
    0 as byte_count, 0 as modified_at_ns, row_count as landed_row_count,
    0 as unreadable_row_count, amount as landed_amount, '' as unknown_columns,
    true as is_current, timestamp '2025-07-01' as landed_at
from (
    select 'customers' as table_name, count(*) as row_count, null as amount
    from raw.customers
    union all
    select 'orders', 1, 10
);

insert into raw.landing_clock values (timestamp '2025-07-01')
"""

# pairs of records: found by the resolution, true, and both
PAIRS = """
with resolved as (
    select split_part(source_customer_id, '.', 1) as person, customer_id
    from intermediate.int_customers_resolved
),
counted as (
    select
        grouping(person) = 0 as by_person,
        grouping(customer_id) = 0 as by_customer,
        count(*) as records
    from resolved
    group by grouping sets ((person), (customer_id), (person, customer_id))
)
select
    sum(records * (records - 1) // 2) filter (by_customer and not by_person),
    sum(records * (records - 1) // 2) filter (by_person and not by_customer),
    sum(records * (records - 1) // 2) filter (by_person and by_customer)
from counted
"""


def simulate(state: Path, records: int, memory: str) -> int:
    """Write about that many records into a new state database; return how many."""
    with duckdb.connect(str(state)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 2")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set memory_limit = '{memory}'")
        ensure_tables(connection, read_contract(CONTRACT))
        people = max(round(records / RECORDS_PER_PERSON / 20), 1) * 20
        for statement in PEOPLE.split(";"):
            given = [people] if "?" in statement else None
            connection.execute(statement, given)
        connection.execute(RECORDS)
        connection.execute(REST)
        counted = connection.execute("select count(*) from raw.customers").fetchone()
    assert counted is not None
    return int(counted[0])


def write_profile(folder: Path, memory: str) -> None:
    """Write the project's dbt profile with a memory limit to the folder."""
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    output = profile["customer360"]["outputs"]["dev"]
    output["threads"] = 2
    output["settings"] |= {"threads": 2, "memory_limit": memory}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")


def run_dbt(folder: Path, *arguments: str) -> float:
    """Run dbt on the folder's databases; return the seconds, with dbt's own start."""
    environment = os.environ | {
        "CUSTOMER360_BUILD_DIR": str(folder),
        "CUSTOMER360_AS_OF_DATE": "",
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    started = time.perf_counter()
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "--quiet",
        *arguments,
        "--profiles-dir",
        str(folder),
    ]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True)
    return time.perf_counter() - started


def timings(folder: Path) -> list[tuple[str, bool, datetime, datetime]]:
    """Return name, whether it resolves identity, start and end of each model run."""
    manifest, results = (
        json.loads((folder / "target" / name).read_text(encoding="utf-8"))
        for name in ("manifest.json", "run_results.json")
    )
    return [
        (node["name"], node["original_file_path"].startswith(IDENTITY_MODELS), *run)
        for node, run in (
            (manifest["nodes"][result["unique_id"]], _executed(result))
            for result in results["results"]
        )
    ]


def _executed(result: dict[str, Any]) -> tuple[datetime, datetime]:
    step = next(step for step in result["timing"] if step["name"] == "execute")
    start, end = step["started_at"], step["completed_at"]
    return datetime.fromisoformat(start), datetime.fromisoformat(end)


def quality(state: Path) -> tuple[float, float]:
    """Precision and recall over pairs of records."""
    with duckdb.connect(str(state), read_only=True) as connection:
        counted = connection.execute(PAIRS).fetchone()
    assert counted is not None
    found, true, both = counted
    return both / found, both / true


def report(folder: Path, records: int, dbt_seconds: float) -> None:
    """Print seconds per model, memory, and how well the records were joined."""
    runs = timings(folder)
    for name, _, start, end in sorted(runs, key=lambda run: run[3]):
        print(f"  {(end - start).total_seconds():8.1f} s  {name}")
    resolving = [run for run in runs if run[1]]
    first, last = min(r[2] for r in resolving), max(r[3] for r in resolving)
    whole = max(r[3] for r in runs) - min(r[2] for r in runs)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE
    precision, recall = quality(folder / "state.duckdb")
    print(f"{records:,} records")
    print(f"identity models   {(last - first).total_seconds():8.1f} s")
    print(f"with those before {whole.total_seconds():8.1f} s")
    print(f"dbt in all        {dbt_seconds:8.1f} s")
    print(f"highest memory    {peak:8,.0f} MB")
    print(f"precision {precision:.5f}, recall {recall:.5f} over pairs")


def main() -> None:
    """Simulate, resolve, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--memory", default="6GB", help="limit of DuckDB")
    parser.add_argument("--folder", type=Path, default=PROJECT / ".bench" / "identity")
    parser.add_argument("--keep", action="store_true", help="leave the databases")
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        parser.error(f"{folder} is not empty; it is deleted after a run without --keep")
    started = time.perf_counter()
    records = simulate(folder / "state.duckdb", given.records, given.memory)
    print(f"simulated {records:,} records in {time.perf_counter() - started:.1f} s")
    write_profile(folder, given.memory)
    run_dbt(folder, "seed")
    report(folder, records, run_dbt(folder, "run", "--select", f"+{RESOLVED}"))
    if not given.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
