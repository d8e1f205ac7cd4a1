"""Map a file of the UCI Online Retail II data to the input contract.

Here: read the file, run the SQL beside this module, check, write the landing files.
Not here: any rule of the mapping. Those are in the .sql files, one per table.
"""

import argparse
import sys
from decimal import Decimal
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
INPUT_COLUMNS = (
    "Invoice",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "Price",
    "Customer ID",
    "Country",
)
# A table may read those before it.
TABLES = ("lines", "order_lines", "orders", "refunds", "customers", "refused_lines")
# The numbers of the input lines serve the checks, and are no columns of the contract.
LANDED_COLUMNS = {
    "customers": "*",
    "orders": "*",
    "order_lines": "* exclude (input_line_number)",
    "refunds": "* exclude (input_line_numbers)",
}
REFUSED_FILE_NAME = "_refused_lines.csv"

SummaryRow = tuple[str, int, int, int, Decimal]


class MappingError(Exception):
    """The file cannot be mapped; nothing was written."""


def map_file(source: Path, landing: Path) -> list[SummaryRow]:
    """Write the landing files of `source`, and return what became of its lines.

    A row of the answer: place, lines, invoices, customers, amount in GBP.

    Raises:
        MappingError: a column is missing, a value is unreadable or a check fails.
    """
    with duckdb.connect() as connection:
        try:
            _read(connection, source)
            for table in TABLES:
                connection.execute(f"create table {table} as {_sql(table)}")
            offences = connection.execute(_sql("checks")).fetchall()
        except duckdb.Error as error:
            raise MappingError(f"{source}: {error}") from error
        if offences:
            claims = "; ".join(f"{claim}: {count} offend" for claim, count in offences)
            raise MappingError(f"{source}: does not hold: {claims}")
        _write(connection, landing)
        return connection.execute(_sql("summary")).fetchall()


def _sql(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")


def _read(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    if source.suffix == ".parquet":
        lines = connection.read_parquet(str(source))
    elif source.suffix == ".csv":
        lines = _csv(connection, source)
    else:
        raise MappingError(f"{source}: neither .parquet nor .csv")
    found = {column.lower() for column in lines.columns}
    missing = [column for column in INPUT_COLUMNS if column.lower() not in found]
    if missing:
        raise MappingError(
            f"{source}: no column {', '.join(missing)}; "
            f"found {', '.join(lines.columns)}"
        )
    lines.create_view("input_file")
    _csv(connection, HERE / "countries.csv").create_view("countries")


def _csv(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    return connection.read_csv(
        str(path),
        header=True,
        delimiter=",",
        quotechar='"',
        escapechar='"',
        all_varchar=True,
    )


def _write(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    landing.mkdir(parents=True, exist_ok=True)
    for table, columns in LANDED_COLUMNS.items():
        rows = connection.sql(f"select {columns} from {table}")
        rows.write_parquet(str(landing / f"{table}.parquet"), compression="zstd")
    refused = connection.sql("select * from refused_lines")
    refused.write_csv(str(landing / REFUSED_FILE_NAME), header=True)


def _print_summary(rows: list[SummaryRow]) -> None:
    form = "{:<28} {:>10} {:>9} {:>10} {:>15}"
    headings = ("lines", "invoices", "customers", "amount GBP")
    print(form.format("what became of the lines", *headings))
    for place, *numbers in rows:
        print(form.format(place, *(f"{number:,}" for number in numbers)))
    line_count = sum(row[1] for row in rows)
    amount = sum(row[4] for row in rows)
    # an invoice or a customer may stand in several rows: those do not add up
    print(
        form.format("all lines of the file", f"{line_count:,}", "", "", f"{amount:,}")
    )


def main() -> int:
    """Run as a command; 1 if the file cannot be mapped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="the data, .parquet or .csv")
    parser.add_argument("landing", type=Path, help="folder for the landing files")
    arguments = parser.parse_args()
    try:
        rows = map_file(arguments.source, arguments.landing)
    except MappingError as error:
        print(error, file=sys.stderr)
        return 1
    _print_summary(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
