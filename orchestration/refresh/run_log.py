"""The log file of one refresh; nothing in it holds a value of a row."""

import time
import traceback
from contextlib import suppress
from pathlib import Path

from orchestration.text.masking import without_values
from orchestration.text.printable import shown_lines


class RunLog:
    """A line a fact, with the seconds since the refresh began."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._started = time.monotonic()

    def line(self, text: str) -> None:
        """Write a line; the file comes with the first."""
        # a log that cannot be written stops nothing, and hides no error
        seconds = time.monotonic() - self._started
        with suppress(OSError):
            self.file.touch(mode=0o600)
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(f"{seconds:8.2f} {shown_lines(text)}\n")

    def error(self, error: BaseException) -> None:
        """Write an error and where it happened."""
        frames = "".join(traceback.format_tb(error.__traceback__))
        message = without_values(str(error))
        self.line(f"{type(error).__name__}: {message}\n{frames}")
