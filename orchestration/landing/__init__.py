"""Landing: brings the files of a landing folder into the schema `raw`.

Text as it came, with file and record number; new and changed files only. Belongs here:
everything between a folder of files and `raw`. Does not belong here: typing and judging
rows (staging does that in SQL), the clock, the environment.

`discover` finds files, `first_bytes` says what they are, `formats` how text is written
there, `records` and `texts` make text plain, `sources` turns a file into SQL, `raw`
writes the database, `load` puts it together. docs/landing.md tells a user of it.
"""

from orchestration.landing.load import land
from orchestration.landing.report import (
    IgnoredPath,
    LandedFile,
    LandedTable,
    LandingChangedError,
    LandingError,
    LandingReport,
    Progress,
)

__all__ = [
    "IgnoredPath",
    "LandedFile",
    "LandedTable",
    "LandingChangedError",
    "LandingError",
    "LandingReport",
    "Progress",
    "land",
]
