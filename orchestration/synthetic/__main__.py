"""Command line: writes a landing folder of demo data."""

import argparse
import sys
from pathlib import Path

from orchestration.synthetic.files import write_landing, write_parquet
from orchestration.synthetic.parameters import DEFAULT_PEOPLE, DEFAULT_SEED
from orchestration.synthetic.readme import readme

DEFAULT_OUT = Path("seeds/demo")


def main(arguments: list[str] | None = None) -> None:
    """Write the folder that the arguments ask for; the defaults make seeds/demo."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestration.synthetic",
        description="Write a landing folder of seeded demo data.",
    )
    parser.add_argument(
        "--customers", type=int, default=DEFAULT_PEOPLE, help="number of people"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument(
        "--format",
        choices=("demo", "parquet"),
        default="demo",
        help="demo: mixed files with dirt; parquet: many clean rows, quickly",
    )
    chosen = parser.parse_args(arguments)
    out: Path = chosen.out
    if out.exists() and any(out.iterdir()):
        sys.exit(f"{out} is not empty: name another folder, or empty it first")
    truth = out.parent / f"{out.name}_truth"
    write = write_landing if chosen.format == "demo" else write_parquet
    rows = write(out, truth, chosen.customers, chosen.seed)
    if chosen.format == "demo":
        text = readme(rows, chosen.customers, chosen.seed)
        (out / "_README.md").write_text(text, encoding="utf-8", newline="\n")
    print(f"{out}: {sum(rows.values()):,} rows")


if __name__ == "__main__":
    main()
