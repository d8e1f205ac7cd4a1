"""Map the CDNOW purchases to the input contract.

Here: read the file, run the SQL beside this module, check, write the landing file.
Not here: any rule of the mapping. Those are in the .sql files.
"""

import argparse
import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
INPUT_COLUMNS = ("date", "dollar_value")
CUSTOMER_COLUMNS = ("sample_id", "customer_id")  # of the sample, of the master


class MappingError(Exception):
    """The file cannot be mapped; nothing was written."""


def map_file(source: Path, landing: Path) -> tuple[int, int]:
    """Write the landing file of `source`; return its numbers of orders and customers.

    Raises:
        MappingError: a column is missing, a value is unreadable or a check fails.
    """
    with duckdb.connect() as connection:
        try:
            _read(connection, source)
            connection.execute(f"create table orders as {_sql('orders')}")
            offences = connection.execute(_sql("checks")).fetchall()
        except duckdb.Error as error:
            raise MappingError(f"{source}: {error}") from error
        if offences:
            claims = "; ".join(f"{claim}: {count} offend" for claim, count in offences)
            raise MappingError(f"{source}: does not hold: {claims}")
        landing.mkdir(parents=True, exist_ok=True)
        orders = connection.sql("select * from orders order by order_id")
        orders.write_parquet(str(landing / "orders.parquet"), compression="zstd")
        counted = connection.execute(
            "select count(*), count(distinct customer_id) from orders"
        ).fetchone()
        assert counted is not None
        return counted


def _sql(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")


def _read(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    lines = connection.read_csv(str(source), header=True, all_varchar=True)
    customer = next((c for c in CUSTOMER_COLUMNS if c in lines.columns), None)
    missing = [c for c in INPUT_COLUMNS if c not in lines.columns]
    if customer is None:
        missing.append(" or ".join(CUSTOMER_COLUMNS))
    if missing:
        raise MappingError(
            f"{source}: no column {', '.join(missing)}; "
            f"found {', '.join(lines.columns)}"
        )
    columns = f'{customer} as customer_id, "date" as purchase_date, dollar_value'
    lines.project(f"{columns}, row_number() over () as line_number").to_table("lines")


def main() -> int:
    """Run as a command; 1 if the file cannot be mapped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="the sample or the master, .csv")
    parser.add_argument("landing", type=Path, help="folder for the landing file")
    arguments = parser.parse_args()
    try:
        orders, customers = map_file(arguments.source, arguments.landing)
    except MappingError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{orders:,} orders of {customers:,} customers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
