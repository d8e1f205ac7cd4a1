"""All commands in one application: `python -m orchestration.commands --help`.

Belongs here: what a command is called, what it takes, and in which words that is
refused. What it does stands in the module of its name, imported when it is called: a
rollback must not wait for Dagster, and `candidates` runs where neither Dagster nor dbt
is installed. Exit status: 0 done, 1 failed, 2 not understood.
"""

from datetime import date, datetime
from typing import Annotated

import typer

from orchestration.settings.environment import switch_telemetry_off

app = typer.Typer(
    name="orchestration.commands",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command, of the command line by default; return the exit status."""
    try:
        app(arguments, prog_name="orchestration.commands")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


@app.callback()
def before_each() -> None:
    """Land, build, check, publish; and look after what is published."""
    switch_telemetry_off()


@app.command()
def refresh() -> None:
    """Land, check, build, check, publish."""
    from orchestration.commands import refresh

    raise typer.Exit(refresh.main())


@app.command()
def nightly() -> None:
    """Refresh as of the day before, with further attempts."""
    from orchestration.commands import nightly

    raise typer.Exit(nightly.main())


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no day; expected one as 2025-06-01"
        ) from None


@app.command()
def backfill(
    first: Annotated[date, typer.Option("--from", parser=_day, metavar="DAY")],
    last: Annotated[
        date | None,
        typer.Option("--to", parser=_day, metavar="DAY", help="default: one day only"),
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="stop at a failed day")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="build days that are done")
    ] = False,
) -> None:
    """Refresh every day of a range."""
    from orchestration.commands import backfill

    if last is not None and last < first:
        raise typer.BadParameter(f"--to {last} lies before --from {first}")
    raise typer.Exit(backfill.main(first, last or first, is_stopping=stop, again=again))


@app.command()
def land() -> None:
    """Bring the landing folder into the development database."""
    from orchestration.commands import land

    raise typer.Exit(land.main())


def _at_least_one(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 10**9:
        raise typer.BadParameter(
            f"LIMIT is {text!r}; expected a whole number from 1 on"
        )
    return int(text)


@app.command()
def explain(
    table: Annotated[
        str, typer.Argument(help="schema.table, such as marts.fct_orders")
    ],
    key: Annotated[
        str, typer.Argument(help="the key of the row, its parts with / between")
    ],
    limit: Annotated[
        int,
        typer.Option(
            parser=_at_least_one, metavar="ROWS", help="rows shown of one kind"
        ),
    ] = 20,
) -> None:
    """Show the landed rows behind a published row."""
    from orchestration.commands import explain

    raise typer.Exit(explain.main(table, key, limit))


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= 1:
        raise typer.BadParameter(f"{text} is no probability between 0 and 1")
    return value


@app.command()
def candidates(
    threshold: Annotated[
        float | None,
        typer.Option(
            parser=_probability,
            metavar="PROBABILITY",
            help="least probability of a candidate, 0.5 if not said",
        ),
    ] = None,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="let the next refresh join the candidates; needs --threshold",
        ),
    ] = False,
    dev: Annotated[
        bool,
        typer.Option(
            "--dev", help="read the development database, not what is published"
        ),
    ] = False,
) -> None:
    """List customer records that may be one person."""
    from orchestration.commands import candidates

    if accept and threshold is None:
        raise typer.BadParameter(
            "ACCEPT=1 needs a THRESHOLD: from which probability on?"
        )
    raise typer.Exit(candidates.main(threshold, is_accepted=accept, is_dev=dev))


@app.command()
def versions() -> None:
    """List what is published."""
    from orchestration.commands import versions

    raise typer.Exit(versions.tell_versions())


@app.command()
def rollback(
    to: Annotated[
        str | None,
        typer.Option(metavar="ID", help="a version; without it the one before"),
    ] = None,
) -> None:
    """Let readers see an older version."""
    from orchestration.commands import versions

    raise typer.Exit(versions.roll_back(to))


@app.command()
def purge(
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="rewrite landed files that hold them")
    ] = False,
) -> None:
    """Drop what still holds erased people."""
    from orchestration.commands import versions

    raise typer.Exit(versions.purge_the_erased(is_rewriting=rewrite))


@app.command("check-freshness")
def check_freshness() -> None:
    """Exit 1 and alert when what is published is too old."""
    from orchestration.commands import versions

    raise typer.Exit(versions.check_freshness())


@app.command()
def prepare(
    before: Annotated[
        str, typer.Argument(help="daemon: end the runs of the last one")
    ] = "",
) -> None:
    """Make the home, and Dagster's instance in it."""
    from orchestration.commands import prepare

    raise typer.Exit(prepare.main(is_before_daemon=before == "daemon"))


@app.command()
def dev() -> None:
    """Open Dagster's UI on the home."""
    from orchestration.commands import dev

    raise typer.Exit(dev.main())
