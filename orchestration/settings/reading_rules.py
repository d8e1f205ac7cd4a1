"""What one installation says of the files in its landing folder."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingRules:
    """What one installation says of its landing folder.

    `accepted_unknown_columns` are meant to be unknown (`table.column`, or a bare name),
    None = names are not asked about; `follow_folder_links`: also where a link to a
    folder leaves the landing folder.
    """

    accepted_unknown_columns: tuple[str, ...] | None = ()
    follow_folder_links: bool = False


NO_RULES = ReadingRules()
