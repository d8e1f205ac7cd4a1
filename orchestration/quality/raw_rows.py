"""SQL that the landing door shares over `raw`: its text, its files, one place of many.

Belongs here: how a landed text is read before staging has read it. Does not belong
here: what is expected of it.
"""

from orchestration.text import trimming
from orchestration.text.quoting import quoted_name, quoted_text

DEFAULT_SYSTEM = "main"
IN_FORCE = "(select landing_file_id, file_path from raw.landing_files where is_current)"


def filled(column: str) -> str:
    """Return SQL for a landed text without what cannot be seen around it, else null.

    Most texts begin and end with a letter or digit of ASCII: four times faster.
    """
    text = quoted_name(column)
    ends = (
        f"{text} >= '!' and {text} < chr(127) and reverse({text}) between '!' and '~'"
    )
    return f"case when {ends} then {text} else {trimming.filled(text)} end"


def new_files(table: str, least_rows: int = 0) -> str:
    """Return SQL for the files of a table that this refresh brought."""
    return f"""(
        select landing_file_id, file_path
        from raw.landing_files
        cross join raw.landing_clock
        where is_current and table_name = {quoted_text(table)}
            and landed_at >= observed_until_at
            and landed_row_count >= {least_rows}
    )"""


def system_of(columns: tuple[str, ...]) -> str:
    """Return SQL for the source system of a row of a table with these columns."""
    if "source_system" not in columns:
        return f"'{DEFAULT_SYSTEM}'"
    return f"coalesce({filled('source_system')}, '{DEFAULT_SYSTEM}')"


def listed(texts: tuple[str, ...]) -> str:
    """Return texts as the inside of an SQL list; a list of nothing matches nothing."""
    return ", ".join(map(quoted_text, texts)) or "null"
